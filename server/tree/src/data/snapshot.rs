//! A picture of the tree at one moment, taken while writing goes on.
//!
//! Nodes are written in the order of a walk, a slice at a time. A node that is about to change
//! or go, and is not written yet, is written first, its ancestors before it; a node born while
//! a snapshot is under way counts as written. So the picture is that of the moment of
//! [`DataTree::snapshot_begin`], to the byte, parents before children, and costs no copy of
//! the tree. (Apache's snapshots are fuzzy: they hold parts of later transactions.)
//!
//! Each node carries the number of the last snapshot that it is done with, so that neither
//! beginning nor giving up a snapshot has to visit the nodes.

use bytes::{Buf, BufMut, BytesMut};
use zoowarden_shared::{SessionId, Zxid, file::snapshot::body, txn::TxnDigest};

use super::{
    DataTree,
    node::{NONE, NodeId},
};

/// A slice looks at one node at least for each of so many bytes that it may take: nodes that
/// are written already yield none, and walking over them must not take long either.
const BYTES_PER_STEP: usize = 64;

/// Where a snapshot begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotStart {
    /// The last transaction that it holds.
    pub zxid: Zxid,
    /// The tree's digest at that transaction, where digests are on.
    pub digest: Option<TxnDigest>,
}

/// The snapshot under way, and the marks by which nodes are known as done with.
#[derive(Debug, Default)]
pub(super) struct Snapshots {
    /// Of the last snapshot begun.
    number: u32,
    under_way: Option<UnderWay>,
}

#[derive(Debug)]
struct UnderWay {
    /// The next node to look at; `NONE` when the walk is over.
    cursor: NodeId,
    /// Written, and not asked for yet.
    pending: BytesMut,
}

impl Snapshots {
    /// The mark of a node born now.
    pub(super) fn birth_mark(&self) -> u32 {
        self.number
    }
}

impl DataTree {
    /// Begins a snapshot of the tree as it is now, with these sessions and their timeouts in
    /// milliseconds. One under way is given up.
    pub fn snapshot_begin(&mut self, sessions: &[(SessionId, i32)]) -> SnapshotStart {
        let mut pending = BytesMut::new();
        body::put_count(&mut pending, sessions.len());
        for &(session, timeout_ms) in sessions {
            body::put_session(&mut pending, session, timeout_ms);
        }
        let acls = self.acls.entries();
        body::put_count(&mut pending, acls.len());
        for (id, acl) in acls {
            body::put_acl(&mut pending, id, acl);
        }
        self.snapshots.number = self.snapshots.number.wrapping_add(1);
        self.snapshots.under_way = Some(UnderWay {
            cursor: self.root,
            pending,
        });
        SnapshotStart {
            zxid: self.last_processed_zxid,
            digest: self.txn_digest(),
        }
    }

    /// Appends up to `max_bytes` (at least 1) of the body to `out`: sessions, ACLs, nodes, end
    /// mark, as a snapshot file has them between its header and its first checksum. Whether
    /// that was the last of it; also true where no snapshot is under way.
    ///
    /// A slice may add nothing before the last one: where all that it came by was written
    /// already.
    pub fn snapshot_slice(&mut self, max_bytes: usize, out: &mut BytesMut) -> bool {
        let max_bytes = max_bytes.max(1);
        let Some(mut snapshot) = self.snapshots.under_way.take() else {
            return true;
        };
        let mut steps = max_bytes / BYTES_PER_STEP + 1;
        while snapshot.cursor != NONE && snapshot.pending.len() < max_bytes && steps > 0 {
            let id = snapshot.cursor;
            self.write_node(id, &mut snapshot.pending);
            snapshot.cursor = self.nodes.next_in_subtree(id, self.root);
            if snapshot.cursor == NONE {
                body::put_end(&mut snapshot.pending);
            }
            steps -= 1;
        }
        let count = snapshot.pending.len().min(max_bytes);
        out.put_slice(&snapshot.pending[..count]);
        snapshot.pending.advance(count);
        let done = snapshot.cursor == NONE && snapshot.pending.is_empty();
        if !done {
            self.snapshots.under_way = Some(snapshot);
        }
        done
    }

    /// Gives up the snapshot under way, if there is one.
    pub fn snapshot_abort(&mut self) {
        self.snapshots.under_way = None;
    }

    /// Whether a snapshot is under way.
    #[must_use]
    pub fn snapshot_in_progress(&self) -> bool {
        self.snapshots.under_way.is_some()
    }

    /// To be called before a node changes or goes: writes it into the snapshot under way, if
    /// that does not have it yet.
    pub(super) fn before_change(&mut self, id: NodeId) {
        let Some(mut snapshot) = self.snapshots.under_way.take() else {
            return;
        };
        let mut unwritten = Vec::new();
        let mut at = id;
        while at != NONE && self.nodes.get(at).snapshot_mark != self.snapshots.number {
            unwritten.push(at);
            at = self.nodes.get(at).parent;
        }
        for &id in unwritten.iter().rev() {
            self.write_node(id, &mut snapshot.pending);
        }
        self.snapshots.under_way = Some(snapshot);
    }

    /// To be called before a leaf goes: the walk must not stand on it.
    pub(super) fn snapshot_forgets(&mut self, leaf: NodeId) {
        if let Some(snapshot) = &mut self.snapshots.under_way
            && snapshot.cursor == leaf
        {
            snapshot.cursor = self.nodes.next_after_subtree(leaf, self.root);
            if snapshot.cursor == NONE {
                body::put_end(&mut snapshot.pending);
            }
        }
    }

    /// Writes a node, unless it is written.
    fn write_node(&mut self, id: NodeId, out: &mut BytesMut) {
        let number = self.snapshots.number;
        let node = self.nodes.get_mut(id);
        if std::mem::replace(&mut node.snapshot_mark, number) == number {
            return;
        }
        let path = if id == self.root { "" } else { &node.path };
        let acl = self.acls.id(node.acl);
        body::put_node(out, path, node.data.as_deref(), acl, &node.stat);
    }
}
