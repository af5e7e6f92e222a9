//! What a member counts, under Apache's metric names where the meaning is the same
//! (`ServerMetrics`, `ServerStats`). Plain numbers: the shell renders them.

mod elections;
mod summary;

pub use elections::Elections;
pub use summary::Summary;
use zoowarden_shared::Zxid;

/// Counters and summaries since the start, or since `srst`. Latencies are in milliseconds, as
/// Apache's.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    /// Frames received from clients, handshakes included (`packets_received`).
    pub packets_received: u64,
    /// Frames sent to clients, watch events included (`packets_sent`).
    pub packets_sent: u64,
    /// Bytes of frames received, with their length prefixes (`bytes_received_count`).
    pub bytes_received_count: u64,
    /// Bytes of replies, without their length prefixes (`response_bytes`).
    pub response_bytes: u64,
    /// Bytes of watch events, without their length prefixes (`watch_bytes`).
    pub watch_bytes: u64,
    /// Of all requests (`min_latency`, `avg_latency`, `max_latency`).
    pub request_latency: Summary,
    /// Of requests that need no transaction (`readlatency`).
    pub readlatency: Summary,
    /// Of requests that need one (`updatelatency`).
    pub updatelatency: Summary,
    /// From the header's time to the commit (`propagation_latency`).
    pub propagation_latency: Summary,
    /// From the append to the flush (`sync_processor_queue_and_flush_time_ms`).
    pub sync_processor_queue_and_flush_time_ms: Summary,
    /// Transactions per flush (`sync_processor_batch_size`).
    pub sync_processor_batch_size: Summary,
    /// Requests that went into the log stage (`sync_processor_request_queued`).
    pub sync_processor_request_queued: u64,
    /// Requests that were prepared (`prep_processor_request_queued`).
    pub prep_processor_request_queued: u64,
    /// Transactions proposed (`proposal_count`).
    pub proposal_count: u64,
    /// Transactions committed (`commit_count`).
    pub commit_count: u64,
    /// Reads that had to wait for a write of their own session
    /// (`reads_issued_from_session_queue` counts them in Apache, as a summary).
    pub reads_issued_from_session_queue: u64,
    /// Changes put over the tree before their commit (`outstanding_changes_queued`).
    pub outstanding_changes_queued: u64,
    /// Changes taken off again (`outstanding_changes_removed`).
    pub outstanding_changes_removed: u64,
    /// Handshakes read (`connection_request_count`).
    pub connection_request_count: u64,
    /// Sessions taken up on a new connection (`connection_revalidate_count`).
    pub connection_revalidate_count: u64,
    /// Connections refused for their number (`connection_rejected`).
    pub connection_rejected: u64,
    /// Connections that went away without closeSession (`connection_drop_count`).
    pub connection_drop_count: u64,
    /// Sessions not heard of in time (`stale_sessions_expired`).
    pub stale_sessions_expired: u64,
    /// Credentials refused (`auth_failed_count`).
    pub auth_failed_count: u64,
    /// Requests of a session that was already gone; dropped as Apache drops them
    /// (`stale_requests_dropped`).
    pub stale_requests_dropped: u64,
    /// Connections whose bytes were no request; ours alone.
    pub malformed_requests: u64,
    /// Times that reading a connection was paused, ours alone
    /// (`request_throttle_wait_count` is the nearest of Apache's).
    pub request_throttle_wait_count: u64,
    /// Writes refused by a hard quota (`quota_exceeded_error_per_namespace`, summed).
    pub quota_exceeded_error: u64,
    /// Transactions whose digest was not the one we computed (`digest_mismatches_count`).
    pub digest_mismatches_count: u64,
    /// Transactions whose digest was compared with the one we computed; ours alone.
    pub digests_checked: u64,
    /// The first of them that differed.
    pub first_digest_mismatch: Option<Zxid>,
    /// Of a learner: times that a leader's snapshot took the state's place; ours alone.
    pub snapshots_received: u64,
    /// Of a learner: times that it had to take back the end of its log; ours alone.
    pub log_truncations: u64,
    /// Of a leader: bytes of transactions proposed (`last_proposal_size`, `max_proposal_size`,
    /// `min_proposal_size`); -1 before the first.
    pub proposal_size: ResponseSizes,
    /// Of a member of an ensemble: how often it had no leader, and for how long.
    pub elections: Elections,
    /// Watches fired per NodeCreated (`node_created_watch_count`).
    pub node_created_watch_count: Summary,
    /// Watches fired per NodeDeleted (`node_deleted_watch_count`).
    pub node_deleted_watch_count: Summary,
    /// Watches fired per NodeDataChanged (`node_changed_watch_count`).
    pub node_changed_watch_count: Summary,
    /// Watches fired per NodeChildrenChanged (`node_children_watch_count`).
    pub node_children_watch_count: Summary,
    /// Bytes of the last reply (`last_client_response_size`); -1 before the first.
    pub client_response_size: ResponseSizes,
    /// Snapshots begun, ours alone.
    pub snapshots_begun: u64,
    /// Snapshots that could not be written, ours alone.
    pub snapshots_failed: u64,
}

/// `BufferStats`: sizes of replies, bytes; -1 where there was none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResponseSizes {
    /// The last one's.
    pub last: i64,
    /// The smallest.
    pub min: i64,
    /// The largest.
    pub max: i64,
}

impl Default for ResponseSizes {
    fn default() -> Self {
        Self {
            last: -1,
            min: -1,
            max: -1,
        }
    }
}

impl ResponseSizes {
    pub(crate) fn add(&mut self, size: usize) {
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        self.last = size;
        self.max = self.max.max(size);
        if self.min < 0 || size < self.min {
            self.min = size;
        }
    }
}
