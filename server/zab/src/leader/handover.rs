//! Handing the office over to a chosen learner of ours.
//!
//! An election prefers the highest (epoch, zxid, sid): at equal zxids a server with a smaller
//! sid never wins it by itself. So the leader holds back what would be proposed until all it
//! has is committed and the heir has logged it (and its own disk has it, where its vote is
//! needed), names the heir to every learner of ours by
//! NOMINATE, and resigns. They vote for the heir at once, as it does itself: to everybody
//! else this is an election like any other, with the same rules for who may lead.
//!
//! What was held back is proposed after all where the heir does not catch up in time; where it
//! does, it was never logged, and its clients lose their connection as at any resignation.

use bytes::Bytes;
use zoowarden_shared::{
    Sid, Zxid,
    jute::Jute,
    quorum::{Nominate, PacketType},
};

use super::{Leader, Phase};
use crate::{
    common::{Common, Lost, Nomination, Step},
    effect::{Event, Outputs},
};

/// For how long proposals are held back at most, microseconds.
const CATCH_UP_US: u64 = 500_000;

/// Why the office cannot be handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandoverRefusal {
    /// This member does not lead (any more).
    #[error("this server does not lead")]
    NotLeading,
    /// It leads already.
    #[error("this server leads already")]
    LeadsAlready,
    /// One is under way.
    #[error("the leadership is being handed over already")]
    UnderWay,
    /// Who votes is about to change.
    #[error("a reconfig is under way")]
    Reconfiguring,
    /// The heir has no vote, or the vote has no weight.
    #[error("server {0} is no voter with weight")]
    NoVoter(Sid),
    /// The heir is not connected, or not in step.
    #[error("server {0} is not in sync with this leader")]
    NotInSync(Sid),
    /// A learner is being brought up to date, and would begin anew.
    #[error("server {0} is being brought up to date")]
    Syncing(Sid),
    /// The heir is a server of another kind, or an older one.
    #[error("server {0} does not know nominations: only a server of ours can be handed the office")]
    NotOurs(Sid),
    /// A voter that does not know nominations would be elected instead.
    #[error("server {by} does not know nominations and would win the election over {heir}")]
    Outranked {
        /// Who was to lead.
        heir: Sid,
        /// Who would.
        by: Sid,
    },
}

/// A handover under way.
#[derive(Debug)]
pub(super) struct Handover {
    heir: Sid,
    give_up_us: u64,
    /// What was to be proposed since. Bounded by what clients may have outstanding.
    held: Vec<(Zxid, Bytes)>,
}

impl Handover {
    pub(super) fn deadline_us(&self) -> u64 {
        self.give_up_us
    }
}

impl Leader {
    /// Begins to hand the office over.
    ///
    /// # Errors
    /// [`HandoverRefusal`]; nothing has changed then.
    pub(crate) fn hand_over(
        &mut self,
        common: &mut Common,
        now_us: u64,
        heir: Sid,
        out: &mut Outputs,
    ) -> Result<Step, HandoverRefusal> {
        self.may_hand_over(common, heir)?;
        self.handover = Some(Handover {
            heir,
            give_up_us: now_us.saturating_add(CATCH_UP_US),
            held: Vec::new(),
        });
        out.event(Event::HandingOver { heir });
        Ok(self.advance_handover(common, now_us, out))
    }

    /// To whom the office is being handed over.
    pub(crate) fn heir(&self) -> Option<Sid> {
        self.handover.as_ref().map(|handover| handover.heir)
    }

