//! What operators and checkers see of a member.

use zoowarden_shared::{
    Epoch, Sid, Zxid, config::Role as Kind, election::PeerState, quorum::PacketType,
};

use super::{Role, Zab};
use crate::{config::Durable, input::LinkId};

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
    /// Whether it can vouch for its history. Where it cannot, it does not vote, and waits for
    /// a leader's snapshot.
    pub vouches: bool,
    /// The last transaction in the log, durable or not.
    pub logged: Zxid,
    /// The last durable one.
    pub flushed: Zxid,
    /// The last delivered one.
    pub committed: Zxid,
    /// Of a leader that hands its office over: to whom.
    pub heir: Option<Sid>,
    /// Of a leader: its learners.
    pub learners: Vec<LearnerStatus>,
    /// Of a learner: its leader's signs of life.
    pub leader_heard: Option<Heard>,
}

/// The signs of life at the other end of a quorum link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The last one, whatever it was, microseconds on the member's clock.
    pub at_us: u64,
    /// How often one comes at least, microseconds.
    pub every_us: u64,
}

impl Heard {
    /// So many that did not come are a silence: one is late, on any busy machine.
    const MISSED: u64 = 5;

    /// For how long nothing has come, microseconds; `None` while that is as it should be.
    #[must_use]
    pub fn silent_us(self, now_us: u64) -> Option<u64> {
        let silent_us = now_us.saturating_sub(self.at_us);
        (silent_us > self.every_us.saturating_mul(Self::MISSED)).then_some(silent_us)
    }
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
    /// Whether it came as an observer. Who did not and has no vote is not in the configuration,
    /// or not yet: a non-voting follower.
    pub observes: bool,
    /// Whether it is in step: it was told UPTODATE.
    pub synced: bool,
    /// DIFF, TRUNC or SNAP: how it was brought into step, or is being.
    pub synced_by: Option<PacketType>,
    /// The last transaction it acknowledged.
    pub acked: Zxid,
    /// Its signs of life.
    pub heard: Heard,
}

impl Zab {
    /// Whether a restart would find this transaction in the member's log, and epochs that go
    /// with it. What a quorum has decided may be applied before.
    #[must_use]
    pub fn holds_durably(&self, zxid: Zxid) -> bool {
        let common = &self.common;
        zxid <= common.history.flushed() && zxid.epoch() <= common.current_epoch
    }

    /// Whether these servers are a quorum, in both configurations where there are two.
    #[must_use]
    pub fn is_quorum(&self, sids: &[Sid]) -> bool {
        let quorums = &self.common.quorums;
        quorums.contains_quorum(|sid| sids.contains(&sid))
    }

    /// Whether it looks for a leader and its disk is at rest: what it votes with is what it has.
    #[must_use]
    pub fn is_looking(&self) -> bool {
        matches!(self.role, Role::Looking)
    }

    /// What its disk holds, as far as this member can vouch for it.
    #[must_use]
    pub fn durable(&self) -> Durable {
        Durable {
            last_zxid: self.common.vouched(),
            accepted_epoch: self.common.accepted_epoch,
            current_epoch: self.common.current_epoch,
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
            vouches: self.common.vouches,
            logged: history.last(),
            flushed: history.flushed(),
            committed: history.delivered(),
            heir: match &self.role {
                Role::Leading(leader) => leader.heir(),
                _ => None,
            },
            learners: match &self.role {
                Role::Leading(leader) => leader.learners(&self.common),
                _ => Vec::new(),
            },
            leader_heard: match &self.role {
                Role::Learning(learner) if learner.is_serving() => Some(Heard {
                    at_us: learner.heard_us(),
                    every_us: self.common.sign_of_life_us(learner.leader_beats()),
                }),
                _ => None,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_signs_of_life_may_be_late() {
        let heard = Heard {
            at_us: 7_000_000,
            every_us: 100_000,
        };
        assert_eq!(heard.silent_us(6_000_000), None);
        assert_eq!(heard.silent_us(7_500_000), None);
        assert_eq!(heard.silent_us(7_600_000), Some(600_000));
    }
}
