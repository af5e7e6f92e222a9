//! The operator is told: each channel against a real far end (a bus service, a terminal's
//! bytes, a process, an HTTP server), and the sender never waits.
//!
//! The ignored ones need a bus:
//! `cargo test -p zoowarden --test notify the_service -- --ignored`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what fails in a test's helpers fails the test"
)]

mod command;
mod desktop;
mod support;
mod terminal;
mod webhook;
