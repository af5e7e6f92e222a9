//! Watches (`WatchManager`, twice: data watches and child watches).
//!
//! ```text
//!   table        one kind of watch: path ──> watchers and their modes, and back
//!   set_watches  what a client that reconnects has missed
//! ```
//!
//! Modes of one watcher at one path stand side by side, as in Apache since 3.9: until 3.8 the
//! last one took the others' place (ZOOKEEPER-4466), and removing one removed all
//! (ZOOKEEPER-4472). A recursive watch is a data watch only, for it hears of no
//! `NodeChildrenChanged`.

mod set_watches;
mod table;

use std::hash::Hash;

use rustc_hash::FxHashSet;
use zoowarden_shared::{
    path,
    proto::{AddWatchMode, EventType, WatcherType},
};

use crate::{Change, ChangeKind};
use table::{Modes, Table};

/// One event, and who is told of it, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification<W> {
    /// What happened.
    pub event: EventType,
    /// To which znode.
    pub path: String,
    /// Who watched.
    pub watchers: Vec<W>,
}

/// What `wchs` tells. Apache counts data watches only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WatchSummary {
    /// Watchers that have watches.
    pub connections: usize,
    /// Paths that are watched.
    pub paths: usize,
    /// Pairs of a watcher and a path.
    pub watches: usize,
}

/// All watches of this server's clients. `W` stands for a client's connection.
#[derive(Debug)]
pub struct Watches<W> {
    data: Table<W>,
    children: Table<W>,
}

impl<W> Default for Watches<W> {
    fn default() -> Self {
        Self {
            data: Table::default(),
            children: Table::default(),
        }
    }
}

impl<W: Copy + Eq + Hash> Watches<W> {
    /// No watches.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A standard watch that getData or exists leaves.
    pub fn add_data(&mut self, path: &str, watcher: W) {
        self.data.add(path, watcher, Modes::STANDARD);
    }

    /// A standard watch that getChildren leaves.
    pub fn add_children(&mut self, path: &str, watcher: W) {
        self.children.add(path, watcher, Modes::STANDARD);
    }

    /// addWatch.
    pub fn add(&mut self, path: &str, watcher: W, mode: AddWatchMode) {
        match mode {
            AddWatchMode::Persistent => {
                self.data.add(path, watcher, Modes::PERSISTENT);
                self.children.add(path, watcher, Modes::PERSISTENT);
            }
            AddWatchMode::PersistentRecursive => {
                self.data.add(path, watcher, Modes::RECURSIVE);
            }
        }
    }

    /// checkWatches: whether the watcher has such a watch at this very path. The two single
    /// kinds mean standard watches.
    #[must_use]
    pub fn contains(&self, path: &str, watcher: W, kind: WatcherType) -> bool {
        match kind {
            WatcherType::Children => self.children.has(path, watcher, Modes::STANDARD),
            WatcherType::Data => self.data.has(path, watcher, Modes::STANDARD),
            WatcherType::Any => {
                self.children.has(path, watcher, Modes::ALL)
                    || self.data.has(path, watcher, Modes::ALL)
            }
        }
    }

    /// removeWatches: whether there was such a watch, as [`Self::contains`] would say.
    pub fn remove(&mut self, path: &str, watcher: W, kind: WatcherType) -> bool {
        match kind {
            WatcherType::Children => self.children.remove(path, watcher, Modes::STANDARD),
            WatcherType::Data => self.data.remove(path, watcher, Modes::STANDARD),
            WatcherType::Any => {
                let children = self.children.remove(path, watcher, Modes::ALL);
                let data = self.data.remove(path, watcher, Modes::ALL);
                children || data
            }
        }
    }

    /// The watcher is gone, and all its watches with it.
    pub fn remove_watcher(&mut self, watcher: W) {
        self.data.remove_watcher(watcher);
        self.children.remove_watcher(watcher);
    }

    /// Appends to `out` who is told what of a change, in the order in which Apache tells it.
    /// Standard watches that are told are used up.
    ///
    /// A watcher is told an event once, however many of its watches it meets; so a deletion
    /// is told once to who watches both data and children.
    pub fn trigger(&mut self, change: &Change, out: &mut Vec<Notification<W>>) {
        let path = &change.path;
        let (event, children_changed) = match change.kind {
            ChangeKind::Created => (EventType::NodeCreated, true),
            ChangeKind::Deleted => (EventType::NodeDeleted, true),
            ChangeKind::DataChanged => (EventType::NodeDataChanged, false),
        };
        let mut watchers = self.data.trigger(path);
        if change.kind == ChangeKind::Deleted {
            let told: FxHashSet<W> = watchers.iter().copied().collect();
            let others = self.children.trigger(path);
            watchers.extend(others.into_iter().filter(|other| !told.contains(other)));
        }
        notify(out, event, path, watchers);
        if children_changed && let Some((parent, _)) = path::split(path) {
            let watchers = self.children.trigger(parent);
            notify(out, EventType::NodeChildrenChanged, parent, watchers);
        }
    }

    /// How many watches there are (`zk_watch_count`): pairs of a watcher and a path, those of
    /// data and of children apart.
    #[must_use]
    pub fn len(&self) -> usize {
        self.data.len() + self.children.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many of them are this watcher's.
    #[must_use]
    pub fn count_of(&self, watcher: W) -> usize {
        self.data.count_of(watcher) + self.children.count_of(watcher)
    }

    /// `wchs`.
    #[must_use]
    pub fn summary(&self) -> WatchSummary {
        WatchSummary {
            connections: self.data.watcher_count(),
            paths: self.data.path_count(),
            watches: self.data.len(),
        }
    }

    /// `wchp`: paths with data watches, and who watches each.
    pub fn by_path(&self) -> impl Iterator<Item = (&str, Vec<W>)> {
        self.data.by_path()
    }

    /// `wchc`: watchers of data, and what each watches.
    pub fn by_watcher(&self) -> impl Iterator<Item = (W, Vec<&str>)> {
        self.data.by_watcher()
    }
}

fn notify<W>(out: &mut Vec<Notification<W>>, event: EventType, path: &str, watchers: Vec<W>) {
    if !watchers.is_empty() {
        out.push(Notification {
            event,
            path: path.to_owned(),
            watchers,
        });
    }
}

#[cfg(test)]
mod tests;
