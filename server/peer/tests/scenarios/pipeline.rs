//! Order: what waits for the disk, what waits for what, and in which order it is answered.

use zoowarden_peer::PeerConfig;
use zoowarden_shared::{
    ErrorCode, Zxid,
    proto::{CreateMode, EventType, OpCode, PathRequest, Request, Response, xid},
};

use crate::support::{
    Client, Harness,
    client::{
        create, create_with, delete, digest_auth, exists, frame, get_data, request_frame, set_data,
        set_data_at,
    },
};

fn two_clients() -> (Harness, Client, Client) {
    let mut harness = Harness::new(PeerConfig::default());
    let (mut a, b) = (harness.connect(), harness.connect());
    harness.ok(&mut a, &create_with("/x", b"old", CreateMode::Persistent));
    (harness, a, b)
}

fn data(response: Response) -> Vec<u8> {
    match response {
        Response::Data(response) => response.data.unwrap().to_vec(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn nothing_is_answered_before_its_transaction_is_on_the_disk() {
    let mut harness = Harness::new(PeerConfig::default());
    harness.auto_flush = false;
    let conn = harness.open();
    let request = crate::support::client::connect_request(Default::default(), &[0; 16]);
    harness.send(conn, crate::support::client::connect_frame(&request));
    assert!(harness.received(conn).is_empty(), "no session yet");
    harness.flush();
    let mut client = harness.client(conn);
    for request in [
        create("/a"),
        set_data("/a", b"1"),
        set_data("/none", b""),
        delete("/a"),
    ] {
        harness.post(&mut client, &request);
    }
    assert!(harness.replies(&client).is_empty());
    let zxid_of = |at: usize, harness: &Harness| harness.log[at].header.zxid;
    let (second, third) = (zxid_of(2, &harness), zxid_of(3, &harness));
    harness.flush_upto(second);
    assert_eq!(harness.replies(&client).len(), 2);
    harness.flush_upto(third);
    assert_eq!(harness.replies(&client)[0].err, ErrorCode::NoNode);
    harness.flush();
    assert_eq!(harness.replies(&client)[0].err, ErrorCode::Ok);
}

#[test]
fn a_session_reads_its_own_writes_and_others_do_not_wait() {
    let (mut harness, mut a, mut b) = two_clients();
    harness.auto_flush = false;
    harness.post(&mut a, &set_data("/x", b"new"));
    harness.post(&mut a, &get_data("/x", false));
    assert!(harness.replies(&a).is_empty());
    assert_eq!(data(harness.ok(&mut b, &get_data("/x", false))), b"old");
    harness.flush();
    let replies = harness.replies(&a);
    assert_eq!(replies.len(), 2);
    assert_eq!(data(replies[1].response(OpCode::GetData)), b"new");
    assert_eq!(replies[0].zxid, replies[1].zxid);
}

#[test]
fn replies_come_in_the_order_of_the_requests_whatever_their_kind() {
    let (mut harness, mut a, _) = two_clients();
    harness.auto_flush = false;
    let sent = [
        harness.post(&mut a, &set_data("/x", b"1")),
        {
            harness.send(a.conn, frame(xid::PING, OpCode::Ping.code(), &[]));
            xid::PING
        },
        harness.post(&mut a, &get_data("/x", false)),
        {
            let auth = request_frame(xid::AUTH, &digest_auth("u:p"));
            harness.send(a.conn, auth);
            xid::AUTH
        },
        harness.post(&mut a, &create("/y")),
        harness.post(&mut a, &exists("/y", false)),
    ];
    assert!(harness.replies(&a).is_empty());
    harness.flush();
    let received: Vec<i32> = harness.replies(&a).iter().map(|reply| reply.xid).collect();
    assert_eq!(received, sent);
}

#[test]
fn writes_in_flight_are_seen_by_the_writes_after_them() {
    let (mut harness, mut a, mut b) = two_clients();
    harness.auto_flush = false;
    harness.post(&mut a, &create("/p"));
    harness.post(&mut b, &create("/p/c"));
    harness.post(&mut a, &delete("/p"));
    harness.post(&mut a, &set_data_at("/p", b"", 0));
    harness.post(&mut a, &set_data_at("/p", b"", 0));
    harness.post(&mut b, &delete("/p/c"));
    harness.post(&mut a, &delete("/p"));
    harness.post(&mut b, &create("/p/c"));
    harness.flush();
    let errors = |harness: &mut Harness, client: &Client| -> Vec<ErrorCode> {
        let replies = harness.replies(client);
        replies.into_iter().map(|reply| reply.err).collect()
    };
    use ErrorCode::{BadVersion, NoNode, NotEmpty, Ok};
    assert_eq!(errors(&mut harness, &a), [Ok, NotEmpty, Ok, BadVersion, Ok]);
    assert_eq!(errors(&mut harness, &b), [Ok, Ok, NoNode]);
}

#[test]
fn numbers_of_sequential_znodes_count_creations_in_flight() {
    let (mut harness, mut a, mut b) = two_clients();
    harness.auto_flush = false;
    let request = create_with("/x/n-", b"", CreateMode::PersistentSequential);
    for _ in 0..2 {
        harness.post(&mut a, &request);
        harness.post(&mut b, &request);
    }
    harness.flush();
    let mut paths = Vec::new();
    for client in [&a, &b] {
        for reply in harness.replies(client) {
            match reply.response(OpCode::Create) {
                Response::Path(response) => paths.push(response.path),
                other => panic!("{other:?}"),
            }
        }
    }
    paths.sort();
    let expected: Vec<String> = (0..4).map(|n| format!("/x/n-{n:010}")).collect();
    assert_eq!(paths, expected);
}

#[test]
fn a_watch_event_comes_before_any_reply_that_shows_the_change() {
    let (mut harness, mut a, mut b) = two_clients();
    harness.ok(&mut b, &get_data("/x", true));
    harness.auto_flush = false;
    harness.post(&mut a, &set_data("/x", b"new"));
    // The change is not applied, so this read may show the old data, without an event.
    assert_eq!(data(harness.ok(&mut b, &get_data("/x", false))), b"old");
    harness.flush();
    harness.post(&mut b, &get_data("/x", false));
    let replies = harness.replies(&b);
    let event = replies[0].event();
    assert_eq!(event, Some((EventType::NodeDataChanged, "/x".to_owned())));
    // Since 3.9 an event carries the zxid of what caused it.
    assert_eq!(replies[0].zxid, harness.log.last().unwrap().header.zxid);
    assert_eq!(data(replies[1].response(OpCode::GetData)), b"new");
}

#[test]
fn a_sync_waits_for_everything_proposed_before_it() {
    let (mut harness, mut a, mut b) = two_clients();
    harness.auto_flush = false;
    harness.post(&mut a, &set_data("/x", b"new"));
    let path = "/x".to_owned();
    harness.post(&mut b, &Request::Sync(PathRequest { path }));
    harness.post(&mut b, &get_data("/x", false));
    harness.post(&mut a, &set_data("/x", b"newer"));
    assert!(harness.replies(&b).is_empty());
    let first = harness.log[harness.log.len() - 2].header.zxid;
    harness.flush_upto(first);
    let replies = harness.replies(&b);
    assert_eq!(replies.len(), 2);
    assert_eq!(data(replies[1].response(OpCode::GetData)), b"new");
}

#[test]
fn a_sync_with_nothing_in_flight_is_answered_at_once() {
    let (mut harness, mut a, _) = two_clients();
    harness.auto_flush = false;
    let path = "/x".to_owned();
    let reply = harness.call(&mut a, &Request::Sync(PathRequest { path }));
    assert_eq!(reply.zxid, Zxid(3));
}

#[test]
fn a_queued_read_has_the_rights_of_the_time_it_was_sent() {
    let (mut harness, mut a, mut b) = two_clients();
    harness.send(b.conn, request_frame(xid::AUTH, &digest_auth("u:p")));
    harness.replies(&b);
    let Request::Create(op, mut request) = create("/secret") else {
        panic!()
    };
    request.acl[0].id = zoowarden_shared::acl::Id::new("auth", "");
    harness.ok(&mut b, &Request::Create(op, request));
    harness.auto_flush = false;
    harness.post(&mut a, &set_data("/x", b""));
    harness.post(&mut a, &get_data("/secret", false));
    harness.send(a.conn, request_frame(xid::AUTH, &digest_auth("u:p")));
    harness.post(&mut a, &get_data("/secret", false));
    harness.flush();
    let errors: Vec<ErrorCode> = harness.replies(&a).iter().map(|reply| reply.err).collect();
    use ErrorCode::{NoAuth, Ok};
    assert_eq!(errors, [Ok, NoAuth, Ok, Ok]);
}

#[test]
fn a_sync_behind_an_own_write_waits_for_the_writes_of_others_too() {
    let (mut harness, mut a, mut b) = two_clients();
    harness.auto_flush = false;
    harness.post(&mut b, &set_data("/x", b"1"));
    let own = harness.log.last().unwrap().header.zxid;
    harness.post(&mut a, &set_data("/x", b"2"));
    let path = "/x".to_owned();
    harness.post(&mut b, &Request::Sync(PathRequest { path }));
    harness.flush_upto(own);
    assert_eq!(harness.replies(&b).len(), 1, "the write alone");
    harness.flush();
    assert_eq!(harness.replies(&b).len(), 1);
}
