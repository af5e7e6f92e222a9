//! The console without a terminal and without members: outages played from TOML fixtures.
//!
//! ```text
//!   fixture   a TOML file -> the events that sources would have told -> a Model
//!   screens   whole screens, as snapshots     outages   what is said at each moment
//!   beats     our own members' heartbeats       history   elections, faults and their costs
//!   keys      keystrokes in, state out        tree      what is asked for and watched
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what fails in a test's helpers fails the test"
)]

mod beats;
mod fixture;
mod history;
mod keys;
mod outages;
mod screens;
mod tree;
