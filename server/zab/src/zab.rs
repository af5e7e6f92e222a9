//! One member's replication as one value: which role it is in, and how it comes to the next.
//!
//! ```text
//!   Draining ──log flushed──> Looking ──elected──> Leading | Learning
//!      ^                                                 │ lost
//!      └─────────────────────────────────────────────────┘
//! ```
//!
//! A member votes only with what its disk holds for certain: what was appended is flushed, cut
//! or loaded first (ZOOKEEPER-5094).

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use zoowarden_shared::{
    Epoch, Sid, Zxid,
    config::{DynamicConfig, Role as Kind},
    election::{Notification, PeerState},
    quorum::{Features, PacketType, QuorumPacket},
};

use crate::{
    common::{Common, DiskWork, Lost, Step},
    config::{Config, Durable},
    effect::{Effect, Event, Outputs, Upcall},
    election::{Decision, Election, Peers, Vote},
    input::{DiskEvent, Input, LinkEvent, LinkId},
    leader::Leader,
    learner::Learner,
    lobby::Lobby,
    patience::Patience,
    reconfig,
    suspicion::Suspicion,
};

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

/// What operators and checkers see of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// What it does.
    pub state: PeerState,
    /// Whom it follows, itself where it leads.
    pub leader: Option<Sid>,
    /// The epoch that is established, or the last that was.
    pub epoch: Epoch,
    /// Whether clients are served.
    pub serving: bool,
    /// The last transaction in the log, durable or not.
    pub logged: Zxid,
    /// The last durable one.
    pub flushed: Zxid,
    /// The last delivered one.
    pub committed: Zxid,
    /// Of a leader: its learners.
    pub learners: Vec<LearnerStatus>,
}

