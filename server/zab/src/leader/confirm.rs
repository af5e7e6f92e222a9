//! Whether this member still leads: it does as long as a quorum says so.
//!
//! A leader may have been deposed without knowing. Who answers a PING follows it at that
//! moment, and so has not promised to follow another yet. Where a quorum answers PINGs that
//! were sent after a question was asked, no other leader had committed anything by then.
//!
//! One round of PINGs answers all questions that came before it. Links keep their order: the
//! PINGs of each are counted, so that the answer to an earlier one is not taken for this one's.

use std::collections::BTreeMap;

use super::{Leader, Phase};
use crate::{
    common::Common,
    effect::{Outputs, Upcall},
    input::LinkId,
};

/// The PINGs of one link.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pings {
    sent: u64,
    answered: u64,
}

impl Pings {
    pub(super) fn sent(&mut self) {
        self.sent += 1;
    }

    /// An answer to what was not asked says nothing.
    pub(super) fn answered(&mut self) {
        self.answered = self.sent.min(self.answered + 1);
    }
}

/// The rounds of PINGs that confirm the leadership.
#[derive(Debug, Default)]
pub(super) struct Confirmation {
    /// Rounds begun.
    begun: u64,
    /// Of the round that has not come back: of each link, how many answers include its own. A
    /// link that came later was not asked anything before it.
    awaited: Option<BTreeMap<LinkId, u64>>,
    /// Whether a question has come since the round began.
    is_next_wanted: bool,
}

impl Leader {
    /// Asks whether this member still leads: the number that [`Upcall::Confirmed`] will tell.
    /// `None` before it does.
    pub(crate) fn confirm(&mut self, common: &Common, out: &mut Outputs) -> Option<u64> {
        if self.phase != Phase::Broadcast {
            return None;
        }
        if self.confirmation.awaited.is_some() {
            self.confirmation.is_next_wanted = true;
            return Some(self.confirmation.begun + 1);
        }
        self.begin_round(common, out);
        let token = self.confirmation.begun;
        self.check_round(common, out);
        Some(token)
    }

    fn begin_round(&mut self, common: &Common, out: &mut Outputs) {
        let last = common.history.last();
        let mut awaited = BTreeMap::new();
        for handler in self.handlers.values_mut() {
            let next = handler.pings.sent + 1;
            if handler.is_up_to_date() && handler.votes {
                handler.ping(false, last, out);
            }
            awaited.insert(handler.link, next);
        }
        let confirmation = &mut self.confirmation;
        confirmation.begun += 1;
        confirmation.awaited = Some(awaited);
        confirmation.is_next_wanted = false;
    }

    /// A learner has answered its oldest open PING.
    pub(super) fn ping_answered(&mut self, common: &Common, link: LinkId, out: &mut Outputs) {
        if let Some(handler) = self.handlers.get_mut(&link) {
            handler.pings.answered();
        }
        self.check_round(common, out);
    }

    /// Whether the round has come back from a quorum.
    fn check_round(&mut self, common: &Common, out: &mut Outputs) {
        while let Some(awaited) = &self.confirmation.awaited {
            let has_answered = |sid| {
                sid == common.me()
                    || self.handlers.values().any(|handler| {
                        let awaited = awaited.get(&handler.link).copied().unwrap_or(1);
                        handler.sid == sid && handler.votes && handler.pings.answered >= awaited
                    })
            };
            if !common.quorums.contains_quorum(has_answered) {
                return;
            }
            let confirmation = &mut self.confirmation;
            confirmation.awaited = None;
            out.upcalls.push(Upcall::Confirmed(confirmation.begun));
            if confirmation.is_next_wanted {
                self.begin_round(common, out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_to_what_was_not_asked_says_nothing() {
        let mut pings = Pings::default();
        pings.answered();
        assert_eq!(pings.answered, 0);
        pings.sent();
        pings.answered();
        pings.answered();
        assert_eq!((pings.sent, pings.answered), (1, 1));
    }
}
