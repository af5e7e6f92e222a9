//! What every rule is: a name, a check, and an honest word on what it can see here.

use std::fmt;

use super::{evidence::Evidence, finding::Finding};
use crate::model::Model;

/// What a rule is, whatever it finds.
#[derive(Debug)]
pub struct About {
    /// As console.toml has it.
    pub name: &'static str,
    /// What it watches, in half a line.
    pub watches: &'static str,
    pub threshold: Option<Threshold>,
    /// A finding begins an alarm once it has lasted for so long, ms.
    pub debounce_ms: u64,
    /// The alarm ends once nothing was found for so long, ms.
    pub hold_off_ms: u64,
    /// The rule whose alarm on the same subject takes this one's place: its end is then no
    /// good news, and not told.
    pub becomes: Option<&'static str>,
    /// An unresolved one is told again every few hours.
    pub is_reminded: bool,
    /// What it finds stops the ensemble, or nearly: that it comes and goes never mutes it.
    pub is_told_while_flapping: bool,
    /// It judges this console's own connection, and so when the others must be silent.
    pub judges_the_console: bool,
    /// It needs what only an open page is told (`mntr`, `cons`, our session's pings): while the
    /// cluster's page is closed its alarms neither begin nor end.
    pub needs_page: bool,
}

impl About {
    /// One without a threshold, in the words alone; the rest by struct update.
    pub(super) const fn of(name: &'static str, watches: &'static str) -> Self {
        Self {
            name,
            watches,
            threshold: None,
            debounce_ms: 0,
            hold_off_ms: 3000,
            becomes: None,
            is_reminded: false,
            is_told_while_flapping: false,
            judges_the_console: false,
            needs_page: false,
        }
    }
}

/// A rule's threshold: what it is unless console.toml says otherwise, and what it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    pub usual: u64,
    pub least: u64,
    pub most: u64,
    /// Such as `%`, or `times its peers`.
    pub unit: &'static str,
}

/// Whether a rule can be evaluated on this ensemble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CanTell {
    Yes,
    /// In part: what is missing, and what would open it.
    Partly(String),
    /// Not at all: why, and what would open it.
    No(String),
}

/// A rule. What it keeps between checks is its own; time is in the evidence.
pub trait Rule: fmt::Debug + Send + Sync {
    /// What it is.
    fn about(&self) -> &'static About;

    /// What is wrong now, by this threshold (0 where the rule has none).
    fn check(&mut self, evidence: &Evidence<'_>, threshold: u64) -> Vec<Finding>;

    /// A heartbeat told nothing new: for what learns from when each comes. Checks are rarer.
    fn hear(&mut self, _model: &Model) {}

    /// From now on the members are asked at another pace: what was learnt of the old one is void.
    fn moved(&mut self) {}

    /// Whether it could find anything here.
    fn can_tell(&self, model: &Model) -> CanTell;

    /// A copy, with what it keeps.
    fn boxed(&self) -> Box<dyn Rule>;
}
