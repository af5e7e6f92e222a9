//! A leader: from its election to its resignation (`Leader`).
//!
//! ```text
//!   Discovery ───────────> Synchronization ─────────────────> Broadcast
//!   a quorum's accepted    a quorum's ACKEPOCH: each learner  a quorum's ACK of NEWLEADER:
//!   epochs: the new one    gets what it lacks, and NEWLEADER  all it has is committed,
//!                                                             UPTODATE, clients are served
//! ```
//!
//! - `handler`: one learner.
//! - `discovery`: epochs, until a quorum has promised to follow.
//! - `sync`: what a learner lacks.
//! - `broadcast`: proposals, acknowledgements, commits.
//! - `reconfig`: another configuration, perhaps another leader.
//! - `handover`: the office goes to a chosen learner.
//! - `confirm`: whether this member still leads.
//! - `liveness`: beats, and when a learner or the leadership is given up.

mod broadcast;
mod confirm;
mod discovery;
mod handler;
mod handover;
mod liveness;
mod reconfig;
mod sync;

use std::collections::{BTreeMap, BTreeSet};

use confirm::Confirmation;
use handler::{Handler, Stage};
use handover::Handover;
pub use handover::HandoverRefusal;
use reconfig::Proposed;
use zoowarden_shared::{
    Epoch, Sid, Zxid,
    quorum::{PacketType, QuorumPacket},
};

use crate::{
    common::{Common, Lost, Step},
    effect::{Effect, Event, Outputs, Serving, Upcall},
    input::{DiskEvent, LinkEvent, LinkId},
    zab::{Heard, LearnerStatus},
};

/// How far a leader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The new epoch is to be decided, then promised by a quorum.
    Discovery,
    /// A quorum has promised; learners are brought up to date.
    Synchronization,
    /// A quorum is up to date.
    Broadcast,
}

/// A member that was elected.
#[derive(Debug)]
pub(crate) struct Leader {
    phase: Phase,
    /// The new epoch; 0 until it is decided.
    epoch: Epoch,
    /// Whose accepted epochs the new one is above.
    connecting: BTreeSet<Sid>,
    /// Who has promised to follow nobody of an earlier epoch.
    promised: BTreeSet<Sid>,
    /// Who has acknowledged NEWLEADER.
    in_step: BTreeSet<Sid>,
    /// Up to where each voter has acknowledged, itself included.
    acked: BTreeMap<Sid, Zxid>,
    handlers: BTreeMap<LinkId, Handler>,
    /// The reconfig that is under way.
    reconfig: Option<Proposed>,
    handover: Option<Handover>,
    confirmation: Confirmation,
    /// When the present phase must be over, microseconds.
    phase_deadline_us: u64,
    next_beat_us: u64,
    next_ping_us: u64,
}

impl Leader {
    /// Begins to lead.
    pub(crate) fn new(common: &mut Common, now_us: u64, out: &mut Outputs) -> Self {
        common.heard_epoch = common.heard_epoch.max(common.accepted_epoch);
        let mut leader = Self {
            phase: Phase::Discovery,
            epoch: 0,
            connecting: BTreeSet::new(),
            promised: BTreeSet::new(),
            in_step: BTreeSet::new(),
            acked: BTreeMap::new(),
            handlers: BTreeMap::new(),
            reconfig: None,
            handover: None,
            confirmation: Confirmation::default(),
            phase_deadline_us: now_us.saturating_add(common.init_limit_us()),
            next_beat_us: now_us,
            next_ping_us: now_us,
        };
        leader.connect(common, common.me(), out);
        leader
    }

    pub(crate) fn epoch(&self) -> Epoch {
        self.epoch
    }

    pub(crate) fn is_serving(&self) -> bool {
        self.phase == Phase::Broadcast
    }

    /// Up to where everything is decided, or will be when a quorum is in step.
    fn committed(&self, common: &Common) -> Zxid {
        match self.phase {
            Phase::Broadcast => common.history.delivered(),
            Phase::Discovery | Phase::Synchronization => common.history.last(),
        }
    }

