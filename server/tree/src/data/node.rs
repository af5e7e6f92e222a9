//! One znode as it lies in memory.
//!
//! A million of them must fit, so the layout is counted: 128 bytes, the path and the data
//! beside it in allocations of their exact size. Children are a doubly linked list through
//! the nodes themselves: no set per parent, nothing that grows by doubling.

use zoowarden_shared::stat::StatPersisted;

use super::acls::AclSlot;

/// Where a node is in the [`super::slab::Slab`].
pub(super) type NodeId = u32;

/// No node.
pub(super) const NONE: NodeId = NodeId::MAX;

/// A znode, or a vacant place in the slab (whose path is empty and whose `next` is the next
/// vacant place).
#[derive(Debug)]
pub(super) struct Node {
    /// The full path, `/` for the root.
    pub(super) path: Box<str>,
    /// Null and empty differ.
    pub(super) data: Option<Box<[u8]>>,
    pub(super) stat: StatPersisted,
    pub(super) parent: NodeId,
    /// The child that came last.
    pub(super) first_child: NodeId,
    /// The sibling that came after this one.
    pub(super) prev: NodeId,
    /// The sibling that came before this one.
    pub(super) next: NodeId,
    pub(super) child_count: u32,
    pub(super) acl: AclSlot,
    /// Its part of the tree's digest: 0 where it does not count.
    pub(super) digest: u32,
    /// The last snapshot that has it, or during which it was born (see `snapshot`).
    pub(super) snapshot_mark: u32,
}

impl Node {
    /// A node that nothing refers to yet.
    pub(super) fn new(
        path: &str,
        data: Option<&[u8]>,
        acl: AclSlot,
        stat: StatPersisted,
        snapshot_mark: u32,
    ) -> Self {
        Self {
            path: path.into(),
            data: data.map(Into::into),
            stat,
            parent: NONE,
            first_child: NONE,
            prev: NONE,
            next: NONE,
            child_count: 0,
            acl,
            digest: 0,
            snapshot_mark,
        }
    }

    /// A vacant place.
    pub(super) fn vacant(next: NodeId) -> Self {
        Self {
            next,
            ..Self::new("", None, AclSlot::OPEN, StatPersisted::default(), 0)
        }
    }

    /// Bytes of data, 0 for null.
    pub(super) fn data_len(&self) -> usize {
        self.data.as_ref().map_or(0, |data| data.len())
    }

    /// Bytes of path and data (`DataTree.getNodeSize`).
    pub(super) fn size(&self) -> u64 {
        (self.path.len() + self.data_len()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_takes_128_bytes() {
        assert_eq!(size_of::<Node>(), 128);
    }
}
