//! What one client connection does from its first byte to its last.
//!
//! ```text
//!   greeting ──> a four-letter word: answered, closed
//!      └───────> frames ──> driver ──> outbox ──> socket
//! ```
//!
//! A client that is slow, silent, or talks nonsense costs its own connection and one log line.

use std::{sync::Arc, time::Duration};

use tokio::{
    net::{TcpStream, tcp::OwnedReadHalf},
    time::{sleep, timeout},
};
use zoowarden_peer::{CloseReason, ConnId};

use super::{
    Shared, canonical,
    connection::{Connection, End, SLOW_READER_BYTES},
    fault::Fault,
    framer::Framer,
    read::read,
};
use crate::{admin::Word, driver::NetMessage};

/// How long a closing connection may take to accept what was sent to it before.
const LAST_WORDS: Duration = Duration::from_secs(15);

/// How long a member that does not serve waits for a four-letter word.
const UNSERVED_PATIENCE: Duration = Duration::from_millis(500);

/// Serves one connection to its end.
pub(super) async fn run(shared: Arc<Shared>, id: ConnId, stream: TcpStream) {
    let Ok(remote) = stream.peer_addr().map(canonical) else {
        return;
    };
    if let Err(fault) = stream.set_nodelay(true) {
        tracing::debug!(client = %remote, %fault, "cannot set TCP_NODELAY");
    }
    let (reader, writer) = stream.into_split();
    let connection = Arc::new(Connection::new(id, remote, writer));
    let opened = NetMessage::Opened(Arc::clone(&connection));
    if shared.inbox.send_net(opened).await.is_err() {
        return;
    }
    let task = Task {
        framer: Framer::new(shared.limits.max_frame_bytes),
        shared: &shared,
        connection: &connection,
        reader,
    };
    let served = task.serve().await;
    connection.abandon();
    if let Err(fault) = served {
        shared.counters.count(&fault);
        fault.log(remote);
    }
    // The driver is told last, so that nothing is sent to a connection that it forgot.
    let _ = shared.inbox.send_net(NetMessage::Closed(id)).await;
}

struct Task<'a> {
    shared: &'a Shared,
    connection: &'a Connection,
    reader: OwnedReadHalf,
    framer: Framer,
}

impl Task<'_> {
    async fn serve(mut self) -> Result<(), Fault> {
        let patience = self.shared.limits.handshake_timeout;
        let word = timeout(patience, self.greet())
            .await
            .map_err(|_| Fault::Silent(patience))??;
        match word {
            Some((word, argument)) => {
                let asking = self.connection.id();
                let answer = self.shared.admin.four_letter(word, &argument, asking).await;
                self.connection.send_last(answer.into());
                self.last_words().await
            }
            None => match self.exchange().await {
                Err(Fault::Ended(reason)) => {
                    self.last_words().await?;
                    Err(Fault::Ended(reason))
                }
                other => other,
            },
        }
    }

    /// Reads until the client has asked a four-letter word, which is returned with the bytes
    /// that belong to it, or until its first frames are on their way to the driver.
    async fn greet(&mut self) -> Result<Option<(Word, Vec<u8>)>, Fault> {
        let mut start = self.read_some().await?;
        while start.len() < Word::BYTES {
            start.extend(self.read_some().await?);
        }
        if let Some(word) = Word::from_start(&start) {
            while start.len() < Word::BYTES + word.argument_bytes() {
                start.extend(self.read_some().await?);
            }
            return Ok(Some((word, start.split_off(Word::BYTES))));
        }
        if self.shared.admin.keeps_clients_out() {
            return Err(Fault::Ended(CloseReason::NotServing));
        }
        let mut frames = self.framer.push(&start)?;
        loop {
            if let Some(frames) = frames {
                self.deliver(frames).await?;
                return Ok(None);
            }
            let chunk = self.read_some().await?;
            frames = self.framer.push(&chunk)?;
        }
    }

    /// What the next read delivers; during the greeting, where speed is nothing. A member that
    /// does not serve closes the connection at once, but is asked all the same how it is.
    async fn read_some(&mut self) -> Result<Vec<u8>, Fault> {
        loop {
            let is_unserved = match self.check_end() {
                Err(Fault::Ended(CloseReason::NotServing)) => true,
                other => {
                    other?;
                    false
                }
            };
            let chunk = tokio::select! {
                chunk = read(&mut self.reader, <[u8]>::to_vec) => chunk?,
                () = self.connection.changed() => continue,
                () = sleep(UNSERVED_PATIENCE), if is_unserved => {
                    return Err(Fault::Ended(CloseReason::NotServing));
                }
            };
            if chunk.is_empty() {
                return Err(Fault::Disconnected);
            }
            return Ok(chunk);
        }
    }

    /// Passes requests to the driver and its answers to the socket, until one side ends it.
    async fn exchange(&mut self) -> Result<(), Fault> {
        loop {
            let waiting = self.check_end()?;
            let is_slow = waiting >= SLOW_READER_BYTES;
            if !is_slow && self.connection.take_deferred() {
                self.send(NetMessage::Drained(self.connection.id())).await?;
            }
            let is_reading = !is_slow && !self.connection.is_reading_paused();
            let framer = &mut self.framer;
            let received = tokio::select! {
                () = self.connection.changed() => continue,
                flushed = self.connection.flushed(), if waiting > 0 => {
                    flushed?;
                    continue;
                }
                received = read(&mut self.reader, |chunk| {
                    framer.push(chunk).map(|frames| (chunk.len(), frames))
                }), if is_reading => received?,
            };
            let (bytes, frames) = received?;
            if bytes == 0 {
                return Err(Fault::Disconnected);
            }
            if let Some(frames) = frames {
                self.deliver(frames).await?;
            }
        }
    }

    async fn deliver(&self, frames: bytes::Bytes) -> Result<(), Fault> {
        self.send(NetMessage::Frames(self.connection.id(), frames))
            .await
    }

    async fn send(&self, message: NetMessage) -> Result<(), Fault> {
        let sent = self.shared.inbox.send_net(message).await;
        sent.map_err(|_| Fault::Stopped)
    }

    /// Bytes waiting for the socket.
    fn check_end(&self) -> Result<usize, Fault> {
        let state = self.connection.state();
        match state.end {
            None => Ok(state.waiting_bytes),
            Some(End::Closing(reason)) => Err(Fault::Ended(reason)),
            Some(End::HopelessReader(bytes)) => Err(Fault::HopelessReader(bytes)),
            Some(End::Broken(kind)) => Err(Fault::Io(kind.into())),
        }
    }

    /// Lets the client have what was sent to it, for a while.
    async fn last_words(&self) -> Result<(), Fault> {
        match timeout(LAST_WORDS, self.connection.flushed()).await {
            Ok(flushed) => Ok(flushed?),
            Err(_) => Err(Fault::NoLastWords),
        }
    }
}
