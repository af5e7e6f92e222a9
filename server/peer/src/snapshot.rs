//! Snapshots: when one is due, and its way to the disk in slices while writes go on
//! (`SyncRequestProcessor.shouldSnapshot`, `ZooKeeperServer.takeSnapshot`).
//!
//! ```text
//!   SnapshotBegin, SnapshotSlice ──> SnapshotSliceWritten ──> SnapshotSlice ... ──> SnapshotEnd
//! ```
//!
//! The tree is as it was when the snapshot began, so that the file needs no replay to be
//! consistent. One slice is in flight at a time: a slow disk holds back the snapshot alone.
//!
//! What a quorum has decided is applied, though our own log may be behind, and the epochs with
//! it: a snapshot of that is sealed only once they have caught up. A crash before would leave
//! data of an epoch that this member never accepted, behind a log with a hole.

use bytes::BytesMut;
use zoowarden_shared::Zxid;
use zoowarden_tree::SnapshotStart;

use crate::{
    config::PeerConfig,
    effect::{Effect, Effects},
    input::Now,
    peer::{Peer, Role, ServerState},
};

/// The most that one slice holds, bytes.
pub(crate) const SLICE_LEN: usize = 1 << 20;

/// A large tree waits for half as many transactions as it has znodes, so that what a snapshot
/// costs stays in proportion to what was written; but no longer than so many `snapCount`s,
/// which bounds the log that a start replays.
const PATIENCE_SNAP_COUNTS: u64 = 10;

/// How far the snapshot under way is.
#[derive(Debug)]
enum Progress {
    None,
    /// A slice is being written; whether it is the last.
    Body {
        start: SnapshotStart,
        is_last: bool,
    },
    /// Every slice is written, and the log is behind: the snapshot must not become what a
    /// restart begins with yet.
    Unsealed(SnapshotStart),
    /// The file is being sealed.
    End,
}

/// Decides when a snapshot is taken, and knows how far it is.
#[derive(Debug)]
pub(crate) struct Snapshots {
    snap_count: u64,
    /// 0 for no bound.
    snap_size_limit_bytes: u64,
    /// A sequence drawn from the seed, so that members of an ensemble do not all take their
    /// snapshots at the same moment.
    random: u64,
    txns: u64,
    bytes: u64,
    due_after_txns: u64,
    due_after_bytes: u64,
    progress: Progress,
    /// One is due, but a learner's came first, or nothing is decided yet of what the tree holds.
    postponed: bool,
    last: Option<(Zxid, i64)>,
}

impl Snapshots {
    pub(crate) fn new(config: &PeerConfig, seed: u64) -> Self {
        let mut snapshots = Self {
            snap_count: u64::from(config.snap_count.max(2)),
            snap_size_limit_bytes: config.snap_size_limit_bytes,
            random: seed,
            txns: 0,
            bytes: 0,
            due_after_txns: 0,
            due_after_bytes: 0,
            progress: Progress::None,
            postponed: false,
            last: None,
        };
        snapshots.draw();
        snapshots
    }

    /// Draws the moment of the next one: after half of `snapCount` and a random part of the
    /// other half, and likewise by bytes.
    fn draw(&mut self) {
        let half_count = self.snap_count / 2;
        self.due_after_txns = half_count + self.next_random() % half_count.max(1);
        let half_bytes = self.snap_size_limit_bytes / 2;
        self.due_after_bytes = match self.snap_size_limit_bytes {
            0 => u64::MAX,
            _ => half_bytes + self.next_random() % half_bytes.max(1),
        };
        (self.txns, self.bytes) = (0, 0);
    }

    /// SplitMix64.
    fn next_random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A transaction of this length was appended: whether a new log and a snapshot of this
    /// many znodes are due.
    pub(crate) fn is_due_after(&mut self, len: usize, znodes: usize) -> bool {
        self.txns += 1;
        self.bytes += len as u64;
        let in_proportion = (znodes as u64 / 2).min(PATIENCE_SNAP_COUNTS * self.snap_count);
        let due_after_txns = self.due_after_txns.max(in_proportion);
        if self.txns <= due_after_txns && self.bytes <= self.due_after_bytes {
            return false;
        }
        self.draw();
        true
    }