    fn may_hand_over(&self, common: &Common, heir: Sid) -> Result<(), HandoverRefusal> {
        if self.phase != Phase::Broadcast {
            return Err(HandoverRefusal::NotLeading);
        }
        if heir == common.me() {
            return Err(HandoverRefusal::LeadsAlready);
        }
        if self.handover.is_some() {
            return Err(HandoverRefusal::UnderWay);
        }
        if self.reconfig.is_some() || common.pending().is_some() {
            return Err(HandoverRefusal::Reconfiguring);
        }
        if !common.quorums.is_voter(heir) || common.quorums.weight(heir) == 0 {
            return Err(HandoverRefusal::NoVoter(heir));
        }
        let voters = || self.handlers.values().filter(|handler| handler.votes);
        let of_heir = voters().find(|handler| handler.sid == heir && handler.is_up_to_date());
        let Some(of_heir) = of_heir else {
            return Err(HandoverRefusal::NotInSync(heir));
        };
        if !of_heir.features.take_nominations() {
            return Err(HandoverRefusal::NotOurs(heir));
        }
        if let Some(behind) = voters().find(|handler| !handler.is_up_to_date()) {
            return Err(HandoverRefusal::Syncing(behind.sid));
        }
        let outranks = |sid: Sid| sid > heir && common.quorums.weight(sid) > 0;
        let deaf =
            voters().find(|handler| !handler.features.take_nominations() && outranks(handler.sid));
        match deaf {
            Some(deaf) => Err(HandoverRefusal::Outranked { heir, by: deaf.sid }),
            None => Ok(()),
        }
    }

    /// Whether this is to be held back, and was.
    pub(super) fn holds_back(&mut self, zxid: Zxid, txn: &Bytes) -> bool {
        match &mut self.handover {
            Some(handover) => {
                handover.held.push((zxid, txn.clone()));
                true
            }
            None => false,
        }
    }

    /// Resigns in favour of the heir once it has everything, or gives it up.
    pub(super) fn advance_handover(
        &mut self,
        common: &mut Common,
        now_us: u64,
        out: &mut Outputs,
    ) -> Step {
        let Some(handover) = &self.handover else {
            return Ok(());
        };
        let (heir, last) = (handover.heir, common.history.last());
        // A quorum has all of it. Our own disk need not: it is perhaps why we are to go, and
        // whoever resigns votes only once his log is flushed. But that vote may be needed.
        let is_flushed = common.history.flushed() >= last || self.is_spare(common);
        let is_settled = common.history.delivered() == last && is_flushed;
        let has_all = |sid| self.acked.get(&sid).is_some_and(|acked| *acked >= last);
        let of_heir = self.handlers.values().find(|handler| handler.sid == heir);
        let is_there = of_heir.is_some_and(super::Handler::is_up_to_date);
        if is_there && is_settled && (last.counter() == 0 || has_all(heir)) {
            return Err(self.nominate(common, heir, last, out));
        }
        if !is_there || now_us >= handover.give_up_us {
            self.give_handover_up(common, now_us, out);
        }
        Ok(())
    }

    /// Whether the others can elect without this leader's vote.
    fn is_spare(&self, common: &Common) -> bool {
        let votes = |sid| {
            let mut handlers = self.handlers.values();
            sid != common.me()
                && handlers.any(|one| {
                    one.sid == sid && one.is_up_to_date() && one.features.take_nominations()
                })
        };
        common.quorums.contains_quorum(votes)
    }

    fn nominate(&mut self, common: &mut Common, heir: Sid, last: Zxid, out: &mut Outputs) -> Lost {
        let nominate = Nominate { leader: heir }.to_bytes();
        for handler in self.handlers.values_mut() {
            if handler.is_up_to_date() && handler.features.take_nominations() {
                handler.send(PacketType::Nominate, last, Some(nominate.clone()), out);
            }
        }
        common.nominated = Some(Nomination {
            leader: heir,
            by: common.me(),
            last,
        });
        Lost::new(format!("the leadership is handed over to server {heir}"))
    }

    fn give_handover_up(&mut self, common: &mut Common, now_us: u64, out: &mut Outputs) {
        let Some(handover) = self.handover.take() else {
            return;
        };
        out.event(Event::HandoverGivenUp {
            heir: handover.heir,
        });
        for (zxid, txn) in handover.held {
            self.propose(common, now_us, zxid, txn, out);
        }
    }
}
