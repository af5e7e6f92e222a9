//! One client connection as driver and connection task share it: the way out.
//!
//! The driver writes replies straight to the socket, which saves waking the connection's
//! task; what the socket does not take waits here, and the task writes it when it can.

use std::{
    future::poll_fn,
    io,
    net::SocketAddr,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use tokio::{net::tcp::OwnedWriteHalf, sync::Notify};
use zoowarden_peer::{CloseReason, ConnId};

use super::outbox::Outbox;

/// Bytes waiting for a client above which its requests are not read any more.
pub(crate) const SLOW_READER_BYTES: usize = 1 << 20;

/// Bytes waiting for a client at which it is closed: it takes part in nothing, and only watch
/// events and replies to requests that were read before can still add to them.
pub(crate) const HOPELESS_READER_BYTES: usize = 64 << 20;

/// A connection, as the driver and its task share it.
#[derive(Debug)]
pub(crate) struct Connection {
    id: ConnId,
    remote: SocketAddr,
    out: Mutex<WayOut>,
    read_paused: AtomicBool,
    has_deferred: AtomicBool,
    changed: Notify,
}

#[derive(Debug)]
struct WayOut {
    outbox: Outbox,
    end: Option<End>,
}

/// Why no more is sent.
#[derive(Clone, Debug)]
pub(crate) enum End {
    /// The member closes the connection, after what waits is written.
    Closing(CloseReason),
    /// The client did not read, and this many bytes wait for it.
    HopelessReader(usize),
    /// The socket is broken.
    Broken(io::ErrorKind),
}

/// What the connection's task must know to go on.
#[derive(Debug)]
pub(crate) struct OutboxState {
    /// Bytes that wait for the socket.
    pub(crate) waiting_bytes: usize,
    /// Set when the connection ends.
    pub(crate) end: Option<End>,
}

impl Connection {
    pub(crate) fn new(id: ConnId, remote: SocketAddr, socket: OwnedWriteHalf) -> Self {
        Self {
            id,
            remote,
            out: Mutex::new(WayOut {
                outbox: Outbox::new(socket),
                end: None,
            }),
            read_paused: AtomicBool::new(false),
            has_deferred: AtomicBool::new(false),
            changed: Notify::new(),
        }
    }

    pub(crate) fn id(&self) -> ConnId {
        self.id
    }

    /// The client's address; an IPv4 client of a dual-stack socket has its IPv4 address.
    pub(crate) fn remote(&self) -> SocketAddr {
        self.remote
    }

    /// Sends these bytes after all that was sent before. Never waits.
    pub(crate) fn send(&self, bytes: Bytes) {
        let out = self.lock();
        if out.end.is_none() {
            self.put(out, bytes);
        }
    }

    /// Sends these bytes though the member closes the connection.
    pub(crate) fn send_last(&self, bytes: Bytes) {
        let out = self.lock();
        if matches!(out.end, None | Some(End::Closing(_))) {
            self.put(out, bytes);
        }
    }

    fn put(&self, mut out: MutexGuard<'_, WayOut>, bytes: Bytes) {
        match out.outbox.send(bytes) {
            Ok(false) => return,
            Ok(true) if out.outbox.waiting_bytes() > HOPELESS_READER_BYTES => {
                out.end = Some(End::HopelessReader(out.outbox.waiting_bytes()));
            }
            Ok(true) => {}
            Err(fault) => out.end = Some(End::Broken(fault.kind())),
        }
        drop(out);
        self.changed.notify_one();
    }

    /// Ends the connection once all that was sent is written.
    pub(crate) fn close(&self, reason: CloseReason) {
        let mut out = self.lock();
        out.end.get_or_insert(End::Closing(reason));
        drop(out);
        self.changed.notify_one();
    }

    /// Stops or resumes reading requests.
    pub(crate) fn pause_reading(&self, paused: bool) {
        self.read_paused.store(paused, Ordering::Release);
        if !paused {
            self.changed.notify_one();
        }
    }

    pub(crate) fn is_reading_paused(&self) -> bool {
        self.read_paused.load(Ordering::Acquire)
    }

    /// Bytes that wait because the client does not take them.
    pub(crate) fn waiting_bytes(&self) -> usize {
        self.lock().outbox.waiting_bytes()
    }

    /// Resolves when something changed that the task must look at.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    pub(crate) fn state(&self) -> OutboxState {
        let out = self.lock();
        OutboxState {
            waiting_bytes: out.outbox.waiting_bytes(),
            end: out.end.clone(),
        }
    }

    /// Resolves when the socket has taken all that waited.
    ///
    /// # Errors
    /// The socket's, when it is broken.
    pub(crate) async fn flushed(&self) -> io::Result<()> {
        poll_fn(|context| self.lock().outbox.poll_flush(context)).await
    }

    /// Remembers that the driver keeps requests of this connection until its client has read
    /// what it was sent.
    pub(crate) fn defer_requests(&self) {
        self.has_deferred.store(true, Ordering::Release);
        self.changed.notify_one();
    }

    /// Whether the driver keeps requests; true once for each [`Self::defer_requests`].
    pub(crate) fn take_deferred(&self) -> bool {
        self.has_deferred.swap(false, Ordering::AcqRel)
    }

    /// Drops the socket's writing half and all that waits for it. The socket is closed when
    /// the task drops its half too, however long the driver keeps this value.
    pub(crate) fn abandon(&self) {
        let mut out = self.lock();
        out.outbox.abandon();
        out.end
            .get_or_insert(End::Broken(io::ErrorKind::NotConnected));
    }

    fn lock(&self) -> MutexGuard<'_, WayOut> {
        self.out.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
