//! Snapshots (`FileSnap`, `SerializeUtils.serializeSnapshot`, `DataTree.serialize`).
//!
//! ```text
//!   header | i32 n {i64 session, i32 timeout}          sessions ┐
//!          | i32 n {i64 id, vector of ACL}             ACLs     │ the body, which a SNAP
//!          | {path, data, i64 acl id, stat}*  "/"      znodes   ┘ packet's stream has too
//!          | seal                                      i64 adler32 of all before it, "/"
//!          | i64 zxid, i32 2, i64 digest | seal        since 3.6, where digests are on
//!          | i64 last zxid | seal                      since 3.9, where switched on
//! ```
//!
//! Parents come before their children; the root's path is "". [`SnapshotReader`] yields the
//! parts one by one and says at the end whether the sums were right, so that whoever loads
//! them must be able to throw them away again. [`SnapshotStream`] finds the end of the body
//! where it comes over a connection, with a signature in the place of the seals.

pub mod body;
mod item;
mod node;
mod reader;
mod seal;
mod stream;
mod window;

pub use item::{SnapshotEnd, SnapshotItem, SnapshotNode, ZxidDigest};
pub use reader::{SnapshotError, SnapshotErrorKind, SnapshotReader};
pub use seal::{SnapshotSum, TAIL, ends_sealed};
pub use stream::{SIGNATURE, Scanned, SnapshotStream, SnapshotStreamError, SnapshotStreamFault};
