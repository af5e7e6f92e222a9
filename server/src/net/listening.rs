//! One port's listening sockets, which move where a reconfig says while the member runs
//! (`QuorumPeer.processReconfig`, `NIOServerCnxnFactory.reconfigure`).
//!
//! What was accepted before a move stays connected. The old sockets are closed first, since a
//! new address may overlap an old one; a new one that is taken is tried until it is free, as
//! where two members change places.

use std::{future::pending, future::poll_fn, mem, task::Poll, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::spawn_blocking,
    time::{Interval, MissedTickBehavior, interval, sleep},
};
use tokio_util::sync::CancellationToken;
use zoowarden_shared::config::HostPort;

use super::accept;
use crate::configure::listen_address;

/// A pause after a failed accept (out of file descriptors, mostly): trying at once again would
/// only burn the processor that could free some.
const AFTER_FAILED_ACCEPT: Duration = Duration::from_millis(100);

/// Between two tries to listen at an address that is taken.
const AFTER_FAILED_BIND: Duration = Duration::from_millis(500);

/// Opens a listening socket at an address of the configuration.
///
/// # Errors
/// When the host is not known or is not this one, or the port is taken.
pub(crate) fn listen_at(address: &HostPort, backlog: Option<u32>) -> anyhow::Result<TcpListener> {
    let ip = listen_address(address)?;
    Ok(accept::bind(ip, address.port, backlog)?)
}

/// The sockets at which one port listens.
#[derive(Debug)]
pub(crate) struct Listening {
    /// Which port, for log lines.
    port: &'static str,
    listeners: Vec<TcpListener>,
    backlog: Option<u32>,
    moves: Option<watch::Receiver<Vec<HostPort>>>,
    /// Where it was told to listen and cannot.
    unbound: Vec<HostPort>,
    retry: Interval,
}

impl Listening {
    /// Listens at these sockets. To be made within a runtime.
    pub(crate) fn new(port: &'static str, listeners: Vec<TcpListener>) -> Self {
        let mut retry = interval(AFTER_FAILED_BIND);
        retry.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            port,
            listeners,
            backlog: None,
            moves: None,
            unbound: Vec::new(),
            retry,
        }
    }

    /// Moves whenever other addresses are told.
    pub(crate) fn moved_by(mut self, addresses: &watch::Sender<Vec<HostPort>>) -> Self {
        self.moves = Some(addresses.subscribe());
        self
    }

    /// How many connections the kernel keeps for sockets that are still to be opened.
    pub(crate) fn with_backlog(mut self, backlog: Option<u32>) -> Self {
        self.backlog = backlog;
        self
    }

    /// The next connection, wherever the port listens by then; `None` once it is closed. Goes
    /// on when accepting fails.
    pub(super) async fn accept(&mut self, closing: &CancellationToken) -> Option<TcpStream> {
        loop {
            tokio::select! {
                () = closing.cancelled() => return None,
                stream = accept_any(&self.listeners, self.port) => return Some(stream),
                addresses = next_move(&mut self.moves) => {
                    self.listeners.clear();
                    self.unbound = addresses;
                    self.bind(true).await;
                }
                _ = self.retry.tick(), if !self.unbound.is_empty() => self.bind(false).await,
            }
        }
    }

    async fn bind(&mut self, is_first_try: bool) {
        for address in mem::take(&mut self.unbound) {
            let (at, backlog) = (address.clone(), self.backlog);
            // Its name may have to be resolved.
            let bound = spawn_blocking(move || listen_at(&at, backlog)).await;
            match bound.unwrap_or_else(|fault| Err(fault.into())) {
                Ok(listener) => {
                    tracing::info!(port = self.port, %address, "listens elsewhere");
                    self.listeners.push(listener);
                }
                Err(fault) => {
                    if is_first_try {
                        let port = self.port;
                        tracing::error!(port, %address, "cannot listen here yet: {fault:#}");
                    }
                    self.unbound.push(address);
                }
            }
        }
    }
}

async fn next_move(moves: &mut Option<watch::Receiver<Vec<HostPort>>>) -> Vec<HostPort> {
    if let Some(moves) = moves
        && moves.changed().await.is_ok()
    {
        return moves.borrow_and_update().clone();
    }
    pending().await
}

async fn accept_any(listeners: &[TcpListener], port: &str) -> TcpStream {
    loop {
        let accepted = poll_fn(|context| {
            let polled = listeners.iter().map(|socket| socket.poll_accept(context));
            let mut ready = polled.filter(Poll::is_ready);
            ready.next().unwrap_or(Poll::Pending)
        });
        match accepted.await {
            Ok((stream, _)) => return stream,
            Err(fault) => {
                tracing::warn!(port, %fault, "cannot accept a connection");
                sleep(AFTER_FAILED_ACCEPT).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::{io::AsyncReadExt, time::timeout};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    async fn any_port() -> (TcpListener, HostPort) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        (listener, HostPort::new("127.0.0.1", port))
    }

    async fn connect(to: &HostPort) -> std::io::Result<TcpStream> {
        TcpStream::connect((to.host.as_str(), to.port)).await
    }

    async fn connect_soon(to: &HostPort) -> TcpStream {
        let connecting = async {
            loop {
                match connect(to).await {
                    Ok(stream) => return stream,
                    Err(_) => sleep(Duration::from_millis(2)).await,
                }
            }
        };
        timeout(PATIENCE, connecting).await.unwrap()
    }

    #[tokio::test]
    async fn it_listens_where_it_is_told_and_keeps_what_it_accepted() {
        let (old, old_address) = any_port().await;
        // Taken until it is dropped.
        let (taken, new_address) = any_port().await;
        let moves = watch::Sender::new(vec![old_address.clone()]);
        let mut listening = Listening::new("client", vec![old]).moved_by(&moves);
        let closing = CancellationToken::new();
        let (accepted, mut streams) = tokio::sync::mpsc::unbounded_channel();
        let serving = tokio::spawn({
            let closing = closing.clone();
            async move {
                while let Some(stream) = listening.accept(&closing).await {
                    accepted.send(stream).unwrap();
                }
            }
        });
        let mut before = connect(&old_address).await.unwrap();
        let kept = timeout(PATIENCE, streams.recv()).await.unwrap().unwrap();

        moves.send_replace(vec![new_address.clone()]);
        let closed = async { while connect(&old_address).await.is_ok() {} };
        timeout(PATIENCE, closed).await.unwrap();
        drop(taken);
        let after = connect_soon(&new_address).await;
        let here = after.local_addr().unwrap();
        let found = async {
            // Those that came just before the move are among them.
            while streams.recv().await.unwrap().peer_addr().unwrap() != here {}
        };
        timeout(PATIENCE, found).await.unwrap();
        kept.try_write(b"x").unwrap();
        let read = timeout(PATIENCE, before.read_u8()).await.unwrap();
        assert_eq!(read.unwrap(), b'x');

        closing.cancel();
        timeout(PATIENCE, serving).await.unwrap().unwrap();
        assert!(connect(&new_address).await.is_err());
    }

    #[tokio::test]
    async fn it_stays_where_it_is_when_nobody_can_move_it_any_more() {
        let (socket, address) = any_port().await;
        let moves = watch::Sender::new(Vec::new());
        let mut listening = Listening::new("client", vec![socket]).moved_by(&moves);
        drop(moves);
        let _client = connect(&address).await.unwrap();
        let closing = CancellationToken::new();
        let accepting = listening.accept(&closing);
        assert!(timeout(PATIENCE, accepting).await.unwrap().is_some());
    }
}
