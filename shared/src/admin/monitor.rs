//! mntr, and its twin in JSON, the AdminServer's `monitor`: hundreds of keys, of which a
//! report takes those with a meaning of their own and charts may take any.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    fields::number,
    report::{Latency, LearnerCounts, MemberReport, Sizes, Summary},
    words::{set_role, short_version},
};

/// All keys and values, the keys without mntr's `zk_`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Monitor {
    values: BTreeMap<String, String>,
}

impl Monitor {
    /// mntr's text: `zk_key<TAB>value` lines.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        let pair = |line: &str| {
            let (key, value) = line.split_once('\t')?;
            let key = key.strip_prefix("zk_").unwrap_or(key);
            Some((key.to_owned(), value.trim().to_owned()))
        };
        Self {
            values: text.lines().filter_map(pair).collect(),
        }
    }

    /// The AdminServer's object.
    #[must_use]
    pub fn from_json(object: &Map<String, Value>) -> Self {
        let pair = |(key, value): (&String, &Value)| {
            let value = match value {
                Value::String(text) => text.trim().to_owned(),
                Value::Number(number) => number.to_string(),
                _ => return None,
            };
            Some((key.clone(), value))
        };
        Self {
            values: object
                .iter()
                .filter(|(key, _)| *key != "command")
                .filter_map(pair)
                .collect(),
        }
    }

    /// A value by its key, without `zk_`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }

    /// A number by its key.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<f64> {
        number(self.get(key)?)
    }

    /// All keys that hold numbers, in the order of their names.
    pub fn numbers(&self) -> impl Iterator<Item = (&str, f64)> {
        self.values
            .iter()
            .filter_map(|(key, value)| Some((key.as_str(), number(value)?)))
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Fills a report with the keys that have a place in it.
    pub fn absorb_into(&self, report: &mut MemberReport) {
        if let Some(version) = self.get("version") {
            report.version = Some(short_version(version));
        }
        if let Some(state) = self.get("server_state") {
            set_role(report, state);
        }
        if let Some(state) = self.get("peer_state") {
            report.peer_state = Some(state.to_owned());
        }
        if let (Some(min), Some(avg), Some(max)) = (
            self.number("min_latency"),
            self.number("avg_latency"),
            self.number("max_latency"),
        ) {
            report.latency_ms = Some(Latency { min, avg, max });
        }
        for (fact, key) in [
            (&mut report.packets_received, "packets_received"),
            (&mut report.packets_sent, "packets_sent"),
            (&mut report.connections, "num_alive_connections"),
            (&mut report.outstanding, "outstanding_requests"),
            (&mut report.sessions, "global_sessions"),
            (&mut report.local_sessions, "local_sessions"),
            (&mut report.znodes, "znode_count"),
            (&mut report.ephemerals, "ephemerals_count"),
            (&mut report.watches, "watch_count"),
            (&mut report.data_size_bytes, "approximate_data_size"),
            (&mut report.fd_open, "open_file_descriptor_count"),
            (&mut report.fd_max, "max_file_descriptor_count"),
            (&mut report.uptime_ms, "uptime"),
            (&mut report.leader_uptime_ms, "leader_uptime"),
            (&mut report.quorum_size, "quorum_size"),
            (&mut report.slow_fsyncs, "fsync_threshold_exceed_count"),
            (&mut report.digest_mismatches, "digest_mismatches_count"),
            (&mut report.expired_sessions, "stale_sessions_expired"),
        ] {
            if let Some(value) = self.int(key) {
                *fact = Some(value);
            }
        }
        report.election_ms = self.summary("election_time").or(report.election_ms);
        report.fsync_ms = self.summary("fsynctime").or(report.fsync_ms);
        report.proposal_sizes = self.proposal_sizes().or(report.proposal_sizes);
        report.learners = self.learners().or(report.learners);
    }

    fn int(&self, key: &str) -> Option<i64> {
        number(self.get(key)?)
    }

    fn summary(&self, name: &str) -> Option<Summary> {
        Some(Summary {
            count: self.int(&format!("cnt_{name}"))?,
            avg: self.number(&format!("avg_{name}"))?,
            min: self.number(&format!("min_{name}"))?,
            max: self.number(&format!("max_{name}"))?,
        })
    }

    fn proposal_sizes(&self) -> Option<Sizes> {
        Some(Sizes {
            last: self.int("last_proposal_size")?,
            min: self.int("min_proposal_size")?,
            max: self.int("max_proposal_size")?,
        })
    }

    /// `followers` was the key before 3.6 for what is `learners` since.
    fn learners(&self) -> Option<LearnerCounts> {
        let counts = LearnerCounts {
            learners: self.int("learners").or_else(|| self.int("followers")),
            synced_followers: self.int("synced_followers"),
            synced_non_voting_followers: self.int("synced_non_voting_followers"),
            synced_observers: self.int("synced_observers"),
            pending_syncs: self.int("pending_syncs"),
        };
        (counts != LearnerCounts::default()).then_some(counts)
    }
}
