//! The console without a terminal and without members: outages played from TOML fixtures.
//!
//! ```text
//!   fixture   a TOML file -> the events that sources would have told -> a Model
//!   screens   whole screens, as snapshots     outages   what is said at each moment
//!   alarm_*   which rule begins when, and what is told; alarms   screen 9
//!   beats     our own members' heartbeats       history   elections, faults and their costs
//!   overview, links, timeline   screens 1, 3 and 4;  troupe  the ensembles they draw
//!   desk      changing znodes, and taking it back   finding, who   F and w
//!   recover   screen 0, what x lists, and the gate
//!   palette   what : finds and runs   watches, metrics   screens 6 and 8
//!   pages     JSON, descriptions, logs, hooks; the frozen and the veiled picture
//!   reach     via, TLS and certificates   replay   recordings
//!   fleet     several clusters   ours  what only our members tell
//!   breaks    the demo's menu B;  bound  other keys, and the mouse;  themes  colours
//!   pictures  those of the README
//!   zones     the margin by zone
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
mod bound;
mod breaks;
mod desk;
mod drill;
mod finding;
mod fixture;
mod fleet;
mod guessed;
mod history;
mod keys;
mod links;
mod metrics;
mod ours;
mod outages;
mod overview;
mod pages;
mod palette;
mod pictures;
mod reach;
mod recover;
mod removed;
mod replay;
mod screens;
mod themes;
mod timeline;
mod tree;
mod troupe;
mod watches;
mod who;
mod zones;
