//! One member's replication as one value: which role it is in, and how it comes to the next.
//!
//! ```text
//!   Draining ──log flushed──> Looking ──elected──> Leading | Learning
//!      ^                                                 │ lost
//!      └─────────────────────────────────────────────────┘
//! ```
//!
//! - `office`: how a role is taken up and lost.
//! - `votes`, `silence`: what the election port says, and whether the leader is still there.
//! - `calls`: what the state machine asks; `status`: what operators see.
//!
//! A member votes only with what its disk holds for certain: what was appended is flushed, cut
//! or loaded first (ZOOKEEPER-5094).

mod calls;
mod office;
mod silence;
mod status;
mod votes;

use std::collections::{BTreeMap, BTreeSet};

use zoowarden_shared::{Sid, Zxid, election::Notification};

use crate::{
    common::{Common, DiskWork},
    config::{Config, Durable},
    effect::{Event, Outputs},
    election::{Election, Peers},
    input::{DiskEvent, Input, LinkId},
    leader::Leader,
    learner::Learner,
    lobby::Lobby,
    patience::Patience,
    suspicion::Suspicion,
};

pub use status::{Heard, LearnerStatus, Status};

/// One member's replication.
#[derive(Debug)]
pub struct Zab {
    common: Common,
    election: Election,
    peers: Peers,
    role: Role,
    lobby: Lobby,
    patience: Patience,
    suspicion: Suspicion,
    /// With whom the election link was up when it was last heard of.
    linked: BTreeSet<Sid>,
    /// Votes that came while we could not vote, the newest of each member.
    unread_votes: BTreeMap<Sid, Notification>,
    dialled: u64,
}

#[derive(Debug)]
enum Role {
    /// Nobody is asked yet: the disk has something to finish, or an earlier attempt to follow
    /// has failed just now.
    Draining,
    Looking,
    Leading(Box<Leader>),
    Learning(Box<Learner>),
}

impl Zab {
    /// A member with what its disk holds, silent until [`Zab::start`].
    #[must_use]
    pub fn new(config: Config, durable: Durable) -> Self {
        let common = Common::new(config, durable);
        let mut election = Election::new(&common.config);
        election.reconfigure(&common);
        Self {
            election,
            suspicion: Suspicion::new(&common),
            common,
            peers: Peers::default(),
            role: Role::Draining,
            lobby: Lobby::default(),
            patience: Patience::default(),
            linked: BTreeSet::new(),
            unread_votes: BTreeMap::new(),
            dialled: 0,
        }
    }

    /// Looks for a leader. To be called once.
    pub fn start(&mut self, now_us: u64, out: &mut Outputs) {
        out.event(Event::Looking {
            reason: "the member starts".to_owned(),
        });
        self.common.forget_lost_seen(out);
        self.campaign_if_ready(now_us, out);
    }

    /// Something happened on the network.
    pub fn handle(&mut self, now_us: u64, input: Input, out: &mut Outputs) {
        self.awake(now_us);
        match input {
            Input::Vote { from, notification } => self.vote(now_us, from, notification, out),
            Input::ElectionLink { sid, up } => self.election_link(now_us, sid, up, out),
            Input::Link(link, event) => self.link(now_us, link, event, out),
        }
    }

    /// Something happened on the disk.
    pub fn disk(&mut self, now_us: u64, event: &DiskEvent, out: &mut Outputs) {
        self.awake(now_us);
        let common = &mut self.common;
        match *event {
            DiskEvent::Flushed { upto } => common.history.set_flushed(upto),
            DiskEvent::AcceptedEpochSaved(epoch) => common.accepted_epoch = epoch,
            DiskEvent::CurrentEpochSaved(epoch) => {
                common.current_epoch = epoch;
                // Asked for once all of the leader's history was there.
                common.vouches = common.history.last() >= Zxid::ZERO;
            }
            DiskEvent::Truncated(last) => {
                common.disk = DiskWork::None;
                common.forget_seen_behind(last, out);
            }
            DiskEvent::Staged(zxid) => {
                common.disk = DiskWork::None;
                // What this member has acknowledged may be in what the leader sends behind it.
                common.vouches &= zxid >= common.history.last();
            }
            DiskEvent::StageFailed => {
                common.disk = DiskWork::None;
                common.must_reload = false;
            }
            DiskEvent::TruncateRefused(_) => {
                common.disk = DiskWork::None;
                // A cut behind what was loaded has changed nothing yet. Any other was made in
                // memory already, and the disk lacks what it should have.
                common.vouches &= std::mem::take(&mut common.must_reload);
            }
            DiskEvent::Reloaded(last) => {
                // A snapshot alone does not make a member vouch again: its leader may be gone
                // before the rest has come.
                common.vouches &= last >= Zxid::ZERO;
                common.disk = DiskWork::None;
                common.must_reload = false;
                common.history.reset(last);
            }
            DiskEvent::LogRead { .. } => {}
        }
        let step = match &mut self.role {
            Role::Leading(leader) => leader.disk(common, now_us, event, out),
            Role::Learning(learner) => {
                if let DiskEvent::TruncateRefused(_) = event {
                    self.dialled += 1;
                    let link = LinkId::dialled(self.dialled);
                    learner.ask_for_snapshot(common, now_us, link, out);
                }
                learner.disk(common, event, out)
            }
            // Whoever asked for it is gone; what it began is finished all the same.
            Role::Draining | Role::Looking => {
                if common.must_reload && common.disk == DiskWork::None {
                    common.reload(out);
                }
                Ok(())
            }
        };
        self.settle(now_us, step, out);
        self.campaign_if_ready(now_us, out);
    }

    /// The deadline has come.
    pub fn tick(&mut self, now_us: u64, out: &mut Outputs) {
        self.awake(now_us);
        let before_us = now_us.saturating_sub(self.common.init_limit_us());
        self.lobby.send_away_older(before_us, out);
        let step = match &mut self.role {
            Role::Draining => {
                self.campaign_if_ready(now_us, out);
                return;
            }
            Role::Looking => {
                let mut votes = Vec::new();
                let decision = self.election.tick(now_us, &self.peers, &mut votes);
                return self.elected(now_us, votes, decision, out);
            }
            Role::Leading(leader) => leader.tick(&mut self.common, now_us, out),
            Role::Learning(learner) => learner.tick(&self.common, now_us),
        };
        self.settle(now_us, step, out);
        self.suspect(now_us, out);
    }

    /// When [`Zab::tick`] is due, microseconds.
    #[must_use]
    pub fn deadline(&self) -> Option<u64> {
        let common = &self.common;
        let lobby = self.lobby.oldest_us();
        let lobby = lobby.map(|since_us| since_us.saturating_add(common.init_limit_us()));
        let role = match &self.role {
            // The disk says when it has finished.
            Role::Draining if common.disk != DiskWork::None => u64::MAX,
            Role::Draining if common.history.flushed() < common.history.last() => u64::MAX,
            Role::Draining => self.patience.deadline_us(),
            Role::Looking => self.election.deadline().unwrap_or(u64::MAX),
            Role::Leading(leader) => leader.deadline_us(common),
            Role::Learning(learner) => {
                // Whoever judges another's silence must be seen to be awake, or would take
                // each of its own waits for a pause and forgive for ever.
                learner
                    .deadline_us(common)
                    .min(self.suspicion.deadline_us(common))
            }
        };
        let earliest = role.min(lobby.unwrap_or(u64::MAX));
        (earliest != u64::MAX).then_some(earliest)
    }
}
