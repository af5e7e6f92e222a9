//! The member's measures, once, for `mntr`, the `monitor` command and `/metrics`.
//!
//! Names are Apache's where the meaning is the same (`ServerStats`, `ServerMetrics`); what only
//! TLS or a Java virtual machine could move is left out. Ours alone begin with `zoowarden_`.
//!
//! - `measure`: the kinds of measures.
//! - `listing`: how they are listed for `mntr` and `monitor`, and for Prometheus.

mod listing;
mod measure;

use std::time::Duration;

pub(super) use measure::Value;
use measure::{Distribution, Measure};
use zoowarden_peer::{
    metrics::Metrics,
    view::{ReplicationView, ServerView},
};
use zoowarden_shared::election::PeerState;

use super::{ensemble, java};
use crate::disk::SyncTimes;

/// What the measures are taken from.
#[derive(Debug)]
pub(super) struct Sources {
    pub(super) version: String,
    pub(super) server: ServerView,
    pub(super) metrics: Metrics,
    /// `None` of a standalone server.
    pub(super) replication: Option<ReplicationView>,
    pub(super) sessionless_connections_expired: u64,
    pub(super) unsupported_keys: usize,
    /// Where the AdminServer listens, if it does.
    pub(super) admin_port: Option<u16>,
    pub(super) open_files: u64,
    pub(super) max_files: u64,
    pub(super) syncs: SyncTimes,
    /// How long the last snapshot took.
    pub(super) snapshot_took: Option<Duration>,
}

impl Sources {
    /// All measures, in Apache's order.
    fn measures(&self) -> Vec<(&'static str, Measure<'_>)> {
        let mut all = self.gauges();
        all.extend(self.counters().map(|(name, n)| (name, Measure::Counter(n))));
        all.extend(self.summaries());
        all
    }

    fn gauges(&self) -> Vec<(&'static str, Measure<'_>)> {
        let server = &self.server;
        let sizes = server.client_response_size;
        let text = |text: &str| Measure::Text(text.to_owned());
        let decimal = |number| Measure::Gauge(Value::Decimal(number));
        let mut gauges = vec![
            ("version", text(&self.version)),
            ("server_state", text(server.mode)),
        ];
        if let Some(zxid) = self.metrics.first_digest_mismatch {
            gauges.push(("zoowarden_first_digest_mismatch", text(&zxid.to_string())));
        }
        if let Some(replication) = &self.replication {
            gauges.push(("peer_state", text(ensemble::peer_state(replication))));
            let numbers = ensemble::gauges(replication, &self.metrics).into_iter();
            let integer = |(name, number)| (name, Measure::Gauge(Value::Integer(number)));
            gauges.extend(numbers.map(integer));
        }
        gauges.extend([
            (
                "avg_latency",
                decimal(java::four_decimals(server.avg_latency_ms)),
            ),
            ("connection_drop_probability", decimal(0.0)),
        ]);
        let integers = [
            ("ephemerals_count", server.ephemerals_count as i64),
            ("num_alive_connections", server.alive_connections as i64),
            ("outstanding_requests", server.outstanding_requests as i64),
            ("znode_count", server.node_count as i64),
            ("global_sessions", server.session_count as i64),
            ("non_mtls_remote_conn_count", 0),
            ("last_client_response_size", sizes.last),
            ("packets_sent", server.packets_sent as i64),
            ("packets_received", server.packets_received as i64),
            ("max_client_response_size", sizes.max),
            ("watch_count", server.watch_count as i64),
            ("auth_failed_count", server.auth_failed_count as i64),
            ("min_latency", server.min_latency_ms as i64),
            ("max_file_descriptor_count", self.max_files as i64),
            ("approximate_data_size", server.approximate_data_size as i64),
            ("open_file_descriptor_count", self.open_files as i64),
            ("local_sessions", 0),
            ("uptime", server.uptime_ms as i64),
            ("max_latency", server.max_latency_ms as i64),
            ("outstanding_tls_handshake", 0),
            ("min_client_response_size", sizes.min),
            ("non_mtls_local_conn_count", 0),
            ("zoowarden_unsupported_keys", self.unsupported_keys as i64),
        ];
        let integers = integers.map(|(name, n)| (name, Measure::Gauge(Value::Integer(n))));
        gauges.extend(integers);
        if let Some(port) = self.admin_port {
            let port = Measure::Gauge(Value::Integer(port.into()));
            gauges.push(("zoowarden_admin_port", port));
        }
        gauges
    }

