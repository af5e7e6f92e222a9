//! What members of ours tell beyond Apache's commands, each below the AdminServer's command
//! URL: their snapshots, the end of their audit log, what their supervisor
//! did, the consoles that are on them.
//!
//! Both sides use these types: fields are added with `serde(default)`, never renamed.

use serde::{Deserialize, Serialize};

use crate::audit::Record;

/// Where [`SnapshotList`] is asked for.
pub const SNAPSHOTS_PATH: &str = "zoowarden/snapshots";
/// Where [`AuditTail`] is asked for.
pub const AUDIT_PATH: &str = "zoowarden/audit";
/// Where a [`Presence`] is POSTed, and [`Consoles`] comes back; a GET only asks.
pub const CONSOLES_PATH: &str = "zoowarden/consoles";

/// Where [`Supervised`] is asked for.
pub const SUPERVISOR_PATH: &str = "zoowarden/supervisor";

/// A console that was not heard of for so long, ms, is no more said to be there.
pub const CONSOLE_EXPIRES_MS: u64 = 15_000;
/// Consoles that a member remembers.
pub const MAX_CONSOLES: usize = 32;
/// Characters of `user@host` that are kept.
pub const MAX_WHO: usize = 64;

/// The snapshots and logs in a member's data directories.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotList {
    /// The newest first; at most 100.
    pub snapshots: Vec<SnapshotFacts>,
    /// Older ones, beyond those.
    pub left_out: usize,
    /// Transaction logs, and their bytes together.
    pub logs: usize,
    pub log_bytes: u64,
    /// Room left where snapshots are written, bytes; `None` where that is not known.
    pub free_bytes: Option<u64>,
}

/// One snapshot file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotFacts {
    /// The file's name.
    pub name: String,
    /// The last transaction that is wholly in it, by its name.
    pub zxid: i64,
    pub bytes: u64,
    /// Milliseconds since 1970, where the file system tells.
    pub modified_unix_ms: Option<i64>,
    /// It was written to its end. `false`: one that was interrupted, or is being written.
    pub finished: bool,
}

/// The end of an audit log, and whether its chain is whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditTail {
    pub chain: Chain,
    /// The newest first.
    pub lines: Vec<AuditLine>,
}

/// One line of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLine {
    pub sequence: u64,
    pub record: Record,
}

/// Whether each line's hash follows from the one before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Chain {
    /// There is no log: nothing was ever ordered.
    None,
    Whole {
        lines: u64,
        /// The last line's hash, in hex: who remembers it can tell later whether lines were cut.
        head: String,
    },
    /// What was expected, and in which line.
    Broken(String),
}

/// What stands beside the member and restarts it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supervised {
    /// `None`: this member never had a supervisor.
    pub report: Option<Supervision>,
}

/// A supervisor's state, as far as a console shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supervision {
    /// `running`, `backing_off`, `stopped`, `refused`, `quarantined`.
    pub phase: String,
    /// In one sentence, with what an operator can do.
    pub sentence: String,
    /// How often the member was started, and has ended.
    pub starts: u64,
    pub ended: u64,
    /// Its last ends, the newest last.
    #[serde(default)]
    pub ends: Vec<MemberEnd>,
}

/// One end of the member.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberEnd {
    /// Milliseconds since 1970.
    pub at_ms: u64,
    /// Such as `signal: 9 (SIGKILL)`.
    pub how: String,
    /// Whether it had been told to end.
    pub ordered: bool,
}

/// A console, as it tells of itself: nothing of this is proven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// Chosen by it at random when it starts.
    pub id: u64,
    /// `user@host`.
    pub who: String,
    /// How long it has been on this cluster, ms.
    pub for_ms: u64,
    /// The action whose gate is open, if one is.
    pub gate: Option<String>,
    /// Whether that action goes on now.
    #[serde(default)]
    pub acts: bool,
    /// It leaves: it is to be forgotten at once.
    #[serde(default)]
    pub leaves: bool,
}

/// The consoles that told of themselves within [`CONSOLE_EXPIRES_MS`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consoles {
    pub consoles: Vec<Presence>,
}
