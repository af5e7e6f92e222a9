//! What clients, operators and the leader's preparation of transactions read.

use std::sync::Arc;

use zoowarden_shared::{
    SessionId,
    acl::Acl,
    stat::{EphemeralOwner, Stat, StatPersisted},
};

use super::{
    DataTree,
    node::{Node, NodeId},
};
use crate::digest;

/// A znode of a tree.
#[derive(Clone, Copy, Debug)]
pub struct NodeRef<'a> {
    tree: &'a DataTree,
    id: NodeId,
}

impl<'a> NodeRef<'a> {
    pub(super) fn new(tree: &'a DataTree, id: NodeId) -> Self {
        Self { tree, id }
    }

    fn node(self) -> &'a Node {
        self.tree.nodes.get(self.id)
    }

    /// Its full path, `/` for the root.
    #[must_use]
    pub fn path(self) -> &'a str {
        &self.node().path
    }

    /// Its data. Null and empty differ.
    #[must_use]
    pub fn data(self) -> Option<&'a [u8]> {
        self.node().data.as_deref()
    }

    /// Its stat as clients see it: the owner is told only where it is a session
    /// (`DataNode.copyStat`).
    #[must_use]
    pub fn stat(self) -> Stat {
        let node = self.node();
        let mut stat = node
            .stat
            .to_stat(node.data_len() as i32, node.child_count as i32);
        if !matches!(self.owner(), EphemeralOwner::Session(_)) {
            stat.ephemeral_owner = 0;
        }
        stat
    }

    /// Its stat as snapshots and digests take it.
    #[must_use]
    pub fn persisted(self) -> StatPersisted {
        self.node().stat
    }

    /// What keeps it.
    #[must_use]
    pub fn owner(self) -> EphemeralOwner {
        self.tree.owner_of(&self.node().stat)
    }

    /// Its access control list.
    #[must_use]
    pub fn acl(self) -> &'a Arc<[Acl]> {
        self.tree.acls.list(self.node().acl)
    }

    /// How many children it has.
    #[must_use]
    pub fn child_count(self) -> usize {
        self.node().child_count as usize
    }

    /// The names of its children, in no order that anybody may rely on.
    pub fn children(self) -> impl Iterator<Item = &'a str> {
        let nodes = &self.tree.nodes;
        let root = self.id == self.tree.root;
        let prefix = if root { 0 } else { self.path().len() } + "/".len();
        nodes
            .children(self.id)
            .map(move |child| &nodes.get(child).path[prefix..])
    }

    /// How many znodes are below it, at any depth (getAllChildrenNumber).
    #[must_use]
    pub fn descendant_count(self) -> usize {
        if self.id == self.tree.root {
            self.tree.nodes.len() - 1
        } else {
            self.tree.nodes.subtree(self.id).count() - 1
        }
    }

    /// It and all znodes below it, each before its children.
    pub fn subtree(self) -> impl Iterator<Item = Self> {
        let in_tree = move |id| Self::new(self.tree, id);
        self.tree.nodes.subtree(self.id).map(in_tree)
    }

    /// Its part of the tree's digest, 0 where digests are off or it does not count.
    #[must_use]
    pub fn digest(self) -> u32 {
        self.node().digest
    }

    /// The checksum of its path and data, for [`digest::with_stat`].
    #[must_use]
    pub fn content_digest(self) -> u32 {
        digest::content(self.path(), self.data())
    }
}

impl DataTree {
    /// The znode at a path. The root is also found under the empty one, as in Apache's tree.
    #[must_use]
    pub fn node(&self, path: &str) -> Option<NodeRef<'_>> {
        let path = if path.is_empty() { "/" } else { path };
        self.find(path).map(|id| NodeRef::new(self, id))
    }

    /// How many znodes there are as operators are told (`zk_znode_count`, `Node count:`):
    /// Apache has the root twice, as `/` and as the empty path.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.nodes.len() + 1
    }

    /// Bytes of paths and data (`zk_approximate_data_size`).
    #[must_use]
    pub fn approximate_data_size(&self) -> u64 {
        self.data_size
    }

    /// How many ephemerals there are (`zk_ephemerals_count`).
    #[must_use]
    pub fn ephemerals_count(&self) -> usize {
        self.owners.ephemerals()
    }

    /// The paths of a session's ephemerals, in no particular order.
    pub fn ephemerals(&self, session: SessionId) -> impl Iterator<Item = &str> {
        let path = |id| &*self.nodes.get(id).path;
        self.owners.of_session(session).map(path)
    }

    /// Sessions that have ephemerals, in no particular order.
    pub fn ephemeral_owners(&self) -> impl Iterator<Item = SessionId> + '_ {
        self.owners.sessions()
    }

    /// A session's ephemerals whose path starts with `prefix`, character by character; all of
    /// them where it is blank or `/` (getEphemerals, as `FinalRequestProcessor` answers it).
    #[must_use]
    pub fn ephemerals_under(&self, session: SessionId, prefix: &str) -> Vec<&str> {
        let all = matches!(prefix.trim(), "" | "/");
        self.ephemerals(session)
            .filter(|path| all || path.starts_with(prefix))
            .collect()
    }

    /// Container and TTL znodes without children that are to be deleted at `wall_ms`, Unix
    /// milliseconds (`ContainerManager.getCandidates`), by path.
    ///
    /// A container must have had a child, or be older than `max_never_used_ms` where that is
    /// not 0 (`znode.container.maxNeverUsedIntervalMs`). Age counts from the last set.
    #[must_use]
    pub fn container_candidates(&self, wall_ms: i64, max_never_used_ms: u64) -> Vec<String> {
        let due = |node: &NodeRef<'_>| {
            let stat = node.persisted();
            let age_ms = wall_ms.saturating_sub(stat.mtime);
            let older =
                |limit_ms: u64| limit_ms != 0 && age_ms > limit_ms.min(i64::MAX as u64) as i64;
            node.child_count() == 0
                && match node.owner() {
                    EphemeralOwner::Container => stat.cversion > 0 || older(max_never_used_ms),
                    EphemeralOwner::Ttl { ttl_ms } => older(ttl_ms as u64),
                    EphemeralOwner::Persistent | EphemeralOwner::Session(_) => false,
                }
        };
        let nodes = self.owners.removable().map(|id| NodeRef::new(self, id));
        let mut paths: Vec<_> = nodes
            .filter(due)
            .map(|node| node.path().to_owned())
            .collect();
        paths.sort_unstable();
        paths
    }
}