    /// It is on the disk.
    pub(crate) fn done(&mut self, zxid: Zxid, now: Now) {
        self.progress = Progress::None;
        self.last = Some((zxid, now.wall_ms));
    }

    /// The next one is taken as soon as may be.
    pub(crate) fn postpone(&mut self) {
        self.postponed = true;
    }

    /// The tree's picture is given to a learner: what was written of our own so far is given
    /// up, and begun anew later. (Once its last slice is out it needs the tree no longer.)
    pub(crate) fn pre_empt(&mut self) {
        if let Progress::Body { .. } = self.progress {
            self.progress = Progress::None;
            self.postponed = true;
        }
    }

    /// The tree is exchanged: what is under way of the old one is not asked for any more.
    pub(crate) fn give_up(&mut self) {
        self.progress = Progress::None;
    }

    pub(crate) fn last(&self) -> Option<(Zxid, i64)> {
        self.last
    }
}

impl Peer {
    /// Begins a snapshot of what is applied, unless one is under way ("too busy to snap").
    ///
    /// While a member of an ensemble has no leader, its tree may hold what the next leader
    /// has cut off, and a snapshot would bring that back.
    pub(crate) fn begin_snapshot(&mut self, out: &mut Effects) {
        let Progress::None = self.snapshots.progress else {
            return;
        };
        let is_decided = self.state == ServerState::Running && self.role != Role::ReadOnly;
        if !is_decided || self.is_streaming() {
            return self.snapshots.postpone();
        }
        self.begin_snapshot_now(out);
    }

    /// Begins the snapshot that could not be begun when it was due.
    pub(crate) fn begin_postponed_snapshot(&mut self, out: &mut Effects) {
        if self.snapshots.postponed {
            self.begin_snapshot(out);
        }
    }

    pub(crate) fn begin_snapshot_now(&mut self, out: &mut Effects) {
        self.snapshots.postponed = false;
        self.metrics.snapshots_begun += 1;
        let start = self.db.tree.snapshot_begin(&self.db.sessions.table());
        out.push(Effect::SnapshotBegin { zxid: start.zxid });
        self.push_slice(start, out);
    }

    /// The slice is written: the next one, or the end.
    pub(crate) fn next_snapshot_slice(&mut self, out: &mut Effects) {
        let Progress::Body { start, is_last } = self.snapshots.progress else {
            return;
        };
        if is_last {
            self.snapshots.progress = Progress::Unsealed(start);
            self.seal_snapshot(out);
        } else {
            self.push_slice(start, out);
        }
    }

    /// Seals a snapshot whose slices are all written, once the log and the epochs hold as much.
    pub(crate) fn seal_snapshot(&mut self, out: &mut Effects) {
        let Progress::Unsealed(start) = self.snapshots.progress else {
            return;
        };
        // A standalone server applies only what is flushed.
        let ensemble = self.ensemble.as_ref();
        if ensemble.is_none_or(|ensemble| ensemble.zab.holds_durably(start.zxid)) {
            self.snapshots.progress = Progress::End;
            out.push(Effect::SnapshotEnd {
                zxid: start.zxid,
                digest: start.digest,
            });
        }
    }

    fn push_slice(&mut self, start: SnapshotStart, out: &mut Effects) {
        let mut slice = BytesMut::new();
        let is_last = self.db.tree.snapshot_slice(SLICE_LEN, &mut slice);
        self.snapshots.progress = Progress::Body { start, is_last };
        out.push(Effect::SnapshotSlice(slice.freeze()));
    }

    pub(crate) fn snapshot_failed(&mut self) {
        self.metrics.snapshots_failed += 1;
        self.snapshots.progress = Progress::None;
        self.db.tree.snapshot_abort();
    }
}
