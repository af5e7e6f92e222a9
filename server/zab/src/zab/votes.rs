//! Messages of the election port: votes, words of suspicion, and configurations that others
//! have already.

use zoowarden_shared::{
    Sid,
    election::{Notification, PeerState},
    quorum::Features,
};

use super::{Role, Zab};
use crate::{common::Lost, effect::Outputs, election::Vote, reconfig};

impl Zab {
    pub(super) fn vote(
        &mut self,
        now_us: u64,
        from: Sid,
        notification: Notification,
        out: &mut Outputs,
    ) {
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

    pub(super) fn read_vote(
        &mut self,
        now_us: u64,
        from: Sid,
        vote: &Notification,
        out: &mut Outputs,
    ) {
        self.adopt(now_us, vote, out);
        let mut votes = Vec::new();
        let peers = &self.peers;
        let decision = self.election.receive(now_us, from, vote, peers, &mut votes);
        self.elected(now_us, votes, decision, out);
    }

    /// Who looks for a leader takes over the newest configuration that anybody has: there it
    /// is in force (`FastLeaderElection.Messenger.WorkerReceiver`).
    pub(super) fn adopt(&mut self, now_us: u64, vote: &Notification, out: &mut Outputs) {
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
    pub(super) fn looks_instead_of_leading(&self, from: Sid, notification: &Notification) -> bool {
        let is_appointed = (self.common.appointed).is_some_and(|named| named.leader == from);
        let waits = matches!(&self.role, Role::Learning(learner) if !learner.is_serving());
        is_appointed && waits && notification.state == PeerState::Looking
    }

    pub(super) fn reconfigure_election(&mut self) {
        if std::mem::take(&mut self.common.config_changed) {
            self.election.reconfigure(&self.common);
        }
    }

    pub(super) fn election_link(&mut self, now_us: u64, sid: Sid, up: bool, out: &mut Outputs) {
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

    pub(super) fn own_vote(&self) -> Vote {
        Vote {
            leader: self.common.me(),
            zxid: self.common.vouched(),
            peer_epoch: i64::from(self.common.current_epoch),
        }
    }
}
