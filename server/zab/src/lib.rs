//! Replication alone, pure: Zab on ZooKeeper's own wire.
//!
//! ```text
//!   votes ──> election ──decides──> leader ──┬─ learner_handler, one for each learner
//!                 ^                          └─ sync: DIFF, TRUNC or SNAP
//!                 │ the leader is lost
//!                 └───────────────  learner (follower or observer)
//!
//!   both ──> history   what was logged lately: committed, and not yet
//! ```
//!
//! A reconfig changes for both who is a member (`reconfig`).
//!
//! Transactions, session touches and snapshots are bytes here. [`Zab::handle`] and its
//! siblings take one event and append to [`Outputs`]: effects for network and disk, upcalls
//! for the state machine. Time is an argument. The only transactions that are looked into are
//! reconfigs, whose type stands at a fixed place.
//!
//! Deliberately absent: znodes, sessions, sockets, files, clocks, threads.

mod common;
mod config;
mod effect;
mod election;
mod history;
mod input;
mod leader;
mod learner;
mod lobby;
mod patience;
mod quorums;
mod reconfig;
mod suspicion;
mod zab;

pub use config::{Config, Durable};
pub use effect::{Effect, Event, Outputs, Serving, Upcall};
pub use input::{DiskEvent, Input, LinkEvent, LinkId};
pub use leader::HandoverRefusal;
pub use zab::{Heard, LearnerStatus, Status, Zab};
