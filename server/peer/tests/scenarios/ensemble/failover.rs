//! Leaders go, others take over, and what was acknowledged stays.

use bytes::Bytes;
use zoowarden_peer::{CloseReason, DiskEvent, Input};
use zoowarden_shared::proto::CreateMode;

use super::network::Network;
use crate::support::client::{create, create_with, set_data};

#[test]
fn a_member_without_a_leader_refuses_clients() {
    let mut network = Network::new();
    let sid = network.sids()[0];
    for other in network.others(sid) {
        network.crash(other);
    }
    network.run_ms(5000);
    assert_eq!(network.mode(sid), "leaderelection");
    let conn = network.open(sid);
    let closed = network.members[&sid].closed_with(conn);
    assert_eq!(closed, Some(&CloseReason::NotServing));
    assert!(!network.peer(sid).server_view(network.now).serving);
}

#[test]
fn another_leads_when_the_leader_crashes_and_sessions_go_on() {
    let (mut network, leader) = Network::established();
    let follower = network.others(leader)[0];
    let mut at_leader = network.connect(leader);
    let mut client = network.connect(follower);
    network.ok(
        &mut at_leader,
        &create_with("/e", b"", CreateMode::Ephemeral),
    );
    network.ok(&mut client, &create_with("/f", b"1", CreateMode::Ephemeral));
    network.crash(leader);
    let second = network.settle_leader();
    assert_ne!(second, leader);
    assert_eq!(network.closed(&client), Some(CloseReason::NotServing));
    let mut client = network.move_to(&client, follower);
    let mut at_leader = network.move_to(&at_leader, second);
    assert_eq!(network.data(&mut client, "/f"), Bytes::from_static(b"1"));
    network.ok(&mut at_leader, &set_data("/e", b"still here"));
    network.ok(&mut client, &set_data("/f", b"2"));
    network.start(leader);
    network.settle_leader();
    network.assert_converged();
    let mut client = network.move_to(&client, leader);
    assert_eq!(network.data(&mut client, "/f"), Bytes::from_static(b"2"));
}

#[test]
fn a_new_leader_expires_the_sessions_that_nobody_takes_up() {
    let (mut network, leader) = Network::established();
    let mut client = network.connect_for(leader, 4000);
    network.ok(&mut client, &create_with("/e", b"", CreateMode::Ephemeral));
    network.crash(leader);
    let second = network.settle_leader();
    let mut other = network.connect(second);
    assert!(
        network.exists(&mut other, "/e"),
        "it has its whole timeout again"
    );
    network.run_ms(8000);
    assert!(!network.exists(&mut other, "/e"));
    network.assert_converged();
}

#[test]
fn every_member_restarts_with_what_was_acknowledged() {
    let (mut network, leader) = Network::established();
    let mut client = network.connect(network.others(leader)[0]);
    for count in 0..20 {
        network.ok(&mut client, &create(&format!("/n{count}")));
    }
    for sid in network.sids() {
        network.crash(sid);
    }
    for sid in network.sids() {
        network.start(sid);
    }
    let leader = network.settle_leader();
    let mut client = network.move_to(&client, leader);
    assert!(network.exists(&mut client, "/n19"));
    network.assert_converged();
}

#[test]
fn what_nobody_decided_is_not_answered_and_not_seen() {
    let (mut network, leader) = Network::established();
    let mut client = network.connect(leader);
    for other in network.others(leader) {
        network.cut(leader, other);
    }
    network.post(&mut client, &create("/lost"));
    network.run_ms(100);
    assert!(network.replies(&client).is_empty());
    network.run_ms(30_000);
    assert_eq!(network.closed(&client), Some(CloseReason::NotServing));
}

#[test]
fn a_member_whose_log_failed_leaves_the_others_alone() {
    let (mut network, leader) = Network::established();
    let follower = network.others(leader)[0];
    let client = network.connect(follower);
    network.input(follower, Input::Disk(DiskEvent::LogFailed));
    assert_eq!(network.closed(&client), Some(CloseReason::NotServing));
    assert_eq!(network.peer(follower).deadline(), None);
    let mut client = network.move_to(&client, leader);
    network.ok(&mut client, &create("/a"));
}
