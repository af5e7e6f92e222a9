//! What applying a transaction did: what the reply needs, and what watches are told.

use zoowarden_shared::{ErrorCode, Zxid, proto::OpCode, stat::Stat};

/// What applying a transaction did (`DataTree.ProcessTxnResult`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The transaction's.
    pub zxid: Zxid,
    /// The transaction's kind. Not always the request's: a write that failed is an error.
    pub op: OpCode,
    /// The outcome; of a multi, that of its first part that failed.
    pub err: ErrorCode,
    /// The znode concerned, where there is one.
    pub path: Option<String>,
    /// Its stat afterwards: of create2, createContainer, createTTL, setData, reconfig, setACL.
    pub stat: Option<Stat>,
    /// The parts of a multi, in order.
    pub parts: Vec<AppliedPart>,
    /// What watches tell, in order, for [`crate::Watches::trigger`].
    pub changes: Vec<Change>,
    /// The transaction carries a digest, which was compared with the tree's.
    pub digest_checked: bool,
    /// The transaction's digest, or the snapshot's, is not the tree's.
    pub digest_mismatch: bool,
}

/// What one part of a multi did, or a transaction that has no parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedPart {
    /// Its kind; [`OpCode::Error`] for every part of a failed multi.
    pub op: OpCode,
    /// Its outcome.
    pub err: ErrorCode,
    /// As [`Applied::path`].
    pub path: Option<String>,
    /// As [`Applied::stat`].
    pub stat: Option<Stat>,
}

impl AppliedPart {
    pub(super) fn new(op: OpCode, err: ErrorCode) -> Self {
        Self {
            op,
            err,
            path: None,
            stat: None,
        }
    }
}

/// What happened to a znode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// Tells watchers of the znode `NodeCreated`, of its parent `NodeChildrenChanged`.
    Created,
    /// Tells watchers of the znode `NodeDeleted`, of its parent `NodeChildrenChanged`.
    Deleted,
    /// Tells watchers of the znode `NodeDataChanged`.
    DataChanged,
}

/// A znode that changed in a way that watches tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What happened.
    pub kind: ChangeKind,
    /// To which znode.
    pub path: String,
}