/// A learner as its leader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LearnerStatus {
    /// Its link.
    pub link: LinkId,
    /// Who it is.
    pub sid: Sid,
    /// Whether it votes.
    pub votes: bool,
    /// Whether it is in step: it was told UPTODATE.
    pub synced: bool,
    /// The last transaction it acknowledged.
    pub acked: Zxid,
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
            DiskEvent::CurrentEpochSaved(epoch) => common.current_epoch = epoch,
            DiskEvent::Truncated(last) => {
                common.disk = DiskWork::None;
                common.forget_seen_behind(last, out);
            }
            DiskEvent::Staged(_) => {
                common.disk = DiskWork::None;
                common.forget_seen(out);
            }
            DiskEvent::StageFailed => {
                common.disk = DiskWork::None;
                common.must_reload = false;
            }
            DiskEvent::TruncateRefused(_) => {
                common.disk = DiskWork::None;
                common.must_reload = false;
                common.vouches = false;
            }
            DiskEvent::Reloaded(last) => {
                common.vouches = last >= Zxid::ZERO;
                common.disk = DiskWork::None;
                common.must_reload = false;
                common.history.reset(last);
            }
            DiskEvent::LogRead { .. } => {}
        }
        let step = match &mut self.role {
            Role::Leading(leader) => leader.disk(common, now_us, event, out),
            Role::Learning(learner) => learner.disk(common, event, out),
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
            Role::Leading(leader) => leader.tick(&self.common, now_us, out),
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

    /// The leader's state machine proposes its next transaction. Ignored where it does not
    /// lead: the proposer is told to stop then.
    pub fn propose(&mut self, now_us: u64, zxid: Zxid, txn: Bytes, out: &mut Outputs) {
        if let Role::Leading(leader) = &mut self.role {
            leader.propose(&mut self.common, now_us, zxid, txn, out);
        }
    }

    /// The leader gives up its office: its counter is used up (ZOOKEEPER-1277), or it cannot
    /// do what a leader must.
    pub fn resign(&mut self, now_us: u64, reason: &str, out: &mut Outputs) {
        if let Role::Leading(_) = self.role {
            self.settle(now_us, Err(Lost::new(reason)), out);
        }
    }

    /// The leader's state machine tells a learner something, behind all that it was sent.
    pub fn send(&mut self, link: LinkId, packet: QuorumPacket, out: &mut Outputs) {
        if let Role::Leading(leader) = &mut self.role {
            leader.send(link, packet, out);
        }
    }

    /// The learner's state machine tells its leader something (REQUEST, REVALIDATE). Whether
    /// there is one.
    pub fn send_to_leader(&mut self, packet: QuorumPacket, out: &mut Outputs) -> bool {
        match &self.role {
            Role::Learning(learner) if learner.is_serving() => {
                out.effects.push(Effect::Send(learner.link(), packet));
                true
            }
            _ => false,
        }
    }

    /// Answers [`crate::Upcall::TouchesWanted`] with
    /// [`zoowarden_shared::quorum::SessionTouches`].
    pub fn touches(&mut self, touches: Bytes, out: &mut Outputs) {
        if let Role::Learning(learner) = &self.role {
            learner.touches(&self.common, touches, out);
        }
    }

    /// The snapshot that a learner needs begins now, of the state after this transaction, the
    /// last delivered. The SNAP packet is sent; the stream may follow it. Whether the learner
    /// is still there.
    pub fn snapshot_begun(&mut self, link: LinkId, zxid: Zxid, out: &mut Outputs) -> bool {
        match &mut self.role {
            Role::Leading(leader) => leader.snapshot_begun(&self.common, link, zxid, out),
            _ => false,
        }
    }

    /// Everything of the snapshot, its signature too, was given to the shell.
    pub fn snapshot_sent(&mut self, now_us: u64, link: LinkId, out: &mut Outputs) {
        if let Role::Leading(leader) = &mut self.role {
            leader.snapshot_sent(now_us, link, out);
        }
    }

    /// Asks a quorum whether this member still leads. [`crate::Upcall::Confirmed`] answers with
    /// this number, or a later one; numbers count up while the member leads, and begin anew
    /// with each of its leaderships. `None` where it does not lead.
    pub fn confirm(&mut self, out: &mut Outputs) -> Option<u64> {
        match &mut self.role {
            Role::Leading(leader) => leader.confirm(&self.common, out),
            _ => None,
        }
    }

    /// The configuration in force.
    #[must_use]
    pub fn members(&self) -> &DynamicConfig {
        self.common.members()
    }

    /// Whether a reconfig is proposed and not in force.
    #[must_use]
    pub fn is_reconfiguring(&self) -> bool {
        self.common.pending().is_some()
    }

    /// Whether this member leads, and a quorum of this configuration is connected to it and in
    /// step, observers not counted.
    #[must_use]
    pub fn has_quorum_of(&self, config: &DynamicConfig) -> bool {
        match &self.role {
            Role::Leading(leader) => leader.has_quorum_of(&self.common, config),
            _ => false,
        }
    }

    /// Whether this member leads, and every learner that is connected to it is one of ours.
    #[must_use]
    pub fn leads_ours_alone(&self) -> bool {
        match &self.role {
            Role::Leading(leader) => leader.leads_ours_alone(),
            _ => false,
        }
    }

    /// The member's state.
    #[must_use]
    pub fn status(&self) -> Status {
        let history = &self.common.history;
        let me = self.common.me();
        let (state, leader, epoch, serving) = match &self.role {
            Role::Draining | Role::Looking => (PeerState::Looking, None, 0, false),
            Role::Leading(leader) => {
                let epoch = leader.epoch();
                (PeerState::Leading, Some(me), epoch, leader.is_serving())
            }
            Role::Learning(learner) => {
                let state = match self.common.config.role {
                    Kind::Participant => PeerState::Following,
                    Kind::Observer => PeerState::Observing,
                };
                (
                    state,
                    Some(learner.leader()),
                    learner.epoch(),
                    learner.is_serving(),
                )
            }
        };
        Status {
            state,
            leader,
            epoch: if epoch == 0 {
                self.common.current_epoch
            } else {
                epoch
            },
            serving,
            logged: history.last(),
            flushed: history.flushed(),
            committed: history.delivered(),
            learners: match &self.role {
                Role::Leading(leader) => leader.learners(),
                _ => Vec::new(),
            },
        }
    }

    fn vote(&mut self, now_us: u64, from: Sid, notification: Notification, out: &mut Outputs) {
        let features = notification.features();
        self.peers.mute.remove(&from);
        self.suspicion.speaks(now_us, from);
        if features.is_some() {
            self.peers.ours.insert(from);
        } else {
            self.peers.ours.remove(&from);
        }
        if features.is_some_and(Features::suspects_leader)
            && let Role::Learning(learner) = &self.role
            && learner.is_serving()
            && notification.leader == learner.leader()
            && notification.peer_epoch == i64::from(learner.epoch())
        {
            self.suspicion.hear(&self.common, now_us, from);
            return self.suspect(now_us, out);
        }
        if notification.state == PeerState::Looking {
            self.suspicion.hear_looking(now_us, from);
        }
        if matches!(self.role, Role::Draining) {
            self.unread_votes.insert(from, notification);
            return;
        }
        if self.looks_instead_of_leading(from, &notification) {
            self.common.appointed = None;
            self.unread_votes.insert(from, notification);
            let lost = Lost::new("the leader that a reconfig named looks for one itself");
            return self.settle(now_us, Err(lost), out);
        }
        self.read_vote(now_us, from, &notification, out);
    }

    fn read_vote(&mut self, now_us: u64, from: Sid, vote: &Notification, out: &mut Outputs) {
        self.adopt(now_us, vote, out);
        let mut votes = Vec::new();
        let peers = &self.peers;
        let decision = self.election.receive(now_us, from, vote, peers, &mut votes);
        self.elected(now_us, votes, decision, out);
    }

    /// Who looks for a leader takes over the newest configuration that anybody has: there it
    /// is in force (`FastLeaderElection.Messenger.WorkerReceiver`).
    fn adopt(&mut self, now_us: u64, vote: &Notification, out: &mut Outputs) {
        let Some(text) = vote.config.as_deref() else {
            return;
        };
        if !matches!(self.role, Role::Looking) || text == self.election.config() {
            return;
        }
        let Ok(config) = reconfig::parse(text.as_bytes()) else {
            return;
        };
        if config.version > self.common.members().version {
            self.common.activate(config, out);
            self.reconfigure_election();
            self.look(now_us, out);
        }
    }

    /// Whether this comes from the leader that a reconfig named, which never took office or
    /// has lost it.
    fn looks_instead_of_leading(&self, from: Sid, notification: &Notification) -> bool {
        let is_appointed = (self.common.appointed).is_some_and(|named| named.leader == from);
        let waits = matches!(&self.role, Role::Learning(learner) if !learner.is_serving());
        is_appointed && waits && notification.state == PeerState::Looking
    }

    fn reconfigure_election(&mut self) {
        if std::mem::take(&mut self.common.config_changed) {
            self.election.reconfigure(&self.common);
        }
    }

    fn election_link(&mut self, now_us: u64, sid: Sid, up: bool, out: &mut Outputs) {
        let mut votes = Vec::new();
        self.peers.ours.remove(&sid);
        if up {
            self.linked.insert(sid);
            self.peers.mute.remove(&sid);
            self.election.link_up(sid, &mut votes);
        } else if self.linked.remove(&sid) {
            // Only who could speak can fall silent: at a cold start everybody is waited for.
            self.peers.mute.insert(sid);
        }
        let decision = self.election.peers_changed(now_us, &self.peers, &mut votes);
        self.elected(now_us, votes, decision, out);
    }

    fn link(&mut self, now_us: u64, link: LinkId, event: LinkEvent, out: &mut Outputs) {
        if let LinkEvent::Packet(packet) = &event
            && packet.packet_type() == Some(PacketType::Ping)
            && packet.data.is_none()
            && let Role::Learning(_) = self.role
        {
            self.suspicion.beat(now_us);
        }
        let common = &mut self.common;
        let step = match (&mut self.role, event) {
            (Role::Leading(leader), event) => leader.link_event(common, now_us, link, event, out),
            (Role::Learning(learner), event) if learner.link() == link => {
                learner.link_event(common, now_us, event, out)
            }
            // We follow somebody else.
            (Role::Learning(_), LinkEvent::Accepted { .. }) => {
                out.effects.push(Effect::Hangup(link));
                Ok(())
            }
            (Role::Draining | Role::Looking, LinkEvent::Accepted { .. }) => {
                self.lobby.enter(now_us, link, out);
                Ok(())
            }
            (_, LinkEvent::Packet(packet)) => {
                self.lobby.hear(link, packet, out);
                Ok(())
            }
            (_, LinkEvent::Closed) => {
                self.lobby.leave(link);
                Ok(())
            }
            _ => Ok(()),
        };
        self.settle(now_us, step, out);
    }

    /// Sends votes, and takes up the role that a decision gives.
    fn elected(
        &mut self,
        now_us: u64,
        votes: Vec<(Sid, Notification)>,
        decision: Option<Decision>,
        out: &mut Outputs,
    ) {
        let votes = votes.into_iter();
        out.effects
            .extend(votes.map(|(sid, vote)| Effect::ToElection(sid, vote)));
        let Some(decision) = decision else {
            return;
        };
        out.event(Event::Elected {
            leader: decision.leader,
            round: decision.round,
        });
        let step = if decision.state == PeerState::Leading {
            self.lead(now_us, out)
        } else {
            self.lobby.send_away(out);
            self.dialled += 1;
            let link = LinkId::dialled(self.dialled);
            let learner = Learner::new(&self.common, now_us, decision.leader, link, out);
            self.role = Role::Learning(Box::new(learner));
            Ok(())
        };
        self.settle(now_us, step, out);
    }

    fn lead(&mut self, now_us: u64, out: &mut Outputs) -> Step {
        let leader = Leader::new(&mut self.common, now_us, out);
        self.role = Role::Leading(Box::new(leader));
        let Role::Leading(leader) = &mut self.role else {
            return Ok(());
        };
        let waiting: Vec<_> = self.lobby.admit().collect();
        for (link, _) in &waiting {
            leader.accept(now_us, *link);
        }
        for (link, waiting) in waiting {
            for packet in waiting.packets {
                let event = LinkEvent::Packet(packet);
                leader.link_event(&mut self.common, now_us, link, event, out)?;
            }
        }
        Ok(())
    }

    /// What a step came to: an office is taken up, or lost.
    fn settle(&mut self, now_us: u64, step: Step, out: &mut Outputs) {
        if let Some(epoch) = self.common.established.take() {
            self.common.appointed = None;
            self.election.established(epoch);
        }
        self.reconfigure_election();
        let Err(Lost(reason)) = step else {
            return;
        };
        let served = match std::mem::replace(&mut self.role, Role::Draining) {
            Role::Leading(mut leader) => {
                leader.close(out);
                if !leader.is_serving() {
                    self.common.appointed = None;
                }
                leader.is_serving()
            }
            Role::Learning(learner) => {
                learner.close(&self.common, out);
                learner.is_serving()
            }
            Role::Draining | Role::Looking => false,
        };
        if served {
            out.upcalls.push(Upcall::Stop);
        }
        out.event(Event::Looking { reason });
        self.suspicion.forget();
        self.patience.lost(now_us, served);
        self.campaign_if_ready(now_us, out);
    }

    /// Asks for a leader, once the disk is at rest.
    fn campaign_if_ready(&mut self, now_us: u64, out: &mut Outputs) {
        let common = &self.common;
        let at_rest = common.disk == DiskWork::None
            && !common.must_reload
            && common.history.flushed() >= common.history.last();
        if !matches!(self.role, Role::Draining) || !at_rest || !self.patience.is_over(now_us) {
            return;
        }
        self.role = Role::Looking;
        if let Some(appointment) = &mut self.common.appointed {
            if appointment.may_be_tried(now_us) {
                let leader = appointment.leader;
                let mut votes = Vec::new();
                let decision = self.election.appoint(leader, self.own_vote(), &mut votes);
                return self.elected(now_us, votes, Some(decision), out);
            }
            self.common.appointed = None;
        }
        self.look(now_us, out);
        for (from, vote) in std::mem::take(&mut self.unread_votes) {
            self.read_vote(now_us, from, &vote, out);
        }
    }

    fn look(&mut self, now_us: u64, out: &mut Outputs) {
        let mut votes = Vec::new();
        self.election.look(now_us, self.own_vote(), &mut votes);
        let decision = self.election.peers_changed(now_us, &self.peers, &mut votes);
        self.elected(now_us, votes, decision, out);
    }

    fn own_vote(&self) -> Vote {
        Vote {
            leader: self.common.me(),
            zxid: self.common.vouched(),
            peer_epoch: i64::from(self.common.current_epoch),
        }
    }

    fn awake(&mut self, now_us: u64) {
        let slept = self.suspicion.awakes(&self.common, now_us);
        if slept && let Role::Learning(learner) = &mut self.role {
            learner.forgive(now_us);
        }
    }

    /// Looks whether the leader is silent, and whether the others find so too.
    fn suspect(&mut self, now_us: u64, out: &mut Outputs) {
        let Role::Learning(learner) = &self.role else {
            return;
        };
        let (common, leader) = (&self.common, learner.leader());
        if !learner.is_serving() || !learner.leader_beats() {
            return;
        }
        if self.suspicion.suspects_newly(now_us) {
            let silent_ms = now_us.saturating_sub(learner.heard_us()) / 1000;
            out.event(Event::Suspected { leader, silent_ms });
        }
        if !self.suspicion.may_elect(now_us, learner.heard_us()) {
            return;
        }
        if self.suspicion.tells(common, now_us) {
            let others = self.peers.ours.iter().filter(|sid| **sid != leader);
            let words = others.filter_map(|sid| Some((*sid, self.election.suspicion()?)));
            out.effects
                .extend(words.map(|(sid, word)| Effect::ToElection(sid, word)));
        }
        if common.config.role == Kind::Participant
            && self.suspicion.is_shared(common, now_us, leader)
        {
            self.peers.mute.insert(leader);
            self.suspicion.oust(leader);
            let lost = Lost::new("the leader is silent, and a quorum finds so");
            self.settle(now_us, Err(lost), out);
        }
    }
}
