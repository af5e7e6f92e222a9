//! Recovering by hand, as the screens see it: what there is to act with, the gate that is open,
//! and what was tried before.

use super::Model;
use crate::action::{
    Attempt, Gate, Means, Proposal, Selected, for_selected, for_what_is_wrong, seen,
};

/// Attempts that are kept.
const KEPT_ATTEMPTS: usize = 50;

/// The state of recovery.
#[derive(Clone, Debug, Default)]
pub struct Recovery {
    pub means: Means,
    /// At most one: an armed action is that one action.
    pub gate: Option<Gate>,
    /// Gates opened so far: the number of the one that is open.
    pub opened: u64,
    /// What was tried, oldest first.
    pub attempts: Vec<Attempt>,
}

impl Recovery {
    /// Notes an attempt that has ended.
    pub fn note(&mut self, attempt: Attempt) {
        if self.attempts.len() == KEPT_ATTEMPTS {
            self.attempts.remove(0);
        }
        self.attempts.push(attempt);
    }
}

/// What can be done with what is selected, the worst last.
#[must_use]
pub fn proposals_for(model: &Model, selected: &Selected) -> Vec<Proposal> {
    let recovery = &model.recovery;
    for_selected(selected, &seen(model), &recovery.means, &recovery.attempts)
}

/// What can be done about what is wrong now, the last resort last.
#[must_use]
pub fn proposals(model: &Model) -> Vec<Proposal> {
    let recovery = &model.recovery;
    for_what_is_wrong(&seen(model), &recovery.means, &recovery.attempts)
}
