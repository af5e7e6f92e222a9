//! Our server beside Apache ZooKeeper 3.8.0, as real processes, and under clients that are
//! not ours.
//!
//! | module | what it shows |
//! |---|---|
//! | `back_to_back` | the same operations get the same answers from both |
//! | `interop` | each boots from the other's data directory, with the same tree and sessions |
//! | `clients` | kazoo's own test suite and every zkCli command, against ours |
//!
//! `servers` starts both, `session` speaks to either in raw requests. All of it needs Java and
//! Debian's `zookeeper` package, kazoo also Python:
//! `cargo test -p zoowarden-server --test beside_apache -- --ignored --test-threads 1`

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test crate; the lint's own exception covers only functions marked #[test]"
)]

mod back_to_back;
mod clients;
mod interop;
mod servers;
mod session;
