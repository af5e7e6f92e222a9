//! What goes over the links, as the AdminServer's `observers` tells of it
//! (`LearnerHandler.getLearnerHandlerInfo`).

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering::Relaxed},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use bytes::{Bytes, BytesMut};
use rustc_hash::FxHashMap;
use zoowarden_shared::{
    Zxid,
    jute::Jute,
    quorum::{PacketType, QuorumPacket},
};
use zoowarden_zab::LinkId;

use super::link::Link;

/// Packets that are sent in one piece.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    bytes: BytesMut,
    packets: u64,
    /// The last positive zxid among them, or 0.
    last_zxid: i64,
}

impl Gathered {
    pub(crate) fn push(&mut self, packet: &QuorumPacket) {
        packet.encode(&mut self.bytes);
        self.packets += 1;
        if packet.zxid > Zxid(0) {
            self.last_zxid = packet.zxid.0;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.packets == 0
    }

    /// All of them; the buffer goes on behind them.
    pub(crate) fn take(&mut self) -> Self {
        Self {
            bytes: self.bytes.split(),
            packets: std::mem::take(&mut self.packets),
            last_zxid: std::mem::take(&mut self.last_zxid),
        }
    }

    pub(super) fn packets(&self) -> u64 {
        self.packets
    }

    pub(super) fn into_bytes(self) -> Bytes {
        self.bytes.freeze()
    }
}

/// A link's counters.
#[derive(Debug)]
pub(super) struct Traffic {
    established: SystemTime,
    received: AtomicU64,
    requests: AtomicU64,
    sent: AtomicU64,
    last_zxid: AtomicI64,
}

/// What can be said of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LinkView {
    /// The other side.
    pub(crate) remote: SocketAddr,
    /// Since when, Unix milliseconds.
    pub(crate) established_wall_ms: i64,
    /// Packets that wait for the socket, the one that is half written among them.
    pub(crate) queued_packets: u64,
    /// Bytes that do.
    pub(crate) queued_bytes: usize,
    /// Packets received.
    pub(crate) received: u64,
    /// Requests of clients among them.
    pub(crate) requests: u64,
    /// Packets sent or queued.
    pub(crate) sent: u64,
    /// The zxid of the last of them that had one; -1 before the first.
    pub(crate) last_zxid: i64,
}

impl Traffic {
    pub(super) fn new() -> Self {
        Self {
            established: SystemTime::now(),
            received: AtomicU64::new(0),
            requests: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            last_zxid: AtomicI64::new(-1),
        }
    }

    pub(super) fn received(&self, packets: &[QuorumPacket]) {
        let is_request = |packet: &&QuorumPacket| packet.packet_type() == Some(PacketType::Request);
        self.received.fetch_add(packets.len() as u64, Relaxed);
        let requests = packets.iter().filter(is_request).count();
        self.requests.fetch_add(requests as u64, Relaxed);
    }

    pub(super) fn sent(&self, gathered: &Gathered) {
        self.sent.fetch_add(gathered.packets, Relaxed);
        if gathered.last_zxid > 0 {
            self.last_zxid.store(gathered.last_zxid, Relaxed);
        }
    }

    fn reset(&self) {
        self.received.store(0, Relaxed);
        self.requests.store(0, Relaxed);
        self.sent.store(0, Relaxed);
        self.last_zxid.store(-1, Relaxed);
    }
}

/// The links that are open.
#[derive(Debug, Default)]
pub(crate) struct OpenLinks(Mutex<FxHashMap<LinkId, Arc<Link>>>);

impl OpenLinks {
    pub(super) fn add(&self, link: &Arc<Link>) {
        self.lock().insert(link.id(), Arc::clone(link));
    }

    pub(super) fn remove(&self, id: LinkId) {
        self.lock().remove(&id);
    }

    /// What can be said of this link; `None` where it is over.
    pub(crate) fn view(&self, id: LinkId) -> Option<LinkView> {
        let link = self.lock().get(&id).map(Arc::clone)?;
        let (queued_packets, queued_bytes) = link.queued();
        let traffic = link.traffic();
        let established = traffic.established.duration_since(UNIX_EPOCH);
        Some(LinkView {
            remote: link.remote(),
            established_wall_ms: established.map_or(0, |since| since.as_millis() as i64),
            queued_packets,
            queued_bytes,
            received: traffic.received.load(Relaxed),
            requests: traffic.requests.load(Relaxed),
            sent: traffic.sent.load(Relaxed),
            last_zxid: traffic.last_zxid.load(Relaxed),
        })
    }

    /// Counts this link's packets anew (`LearnerHandler.resetObserverConnectionStats`).
    pub(crate) fn reset(&self, id: LinkId) {
        if let Some(link) = self.lock().get(&id) {
            link.traffic().reset();
        }
    }

    fn lock(&self) -> MutexGuard<'_, FxHashMap<LinkId, Arc<Link>>> {
        // Nothing panics while it holds the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
