//! What the policy is told and what it answers: limits, happenings, orders, decisions.

/// How patient the policy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The wait after the first crash; each further one doubles it.
    pub first_backoff_ms: u64,
    /// It is never longer.
    pub max_backoff_ms: u64,
    /// A member that ran so long is healthy: the next wait is the first again.
    pub healthy_after_ms: u64,
    /// So many crashes within the window are too many.
    pub max_ends: usize,
    /// See `max_ends`.
    pub window_ms: u64,
}

impl Default for Limits {
    /// 1 s to 60 s, healthy after a minute, quarantine after 3 ends in 10 minutes.
    fn default() -> Self {
        Self {
            first_backoff_ms: 1000,
            max_backoff_ms: 60_000,
            healthy_after_ms: 60_000,
            max_ends: 3,
            window_ms: 600_000,
        }
    }
}

/// How a child ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With success, though not by our order: somebody else told it to stop.
    Clean,
    /// By a signal, or with a code that says nothing else.
    Crash,
    /// With a code that says that a restart cannot help.
    NeedsOperator,
}

/// What an operator wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Run it, at once.
    Start,
    /// End it, and leave it down.
    Stop,
    /// End it, and run it again.
    Restart,
    /// Lift the quarantine, and run it.
    Release,
}

/// Something that has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// The child is gone.
    ChildEnded(End),
    /// It has run for [`Limits::healthy_after_ms`].
    ChildHealthy,
    /// An operator's word.
    Order(Order),
    /// [`super::Policy::due_ms`] has come.
    Due,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing.
    Nothing,
    /// Start the child, now.
    Start,
    /// Start it at this time; [`Happening::Due`] then.
    StartAt {
        /// By the clock of the happenings.
        at_ms: u64,
    },
    /// Ask the child to end; [`Happening::ChildEnded`] then.
    EndChild,
    /// It stays down.
    StayDown(Down),
    /// The order makes no sense now.
    Refuse(Refusal),
}

/// Why a child is down and stays so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Down {
    /// By order, ours or somebody else's.
    Stopped,
    /// Until an operator has mended what it complains of.
    Refused,
    /// It crashed too often.
    Quarantined,
}

/// Why an order is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Only a release lifts a quarantine.
    #[error("it is quarantined: see why it ends, then release it")]
    Quarantined,
    /// There is none to lift.
    #[error("it is not quarantined")]
    NotQuarantined,
}
