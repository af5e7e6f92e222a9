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
//! `shadow` is another way to start: a member that follows an ensemble from outside.
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
mod lock;
mod logging;
mod member;
mod net;
mod reconfig;
mod shadow;
mod storage;

pub use configure::Configured;
pub use member::{Listeners, Member};
