//! The home screen where console.toml lists several clusters: one line each, the worst first.
//!
//! ```text
//!   open ──> run ──Enter──> app::run on one cluster ──Esc at its top──> run
//!             │ keys, draws
//!             v
//!   poll ──> Pool: a Model a cluster, told the same events as an open one is, every 5 s
//!             ├──> notices, to whichever loop draws
//!             └──> row: what a line says ──> board: which lines, which is selected
//! ```
//!
//! - `poll`: looks at each cluster, slowly, whether the fleet is shown or not
//! - [`row`]: a cluster in one line;  [`board`]: the screen, pure;  `run`: its loop
//!
//! Verdict, margin and alarms are the open console's own: the same model and the same rules,
//! only asked more seldom and by `srvr` alone. A cluster has one alarm book for the whole run,
//! whether its page is open or not: what was acknowledged or snoozed stays so, and what begins
//! or ends while its page is closed is told by the same channels.

pub mod board;
mod poll;
pub mod row;
mod run;

pub use poll::Elsewhere;
pub(crate) use poll::{Pool, Room};
pub(crate) use run::run;
