//! The shell around a peer: sockets, disk, admin, one driver.
//!
//! ```text
//!             main ──> cli ──> member ──┬──> configure   files to a checked configuration
//!                       │               ├──> storage ──> lock    one process per directory
//!                    logging, shadow    │        └─────> disk    logs, snapshots, epochs
//!                                       ├──> net         the ports for clients and members
//!                                       ├──> reconfig    files of a changed configuration
//!                                       ├──> admin       four-letter words, HTTP, metrics
//!                                       └──> driver      the one loop, which owns the peer
//!
//!   client ──> net ──frames──> driver ──> Peer::handle ──> driver ──bytes──> net ──> client
//!                                │  ^                        │
//!                                │  └──── Flushed ──── disk <┘ appends
//!                                ├ questions from admin
//!                                └ votes and packets, both ways: net/election, net/quorum
//! ```
//!
//! `quorum_loss` is what a member does for an operator whose ensemble has lost its quorum.
//! `resync` is how a stopped member is told to take everything from the leader.
//! `process` is around a member: threads, signals; `exit`: with what code it ends; `supervise`
//! starts it again when it crashes. `shadow` is another way to start: a member that follows an
//! ensemble from outside.
//! `recent_log` holds the last log lines, which `admin` tells.
//!
//! What a member decides is in `zoowarden-peer`, which is pure; here its inputs are gathered
//! and its effects performed, in the order in which it asked for them.
//!
//! Deliberately absent: TLS, SASL.

mod admin;
pub mod cli;
mod configure;
pub mod disk;
mod driver;
pub mod exit;
mod lock;
mod logging;
mod member;
mod net;
mod process;
mod quorum_loss;
mod recent_log;
mod reconfig;
mod resync;
mod shadow;
mod storage;
pub mod supervise;

pub use configure::Configured;
pub use member::{Listeners, Member};
