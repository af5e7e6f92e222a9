//! The real binary on a real terminal: tmux draws it, and the screen is read back as text.
//!
//! All of it is ignored by default, since it needs programs that a build machine may not have:
//! `cargo test -p zoowarden --test tmux -- --ignored --test-threads=1`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what fails in a test's helpers fails the test"
)]

mod apache;
mod breaks;
mod demo;
mod drill;
mod editor;
mod ensemble;
mod fleet;
mod hooks;
mod network;
mod pane;
mod panics;
mod partition;
mod plans;
mod presence;
mod recover;
mod secure;
#[allow(dead_code, reason = "the tests of act use the rest")]
#[path = "../act/ensemble.rs"]
mod serviced;
mod sizes;
