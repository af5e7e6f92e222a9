//! The lists of permissions, each kept once (`ReferenceCountedACLCache`).
//!
//! Most znodes share a few lists: a node keeps a slot here, a snapshot the list's id. Ids
//! count up from 1 and are never given twice; -1 stands for no list at all, which permits
//! everything.

use std::{collections::HashMap, sync::Arc};

use rustc_hash::FxHashMap;
use zoowarden_shared::acl::{Acl, Id};

/// A list's place in the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AclSlot(u32);

impl AclSlot {
    /// The list with the id -1, which is always there.
    pub(super) const OPEN: Self = Self(0);
}

/// The id of the open list in snapshots.
const OPEN_ID: i64 = -1;

#[derive(Debug)]
struct Entry {
    id: i64,
    list: Arc<[Acl]>,
    uses: u64,
    /// Whether snapshots keep it: not what [`AclCache::slot_of_loaded`] made up.
    known: bool,
}

/// All lists in use.
#[derive(Debug)]
pub(super) struct AclCache {
    entries: Vec<Option<Entry>>,
    vacant: Vec<AclSlot>,
    by_id: FxHashMap<i64, AclSlot>,
    /// With the standard hasher: clients choose the lists.
    by_list: HashMap<Arc<[Acl]>, AclSlot>,
    last_id: i64,
    open: Arc<[Acl]>,
}

impl AclCache {
    pub(super) fn new() -> Self {
        let open: Arc<[Acl]> = Acl::open().into();
        let entry = Entry {
            id: OPEN_ID,
            list: Arc::clone(&open),
            uses: 0,
            known: false,
        };
        Self {
            entries: vec![Some(entry)],
            vacant: Vec::new(),
            by_id: FxHashMap::from_iter([(OPEN_ID, AclSlot::OPEN)]),
            by_list: HashMap::new(),
            last_id: 0,
            open,
        }
    }

    fn entry(&self, slot: AclSlot) -> Option<&Entry> {
        self.entries.get(slot.0 as usize)?.as_ref()
    }

    fn add(&mut self, entry: Entry) -> AclSlot {
        let slot = self.vacant.pop().unwrap_or_else(|| {
            self.entries.push(None);
            AclSlot(self.entries.len() as u32 - 1)
        });
        self.by_id.insert(entry.id, slot);
        if entry.known {
            self.by_list.insert(Arc::clone(&entry.list), slot);
        }
        self.entries[slot.0 as usize] = Some(entry);
        slot
    }

    /// The slot of a list, with one more use. An empty one is jute's null: the open list.
    pub(super) fn intern(&mut self, list: &[Acl]) -> AclSlot {
        if list.is_empty() {
            return AclSlot::OPEN;
        }
        if let Some(&slot) = self.by_list.get(list) {
            self.retain(slot);
            return slot;
        }
        self.last_id += 1;
        self.add(Entry {
            id: self.last_id,
            list: list.into(),
            uses: 1,
            known: true,
        })
    }

    fn retain(&mut self, slot: AclSlot) {
        if let Some(entry) = &mut self.entries[slot.0 as usize] {
            entry.uses += 1;
        }
    }

    /// One use less; the last one removes the list.
    pub(super) fn release(&mut self, slot: AclSlot) {
        if slot == AclSlot::OPEN {
            return;
        }
        if let Some(entry) = &mut self.entries[slot.0 as usize] {
            entry.uses = entry.uses.saturating_sub(1);
            if entry.uses == 0 {
                self.remove(slot);
            }
        }
    }

    fn remove(&mut self, slot: AclSlot) {
        let Some(entry) = self.entries[slot.0 as usize].take() else {
            return;
        };
        self.by_id.remove(&entry.id);
        // A snapshot may hold one list under two ids, of which the second is found by list.
        if self.by_list.get(&entry.list) == Some(&slot) {
            self.by_list.remove(&entry.list);
        }
        self.vacant.push(slot);
    }

    /// The list.
    pub(super) fn list(&self, slot: AclSlot) -> &Arc<[Acl]> {
        self.entry(slot).map_or(&self.open, |entry| &entry.list)
    }

