//! One kind of watch: who watches which path, how, and the way back for when a watcher goes.

use std::hash::{BuildHasher, Hash};

use hashbrown::{DefaultHashBuilder, HashTable};
use rustc_hash::{FxHashMap, FxHashSet};
use zoowarden_shared::path;

/// A set of modes that one watcher has at one path (`WatchStats`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Modes(u8);

impl Modes {
    /// Goes with the first event.
    pub(super) const STANDARD: Self = Self(1);
    /// Stays.
    pub(super) const PERSISTENT: Self = Self(2);
    /// Stays, and hears of everything below the path too.
    pub(super) const RECURSIVE: Self = Self(4);
    /// Any of them.
    pub(super) const ALL: Self = Self(7);

    fn has_any(self, modes: Self) -> bool {
        self.0 & modes.0 != 0
    }

    fn with(self, modes: Self) -> Self {
        Self(self.0 | modes.0)
    }

    fn without(self, modes: Self) -> Self {
        Self(self.0 & !modes.0)
    }
}

/// Where a path is in [`Table::entries`].
type PathId = u32;

/// Who watches a path. Mostly that is one.
#[derive(Debug)]
enum Watchers<W> {
    One(W, Modes),
    Many(Box<FxHashMap<W, Modes>>),
}

#[derive(Debug)]
struct Entry<W> {
    path: Box<str>,
    watchers: Watchers<W>,
}

/// Watches by path and by watcher. A path's text is kept once, whoever watches it.
#[derive(Debug)]
pub(super) struct Table<W> {
    entries: Vec<Option<Entry<W>>>,
    vacant: Vec<PathId>,
    index: HashTable<PathId>,
    /// Seeded by chance: clients choose the paths.
    hasher: DefaultHashBuilder,
    by_watcher: FxHashMap<W, FxHashSet<PathId>>,
    /// Pairs of a watcher and a path.
    len: usize,
    /// Those of them that are recursive: without any, nobody asks for a path's ancestors.
    recursive: usize,
}

impl<W> Default for Table<W> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            vacant: Vec::new(),
            index: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            by_watcher: FxHashMap::default(),
            len: 0,
            recursive: 0,
        }
    }
}

impl<W: Copy + Eq + Hash> Table<W> {
    pub(super) fn add(&mut self, path: &str, watcher: W, modes: Modes) {
        let id = match self.find(path) {
            Some(id) => id,
            None => self.add_path(path, watcher),
        };
        let before = self.modes(id, watcher).unwrap_or(Modes(0));
        self.set_modes(id, watcher, before.with(modes));
        self.by_watcher.entry(watcher).or_default().insert(id);
    }

    /// Whether the watcher has one of these modes at this very path.
    pub(super) fn has(&self, path: &str, watcher: W, modes: Modes) -> bool {
        self.find(path)
            .and_then(|id| self.modes(id, watcher))
            .is_some_and(|has| has.has_any(modes))
    }

    /// Takes these modes from the watcher. Whether it had one of them.
    pub(super) fn remove(&mut self, path: &str, watcher: W, modes: Modes) -> bool {
        let Some(id) = self.find(path) else {
            return false;
        };
        let Some(before) = self.modes(id, watcher) else {
            return false;
        };
        self.leave_with(id, watcher, before.without(modes));
        before.has_any(modes)
    }

    pub(super) fn remove_watcher(&mut self, watcher: W) {
        for id in self.by_watcher.remove(&watcher).unwrap_or_default() {
            self.set_modes(id, watcher, Modes(0));
        }
    }

    /// Who is told of an event at a path: its watchers, of whom the standard ones are used up,
    /// and the recursive watchers of its ancestors. Each once.
    pub(super) fn trigger(&mut self, path: &str) -> Vec<W> {
        let mut told = Vec::new();
        if let Some(id) = self.find(path) {
            told = self.watchers(id).map(|(watcher, _)| watcher).collect();
            for &watcher in &told {
                if let Some(modes) = self.modes(id, watcher) {
                    self.leave_with(id, watcher, modes.without(Modes::STANDARD));
                }
            }
        }
        if self.recursive > 0 {
            self.add_recursive(path, &mut told);
        }
        told
    }

