//! The AdminServer and the metrics of a running member, beside Apache 3.8.0's.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail the test"
)]

mod harness;

use std::{
    collections::BTreeSet,
    io::Write,
    net::{Ipv4Addr, TcpListener},
};

use harness::{TestServer, connect, is_closed_by_server};
use serde_json::Value;
use zoowarden_shared::{
    admin::{AuditTail, Chain, Consoles, SnapshotList, Supervised},
    config::{ConfigWarning, HostPort, Place},
};

fn golden(command: &str) -> Value {
    let path = format!("../shared/tests/golden/admin/{command}.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn command(server: &TestServer, name: &str) -> Value {
    let (status, body) = server.http("GET", &format!("/commands/{name}"), "");
    assert_eq!(status, 200, "{name}: {body}");
    serde_json::from_str(&body).unwrap()
}

/// The paths of all fields, with those of an array's first element for the array.
fn fields(value: &Value) -> BTreeSet<String> {
    fn walk(value: &Value, at: &str, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    let at = format!("{at}/{name}");
                    walk(value, &at, found);
                    found.insert(at);
                }
            }
            Value::Array(items) => {
                if let Some(first) = items.first() {
                    walk(first, &format!("{at}/*"), found);
                }
            }
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    walk(value, "", &mut found);
    found
}

#[test]
fn commands_have_apaches_fields() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    let _client = server.session();
    for name in [
        "configuration",
        "connection_stat_reset",
        "connections",
        "dirs",
        "environment",
        "get_trace_mask",
        "initial_configuration",
        "is_read_only",
        "last_snapshot",
        "leader",
        "observer_connection_stat_reset",
        "observers",
        "ruok",
        "server_stats",
        "stat_reset",
        "stats",
        "voting_view",
        "watch_summary",
        "zabstate",
    ] {
        let ours = command(&server, name);
        let mut told = fields(&ours);
        let beside = told.remove("/connections/*/watch_count");
        assert_eq!(beside, name == "connections", "{name}");
        assert_eq!(told, fields(&golden(name)), "{name}");
        assert_eq!(ours["command"], name);
    }
}

#[test]
fn commands_keyed_by_sessions_and_paths_have_apaches_outer_fields() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    for name in ["dump", "hash", "watches", "watches_by_path"] {
        let ours = command(&server, name);
        let names = |value: &Value| {
            let fields = value.as_object().unwrap().keys().cloned();
            fields.collect::<BTreeSet<_>>()
        };
        assert_eq!(names(&ours), names(&golden(name)), "{name}");
    }
}

#[test]
fn monitor_has_apaches_fields_only() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    let ours = fields(&command(&server, "monitor"));
    let invented: Vec<_> = ours
        .difference(&fields(&golden("monitor")))
        .filter(|field| !field.starts_with("/zoowarden_"))
        .cloned()
        .collect();
    assert!(invented.is_empty(), "{invented:?}");
    assert!(ours.contains("/znode_count") && ours.contains("/p99_readlatency"));
}

#[test]
fn short_names_answer_under_the_long_one() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    for (short, long) in [
        ("mntr", "monitor"),
        ("srvr", "server_stats"),
        ("lead", "leader"),
    ] {
        assert_eq!(command(&server, short)["command"], long);
    }
    assert_eq!(command(&server, "nosuchcommand"), golden("unknown"));
}

#[test]
fn the_index_links_every_command_of_apaches() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    for path in ["/commands", "/commands/"] {
        let (status, index) = server.http("GET", path, "");
        assert_eq!(status, 200);
        let apaches = std::fs::read_to_string("../shared/tests/golden/admin/index.html").unwrap();
        for line in apaches.lines() {
            assert!(index.contains(line), "{line}");
        }
    }
}

#[test]
fn the_trace_mask_can_be_set() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    assert_eq!(
        command(&server, "set_trace_mask?traceMask=5")["tracemask"],
        5
    );
    assert_eq!(command(&server, "get_trace_mask")["tracemask"], 5);
    let refused = command(&server, "set_trace_mask?traceMask=x");
    let error = "setTraceMask requires long traceMask argument, got x";
    assert_eq!(refused["error"], error);
}

#[test]
fn snapshot_and_restore_are_for_those_who_may() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    let credentials = "Authorization: digest super:secret\r\n";
    for (method, name) in [("GET", "snapshot"), ("POST", "restore")] {
        for path in [
            format!("/commands/{name}"),
            format!("/commands/{}", &name[..4]),
        ] {
            assert_eq!(server.http(method, &path, "").0, 401);
        }
    }
    let path = "/commands/snapshot?streaming=false";
    let (status, answer) = server.http("GET", path, credentials);
    assert_eq!(status, 200, "{answer}");
    // No snapshot, and then too often.
    let (status, answer) = server.http("POST", "/commands/restore", credentials);
    assert_eq!(status, 409, "{answer}");
    assert_eq!(server.http("POST", "/commands/restore", credentials).0, 429);
}

#[test]
fn snapshot_and_restore_can_be_switched_off() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start_with(directory.path(), |config| {
        config.admin.snapshot_enabled = false;
        config.admin.restore_enabled = false;
    });
    let credentials = "Authorization: digest super:secret\r\n";
    for (method, name) in [("GET", "snapshot"), ("POST", "restore")] {
        let path = format!("/commands/{name}");
        assert_eq!(server.http(method, &path, credentials).0, 503);
    }
}

