//! What operators are shown of an ensemble's members.

use zoowarden_peer::{Event, PeerConfig};
use zoowarden_shared::{
    ErrorCode,
    proto::{PathRequest, Request},
};
use zoowarden_zab::Event as ZabEvent;

use super::network::Network;
use crate::support::{
    Harness,
    client::{create, exists},
};

#[test]
fn every_member_says_what_it_is() {
    let (mut network, leader) = Network::established();
    let mut client = network.connect(network.others(leader)[0]);
    network.ok(&mut client, &create("/a"));
    network.run_ms(1000);
    let zxid = network.peer(leader).server_view(network.now).zxid;
    for sid in network.sids() {
        let server = network.peer(sid).server_view(network.now);
        assert!(server.serving);
        assert_eq!(
            server.mode,
            if sid == leader { "leader" } else { "follower" }
        );
        assert_eq!((server.zxid, server.last_logged_zxid), (zxid, zxid));
        let view = network.view(sid).unwrap();
        assert_eq!((view.sid, view.status.leader), (sid, Some(leader)));
        assert_eq!(view.status.epoch, zxid.epoch());
        assert!(view.serving_ms.is_some());
        let learners = if sid == leader { 2 } else { 0 };
        assert_eq!((view.learners, view.synced_followers), (learners, learners));
        let others = (view.synced_non_voting_followers, view.synced_observers);
        assert_eq!((others, view.forwarded_requests), ((0, 0), 0));
    }
}

#[test]
fn an_observer_serves_clients_as_a_follower_does() {
    let mut network = Network::with_observers(4, 1, |_| {});
    let leader = network.settle_leader();
    let observer = network.sids()[3];
    assert_eq!(network.mode(observer), "observer");
    let mut client = network.connect(observer);
    network.auto_flush(&network.sids(), false);
    let path = "/".to_owned();
    let requests = [
        create("/a"),
        exists("/b", false),
        Request::Sync(PathRequest { path }),
        exists("/b", false),
        create("/b"),
        exists("/b", false),
    ];
    for request in &requests {
        network.post(&mut client, request);
    }
    network.auto_flush(&network.sids(), true);
    network.run_ms(500);
    let replies = network.replies(&client);
    let outcomes: Vec<_> = replies.iter().map(|reply| (reply.xid, reply.err)).collect();
    let (ok, none) = (ErrorCode::Ok, ErrorCode::NoNode);
    let expected = [(1, ok), (2, none), (3, ok), (4, none), (5, ok), (6, ok)];
    assert_eq!(outcomes, expected);
    let view = network.view(leader).unwrap();
    assert_eq!((view.synced_followers, view.synced_observers), (2, 1));
    let client = network.move_to(&client, leader);
    let mut client = network.move_to(&client, observer);
    network.ok(&mut client, &create("/c"));
    network.assert_converged();
}

#[test]
fn a_learner_does_not_say_when_sessions_expire() {
    let (mut network, leader) = Network::established();
    let follower = network.others(leader)[0];
    let client = network.connect(follower);
    network.run_ms(1000);
    assert!(network.peer(follower).session_buckets().is_empty());
    assert_eq!(network.peer(leader).session_buckets().len(), 1);
    for sid in [leader, follower] {
        assert_eq!(
            network.peer(sid).session_table(),
            [(client.session, 30_000)]
        );
    }
}

#[test]
fn elections_are_told() {
    let (network, leader) = Network::established();
    for sid in network.sids() {
        let established = network.members[&sid].events.iter().any(|event| {
            matches!(event, Event::Replication(ZabEvent::Established { leader: of, .. })
                if *of == leader)
        });
        assert!(established, "{:?}", network.members[&sid].events);
    }
}

#[test]
fn a_standalone_server_has_no_part_in_an_ensemble() {
    let harness = Harness::new(PeerConfig::default());
    assert_eq!(harness.peer.replication_view(harness.now), None);
    assert_eq!(harness.peer.server_view(harness.now).mode, "standalone");
}