    /// Somebody may become a learner.
    pub(crate) fn accept(&mut self, now_us: u64, link: LinkId) {
        self.handlers.insert(link, Handler::new(link, now_us));
    }

    pub(crate) fn link_event(
        &mut self,
        common: &mut Common,
        now_us: u64,
        link: LinkId,
        event: LinkEvent,
        out: &mut Outputs,
    ) -> Step {
        match event {
            LinkEvent::Accepted { .. } => {
                self.accept(now_us, link);
                Ok(())
            }
            LinkEvent::Packet(packet) => {
                let Some(handler) = self.handlers.get_mut(&link) else {
                    return Ok(());
                };
                handler.heard_us = now_us;
                self.packet(common, now_us, link, packet, out)?;
                self.advance_handover(common, now_us, out)
            }
            LinkEvent::Closed => {
                self.forget(link, "the connection is closed", out);
                self.check_quorum(common)?;
                self.advance_handover(common, now_us, out)
            }
            LinkEvent::Connected
            | LinkEvent::DialFailed
            | LinkEvent::SnapshotChunk(_)
            | LinkEvent::SnapshotEnd => Ok(()),
        }
    }

    fn packet(
        &mut self,
        common: &mut Common,
        now_us: u64,
        link: LinkId,
        packet: QuorumPacket,
        out: &mut Outputs,
    ) -> Step {
        let Some(handler) = self.handlers.get(&link) else {
            return Ok(());
        };
        let (stage, sid) = (handler.stage, handler.sid);
        let Some(kind) = packet.packet_type() else {
            return Ok(());
        };
        match (stage, kind) {
            (Stage::Accepted, PacketType::FollowerInfo | PacketType::ObserverInfo) => {
                return self.informed(common, link, kind, &packet, out);
            }
            (Stage::Invited, PacketType::AckEpoch) => {
                return self.epoch_acked(common, now_us, link, &packet, out);
            }
            (Stage::Invested, PacketType::Ack) => {
                if packet.zxid == Zxid::new(self.epoch, 0) {
                    return self.new_leader_acked(common, now_us, link, out);
                }
                // Apache's log thread may be faster than the one that answers NEWLEADER.
                return self.acknowledged(common, now_us, link, packet.zxid, out);
            }
            (Stage::Acked | Stage::UpToDate, PacketType::Ack) => {
                return self.acknowledged(common, now_us, link, packet.zxid, out);
            }
            (Stage::Acked | Stage::UpToDate, PacketType::Ping) => {
                if let Some(touches) = packet.data {
                    out.upcalls.push(Upcall::Touches(touches));
                }
                self.ping_answered(common, link, out);
            }
            (Stage::UpToDate, PacketType::Request) => {
                out.upcalls.push(Upcall::Request { link, sid, packet });
            }
            (Stage::Acked | Stage::UpToDate, PacketType::Revalidate) => {
                out.upcalls.push(Upcall::Revalidate { link, packet });
            }
            _ => {
                let what = format!("{} out of turn", kind.name());
                self.drop_learner(link, &what, out);
            }
        }
        self.check_quorum(common)
    }

    /// The disk has done something that a leader waits for.
    pub(crate) fn disk(
        &mut self,
        common: &mut Common,
        now_us: u64,
        event: &DiskEvent,
        out: &mut Outputs,
    ) -> Step {
        match event {
            DiskEvent::Flushed { .. } => {
                self.flushed(common, out)?;
                self.advance_handover(common, now_us, out)
            }
            DiskEvent::AcceptedEpochSaved(epoch) if *epoch == self.epoch => {
                self.promised.insert(common.me());
                self.check_promises(common, now_us, out)
            }
            DiskEvent::CurrentEpochSaved(epoch) if *epoch == self.epoch => {
                self.in_step.insert(common.me());
                self.sync_all(common, out);
                self.check_in_step(common, now_us, out)
            }
            DiskEvent::LogRead {
                link,
                txns,
                complete,
            } => {
                self.log_read(common, *link, txns, *complete, out);
                self.check_quorum(common)
            }
            _ => Ok(()),
        }
    }

