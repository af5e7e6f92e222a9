//! The election port: one connection with each member, over which votes travel
//! (`QuorumCnxManager`).
//!
//! ```text
//!   driver ──message──> table ──newest──> exchange ──> socket
//!   driver <──votes──── inbox <────────── exchange <── socket
//! ```
//!
//! Of two connections between the same members the one that the larger sid dialled survives: a
//! smaller sid that dials hangs up behind its handshake and is dialled back. A member is
//! dialled when there is something to say to it, and again until it is said.
//!
//! - `table`: what is to be said to whom.
//! - `exchange`: one connection.
//!
//! Deliberately absent: SASL and TLS; what votes mean.

mod exchange;
mod table;
#[cfg(test)]
mod tests;

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::BytesMut;
use table::{Connection, Queued, Table};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::Handle,
    sync::Semaphore,
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use zoowarden_shared::{
    Sid,
    config::{DynamicConfig, HostPort},
    election::{Handshake, HandshakeError, Notification, put_message},
    jute::Jute,
};
use zoowarden_zab::Input;

use super::{dial, listening::Listening, members::MemberAddresses};
use crate::driver::Inbox;

/// How long a member may take to answer when it is dialled (`zookeeper.cnxTimeout`).
const DIAL_TIMEOUT: Duration = Duration::from_secs(5);

/// How long whoever dials us may take to say who it is.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);

/// Connections that have not said yet whose they are.
const MAX_HANDSHAKES: usize = 64;

/// Between the first two tries to reach a member; each pause is twice the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The longest pause: a member that is back is soon talked to.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How long a larger sid may take to dial us back before we ask it again.
const DIALLED_BACK: Duration = Duration::from_millis(500);

/// How long connections may take to end when the member stops.
const GOODBYE: Duration = Duration::from_secs(1);

/// The election port of a member.
pub(crate) struct ElectionPort {
    sid: Sid,
    /// What we say first when we dial: who and where we are.
    handshake: Mutex<Handshake>,
    table: Mutex<Table>,
    inbox: Arc<Inbox>,
    runtime: Handle,
    tasks: TaskTracker,
    closing: CancellationToken,
    handshakes: Arc<Semaphore>,
}

/// Why somebody who dialled us was not let in.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("{0}")]
    Handshake(#[from] HandshakeError),
    /// A console that tries whether the port can be reached, or any prober.
    #[error("it closed the connection without a word")]
    Knock,
    #[error("it closed the connection within its handshake")]
    Closed,
    #[error("it has our own id {0}: two servers with one myid?")]
    OwnSid(Sid),
    #[error("server {0} is not in the configuration, and too many like it are here")]
    TooManyStrangers(Sid),
}

impl ElectionPort {
    /// The port of member `sid` of this ensemble. To be made within a runtime, which runs its
    /// tasks until `closing`.
    pub(crate) fn new(
        sid: Sid,
        members: &DynamicConfig,
        inbox: Arc<Inbox>,
        closing: CancellationToken,
    ) -> Self {
        let known = MemberAddresses::new(members, |peer| peer.election_port);
        let own = known.get(sid).cloned().unwrap_or_default();
        Self {
            sid,
            handshake: Mutex::new(Handshake::new(sid, own)),
            table: Mutex::new(Table::new(known)),
            inbox,
            runtime: Handle::current(),
            tasks: TaskTracker::new(),
            closing,
            handshakes: Arc::new(Semaphore::new(MAX_HANDSHAKES)),
        }
    }

    /// Sends a member this message, unless a newer one takes its place before. Never waits.
    pub(crate) fn send(self: &Arc<Self>, to: Sid, notification: &Notification) {
        if to == self.sid {
            return;
        }
        let mut message = BytesMut::new();
        put_message(&mut message, &notification.to_bytes());
        let queued = self.table().queue(to, message.freeze());
        match queued {
            Queued::UnderWay => {}
            Queued::Dial => self.spawn_dial(to),
            Queued::Unreachable => {
                tracing::debug!(sid = %to, "nobody knows where this server is");
            }
        }
    }

    /// Another configuration may come into force: its members are known too.
    pub(crate) fn config_seen(&self, config: &DynamicConfig) {
        self.table().known.add(config);
    }

    /// This configuration is in force.
    pub(crate) fn config_active(&self, config: &DynamicConfig) {
        let mut table = self.table();
        table.known.replace(config);
        if let Some(own) = table.known.get(self.sid) {
            *lock(&self.handshake) = Handshake::new(self.sid, own.clone());
        }
    }

    /// Takes connections until the member stops, then ends all.
    pub(crate) async fn serve(self: Arc<Self>, listening: Listening) {
        self.listen(listening).await;
        self.tasks.close();
        let _ = timeout(GOODBYE, self.tasks.wait()).await;
    }

