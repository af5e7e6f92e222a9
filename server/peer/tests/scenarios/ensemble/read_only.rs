//! Members without a leader, and the clients that can do with that.

use bytes::Bytes;
use zoowarden_peer::{CloseReason, ConnId, PeerConfig};
use zoowarden_shared::{
    ErrorCode, SessionId, Sid,
    proto::{ConnectResponse, CreateMode, MultiOp, PathRequest, Request},
};

use super::network::{Network, clients::Client};
use crate::support::client::{
    connect_frame, connect_request, create, create_with, delete, exists, get_data, path_version,
    set_data,
};

/// More than the grace that an election is given.
const GRACE_MS: u64 = 2500;

fn read_only(config: &mut PeerConfig) {
    config.read_only_mode_enabled = true;
}

/// One member that does not hear the others any more, and has shown `/a`.
fn alone() -> (Network, Sid) {
    let mut network = Network::with(3, read_only);
    let leader = network.settle_leader();
    let mut client = network.connect(leader);
    network.ok(
        &mut client,
        &create_with("/a", b"1", CreateMode::Persistent),
    );
    network.run_ms(500);
    let sid = network.others(leader)[0];
    isolate(&mut network, sid);
    (network, sid)
}

fn isolate(network: &mut Network, sid: Sid) {
    for other in network.others(sid) {
        network.cut(sid, other);
    }
}

fn knock(network: &mut Network, sid: Sid, session: SessionId, password: &[u8]) -> ConnId {
    let mut request = connect_request(session, password);
    request.read_only = Some(true);
    request.timeout_ms = 4000;
    let conn = network.open(sid);
    network.send_frames(sid, conn, connect_frame(&request));
    conn
}

fn reader(network: &mut Network, sid: Sid) -> (Client, ConnectResponse) {
    let conn = knock(network, sid, SessionId::NONE, &[0; 16]);
    let response = network.handshake_answer(sid, conn);
    let client = Client {
        member: sid,
        conn,
        session: response.session_id,
        password: response.password.clone().unwrap(),
        xid: 0,
    };
    (client, response)
}

#[test]
fn a_member_alone_shows_what_is_applied_and_takes_no_write() {
    let (mut network, sid) = alone();
    network.run_ms(GRACE_MS);
    assert_eq!(network.mode(sid), "read-only");
    assert!(network.peer(sid).server_view(network.now).serving);
    let (mut client, response) = reader(&mut network, sid);
    assert_eq!(response.read_only, Some(true));
    assert_ne!(response.session_id, SessionId::NONE);
    assert_eq!(network.data(&mut client, "/a"), Bytes::from_static(b"1"));
    let path = "/".to_owned();
    for request in [
        create("/b"),
        delete("/a"),
        set_data("/a", b"2"),
        create_with("/e", b"", CreateMode::Ephemeral),
        Request::Multi(vec![MultiOp::Delete(path_version("/a", -1))]),
        Request::Sync(PathRequest { path }),
    ] {
        let reply = network.call(&mut client, &request);
        assert_eq!(reply.err, ErrorCode::NotReadOnly, "{request:?}");
        assert!(reply.body.is_empty());
    }
    assert!(network.exists(&mut client, "/a"));
    network.ok(&mut client, &Request::CloseSession);
    assert_eq!(network.closed(&client), Some(CloseReason::SessionClosed));
}

#[test]
fn who_did_not_say_that_it_only_reads_is_sent_away() {
    let (mut network, sid) = alone();
    network.run_ms(GRACE_MS);
    for read_only in [Some(false), None] {
        let conn = network.open(sid);
        let mut request = connect_request(SessionId::NONE, &[0; 16]);
        request.read_only = read_only;
        network.send_frames(sid, conn, connect_frame(&request));
        let closed = network.members[&sid].closed_with(conn);
        assert_eq!(closed, Some(&CloseReason::NotServing));
        assert!(network.received(sid, conn).is_empty());
    }
}

#[test]
fn an_election_is_given_its_time_first() {
    let (mut network, sid) = alone();
    network.run_ms(1900);
    assert_eq!(network.mode(sid), "leaderelection");
    let conn = network.open(sid);
    let closed = network.members[&sid].closed_with(conn);
    assert_eq!(closed, Some(&CloseReason::NotServing));
    // Nor is a leader's crash a reason to show less than all.
    let (mut network, sid) = (Network::with(3, read_only), Sid(1));
    let leader = network.settle_leader();
    let mut client = network.connect(leader);
    network.ok(&mut client, &create("/a"));
    network.crash(leader);
    network.run_until(5000, |network| network.mode(sid) == "read-only");
    network.settle_leader();
    assert_ne!(network.mode(sid), "read-only");
}

#[test]
fn a_member_that_is_not_told_to_refuses_all() {
    let (mut network, leader) = Network::established();
    let sid = network.others(leader)[0];
    isolate(&mut network, sid);
    network.run_ms(20_000);
    assert_eq!(network.mode(sid), "leaderelection");
}

