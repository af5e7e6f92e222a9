//! `zoowarden act` as a script runs it: on real members of ours, on a demo, on Apache's.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what fails in a test's helpers fails the test"
)]

mod apache;
mod clients;
mod data;
mod ensemble;
mod membership;
mod plans;
mod quorum_loss;
mod restarts;
