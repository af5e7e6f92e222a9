//! What a member's replication is told about itself, and what its disk holds.

use zoowarden_shared::{
    Epoch, Sid, Zxid,
    config::{DynamicConfig, Role},
};

/// A member's settings. The names of zoo.cfg keys stand beside each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `myid`.
    pub sid: Sid,
    /// Whether it votes (`peerType`, or its line among the servers).
    pub role: Role,
    /// The `server.N` lines: who votes, with which weight.
    pub members: DynamicConfig,
    /// Newer configurations that were seen and may not be in force yet, in any order
    /// (`zoo.cfg.dynamic.next`).
    pub seen: Vec<DynamicConfig>,
    /// `reconfigEnabled`: a first configuration gets a version when its leader is established
    /// ([ZOOKEEPER-1783]).
    ///
    /// [ZOOKEEPER-1783]: https://issues.apache.org/jira/browse/ZOOKEEPER-1783
    pub reconfig_enabled: bool,
    /// `tickTime`, milliseconds.
    pub tick_time_ms: u32,
    /// `initLimit`, ticks: for discovery and synchronisation.
    pub init_limit_ticks: u32,
    /// `syncLimit`, ticks: for everything after.
    pub sync_limit_ticks: u32,
    /// `heartbeat_ms`: between two beats of members of ours.
    pub heartbeat_ms: u32,
    /// Whether it follows from outside, in nobody's configuration: it says that it has accepted
    /// no epoch, so that it cannot raise the ensemble's.
    pub shadow: bool,
    /// How many transactions are kept in memory for learners that lag.
    pub history_txns: usize,
    /// How much of them, bytes.
    pub history_bytes: usize,
}

impl Config {
    /// Limits of Apache's defaults, for a member of this ensemble.
    #[must_use]
    pub fn new(sid: Sid, members: DynamicConfig) -> Self {
        let role = members.servers.get(&sid).map(|server| server.role);
        Self {
            sid,
            role: role.unwrap_or(Role::Observer),
            members,
            seen: Vec::new(),
            reconfig_enabled: false,
            tick_time_ms: 2000,
            init_limit_ticks: 10,
            sync_limit_ticks: 5,
            heartbeat_ms: 100,
            shadow: false,
            history_txns: 10_000,
            history_bytes: 16 << 20,
        }
    }
}

/// What the disk holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Durable {
    /// The last transaction, which the state machine has too; -1 where data may be missing.
    pub last_zxid: Zxid,
    /// `acceptedEpoch`.
    pub accepted_epoch: Epoch,
    /// `currentEpoch`.
    pub current_epoch: Epoch,
}
