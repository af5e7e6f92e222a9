//! Sessions: begun, moved, refused, expired, closed, and brought along from before a restart.

use bytes::{Bytes, BytesMut};
use zoowarden_peer::{CloseReason, Event, PeerConfig};
use zoowarden_shared::{
    ErrorCode, SessionId, Zxid,
    jute::Jute,
    password::session_password,
    proto::{ConnectResponse, CreateMode, OpCode, PathRequest, Request, Response},
    txn::Txn,
};

use crate::support::{
    Client, Harness,
    client::{
        connect_frame, connect_request, create, create_with, exists, get_data, request_frame,
        set_data,
    },
};

fn harness() -> Harness {
    Harness::new(PeerConfig::default())
}

fn reattach(harness: &mut Harness, client: &Client) -> zoowarden_peer::ConnId {
    let conn = harness.open();
    let request = connect_request(client.session, &client.password);
    harness.send(conn, connect_frame(&request));
    conn
}

#[test]
fn a_session_gets_a_timeout_within_the_bounds_and_its_own_password() {
    let mut harness = harness();
    for (asked, granted) in [(1, 6000), (30_000, 30_000), (i32::MAX, 60_000), (-5, 6000)] {
        let conn = harness.open();
        let mut request = connect_request(SessionId::NONE, &[0; 16]);
        request.timeout_ms = asked;
        harness.send(conn, connect_frame(&request));
        let client = harness.client(conn);
        assert_eq!(client.timeout_ms, granted);
        assert_eq!(client.password, session_password(client.session).as_slice());
        assert_eq!(
            (client.session.0 as u64) >> 56,
            1,
            "a standalone server's id"
        );
    }
}

#[test]
fn requests_sent_along_with_the_handshake_wait_for_the_session() {
    let mut harness = harness();
    harness.auto_flush = false;
    let conn = harness.open();
    let mut sent = BytesMut::new();
    let request = connect_request(SessionId::NONE, &[0; 16]);
    sent.extend_from_slice(&connect_frame(&request));
    sent.extend_from_slice(&request_frame(1, &exists("/", false)));
    sent.extend_from_slice(&request_frame(2, &create("/a")));
    harness.send(conn, sent.freeze());
    harness.send(conn, request_frame(3, &exists("/a", false)));
    assert!(harness.paused.contains(&conn), "not read while it waits");
    assert!(harness.received(conn).is_empty());
    harness.flush();
    assert!(!harness.paused.contains(&conn));
    assert_eq!(harness.received(conn).len(), 2);
    harness.flush();
    assert_eq!(harness.received(conn).len(), 2);
}

#[test]
fn the_newest_connection_has_the_session() {
    let mut harness = harness();
    let mut old = harness.connect();
    harness.ok(&mut old, &create_with("/e", b"", CreateMode::Ephemeral));
    harness.ok(&mut old, &get_data("/e", true));
    let conn = reattach(&mut harness, &old);
    assert_eq!(
        harness.closed.get(&old.conn),
        Some(&CloseReason::SessionMoved)
    );
    let mut new = harness.client(conn);
    assert_eq!(new.session, old.session);
    let owner = harness.stat(&mut new, "/e").unwrap().ephemeral_owner;
    assert_eq!(SessionId(owner), new.session);
    // The watch went with the old connection.
    harness.ok(&mut new, &set_data("/e", b""));
}

#[test]
fn a_moved_session_reads_what_it_wrote_before() {
    let mut harness = harness();
    let mut old = harness.connect();
    harness.ok(&mut old, &create_with("/x", b"old", CreateMode::Persistent));
    harness.auto_flush = false;
    harness.post(&mut old, &set_data("/x", b"new"));
    let conn = reattach(&mut harness, &old);
    let mut new = harness.client(conn);
    harness.post(&mut new, &get_data("/x", false));
    assert!(harness.replies(&new).is_empty());
    harness.flush();
    let Response::Data(response) = harness.replies(&new)[0].response(OpCode::GetData) else {
        panic!()
    };
    assert_eq!(response.data.as_deref(), Some(&b"new"[..]));
}

