//! The supervisor beside a member: it restarts what crashed, and knows when to stop.
//!
//! ```text
//!   run (--supervise) ──> keeper ──> kept ─┬─> policy   pure: when to start it again
//!      │                  (orders)         ├─> running  the child: its signals, its end
//!      │                                   ├─> program  what is started: this program
//!      │                                   └─> news     sentences, and the report: the state
//!      │                                                file, which a console reads
//!      └──> door <──JSON lines── control (--control DATADIR ORDER)
//!
//!   the console's demo ──> keeper, policy       the same for its members
//! ```
//!
//! - `tail`: the end of what a child wrote.
//! - `notify`: what systemd is told, by a member too.
//!
//! Deliberately absent: a look at the member's health from outside. A hung member is found by
//! systemd's watchdog, or by whoever watches the ensemble, and restarted by an order.

mod args;
mod control;
mod door;
mod keeper;
mod kept;
mod news;
pub(crate) mod notify;
mod policy;
mod program;
mod report;
mod run;
mod running;
mod tail;

pub use args::SuperviseArgs;
pub(crate) use control::control;
pub use door::{Answer, Word, ask, path as control_path};
pub use keeper::{Command, Keeper, Program, Settings};
pub use policy::{Decision, Down, End, Happening, Limits, Order, Policy, Refusal};
pub use report::{EndRecord, Phase, Report};
pub(crate) use run::run;
pub use tail::last_lines;
