//! From a path to its node.
//!
//! Many small tables in the place of a large one: a table that doubles rehashes all it holds
//! at once, and at a million paths everybody would wait for it.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::{node::NodeId, slab::Slab};

/// How many tables.
const SHARDS: usize = 256;

/// Which bits of the hash choose the table: the low ones place an entry within it, the seven
/// highest are its tag there.
const SHARD_SHIFT: u32 = 40;

/// Ids by path. The paths themselves stand in the nodes.
#[derive(Debug)]
pub(super) struct PathIndex {
    shards: Box<[HashTable<NodeId>]>,
    /// Seeded by chance: clients choose the paths. Nothing ever iterates over the tables, so
    /// that chance stays inside.
    hasher: DefaultHashBuilder,
}

impl PathIndex {
    pub(super) fn new() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| HashTable::new()).collect(),
            hasher: DefaultHashBuilder::default(),
        }
    }

    fn shard(hash: u64) -> usize {
        (hash >> SHARD_SHIFT) as usize % SHARDS
    }

    pub(super) fn find(&self, path: &str, nodes: &Slab) -> Option<NodeId> {
        let hash = self.hasher.hash_one(path);
        self.shards[Self::shard(hash)]
            .find(hash, |&id| *nodes.get(id).path == *path)
            .copied()
    }

    /// Enters a node, whose path must not be there yet.
    pub(super) fn insert(&mut self, id: NodeId, nodes: &Slab) {
        let hasher = &self.hasher;
        let hash = hasher.hash_one(&*nodes.get(id).path);
        self.shards[Self::shard(hash)]
            .insert_unique(hash, id, |&id| hasher.hash_one(&*nodes.get(id).path));
    }

    /// Takes a node out. Its path must still be in the slab.
    pub(super) fn remove(&mut self, id: NodeId, nodes: &Slab) {
        let hash = self.hasher.hash_one(&*nodes.get(id).path);
        if let Ok(entry) = self.shards[Self::shard(hash)].find_entry(hash, |&other| other == id) {
            entry.remove();
        }
    }
}
