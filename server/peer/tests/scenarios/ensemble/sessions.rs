//! Sessions that live across members.

use bytes::Bytes;
use zoowarden_peer::CloseReason;
use zoowarden_shared::{
    ErrorCode, SessionId, Zxid,
    proto::{CreateMode, PathRequest, Request},
};

use super::network::{Network, clients::data_of};
use crate::support::client::{
    connect_frame, connect_request, create, create_with, exists, frame, get_data, request_frame,
    set_data,
};

fn sync() -> Request {
    let path = "/".to_owned();
    Request::Sync(PathRequest { path })
}

fn ping() -> Bytes {
    frame(-2, 11, &[])
}

#[test]
fn session_ids_tell_which_member_gave_them() {
    let (mut network, _) = Network::established();
    for sid in network.sids() {
        let client = network.connect(sid);
        assert_eq!(client.session.0 >> 56, sid.0);
    }
}

#[test]
fn a_silent_session_on_a_follower_is_expired_by_the_leader() {
    let (mut network, leader) = Network::established();
    let follower = network.others(leader)[0];
    let mut silent = network.connect_for(follower, 4000);
    let mut alive = network.connect_for(follower, 4000);
    network.ok(&mut silent, &create_with("/e", b"", CreateMode::Ephemeral));
    network.ok(&mut alive, &create_with("/f", b"", CreateMode::Ephemeral));
    for _ in 0..12 {
        network.run_ms(1000);
        network.send_frames(follower, alive.conn, ping());
    }
    assert_eq!(network.closed(&silent), Some(CloseReason::SessionExpired));
    assert_eq!(
        network.closed(&alive),
        None,
        "its pings reach the leader as touches"
    );
    let _pings = network.replies(&alive);
    assert!(!network.exists(&mut alive, "/e"));
    assert!(network.exists(&mut alive, "/f"));
    network.assert_converged();
}

#[test]
fn closing_a_session_through_a_follower_takes_its_ephemerals_along() {
    let (mut network, leader) = Network::established();
    let mut client = network.connect(network.others(leader)[0]);
    network.ok(&mut client, &create_with("/e", b"", CreateMode::Ephemeral));
    assert_eq!(
        network.err(&mut client, &Request::CloseSession),
        ErrorCode::Ok
    );
    assert_eq!(network.closed(&client), Some(CloseReason::SessionClosed));
    let mut other = network.connect(leader);
    assert!(!network.exists(&mut other, "/e"));
    network.assert_converged();
}

#[test]
fn a_session_moves_between_members_with_its_ephemerals() {
    let (mut network, leader) = Network::established();
    let followers = network.others(leader);
    let mut client = network.connect(followers[0]);
    network.ok(&mut client, &create_with("/e", b"", CreateMode::Ephemeral));
    for sid in [followers[1], leader, followers[0], leader] {
        network.drop_client(&client);
        client = network.move_to(&client, sid);
        network.ok(&mut client, &set_data("/e", b"here"));
    }
    network.assert_converged();
}

#[test]
fn a_late_write_through_the_member_of_before_is_refused() {
    let (mut network, leader) = Network::established();
    let followers = network.others(leader);
    for (old, new) in [
        (followers[0], followers[1]),
        (followers[0], leader),
        (leader, followers[0]),
    ] {
        let mut before = network.connect(old);
        let mut after = network.move_to(&before, new);
        let path = format!("/late-{old}-{new}");
        network.post(&mut before, &create(&path));
        network.run_ms(500);
        assert_eq!(network.closed(&before), Some(CloseReason::SessionMoved));
        assert!(
            network.replies(&before).is_empty(),
            "no reply (ZOOKEEPER-710)"
        );
        assert!(!network.exists(&mut after, &path));
        network.ok(&mut after, &create(&path));
    }
}

#[test]
fn a_read_on_the_leader_tells_that_the_session_has_moved() {
    let (mut network, leader) = Network::established();
    let mut before = network.connect(leader);
    network.move_to(&before, network.others(leader)[0]);
    network.post(&mut before, &exists("/", false));
    network.settle();
    assert_eq!(network.closed(&before), Some(CloseReason::SessionMoved));
}

#[test]
fn a_follower_refuses_sessions_that_the_leader_does_not_know() {
    let (mut network, leader) = Network::established();
    let follower = network.others(leader)[0];
    let mut client = network.connect(follower);
    network.ok(&mut client, &Request::CloseSession);
    let conn = network.reattach(&client, follower);
    let response = network.handshake_answer(follower, conn);
    assert_eq!(
        (response.session_id, response.timeout_ms),
        (SessionId::NONE, 0)
    );
    let closed = network.members[&follower].closed_with(conn);
    assert_eq!(closed, Some(&CloseReason::SessionRefused));
}

#[test]
fn a_wrong_password_does_not_reach_the_leader() {
    let (mut network, leader) = Network::established();
    let follower = network.others(leader)[0];
    let mut client = network.connect(follower);
    let conn = network.open(follower);
    let request = connect_request(client.session, &[7; 16]);
    network.send_frames(follower, conn, connect_frame(&request));
    let closed = network.members[&follower].closed_with(conn);
    assert_eq!(closed, Some(&CloseReason::SessionRefused), "at once");
    network.ok(&mut client, &create("/undisturbed"));
}

