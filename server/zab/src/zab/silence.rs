//! Whether this member was awake, and whether its leader still is.

use zoowarden_shared::config::Role as Kind;

use super::{Role, Zab};
use crate::{
    common::Lost,
    effect::{Effect, Event, Outputs},
};

impl Zab {
    pub(super) fn awake(&mut self, now_us: u64) {
        let slept = self.suspicion.awakes(&self.common, now_us);
        if slept && let Role::Learning(learner) = &mut self.role {
            learner.forgive(now_us);
        }
    }

    /// Looks whether the leader is silent, and whether the others find so too.
    pub(super) fn suspect(&mut self, now_us: u64, out: &mut Outputs) {
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
