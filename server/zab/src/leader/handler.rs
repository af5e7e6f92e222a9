//! One learner, as its leader sees it (`LearnerHandler`).

use std::collections::VecDeque;

use bytes::Bytes;
use zoowarden_shared::{
    Epoch, Sid, Zxid,
    jute::Buffer,
    quorum::{Features, PacketType, QuorumPacket},
};

use super::confirm::Pings;
use crate::{
    effect::{Effect, Outputs},
    input::LinkId,
};

/// What may wait for a learner while it is sent a snapshot, bytes. One that is slower than the
/// writes for so long is dropped and begins anew.
const HELD_BYTES: usize = 256 << 20;

/// How far a learner is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// FOLLOWERINFO or OBSERVERINFO is to come.
    Accepted,
    /// It waits for the epoch to be decided.
    Informed,
    /// LEADERINFO is sent.
    Invited,
    /// ACKEPOCH has come; it waits for a quorum of them.
    Promised {
        /// Its last transaction.
        last: Zxid,
    },
    /// What it lacks is being read from the log.
    ReadingLog,
    /// The same, and the first part is sent.
    ReadingMoreLog,
    /// It waits for a snapshot to begin.
    AwaitingSnapshot,
    /// It is being sent one.
    Snapshot,
    /// NEWLEADER is sent.
    Invested,
    /// NEWLEADER is acknowledged.
    Acked,
    /// UPTODATE is sent.
    UpToDate,
}

/// A learner's link and what it has acknowledged.
#[derive(Debug)]
pub(super) struct Handler {
    pub(super) link: LinkId,
    /// Once it has said so.
    pub(super) sid: Sid,
    /// It said OBSERVERINFO: decided transactions only.
    pub(super) is_observer: bool,
    /// Its acknowledgements count.
    pub(super) votes: bool,
    pub(super) features: Features,
    pub(super) stage: Stage,
    /// DIFF, TRUNC or SNAP: how it was brought up to date, or is.
    pub(super) synced_by: Option<PacketType>,
    /// What is to follow the snapshot that is being sent.
    held: Option<Held>,
    /// COMMITs that are to follow UPTODATE: an Apache follower looks for what they commit among
    /// the proposals behind NEWLEADER alone, and fails where it came before
    /// (`Learner.syncWithLeader`).
    deferred: Option<Vec<QuorumPacket>>,
    /// The last proposal that it acknowledged.
    pub(super) acked: Zxid,
    /// The proposal whose acknowledgement is waited for, and since when, microseconds.
    awaited: Option<(Zxid, u64)>,
    pub(super) pings: Pings,
    pub(super) heard_us: u64,
}

#[derive(Debug, Default)]
struct Held {
    packets: VecDeque<QuorumPacket>,
    bytes: usize,
}

impl Handler {
    pub(super) fn new(link: LinkId, now_us: u64) -> Self {
        Self {
            link,
            sid: Sid(-1),
            is_observer: false,
            votes: false,
            features: Features::default(),
            stage: Stage::Accepted,
            synced_by: None,
            held: None,
            deferred: None,
            acked: Zxid(-1),
            awaited: None,
            pings: Pings::default(),
            heard_us: now_us,
        }
    }

    pub(super) fn send(&mut self, kind: PacketType, zxid: Zxid, data: Buffer, out: &mut Outputs) {
        self.send_packet(QuorumPacket::new(kind, zxid, data), out);
    }

    pub(super) fn send_packet(&mut self, packet: QuorumPacket, out: &mut Outputs) {
        let kind = packet.packet_type();
        if let Some(PacketType::Diff | PacketType::Trunc | PacketType::Snap) = kind {
            self.synced_by = kind;
        }
        let is_commit = matches!(
            kind,
            Some(PacketType::Commit | PacketType::CommitAndActivate)
        );
        if let Some(deferred) = self.deferred.as_mut().filter(|_| is_commit) {
            deferred.push(packet);
            return;
        }
        match &mut self.held {
            Some(held) => {
                held.bytes += packet.data.as_ref().map_or(0, |data| data.len());
                held.packets.push_back(packet);
            }
            None => out.effects.push(Effect::Send(self.link, packet)),
        }
    }

