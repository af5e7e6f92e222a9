//! Changes that are proposed but not applied yet, laid over the tree
//! (`ZooKeeperServer.outstandingChanges`, `PrepRequestProcessor`'s `ChangeRecord`).
//!
//! The next request is prepared against what the tree will be, so that a session may send
//! create, setData and delete of one znode without waiting for replies. The digest that a
//! transaction carries is the tree's after it, computed here before it is applied.

use std::{collections::VecDeque, sync::Arc};

use rustc_hash::FxHashMap;
use zoowarden_shared::{Zxid, acl::Acl, stat::StatPersisted};
use zoowarden_tree::{DataTree, NodeRef, digest};

/// A znode as it will be once everything proposed is applied.
#[derive(Clone, Debug)]
pub(super) struct ChangeRecord {
    pub(super) stat: StatPersisted,
    pub(super) child_count: usize,
    pub(super) acl: Arc<[Acl]>,
    /// Bytes of data, for the quota.
    pub(super) data_len: usize,
    /// Checksum of path and data, from which the digest goes on; 0 where digests are off.
    content: u32,
    /// Its part of the tree's digest.
    digest: u32,
}

/// The latest change of a path.
#[derive(Debug)]
struct Latest {
    zxid: Zxid,
    /// `None`: it is deleted.
    record: Option<ChangeRecord>,
}

/// What a multi changed, to be undone where a part of it fails.
#[derive(Debug)]
pub(super) struct Savepoint {
    /// The value each change replaced, in order.
    undo: Vec<(Arc<str>, Option<Latest>)>,
    changes_before: usize,
    digest_before: u64,
}

/// All changes that are not applied yet.
#[derive(Debug, Default)]
pub(crate) struct OutstandingChanges {
    by_path: FxHashMap<Arc<str>, Latest>,
    /// Every change, in the order of the transactions.
    order: VecDeque<(Zxid, Arc<str>)>,
    /// The tree's digest after the last change; of no meaning where there is none.
    digest: u64,
    digest_enabled: bool,
    savepoint: Option<Savepoint>,
    queued: u64,
    removed: u64,
}

impl OutstandingChanges {
    pub(crate) fn new(digest_enabled: bool) -> Self {
        Self {
            digest_enabled,
            ..Self::default()
        }
    }

    /// The znode as it will be; `None` where there will be none.
    pub(super) fn get(&self, tree: &DataTree, path: &str) -> Option<ChangeRecord> {
        let path = key_of(path);
        match self.by_path.get(path) {
            Some(latest) => latest.record.clone(),
            None => tree.node(path).map(|node| self.record_of(node)),
        }
    }

    /// Whether there will be such a znode.
    pub(super) fn contains(&self, tree: &DataTree, path: &str) -> bool {
        let path = key_of(path);
        match self.by_path.get(path) {
            Some(latest) => latest.record.is_some(),
            None => tree.node(path).is_some(),
        }
    }

    /// A znode about to be created.
    pub(super) fn new_record(
        &self,
        path: &str,
        stat: StatPersisted,
        acl: Arc<[Acl]>,
        data: Option<&[u8]>,
    ) -> ChangeRecord {
        ChangeRecord {
            stat,
            child_count: 0,
            acl,
            data_len: data.map_or(0, <[u8]>::len),
            content: self.content(path, data),
            digest: 0,
        }
    }

    /// Gives a record new data.
    pub(super) fn set_data(&self, record: &mut ChangeRecord, path: &str, data: Option<&[u8]>) {
        record.data_len = data.map_or(0, <[u8]>::len);
        record.content = self.content(path, data);
    }

    /// Notes that a transaction leaves the znode like this.
    pub(super) fn put(
        &mut self,
        tree: &DataTree,
        zxid: Zxid,
        path: &str,
        mut record: ChangeRecord,
    ) {
        if self.digest_enabled {
            record.digest = if digest::is_covered(path) {
                digest::with_stat(record.content, &record.stat)
            } else {
                0
            };
        }
        self.change(tree, zxid, path, Some(record));
    }

    /// Notes that a transaction deletes the znode.
    pub(super) fn delete(&mut self, tree: &DataTree, zxid: Zxid, path: &str) {
        self.change(tree, zxid, path, None);
    }