#[test]
fn a_wrong_password_is_refused_and_does_not_disturb_the_owner() {
    let mut harness = harness();
    let mut owner = harness.connect();
    for session in [owner.session, SessionId(0x1234)] {
        let conn = harness.open();
        let request = connect_request(session, &[7; 16]);
        harness.send(conn, connect_frame(&request));
        let frames = harness.received(conn);
        let response = ConnectResponse::from_bytes(frames[0].clone()).unwrap();
        assert_eq!(
            (response.timeout_ms, response.session_id),
            (0, SessionId::NONE)
        );
        assert_eq!(response.password, Some(Bytes::from_static(&[0; 16])));
        assert_eq!(
            harness.closed.get(&conn),
            Some(&CloseReason::SessionRefused)
        );
    }
    harness.ok(&mut owner, &exists("/", false));
}

#[test]
fn a_client_that_has_seen_more_is_sent_elsewhere() {
    let mut harness = harness();
    let conn = harness.open();
    let mut request = connect_request(SessionId::NONE, &[0; 16]);
    request.last_zxid_seen = Zxid(99);
    harness.send(conn, connect_frame(&request));
    assert!(harness.received(conn).is_empty());
    let seen = Zxid(99);
    assert_eq!(
        harness.closed.get(&conn),
        Some(&CloseReason::ClientAhead { seen })
    );
}

#[test]
fn a_silent_session_expires_with_its_ephemerals_in_one_transaction() {
    let mut harness = harness();
    let mut silent = harness.connect();
    let mut other = harness.connect();
    for name in ["/e1", "/e2"] {
        harness.ok(&mut silent, &create_with(name, b"", CreateMode::Ephemeral));
    }
    harness.drop_client(silent.conn);
    for _ in 0..3 {
        harness.advance_ms(9_000);
        harness.ok(&mut other, &exists("/", false));
        assert!(harness.stat(&mut other, "/e1").is_some());
    }
    // 27 s so far; expiry is rounded up to the next tick of 3 s.
    harness.advance_ms(9_000);
    assert!(harness.stat(&mut other, "/e1").is_none());
    let closing = harness.log.last().unwrap();
    assert_eq!(closing.header.session, silent.session);
    let Txn::CloseSession(Some(txn)) = &closing.txn else {
        panic!("{closing:?}")
    };
    assert_eq!(txn.paths_to_delete, ["/e1", "/e2"]);
    assert!(harness.events.contains(&Event::SessionExpired {
        session: silent.session,
        timeout_ms: 30_000
    }));
    let conn = reattach(&mut harness, &silent);
    assert_eq!(
        harness.closed.get(&conn),
        Some(&CloseReason::SessionRefused)
    );
}

#[test]
fn pings_keep_a_session_alive_and_its_expiry_closes_its_connection() {
    let mut harness = harness();
    let client = harness.connect();
    for _ in 0..10 {
        harness.advance_ms(20_000);
        harness.send(
            client.conn,
            crate::support::client::frame(-2, OpCode::Ping.code(), &[]),
        );
        assert_eq!(harness.received(client.conn).len(), 1);
    }
    harness.advance_ms(40_000);
    assert_eq!(
        harness.closed.get(&client.conn),
        Some(&CloseReason::SessionExpired)
    );
}

