//! Limits: of connections, and of requests outstanding.

use bytes::Bytes;
use zoowarden_peer::{CloseReason, PeerConfig};
use zoowarden_shared::{ErrorCode, Zxid, proto::OpCode};

use crate::support::{
    Harness, Reply,
    client::{create, exists, frame, request_frame, set_data},
};

#[test]
fn connections_of_one_address_are_bounded() {
    let mut harness = Harness::new(PeerConfig {
        max_client_cnxns: 2,
        ..PeerConfig::default()
    });
    let first = harness.open_from("10.0.0.1:1");
    harness.open_from("10.0.0.1:2");
    let refused = harness.open_from("10.0.0.1:3");
    assert_eq!(
        harness.closed.get(&refused),
        Some(&CloseReason::TooManyConnections)
    );
    let elsewhere = harness.open_from("10.0.0.2:1");
    assert!(!harness.closed.contains_key(&elsewhere));
    harness.drop_client(first);
    let again = harness.open_from("10.0.0.1:4");
    assert!(!harness.closed.contains_key(&again));
    assert_eq!(harness.peer.metrics().connection_rejected, 1);
}

#[test]
fn connections_in_all_are_bounded() {
    let mut harness = Harness::new(PeerConfig {
        max_client_cnxns: 0,
        max_cnxns: 3,
        ..PeerConfig::default()
    });
    for host in 1..=3 {
        harness.open_from(&format!("10.0.0.{host}:1"));
    }
    let refused = harness.open_from("10.0.0.4:1");
    assert!(harness.closed.contains_key(&refused));
}

#[test]
fn above_the_outstanding_limit_a_connection_that_waits_is_not_read() {
    let mut harness = Harness::new(PeerConfig {
        global_outstanding_limit: 3,
        ..PeerConfig::default()
    });
    let (mut a, mut b) = (harness.connect(), harness.connect());
    harness.ok(&mut a, &create("/x"));
    harness.auto_flush = false;
    for _ in 0..3 {
        harness.post(&mut a, &set_data("/x", b""));
    }
    assert!(harness.paused.is_empty());
    harness.post(&mut a, &set_data("/x", b""));
    assert!(harness.paused.contains(&a.conn));
    // Another connection may have one request in the pipeline all the same.
    harness.post(&mut b, &set_data("/x", b""));
    assert!(harness.paused.contains(&b.conn));
    // A read that waits for nothing is answered at once, and no reason to be paused.
    let mut c = harness.connect_with_flush();
    harness.ok(&mut c, &exists("/x", false));
    assert!(harness.paused.is_empty(), "all was answered");
}

impl Harness {
    fn connect_with_flush(&mut self) -> crate::support::Client {
        self.auto_flush = true;
        self.connect()
    }
}

#[test]
fn a_paused_connection_is_read_again_once_it_has_its_replies() {
    let mut harness = Harness::new(PeerConfig {
        global_outstanding_limit: 0,
        ..PeerConfig::default()
    });
    let mut client = harness.connect();
    harness.auto_flush = false;
    let mut other = harness.connect_with_flush();
    harness.auto_flush = false;
    harness.post(&mut client, &create("/a"));
    harness.post(&mut other, &create("/b"));
    assert_eq!(harness.paused.len(), 2);
    let first = harness.log[harness.log.len() - 2].header.zxid;
    harness.flush_upto(first);
    assert!(!harness.paused.contains(&client.conn));
    assert!(harness.paused.contains(&other.conn));
}

#[test]
fn bytes_that_are_no_request_end_their_connection_alone() {
    let cases: [(&str, Bytes); 3] = [
        ("no header", Bytes::from_static(&[0, 0, 0, 3, 1, 2, 3])),
        ("empty", Bytes::from_static(&[0, 0, 0, 0])),
        ("auth cut off", frame(-4, OpCode::Auth.code(), &[0, 0])),
    ];
    for (what, bytes) in cases {
        let mut harness = Harness::new(PeerConfig::default());
        let (bad, mut good) = (harness.connect(), harness.connect());
        harness.send(bad.conn, bytes);
        assert!(
            matches!(
                harness.closed.get(&bad.conn),
                Some(CloseReason::Malformed(_))
            ),
            "{what}"
        );
        assert!(harness.received(bad.conn).is_empty());
        harness.ok(&mut good, &exists("/", false));
    }
}

#[test]
fn a_handshake_that_is_none_ends_the_connection() {
    let mut harness = Harness::new(PeerConfig::default());
    let conn = harness.open();
    harness.send(conn, frame(1, OpCode::Ping.code(), &[]));
    assert!(matches!(
        harness.closed.get(&conn),
        Some(CloseReason::Malformed(_))
    ));
}

#[test]
fn an_unknown_opcode_is_answered_in_its_turn_and_ends_the_connection() {
    let mut harness = Harness::new(PeerConfig::default());
    let mut client = harness.connect();
    harness.auto_flush = false;
    harness.post(&mut client, &create("/a"));
    harness.send(client.conn, frame(2, 4242, &[]));
    harness.send(client.conn, request_frame(3, &exists("/a", false)));
    assert!(harness.received(client.conn).is_empty());
    harness.flush();
    let replies: Vec<Reply> = harness.replies(&client);
    assert_eq!(replies.len(), 2);
    assert_eq!(replies[0].err, ErrorCode::Ok);
    assert_eq!(
        (replies[1].err, replies[1].zxid),
        (ErrorCode::Unimplemented, Zxid(-1))
    );
    assert!(harness.closed.contains_key(&client.conn));
}

#[test]
fn what_a_lost_client_waited_for_is_outstanding_no_longer() {
    let mut harness = Harness::new(PeerConfig::default());
    let mut client = harness.connect();
    harness.auto_flush = false;
    harness.post(&mut client, &create("/a"));
    for _ in 0..3 {
        harness.post(&mut client, &exists("/a", false));
    }
    let outstanding = |harness: &Harness| {
        let view = harness.peer.server_view(harness.now);
        view.outstanding_requests
    };
    assert_eq!(outstanding(&harness), 4);
    harness.drop_client(client.conn);
    assert_eq!(outstanding(&harness), 1, "the write goes on");
    harness.flush();
    assert_eq!(outstanding(&harness), 0);
}