#[test]
fn readers_are_sent_on_when_there_is_a_leader() {
    let (mut network, sid) = alone();
    network.run_ms(GRACE_MS);
    let (mut client, _) = reader(&mut network, sid);
    network.ok(&mut client, &get_data("/a", true));
    network.heal();
    network.settle_leader();
    assert_eq!(network.closed(&client), Some(CloseReason::NotServing));
    let mode = network.mode(sid);
    assert!(["leader", "follower"].contains(&mode), "{mode}");
    // Its session was this member's own, for as long as it was read-only.
    let conn = knock(&mut network, sid, client.session, &client.password);
    let response = network.handshake_answer(sid, conn);
    assert_eq!(response.session_id, SessionId::NONE);
    let (mut client, response) = reader(&mut network, sid);
    assert_eq!(response.read_only, Some(false));
    network.ok(&mut client, &create("/b"));
    network.assert_converged();
}

/// TRAPS.md, fastForwardDataBase: what nobody has decided is not shown.
#[test]
fn what_is_logged_and_not_decided_is_not_shown() {
    let mut network = Network::with(3, read_only);
    let leader = network.settle_leader();
    let mut client = network.connect(leader);
    network.ok(&mut client, &create("/a"));
    network.auto_flush(&network.others(leader), false);
    network.post(&mut client, &create("/undecided"));
    network.post(&mut client, &delete("/a"));
    network.settle();
    let zxid = network.peer(leader).server_view(network.now).zxid;
    let others = network.others(leader);
    for sid in network.sids() {
        isolate(&mut network, sid);
    }
    network.auto_flush(&others, true);
    network.run_ms(20_000);
    for sid in network.sids() {
        assert_eq!(network.mode(sid), "read-only");
        let view = network.peer(sid).server_view(network.now);
        assert_eq!(view.zxid, zxid);
        assert!(view.last_logged_zxid > zxid);
        let (mut client, _) = reader(&mut network, sid);
        assert!(network.exists(&mut client, "/a"));
        assert!(!network.exists(&mut client, "/undecided"));
    }
    network.heal();
    network.settle_leader();
    network.assert_converged();
}

#[test]
fn a_member_that_starts_alone_shows_what_its_disk_has() {
    let (mut network, sid) = alone();
    network.crash(sid);
    network.start(sid);
    network.run_ms(1000);
    assert_eq!(network.mode(sid), "leaderelection");
    network.run_ms(GRACE_MS);
    assert_eq!(network.mode(sid), "read-only");
    let (mut client, _) = reader(&mut network, sid);
    assert_eq!(network.data(&mut client, "/a"), Bytes::from_static(b"1"));
}

/// A leader's snapshot alone may lack what this member had acknowledged.
#[test]
fn a_member_that_lost_its_data_shows_none_before_it_can_vouch_for_it_again() {
    let (mut network, sid) = alone();
    network.crash(sid);
    network.member(sid).disk.lose_all();
    network.start(sid);
    network.run_ms(GRACE_MS);
    assert_eq!(network.mode(sid), "leaderelection", "it has nothing");
    network.member(sid).disk.keeps_epoch = true;
    network.heal();
    let is_sent = |network: &Network| network.members[&sid].disk.stagings == 1;
    assert!(network.run_until(10_000, is_sent));
    isolate(&mut network, sid);
    network.run_ms(2 * GRACE_MS);
    assert!(!network.view(sid).unwrap().status.vouches);
    assert_eq!(network.mode(sid), "leaderelection", "it has a snapshot");

    network.member(sid).disk.keeps_epoch = false;
    network.heal();
    network.settle_leader();
    isolate(&mut network, sid);
    network.run_ms(2 * GRACE_MS);
    assert_eq!(network.mode(sid), "read-only", "it has all again");
    let (mut client, _) = reader(&mut network, sid);
    assert_eq!(network.data(&mut client, "/a"), Bytes::from_static(b"1"));
}

#[test]
fn a_session_that_all_know_is_not_taken_up_and_not_ended() {
    let mut network = Network::with(3, read_only);
    let leader = network.settle_leader();
    let sid = network.others(leader)[0];
    let mut client = network.connect(sid);
    network.ok(&mut client, &create_with("/e", b"", CreateMode::Ephemeral));
    network.run_ms(500);
    isolate(&mut network, sid);
    network.run_ms(GRACE_MS);
    let conn = knock(&mut network, sid, client.session, &client.password);
    let closed = network.members[&sid].closed_with(conn);
    assert_eq!(closed, Some(&CloseReason::NotServing));
    assert!(network.received(sid, conn).is_empty(), "it was not refused");
    let mut client = network.move_to(&client, leader);
    network.ok(&mut client, &set_data("/e", b"here"));
    // One that nobody knows has expired.
    let password = zoowarden_shared::password::session_password(SessionId(7));
    let conn = knock(&mut network, sid, SessionId(7), &password);
    let response = network.handshake_answer(sid, conn);
    assert_eq!(response.session_id, SessionId::NONE);
}

#[test]
fn a_reader_that_falls_silent_expires() {
    let (mut network, sid) = alone();
    network.run_ms(GRACE_MS);
    let (silent, _) = reader(&mut network, sid);
    let (mut lively, _) = reader(&mut network, sid);
    for _ in 0..4 {
        network.run_ms(2000);
        network.call(&mut lively, &exists("/", false));
    }
    assert_eq!(network.closed(&silent), Some(CloseReason::SessionExpired));
    assert_eq!(network.closed(&lively), None);
    // It can go on with its session as long as this member is read-only.
    let again = knock(&mut network, sid, lively.session, &lively.password);
    let response = network.handshake_answer(sid, again);
    assert_eq!(response.session_id, lively.session);
    assert_eq!(response.read_only, Some(true));
}