    /// The list's id in snapshots.
    pub(super) fn id(&self, slot: AclSlot) -> i64 {
        self.entry(slot).map_or(OPEN_ID, |entry| entry.id)
    }

    /// An entry of a snapshot's map, not used yet.
    pub(super) fn load(&mut self, id: i64, list: Vec<Acl>) {
        if let Some(&slot) = self.by_id.get(&id) {
            if slot == AclSlot::OPEN {
                return;
            }
            self.remove(slot);
        }
        self.last_id = self.last_id.max(id);
        self.add(Entry {
            id,
            list: list.into(),
            uses: 0,
            known: true,
        });
    }

    /// The slot of an id that a snapshot's node has, with one more use.
    ///
    /// A fuzzy snapshot may lack the list (ZOOKEEPER-3306): the create that brings it is
    /// replayed. Until then, and for good if it never comes, the node is closed to all but
    /// the superuser.
    pub(super) fn slot_of_loaded(&mut self, id: i64) -> AclSlot {
        if let Some(&slot) = self.by_id.get(&id) {
            self.retain(slot);
            return slot;
        }
        let nobody = Acl {
            perms: 0,
            id: Id::anyone(),
        };
        self.last_id = self.last_id.max(id);
        self.add(Entry {
            id,
            list: Arc::new([nobody]),
            uses: 1,
            known: false,
        })
    }

    /// Removes what a snapshot's map had and no node uses.
    pub(super) fn purge_unused(&mut self) {
        for index in 1..self.entries.len() {
            if matches!(&self.entries[index], Some(entry) if entry.uses == 0) {
                self.remove(AclSlot(index as u32));
            }
        }
    }

    /// What a snapshot's map holds, by id.
    pub(super) fn entries(&self) -> Vec<(i64, &[Acl])> {
        let known = self.entries.iter().flatten().filter(|entry| entry.known);
        let mut entries: Vec<_> = known.map(|entry| (entry.id, &*entry.list)).collect();
        entries.sort_unstable_by_key(|(id, _)| *id);
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(perms: i32) -> Vec<Acl> {
        vec![Acl {
            perms,
            id: Id::anyone(),
        }]
    }

    #[test]
    fn a_list_is_kept_once_and_as_long_as_it_is_used() {
        let mut cache = AclCache::new();
        let one = cache.intern(&list(1));
        assert_eq!(cache.intern(&list(1)), one);
        let two = cache.intern(&list(2));
        assert_eq!((cache.id(one), cache.id(two)), (1, 2));
        cache.release(one);
        assert_eq!(cache.list(one)[..], list(1)[..]);
        cache.release(one);
        assert_eq!(cache.entries(), [(2, &list(2)[..])]);
        // Ids are not given again, places are.
        let again = cache.intern(&list(1));
        assert_eq!((again, cache.id(again)), (one, 3));
    }

    #[test]
    fn no_list_is_the_open_one() {
        let mut cache = AclCache::new();
        let slot = cache.intern(&[]);
        assert_eq!(slot, AclSlot::OPEN);
        cache.release(slot);
        assert_eq!(cache.list(slot)[..], Acl::open()[..]);
        assert_eq!(cache.id(slot), -1);
        // The same list given by a client is a list as any other.
        let given = cache.intern(&Acl::open());
        assert_eq!(cache.id(given), 1);
    }

    #[test]
    fn what_a_snapshot_lacks_permits_nothing_and_is_not_kept() {
        let mut cache = AclCache::new();
        let slot = cache.slot_of_loaded(7);
        assert_eq!(cache.list(slot)[..], list(0)[..]);
        assert!(cache.entries().is_empty());
        let next = cache.intern(&list(1));
        assert_eq!(cache.id(next), 8);
    }

    #[test]
    fn what_no_node_uses_is_purged_after_a_load() {
        let mut cache = AclCache::new();
        cache.load(3, list(1));
        cache.load(4, list(2));
        cache.slot_of_loaded(4);
        cache.purge_unused();
        assert_eq!(cache.entries(), [(4, &list(2)[..])]);
        let next = cache.intern(&list(1));
        assert_eq!(cache.id(next), 5);
    }
}
