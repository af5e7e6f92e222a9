//! How far a gate is, how it ended, and what it asks of the shell.

use super::Typed;
use crate::action::{facts::Facts, judgement::Judgement, outcome::Outcome, spec::Action};

/// How far the gate is.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// All members are asked.
    Polling,
    /// Nothing has been sent.
    Shown,
    /// Confirmed; the delay that some actions have runs, and Esc takes it back.
    Holding {
        until_mono_ms: u64,
    },
    /// All members are asked again.
    Rechecking,
    /// The plan runs.
    Acting {
        /// The step that runs, from 0.
        step: usize,
        /// What it waits for: it verifies.
        waiting: Option<String>,
        /// The operator wants no further step.
        stops: bool,
    },
    Ended(End),
}

/// How a gate ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The plan has run.
    Ran(Outcome),
    /// A hard check did not pass, or it cannot be done from here.
    Refused { why: String },
    /// What was shown has changed since.
    Aborted { changed: String },
    /// The poll itself failed.
    CouldNotLook { why: String },
}

/// What the shell is to do for a gate.
#[derive(Clone, Debug, PartialEq)]
pub enum GateCommand {
    /// Poll all members for this action, and tell [`Gate::polled`].
    Poll(Action),
    /// Run the plan, and tell [`Gate::progressed`].
    Run(Box<Orders>),
    /// No further step.
    Stop,
    /// Write down that it was refused or aborted.
    Record(Box<Orders>, End),
    /// Its picture is left, and what runs goes on.
    Leave,
    /// The gate is to be closed.
    Close,
}

/// All that acting needs: what was judged, by what, and what the operator said.
#[derive(Clone, Debug, PartialEq)]
pub struct Orders {
    pub judgement: Judgement,
    pub facts: Facts,
    pub typed: Typed,
}
