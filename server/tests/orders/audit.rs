//! Each order leaves its lines, whoever gave it, also where the member is killed.

use std::os::unix::net::UnixDatagram;

use super::*;

#[test]
fn orders_and_refusals_are_in_a_whole_chain_also_after_a_kill() {
    let mut ensemble = three();
    let leader = ensemble.wait_settled();
    let now = epoch(&ensemble, leader);
    let command = format!("close_session?id=0x7&epoch={now}&reason=CHG-17");
    refused(&ensemble, leader, OPERATOR, &command, 404, "no session");
    let stale = format!("close_session?id=0x7&epoch={}", now + 9);
    refused(&ensemble, leader, OPERATOR, &stale, 409, "look again");
    refused(
        &ensemble,
        leader,
        "basic eA==",
        &command,
        401,
        "Not authenticated",
    );
    let (status, answer) = order_with(
        &ensemble,
        leader,
        OPERATOR,
        "shed_connections",
        b"{\"percentage\": 0}".to_vec(),
    );
    assert_eq!(status, 200, "{answer}");
    ensemble.kill(leader);

    let log = audit_log(&ensemble, leader);
    let whole = zoowarden_audit::check(&log, None).unwrap();
    assert_eq!((whole.lines, whole.torn_bytes), (6, 0));
    let mut entries = Vec::new();
    zoowarden_audit::entries(&log, |entry| entries.push(entry.unwrap().record)).unwrap();
    let close = "close_session".to_owned();
    assert_eq!(
        audited(&ensemble, leader),
        [
            (close.clone(), Outcome::Begun),
            (close.clone(), Outcome::Refused),
            (close.clone(), Outcome::Refused),
            (close, Outcome::Refused),
            ("shed_connections".into(), Outcome::Begun),
            ("shed_connections".into(), Outcome::Done),
        ]
    );
    let first = &entries[0];
    assert_eq!(first.principal, "digest:operator");
    assert_eq!(first.reason.as_deref(), Some("CHG-17"));
    assert_eq!(first.arguments["id"], "0x7");
    assert!(first.host.starts_with("127."), "{}", first.host);
    let before = first.before.unwrap();
    assert_eq!(before.leader.map(|sid| sid.0), Some(leader as i64));
    assert_eq!(before.epoch.map(i64::from), Some(now));
    assert!(first.gates.iter().all(|gate| gate.passed));
    assert!(
        entries[2]
            .gates
            .iter()
            .any(|gate| gate.name == "epoch" && !gate.passed)
    );
    let text = std::fs::read_to_string(&log).unwrap();
    assert!(!text.contains("secret"), "no password is written");

    ensemble.start(leader);
    ensemble.wait_settled();
    refused(&ensemble, leader, OPERATOR, &stale, 409, "look again");
    assert_eq!(zoowarden_audit::check(&log, None).unwrap().lines, 7);
}

#[test]
fn lines_go_to_syslog_where_asked() {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("log");
    let syslog = UnixDatagram::bind(&socket).unwrap();
    syslog.set_read_timeout(Some(PATIENCE)).unwrap();
    let setting = format!("zoowarden.auditSyslog={}\n", socket.display());
    let mut ensemble = three_with(setting.leak());
    let leader = ensemble.wait_settled();
    refused(
        &ensemble,
        leader,
        OPERATOR,
        "close_session?id=0x7&epoch=99",
        409,
        "look again",
    );
    let mut buffer = vec![0; 8192];
    let len = syslog.recv(&mut buffer).unwrap();
    let line = String::from_utf8_lossy(&buffer[..len]);
    assert!(line.starts_with("<85>zoowarden["), "{line}");
    assert!(line.contains("\"what\":\"close_session\""), "{line}");
}
