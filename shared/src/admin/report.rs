//! All that is known of one member, gathered from whatever it answers.

use serde::{Deserialize, Serialize};

use crate::ids::{Epoch, Sid, Zxid};

use super::role::Role;

/// Facts of one member. Each answer fills in what it holds; a later answer overwrites.
///
/// Counters (packets, fsyncs) count since the member started or its stats were reset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MemberReport {
    /// The version, without the build's date.
    pub version: Option<String>,
    /// What it says it is.
    pub role: Option<Role>,
    /// Role and Zab phase, such as `leading - broadcast` (`zk_peer_state`).
    pub peer_state: Option<String>,
    /// Whether it serves reads only.
    pub read_only: Option<bool>,
    /// Its id; 0 from a standalone member.
    pub sid: Option<Sid>,
    /// Whom it takes for the leader.
    pub leader_sid: Option<Sid>,
    /// The last transaction that it applied.
    pub zxid: Option<Zxid>,
    /// Request latencies since its start, milliseconds: never a current figure.
    pub latency_ms: Option<Latency>,
    /// Requests and pings received.
    pub packets_received: Option<i64>,
    /// Replies and events sent.
    pub packets_sent: Option<i64>,
    /// Client connections that are open.
    pub connections: Option<i64>,
    /// Requests in its pipeline.
    pub outstanding: Option<i64>,
    /// Sessions of the whole ensemble (`zk_global_sessions`).
    pub sessions: Option<i64>,
    /// Sessions that only this member knows.
    pub local_sessions: Option<i64>,
    /// Znodes.
    pub znodes: Option<i64>,
    /// Ephemeral znodes.
    pub ephemerals: Option<i64>,
    /// Watches set by this member's clients.
    pub watches: Option<i64>,
    /// Paths and data of all znodes, bytes.
    pub data_size_bytes: Option<i64>,
    /// Open file descriptors.
    pub fd_open: Option<i64>,
    /// The bound on them.
    pub fd_max: Option<i64>,
    /// Since the process began to serve, milliseconds.
    pub uptime_ms: Option<i64>,
    /// Since it leads, milliseconds.
    pub leader_uptime_ms: Option<i64>,
    /// Voters in the configuration.
    pub quorum_size: Option<i64>,
    /// Of a leader: who follows it.
    pub learners: Option<LearnerCounts>,
    /// Of a leader: sizes of proposals, bytes.
    pub proposal_sizes: Option<Sizes>,
    /// How long elections took, milliseconds.
    pub election_ms: Option<Summary>,
    /// How long the log's fsyncs took, milliseconds.
    pub fsync_ms: Option<Summary>,
    /// Fsyncs slower than `fsync.warningthresholdms`.
    pub slow_fsyncs: Option<i64>,
    /// Transactions whose digest was not that of its own tree (`digest_mismatches_count`).
    pub digest_mismatches: Option<i64>,
    /// Sessions that were not heard of in time (`stale_sessions_expired`); leaders count them.
    pub expired_sessions: Option<i64>,
    /// Snapshots and logs on disk, bytes.
    pub data_dir_bytes: Option<i64>,
    /// Logs on disk, bytes, where they have a directory of their own.
    pub log_dir_bytes: Option<i64>,
    /// `tickTime`, milliseconds.
    pub tick_time_ms: Option<i64>,
    /// The shortest session timeout granted, milliseconds.
    pub min_session_timeout_ms: Option<i64>,
    /// The longest.
    pub max_session_timeout_ms: Option<i64>,
    /// `maxClientCnxns`: connections per client address, 0 for no bound.
    pub max_client_cnxns: Option<i64>,
    /// The plain client port it says it listens on.
    pub client_port: Option<u16>,
    /// The server lines and version of its configuration, as dynamic configuration text.
    pub membership: Option<String>,
}

impl MemberReport {
    /// The epoch of its last transaction. A standalone member has none.
    #[must_use]
    pub fn epoch(&self) -> Option<Epoch> {
        match self.role {
            Some(Role::Standalone) => None,
            _ => self.zxid.map(Zxid::epoch),
        }
    }
}

/// Least, mean and greatest latency, milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// The least.
    pub min: f64,
    /// The mean.
    pub avg: f64,
    /// The greatest.
    pub max: f64,
}

/// What a leader counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LearnerCounts {
    /// Connected learners, voting or not.
    pub learners: Option<i64>,
    /// Followers in sync.
    pub synced_followers: Option<i64>,
    /// Of them, those outside the configuration.
    pub synced_non_voting_followers: Option<i64>,
    /// Observers in sync.
    pub synced_observers: Option<i64>,
    /// sync requests under way.
    pub pending_syncs: Option<i64>,
}

impl LearnerCounts {
    /// Voting followers in sync, where the leader tells.
    #[must_use]
    pub fn synced_voters(&self) -> Option<usize> {
        let others = self.synced_non_voting_followers.unwrap_or(0);
        usize::try_from(self.synced_followers?.checked_sub(others)?).ok()
    }
}

/// Last, least and greatest of some sizes, bytes; -1 before the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sizes {
    /// The last.
    pub last: i64,
    /// The least.
    pub min: i64,
    /// The greatest.
    pub max: i64,
}

/// A metric of Apache's summary kind.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// How often it was measured.
    pub count: i64,
    /// The mean.
    pub avg: f64,
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
}
