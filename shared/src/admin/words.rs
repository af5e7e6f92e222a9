//! The answers of srvr, stat, conf, wchs and isro.
//!
//! Each `absorb_*` fills a report with what the text holds. That the text is no refusal is
//! the caller's to check ([`super::word_refusal`]); a refusal fills in nothing.

use super::{
    fields::{number, triple, zxid},
    report::{Latency, MemberReport, Sizes},
    role::Role,
};

/// srvr, and the same lines of stat.
pub fn absorb_srvr(report: &mut MemberReport, text: &str) {
    for line in text.lines() {
        if line.starts_with("READ-ONLY mode") {
            report.read_only = Some(true);
        }
        let Some((key, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.trim();
        match key {
            "Zookeeper version" => report.version = Some(short_version(value)),
            "Latency min/avg/max" => {
                if let Some([min, avg, max]) = triple(value) {
                    report.latency_ms = Some(Latency { min, avg, max });
                }
            }
            "Received" => report.packets_received = number(value),
            "Sent" => report.packets_sent = number(value),
            "Connections" => report.connections = number(value),
            "Outstanding" => report.outstanding = number(value),
            "Zxid" => report.zxid = zxid(value),
            "Mode" => set_role(report, value),
            "Node count" => report.znodes = number(value),
            "Proposal sizes last/min/max" => {
                if let Some([last, min, max]) = triple(value) {
                    report.proposal_sizes = Some(Sizes { last, min, max });
                }
            }
            _ => {}
        }
    }
}

/// conf: settings, and the membership as dynamic configuration text.
pub fn absorb_conf(report: &mut MemberReport, text: &str) {
    let (settings, membership) = match text.split_once("membership:") {
        Some((settings, membership)) => (settings, Some(membership)),
        None => (text, None),
    };
    for line in settings.lines() {
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        match key {
            "clientPort" => report.client_port = number(value),
            "dataDirSize" => report.data_dir_bytes = number(value),
            "dataLogSize" => report.log_dir_bytes = number(value),
            "tickTime" => report.tick_time_ms = number(value),
            "maxClientCnxns" => report.max_client_cnxns = number(value),
            "minSessionTimeout" => report.min_session_timeout_ms = number(value),
            "maxSessionTimeout" => report.max_session_timeout_ms = number(value),
            "serverId" => report.sid = number(value).map(crate::Sid),
            _ => {}
        }
    }
    if let Some(membership) = membership.map(str::trim).filter(|text| !text.is_empty()) {
        report.membership = Some(membership.to_owned());
    }
}

/// wchs.
pub fn absorb_wchs(report: &mut MemberReport, text: &str) {
    let total = text
        .lines()
        .find_map(|line| line.strip_prefix("Total watches:"));
    if let Some(total) = total {
        report.watches = number(total);
    }
}

/// isro.
pub fn absorb_isro(report: &mut MemberReport, text: &str) {
    match text.trim() {
        "ro" => report.read_only = Some(true),
        "rw" => report.read_only = Some(false),
        _ => {}
    }
}

/// The role, and what it says about read-only mode.
pub(super) fn set_role(report: &mut MemberReport, name: &str) {
    if let Some(role) = Role::from_name(name) {
        report.role = Some(role);
        report.read_only = Some(role == Role::ReadOnly);
    }
}

/// `3.8.0-<commit>, built on <date>` without the date, and without the commit of a build that
/// did not know its own.
pub(super) fn short_version(full: &str) -> String {
    let version = full.split(',').next().unwrap_or(full).trim();
    match version.split_once('-') {
        Some((number, rest)) if rest.contains("${") || is_commit(rest) => number.to_owned(),
        _ => version.to_owned(),
    }
}

fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_lose_their_build_but_keep_their_kind() {
        for (full, short) in [
            (
                "3.8.0-${mvngit.commit.id}, built on 2024-12-29 17:54 UTC",
                "3.8.0",
            ),
            (
                "3.4.13-2d71af4dbe22557fda74f9a9b4309b15a7487f03, built on 06/29/2018 00:39 GMT",
                "3.4.13",
            ),
            (
                "3.10.0-SNAPSHOT, built on 2025-01-01 00:00 UTC",
                "3.10.0-SNAPSHOT",
            ),
        ] {
            assert_eq!(short_version(full), short);
        }
    }

    #[test]
    fn what_is_no_fact_fills_in_nothing() {
        let mut report = MemberReport::default();
        for text in [
            "",
            "Mode: dancing\nZxid: 0xzz\n:::\nLatency min/avg/max: 1/2",
            "\u{0}=",
        ] {
            absorb_srvr(&mut report, text);
            absorb_conf(&mut report, text);
            absorb_wchs(&mut report, text);
            absorb_isro(&mut report, text);
        }
        assert_eq!(report, MemberReport::default());
    }
}
