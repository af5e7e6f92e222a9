//! Recovering by hand, as the screens see it: what there is to act with, the gate that is open,
//! and what was tried before.

use super::{Model, clock::Now};
use crate::action::{
    Action, Attempt, Gate, Means, Outcome, Proposal, Selected, for_selected, for_what_is_wrong,
    propose, seen,
};
use crate::detached::Plan;

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
    /// The plan that runs, or that has run last.
    pub run: Option<Run>,
    /// Plans of this cluster that run on this host without this console.
    pub plans: Vec<Plan>,
    /// The first line of the gate's text that is drawn; the view clamps it.
    pub scroll: usize,
}

/// A plan that was begun.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The number of its gate.
    pub gate: u64,
    pub action: Action,
    /// As the operator typed it; may be empty.
    pub ticket: String,
    pub began: Now,
    /// When it ended, and how.
    pub ended: Option<(Now, Outcome)>,
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

/// One action, as a list tells it.
#[must_use]
pub fn proposal(model: &Model, action: Action) -> Proposal {
    let recovery = &model.recovery;
    propose::one(action, &seen(model), &recovery.means, &recovery.attempts)
}
