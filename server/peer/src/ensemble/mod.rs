//! The member among others: replication (`zoowarden-zab`) beside the pipeline.
//!
//! ```text
//!   network, disk ──> Zab ──effects──────────────────────────> Effects
//!                      │ └─upcalls─> mod: one after the other
//!                      │               serving   Serve, Stop, Deliver, Reloaded
//!                      │               leader    requests, touches and sessions of learners
//!                      │               confirm   syncs, once a quorum says who leads
//!                      │               learner   what is forwarded, and the leader's answers
//!                      └─<─ propose ─┘ streams   snapshots for learners
//! ```
//!
//! `read_only` is for the time without a leader, `removal` for who was removed and comes back.
//!
//! An upcall may call Zab again. What comes of that goes out at once where it is an effect, and
//! waits for its turn where it is an upcall: so both stay in the order in which they arose.

mod confirm;
mod forwarded;
mod leader;
mod learner;
mod learner_syncs;
mod read_only;
mod removal;
mod serving;
mod streams;

use std::collections::VecDeque;

use rustc_hash::FxHashMap;
use zoowarden_shared::{SessionId, quorum::QuorumPacket};
use zoowarden_zab::{Durable, LinkId, Outputs, Serving, Upcall, Zab};

use crate::{
    effect::{Effect, Effects, Event},
    input::{ConnId, Now},
    peer::{Peer, ServerState},
    recovered::Recovered,
};
use confirm::LeaderSyncs;
use forwarded::{Forwarded, PendingSyncs};
use learner_syncs::LearnerSyncs;
use streams::Streams;

/// What a member of an ensemble has beyond a standalone server.
#[derive(Debug)]
pub(crate) struct Ensemble {
    pub(crate) zab: Zab,
    /// What Zab has asked for and is not passed on yet.
    outputs: Outputs,
    upcalls: VecDeque<Upcall>,
    /// Whether upcalls are being performed: what they lead to is queued.
    is_performing: bool,
    /// As what clients are served, if they are.
    pub(crate) serving: Option<Serving>,
    pub(crate) serving_since_us: u64,
    /// Of a learner: requests on their way through the leader.
    forwarded: Forwarded,
    /// Of a learner: syncs that the leader has not answered.
    syncs: PendingSyncs,
    /// Of a learner: sessions heard from since the leader asked last, with their timeouts in
    /// milliseconds.
    touches: FxHashMap<SessionId, i32>,
    /// Of a learner: connections whose session the leader was asked for
    /// (`pendingRevalidations`).
    revalidations: FxHashMap<SessionId, ConnId>,
    /// Of a leader: syncs of learners that are not answered.
    learner_syncs: LearnerSyncs,
    /// Of a leader: syncs of its own clients that wait for a quorum's word.
    leader_syncs: LeaderSyncs,
    /// Of a leader: snapshots that learners are sent.
    streams: Streams,
    /// Whether a snapshot is to be taken once the member serves: the log that was replayed at
    /// its start is as long as it was.
    is_first_snapshot_due: bool,
    /// When clients that only read are let in if there is no leader by then, microseconds.
    read_only_due_us: Option<u64>,
}

impl Ensemble {
    pub(crate) fn new(config: &zoowarden_zab::Config, recovered: &Recovered) -> Self {
        let durable = Durable {
            last_zxid: recovered.last_zxid,
            accepted_epoch: recovered.accepted_epoch,
            current_epoch: recovered.current_epoch,
        };
        let mut config = config.clone();
        if let Some(removal) = removal::of_this_member(&config, &recovered.tree) {
            config.seen.push(removal);
        }
        Self {
            zab: Zab::new(config, durable),
            outputs: Outputs::default(),
            upcalls: VecDeque::new(),
            is_performing: false,
            serving: None,
            serving_since_us: 0,
            forwarded: Forwarded::default(),
            syncs: PendingSyncs::default(),
            touches: FxHashMap::default(),
            revalidations: FxHashMap::default(),
            learner_syncs: LearnerSyncs::default(),
            leader_syncs: LeaderSyncs::default(),
            streams: Streams::default(),
            is_first_snapshot_due: true,
            read_only_due_us: None,
        }
    }

    /// How many of its clients' writes and syncs the leader has not answered.
    pub(crate) fn forwarded_requests(&self) -> usize {
        self.forwarded.len() + self.syncs.len()
    }

    /// How many syncs of learners wait for an answer.
    pub(crate) fn pending_syncs(&self) -> usize {
        self.learner_syncs.len()
    }