    fn counters(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let m = &self.metrics;
        [
            ("proposal_count", m.proposal_count),
            ("watch_bytes", m.watch_bytes),
            ("outstanding_changes_removed", m.outstanding_changes_removed),
            ("stale_requests_dropped", m.stale_requests_dropped),
            ("connection_rejected", m.connection_rejected),
            (
                "sessionless_connections_expired",
                self.sessionless_connections_expired,
            ),
            ("connection_drop_count", m.connection_drop_count),
            ("digest_mismatches_count", m.digest_mismatches_count),
            ("bytes_received_count", m.bytes_received_count),
            ("request_throttle_wait_count", m.request_throttle_wait_count),
            (
                "prep_processor_request_queued",
                m.prep_processor_request_queued,
            ),
            ("connection_request_count", m.connection_request_count),
            ("response_bytes", m.response_bytes),
            ("connection_revalidate_count", m.connection_revalidate_count),
            ("commit_count", m.commit_count),
            ("stale_sessions_expired", m.stale_sessions_expired),
            (
                "sync_processor_request_queued",
                m.sync_processor_request_queued,
            ),
            ("outstanding_changes_queued", m.outstanding_changes_queued),
            ("looking_count", m.elections.looking_count),
            ("diff_count", m.elections.diff_count),
            ("snap_count", m.elections.snap_count),
            ("zoowarden_digests_checked", m.digests_checked),
            ("zoowarden_snapshots_received", m.snapshots_received),
            ("zoowarden_log_truncations", m.log_truncations),
            ("zoowarden_malformed_requests", m.malformed_requests),
            ("zoowarden_quota_exceeded_error", m.quota_exceeded_error),
            ("zoowarden_snapshots_begun", m.snapshots_begun),
            ("zoowarden_snapshots_failed", m.snapshots_failed),
        ]
        .into_iter()
    }

    fn summaries(&self) -> Vec<(&'static str, Measure<'_>)> {
        let m = &self.metrics;
        let basic = [
            (
                "node_created_watch_count",
                (&m.node_created_watch_count).into(),
            ),
            (
                "node_deleted_watch_count",
                (&m.node_deleted_watch_count).into(),
            ),
            (
                "node_changed_watch_count",
                (&m.node_changed_watch_count).into(),
            ),
            (
                "node_children_watch_count",
                (&m.node_children_watch_count).into(),
            ),
            (
                "sync_processor_batch_size",
                (&m.sync_processor_batch_size).into(),
            ),
            ("fsynctime", (&self.syncs).into()),
            ("snapshottime", Distribution::single(self.snapshot_took)),
        ];
        let advanced = [
            ("updatelatency", &m.updatelatency),
            ("readlatency", &m.readlatency),
            ("propagation_latency", &m.propagation_latency),
            (
                "sync_processor_queue_and_flush_time_ms",
                &m.sync_processor_queue_and_flush_time_ms,
            ),
        ];
        let basic = basic.into_iter().chain(self.election_times());
        let basic = basic.map(|(name, distribution)| (name, Measure::Basic(distribution)));
        let advanced = advanced.map(|(name, summary)| (name, Measure::Advanced(summary)));
        basic.chain(advanced).collect()
    }

    /// Of a member of an ensemble alone.
    fn election_times(&self) -> Vec<(&'static str, Distribution)> {
        let Some(replication) = &self.replication else {
            return Vec::new();
        };
        let elections = &self.metrics.elections;
        let sync_time = match replication.status.state {
            PeerState::Observing => "observer_sync_time",
            _ => "follower_sync_time",
        };
        [
            ("election_time", &elections.election_time),
            ("unavailable_time", &elections.unavailable_time),
            (
                "leader_unavailable_time",
                &elections.leader_unavailable_time,
            ),
            (sync_time, &elections.sync_time),
        ]
        .map(|(name, summary)| (name, summary.into()))
        .into()
    }
}