#[test]
fn closing_a_session_is_answered_and_ends_its_connection() {
    let mut harness = harness();
    let mut client = harness.connect();
    harness.auto_flush = false;
    // Still in flight when the session closes.
    harness.post(&mut client, &create_with("/e", b"", CreateMode::Ephemeral));
    harness.post(&mut client, &Request::CloseSession);
    harness.post(&mut client, &exists("/e", false));
    harness.post(&mut client, &create("/too-late"));
    harness.flush();
    let replies = harness.replies(&client);
    assert_eq!(replies.len(), 2, "what came after the close is dropped");
    assert_eq!(replies[1].err, ErrorCode::Ok);
    assert_eq!(
        harness.closed.get(&client.conn),
        Some(&CloseReason::SessionClosed)
    );
    let mut other = harness.connect_flushing();
    assert!(harness.stat(&mut other, "/e").is_none());
    assert!(harness.stat(&mut other, "/too-late").is_none());
}

impl Harness {
    fn connect_flushing(&mut self) -> Client {
        self.auto_flush = true;
        self.connect()
    }
}

#[test]
fn a_deleted_ephemeral_in_flight_is_not_deleted_twice() {
    let mut harness = harness();
    let mut client = harness.connect();
    harness.ok(&mut client, &create_with("/e", b"", CreateMode::Ephemeral));
    harness.auto_flush = false;
    harness.post(&mut client, &crate::support::client::delete("/e"));
    harness.post(&mut client, &Request::CloseSession);
    harness.flush();
    let Txn::CloseSession(Some(txn)) = &harness.log.last().unwrap().txn else {
        panic!()
    };
    assert!(txn.paths_to_delete.is_empty());
}

#[test]
fn sessions_outlive_a_restart_with_their_whole_timeout() {
    let mut harness = harness();
    let mut client = harness.connect();
    harness.ok(&mut client, &create_with("/e", b"", CreateMode::Ephemeral));
    harness.advance_ms(29_000);
    let mut again = harness.restart(PeerConfig::default());
    again.advance_ms(29_000);
    let conn = reattach(&mut again, &client);
    let mut client = again.client(conn);
    assert!(again.stat(&mut client, "/e").is_some());
}

/// Apache's `ZooKeeperServer.loadData` kills them without a transaction.
#[test]
fn ephemerals_without_a_session_go_at_the_start() {
    let mut harness = harness();
    let mut client = harness.connect();
    harness.ok(&mut client, &create_with("/o", b"", CreateMode::Ephemeral));
    let config = PeerConfig::default();
    let mut tree = zoowarden_tree::DataTree::new(crate::support::tree_config(&config));
    for record in &harness.log {
        tree.apply(record);
    }
    let last = harness.log.last().unwrap().header.zxid;
    let mut again = Harness::recovered(config, tree, Vec::new(), last);
    let mut client = again.connect();
    assert!(again.stat(&mut client, "/o").is_none());
    assert!(matches!(again.log[0].txn, Txn::CloseSession(_)));
}

#[test]
fn a_session_lists_its_ephemerals_by_prefix() {
    let mut harness = harness();
    let mut client = harness.connect();
    for path in ["/a1", "/a2", "/b"] {
        harness.ok(&mut client, &create_with(path, b"", CreateMode::Ephemeral));
    }
    let path = "/a".to_owned();
    let request = Request::GetEphemerals(PathRequest { path });
    let Response::Children(mut response) = harness.ok(&mut client, &request) else {
        panic!()
    };
    response.children.sort();
    assert_eq!(response.children, ["/a1", "/a2"]);
}

#[test]
fn a_session_that_is_being_closed_is_not_taken_up_again() {
    let mut harness = harness();
    let mut client = harness.connect();
    harness.auto_flush = false;
    harness.post(&mut client, &Request::CloseSession);
    let conn = reattach(&mut harness, &client);
    assert_eq!(
        harness.closed.get(&conn),
        Some(&CloseReason::SessionRefused)
    );
    harness.advance_ms(60_000);
    let closings = harness
        .log
        .iter()
        .filter(|record| matches!(record.txn, Txn::CloseSession(_)));
    assert_eq!(closings.count(), 1, "nor does it expire");
    harness.flush();
    assert_eq!(harness.peer.server_view(harness.now).session_count, 0);
}
