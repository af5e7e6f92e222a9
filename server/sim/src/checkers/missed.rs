//! Watches that a client brings along to another member: what it has missed is told once, at
//! once, and before the answer; all else is set again.
//!
//! What is missed is told by the state at the answer, not by what happened meanwhile, as in
//! Apache: a znode that was made and deleted again is not told of to whom awaits it, and one
//! that was deleted and made again has only changed.

use zoowarden_shared::{
    Zxid,
    proto::{EventType, SetWatches2Request},
};

use super::{oracle::Oracle, watches::Kind};

/// What an answer to `setWatches2` comes to.
#[derive(Debug, Default)]
pub(super) struct Due {
    /// The events that are told, in order.
    pub(super) missed: Vec<(EventType, String)>,
    /// The watches that are set.
    pub(super) set: Vec<(String, Kind)>,
}

/// What is due for this request, answered at this transaction.
pub(super) fn due(oracle: &Oracle, request: &SetWatches2Request, at: Zxid) -> Due {
    let seen = request.relative_zxid;
    let (mut missed, mut set) = (Vec::new(), Vec::new());
    for path in &request.data {
        match oracle.node(path, at) {
            None => missed.push((EventType::NodeDeleted, path.clone())),
            Some(node) if node.modified > seen => {
                missed.push((EventType::NodeDataChanged, path.clone()));
            }
            Some(_) => set.push((path.clone(), Kind::Data)),
        }
    }
    for path in &request.exist {
        match oracle.node(path, at) {
            Some(_) => missed.push((EventType::NodeCreated, path.clone())),
            None => set.push((path.clone(), Kind::Data)),
        }
    }
    for path in &request.child {
        match oracle.node(path, at) {
            None => missed.push((EventType::NodeDeleted, path.clone())),
            Some(node) if node.children_modified > seen => {
                missed.push((EventType::NodeChildrenChanged, path.clone()));
            }
            Some(_) => set.push((path.clone(), Kind::Child)),
        }
    }
    Due { missed, set }
}
