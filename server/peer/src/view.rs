//! What the admin side is shown: plain values, made on demand, that hold no reference to the
//! peer. The shell renders them as four-letter words, AdminServer commands and metrics.

use core::net::SocketAddr;

use zoowarden_shared::{SessionId, Sid, Zxid, config::DynamicConfig};

use crate::{input::ConnId, metrics::ResponseSizes};

/// `ServerStats`, `srvr`, `stat`, and the gauges of `mntr`.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerView {
    /// Whether the member answers requests. Once the log failed it does not, nor without a
    /// leader, unless it is read-only.
    pub serving: bool,
    /// `standalone`, `leader`, `follower`, `observer` or `read-only`, as Apache's server names
    /// itself (`ServerStats.Provider.getState`); `leaderelection` while none of them
    /// (`QuorumStats.Provider.LOOKING_STATE`).
    pub mode: &'static str,
    /// The last transaction applied.
    pub zxid: Zxid,
    /// The last transaction appended to the log, flushed or not.
    pub last_logged_zxid: Zxid,
    /// Shortest, mean and longest time from request to reply, milliseconds.
    pub min_latency_ms: u64,
    /// See above. Apache shows four decimals.
    pub avg_latency_ms: f64,
    /// See above.
    pub max_latency_ms: u64,
    /// Frames received.
    pub packets_received: u64,
    /// Frames sent.
    pub packets_sent: u64,
    /// Connections open.
    pub alive_connections: usize,
    /// Requests in the pipeline.
    pub outstanding_requests: usize,
    /// Znodes.
    pub node_count: usize,
    /// Watches.
    pub watch_count: usize,
    /// Ephemeral znodes.
    pub ephemerals_count: usize,
    /// Sessions.
    pub session_count: usize,
    /// Bytes of paths and data.
    pub approximate_data_size: u64,
    /// Sizes of replies.
    pub client_response_size: ResponseSizes,
    /// Credentials refused.
    pub auth_failed_count: u64,
    /// Milliseconds since the peer was made.
    pub uptime_ms: u64,
    /// The snapshot last completed, and when, Unix milliseconds; `None` before the first.
    pub last_snapshot: Option<(Zxid, i64)>,
}

impl ServerView {
    /// [`ServerView::mode`] of a member that shows what it has while there is no leader.
    pub(crate) const READ_ONLY: &str = "read-only";

    /// Whether only clients that do not write are served (`isro`).
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.mode == Self::READ_ONLY
    }
}

/// A member's part in its ensemble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicationView {
    /// This member.
    pub sid: Sid,
    /// As [`ServerView::mode`].
    pub mode: &'static str,
    /// Everything that replication knows of itself: its state, whom it follows, the epoch, how
    /// far the log, the disk and the commits are, and a leader's learners.
    pub status: zoowarden_zab::Status,
    /// Of a leader: learners connected (`learners`).
    pub learners: usize,
    /// Of a leader: followers that are in step, with or without a vote (`synced_followers`).
    pub synced_followers: usize,
    /// Of a leader: those of them that the configuration does not have as voters
    /// (`synced_non_voting_followers`).
    pub synced_non_voting_followers: usize,
    /// Of a leader: observers that are in step (`synced_observers`).
    pub synced_observers: usize,
    /// Of a leader: syncs of learners that it has not answered (`pending_syncs`).
    pub pending_syncs: usize,
    /// The configuration in force.
    pub members: DynamicConfig,
    /// Of a leader: learners that are being sent a snapshot, or wait for one.
    pub snapshots_wanted: usize,
    /// Of a learner: requests of its clients that the leader has not answered.
    pub forwarded_requests: usize,
    /// Milliseconds since this member leads, follows or observes (`leader_uptime`); `None`
    /// while it does not.
    pub serving_ms: Option<u64>,
    /// The moment of this view, microseconds on the member's clock.
    pub at_us: u64,
}

/// One line of `cons`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionView {
    /// The connection.
    pub conn: ConnId,
    /// The client's address.
    pub remote: SocketAddr,
    /// Whether the connection is read (bit 0 of Apache's interest ops).
    pub reading: bool,
    /// Requests received and not answered (`queued`).
    pub outstanding: u64,
    /// Frames received.
    pub received: u64,
    /// Frames sent, watch events included.
    pub sent: u64,
    /// When it was accepted, Unix milliseconds.
    pub established_wall_ms: i64,
    /// Its session, once it has one. What follows means nothing before.
    pub session: Option<SessionId>,
    /// The session's timeout, milliseconds.
    pub timeout_ms: i32,
    /// What was answered last, in Apache's abbreviations (`lop`), `NA` before the first.
    pub last_op: &'static str,
    /// The last non-negative xid, -1 before the first (`lcxid`).
    pub last_cxid: i64,
    /// The zxid of the last reply, -1 before the first (`lzxid`).
    pub last_zxid: i64,
    /// When the last reply was made, milliseconds of the monotonic clock (`lresp`).
    pub last_response_mono_ms: u64,
    /// How long it took, milliseconds (`llat`).
    pub last_latency_ms: u64,
    /// The shortest latency, milliseconds (`minlat`).
    pub min_latency_ms: u64,
    /// The mean latency, milliseconds, rounded down (`avglat`).
    pub avg_latency_ms: u64,
    /// The longest latency, milliseconds (`maxlat`).
    pub max_latency_ms: u64,
    /// What it watches: data and children of a path are two.
    pub watches: usize,
}

/// The sessions of one expiry bucket (`dump`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionBucketView {
    /// When they expire if nothing is heard of them, microseconds of the monotonic clock.
    pub expires_mono_us: u64,
    /// Who.
    pub sessions: Vec<SessionId>,
}

/// The ephemeral znodes of one session (`dump`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EphemeralsView {
    /// The owner.
    pub session: SessionId,
    /// Their paths, sorted.
    pub paths: Vec<String>,
}

/// `wchs`. As in Apache, data and exists watches (and addWatch's) count, child watches do not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WatchSummaryView {
    /// Connections that watch something.
    pub connections: usize,
    /// Paths that are watched.
    pub paths: usize,
    /// Watches in all.
    pub watches: usize,
}

/// Who watches one path (`wchp`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathWatchesView {
    /// The path.
    pub path: String,
    /// The sessions that watch it.
    pub sessions: Vec<SessionId>,
}

/// What one session watches (`wchc`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionWatchesView {
    /// The session.
    pub session: SessionId,
    /// The paths.
    pub paths: Vec<String>,
}

/// The tree's digest after a transaction (`hash`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DigestView {
    /// The transaction.
    pub zxid: Zxid,
    /// The digest's version, 2.
    pub version: i32,
    /// The wrapping sum of all znodes' digests.
    pub digest: i64,
}
