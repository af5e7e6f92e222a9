//! Real faults under real processes, with a recorded client history that must be linearizable.
//!
//! ```text
//!   scenarios ──┬─ kills        SIGKILL, SIGSTOP: plain `cargo test`
//!               ├─ disks        damaged, full and frozen disks
//!               ├─ lost_logs    logs that are gone: plain `cargo test`
//!               ├─ syncs        syncs that are slow or fail, by strace
//!               ├─ partitions   members that do not hear each other
//!               └─ distance     members that hear each other late
//!   harness                     ensembles, networks between members, file systems
//!   record ─────┬─ history      what clients asked and were told, and when
//!               ├─ clients      sessions that read and write a few keys and move about
//!               ├─ logs         the members' transaction logs: what really happened, in order
//!               ├─ states       each key's value after each transaction
//!               └─ check        whether what clients saw can have happened so
//! ```
//!
//! Every scenario ends alike: all members have equal trees and agree in their logs, and the
//! history is checked against them. What needs root, `ip`, `nft`, `strace` or a file system of
//! its own is ignored unless asked for, and fails where it is asked for and cannot be had:
//! `cargo test -p zoowarden-server --test faults -- --ignored --test-threads 1`
//!
//! Partitions and distance are made twice: over proxies on loopback, by plain `cargo test`, on
//! any system; and in network namespaces, where packets are lost and TCP gives up by itself.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test crate; the lint's own exception covers only functions marked #[test]"
)]

mod harness;
mod record;
mod scenarios;
