//! The audit log's files, for the server's log and for the console's.
//!
//! ```text
//!   Record ──> AuditFile::append ──> one line, written whole and synced before it returns
//!                    │
//!                    ├ opened: the chain is checked; a torn end is cut off and told, a broken
//!                    │         file is renamed aside and a new one begun
//!                    └ full: renamed to NAME.<sequence of its last line>, and gone on in a new one
//! ```
//!
//! - `file`: appends; `opening`: what is there already; `places`: the files of one log
//! - `check`: reads a log's files and says whether they are whole;  `tail`: its newest lines
//!
//! Lines and hashes are `zoowarden_shared::audit`'s, which does no I/O: hence a crate of its own.
//! Several processes may append to one file: each line is written under a lock.
//!
//! Deliberately absent: clocks (a record has its time), removing anything, sending anything.

mod check;
mod file;
mod opening;
mod places;
mod tail;

pub use check::{CheckError, check, entries};
pub use file::{AuditError, AuditFile, DEFAULT_LIMIT_BYTES};
pub use tail::tail;
