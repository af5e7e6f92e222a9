//! Writes, reads, watches and syncs through followers and the leader.

use bytes::Bytes;
use zoowarden_shared::{
    ErrorCode,
    acl::{Acl, Id, perms},
    proto::{CreateMode, EventType, MultiOp, OpCode, PathRequest, Request, SetAclRequest},
};

use super::network::{Network, clients::data_of};
use crate::support::client::{
    create, create_request, create_with, delete, digest_auth, exists, frame, get_data,
    path_version, set_data, set_data_at,
};

fn sync(path: &str) -> Request {
    let path = path.to_owned();
    Request::Sync(PathRequest { path })
}

#[test]
fn what_is_written_through_any_member_is_read_on_all() {
    let (mut network, leader) = Network::established();
    let followers = network.others(leader);
    let mut at_follower = network.connect(followers[0]);
    let mut at_leader = network.connect(leader);
    network.ok(
        &mut at_follower,
        &create_with("/a", b"1", CreateMode::Persistent),
    );
    network.ok(&mut at_leader, &set_data("/a", b"2"));
    network.ok(&mut at_follower, &set_data_at("/a", b"3", 1));
    for sid in network.sids() {
        let mut client = network.connect(sid);
        network.ok(&mut client, &sync("/a"));
        assert_eq!(network.data(&mut client, "/a"), Bytes::from_static(b"3"));
    }
    network.assert_converged();
}

#[test]
fn errors_of_the_leader_are_told_by_the_follower() {
    let (mut network, leader) = Network::established();
    let mut client = network.connect(network.others(leader)[0]);
    network.ok(&mut client, &create("/a"));
    for (request, err) in [
        (create("/a"), ErrorCode::NodeExists),
        (create("/x/y"), ErrorCode::NoNode),
        (set_data_at("/a", b"", 7), ErrorCode::BadVersion),
        (create("relative"), ErrorCode::BadArguments),
    ] {
        assert_eq!(network.err(&mut client, &request), err, "{request:?}");
    }
}

#[test]
fn a_body_that_cannot_be_read_is_answered_in_its_turn() {
    let (mut network, leader) = Network::established();
    for sid in network.sids() {
        let mut client = network.connect(sid);
        network.post(&mut client, &create(&format!("/{sid}")));
        client.xid += 1;
        let bad = frame(client.xid, OpCode::SetData.code(), &[0, 0, 0, 9, b'/']);
        network.send_frames(sid, client.conn, bad);
        network.post(&mut client, &exists(&format!("/{sid}"), false));
        network.run_ms(500);
        let replies = network.replies(&client);
        let errors: Vec<_> = replies.iter().map(|reply| (reply.xid, reply.err)).collect();
        let expected = [
            (1, ErrorCode::Ok),
            (2, ErrorCode::MarshallingError),
            (3, ErrorCode::Ok),
        ];
        assert_eq!(errors, expected, "member {sid}, led by {leader}");
    }
}

#[test]
fn a_multi_that_fails_tells_which_part() {
    let (mut network, leader) = Network::established();
    let mut client = network.connect(network.others(leader)[0]);
    let multi = Request::Multi(vec![
        MultiOp::Create(
            OpCode::Create,
            create_request("/m", b"", CreateMode::Persistent),
        ),
        MultiOp::Delete(path_version("/none", -1)),
    ]);
    let reply = network.call(&mut client, &multi);
    assert_eq!(reply.err, ErrorCode::Ok, "the parts have the errors");
    assert!(!network.exists(&mut client, "/m"));
}

#[test]
fn replies_on_a_follower_come_in_the_order_of_the_requests() {
    let (mut network, leader) = Network::established();
    let mut client = network.connect(network.others(leader)[1]);
    network.auto_flush(&network.sids(), false);
    let requests = [
        create_with("/a", b"1", CreateMode::Persistent),
        get_data("/a", false),
        set_data("/a", b"2"),
        get_data("/a", false),
        exists("/b", false),
        sync("/"),
        create("/b"),
        exists("/b", false),
        delete("/a"),
        get_data("/a", false),
    ];
    for request in &requests {
        network.post(&mut client, request);
    }
    assert!(
        network.replies(&client).is_empty(),
        "nothing is decided yet"
    );
    network.auto_flush(&network.sids(), true);
    network.run_ms(500);
    let replies = network.replies(&client);
    let xids: Vec<i32> = replies.iter().map(|reply| reply.xid).collect();
    assert_eq!(xids, (1..=10).collect::<Vec<i32>>());
    assert_eq!(data_of(&replies[1]), Bytes::from_static(b"1"));
    assert_eq!(data_of(&replies[3]), Bytes::from_static(b"2"));
    assert_eq!(replies[4].err, ErrorCode::NoNode);
    assert_eq!(replies[7].err, ErrorCode::Ok);
    assert_eq!(replies[9].err, ErrorCode::NoNode);
}

