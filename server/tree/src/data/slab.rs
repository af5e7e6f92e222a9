//! Where nodes live: chunks of fixed size, so that growing never moves or copies a node, and
//! the family links between them.

use super::node::{NONE, Node, NodeId};

/// Nodes per chunk: 128 KiB less the place of one node. Allocators add words of their own, and
/// a power of two and a bit more costs a quarter more.
const CHUNK_LEN: usize = 1023;

/// All nodes, by id. Ids of removed nodes are given out again.
#[derive(Debug)]
pub(super) struct Slab {
    chunks: Vec<Box<[Node]>>,
    vacant: NodeId,
    len: usize,
}

impl Slab {
    pub(super) fn new() -> Self {
        Self {
            chunks: Vec::new(),
            vacant: NONE,
            len: 0,
        }
    }

    /// How many nodes there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn get(&self, id: NodeId) -> &Node {
        &self.chunks[id as usize / CHUNK_LEN][id as usize % CHUNK_LEN]
    }

    pub(super) fn get_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.chunks[id as usize / CHUNK_LEN][id as usize % CHUNK_LEN]
    }

    /// Puts a node into a vacant place.
    pub(super) fn insert(&mut self, node: Node) -> NodeId {
        if self.vacant == NONE {
            self.add_chunk();
        }
        let id = self.vacant;
        let place = self.get_mut(id);
        let vacant = place.next;
        *place = node;
        self.vacant = vacant;
        self.len += 1;
        id
    }

    /// Takes a node out. It must be unlinked.
    pub(super) fn remove(&mut self, id: NodeId) -> Node {
        let vacant = Node::vacant(self.vacant);
        let node = std::mem::replace(self.get_mut(id), vacant);
        self.vacant = id;
        self.len -= 1;
        node
    }

    fn add_chunk(&mut self) {
        let first = self.chunks.len() * CHUNK_LEN;
        let chunk = (first + 1..=first + CHUNK_LEN)
            .map(|next| {
                let last_of_chunk = next == first + CHUNK_LEN;
                Node::vacant(if last_of_chunk { NONE } else { next as NodeId })
            })
            .collect();
        self.chunks.push(chunk);
        self.vacant = first as NodeId;
    }

    /// Makes `child` a child of `parent`.
    pub(super) fn link(&mut self, parent: NodeId, child: NodeId) {
        let family = self.get_mut(parent);
        let sibling = std::mem::replace(&mut family.first_child, child);
        family.child_count += 1;
        if sibling != NONE {
            self.get_mut(sibling).prev = child;
        }
        let node = self.get_mut(child);
        node.parent = parent;
        node.prev = NONE;
        node.next = sibling;
    }

    /// Takes `child` from its parent.
    pub(super) fn unlink(&mut self, child: NodeId) {
        let Node {
            parent, prev, next, ..
        } = *self.get(child);
        if next != NONE {
            self.get_mut(next).prev = prev;
        }
        if prev != NONE {
            self.get_mut(prev).next = next;
        }
        let family = self.get_mut(parent);
        family.child_count -= 1;
        if prev == NONE {
            family.first_child = next;
        }
    }

    /// The ids of a node's children.
    pub(super) fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let some = |id: NodeId| (id != NONE).then_some(id);
        std::iter::successors(some(self.get(id).first_child), move |&child| {
            some(self.get(child).next)
        })
    }

    /// The node after `id` in the order parent, then children; `NONE` after the last one
    /// below `top`.
    pub(super) fn next_in_subtree(&self, id: NodeId, top: NodeId) -> NodeId {
        match self.get(id).first_child {
            NONE => self.next_after_subtree(id, top),
            child => child,
        }
    }

    /// The same, leaving out what is below `id`.
    pub(super) fn next_after_subtree(&self, mut id: NodeId, top: NodeId) -> NodeId {
        while id != top && id != NONE {
            let node = self.get(id);
            if node.next != NONE {
                return node.next;
            }
            id = node.parent;
        }
        NONE
    }

    /// A node and all below it, each before its children.
    pub(super) fn subtree(&self, top: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(Some(top), move |&id| {
            let next = self.next_in_subtree(id, top);
            (next != NONE).then_some(next)
        })
    }
}
