//! What a client that reconnects has missed (`DataTree.setWatches`).

use std::hash::Hash;

use zoowarden_shared::proto::{AddWatchMode, EventType, SetWatches2Request};

use super::Watches;
use crate::DataTree;

impl<W: Copy + Eq + Hash> Watches<W> {
    /// setWatches2, or setWatches with its last two lists empty: a standard watch whose event
    /// came after `relative_zxid` is told now, any other one is set again. Returns what is to
    /// be told to the client, in order.
    #[must_use]
    pub fn set_watches(
        &mut self,
        tree: &DataTree,
        request: &SetWatches2Request,
        watcher: W,
    ) -> Vec<(EventType, String)> {
        let seen = request.relative_zxid;
        let mut missed = Vec::new();
        for path in &request.data {
            match tree.node(path) {
                None => missed.push((EventType::NodeDeleted, path.clone())),
                Some(node) if node.persisted().mzxid > seen => {
                    missed.push((EventType::NodeDataChanged, path.clone()));
                }
                Some(_) => self.add_data(path, watcher),
            }
        }
        for path in &request.exist {
            match tree.node(path) {
                Some(_) => missed.push((EventType::NodeCreated, path.clone())),
                None => self.add_data(path, watcher),
            }
        }
        for path in &request.child {
            match tree.node(path) {
                None => missed.push((EventType::NodeDeleted, path.clone())),
                Some(node) if node.persisted().pzxid > seen => {
                    missed.push((EventType::NodeChildrenChanged, path.clone()));
                }
                Some(_) => self.add_children(path, watcher),
            }
        }
        for path in &request.persistent {
            self.add(path, watcher, AddWatchMode::Persistent);
        }
        for path in &request.persistent_recursive {
            self.add(path, watcher, AddWatchMode::PersistentRecursive);
        }
        missed
    }
}
