//! Clients on real sockets: well-behaved ones are served and survive restarts; malformed,
//! oversized, slow and silent ones harm nobody but themselves.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail the test"
)]

mod harness;

use std::{
    io::Write,
    thread,
    time::{Duration, Instant},
};

use bytes::BytesMut;
use harness::{
    RawClient, TestServer, connect, is_closed_by_server,
    raw_client::{path_request, set_request},
    wait_until,
};
use zoowarden_shared::{
    ErrorCode, SessionId,
    proto::{AddWatchMode, AddWatchRequest, ConnectRequest, OpCode},
};

#[test]
fn what_was_written_is_there_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    let mut client = server.session();
    assert_eq!(client.create("/a", b"one"), ErrorCode::Ok);
    let (err, written) = client.set("/a", b"two");
    assert_eq!(err, ErrorCode::Ok);
    server.stop().unwrap();

    let server = TestServer::start(directory.path());
    let found = server.session().get("/a").unwrap();
    assert_eq!(found.data.unwrap(), "two");
    assert_eq!((found.stat.mzxid, found.stat.version), (written, 1));
}

#[test]
fn a_session_lives_on_over_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    let client = server.session();
    let resume = ConnectRequest {
        timeout_ms: client.timeout_ms,
        session_id: client.session,
        password: Some(client.password.clone()),
        ..ConnectRequest::default()
    };
    server.stop().unwrap();

    let server = TestServer::start(directory.path());
    let resumed = RawClient::handshake(server.client, &resume).unwrap();
    assert_eq!(resumed.session, client.session);
    let stranger = ConnectRequest {
        session_id: SessionId(client.session.0 + 77),
        ..resume
    };
    let refused = RawClient::handshake(server.client, &stranger).unwrap();
    assert_eq!((refused.session, refused.timeout_ms), (SessionId(0), 0));
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    let mut client = server.session();
    client.create("/a", b"");
    let mut batch = BytesMut::new();
    for round in 0..500 {
        let frame = match round % 3 {
            0 => client.frame(OpCode::SetData, &set_request("/a", &[round as u8])),
            1 => client.frame(OpCode::GetData, &path_request("/a")),
            _ => client.frame(OpCode::Exists, &path_request("/missing")),
        };
        batch.extend_from_slice(&frame);
    }
    client.stream.write_all(&batch).unwrap();
    for expected in 2..502 {
        let reply = client.receive().unwrap();
        assert_eq!(reply.header.xid, expected);
    }
}

#[test]
fn requests_may_arrive_byte_by_byte() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    let mut client = server.session();
    client.stream.set_nodelay(true).unwrap();
    let frame = client.frame(OpCode::GetData, &path_request("/"));
    for byte in &frame {
        client.stream.write_all(&[*byte]).unwrap();
    }
    assert_eq!(client.receive().unwrap().header.err, ErrorCode::Ok);
}

/// Opens the given number of connections, does something odd with each, and checks that a
/// client beside them is served as if they were not there.
fn beside_a_good_client(server: &TestServer, mut oddity: impl FnMut(&TestServer)) {
    let mut good = server.session();
    good.create("/good", b"before");
    oddity(server);
    let asked = Instant::now();
    assert_eq!(good.get("/good").unwrap().data.unwrap(), "before");
    assert!(asked.elapsed() < harness::PATIENCE);
}

#[test]
fn a_malformed_stream_costs_its_own_connection_only() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    let streams: [&[u8]; 6] = [
        b"GET / HTTP/1.1\r\n\r\n",
        &[0xff; 64],
        &[0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0],
        // A handshake frame that holds nothing, and one whose password is longer than it.
        &[0, 0, 0, 0],
        &[0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1],
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ];
    beside_a_good_client(&server, |server| {
        for bytes in streams {
            let mut stream = connect(server.client);
            stream.write_all(bytes).unwrap();
            assert!(is_closed_by_server(&mut stream), "{bytes:?}");
        }
    });
}

#[test]
fn a_malformed_request_costs_its_own_connection_only() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    beside_a_good_client(&server, |server| {
        let mut bad = server.session();
        // A getData whose path is longer than the frame: as in Apache, an error and no more.
        let longer = [0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 99];
        bad.stream.write_all(&longer).unwrap();
        assert_eq!(
            bad.receive().unwrap().header.err,
            ErrorCode::MarshallingError
        );
        // A frame that does not even hold a header.
        bad.stream.write_all(&[0, 0, 0, 2, 0, 0]).unwrap();
        assert!(is_closed_by_server(&mut bad.stream));
    });
}