    /// NEWLEADER is acknowledged: the learner holds all that we had.
    fn new_leader_acked(
        &mut self,
        common: &mut Common,
        now_us: u64,
        link: LinkId,
        out: &mut Outputs,
    ) -> Step {
        let (committed, last) = (self.committed(common), common.history.last());
        let Some(handler) = self.handlers.get_mut(&link) else {
            return Ok(());
        };
        handler.stage = Stage::Acked;
        handler.acknowledged(committed, last, now_us);
        if last > committed {
            handler.await_ack(last, now_us);
        }
        let sid = handler.sid;
        if self.phase == Phase::Broadcast {
            handler.begin(out);
        }
        self.in_step.insert(sid);
        self.check_in_step(common, now_us, out)
    }

    /// Once a quorum is in step, the leadership is established.
    fn check_in_step(&mut self, common: &mut Common, now_us: u64, out: &mut Outputs) -> Step {
        if self.phase != Phase::Synchronization
            || !common
                .quorums
                .contains_quorum(|sid| self.in_step.contains(&sid))
        {
            return Ok(());
        }
        self.phase = Phase::Broadcast;
        let epoch = self.epoch;
        for handler in self.handlers.values_mut() {
            if handler.stage == Stage::Acked {
                handler.begin(out);
            }
        }
        // All that we had is committed now.
        let last = common.history.last();
        common.deliver(last, out);
        if let Some(config) = common.pending().cloned() {
            common.activate(config, out);
        }
        self.acked.insert(common.me(), last);
        self.recount(common);
        self.next_beat_us = now_us;
        self.next_ping_us = now_us;
        common.established = Some(epoch);
        out.upcalls.push(Upcall::Serve(Serving::Leading(epoch)));
        out.event(Event::Established {
            leader: common.me(),
            epoch,
        });
        if common.quorums.is_voter(common.me()) {
            Ok(())
        } else {
            Err(Lost::new("a reconfig that was under way left it out"))
        }
    }

    /// Lets a learner go: it will come again.
    fn drop_learner(&mut self, link: LinkId, reason: &str, out: &mut Outputs) {
        out.effects.push(Effect::Hangup(link));
        self.forget(link, reason, out);
    }

    fn forget(&mut self, link: LinkId, reason: &str, out: &mut Outputs) {
        let Some(handler) = self.handlers.remove(&link) else {
            return;
        };
        out.upcalls.push(Upcall::LearnerGone(link));
        if handler.stage != Stage::Accepted {
            out.event(Event::LearnerLost {
                sid: handler.sid,
                reason: reason.to_owned(),
            });
        }
    }

    /// Lets everybody go.
    pub(crate) fn close(&mut self, out: &mut Outputs) {
        for link in std::mem::take(&mut self.handlers).into_keys() {
            out.effects.push(Effect::Hangup(link));
            out.upcalls.push(Upcall::LearnerGone(link));
        }
    }

    /// Tells a learner something on behalf of the state machine.
    pub(crate) fn send(&mut self, link: LinkId, packet: QuorumPacket, out: &mut Outputs) {
        if let Some(handler) = self.handlers.get_mut(&link) {
            handler.send_packet(packet, out);
        }
    }

    pub(crate) fn learners(&self, common: &Common) -> Vec<LearnerStatus> {
        let known = self.handlers.values();
        known
            .filter(|handler| handler.stage != Stage::Accepted)
            .map(|handler| LearnerStatus {
                link: handler.link,
                sid: handler.sid,
                votes: handler.votes,
                observes: handler.is_observer,
                synced: handler.is_up_to_date(),
                synced_by: handler.synced_by,
                acked: handler.acked,
                heard: Heard {
                    at_us: handler.heard_us,
                    every_us: common.sign_of_life_us(handler.features.are_cumulative()),
                },
            })
            .collect()
    }
}
