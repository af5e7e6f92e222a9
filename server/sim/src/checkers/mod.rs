//! What must hold, one rule a file.
//!
//! ```text
//!   during the run   live: prefix, leaders, expiry, (digests, told by the members themselves)
//!   after it         converged: one leader, all in step, a fresh write
//!                    oracle (the agreed log, replayed by a model of a few lines)
//!                       ├─> acknowledged   no acknowledged write is lost, none happens twice
//!                       ├─> linear         writes respect real time, reads the state they name
//!                       ├─> watches        at most once, and before the new data
//!                       │     missed       those that move are told of all, once
//!                       ├─> read_only      no write without a leader
//!                       └─> ephemerals     as long as their sessions, no longer
//! ```

mod acknowledged;
mod converged;
mod ephemerals;
mod expiry;
mod leaders;
mod linear;
mod missed;
mod oracle;
mod prefix;
mod read_only;
mod watches;

use zoowarden_peer::Now;

pub(crate) use self::{
    converged::{is_converged, is_outrun, is_without_votes, why_not_converged},
    expiry::Hearer,
};
use self::{expiry::Expiry, leaders::Leaders, oracle::Oracle, prefix::Prefix};
use crate::{history::History, machine::Machine};

/// The checks that follow a run as it goes.
#[derive(Debug, Default)]
pub(crate) struct Live {
    pub(crate) prefix: Prefix,
    pub(crate) expiry: Expiry,
    leaders: Leaders,
}

impl Live {
    /// A member has handled something; nothing of what it wants has been done yet.
    pub(crate) fn observe(&mut self, machine: &mut Machine, now: Now) -> Result<(), String> {
        self.leaders.observe(machine)?;
        self.prefix.observe(machine, now)
    }
}

/// What can be told only at the end.
pub(crate) fn check_all(live: &Live, history: &History) -> Result<(), String> {
    let oracle = Oracle::replay(&live.prefix)?;
    acknowledged::check(&oracle, history)?;
    linear::check(&oracle, history)?;
    read_only::check(history)?;
    watches::check(&oracle, history)?;
    ephemerals::check(&oracle, history)
}