    fn add_recursive(&self, path: &str, told: &mut Vec<W>) {
        let mut known: FxHashSet<W> = told.iter().copied().collect();
        let mut below = path;
        while let Some((parent, _)) = path::split(below) {
            let id = self.find(parent);
            for (watcher, modes) in id.into_iter().flat_map(|id| self.watchers(id)) {
                if modes.has_any(Modes::RECURSIVE) && known.insert(watcher) {
                    told.push(watcher);
                }
            }
            below = parent;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn path_count(&self) -> usize {
        self.index.len()
    }

    pub(super) fn count_of(&self, watcher: W) -> usize {
        self.by_watcher.get(&watcher).map_or(0, FxHashSet::len)
    }

    pub(super) fn watcher_count(&self) -> usize {
        self.by_watcher.len()
    }

    pub(super) fn by_path(&self) -> impl Iterator<Item = (&str, Vec<W>)> {
        let ids = (0..).zip(&self.entries);
        ids.filter_map(|(id, entry)| {
            let watchers = self.watchers(id).map(|(watcher, _)| watcher);
            Some((&*entry.as_ref()?.path, watchers.collect()))
        })
    }

    pub(super) fn by_watcher(&self) -> impl Iterator<Item = (W, Vec<&str>)> {
        let path = |&id: &PathId| Some(&*self.entry(id)?.path);
        self.by_watcher
            .iter()
            .map(move |(&watcher, ids)| (watcher, ids.iter().filter_map(path).collect()))
    }

    fn entry(&self, id: PathId) -> Option<&Entry<W>> {
        self.entries.get(id as usize)?.as_ref()
    }

    fn find(&self, path: &str) -> Option<PathId> {
        if self.index.is_empty() {
            return None;
        }
        let is_it = |&id: &PathId| self.entry(id).is_some_and(|entry| *entry.path == *path);
        self.index.find(self.hasher.hash_one(path), is_it).copied()
    }

    /// The watchers of a path and their modes.
    fn watchers(&self, id: PathId) -> impl Iterator<Item = (W, Modes)> + '_ {
        let (one, many) = match self.entry(id).map(|entry| &entry.watchers) {
            Some(Watchers::One(watcher, modes)) => (Some((*watcher, *modes)), None),
            Some(Watchers::Many(watchers)) => (None, Some(watchers)),
            None => (None, None),
        };
        let many = many.into_iter().flat_map(|watchers| watchers.iter());
        one.into_iter()
            .chain(many.map(|(&watcher, &modes)| (watcher, modes)))
    }

    /// The modes of a watcher at a path, if it watches there.
    fn modes(&self, id: PathId, watcher: W) -> Option<Modes> {
        match &self.entry(id)?.watchers {
            Watchers::One(one, modes) => (*one == watcher && *modes != Modes(0)).then_some(*modes),
            Watchers::Many(watchers) => watchers.get(&watcher).copied(),
        }
    }

    /// Gives a watcher these modes at a path; with none left, it watches there no more.
    fn leave_with(&mut self, id: PathId, watcher: W, modes: Modes) {
        self.set_modes(id, watcher, modes);
        if modes == Modes(0)
            && let Some(ids) = self.by_watcher.get_mut(&watcher)
        {
            ids.remove(&id);
            if ids.is_empty() {
                self.by_watcher.remove(&watcher);
            }
        }
    }

    /// The same, without the way back from the watcher.
    fn set_modes(&mut self, id: PathId, watcher: W, modes: Modes) {
        let before = self.modes(id, watcher).unwrap_or(Modes(0));
        let Some(entry) = self.entries.get_mut(id as usize).and_then(Option::as_mut) else {
            return;
        };
        let is_empty = match &mut entry.watchers {
            Watchers::One(one, its) if *one == watcher => {
                *its = modes;
                modes == Modes(0)
            }
            Watchers::One(one, its) => {
                let both = [(*one, *its), (watcher, modes)];
                entry.watchers = Watchers::Many(Box::new(both.into_iter().collect()));
                false
            }
            Watchers::Many(watchers) if modes == Modes(0) => {
                watchers.remove(&watcher);
                watchers.is_empty()
            }
            Watchers::Many(watchers) => {
                watchers.insert(watcher, modes);
                false
            }
        };
        let count = |modes: Modes, of: Modes| usize::from(modes.has_any(of));
        self.len = self.len + count(modes, Modes::ALL) - count(before, Modes::ALL);
        self.recursive =
            self.recursive + count(modes, Modes::RECURSIVE) - count(before, Modes::RECURSIVE);
        if is_empty {
            self.remove_path(id);
        }
    }

    /// Enters a path for a watcher that is about to get modes there.
    fn add_path(&mut self, path: &str, watcher: W) -> PathId {
        let id = self.vacant.pop().unwrap_or_else(|| {
            self.entries.push(None);
            self.entries.len() as PathId - 1
        });
        self.entries[id as usize] = Some(Entry {
            path: path.into(),
            watchers: Watchers::One(watcher, Modes(0)),
        });
        let (entries, hasher) = (&self.entries, &self.hasher);
        let rehash = |&id: &PathId| {
            let entry = entries[id as usize].as_ref();
            hasher.hash_one(entry.map_or("", |entry| &entry.path))
        };
        self.index.insert_unique(hasher.hash_one(path), id, rehash);
        id
    }

    fn remove_path(&mut self, id: PathId) {
        let Some(entry) = self.entries[id as usize].take() else {
            return;
        };
        let hash = self.hasher.hash_one(&*entry.path);
        if let Ok(found) = self.index.find_entry(hash, |&other| other == id) {
            found.remove();
        }
        self.vacant.push(id);
    }
}
