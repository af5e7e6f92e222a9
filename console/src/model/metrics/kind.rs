//! Which of the metrics only grow. `mntr` does not tell: by the names that Apache 3.8.0 and 3.9
//! register as counters (`ServerMetrics.java`), and by how its summaries write theirs.

/// Counters by their whole names. `packets_*` are the server's statistics, which only grow.
const COUNTERS: &[&str] = &[
    "add_dead_watcher_stall_time",
    "auth_failed_count",
    "bytes_received_count",
    "cnxn_closed_without_zk_server_running",
    "commit_count",
    "connection_drop_count",
    "connection_rejected",
    "connection_request_count",
    "connection_revalidate_count",
    "dead_watchers_cleared",
    "dead_watchers_queued",
    "diff_count",
    "digest_mismatches_count",
    "ensemble_auth_fail",
    "ensemble_auth_skip",
    "ensemble_auth_success",
    "fsync_threshold_exceed_count",
    "insecure_admin_count",
    "large_requests_rejected",
    "learner_commit_received_count",
    "learner_proposal_received_count",
    "looking_count",
    "outstanding_changes_queued",
    "outstanding_changes_removed",
    "packets_received",
    "packets_sent",
    "prep_processor_request_queued",
    "proposal_count",
    "quit_leading_due_to_disloyal_voter",
    "request_commit_queued",
    "request_throttle_wait_count",
    "response_bytes",
    "response_packet_cache_hits",
    "response_packet_cache_misses",
    "response_packet_get_children_cache_hits",
    "response_packet_get_children_cache_misses",
    "revalidate_count",
    "sessionless_connections_expired",
    "skip_learner_request_to_next_processor_count",
    "snap_count",
    "stale_replies",
    "stale_requests",
    "stale_requests_dropped",
    "stale_sessions_expired",
    "sync_processor_request_queued",
    "throttled_ops",
    "tls_handshake_exceeded",
    "unrecoverable_error_count",
    "unsuccessful_handshake",
    "watch_bytes",
];

/// Whether a metric only grows, until its member starts again or its statistics are reset.
#[must_use]
pub fn is_counter(name: &str) -> bool {
    // A summary's number and sum of samples: `cnt_fsynctime`, `sum_fsynctime`.
    let is_of_a_summary = name.starts_with("cnt_") || name.starts_with("sum_");
    is_of_a_summary || COUNTERS.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_told_from_gauges() {
        assert!(COUNTERS.is_sorted());
        assert!(is_counter("packets_sent") && is_counter("cnt_fsynctime"));
        assert!(!is_counter("znode_count") && !is_counter("avg_latency"));
    }
}
