//! The data tree (`DataTree`): every znode, by path and by family.
//!
//! ```text
//!   index: path ──> id      slab: id ──> node, its parent, children, siblings
//!   acls: the lists of permissions, each once      owners: ephemerals, containers, TTLs
//!
//!   applied, apply   transactions, and what they did
//!   change           create, delete, set: the only writers of nodes
//!   quotas           counts of the subtrees that have limits
//!   read             NodeRef and the questions of clients and operators
//!   snapshot         a picture of one moment, taken while writing goes on
//!   loader           a tree from a snapshot
//! ```

mod acls;
mod applied;
mod apply;
mod change;
mod index;
mod loader;
mod node;
mod owners;
mod quotas;
mod read;
mod slab;
mod snapshot;

pub use applied::{Applied, AppliedPart, Change, ChangeKind};
pub use loader::{LoadError, TreeLoader};
pub use read::NodeRef;
pub use snapshot::SnapshotStart;

use rustc_hash::FxHashSet;
use zoowarden_shared::{
    Zxid,
    acl::{Acl, Id, perms},
    stat::{EphemeralOwner, StatPersisted},
    txn::TxnDigest,
};

use acls::{AclCache, AclSlot};
use index::PathIndex;
use node::{NONE, NodeId};
use owners::Owners;
use slab::Slab;
use snapshot::Snapshots;

use crate::{digest, quota::QUOTA_ROOT};

/// Under it lies what the servers keep for themselves.
pub(crate) const PROC: &str = "/zookeeper";

/// The znode of the ensemble's configuration (`ZooDefs.CONFIG_NODE`).
pub(crate) const CONFIG: &str = "/zookeeper/config";

/// Whether a path is one that no client may delete (`DataTree.isSpecialPath`).
#[must_use]
pub fn is_special_path(path: &str) -> bool {
    matches!(path, "/" | PROC | QUOTA_ROOT | CONFIG)
}

/// What a tree is told about its member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeConfig {
    /// `extendedTypesEnabled`: whether an owner can be a time to live.
    pub extended_types_enabled: bool,
    /// `digest.enabled`: whether digests are computed and compared.
    pub digest_enabled: bool,
}

impl Default for TreeConfig {
    /// Apache's defaults.
    fn default() -> Self {
        Self {
            extended_types_enabled: false,
            digest_enabled: true,
        }
    }
}

/// The digest that a snapshot's file says the tree has at a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpectedDigest {
    /// The transaction: at or after the snapshot's own zxid.
    pub zxid: Zxid,
    /// The tree's digest once that transaction is applied.
    pub digest: TxnDigest,
}

/// All znodes.
#[derive(Debug)]
pub struct DataTree {
    config: TreeConfig,
    nodes: Slab,
    index: PathIndex,
    root: NodeId,
    acls: AclCache,
    owners: Owners,
    /// Paths with a limit (`PathTrie`; they are few, and a path has few ancestors).
    quotas: FxHashSet<Box<str>>,
    /// The wrapping sum of the nodes' digests.
    digest: u64,
    /// Bytes of paths and data.
    data_size: u64,
    last_processed_zxid: Zxid,
    /// Until then the tree is fuzzy, and no transaction's digest says anything about it.
    expected_digest: Option<ExpectedDigest>,
    digest_mismatches: u64,
    snapshots: Snapshots,
}

impl DataTree {
    /// A fresh tree, as Apache's constructor makes it: `/`, `/zookeeper`, `/zookeeper/quota`,
    /// and `/zookeeper/config`, which everybody may read and only the superuser write
    /// (ZOOKEEPER-2014).
    #[must_use]
    pub fn new(config: TreeConfig) -> Self {
        let mut tree = Self::empty(config);
        let stat = StatPersisted::default();
        let mut parent = NONE;
        for path in ["/", PROC, QUOTA_ROOT] {
            let acl = AclSlot::OPEN;
            let id = tree.insert_node(parent, path, Some(&[]), acl, stat);
            if path == PROC {
                tree.add_config_node(id);
            }
            parent = id;
        }
        tree
    }

    /// No nodes, not even the root.
    fn empty(config: TreeConfig) -> Self {
        Self {
            config,
            nodes: Slab::new(),
            index: PathIndex::new(),
            root: NONE,
            acls: AclCache::new(),
            owners: Owners::default(),
            quotas: FxHashSet::default(),
            digest: 0,
            data_size: 0,
            last_processed_zxid: Zxid::ZERO,
            expected_digest: None,
            digest_mismatches: 0,
            snapshots: Snapshots::default(),
        }
    }

    fn add_config_node(&mut self, parent: NodeId) {
        let acl = self.acls.intern(&[Acl {
            perms: perms::READ,
            id: Id::anyone(),
        }]);
        let stat = StatPersisted {
            aversion: -1,
            ..StatPersisted::default()
        };
        self.insert_node(parent, CONFIG, Some(&[]), acl, stat);
    }

    /// Sets `/zookeeper/config` from the configuration, creating it where an old snapshot
    /// lacks it (`ZKDatabase.initConfigInZKDatabase`). This is local, no transaction:
    /// `version` is the configuration's, `time_ms` in Unix milliseconds.
    pub fn set_config_node(&mut self, text: &str, version: Zxid, time_ms: i64) {
        if self.find(CONFIG).is_none()
            && let Some(parent) = self.find(PROC)
        {
            self.before_change(parent);
            self.add_config_node(parent);
        }
        if let Some(id) = self.find(CONFIG) {
            self.set_node_data(id, Some(text.as_bytes()), -1, version, time_ms);
        }
    }

    /// The last transaction applied.
    #[must_use]
    pub fn last_processed_zxid(&self) -> Zxid {
        self.last_processed_zxid
    }

    /// For a leader that begins an epoch: the epoch's first zxid is no transaction's.
    pub fn set_last_processed_zxid(&mut self, zxid: Zxid) {
        self.last_processed_zxid = zxid;
    }

    /// The wrapping sum of all znodes' digests; 0 where digests are off.
    #[must_use]
    pub fn digest(&self) -> u64 {
        self.digest
    }

    /// The same as transactions and snapshots carry it; `None` where digests are off.
    #[must_use]
    pub fn txn_digest(&self) -> Option<TxnDigest> {
        self.config.digest_enabled.then_some(TxnDigest {
            version: TxnDigest::VERSION,
            tree_digest: self.digest as i64,
        })
    }

    /// How often a transaction or the snapshot carried another digest than the tree's.
    /// Apache only counts and logs it, and so do we.
    #[must_use]
    pub fn digest_mismatches(&self) -> u64 {
        self.digest_mismatches
    }

    fn find(&self, path: &str) -> Option<NodeId> {
        self.index.find(path, &self.nodes)
    }

    fn owner_of(&self, stat: &StatPersisted) -> EphemeralOwner {
        EphemeralOwner::from_raw(stat.ephemeral_owner, self.config.extended_types_enabled)
    }

    /// Computes a node's digest anew after it was changed.
    fn refresh_digest(&mut self, id: NodeId) {
        if !self.config.digest_enabled {
            return;
        }
        let node = self.nodes.get_mut(id);
        let digest = digest::node_digest(&node.path, node.data.as_deref(), &node.stat);
        let before = std::mem::replace(&mut node.digest, digest);
        self.digest = self
            .digest
            .wrapping_sub(before.into())
            .wrapping_add(digest.into());
    }
}

#[cfg(test)]
mod tests;
