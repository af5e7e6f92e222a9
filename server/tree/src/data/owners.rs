//! Which znodes go with their session, and which go once they are empty.

use rustc_hash::{FxHashMap, FxHashSet};
use zoowarden_shared::{SessionId, stat::EphemeralOwner};

use super::node::NodeId;

/// Nodes that are not simply persistent, by what keeps them.
#[derive(Debug, Default)]
pub(super) struct Owners {
    by_session: FxHashMap<SessionId, FxHashSet<NodeId>>,
    ephemerals: usize,
    containers: FxHashSet<NodeId>,
    ttls: FxHashSet<NodeId>,
}

impl Owners {
    pub(super) fn add(&mut self, owner: EphemeralOwner, id: NodeId) {
        match owner {
            EphemeralOwner::Persistent => {}
            EphemeralOwner::Session(session) => {
                let session = SessionId(session);
                self.by_session.entry(session).or_default().insert(id);
                self.ephemerals += 1;
            }
            EphemeralOwner::Container => {
                self.containers.insert(id);
            }
            EphemeralOwner::Ttl { .. } => {
                self.ttls.insert(id);
            }
        }
    }

    pub(super) fn remove(&mut self, owner: EphemeralOwner, id: NodeId) {
        match owner {
            EphemeralOwner::Persistent => {}
            EphemeralOwner::Session(session) => {
                let session = SessionId(session);
                if let Some(nodes) = self.by_session.get_mut(&session)
                    && nodes.remove(&id)
                {
                    self.ephemerals -= 1;
                    if nodes.is_empty() {
                        self.by_session.remove(&session);
                    }
                }
            }
            EphemeralOwner::Container => {
                self.containers.remove(&id);
            }
            EphemeralOwner::Ttl { .. } => {
                self.ttls.remove(&id);
            }
        }
    }

    /// A session's ephemerals.
    pub(super) fn of_session(&self, session: SessionId) -> impl Iterator<Item = NodeId> + '_ {
        self.by_session.get(&session).into_iter().flatten().copied()
    }

    /// Sessions that have ephemerals.
    pub(super) fn sessions(&self) -> impl Iterator<Item = SessionId> + '_ {
        self.by_session.keys().copied()
    }

    /// How many ephemerals there are.
    pub(super) fn ephemerals(&self) -> usize {
        self.ephemerals
    }

    /// Containers and TTL znodes.
    pub(super) fn removable(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.containers.iter().chain(&self.ttls).copied()
    }
}