#[test]
fn metrics_are_in_prometheus_text_under_apaches_names() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    server.session();
    let (status, text) = server.http("GET", "/metrics", "");
    assert_eq!(status, 200);
    for line in [
        "# TYPE znode_count gauge",
        "# TYPE connection_request_count counter",
        "connection_request_count 1",
        "# TYPE updatelatency summary",
        "updatelatency{quantile=\"0.99\"} ",
        "updatelatency_count ",
        "fsynctime_sum ",
    ] {
        assert!(text.contains(line), "{line} is missing in\n{text}");
    }
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (_, value) = line.rsplit_once(' ').unwrap();
        value.parse::<f64>().unwrap();
    }
}

#[test]
fn metrics_have_a_port_of_their_own_where_asked() {
    let directory = tempfile::tempdir().unwrap();
    // Port 0 is enough to see that it binds and that the member starts.
    TestServer::start_with(directory.path(), |config| {
        config.prometheus_address = Some(HostPort::new("127.0.0.1", 0));
    });
}

#[test]
fn unsupported_keys_are_listed() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start_with(directory.path(), |config| {
        config.warnings.push(ConfigWarning {
            place: Place {
                file: "zoo.cfg".into(),
                line: Some(7),
            },
            key: "secureClientPort".into(),
            message: "TLS is not supported yet: ignored".into(),
        });
    });
    let listed = &command(&server, "zoowarden")["unsupported_keys"][0];
    assert_eq!(listed["place"], "zoo.cfg:7");
    assert_eq!(listed["key"], "secureClientPort");
    assert!(
        server
            .word("mntr")
            .contains("zk_zoowarden_unsupported_keys\t1\n")
    );
}

#[test]
fn the_command_url_can_be_another_one() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start_with(directory.path(), |config| {
        config.admin.command_url = "/zk".into();
    });
    assert_eq!(server.http("GET", "/zk/ruok", "").0, 200);
    assert_eq!(server.http("GET", "/commands/ruok", "").0, 404);
    assert!(
        server
            .http("GET", "/zk", "")
            .1
            .contains("href=\"/zk/ruok\"")
    );
}

#[test]
fn a_taken_admin_port_does_not_stop_the_member() {
    let directory = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let server = TestServer::start_without_admin(directory.path(), |config| {
        config.admin.address = HostPort::new("127.0.0.1", port);
    });
    assert_eq!(server.word("ruok"), "imok");
}

#[test]
fn who_opens_the_admin_port_and_asks_nothing_is_let_go() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start_with(directory.path(), |config| {
        config.admin.idle_timeout_ms = 100;
    });
    let mut silent = connect(server.admin);
    let mut slow = connect(server.admin);
    slow.write_all(b"GET /commands/ruok HTTP/1.1\r\nHost: ")
        .unwrap();
    assert!(is_closed_by_server(&mut silent));
    assert!(is_closed_by_server(&mut slow));
    assert_eq!(server.http("GET", "/commands/ruok", "").0, 200);
}

#[test]
fn snapshots_audit_and_consoles_are_told_beside_apaches_commands() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    let _client = server.session();
    let snapshots: SnapshotList =
        serde_json::from_value(command(&server, "zoowarden/snapshots")).unwrap();
    let newest = snapshots.snapshots.first().unwrap();
    assert!(newest.finished && newest.bytes > 0, "{snapshots:?}");
    assert!(newest.name.starts_with("snapshot."), "{snapshots:?}");
    assert_eq!(snapshots.logs, 1);

    let audit: AuditTail = serde_json::from_value(command(&server, "zoowarden/audit")).unwrap();
    assert_eq!(
        (audit.chain, audit.lines.len()),
        (Chain::None, 0),
        "nothing was ordered yet"
    );
    let (status, _) = server.http("POST", "/commands/shed_connections", "");
    assert_ne!(status, 200, "it is an order, and nobody's");
    let audit: AuditTail = serde_json::from_value(command(&server, "zoowarden/audit")).unwrap();
    assert!(
        matches!(audit.chain, Chain::Whole { lines: 1, .. }),
        "{audit:?}"
    );
    assert_eq!(audit.lines[0].record.what, "shed_connections");

    let supervised: Supervised =
        serde_json::from_value(command(&server, "zoowarden/supervisor")).unwrap();
    assert_eq!(supervised.report, None, "nobody supervises it");

    let told = r#"{"id":7,"who":"ann\u001b@desk","for_ms":5,"gate":null}"#;
    let post = |body: &str| {
        let sent = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        server.http("POST", "/commands/zoowarden/consoles", &sent)
    };
    let (status, body) = post(told);
    assert_eq!(status, 200, "{body}");
    let consoles: Consoles =
        serde_json::from_value(command(&server, "zoowarden/consoles")).unwrap();
    assert_eq!(consoles.consoles.len(), 1);
    assert_eq!(consoles.consoles[0].who, "ann\\x1b@desk", "it is made safe");
    for wrong in ["", "{}", &"x".repeat(5000)] {
        let (status, _) = post(wrong);
        assert!(status == 400 || status == 413, "{status}");
    }
}
