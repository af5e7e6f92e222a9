//! How a member comes into an office and loses it: links of the quorum port, the decision of an
//! election, and the way back to the next.

use zoowarden_shared::{
    Sid, Zxid,
    election::{Notification, PeerState},
    quorum::PacketType,
};

use super::{Role, Zab};
use crate::{
    common::{DiskWork, Lost, Step},
    effect::{Effect, Event, Outputs, Upcall},
    election::{Decision, Vote},
    input::{LinkEvent, LinkId},
    leader::Leader,
    learner::Learner,
};

impl Zab {
    pub(super) fn link(&mut self, now_us: u64, link: LinkId, event: LinkEvent, out: &mut Outputs) {
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
    pub(super) fn elected(
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

    pub(super) fn lead(&mut self, now_us: u64, out: &mut Outputs) -> Step {
        let mut leader = Leader::new(&mut self.common, now_us, out);
        let waiting: Vec<_> = self.lobby.admit().collect();
        for (link, _) in &waiting {
            leader.accept(now_us, *link);
        }
        let mut said = waiting
            .into_iter()
            .flat_map(|(link, waiting)| waiting.packets.into_iter().map(move |said| (link, said)));
        let step = said.try_for_each(|(link, packet)| {
            let event = LinkEvent::Packet(packet);
            leader.link_event(&mut self.common, now_us, link, event, out)
        });
        self.role = Role::Leading(Box::new(leader));
        step
    }

    /// What a step came to: an office is taken up, or lost.
    pub(super) fn settle(&mut self, now_us: u64, step: Step, out: &mut Outputs) {
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
    pub(super) fn campaign_if_ready(&mut self, now_us: u64, out: &mut Outputs) {
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

    /// The vote for whom the leader named when it resigned, and that leader, once: if that does
    /// not make a leader, everybody stands again.
    fn nominated_vote(&mut self) -> Option<(Vote, Sid)> {
        let nomination = self.common.nominated.take()?;
        let own = self.own_vote();
        // To name one that has less, or that cannot answer, would only cost time.
        let is_good = own.zxid >= Zxid::ZERO && own.zxid <= nomination.last;
        let is_there = nomination.leader == own.leader || self.linked.contains(&nomination.leader);
        let vote = Vote {
            leader: nomination.leader,
            zxid: nomination.last,
            ..own
        };
        (is_good && is_there).then_some((vote, nomination.by))
    }

    pub(super) fn look(&mut self, now_us: u64, out: &mut Outputs) {
        let mut votes = Vec::new();
        match self.nominated_vote() {
            Some((vote, by)) => {
                self.election
                    .look_for_the_heir(now_us, vote, by, &mut votes);
            }
            None => self.election.look(now_us, self.own_vote(), &mut votes),
        }
        let decision = self.election.peers_changed(now_us, &self.peers, &mut votes);
        self.elected(now_us, votes, decision, out);
    }
}
