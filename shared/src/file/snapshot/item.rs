//! The parts of a snapshot, borrowed from the reader's buffer: a tree copies what it keeps.

use std::borrow::Cow;

use crate::{
    acl::Acl,
    ids::{SessionId, Zxid},
    stat::StatPersisted,
};

/// One part of a snapshot's body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotItem<'a> {
    /// A session that was open.
    Session {
        /// Its id.
        session: SessionId,
        /// Its timeout, milliseconds.
        timeout_ms: i32,
    },
    /// An access control list, to which znodes refer by number.
    Acl {
        /// Its number.
        id: i64,
        /// Its entries.
        acl: Vec<Acl>,
    },
    /// A znode, after its parent.
    Node(SnapshotNode<'a>),
}

/// A znode of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotNode<'a> {
    /// Its path; that of the root is empty. Malformed UTF-8 reads as elsewhere, as U+FFFD,
    /// which no valid path contains.
    pub path: Cow<'a, str>,
    /// Its data; null and empty differ.
    pub data: Option<&'a [u8]>,
    /// The number of its ACL, -1 for the open one.
    pub acl: i64,
    /// Its metadata.
    pub stat: StatPersisted,
}

/// The digest section (`DataTree.ZxidDigest`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ZxidDigest {
    /// The transaction after which the tree had this digest; 0 where none is known.
    pub zxid: Zxid,
    /// How it is computed: [`crate::txn::TxnDigest::VERSION`].
    pub version: i32,
    /// The digest.
    pub digest: i64,
}

/// What follows a snapshot's body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SnapshotEnd {
    /// The digest section, where it is there.
    pub digest: Option<ZxidDigest>,
    /// The last transaction that is wholly in the snapshot, where 3.9 wrote it.
    pub last_zxid: Option<Zxid>,
}
