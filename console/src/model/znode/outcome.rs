//! How a change went, and in which words a refusal is told.

use zoowarden_shared::ErrorCode;

use super::change::Change;

/// How far a change went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Done,
    /// Refused here: no member has heard of it.
    NotSent,
    /// Refused by the server; nothing was changed.
    Refused,
    /// Some of its transactions were made, the next was refused.
    Stopped,
    /// No answer came: it may have been done.
    Unknown,
}

/// How a change went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What was done, or why nothing or not all was.
    pub says: String,
    pub end: End,
    /// What takes back as much as was done.
    pub undo: Option<Change>,
    /// The znode that was made, with its number.
    pub made: Option<String>,
}

impl Outcome {
    /// Refused before it was sent.
    #[must_use]
    pub fn not_sent(why: impl Into<String>) -> Self {
        Self::without(End::NotSent, why)
    }

    /// Nothing that could be taken back was done.
    #[must_use]
    pub fn without(end: End, why: impl Into<String>) -> Self {
        Self {
            says: why.into(),
            end,
            undo: None,
            made: None,
        }
    }
}

/// Why a server refused an operation on a znode, and that nothing was done.
#[must_use]
pub fn refused(path: &str, code: ErrorCode) -> String {
    let why = match code {
        ErrorCode::BadVersion => "somebody has changed it since it was read here",
        ErrorCode::NoNode => "it, or what it stands in, is gone",
        ErrorCode::NotEmpty => "it has a child that was not counted",
        ErrorCode::NodeExists => "it is there already",
        ErrorCode::NoAuth => "no right to do that",
        ErrorCode::QuotaExceeded => "a hard quota would be exceeded",
        ErrorCode::InvalidAcl => "the server takes no such ACL",
        ErrorCode::NoChildrenForEphemerals => "an ephemeral has no children",
        ErrorCode::Unimplemented => {
            "the server has no such znodes (zookeeper.extendedTypesEnabled=true opens TTLs)"
        }
        other => return format!("{path}: {other}; nothing was changed"),
    };
    format!("{path}: {why}; nothing was changed")
}