#[test]
fn what_is_sent_along_with_a_handshake_waits_for_the_leaders_answer() {
    let (mut network, leader) = Network::established();
    let followers = network.others(leader);
    let client = network.connect(followers[0]);
    let conn = network.open(followers[1]);
    let request = connect_request(client.session, &client.password);
    let mut sent = connect_frame(&request).to_vec();
    sent.extend_from_slice(&request_frame(1, &create("/a")));
    sent.extend_from_slice(&request_frame(2, &exists("/a", false)));
    network.send_frames(followers[1], conn, sent.into());
    assert!(network.received(followers[1], conn).is_empty());
    network.run_ms(500);
    assert_eq!(network.received(followers[1], conn).len(), 3);
}

/// A new connection may number its requests as the one before did.
#[test]
fn a_reply_is_never_that_of_the_connection_before() {
    let (mut network, leader) = Network::established();
    for sid in [network.others(leader)[0], leader] {
        let mut old = network.connect(sid);
        network.auto_flush(&network.sids(), false);
        let (old_path, new_path) = (format!("/old{sid}"), format!("/new{sid}"));
        network.post(
            &mut old,
            &create_with(&old_path, b"old", CreateMode::Persistent),
        );
        network.settle();
        network.drop_client(&old);
        let mut new = network.move_to(&old, sid);
        new.xid = 0;
        network.post(&mut new, &get_data(&old_path, false));
        new.xid = 0;
        network.post(&mut new, &create(&new_path));
        assert!(
            network.replies(&new).is_empty(),
            "it waits for the session's own write"
        );
        network.auto_flush(&network.sids(), true);
        network.run_ms(500);
        let replies = network.replies(&new);
        assert_eq!(replies.len(), 2);
        assert_eq!(data_of(&replies[0]), Bytes::from_static(b"old"));
        let path = [&[0, 0, 0, 5], new_path.as_bytes()].concat();
        assert_eq!(replies[1].body, path, "its own create");
    }
}

#[test]
fn an_operator_ends_a_session_through_any_member() {
    let (mut network, leader) = Network::established();
    for sid in [leader, network.others(leader)[0]] {
        let client = network.connect(network.others(leader)[0]);
        let mut out = zoowarden_peer::Effects::new();
        let now = network.now;
        // The member that the session is not at, or is.
        network.run_ms(500);
        let peer = network.member(sid).peer.as_mut().unwrap();
        assert!(peer.close_session(now, client.session, &mut out));
        network.perform(sid, out);
        network.run_ms(500);
        assert_eq!(network.closed(&client), Some(CloseReason::SessionExpired));
    }
}

/// An Apache leader shows clients the begin of its epoch, which no transaction has.
#[test]
fn a_client_that_saw_the_begin_of_the_epoch_is_not_ahead() {
    let (mut network, leader) = Network::established();
    let epoch = network.view(leader).unwrap().status.epoch;
    for sid in network.sids() {
        let conn = network.open(sid);
        let mut request = connect_request(SessionId::NONE, &[0; 16]);
        request.last_zxid_seen = Zxid::new(epoch, 0);
        network.send_frames(sid, conn, connect_frame(&request));
        assert_ne!(
            network.handshake_answer(sid, conn).session_id,
            SessionId::NONE
        );
        let conn = network.open(sid);
        request.last_zxid_seen = Zxid::new(epoch + 1, 0);
        network.send_frames(sid, conn, connect_frame(&request));
        let closed = network.members[&sid].closed_with(conn);
        assert!(matches!(closed, Some(CloseReason::ClientAhead { .. })));
    }
}

#[test]
fn syncs_of_clients_that_have_gone_do_not_answer_others() {
    let (mut network, leader) = Network::established();
    let sid = network.others(leader)[0];
    let mut gone = network.connect(sid);
    let mut stays = network.connect(sid);
    network.post(&mut gone, &sync());
    network.drop_client(&gone);
    network.post(&mut stays, &sync());
    network.run_ms(500);
    assert_eq!(network.replies(&stays).len(), 1);
    network.ok(&mut stays, &sync());
}

/// The same between members: what the session wrote through the other one is known by then.
#[test]
fn a_reply_is_never_that_of_the_member_before() {
    let (mut network, leader) = Network::established();
    let followers = network.others(leader);
    let mut old = network.connect(followers[0]);
    network.auto_flush(&network.sids(), false);
    network.post(&mut old, &create("/old"));
    network.settle();
    let mut new = network.move_to(&old, followers[1]);
    new.xid = 0;
    network.post(&mut new, &create("/new"));
    network.auto_flush(&network.sids(), true);
    network.run_ms(500);
    let replies = network.replies(&new);
    assert_eq!(replies.len(), 1);
    assert_eq!(replies[0].body, [&[0, 0, 0, 4], &b"/new"[..]].concat());
}
