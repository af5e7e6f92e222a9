//! The replicated state machine of a member, pure: what transactions change and reads see.
//!
//! ```text
//!   TxnRecord ──> data::DataTree::apply ──> Applied { err, stat, parts, changes }
//!                     │                                       │
//!                     │ node(path) -> NodeRef  (reads, prep)  └──> watches::Watches::trigger
//!                     │ snapshot_begin, snapshot_slice
//!   snapshot ──> data::TreeLoader::finish
//!
//!   sessions::SessionTracker   who is alive, until when, and on which connection
//!   acl                        who may do what; what a client's ACL becomes
//!   quota                      limits and counts of subtrees
//!   digest                     the checksum by which members compare their trees
//! ```
//!
//! Deliberately absent: preparing transactions (the peer's, on top of [`NodeRef`]), file
//! headers and checksums (the server's), I/O, clocks and threads. Time is an argument.

pub mod acl;
pub mod data;
pub mod digest;
pub mod quota;
pub mod sessions;
pub mod watches;

pub use data::{
    Applied, AppliedPart, Change, ChangeKind, DataTree, ExpectedDigest, LoadError, NodeRef,
    SnapshotStart, TreeConfig, TreeLoader, is_special_path,
};
pub use quota::QuotaExceeded;
pub use sessions::SessionTracker;
pub use watches::{Notification, WatchSummary, Watches};
