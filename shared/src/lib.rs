//! Words and bytes that server, client and console share.
//!
//! ```text
//!   jute ──> acl, stat ──> proto   what clients and servers say to each other
//!     │                └─> txn     what the log and the quorum port carry
//!     ├──> file       transaction logs, snapshots, epoch files
//!     ├──> quorum     packets between leader and learners
//!     └──> election   handshake and votes of FastLeaderElection
//!   ids, error, chain, path, password      small facts, each in its own file
//!   quota             limits and counts of subtrees: where they lie, and their text
//!   config            zoo.cfg, dynamic configuration, member.toml
//!   admin             four-letter words and AdminServer answers, as types
//!   audit             hash-chained JSON lines: who changed what
//!   detector          how long a silence may last, and when a resource runs out
//! ```
//!
//! Deliberately absent: I/O, clocks, threads, async. Time is an argument; bytes come in and
//! go out as [`bytes::Bytes`]. Every length that is read from outside is bounded by the bytes
//! that are really there, so that no input can make a decoder allocate more than it was sent.

pub mod acl;
pub mod chain;
pub mod config;
pub mod error;
pub mod ids;
pub mod jute;
pub mod password;
pub mod path;
pub mod proto;
pub mod quota;
pub mod stat;
pub mod txn;

pub mod admin;
pub mod audit;
pub mod detector;
pub mod election;
pub mod file;
pub mod quorum;

pub use error::ErrorCode;
pub use ids::{Epoch, SessionId, Sid, Zxid};