#[test]
fn one_sessions_writes_do_not_hold_up_anothers_reads() {
    let (mut network, leader) = Network::established();
    let sid = network.others(leader)[0];
    let (mut writer, mut reader) = (network.connect(sid), network.connect(sid));
    network.ok(&mut writer, &create("/a"));
    network.auto_flush(&network.sids(), false);
    network.post(&mut writer, &set_data("/a", b"2"));
    assert_eq!(network.data(&mut reader, "/a"), Bytes::new());
}

#[test]
fn a_sync_on_a_follower_waits_for_what_was_proposed_before_it() {
    let (mut network, leader) = Network::established();
    let sid = network.others(leader)[0];
    let mut at_leader = network.connect(leader);
    let mut client = network.connect(sid);
    network.ok(&mut client, &sync("/"));
    network.auto_flush(&network.sids(), false);
    network.post(&mut at_leader, &create("/late"));
    network.settle();
    network.post(&mut client, &sync("/"));
    network.post(&mut client, &exists("/late", false));
    assert!(network.replies(&client).is_empty());
    network.auto_flush(&network.sids(), true);
    network.run_ms(500);
    let replies = network.replies(&client);
    assert_eq!(replies.len(), 2);
    assert_eq!(
        replies[1].err,
        ErrorCode::Ok,
        "what was proposed before is seen"
    );
}

#[test]
fn watches_on_followers_fire_before_the_data_they_tell_of() {
    let (mut network, leader) = Network::established();
    let mut writer = network.connect(leader);
    network.ok(&mut writer, &create("/w"));
    let mut watchers: Vec<_> = network
        .others(leader)
        .into_iter()
        .map(|s| network.connect(s))
        .collect();
    for client in &mut watchers {
        network.ok(client, &sync("/w"));
        network.ok(client, &get_data("/w", true));
    }
    network.ok(&mut writer, &set_data("/w", b"new"));
    network.run_ms(500);
    for client in &mut watchers {
        network.post(client, &get_data("/w", false));
        let replies = network.replies(client);
        let event = replies[0].event();
        assert_eq!(event, Some((EventType::NodeDataChanged, "/w".to_owned())));
        assert_eq!(data_of(&replies[1]), Bytes::from_static(b"new"));
        assert_eq!(replies.len(), 2, "once");
    }
}

#[test]
fn who_a_client_is_travels_with_its_writes() {
    let (mut network, leader) = Network::established();
    let followers = network.others(leader);
    let mut owner = network.connect(followers[0]);
    network.post(&mut owner, &digest_auth("alice:secret"));
    assert_eq!(network.replies(&owner).len(), 1);
    network.ok(&mut owner, &create("/own"));
    let acl = vec![Acl {
        perms: perms::ALL,
        id: Id::new("auth", ""),
    }];
    let request = Request::SetAcl(SetAclRequest {
        path: "/own".to_owned(),
        acl,
        version: -1,
    });
    network.ok(&mut owner, &request);
    let mut other = network.connect(followers[1]);
    network.ok(&mut other, &sync("/"));
    assert_eq!(
        network.err(&mut other, &set_data("/own", b"x")),
        ErrorCode::NoAuth
    );
    assert_eq!(
        network.err(&mut other, &get_data("/own", false)),
        ErrorCode::NoAuth
    );
    network.ok(&mut owner, &set_data("/own", b"x"));
}

#[test]
fn reconfig_is_refused_as_where_it_is_switched_off() {
    let (mut network, leader) = Network::established();
    for sid in [leader, network.others(leader)[0]] {
        let mut client = network.connect(sid);
        client.xid += 1;
        let body = [[0xff_u8; 4]; 3].concat();
        let body = [&body[..], &[0xff; 8]].concat();
        let request = frame(client.xid, OpCode::Reconfig.code(), &body);
        network.send_frames(sid, client.conn, request);
        network.run_ms(500);
        assert_eq!(network.replies(&client)[0].err, ErrorCode::ReconfigDisabled);
    }
}
