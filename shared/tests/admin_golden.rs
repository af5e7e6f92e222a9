//! What Apache 3.8.0 said of itself, word by word and command by command, read into types.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

use std::{fs, path::PathBuf};

use serde_json::{Map, Value};
use zoowarden_shared::{
    SessionId, Sid, Zxid,
    admin::{
        self, AdminRefusal, Latency, LearnerCounts, MemberReport, Monitor, Refusal, Role, Sizes,
    },
    config::DynamicConfig,
};

fn golden(kind: &str, name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(kind)
        .join(name);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn word(name: &str) -> String {
    golden("fourletter", &format!("{name}.txt"))
}

fn command(name: &str) -> Map<String, Value> {
    admin::admin_object(200, &golden("admin", &format!("{name}.json"))).unwrap()
}

fn from_word(name: &str, absorb: fn(&mut MemberReport, &str)) -> MemberReport {
    let mut report = MemberReport::default();
    absorb(&mut report, &word(name));
    report
}

#[test]
fn srvr_of_every_role() {
    for (name, role, zxid) in [
        ("srvr", Role::Standalone, 0x88),
        ("ensemble-leader-srvr", Role::Leader, 0x1_0000_0008),
        ("ensemble-follower-srvr", Role::Follower, 0x1_0000_0008),
        ("ensemble-observer-srvr", Role::Observer, 0x1_0000_0008),
        ("ensemble-read-only-srvr", Role::ReadOnly, 0x1_0000_0008),
    ] {
        let report = from_word(name, admin::absorb_srvr);
        assert_eq!(report.role, Some(role), "{name}");
        assert_eq!(report.zxid, Some(Zxid(zxid)), "{name}");
        assert_eq!(report.version.as_deref(), Some("3.8.0"), "{name}");
        assert_eq!(report.znodes, Some(9), "{name}");
        assert_eq!(report.read_only, Some(role == Role::ReadOnly), "{name}");
        let epoch = (role != Role::Standalone).then_some(1);
        assert_eq!(report.epoch(), epoch, "{name}");
    }
    let leader = from_word("ensemble-leader-srvr", admin::absorb_srvr);
    let latency = Latency {
        min: 3.0,
        avg: 3.5,
        max: 4.0,
    };
    assert_eq!(leader.latency_ms, Some(latency));
    let sizes = Sizes {
        last: 98,
        min: 48,
        max: 98,
    };
    assert_eq!(leader.proposal_sizes, Some(sizes));
    assert_eq!(
        (leader.packets_received, leader.packets_sent),
        (Some(12), Some(13))
    );
    assert_eq!((leader.connections, leader.outstanding), (Some(2), Some(0)));
}

#[test]
fn stat_holds_srvrs_lines_and_the_clients() {
    let text = word("stat");
    let mut report = MemberReport::default();
    admin::absorb_srvr(&mut report, &text);
    assert_eq!(report.role, Some(Role::Standalone));
    let clients = admin::parse_cons(&text);
    assert_eq!(clients.len(), 3);
    assert_eq!(clients[0].remote, "127.0.0.1:52498");
    assert_eq!(clients[0].received, Some(138));
    assert_eq!(clients[0].session, None);
}

#[test]
fn mntr_and_the_admin_servers_monitor_agree() {
    for member in [
        "",
        "ensemble-leader-",
        "ensemble-follower-",
        "ensemble-observer-",
        "ensemble-read-only-",
    ] {
        let text = Monitor::from_text(&word(&format!("{member}mntr")));
        let json = Monitor::from_json(&command(&format!("{member}monitor")));
        let (mut by_word, mut by_command) = (MemberReport::default(), MemberReport::default());
        text.absorb_into(&mut by_word);
        json.absorb_into(&mut by_command);
        assert_eq!(by_word.role, by_command.role, "{member}");
        assert!(by_word.role.is_some(), "{member}");
        assert_eq!(by_word.version.as_deref(), Some("3.8.0"), "{member}");
        assert_eq!(by_word.peer_state, by_command.peer_state, "{member}");
        assert_eq!(by_word.quorum_size, by_command.quorum_size, "{member}");
        assert_eq!(by_word.fd_max, Some(20_000), "{member}");
        assert!(by_word.fd_open.is_some_and(|open| open > 0), "{member}");
        assert!(by_word.fsync_ms.is_some(), "{member}");
        assert!(by_word.election_ms.is_some(), "{member}");
        assert!(by_word.uptime_ms.is_some(), "{member}");
        assert!(by_word.data_size_bytes.is_some(), "{member}");
        assert_eq!(
            (by_word.znodes, by_word.ephemerals, by_word.watches),
            (by_command.znodes, by_command.ephemerals, by_command.watches),
            "{member}"
        );
    }
}

#[test]
fn a_leaders_mntr_counts_its_learners() {
    let monitor = Monitor::from_text(&word("ensemble-leader-mntr"));
    let mut report = MemberReport::default();
    monitor.absorb_into(&mut report);
    let counts = LearnerCounts {
        learners: Some(3),
        synced_followers: Some(2),
        synced_non_voting_followers: Some(0),
        synced_observers: Some(1),
        pending_syncs: Some(0),
    };
    assert_eq!(report.learners, Some(counts));
    assert_eq!(report.peer_state.as_deref(), Some("leading - broadcast"));
    assert_eq!(monitor.number("synced_observers"), Some(1.0));
    assert!(monitor.numbers().count() > 400);
    assert_eq!(
        from_word("ensemble-follower-mntr", |report, text| {
            Monitor::from_text(text).absorb_into(report);
        })
        .learners,
        None
    );
}

#[test]
fn cons_and_connections_name_the_same_sessions() {
    let by_word = admin::parse_cons(&word("cons"));
    let by_command =
        admin::parse_connections_json(200, &golden("admin", "connections.json")).unwrap();
    assert_eq!(by_word.len(), 3);
    assert_eq!(by_command.len(), 2);
    let mut first = by_command[0].clone();
    assert_eq!(first.secure, Some(false));
    first.secure = None;
    assert_eq!(by_word[0], first);
    assert_eq!(by_word[0].session, Some(SessionId(0x0100_0016_3625_0000)));
    assert_eq!(by_word[0].timeout_ms, Some(30_000));
    assert_eq!(by_word[2].session, None);
}

#[test]
fn dump_lists_sessions_with_expiry_on_leaders_and_timeouts_on_learners() {
    let standalone = admin::parse_dump(&word("dump"));
    let by_command = admin::parse_dump_json(&command("dump"));
    let ids: Vec<_> = standalone.sessions.keys().collect();
    assert_eq!(ids, by_command.sessions.keys().collect::<Vec<_>>());
    let second = &standalone.sessions[&SessionId(0x0100_0016_3625_0001)];
    assert_eq!(second.ephemerals, ["/e2"]);
    assert_eq!(
        second.expires.as_deref(),
        Some("Sun Nov 22 17:40:41 UTC 2026")
    );

    let leader = admin::parse_dump(&word("ensemble-leader-dump"));
    assert_eq!(leader.sessions.len(), 4);
    assert!(leader.sessions.values().all(|s| s.expires.is_some()));
    let follower = admin::parse_dump(&word("ensemble-follower-dump"));
    assert_eq!(follower.sessions.len(), 4);
    for session in follower.sessions.values() {
        assert_eq!(session.timeout_ms, Some(30_000));
        assert_eq!(session.expires, None);
        assert_eq!(session.ephemerals.len(), 1);
    }
    let read_only = admin::parse_dump(&word("ensemble-read-only-dump"));
    assert_eq!(read_only.sessions.len(), 5, "a local session too");
}

#[test]
fn conf_tells_the_settings_and_the_members() {
    let report = from_word("ensemble-observer-conf", admin::absorb_conf);
    assert_eq!(report.sid, Some(Sid(4)));
    assert_eq!(report.client_port, Some(21_340));
    assert_eq!(report.tick_time_ms, Some(2000));
    assert_eq!(report.data_dir_bytes, Some(17_672));
    let members = DynamicConfig::parse_lenient(report.membership.as_deref().unwrap());
    assert_eq!(
        (members.voters().count(), members.observers().count()),
        (3, 1)
    );
    assert_eq!(
        from_word("ensemble-read-only-conf", admin::absorb_conf).membership,
        None
    );

    let mut by_command = MemberReport::default();
    admin::absorb_configuration(&mut by_command, &command("ensemble-observer-configuration"));
    assert_eq!(by_command.sid, report.sid);
    assert_eq!(by_command.client_port, report.client_port);
    assert_eq!(by_command.max_client_cnxns, Some(60));
}

#[test]
fn the_small_words_and_commands() {
    assert_eq!(from_word("wchs", admin::absorb_wchs).watches, Some(4));
    assert_eq!(from_word("isro", admin::absorb_isro).read_only, Some(false));
    assert_eq!(
        from_word("ensemble-read-only-isro", admin::absorb_isro).read_only,
        Some(true)
    );
    let mut report = MemberReport::default();
    admin::absorb_watch_summary(&mut report, &command("watch_summary"));
    admin::absorb_is_read_only(&mut report, &command("is_read_only"));
    assert_eq!((report.watches, report.read_only), (Some(4), Some(false)));
    // A standalone member has no leader to name.
    let standalone = admin::admin_object(200, &golden("admin", "leader.json"));
    assert!(matches!(standalone, Err(AdminRefusal::Error(_))));

    admin::absorb_server_stats(&mut report, &command("ensemble-leader-server_stats"));
    admin::absorb_leader(&mut report, &command("ensemble-leader-leader"));
    admin::absorb_zabstate(&mut report, &command("ensemble-leader-zabstate"));
    admin::absorb_voting_view(&mut report, &command("ensemble-leader-voting_view"));
    assert_eq!(report.role, Some(Role::Leader));
    assert_eq!(
        (report.sid, report.leader_sid),
        (Some(Sid(2)), Some(Sid(2)))
    );
    assert_eq!(report.zxid, Some(Zxid(0x1_0000_0008)));
    assert_eq!(report.peer_state.as_deref(), Some("leader - broadcast"));
    assert_eq!((report.znodes, report.slow_fsyncs), (Some(9), Some(0)));
    let view = DynamicConfig::parse_lenient(report.membership.as_deref().unwrap());
    assert_eq!(view.voters().count(), 3);
    assert_eq!(view.client_addresses().count(), 1);

    let observers = admin::parse_observers(&command("ensemble-leader-observers"));
    assert_eq!(observers.len(), 1);
    assert_eq!(observers[0].sid, Sid(4));
    assert_eq!(observers[0].last_zxid, Some(Zxid(0x1_0000_0008)));
    assert!(admin::parse_observers(&command("ensemble-follower-observers")).is_empty());
}

#[test]
fn a_member_without_a_quorum_is_alive_and_says_so() {
    for name in [
        "srvr", "stat", "mntr", "cons", "dump", "conf", "isro", "wchs",
    ] {
        let answer = word(&format!("ensemble-no-quorum-{name}"));
        assert_eq!(
            admin::word_refusal(name, &answer),
            Some(Refusal::NotServing),
            "{name}"
        );
        let mut report = MemberReport::default();
        admin::absorb_srvr(&mut report, &answer);
        Monitor::from_text(&answer).absorb_into(&mut report);
        assert_eq!(report, MemberReport::default(), "{name}");
    }
    for (name, status) in [
        ("monitor", 500),
        ("configuration", 200),
        ("connections", 200),
        ("server_stats", 200),
    ] {
        let body = golden("admin", &format!("ensemble-no-quorum-{name}.json"));
        assert_eq!(
            admin::admin_object(status, &body),
            Err(AdminRefusal::NotServing),
            "{name}"
        );
    }
}

#[test]
fn a_closed_word_is_told_from_an_unknown_one() {
    assert!(matches!(
        admin::word_refusal("mntr", &word("refused-mntr")),
        Some(Refusal::NotWhitelisted { .. })
    ));
    assert_eq!(
        admin::word_refusal("nope", &word("unknown-word")),
        Some(Refusal::Empty)
    );
    assert_eq!(admin::word_refusal("srvr", &word("srvr")), None);
    let unknown = golden("admin", "unknown.json");
    assert!(matches!(
        admin::admin_object(200, &unknown),
        Err(AdminRefusal::Error(_))
    ));
}

#[test]
fn a_report_serialises_with_ids_as_people_write_them() {
    let json = serde_json::to_value(from_word("ensemble-leader-srvr", admin::absorb_srvr)).unwrap();
    assert_eq!(json["zxid"], "0x100000008");
    assert_eq!(json["role"], "leader");
    assert_eq!(json["latency_ms"]["avg"], 3.5);
    assert_eq!(json["sid"], Value::Null);
}
