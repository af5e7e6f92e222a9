//! Whole ensembles of real processes: ours, Apache ZooKeeper 3.8.0's, and both mixed.
//!
//! ```text
//!   ours, apache, mixed     which ensembles go through which scenario
//!     └─> scenarios         what is done to an ensemble, whatever its members are
//!           └─> harness     processes, clients, a recorded writer, comparisons
//! ```
//!
//! The same scenarios run on Apache alone, so that a failure says whose it is. What needs Java
//! (and Debian's `zookeeper` package, kazoo also Python) is ignored unless asked for:
//! `cargo test -p zoowarden-server --test ensemble -- --ignored --test-threads 1`
//!
//! Deliberately absent: partitions and slow disks, which need more than processes.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test crate; the lint's own exception covers only functions marked #[test]"
)]

mod apache;
mod harness;
mod mixed;
mod ours;
mod reconfig;
mod scenarios;
