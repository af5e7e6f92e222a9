//! The stream of heartbeats on the AdminServer's port, over real sockets.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail the test"
)]

mod harness;

use std::{
    io::{BufRead, BufReader, Lines, Write},
    net::TcpStream,
};

use harness::{TestServer, connect, is_closed_by_server, wait_until};
use zoowarden_shared::{
    admin::{HEARTBEAT_MS, Heartbeat},
    config::FourLetterWhitelist,
};

const PATH: &str = "/commands/zoowarden/stream";
/// How many may listen at the same time.
const MAX_STREAMS: usize = 16;

/// One who listens.
struct Listener {
    status: String,
    lines: Lines<BufReader<TcpStream>>,
}

impl Listener {
    fn open(server: &TestServer, path: &str) -> Self {
        let mut stream = connect(server.admin);
        write!(stream, "GET {path} HTTP/1.1\r\nHost: it\r\n\r\n").unwrap();
        let mut lines = BufReader::new(stream).lines();
        let status = lines.next().unwrap().unwrap();
        Self { status, lines }
    }

    /// The next beat: the line in the next chunk that is one.
    fn beat(&mut self) -> Heartbeat {
        let mut lines = self.lines.by_ref().map(Result::unwrap);
        lines.find_map(|line| Heartbeat::parse(&line)).unwrap()
    }
}

#[test]
fn beats_come_in_sequence_and_tell_what_has_changed() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start_with(directory.path(), |config| {
        // The words' whitelist is about words.
        config.four_letter_words = FourLetterWhitelist::parse("");
    });
    let mut listener = Listener::open(&server, PATH);
    assert_eq!(listener.status, "HTTP/1.1 200 OK");
    let first = listener.beat();
    assert!(first.serving);
    assert_eq!(
        (first.role.as_str(), first.interval_ms),
        ("standalone", HEARTBEAT_MS)
    );
    for n in 1..=5 {
        let beat = listener.beat();
        assert_eq!((beat.seq, &beat.boot), (first.seq + n, &first.boot));
        assert!(beat.uptime_ms > first.uptime_ms);
    }
    let _client = server.session();
    wait_until("the new session's connection is told", || {
        let beat = listener.beat();
        beat.connections == 1 && beat.zxid > first.zxid && beat.fsync_last_us.is_some()
    });
}

#[test]
fn all_who_listen_hear_the_same_beats() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    let mut one = Listener::open(&server, PATH);
    let mut other = Listener::open(&server, PATH);
    let theirs = other.beat();
    let mut ours = one.beat();
    while ours.seq < theirs.seq {
        ours = one.beat();
    }
    assert_eq!(ours, theirs);
}

#[test]
fn streams_end_with_the_member() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    let mut listener = Listener::open(&server, PATH);
    listener.beat();
    server.stop().unwrap();
    let rest: Vec<String> = listener.lines.map(Result::unwrap).collect();
    assert_eq!(
        &rest[rest.len() - 2..],
        ["0", ""],
        "HTTP's proper end, not a torn line"
    );
}

#[test]
fn so_many_may_listen_and_no_more_until_one_leaves() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    let mut listeners: Vec<_> = (0..MAX_STREAMS)
        .map(|_| Listener::open(&server, PATH))
        .collect();
    for listener in &mut listeners {
        listener.beat();
    }
    let (status, body) = server.http("GET", PATH, "");
    assert_eq!((status, body.contains("16 streams")), (503, true), "{body}");
    assert_eq!(
        server.http("GET", "/commands/ruok", "").0,
        200,
        "commands are answered all the same"
    );
    listeners.pop();
    wait_until("the place is free again", || {
        Listener::open(&server, PATH).status.contains("200")
    });
}

#[test]
fn it_is_under_the_command_url_and_outlives_the_idle_timeout() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start_with(directory.path(), |config| {
        config.admin.command_url = "/zk".into();
        config.admin.idle_timeout_ms = 100;
    });
    let mut listener = Listener::open(&server, "/zk/zoowarden/stream");
    for _ in 0..5 {
        listener.beat();
    }
    assert!(!Listener::open(&server, PATH).status.contains("200"));
    let mut silent = connect(server.admin);
    assert!(is_closed_by_server(&mut silent));
    listener.beat();
}
