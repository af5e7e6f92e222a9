//! One link as driver and its task share it: the way out.

use std::{
    collections::VecDeque,
    future::poll_fn,
    io,
    net::SocketAddr,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use tokio::{net::tcp::OwnedWriteHalf, sync::Notify};
use tokio_util::sync::CancellationToken;
use zoowarden_zab::LinkId;

use super::traffic::{Gathered, Traffic};
use crate::net::outbox::Outbox;

/// Bytes waiting for a member at which it is let go: it catches up better by a new
/// synchronisation than by what lies here.
const HOPELESS_LEARNER_BYTES: usize = 64 << 20;

/// A connection of the quorum port.
#[derive(Debug)]
pub(crate) struct Link {
    id: LinkId,
    remote: SocketAddr,
    out: Mutex<WayOut>,
    read_paused: AtomicBool,
    changed: Notify,
    ended: CancellationToken,
    traffic: Traffic,
}

#[derive(Debug)]
struct WayOut {
    outbox: Outbox,
    /// Bytes sent since the beginning, written or waiting.
    sent: u64,
    /// Where raw pieces end, counted as in `sent`; those that were told are gone.
    raw_ends: VecDeque<u64>,
    /// Where pieces end that the socket has not taken at once, and the packets in each.
    waiting: VecDeque<(u64, u64)>,
    end: Option<LinkEnd>,
}

/// Why no more is sent.
#[derive(Clone, Debug)]
pub(super) enum LinkEnd {
    /// The core hangs up, after what waits is written.
    HungUp,
    /// The other side did not read, and this many bytes wait for it.
    Hopeless(usize),
    /// The socket is broken.
    Broken(io::ErrorKind),
}

/// What the link's task must know to go on.
#[derive(Debug)]
pub(super) struct LinkState {
    /// Bytes that wait for the socket.
    pub(super) waiting_bytes: usize,
    /// Raw pieces written since the last look.
    pub(super) drained: usize,
    /// Set when the link ends.
    pub(super) end: Option<LinkEnd>,
}

impl Link {
    pub(super) fn new(id: LinkId, remote: SocketAddr, socket: OwnedWriteHalf) -> Self {
        Self {
            id,
            remote,
            out: Mutex::new(WayOut {
                outbox: Outbox::new(socket),
                sent: 0,
                raw_ends: VecDeque::new(),
                waiting: VecDeque::new(),
                end: None,
            }),
            read_paused: AtomicBool::new(false),
            changed: Notify::new(),
            ended: CancellationToken::new(),
            traffic: Traffic::new(),
        }
    }

    pub(crate) fn id(&self) -> LinkId {
        self.id
    }

    /// The other side's address.
    pub(crate) fn remote(&self) -> SocketAddr {
        self.remote
    }

    pub(super) fn traffic(&self) -> &Traffic {
        &self.traffic
    }

    /// Packets and bytes that wait for the socket.
    pub(super) fn queued(&self) -> (u64, usize) {
        let mut out = self.lock();
        out.forget_written();
        let packets = out.waiting.iter().map(|(_, packets)| packets).sum();
        (packets, out.outbox.waiting_bytes())
    }

    /// Sends these packets after all that was sent before. Never waits.
    pub(crate) fn send(&self, packets: Gathered) {
        self.traffic.sent(&packets);
        let count = packets.packets();
        self.send_and(packets.into_bytes(), count, false);
    }

    /// The same with a part of a snapshot, and has [`super::LinkMessage::Drained`] told when it
    /// is written.
    pub(crate) fn send_raw(&self, bytes: Bytes) {
        self.send_and(bytes, 0, true);
    }

    fn send_and(&self, bytes: Bytes, packets: u64, is_raw: bool) {
        let mut out = self.lock();
        if out.end.is_some() {
            return;
        }
        out.sent += bytes.len() as u64;
        if is_raw {
            let end = out.sent;
            out.raw_ends.push_back(end);
        }
        match out.outbox.send(bytes) {
            Ok(is_left) => {
                out.forget_written();
                if is_left {
                    let end = out.sent;
                    out.waiting.push_back((end, packets));
                }
                let waiting = out.outbox.waiting_bytes();
                if waiting > HOPELESS_LEARNER_BYTES {
                    out.end = Some(LinkEnd::Hopeless(waiting));
                    self.ended.cancel();
                } else if !is_left && !is_raw {
                    return;
                }
            }
            Err(fault) => {
                out.end = Some(LinkEnd::Broken(fault.kind()));
                self.ended.cancel();
            }
        }
        drop(out);
        self.changed.notify_one();
    }

    /// Ends the link once all that was sent is written.
    pub(crate) fn hang_up(&self) {
        self.lock().end.get_or_insert(LinkEnd::HungUp);
        self.ended.cancel();
        self.changed.notify_one();
    }

    /// Stops or resumes reading.
    pub(crate) fn pause_reading(&self, paused: bool) {
        self.read_paused.store(paused, Ordering::Release);
        if !paused {
            self.changed.notify_one();
        }
    }

    pub(super) fn is_reading_paused(&self) -> bool {
        self.read_paused.load(Ordering::Acquire)
    }

    /// Resolves when something changed that the task must look at.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Resolves when the link is to end.
    pub(super) async fn ended(&self) {
        self.ended.cancelled().await;
    }

    pub(super) fn state(&self) -> LinkState {
        let mut out = self.lock();
        LinkState {
            drained: out.take_drained(),
            waiting_bytes: out.outbox.waiting_bytes(),
            end: out.end.clone(),
        }
    }

    /// Resolves when the socket has taken all that waited, or all of a raw piece.
    ///
    /// # Errors
    /// The socket's, when it is broken.
    pub(super) async fn progress(&self) -> io::Result<()> {
        poll_fn(|context| {
            let mut out = self.lock();
            match out.outbox.poll_flush(context) {
                Poll::Pending if out.has_drained() => Poll::Ready(Ok(())),
                polled => polled,
            }
        })
        .await
    }

    /// Resolves when the socket has taken all that waited.
    ///
    /// # Errors
    /// The socket's, when it is broken.
    pub(super) async fn flushed(&self) -> io::Result<()> {
        poll_fn(|context: &mut Context<'_>| self.lock().outbox.poll_flush(context)).await
    }

    /// Drops the socket's writing half and all that waits for it.
    pub(super) fn abandon(&self) {
        let mut out = self.lock();
        out.outbox.abandon();
        out.raw_ends.clear();
        out.waiting.clear();
        out.end
            .get_or_insert(LinkEnd::Broken(io::ErrorKind::NotConnected));
    }

    fn lock(&self) -> MutexGuard<'_, WayOut> {
        self.out.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl WayOut {
    fn written(&self) -> u64 {
        self.sent - self.outbox.waiting_bytes() as u64
    }

    fn forget_written(&mut self) {
        let written = self.written();
        while self.waiting.front().is_some_and(|(end, _)| *end <= written) {
            self.waiting.pop_front();
        }
    }

    fn has_drained(&self) -> bool {
        (self.raw_ends.front()).is_some_and(|end| *end <= self.written())
    }

    fn take_drained(&mut self) -> usize {
        let mut count = 0;
        while self.has_drained() {
            self.raw_ends.pop_front();
            count += 1;
        }
        count
    }
}
