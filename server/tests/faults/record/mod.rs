//! What clients saw, what really happened, and whether the two go together.

mod check;
mod check_tests;
mod clients;
mod history;
mod logs;
mod states;

pub(crate) use check::check;
pub(crate) use clients::Clients;
pub(crate) use logs::merge;

/// The znode below which all keys are.
pub(crate) const ROOT: &str = "/faults";
