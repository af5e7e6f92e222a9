//! The rules of synchronisation, one test for each bug that Apache had, or that the simulator found
//! in ours: a learner and a leader by hand, packet by packet.
//!
//! - `hand`: one member, told and asked directly.
//! - `learner`, `leader`: the rules of either.
//! - `configs`: which configurations must agree.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::needless_pass_by_value,
    reason = "a test that cannot go on should say where"
)]

mod configs;
mod hand;
mod leader;
mod learner;
#[path = "../support/reconfig.rs"]
mod support;
