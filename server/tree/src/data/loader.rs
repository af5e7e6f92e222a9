//! A tree from a snapshot, Apache's fuzzy ones included (`DataTree.deserialize`).

use zoowarden_shared::{Zxid, acl::Acl, path, stat::StatPersisted};

use super::{
    DataTree, ExpectedDigest, TreeConfig,
    node::{NONE, NodeId},
};

/// Why a snapshot is not a tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// A node whose parent did not come before it.
    #[error("the parent of node {0:?} does not come before it")]
    NoParent(String),
    /// The same path twice.
    #[error("node {0:?} comes twice")]
    Duplicate(String),
    /// Not even a root.
    #[error("there is no root node")]
    NoRoot,
}

/// Builds a tree from a snapshot's entries: the ACL map, then the nodes, then [`Self::finish`].
#[derive(Debug)]
pub struct TreeLoader {
    tree: DataTree,
    /// The last parent: siblings mostly come together.
    last_parent: NodeId,
}

impl TreeLoader {
    /// Nothing yet.
    #[must_use]
    pub fn new(config: TreeConfig) -> Self {
        Self {
            tree: DataTree::empty(config),
            last_parent: NONE,
        }
    }

    /// An entry of the ACL map; all of them come before the nodes.
    pub fn add_acl(&mut self, id: i64, acl: Vec<Acl>) {
        self.tree.acls.load(id, acl);
    }

    /// A node, after its parent. The root's path is empty. An ACL id that the map lacks is
    /// taken: the transaction that brings the list is yet to be replayed.
    ///
    /// # Errors
    /// [`LoadError::NoParent`], [`LoadError::Duplicate`].
    pub fn add_node(
        &mut self,
        path: &str,
        data: Option<&[u8]>,
        acl_id: i64,
        stat: &StatPersisted,
    ) -> Result<(), LoadError> {
        let (parent, path) = if path.is_empty() {
            (NONE, "/")
        } else {
            (self.parent_of(path)?, path)
        };
        if self.tree.find(path).is_some() {
            return Err(LoadError::Duplicate(path.to_owned()));
        }
        let acl = self.tree.acls.slot_of_loaded(acl_id);
        self.tree.insert_node(parent, path, data, acl, *stat);
        Ok(())
    }

    fn parent_of(&mut self, path: &str) -> Result<NodeId, LoadError> {
        let missing = || LoadError::NoParent(path.to_owned());
        let (parent_path, _) = path::split(path).ok_or_else(missing)?;
        let is_last =
            self.last_parent != NONE && *self.tree.nodes.get(self.last_parent).path == *parent_path;
        if !is_last {
            self.last_parent = self.tree.find(parent_path).ok_or_else(missing)?;
        }
        Ok(self.last_parent)
    }

    /// The digest that the snapshot's file gives, if it does. Until its transaction is applied
    /// the tree is fuzzy, and digests are not compared.
    /// A section that knows none has the zxid 0.
    pub fn expect_digest(&mut self, expected: ExpectedDigest) {
        self.tree.expected_digest = (expected.zxid > Zxid::ZERO).then_some(expected);
    }

    /// The tree as of `zxid`: transactions after it are to be applied.
    ///
    /// # Errors
    /// [`LoadError::NoRoot`].
    pub fn finish(mut self, zxid: Zxid) -> Result<DataTree, LoadError> {
        if self.tree.root == NONE {
            return Err(LoadError::NoRoot);
        }
        self.tree.last_processed_zxid = zxid;
        self.tree.find_quotas();
        self.tree.acls.purge_unused();
        // A digest from before the snapshot's zxid says nothing (a leader that took a snapshot
        // at the start of its epoch); one of that very zxid is compared now.
        self.tree.compare_snapshot_digest();
        Ok(self.tree)
    }
}
