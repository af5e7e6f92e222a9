//! Recovery without members: every action's gate, permitted and refused, from facts in one line.
//!
//! ```text
//!   ensemble   "1L 2F 3x 4O": facts of four members      judgements   the table of all actions
//!   last_resorts   restore and a lost quorum: disks and files besides
//!   gate       what is typed, what has changed meanwhile  proposals    what lists say
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what fails in a test's helpers fails the test"
)]

mod ensemble;
mod gate;
mod judgements;
mod last_resorts;
mod proposals;
