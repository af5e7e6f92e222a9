//! Snapshots for learners that cannot be brought up to date otherwise (SNAP).
//!
//! ```text
//!   SnapshotWanted ─> waiting ─> snapshot_begun ─> SendRaw ─> Drained ─> SendRaw ... ─> snapshot_sent
//! ```
//!
//! The tree takes one picture at a time: learners wait for each other, and a snapshot of our
//! own waits for them all, since a learner counts for the quorum. One slice is in flight, so
//! that a slow learner holds back neither memory nor commits.

use std::collections::VecDeque;

use bytes::BytesMut;
use zoowarden_shared::jute::put_bytes;
use zoowarden_zab::LinkId;

use crate::{
    effect::{Effect, Effects},
    input::Now,
    peer::Peer,
    snapshot::SLICE_LEN,
};

/// Ends the stream (`LearnerHandler`, `Learner.syncWithLeader`).
const SIGNATURE: &[u8] = b"BenWasHere";

/// Who is sent a snapshot, and who is next.
#[derive(Debug, Default)]
pub(super) struct Streams {
    active: Option<LinkId>,
    waiting: VecDeque<LinkId>,
}

impl Streams {
    pub(super) fn len(&self) -> usize {
        self.waiting.len() + usize::from(self.active.is_some())
    }
}

impl Peer {
    /// Whether the tree's picture belongs to a learner.
    pub(crate) fn is_streaming(&self) -> bool {
        self.ensemble
            .as_ref()
            .is_some_and(|ensemble| ensemble.streams.active.is_some())
    }

    pub(super) fn snapshot_wanted(&mut self, now: Now, link: LinkId, out: &mut Effects) {
        if let Some(ensemble) = &mut self.ensemble {
            ensemble.streams.waiting.push_back(link);
        }
        self.next_stream(now, out);
    }

    /// A learner's link is gone, and its snapshot with it.
    pub(super) fn learner_gone(&mut self, now: Now, link: LinkId, out: &mut Effects) {
        let Some(ensemble) = &mut self.ensemble else {
            return;
        };
        ensemble.learner_syncs.forget(link);
        ensemble.streams.waiting.retain(|waiting| *waiting != link);
        if ensemble.streams.active == Some(link) {
            ensemble.streams.active = None;
            self.db.tree.snapshot_abort();
            self.next_stream(now, out);
        }
    }

    /// Begins the next stream, if none is under way; and when there is none, our own snapshot
    /// that had to wait.
    fn next_stream(&mut self, now: Now, out: &mut Effects) {
        while !self.is_streaming() {
            let waiting = self.ensemble.as_mut();
            let Some(link) = waiting.and_then(|ensemble| ensemble.streams.waiting.pop_front())
            else {
                return self.begin_postponed_snapshot(out);
            };
            let zxid = self.db.zxid();
            let begun = self.zab(now, out, |zab, outputs| {
                zab.snapshot_begun(link, zxid, outputs)
            });
            if begun == Some(true) {
                self.snapshots.pre_empt();
                self.db.tree.snapshot_begin(&self.db.sessions.table());
                if let Some(ensemble) = &mut self.ensemble {
                    ensemble.streams.active = Some(link);
                }
                self.send_slice(now, link, out);
            }
        }
    }

    /// The socket has taken the last slice.
    pub(crate) fn stream_drained(&mut self, now: Now, link: LinkId, out: &mut Effects) {
        let streams = self.ensemble.as_ref().map(|ensemble| &ensemble.streams);
        if streams.is_some_and(|streams| streams.active == Some(link)) {
            self.send_slice(now, link, out);
        }
    }

    fn send_slice(&mut self, now: Now, link: LinkId, out: &mut Effects) {
        let mut slice = BytesMut::new();
        let mut is_last = false;
        // A slice over which everything was written already is empty.
        while slice.is_empty() && !is_last {
            is_last = self.db.tree.snapshot_slice(SLICE_LEN, &mut slice);
        }
        if is_last {
            put_bytes(&mut slice, SIGNATURE);
        }
        out.push(Effect::SendRaw(link, slice.freeze()));
        if is_last {
            if let Some(ensemble) = &mut self.ensemble {
                ensemble.streams.active = None;
            }
            self.zab(now, out, |zab, outputs| {
                zab.snapshot_sent(now.mono_us, link, outputs);
            });
            self.next_stream(now, out);
        }
    }
}
