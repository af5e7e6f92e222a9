//! The dynamic configuration: who is in the ensemble. The text of `/zookeeper/config`, of the
//! dynamic configuration file and of the `server.N` lines of zoo.cfg.

mod print;
mod read;
mod server_line;

use std::collections::BTreeMap;

pub use server_line::{PeerAddress, Role, ServerSpec, ServerSpecError};

use super::HostPort;
use crate::ids::Sid;

/// The members of an ensemble, and how they vote (`QuorumVerifier`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DynamicConfig {
    /// `server.N`.
    pub servers: BTreeMap<Sid, ServerSpec>,
    /// `group.N`: hierarchical quorums; empty for plain majorities.
    pub groups: BTreeMap<i64, Vec<Sid>>,
    /// `weight.N` of hierarchical quorums; as in Apache, every participant has one there, 1
    /// where none is given.
    pub weights: BTreeMap<Sid, i64>,
    /// The zxid of the reconfig that made it, 0 for a configuration that nobody changed.
    pub version: i64,
}

impl DynamicConfig {
    /// Whether it names no server at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.servers.is_empty()
    }

    /// The participants.
    pub fn voters(&self) -> impl Iterator<Item = (Sid, &ServerSpec)> {
        self.with_role(Role::Participant)
    }

    /// The observers.
    pub fn observers(&self) -> impl Iterator<Item = (Sid, &ServerSpec)> {
        self.with_role(Role::Observer)
    }

    /// Whether votes are weighed in groups (`QuorumHierarchical`).
    #[must_use]
    pub fn is_hierarchical(&self) -> bool {
        !self.groups.is_empty() || !self.weights.is_empty()
    }

    /// Where each member that says so serves clients.
    pub fn client_addresses(&self) -> impl Iterator<Item = (Sid, &HostPort)> {
        self.servers
            .iter()
            .filter_map(|(sid, server)| Some((*sid, server.client_address.as_ref()?)))
    }

    fn with_role(&self, role: Role) -> impl Iterator<Item = (Sid, &ServerSpec)> {
        self.servers
            .iter()
            .filter(move |(_, server)| server.role == role)
            .map(|(sid, server)| (*sid, server))
    }
}
