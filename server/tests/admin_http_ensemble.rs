//! What the AdminServer of a member of an ensemble tells: who observes it, and that its data
//! is not what others have.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by them"
)]

use std::{fs, path::Path, time::Duration};

use bytes::BytesMut;
use serde_json::Value;
use zoowarden_client::{http, http_lines::HttpLines};
use zoowarden_shared::{
    admin::{Heartbeat, STREAM_PATH},
    file::{header::HEADER_LEN, log::put_record},
};
use zoowarden_testkit::{Ensemble, Kind, Options, free_port, words::mntr};

const PATIENCE: Duration = Duration::from_secs(20);

/// Members of ours; who of them is started first has the AdminServer, at this address. The
/// others find its port taken, which is no reason for them not to start.
fn ensemble(members: usize, options: Options) -> (Ensemble, String) {
    let port = free_port();
    let settings = format!(
        "admin.enableServer=true\nadmin.serverAddress=127.0.0.1\nadmin.serverPort={port}\n"
    );
    let options = Options {
        settings: settings.leak(),
        ..options
    };
    let ensemble = Ensemble::new(&vec![Kind::Ours; members], &options);
    (ensemble, format!("127.0.0.1:{port}"))
}

/// Starts this member and waits until it has the AdminServer.
fn start_with_admin(ensemble: &mut Ensemble, sid: usize, admin: &str) {
    ensemble.start(sid);
    ensemble.wait("there is an AdminServer", |_| {
        std::net::TcpStream::connect(admin).ok()
    });
}

fn command(ensemble: &Ensemble, admin: &str, name: &str) -> Value {
    let path = format!("/commands/{name}");
    let asking = http::get(admin, &path, PATIENCE);
    let answer = ensemble.handle().block_on(asking).unwrap();
    serde_json::from_str(&answer.body).unwrap()
}

#[test]
fn a_leader_tells_of_those_who_observe_it() {
    let options = Options {
        observers: vec![3],
        ..Options::default()
    };
    let (mut ensemble, admin) = ensemble(3, options);
    start_with_admin(&mut ensemble, 2, &admin);
    ensemble.start(1);
    ensemble.start(3);
    assert_eq!(ensemble.wait_settled(), 2);
    let client = ensemble.client(3);
    for path in ["/a", "/b"] {
        client.make(path);
    }
    ensemble.wait_level();

    let told = command(&ensemble, &admin, "observers");
    assert_eq!(told["synced_observers"], 1, "{told}");
    let observer = &told["observers"][0];
    let fields: Vec<_> = observer.as_object().unwrap().keys().collect();
    let apaches = [
        "remote_socket_address",
        "sid",
        "established",
        "queued_packets",
        "queued_packets_size",
        "packets_received",
        "packets_sent",
        "requests",
        "last_zxid",
    ];
    assert_eq!(fields, apaches);
    assert_eq!(observer["sid"], 3);
    let remote = observer["remote_socket_address"].as_str().unwrap();
    assert!(remote.starts_with("/127.0.0.1:"), "{remote}");
    let number = |observer: &Value, name: &str| observer[name].as_i64().unwrap();
    // The session and the two znodes were asked for through it.
    assert!(number(observer, "requests") >= 3, "{observer}");
    assert!(number(observer, "packets_received") > number(observer, "requests"));
    assert!(number(observer, "packets_sent") > 3, "{observer}");
    assert!(number(observer, "last_zxid") > 1 << 32, "{observer}");

    command(&ensemble, &admin, "observer_connection_stat_reset");
    let told = command(&ensemble, &admin, "observers");
    assert_eq!(told["observers"][0]["requests"], 0, "{told}");
    client.close();
}

/// Changes this text in the data of a logged transaction, checksum and all, as only a bug can.
fn change_history(log: &Path, from: &[u8], to: &[u8]) {
    let mut file = fs::read(log).unwrap();
    let at = file.windows(from.len()).position(|part| part == from);
    let at = at.expect("it is in the log");
    let mut record = HEADER_LEN;
    loop {
        let length = u32::from_be_bytes(file[record + 8..record + 12].try_into().unwrap());
        let txn = record + 12..record + 12 + length as usize;
        let next = txn.end + 1;
        if txn.contains(&at) {
            file[at..at + from.len()].copy_from_slice(to);
            let mut changed = BytesMut::new();
            put_record(&mut changed, &file[txn]);
            file[record..next].copy_from_slice(&changed);
            break;
        }
        record = next;
    }
    fs::write(log, file).unwrap();
}

/// Its log tells it once, its measures and its heartbeats go on telling.
#[test]
fn a_member_whose_data_differs_says_so() {
    let (mut ensemble, admin) = ensemble(3, Options::default());
    for sid in ensemble.sids() {
        ensemble.start(sid);
    }
    ensemble.wait_settled();
    let client = ensemble.client(2);
    client.make("/a");
    client.set("/a", b"as all have it");
    ensemble.wait_level();
    ensemble.kill(1);
    let log = ensemble.member(1).logs().pop().unwrap();
    change_history(&log, b"as all have it", b"as one has it.");
    // The AdminServer is to be its own.
    for sid in [2, 3] {
        ensemble.kill(sid);
    }
    drop(client);
    start_with_admin(&mut ensemble, 1, &admin);
    ensemble.start(2);
    ensemble.start(3);
    ensemble.wait_settled();

    let client = ensemble.client(2);
    for path in ["/b", "/c", "/d"] {
        client.make(path);
    }
    client.close();
    let odd = ensemble.address(1);
    let count = "digest_mismatches_count";
    let told = ensemble.wait("it has found it", |_| {
        let told = mntr(odd);
        (told.get(count)?.parse::<u64>().ok()? >= 3).then_some(told)
    });
    let first = told["zoowarden_first_digest_mismatch"].clone();
    assert!(first.starts_with("0x"), "{first}");
    let monitor = command(&ensemble, &admin, "monitor");
    assert!(monitor[count].as_u64() >= Some(3), "{monitor}");
    assert_eq!(monitor["zoowarden_first_digest_mismatch"], first);
    let beat = ensemble.handle().block_on(async {
        let path = format!("/commands/{STREAM_PATH}");
        let mut lines = HttpLines::open(&admin, &path, PATIENCE).await.unwrap();
        Heartbeat::parse(&lines.next().await.unwrap().unwrap()).unwrap()
    });
    let part = beat.ensemble.unwrap();
    assert!(part.digest_mismatches >= 3, "{part:?}");
    let first_in_beat = part.first_digest_mismatch.map(|zxid| format!("{zxid:#x}"));
    assert_eq!(first_in_beat, Some(first));

    let said = ensemble.member(1).said();
    let lines = said.matches("the digest in the transaction is not our tree's");
    assert_eq!(lines.count(), 1, "{said}");
    for sid in [2, 3] {
        assert_eq!(mntr(ensemble.address(sid))[count], "0", "member {sid}");
    }
}
