//! One member, pure: `handle(now, input) -> effects`.
//!
//! ```text
//!   Input::Client ─> handshake                     sessions are created and taken up
//!                 └> receive ─┬─ read ───────────> answer ── final_request
//!                             │                      ^ a read behind its session's write waits
//!                             └─ write ─> prep ─> sync (Effect::Append, proposals)
//!   Input::Disk ── Flushed ─────────────────────> commit: apply, watch events, replies
//!               └─ SnapshotSliceWritten ─────────> snapshot
//!   Input::Tick ─────────────────────────────────> tick: sessions expire, containers go
//! ```
//!
//! The stages bear the names of ZooKeeper's request processors: prep (`PrepRequestProcessor`),
//! sync (`SyncRequestProcessor`), commit (`CommitProcessor`), final_request
//! (`FinalRequestProcessor`). Between sync and commit stands nothing but the disk in a
//! standalone server; in an ensemble the proposals go through the quorum there, and a learner's
//! writes take another way: to the leader, which sends them back as transactions.
//!
//! ```text
//!   leader     receive ─ write ─> prep ─> Zab::propose ~~ quorum ~~> Upcall::Deliver ─> commit
//!   learner    receive ─ write ─> ensemble::forwarded ─> REQUEST ~~> Upcall::Deliver ─> commit
//! ```
//!
//! While there is no leader, a member may show what it has to clients that only read
//! (`ensemble::read_only`). `local_sessions` are those of which no transaction tells.
//!
//! Rules that hold whatever comes in: nothing that depends on a transaction leaves before its
//! flush; a connection's replies leave in the order of its requests; a watch event leaves
//! before any reply that shows what it tells of; bytes from a client never end the member or
//! hold up another client.
//!
//! `admin` and `view` are what operators see. Deliberately absent: sockets, files, clocks and
//! threads (the driver's), the tree itself (`zoowarden-tree`), and how members agree
//! (`zoowarden-zab`).

mod admin;
mod answer;
mod auth;
mod closing;
mod commit;
pub mod config;
mod connection;
mod connections;
mod containers;
mod database;
mod digest_log;
pub mod effect;
mod ensemble;
mod final_request;
mod handshake;
pub mod input;
mod local_sessions;
pub mod metrics;
mod orders;
mod peer;
mod prep;
mod proposals;
mod receive;
mod recovered;
mod reply;
mod request_kind;
mod snapshot;
mod sync;
mod throttle;
mod tick;
pub mod view;

pub use config::PeerConfig;
pub use effect::{Effect, Effects, Event};
pub use input::{ClientEvent, CloseReason, ConnId, DiskEvent, Input, Now};
pub use orders::Denied;
pub use peer::Peer;
pub use recovered::Recovered;