    /// NEWLEADER is sent.
    pub(super) fn invest(&mut self) {
        self.stage = Stage::Invested;
        let is_apache = !self.features.are_cumulative();
        self.deferred = (is_apache && !self.is_observer).then(Vec::new);
    }

    /// Tells it to begin: UPTODATE.
    pub(super) fn begin(&mut self, out: &mut Outputs) {
        self.stage = Stage::UpToDate;
        self.send(PacketType::UpToDate, Zxid(-1), None, out);
        for commit in self.deferred.take().into_iter().flatten() {
            self.send_packet(commit, out);
        }
    }

    /// From now on packets wait for the end of the snapshot.
    pub(super) fn hold(&mut self) {
        self.held = Some(Held::default());
    }

    /// Sends what waited.
    pub(super) fn release(&mut self, out: &mut Outputs) {
        if let Some(held) = self.held.take() {
            let link = self.link;
            let packets = held.packets.into_iter();
            out.effects
                .extend(packets.map(|packet| Effect::Send(link, packet)));
        }
    }

    /// Whether too much waits for the end of its snapshot.
    pub(super) fn holds_too_much(&self) -> bool {
        self.held
            .as_ref()
            .is_some_and(|held| held.bytes > HELD_BYTES)
    }

    /// Asks for a sign of life, and for the sessions that were heard from. Our members must be
    /// able to tell what the clock sends from what is asked in between, or would expect the
    /// next beat too early: that one carries data, of no length.
    pub(super) fn ping(&mut self, is_beat: bool, last: Zxid, out: &mut Outputs) {
        self.pings.sent();
        let is_marked = !is_beat && self.features.are_cumulative();
        self.send(PacketType::Ping, last, is_marked.then(Bytes::new), out);
    }

    /// A proposal: an open one, which its COMMIT will follow.
    pub(super) fn propose(&mut self, zxid: Zxid, txn: &Bytes, out: &mut Outputs) {
        self.send(PacketType::Proposal, zxid, Some(txn.clone()), out);
    }

    /// Remembers since when the acknowledgement of a proposal is waited for
    /// (`LearnerHandler.SyncLimitCheck`).
    pub(super) fn await_ack(&mut self, zxid: Zxid, now_us: u64) {
        if self.votes && self.awaited.is_none() {
            self.awaited = Some((zxid, now_us));
        }
    }

    /// Everything up to here is acknowledged; `last` is the last proposed.
    pub(super) fn acknowledged(&mut self, zxid: Zxid, last: Zxid, now_us: u64) {
        self.acked = self.acked.max(zxid);
        if let Some((awaited, _)) = self.awaited
            && zxid >= awaited
        {
            self.awaited = (zxid < last).then_some((last, now_us));
        }
    }

    /// Since when it owes something, microseconds: an acknowledgement, or any sign of life.
    pub(super) fn owing_since_us(&self) -> u64 {
        let awaited = self.awaited.map_or(u64::MAX, |(_, since_us)| since_us);
        self.heard_us.min(awaited)
    }

    /// Whether it said who it is.
    pub(super) fn is_known(&self) -> bool {
        self.stage != Stage::Accepted
    }

    /// Whether proposals and commits go to it: from the moment on in which NEWLEADER was queued.
    pub(super) fn is_forwarding(&self) -> bool {
        match self.stage {
            Stage::Snapshot | Stage::Invested | Stage::Acked | Stage::UpToDate => true,
            Stage::Accepted
            | Stage::Informed
            | Stage::Invited
            | Stage::Promised { .. }
            | Stage::ReadingLog
            | Stage::ReadingMoreLog
            | Stage::AwaitingSnapshot => false,
        }
    }

    /// Whether NEWLEADER was acknowledged.
    pub(super) fn is_in_step(&self) -> bool {
        matches!(self.stage, Stage::Acked | Stage::UpToDate)
    }

    /// Whether it was told to begin.
    pub(super) fn is_up_to_date(&self) -> bool {
        self.stage == Stage::UpToDate
    }

    /// Whether its epochs are still being talked about.
    pub(super) fn promise(&self) -> Option<Zxid> {
        match self.stage {
            Stage::Promised { last } => Some(last),
            _ => None,
        }
    }
}

/// What a learner says in ACKEPOCH: its history is newer where this is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct StateSummary {
    pub(super) epoch: Epoch,
    pub(super) last: Zxid,
}
