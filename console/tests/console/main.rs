//! The console without a terminal and without members: outages played from TOML fixtures.
//!
//! ```text
//!   fixture   a TOML file -> the events that sources would have told -> a Model
//!   screens   whole screens, as snapshots     outages   what is said at each moment
//!   alarm_*   which rule begins when, and what is told; alarms   screen 9
//!   beats     our own members' heartbeats       history   elections, faults and their costs
//!   overview, links, timeline   screens 1, 3 and 4;  troupe  the ensembles they draw
//!   keys      keystrokes in, state out        tree      what is asked for and watched
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what fails in a test's helpers fails the test"
)]

mod alarm_engine;
mod alarm_gauges;
mod alarm_rules;
mod alarm_stage;
mod alarms;
mod beats;
mod fixture;
mod history;
mod keys;
mod links;
mod outages;
mod overview;
mod screens;
mod timeline;
mod tree;
mod troupe;
