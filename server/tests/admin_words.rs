//! Four-letter words of a running member, beside what a running Apache 3.8.0 gave.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail the test"
)]

mod harness;

use std::{collections::BTreeSet, io::Write};

use harness::{TestServer, connect};
use zoowarden_shared::config::FourLetterWhitelist;

fn golden(word: &str) -> String {
    let path = format!("../shared/tests/golden/fourletter/{word}.txt");
    std::fs::read_to_string(path).unwrap()
}

/// What stands before the separator in each line.
fn keys(text: &str, separator: char) -> BTreeSet<String> {
    let lines = text.lines().filter_map(|line| line.split_once(separator));
    lines.map(|(key, _)| key.to_owned()).collect()
}

#[test]
fn mntr_has_apaches_keys_only_and_those_that_dashboards_read() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    let ours = keys(&server.word("mntr"), '\t');
    let apaches = keys(&golden("mntr"), '\t');
    let invented: Vec<_> = ours
        .difference(&apaches)
        .filter(|key| !key.starts_with("zk_zoowarden_"))
        .collect();
    assert!(invented.is_empty(), "{invented:?}");
    for key in [
        "zk_version",
        "zk_server_state",
        "zk_avg_latency",
        "zk_max_latency",
        "zk_min_latency",
        "zk_packets_received",
        "zk_packets_sent",
        "zk_num_alive_connections",
        "zk_outstanding_requests",
        "zk_znode_count",
        "zk_watch_count",
        "zk_ephemerals_count",
        "zk_approximate_data_size",
        "zk_open_file_descriptor_count",
        "zk_max_file_descriptor_count",
        "zk_global_sessions",
        "zk_uptime",
        "zk_p99_updatelatency",
        "zk_avg_fsynctime",
    ] {
        assert!(ours.contains(key), "{key} is missing");
    }
}

#[test]
fn conf_srvr_and_envi_have_apaches_keys() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    for (word, separator) in [("conf", '='), ("srvr", ':'), ("envi", '='), ("dirs", ':')] {
        let ours = keys(&server.word(word), separator);
        assert_eq!(ours, keys(&golden(word), separator), "{word}");
    }
}

#[test]
fn short_words_answer_to_the_letter() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    for word in ["ruok", "isro", "gtmk", "srst", "crst"] {
        assert_eq!(server.word(word), golden(word), "{word}");
    }
}

#[test]
fn stmk_sets_what_gtmk_tells() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    let set = String::from_utf8([b"stmk".as_slice(), &7_i64.to_be_bytes()].concat()).unwrap();
    assert_eq!(server.word(&set), "7");
    assert_eq!(server.word("gtmk"), "7");
}

#[test]
fn a_word_may_arrive_in_pieces() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    let mut stream = connect(server.client);
    stream.set_nodelay(true).unwrap();
    for byte in b"ruok" {
        stream.write_all(&[*byte]).unwrap();
    }
    let mut answer = String::new();
    std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
    assert_eq!(answer, "imok");
}

#[test]
fn only_words_of_the_whitelist_are_executed() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start_with(directory.path(), |config| {
        config.four_letter_words = FourLetterWhitelist::parse("ruok");
    });
    assert_eq!(server.word("ruok"), "imok");
    assert_eq!(server.word("mntr"), golden("refused-mntr"));
    assert!(server.word("srvr").starts_with("Zookeeper version: "));
}

#[test]
fn cons_and_dump_show_sessions() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    let client = server.session();
    let session = client.session.to_string();
    let cons = server.word("cons");
    let own = cons.lines().find(|line| line.contains(&session)).unwrap();
    let address = client.stream.local_addr().unwrap();
    let start = format!(" /{address}[1](queued=0,recved=1,sent=1,sid={session},lop=SESS,est=");
    assert!(own.starts_with(&start), "{own}");
    // The connection that asks is there too, without a session.
    assert!(cons.contains("[0](queued=0,recved=1,sent=0)\n"), "{cons}");
    let dump = server.word("dump");
    assert!(dump.contains("Session Sets (1)/(1):\n"), "{dump}");
    assert!(dump.contains(&format!("ip: /{address} sessionId: {session}\n")));
}