#[test]
fn a_frame_longer_than_jute_maxbuffer_is_not_waited_for() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start_with(directory.path(), |config| {
        config.limits.jute_max_buffer_bytes = 1000;
    });
    beside_a_good_client(&server, |server| {
        let mut large = server.session();
        // The largest one that is taken: 1000 bytes without the prefix.
        let path = format!("/{}", "x".repeat(1000 - 8 - 4 - 1 - 1));
        let frame = large.frame(OpCode::Exists, &path_request(&path));
        assert_eq!(frame.len(), 1004);
        large.stream.write_all(&frame).unwrap();
        assert_eq!(large.receive().unwrap().header.err, ErrorCode::NoNode);
        large.stream.write_all(&1001_u32.to_be_bytes()).unwrap();
        assert!(is_closed_by_server(&mut large.stream));
    });
}

#[test]
fn who_says_nothing_is_let_go_and_counted() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start_with(directory.path(), |config| {
        config.limits.sessionless_timeout_ms = 100;
    });
    beside_a_good_client(&server, |server| {
        let mut silent = connect(server.client);
        let mut half = connect(server.client);
        half.write_all(&[0, 0, 0, 44, 0, 0]).unwrap();
        assert!(is_closed_by_server(&mut silent));
        assert!(is_closed_by_server(&mut half));
        wait_until("both are counted", || {
            let mntr = server.word("mntr");
            mntr.contains("zk_sessionless_connections_expired\t2")
        });
    });
}

#[test]
fn a_client_that_never_reads_is_not_read_any_more_and_fills_no_memory() {
    const NODE: usize = 500_000;
    const ASKED: usize = 2000;
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    let mut slow = server.session();
    slow.create("/large", &vec![7; NODE]);
    beside_a_good_client(&server, |_| {
        // A gigabyte of answers in a few kilobytes of requests.
        let mut batch = BytesMut::new();
        for _ in 0..ASKED {
            batch.extend_from_slice(&slow.frame(OpCode::GetData, &path_request("/large")));
        }
        slow.stream.write_all(&batch).unwrap();
        let answered = || -> u64 {
            let cons = server.word("cons");
            let line = cons
                .lines()
                .find(|line| line.contains(&slow.session.to_string()));
            let sent = line.unwrap().split("sent=").nth(1).unwrap();
            sent.split(',').next().unwrap().parse().unwrap()
        };
        wait_until("it stops answering", || {
            let before = answered();
            thread::sleep(Duration::from_millis(50));
            before > 2 && before == answered()
        });
        assert!(answered() < 100, "{} answers wait for nobody", answered());
    });
    // Once it reads, it gets everything, in order.
    for expected in 2..2 + ASKED as i32 {
        let reply = slow.receive().unwrap();
        assert_eq!(reply.header.xid, expected);
        assert!(reply.body.len() > NODE);
    }
}

#[test]
fn more_connections_than_max_client_cnxns_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start_with(directory.path(), |config| {
        config.limits.max_client_cnxns = 3;
    });
    let first = server.session();
    let _others = [server.session(), server.session()];
    let mut refused = connect(server.client);
    assert!(is_closed_by_server(&mut refused));
    drop(first);
    wait_until("there is room again", || {
        let request = ConnectRequest {
            timeout_ms: 10_000,
            password: Some(vec![0; 16].into()),
            ..ConnectRequest::default()
        };
        RawClient::handshake(server.client, &request).is_ok()
    });
}

#[test]
fn a_watcher_that_does_not_read_holds_up_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    let mut writer = server.session();
    let mut watcher = server.session();
    let watch = AddWatchRequest {
        path: "/".into(),
        mode: AddWatchMode::PersistentRecursive as i32,
    };
    let added = watcher.ask(OpCode::AddWatch, &watch);
    assert_eq!(added.header.err, ErrorCode::Ok);
    for number in 0..100 {
        let path = format!("/{number}");
        assert_eq!(writer.create(&path, b""), ErrorCode::Ok);
    }
    for _ in 0..100 {
        assert_eq!(watcher.receive().unwrap().header.xid, -1);
    }
}

#[test]
fn two_members_do_not_share_a_data_directory() {
    let directory = tempfile::tempdir().unwrap();
    let _first = TestServer::start(directory.path());
    let path = directory.path().to_owned();
    let second = thread::spawn(move || drop(TestServer::start(&path)));
    let message = second.join().unwrap_err();
    let message = message.downcast_ref::<String>().unwrap();
    assert!(message.contains("another process"), "{message}");
}

#[test]
fn a_clean_stop_lets_clients_go_and_frees_the_directory() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::start(directory.path());
    let mut client = server.session();
    client.create("/a", b"");
    server.stop().unwrap();
    assert!(is_closed_by_server(&mut client.stream));
    TestServer::start(directory.path()).stop().unwrap();
}