    fn change(&mut self, tree: &DataTree, zxid: Zxid, path: &str, record: Option<ChangeRecord>) {
        let path = key_of(path);
        if self.digest_enabled {
            let before = self.digest_of(tree, path);
            let after = record.as_ref().map_or(0, |record| record.digest);
            self.digest = self
                .tree_digest(tree)
                .wrapping_sub(u64::from(before))
                .wrapping_add(u64::from(after));
        }
        let key: Arc<str> = match self.by_path.get_key_value(path) {
            Some((key, _)) => Arc::clone(key),
            None => Arc::from(path),
        };
        let replaced = self
            .by_path
            .insert(Arc::clone(&key), Latest { zxid, record });
        if let Some(savepoint) = &mut self.savepoint {
            savepoint.undo.push((Arc::clone(&key), replaced));
        }
        self.order.push_back((zxid, key));
        self.queued += 1;
    }

    /// The tree's digest after everything proposed; 0 where digests are off.
    pub(super) fn tree_digest(&self, tree: &DataTree) -> u64 {
        if self.order.is_empty() {
            tree.digest()
        } else {
            self.digest
        }
    }

    /// The paths of a session's ephemerals as they will be, sorted.
    pub(super) fn ephemerals(&self, tree: &DataTree, session: i64) -> Vec<String> {
        let mut paths: Vec<String> = tree
            .ephemerals(zoowarden_shared::SessionId(session))
            .filter(|path| !self.by_path.contains_key(*path))
            .map(ToOwned::to_owned)
            .collect();
        for (path, latest) in &self.by_path {
            if let Some(record) = &latest.record
                && record.stat.ephemeral_owner == session
            {
                paths.push(path.to_string());
            }
        }
        paths.sort_unstable();
        paths
    }

    /// The transaction is applied: what it changed is in the tree now.
    pub(crate) fn forget(&mut self, upto: Zxid) {
        while let Some((zxid, _)) = self.order.front()
            && *zxid <= upto
        {
            if let Some((zxid, path)) = self.order.pop_front() {
                self.removed += 1;
                if self
                    .by_path
                    .get(&path)
                    .is_some_and(|latest| latest.zxid == zxid)
                {
                    self.by_path.remove(&path);
                }
            }
        }
    }

    /// What was proposed is proposed no longer.
    pub(crate) fn clear(&mut self) {
        self.removed += self.order.len() as u64;
        self.order.clear();
        self.by_path.clear();
    }

    /// Remembers how things are, until [`Self::keep`] or [`Self::roll_back`].
    pub(super) fn save(&mut self, tree: &DataTree) {
        self.savepoint = Some(Savepoint {
            undo: Vec::new(),
            changes_before: self.order.len(),
            digest_before: self.tree_digest(tree),
        });
    }

    /// What was changed since [`Self::save`] stays.
    pub(super) fn keep(&mut self) {
        self.savepoint = None;
    }

    /// Undoes what was changed since [`Self::save`].
    pub(super) fn roll_back(&mut self) {
        let Some(savepoint) = self.savepoint.take() else {
            return;
        };
        for (path, replaced) in savepoint.undo.into_iter().rev() {
            match replaced {
                Some(latest) => self.by_path.insert(path, latest),
                None => self.by_path.remove(&path),
            };
        }
        let undone = self.order.len() - savepoint.changes_before;
        self.removed += undone as u64;
        self.order.truncate(savepoint.changes_before);
        self.digest = savepoint.digest_before;
    }

    /// How many changes were ever put on, and taken off again.
    pub(crate) fn totals(&self) -> (u64, u64) {
        (self.queued, self.removed)
    }

    fn record_of(&self, node: NodeRef<'_>) -> ChangeRecord {
        let (content, digest) = if self.digest_enabled {
            (node.content_digest(), node.digest())
        } else {
            (0, 0)
        };
        ChangeRecord {
            stat: node.persisted(),
            child_count: node.child_count(),
            acl: Arc::clone(node.acl()),
            data_len: node.data().map_or(0, <[u8]>::len),
            content,
            digest,
        }
    }

    fn digest_of(&self, tree: &DataTree, path: &str) -> u32 {
        match self.by_path.get(path) {
            Some(latest) => latest.record.as_ref().map_or(0, |record| record.digest),
            None => tree.node(path).map_or(0, NodeRef::digest),
        }
    }

    fn content(&self, path: &str, data: Option<&[u8]>) -> u32 {
        if self.digest_enabled {
            digest::content(path, data)
        } else {
            0
        }
    }
}

/// The root is found under its path and, as a parent, under the empty one.
fn key_of(path: &str) -> &str {
    if path.is_empty() { "/" } else { path }
}
