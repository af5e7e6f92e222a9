//! Recovering by hand, as the screens see it: what there is to act with, the gate that is open,
//! and what was tried before.

use super::{Model, clock::Now};
use crate::action::{
    Action, Attempt, Gate, Means, Outcome, Proposal, Selected, Verdict, for_selected,
    for_what_is_wrong, propose, seen, seen_for, seen_session,
};
use crate::detached::{Plan, launch::outlives_the_screen};

/// Attempts that are kept.
const KEPT_ATTEMPTS: usize = 50;

/// The state of recovery.
#[derive(Clone, Debug, Default)]
pub struct Recovery {
    pub means: Means,
    /// At most one: an armed action is that one action, also while it runs behind the screens.
    pub gate: Option<Gate>,
    /// Whether the gate's picture was left while its plan ran.
    pub is_left: bool,
    /// Whether there is something that runs plans which go on without this console.
    pub has_launcher: bool,
    /// When the operator wanted to leave while a plan ran that ends with this console.
    pub wanted_out_mono_ms: Option<u64>,
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
    /// The gate on the screen, which has the keys.
    #[must_use]
    pub fn shown(&self) -> Option<&Gate> {
        self.gate.as_ref().filter(|_| !self.is_left)
    }

    /// The same, to be told something.
    pub fn shown_mut(&mut self) -> Option<&mut Gate> {
        self.gate.as_mut().filter(|_| !self.is_left)
    }

    /// The gate whose plan runs.
    #[must_use]
    pub fn running(&self) -> Option<&Gate> {
        self.gate.as_ref().filter(|gate| gate.is_acting())
    }

    /// The gate whose plan runs behind the screens.
    #[must_use]
    pub fn behind(&self) -> Option<&Gate> {
        self.running().filter(|_| self.is_left)
    }

    /// For how long the plan that runs behind the screens has done so.
    #[must_use]
    pub fn behind_ms(&self, now: Now) -> Option<(&Gate, u64)> {
        let gate = self.behind()?;
        let run = self.run.as_ref().filter(|run| run.gate == self.opened)?;
        Some((gate, now.mono_ms.saturating_sub(run.began.mono_ms)))
    }

    /// The plan that does this without this console.
    #[must_use]
    pub fn elsewhere(&self, action: &Action) -> Option<&Plan> {
        let mut plans = self.plans.iter();
        plans.find(|plan| plan.begun.action().as_ref() == Some(action))
    }

    /// What runs from here, and without this console.
    fn under_way(&self) -> Vec<Action> {
        let plans = self.plans.iter().filter_map(|plan| plan.begun.action());
        let here = self.running().map(|gate| gate.action.clone());
        plans.chain(here).collect()
    }

    /// The plan that begins no further step once this console is left.
    #[must_use]
    pub fn ends_with_us(&self) -> Option<&Gate> {
        let gate = self.gate.as_ref().filter(|gate| gate.goes_on())?;
        let goes_on_alone = self.has_launcher && outlives_the_screen(gate.action.kind());
        (!goes_on_alone).then_some(gate)
    }

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
    let mut facts = seen(model);
    if let Selected::Session(id) = selected {
        facts.session = seen_session(model, *id);
    }
    let proposals = for_selected(selected, &facts, &recovery.means, &recovery.attempts);
    proposals
        .into_iter()
        .map(|one| as_it_runs(recovery, one))
        .collect()
}

/// What can be done about what is wrong now, the last resort last.
#[must_use]
pub fn proposals(model: &Model) -> Vec<Proposal> {
    let recovery = &model.recovery;
    let facts = seen(model);
    let mut proposals = for_what_is_wrong(&facts, &recovery.means, &recovery.attempts);
    for action in recovery.under_way() {
        proposals.retain(|one| one.action != action);
        proposals.insert(0, proposal(model, action));
    }
    proposals
}

/// One action, as a list tells it.
#[must_use]
pub fn proposal(model: &Model, action: Action) -> Proposal {
    let recovery = &model.recovery;
    let facts = seen_for(model, &action);
    let proposal = propose::one(action, &facts, &recovery.means, &recovery.attempts);
    as_it_runs(recovery, proposal)
}

/// What is under way is not proposed but told of.
fn as_it_runs(recovery: &Recovery, proposal: Proposal) -> Proposal {
    let running = recovery.running();
    let here = running.filter(|gate| gate.action == proposal.action);
    let elsewhere = || recovery.elsewhere(&proposal.action).map(Plan::standing);
    match here.and_then(Gate::standing).or_else(elsewhere) {
        Some(sentence) => Proposal {
            verdict: Verdict::Runs,
            sentence,
            ..proposal
        },
        None => proposal,
    }
}
