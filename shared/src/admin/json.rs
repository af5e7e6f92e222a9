//! The AdminServer's commands that say something of the member itself.
//!
//! Each takes the object that [`super::admin_object`] gave. `monitor` is [`super::Monitor`]'s,
//! `connections` and `dump` are lists of their own.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    fields::{ObjectExt, zxid},
    report::{Latency, MemberReport, Sizes},
    words::{set_role, short_version},
};
use crate::ids::{Sid, Zxid};

/// `server_stats` and `stats`.
pub fn absorb_server_stats(report: &mut MemberReport, object: &Map<String, Value>) {
    if let Some(version) = object.text("version") {
        report.version = Some(short_version(version));
    }
    keep(&mut report.znodes, object.int("node_count"));
    if let Some(sizes) = object.object("proposal_stats").and_then(sizes) {
        report.proposal_sizes = Some(sizes);
    }
    if let Some(stats) = object.object("server_stats") {
        if let Some(state) = stats.text("server_state") {
            set_role(report, state);
        }
        keep(
            &mut report.zxid,
            stats.int::<i64>("last_processed_zxid").map(Zxid),
        );
        keep(&mut report.latency_ms, latency(stats));
        for (fact, key) in [
            (&mut report.packets_received, "packets_received"),
            (&mut report.packets_sent, "packets_sent"),
            (&mut report.connections, "num_alive_client_connections"),
            (&mut report.outstanding, "outstanding_requests"),
            (&mut report.slow_fsyncs, "fsync_threshold_exceed_count"),
            (&mut report.data_dir_bytes, "data_dir_size"),
            (&mut report.log_dir_bytes, "log_dir_size"),
            (&mut report.uptime_ms, "uptime"),
        ] {
            keep(fact, stats.int(key));
        }
    }
    keep(&mut report.read_only, object.flag("read_only"));
}

/// `configuration`.
pub fn absorb_configuration(report: &mut MemberReport, object: &Map<String, Value>) {
    for (fact, key) in [
        (&mut report.tick_time_ms, "tick_time"),
        (&mut report.min_session_timeout_ms, "min_session_timeout"),
        (&mut report.max_session_timeout_ms, "max_session_timeout"),
        (&mut report.max_client_cnxns, "max_client_cnxns"),
    ] {
        keep(fact, object.int(key));
    }
    keep(&mut report.client_port, object.int("client_port"));
    keep(&mut report.sid, object.int("server_id").map(Sid));
}

/// `leader`.
pub fn absorb_leader(report: &mut MemberReport, object: &Map<String, Value>) {
    let leader = object.int("leader_id").filter(|id| *id >= 0).map(Sid);
    keep(&mut report.leader_sid, leader);
}

/// `zabstate`: the phase, the member's id, and its last zxid.
pub fn absorb_zabstate(report: &mut MemberReport, object: &Map<String, Value>) {
    keep(&mut report.sid, object.int("myid").map(Sid));
    keep(&mut report.zxid, object.text("last_zxid").and_then(zxid));
    if let Some(phase) = object.text("zabstate").filter(|phase| !phase.is_empty()) {
        report.peer_state = Some(match report.role {
            Some(role) => format!("{role} - {phase}"),
            None => phase.to_owned(),
        });
    }
}

/// `is_read_only`.
pub fn absorb_is_read_only(report: &mut MemberReport, object: &Map<String, Value>) {
    keep(&mut report.read_only, object.flag("read_only"));
}

/// `watch_summary`.
pub fn absorb_watch_summary(report: &mut MemberReport, object: &Map<String, Value>) {
    keep(&mut report.watches, object.int("num_total_watches"));
}

/// `voting_view`: the voters as dynamic configuration text, without a version. Observers are
/// not in it, so that it fills in no more than the voters.
pub fn absorb_voting_view(report: &mut MemberReport, object: &Map<String, Value>) {
    let Some(view) = object.object("current_config") else {
        return;
    };
    let mut text = String::new();
    for (sid, member) in view {
        let Some(line) = member.as_object().and_then(voter_line) else {
            return;
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "server.{sid}={line}");
    }
    if !text.is_empty() && report.membership.is_none() {
        report.membership = Some(text);
    }
}

/// `host:quorum:election:role[;client]`, of the first address where there are several.
fn voter_line(member: &Map<String, Value>) -> Option<String> {
    let first = |key| member.get(key)?.as_array()?.first()?.as_str();
    let (_, election_port) = first("election_addresses")?.rsplit_once(':')?;
    let mut line = format!("{}:{election_port}", first("server_addresses")?);
    line.push(':');
    line.push_str(member.text("learner_type").unwrap_or("participant"));
    if let Some(client) = member.text("client_address").filter(|c| !c.is_empty()) {
        line.push(';');
        line.push_str(client);
    }
    Some(line)
}

/// One learner's connection, as its leader's `observers` lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LearnerConnection {
    /// The learner's id.
    pub sid: Sid,
    /// Where it connects from.
    pub remote: String,
    /// Packets that wait to be sent to it.
    pub queued_packets: Option<i64>,
    /// The last zxid that it acknowledged.
    pub last_zxid: Option<Zxid>,
}

/// `observers`.
#[must_use]
pub fn parse_observers(object: &Map<String, Value>) -> Vec<LearnerConnection> {
    let learner = |value: &Value| {
        let learner = value.as_object()?;
        Some(LearnerConnection {
            sid: Sid(learner.int("sid")?),
            remote: learner
                .text("remote_socket_address")?
                .trim_start_matches('/')
                .to_owned(),
            queued_packets: learner.int("queued_packets"),
            last_zxid: learner.int("last_zxid").map(Zxid),
        })
    };
    let list = object.get("observers").and_then(Value::as_array);
    list.map(|list| list.iter().filter_map(learner).collect())
        .unwrap_or_default()
}

fn latency(stats: &Map<String, Value>) -> Option<Latency> {
    Some(Latency {
        min: stats.float("min_latency")?,
        avg: stats.float("avg_latency")?,
        max: stats.float("max_latency")?,
    })
}

fn sizes(stats: &Map<String, Value>) -> Option<Sizes> {
    Some(Sizes {
        last: stats.int("last_buffer_size")?,
        min: stats.int("min_buffer_size")?,
        max: stats.int("max_buffer_size")?,
    })
}

/// Overwrites a fact by a newer one, but not by none.
fn keep<T>(fact: &mut Option<T>, newer: Option<T>) {
    if newer.is_some() {
        *fact = newer;
    }
}