    /// How many learners are sent a snapshot, or wait for one.
    pub(crate) fn snapshots_wanted(&self) -> usize {
        self.streams.len()
    }
}

impl Peer {
    /// Calls Zab, if there is one, and does what it asks for. Nothing is asked of a member
    /// whose log failed.
    pub(crate) fn zab<R>(
        &mut self,
        now: Now,
        out: &mut Effects,
        call: impl FnOnce(&mut Zab, &mut Outputs) -> R,
    ) -> Option<R> {
        if self.state == ServerState::Error {
            return None;
        }
        let ensemble = self.ensemble.as_mut()?;
        let result = call(&mut ensemble.zab, &mut ensemble.outputs);
        self.pass_effects(out);
        self.perform_upcalls(now, out);
        Some(result)
    }

    fn pass_effects(&mut self, out: &mut Effects) {
        let Some(ensemble) = &mut self.ensemble else {
            return;
        };
        let mut effects = std::mem::take(&mut ensemble.outputs.effects);
        for effect in effects.drain(..) {
            match effect {
                zoowarden_zab::Effect::Append { zxid, txn } => self.append(zxid, txn, out),
                zoowarden_zab::Effect::Send(link, packet) => self.pass_packet(link, packet, out),
                effect => out.push(Effect::Replication(effect)),
            }
        }
        if let Some(ensemble) = &mut self.ensemble {
            // Its room serves the next call.
            ensemble.outputs.effects = effects;
        }
    }

    fn pass_packet(&mut self, link: LinkId, packet: QuorumPacket, out: &mut Effects) {
        let syncs = self.ensemble.as_mut().map(|e| &mut e.learner_syncs);
        let (before, behind) = syncs.map_or((0, 0), |syncs| {
            let before = syncs.due_before(link, &packet);
            (before, syncs.due_behind(link, &packet))
        });
        let send = |packet| Effect::Replication(zoowarden_zab::Effect::Send(link, packet));
        for _ in 0..before {
            out.push(send(learner_syncs::sync_packet()));
        }
        out.push(send(packet));
        for _ in 0..behind {
            out.push(send(learner_syncs::sync_packet()));
        }
    }

    fn perform_upcalls(&mut self, now: Now, out: &mut Effects) {
        let Some(ensemble) = &mut self.ensemble else {
            return;
        };
        ensemble.upcalls.extend(ensemble.outputs.upcalls.drain(..));
        if std::mem::replace(&mut ensemble.is_performing, true) {
            return;
        }
        while let Some(upcall) = self.next_upcall() {
            self.perform_upcall(now, upcall, out);
        }
        if let Some(ensemble) = &mut self.ensemble {
            ensemble.is_performing = false;
        }
    }

    fn next_upcall(&mut self) -> Option<Upcall> {
        self.ensemble.as_mut()?.upcalls.pop_front()
    }

    fn perform_upcall(&mut self, now: Now, upcall: Upcall, out: &mut Effects) {
        if self.state == ServerState::Error {
            return;
        }
        match upcall {
            Upcall::Deliver { zxid, txn } => self.deliver(now, zxid, txn, out),
            Upcall::ConfigChanged(config) => self.config_changed(now, config),
            Upcall::Serve(serving) => self.serve(now, serving, out),
            Upcall::Stop => self.step_down(now, out),
            Upcall::Request { link, packet, .. } => self.learner_request(now, link, &packet, out),
            Upcall::Revalidate { link, packet } => {
                self.learner_revalidates(now, link, packet, out);
            }
            Upcall::Touches(touches) => self.learner_touches(now, touches),
            Upcall::LearnerGone(link) => self.learner_gone(now, link, out),
            Upcall::Confirmed(token) => self.leadership_confirmed(now, token, out),
            Upcall::FromLeader(packet) => self.leader_answers(now, &packet, out),
            Upcall::TouchesWanted => self.tell_touches(now, out),
            Upcall::SnapshotWanted(link) => self.snapshot_wanted(now, link, out),
            Upcall::Event(event) => {
                let elections = &mut self.metrics.elections;
                elections.note(now.mono_us, self.config.sid, &event);
                out.push(Effect::Event(Event::Replication(event)));
            }
        }
    }

    /// The disk has done something for replication.
    pub(crate) fn tell_disk(
        &mut self,
        now: Now,
        event: &zoowarden_zab::DiskEvent,
        out: &mut Effects,
    ) {
        self.zab(now, out, |zab, outputs| {
            zab.disk(now.mono_us, event, outputs);
        });
        self.seal_snapshot(out);
    }
}