    async fn listen(self: &Arc<Self>, mut listening: Listening) {
        while let Some(stream) = listening.accept(&self.closing).await {
            let Ok(permit) = Arc::clone(&self.handshakes).try_acquire_owned() else {
                tracing::warn!("closed an election connection: too many say nothing");
                continue;
            };
            let port = Arc::clone(self);
            self.tasks.spawn(async move {
                let remote = dial::remote(&stream).ok();
                let greeted = tokio::select! {
                    greeted = timeout(HANDSHAKE_TIMEOUT, port.greet(stream)) => greeted,
                    () = port.closing.cancelled() => return,
                };
                drop(permit);
                match greeted {
                    Ok(Ok(())) => {}
                    Ok(Err(Refusal::Knock)) => {
                        tracing::debug!(?remote, "a connection that said nothing");
                    }
                    Ok(Err(fault)) => {
                        tracing::warn!(?remote, %fault, "closed an election connection");
                    }
                    Err(_) => {
                        let patience = HANDSHAKE_TIMEOUT;
                        tracing::warn!(?remote, ?patience, "no handshake on the election port");
                    }
                }
            });
        }
    }

    /// Hears who dialled, and keeps the connection or dials back.
    async fn greet(self: &Arc<Self>, mut stream: TcpStream) -> Result<(), Refusal> {
        dial::prepare(&stream)?;
        let mut buffer = BytesMut::new();
        let handshake = loop {
            if let Some(handshake) = Handshake::decode_from(&mut buffer)? {
                break handshake;
            }
            if stream.read_buf(&mut buffer).await? == 0 {
                return Err(match buffer.is_empty() {
                    true => Refusal::Knock,
                    false => Refusal::Closed,
                });
            }
        };
        let sid = handshake.sid;
        if sid == self.sid {
            return Err(Refusal::OwnSid(sid));
        }
        if !self.table().learn(sid, handshake.addresses) {
            return Err(Refusal::TooManyStrangers(sid));
        }
        if sid > self.sid {
            self.connected(sid, stream, buffer);
            return Ok(());
        }
        drop(stream);
        let mut table = self.table();
        let (had, queued) = table.dialled_by_smaller(sid);
        if had {
            self.tell_link(sid, false);
        }
        drop(table);
        if queued == Queued::Dial {
            self.spawn_dial(sid);
        }
        Ok(())
    }

    fn spawn_dial(self: &Arc<Self>, sid: Sid) {
        let port = Arc::clone(self);
        let dialling = async move {
            tokio::select! {
                () = port.dial(sid) => {}
                () = port.closing.cancelled() => {}
            }
        };
        self.tasks.spawn_on(dialling, &self.runtime);
    }

    /// Dials a member until there is a connection with it, or nothing to say to it.
    async fn dial(self: &Arc<Self>, sid: Sid) {
        let mut pause = FIRST_PAUSE;
        let mut is_first = true;
        loop {
            let addresses = self.table().addresses(sid);
            let patience = match self.dial_once(sid, &addresses).await {
                Ok(()) if sid > self.sid => pause.max(DIALLED_BACK),
                Ok(()) => pause,
                Err(fault) => {
                    let address = dial::list(&addresses);
                    if std::mem::take(&mut is_first) {
                        tracing::warn!(%sid, address, %fault, "cannot reach the election port");
                    } else {
                        tracing::debug!(%sid, address, %fault, "cannot reach the election port");
                    }
                    pause
                }
            };
            if !self.table().keeps_dialling(sid) {
                return;
            }
            tokio::time::sleep(patience).await;
            if !self.table().keeps_dialling(sid) {
                return;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn dial_once(self: &Arc<Self>, sid: Sid, addresses: &[HostPort]) -> io::Result<()> {
        let mut stream = dial::connect(addresses, DIAL_TIMEOUT).await?;
        let mut handshake = BytesMut::new();
        lock(&self.handshake).encode(&mut handshake);
        stream.write_all(&handshake).await?;
        if sid > self.sid {
            // It closes the connection too, and dials back.
            return stream.shutdown().await;
        }
        self.connected(sid, stream, BytesMut::new());
        Ok(())
    }

    fn connected(self: &Arc<Self>, sid: Sid, stream: TcpStream, received: BytesMut) {
        let mut table = self.table();
        let (had, connection) = table.connect(sid, self.closing.child_token());
        if had {
            self.tell_link(sid, false);
        }
        self.tell_link(sid, true);
        drop(table);
        tracing::info!(%sid, remote = ?dial::remote(&stream).ok(), "election connection");
        let exchange = exchange::run(Arc::clone(self), connection, stream, received);
        self.tasks.spawn(exchange);
    }

    fn ended(self: &Arc<Self>, connection: &Connection) {
        let mut table = self.table();
        let (was_current, queued) = table.disconnect(connection);
        if was_current {
            self.tell_link(connection.sid, false);
        }
        drop(table);
        if queued == Queued::Dial && !self.closing.is_cancelled() {
            self.spawn_dial(connection.sid);
        }
    }

    /// Called with the table locked, so that ups and downs are told in their order.
    fn tell_link(&self, sid: Sid, up: bool) {
        // A driver that is gone needs to know nothing.
        let _ = self.inbox.send_vote(Input::ElectionLink { sid, up });
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        lock(&self.table)
    }
}

/// Nothing panics while it holds a lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
