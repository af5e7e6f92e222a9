//! Create, delete, set: the only writers of nodes.
//!
//! Every one of them hands a node to the snapshot under way before it touches it
//! ([`DataTree::before_change`]), and keeps digest, sizes, owners and quotas in step.

use zoowarden_shared::{ErrorCode, Zxid, acl::Acl, path, stat::StatPersisted};

use super::{
    DataTree,
    acls::AclSlot,
    node::{NONE, Node, NodeId},
};

/// What a create makes.
#[derive(Clone, Copy, Debug)]
pub(super) struct NewNode<'a> {
    pub(super) path: &'a str,
    pub(super) data: Option<&'a [u8]>,
    pub(super) acl: &'a [Acl],
    /// The stat's `ephemeralOwner`.
    pub(super) owner: i64,
    /// The parent's cversion after it; -1 for one more than it has.
    pub(super) parent_cversion: i32,
}

impl DataTree {
    /// Creates a node (`DataTree.createNode`).
    ///
    /// A node that is there already is the replay of a fuzzy snapshot: the parent's counters
    /// are raised all the same, and the ACL is given again, since the snapshot may lack the
    /// list that its node refers to (ZOOKEEPER-3306, ZOOKEEPER-4846).
    pub(super) fn create_node(
        &mut self,
        new: &NewNode<'_>,
        zxid: Zxid,
        time_ms: i64,
    ) -> Result<NodeId, ErrorCode> {
        let Some((parent_path, _)) = path::split(new.path) else {
            return Err(ErrorCode::NodeExists);
        };
        let parent = self.find(parent_path).ok_or(ErrorCode::NoNode)?;
        let acl = self.acls.intern(new.acl);
        self.raise_cversion(parent, new.parent_cversion, zxid);
        if let Some(existing) = self.find(new.path) {
            self.before_change(existing);
            let before = std::mem::replace(&mut self.nodes.get_mut(existing).acl, acl);
            self.acls.release(before);
            return Err(ErrorCode::NodeExists);
        }
        let stat = StatPersisted {
            czxid: zxid,
            mzxid: zxid,
            pzxid: zxid,
            ctime: time_ms,
            mtime: time_ms,
            ephemeral_owner: new.owner,
            ..StatPersisted::default()
        };
        let id = self.insert_node(parent, new.path, new.data, acl, stat);
        self.quota_after_create(id);
        Ok(id)
    }

    /// Raises a parent's cversion and pzxid, never lowers them: a replay may create again
    /// what later transactions, which the snapshot has, removed (ZOOKEEPER-3249).
    fn raise_cversion(&mut self, parent: NodeId, cversion: i32, zxid: Zxid) {
        let now = self.nodes.get(parent).stat.cversion;
        let cversion = if cversion == -1 {
            now.wrapping_add(1)
        } else {
            cversion
        };
        if cversion > now {
            self.before_change(parent);
            let stat = &mut self.nodes.get_mut(parent).stat;
            stat.cversion = cversion;
            stat.pzxid = zxid;
            self.refresh_digest(parent);
        }
    }

    /// Puts a node below its parent (`NONE` for the root). Quotas are the caller's.
    pub(super) fn insert_node(
        &mut self,
        parent: NodeId,
        path: &str,
        data: Option<&[u8]>,
        acl: AclSlot,
        stat: StatPersisted,
    ) -> NodeId {
        // The parent need not be handed to a snapshot: its list of children is no part of it.
        let node = Node::new(path, data, acl, stat, self.snapshots.birth_mark());
        self.data_size += node.size();
        let id = self.nodes.insert(node);
        self.index.insert(id, &self.nodes);
        if parent == NONE {
            self.root = id;
        } else {
            self.nodes.link(parent, id);
            self.owners.add(self.owner_of(&stat), id);
        }
        self.refresh_digest(id);
        id
    }

    /// Deletes a node (`DataTree.deleteNode`).
    ///
    /// The parent's pzxid is raised also where the node is gone already (ZOOKEEPER-3145).
    /// What is below the node goes with it: only a replay over a fuzzy snapshot meets such a
    /// thing, and the children are then of a later node of the same name, which the replay
    /// is about to create with them.
    pub(super) fn delete_node(&mut self, path: &str, zxid: Zxid) -> Result<(), ErrorCode> {
        let (parent_path, _) = path::split(path).ok_or(ErrorCode::NoNode)?;
        let parent = self.find(parent_path).ok_or(ErrorCode::NoNode)?;
        if zxid > self.nodes.get(parent).stat.pzxid {
            self.before_change(parent);
            self.nodes.get_mut(parent).stat.pzxid = zxid;
            self.refresh_digest(parent);
        }
        let top = self.find(path).ok_or(ErrorCode::NoNode)?;
        let mut id = top;
        loop {
            let child = self.nodes.get(id).first_child;
            if child != NONE {
                id = child;
                continue;
            }
            let above = self.nodes.get(id).parent;
            self.remove_leaf(id);
            if id == top {
                return Ok(());
            }
            id = above;
        }
    }

    fn remove_leaf(&mut self, id: NodeId) {
        self.before_change(id);
        self.snapshot_forgets(id);
        self.nodes.unlink(id);
        self.index.remove(id, &self.nodes);
        let node = self.nodes.remove(id);
        self.digest = self.digest.wrapping_sub(node.digest.into());
        self.data_size -= node.size();
        self.acls.release(node.acl);
        self.owners.remove(self.owner_of(&node.stat), id);
        self.quota_after_delete(&node);
    }

    /// Sets a node's data (`DataTree.setData`).
    pub(super) fn set_node_data(
        &mut self,
        id: NodeId,
        data: Option<&[u8]>,
        version: i32,
        zxid: Zxid,
        time_ms: i64,
    ) {
        let before = self.nodes.get(id).data_len();
        self.replace_data(id, data.map(Into::into));
        let node = self.nodes.get_mut(id);
        node.stat.mzxid = zxid;
        node.stat.mtime = time_ms;
        node.stat.version = version;
        self.refresh_digest(id);
        self.quota_after_set(id, before);
    }

    /// Puts other data into a node and leaves its stat and its digest as they are.
    pub(super) fn replace_data(&mut self, id: NodeId, data: Option<Box<[u8]>>) {
        self.before_change(id);
        let node = self.nodes.get_mut(id);
        self.data_size -= node.data_len() as u64;
        node.data = data;
        self.data_size += node.data_len() as u64;
    }

    /// Sets a node's ACL (`DataTree.setACL`).
    pub(super) fn set_node_acl(&mut self, id: NodeId, acl: &[Acl], version: i32) {
        self.before_change(id);
        // In Apache's order, so that the same lists get the same ids.
        self.acls.release(self.nodes.get(id).acl);
        let acl = self.acls.intern(acl);
        let node = self.nodes.get_mut(id);
        node.acl = acl;
        node.stat.aversion = version;
        self.refresh_digest(id);
    }
}
