//! The member's measures, once, for `mntr`, the `monitor` command and `/metrics`.
//!
//! Names are Apache's where the meaning is the same (`ServerStats`, `ServerMetrics`); what only
//! TLS or a Java virtual machine could move is left out. Ours alone begin with `zoowarden_`.

use std::{
    fmt::{self, Display},
    time::Duration,
};

use zoowarden_peer::{
    metrics::{Metrics, Summary},
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
    pub(super) open_files: u64,
    pub(super) max_files: u64,
    pub(super) syncs: SyncTimes,
    /// How long the last snapshot took.
    pub(super) snapshot_took: Option<Duration>,
}

/// One measure.
#[derive(Debug)]
pub(super) enum Measure<'a> {
    /// Not a number: not for Prometheus.
    Text(String),
    /// May go up and down.
    Gauge(Value),
    /// Only goes up.
    Counter(u64),
    /// A distribution's mean and extremes.
    Basic(Distribution),
    /// A distribution's quantiles too.
    Advanced(&'a Summary),
}

/// A distribution without its shape.
#[derive(Clone, Copy, Debug)]
pub(super) struct Distribution {
    avg: f64,
    min: u64,
    max: u64,
    count: u64,
    sum: u64,
    median: u64,
}

impl From<&Summary> for Distribution {
    fn from(summary: &Summary) -> Self {
        Self {
            avg: summary.avg(),
            min: summary.min(),
            max: summary.max(),
            count: summary.count(),
            sum: summary.sum(),
            median: summary.quantile(0.5),
        }
    }
}

/// In milliseconds, as Apache has them.
impl From<&SyncTimes> for Distribution {
    fn from(syncs: &SyncTimes) -> Self {
        let avg = syncs.mean.as_secs_f64() * 1000.0;
        Self {
            avg,
            min: syncs.min.as_millis() as u64,
            max: syncs.max.as_millis() as u64,
            count: syncs.count,
            sum: (avg * syncs.count as f64) as u64,
            median: syncs.p50.as_millis() as u64,
        }
    }
}

impl Distribution {
    /// Of a thing that was measured once at most.
    fn single(took: Option<Duration>) -> Self {
        let millis = took.map_or(0, |took| took.as_millis() as u64);
        Self {
            avg: millis as f64,
            min: millis,
            max: millis,
            count: took.is_some().into(),
            sum: millis,
            median: millis,
        }
    }
}

/// A printed value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Integer(i64),
    Decimal(f64),
    Text(String),
}

impl Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => number.fmt(f),
            // As Java: always with a decimal point.
            Self::Decimal(number) => write!(f, "{number:?}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl Sources {
    /// All measures, in Apache's order.
    pub(super) fn measures(&self) -> Vec<(&'static str, Measure<'_>)> {
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

    /// The measures as `mntr` and `monitor` list them: a distribution as several values.
    pub(super) fn values(&self) -> Vec<(String, Value)> {
        let mut values = Vec::new();
        for (name, measure) in self.measures() {
            match measure {
                Measure::Text(text) => values.push((name.into(), Value::Text(text))),
                Measure::Gauge(value) => values.push((name.into(), value)),
                Measure::Counter(count) => values.push((name.into(), integer(count))),
                Measure::Basic(distribution) => basic_values(name, distribution, &mut values),
                Measure::Advanced(summary) => {
                    basic_values(name, summary.into(), &mut values);
                    for (label, share) in [("50", 0.5), ("95", 0.95), ("99", 0.99), ("999", 0.999)]
                    {
                        let value = integer(summary.quantile(share));
                        values.push((format!("p{label}_{name}"), value));
                    }
                }
            }
        }
        values
    }

    /// The measures in Prometheus' text format, with the names and kinds that Apache's
    /// `PrometheusMetricsProvider` gives them (no `_total` behind counters).
    pub(super) fn prometheus(&self) -> String {
        let mut out = String::new();
        for (name, measure) in self.measures() {
            let (kind, lines) = match measure {
                Measure::Text(_) => continue,
                Measure::Gauge(value) => ("gauge", format!("{name} {value}\n")),
                Measure::Counter(count) => ("counter", format!("{name} {count}\n")),
                Measure::Basic(distribution) => {
                    let quantiles = [(0.5, distribution.median)];
                    (
                        "summary",
                        prometheus_summary(name, distribution, &quantiles),
                    )
                }
                Measure::Advanced(summary) => {
                    let quantiles = [0.5, 0.9, 0.99].map(|share| (share, summary.quantile(share)));
                    (
                        "summary",
                        prometheus_summary(name, summary.into(), &quantiles),
                    )
                }
            };
            out.push_str(&format!(
                "# HELP {name} {name}\n# TYPE {name} {kind}\n{lines}"
            ));
        }
        out
    }
}

fn integer(count: u64) -> Value {
    Value::Integer(count as i64)
}

fn basic_values(name: &str, of: Distribution, values: &mut Vec<(String, Value)>) {
    let average = Value::Decimal(java::four_decimals(of.avg));
    values.extend([
        (format!("avg_{name}"), average),
        (format!("min_{name}"), integer(of.min)),
        (format!("max_{name}"), integer(of.max)),
        (format!("cnt_{name}"), integer(of.count)),
        (format!("sum_{name}"), integer(of.sum)),
    ]);
}

fn prometheus_summary(name: &str, of: Distribution, quantiles: &[(f64, u64)]) -> String {
    let mut lines = String::new();
    for (share, value) in quantiles {
        lines.push_str(&format!("{name}{{quantile=\"{share}\"}} {value}\n"));
    }
    lines.push_str(&format!("{name}_count {}\n", of.count));
    lines.push_str(&format!("{name}_sum {}\n", of.sum));
    lines
}
