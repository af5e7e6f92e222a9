//! One client connection as driver and connection task share it: the way out.
//!
//! The driver writes replies straight to the socket, which saves waking the connection's
//! task; what the socket does not take waits here, and the task writes it when it can.

use std::{
    collections::VecDeque,
    future::poll_fn,
    io::{self, IoSlice},
    net::SocketAddr,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use tokio::{net::tcp::OwnedWriteHalf, sync::Notify};
use zoowarden_peer::{CloseReason, ConnId};

/// Bytes waiting for a client above which its requests are not read any more.
pub(crate) const SLOW_READER_BYTES: usize = 1 << 20;

/// Bytes waiting for a client at which it is closed: it takes part in nothing, and only watch
/// events and replies to requests that were read before can still add to them.
pub(crate) const HOPELESS_READER_BYTES: usize = 64 << 20;

/// Parts that one vectored write offers to the socket.
const PARTS_PER_WRITE: usize = 32;

/// A connection, as the driver and its task share it.
#[derive(Debug)]
pub(crate) struct Connection {
    id: ConnId,
    remote: SocketAddr,
    outbox: Mutex<Outbox>,
    read_paused: AtomicBool,
    has_deferred: AtomicBool,
    changed: Notify,
}

#[derive(Debug)]
struct Outbox {
    /// `None` once the connection is over: dropping it closes the socket.
    socket: Option<OwnedWriteHalf>,
    waiting: VecDeque<Bytes>,
    waiting_bytes: usize,
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
            outbox: Mutex::new(Outbox {
                socket: Some(socket),
                waiting: VecDeque::new(),
                waiting_bytes: 0,
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
    pub(crate) fn send(&self, mut bytes: Bytes) {
        let mut outbox = self.lock();
        if outbox.end.is_some() {
            return;
        }
        if outbox.waiting.is_empty()
            && let Some(socket) = &outbox.socket
        {
            match socket.try_write(&bytes) {
                Ok(written) => bytes.advance(written),
                Err(fault) if is_transient(&fault) => {}
                Err(fault) => {
                    outbox.end = Some(End::Broken(fault.kind()));
                    drop(outbox);
                    self.changed.notify_one();
                    return;
                }
            }
            if bytes.is_empty() {
                return;
            }
        }
        outbox.waiting_bytes += bytes.len();
        outbox.waiting.push_back(bytes);
        if outbox.waiting_bytes > HOPELESS_READER_BYTES {
            outbox.end = Some(End::HopelessReader(outbox.waiting_bytes));
        }
        drop(outbox);
        self.changed.notify_one();
    }

    /// Ends the connection once all that was sent is written.
    pub(crate) fn close(&self, reason: CloseReason) {
        let mut outbox = self.lock();
        outbox.end.get_or_insert(End::Closing(reason));
        drop(outbox);
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
        self.lock().waiting_bytes
    }

    /// Resolves when something changed that the task must look at.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    pub(crate) fn state(&self) -> OutboxState {
        let outbox = self.lock();
        OutboxState {
            waiting_bytes: outbox.waiting_bytes,
            end: outbox.end.clone(),
        }
    }

    /// Resolves when the socket has taken all that waited.
    ///
    /// # Errors
    /// The socket's, when it is broken.
    pub(crate) async fn flushed(&self) -> io::Result<()> {
        poll_fn(|context| self.poll_flush(context)).await
    }

    fn poll_flush(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut outbox = self.lock();
        loop {
            outbox.write_what_fits()?;
            if outbox.waiting.is_empty() {
                return Poll::Ready(Ok(()));
            }
            let Some(socket) = &outbox.socket else {
                return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
            };
            ready!(socket.as_ref().poll_write_ready(context))?;
        }
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
        let mut outbox = self.lock();
        outbox.socket = None;
        outbox.waiting.clear();
        outbox.waiting_bytes = 0;
        outbox
            .end
            .get_or_insert(End::Broken(io::ErrorKind::NotConnected));
    }

    fn lock(&self) -> MutexGuard<'_, Outbox> {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outbox {
    /// Writes what waits, as far as the socket takes it now.
    fn write_what_fits(&mut self) -> io::Result<()> {
        let Some(socket) = &self.socket else {
            return Ok(());
        };
        while !self.waiting.is_empty() {
            let mut parts = [IoSlice::new(&[]); PARTS_PER_WRITE];
            let mut used = 0;
            for (part, bytes) in parts.iter_mut().zip(&self.waiting) {
                *part = IoSlice::new(bytes);
                used += 1;
            }
            match socket.try_write_vectored(&parts[..used]) {
                Ok(written) => {
                    self.waiting_bytes -= written;
                    discard(&mut self.waiting, written);
                }
                Err(fault) if is_transient(&fault) => break,
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }
}

fn is_transient(fault: &io::Error) -> bool {
    matches!(
        fault.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}

/// Removes the first `count` bytes.
fn discard(waiting: &mut VecDeque<Bytes>, mut count: usize) {
    while let Some(front) = waiting.front_mut() {
        if front.len() > count {
            front.advance(count);
            return;
        }
        count -= front.len();
        waiting.pop_front();
    }
}
