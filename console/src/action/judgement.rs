//! What the gate shows: checks with their arithmetic, the consequence, what is to be typed,
//! and the plan.

use std::fmt;

use super::{plan::Step, spec::Action};

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    Pass,
    Fail,
    /// What it needs cannot be seen from here.
    Unmeasured,
}

/// One check of a gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// In one or two words.
    pub name: &'static str,
    /// With the arithmetic: `would leave 1 of 3, need 2`.
    pub sentence: String,
    /// What the sentence sums up, such as an error as it was told.
    pub in_full: Option<String>,
    pub finding: Finding,
    pub(super) counts_quorum: bool,
}

impl Check {
    pub(super) fn new(name: &'static str, finding: Finding, sentence: impl Into<String>) -> Self {
        Self {
            name,
            sentence: sentence.into(),
            in_full: None,
            finding,
            counts_quorum: false,
        }
    }

    /// The same with what its sentence sums up, where that says more.
    pub(super) fn in_full(self, whole: &str) -> Self {
        let says_more = !self.sentence.contains(whole);
        Self {
            in_full: says_more.then(|| whole.to_owned()),
            ..self
        }
    }

    /// Whether it counts the quorum: once writes have stopped such a check may yield.
    #[must_use]
    pub fn counts_quorum(&self) -> bool {
        self.counts_quorum
    }

    /// Whether it has passed.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.finding == Finding::Pass
    }
}

/// Voters, and those of them that are in sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quorum {
    pub voters: usize,
    pub in_sync: usize,
}

impl Quorum {
    /// How many a quorum needs: a plain majority.
    #[must_use]
    pub fn need(self) -> usize {
        self.voters / 2 + 1
    }

    /// How many more may be lost; `None` without a quorum.
    #[must_use]
    pub fn margin(self) -> Option<usize> {
        self.in_sync.checked_sub(self.need())
    }

    /// The margin, or "no quorum".
    #[must_use]
    pub fn margin_text(self) -> String {
        self.margin()
            .map_or("no quorum".to_owned(), |margin| margin.to_string())
    }
}

impl fmt::Display for Quorum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {}, need {}",
            self.in_sync,
            self.voters,
            self.need()
        )
    }
}

/// What the action changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consequence {
    pub sentence: String,
    pub before: Quorum,
    /// While it goes on, at the worst moment.
    pub meanwhile: Quorum,
    pub after: Quorum,
    /// Client connections that must look for another member; `None`: not known.
    pub connections_move: Option<u64>,
    /// How long writes stop.
    pub writes: String,
    /// What vanishes with it, such as ephemerals.
    pub vanishes: Vec<String>,
    /// Where the members that clients may connect to change: the connect string from then on.
    pub connect: Option<String>,
}

/// What the operator must type. Never the key that opened the gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirm {
    /// What to type, in words: `type the new voters`.
    pub ask: String,
    /// The text itself. A single `y` needs no Enter behind it.
    pub text: String,
    /// How long the confirmation is shown before it acts, and can be taken back.
    pub delay_ms: u64,
}

impl Confirm {
    pub(super) fn yes() -> Self {
        Self {
            ask: "type y".to_owned(),
            text: "y".to_owned(),
            delay_ms: 0,
        }
    }

    pub(super) fn typed(what: &str, text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            ask: format!("type {what}, {text}"),
            text,
            delay_ms: 0,
        }
    }

    /// Whether typing it is enough: a bare yes. Whatever names something wants Enter behind it.
    #[must_use]
    pub fn needs_no_enter(&self) -> bool {
        *self == Self::yes()
    }

    /// Whether this is what was asked for; how words are spaced does not count.
    #[must_use]
    pub fn is_met_by(&self, typed: &str) -> bool {
        typed.split_whitespace().eq(self.text.split_whitespace())
    }
}

/// Whether it can be done from here at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Availability {
    /// By this console.
    Here,
    /// The console prints the steps; the operator does them.
    ByHand { why: String },
    /// Not as things are.
    No {
        why: String,
        /// The line of a configuration that would open it.
        opens: Option<String>,
    },
}

/// All that the gate shows of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    pub action: Action,
    /// Must hold; nobody overrides them while writes succeed.
    pub hard: Vec<Check>,
    /// Yield to a typed reason.
    pub soft: Vec<Check>,
    pub consequence: Consequence,
    pub confirm: Confirm,
    /// Members that nobody can reach: the operator types their names for having seen that they
    /// are powered off.
    pub powered_off: Option<Confirm>,
    pub plan: Vec<Step>,
    pub availability: Availability,
}

impl Judgement {
    /// Why it is refused, where it is: the first hard check that did not pass.
    #[must_use]
    pub fn refusal(&self) -> Option<&Check> {
        self.hard.iter().find(|check| !check.passes())
    }

    /// Why it can go no further, where it cannot.
    #[must_use]
    pub fn why_not(&self) -> Option<String> {
        if let Some(check) = self.refusal() {
            return Some(format!("{}: {}", check.name, check.sentence));
        }
        match &self.availability {
            Availability::Here => None,
            Availability::ByHand { why } => Some(why.clone()),
            Availability::No { why, opens: None } => Some(why.clone()),
            Availability::No {
                why,
                opens: Some(line),
            } => Some(format!("{why}; {line} opens it")),
        }
    }

    /// Soft checks that want a reason.
    pub fn open_soft(&self) -> impl Iterator<Item = &Check> {
        self.soft.iter().filter(|check| !check.passes())
    }

    /// Whether a check that counts the quorum has yielded: it is about the stuck member itself.
    #[must_use]
    pub fn quorum_yields(&self) -> bool {
        self.open_soft().any(Check::counts_quorum)
    }

    /// Whether the operator may confirm it, once the rest is typed.
    #[must_use]
    pub fn may_go_on(&self) -> bool {
        self.refusal().is_none() && self.availability == Availability::Here
    }
}
