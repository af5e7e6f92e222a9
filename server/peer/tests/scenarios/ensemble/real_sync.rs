//! A sync is answered by who leads, not by who remembers leading.

use bytes::Bytes;
use zoowarden_peer::CloseReason;
use zoowarden_shared::{
    Sid,
    proto::{CreateMode, PathRequest, Request},
    quorum::PacketType,
};

use super::network::{
    Network,
    clients::{Client, data_of},
};
use crate::support::client::{create, create_with, exists, get_data, set_data};

fn sync() -> Request {
    let path = "/".to_owned();
    Request::Sync(PathRequest { path })
}

/// Three voters and an observer. The leader and the observer are cut off without being told;
/// the others have another leader, through which `/a` was written anew. A client at the old
/// leader, and one at the observer.
fn deposed() -> (Network, [Client; 2]) {
    let mut network = Network::with_observers(4, 1, |_| {});
    let leader = network.settle_leader();
    let observer = network.sids()[3];
    let mut at_leader = network.connect(leader);
    let at_observer = network.connect(observer);
    let old = create_with("/a", b"old", CreateMode::Persistent);
    network.ok(&mut at_leader, &old);
    // Beats are heard for a while, so that their end is noticed.
    network.run_ms(5000);
    let mut others: Vec<Sid> = network.others(leader);
    others.retain(|sid| *sid != observer);
    for other in &others {
        network.cut_unaware(leader, *other);
        network.cut_unaware(observer, *other);
    }
    let leads = |network: &Network, sid: Sid| network.mode(sid) == "leader";
    let another_leads = |network: &Network| others.iter().any(|sid| leads(network, *sid));
    assert!(network.run_until(9000, another_leads));
    let second = others.iter().find(|sid| leads(&network, **sid));
    let mut writer = network.connect(*second.unwrap());
    network.ok(&mut writer, &set_data("/a", b"new"));
    assert!(leads(&network, leader), "it does not know yet");
    assert_eq!(network.mode(observer), "observer");
    (network, [at_leader, at_observer])
}

#[test]
fn a_deposed_leader_does_not_answer_a_sync_with_what_it_remembers() {
    let (mut network, clients) = deposed();
    for mut client in clients.clone() {
        network.post(&mut client, &sync());
        network.post(&mut client, &get_data("/a", false));
    }
    for _ in 0..20 {
        network.run_ms(1000);
        for client in &clients {
            assert!(network.replies(client).is_empty());
        }
    }
    for client in &clients {
        assert_eq!(network.closed(client), Some(CloseReason::NotServing));
    }
}

#[test]
fn one_round_of_pings_answers_all_syncs_that_wait() {
    let (mut network, leader) = Network::established();
    let mut clients: Vec<Client> = (0..10).map(|_| network.connect(leader)).collect();
    network.settle();
    for client in &mut clients {
        network.post(client, &sync());
        network.post(client, &sync());
    }
    // One to each follower, the others wait for a second round.
    assert_eq!(network.in_flight(PacketType::Ping), 2);
    for client in &clients {
        assert_eq!(network.replies(client).len(), 2);
    }
}

#[test]
fn a_learner_that_has_not_heard_of_a_write_hears_of_it_before_its_sync() {
    let (mut network, leader) = Network::established();
    let sid = network.others(leader)[0];
    let (mut writer, mut client) = (network.connect(leader), network.connect(sid));
    for round in 0..20 {
        let path = format!("/{round}");
        network.post(&mut writer, &create(&path));
        network.post(&mut client, &sync());
        network.post(&mut client, &exists(&path, false));
        network.post(&mut client, &create(&format!("{path}-own")));
        network.post(&mut client, &sync());
        let replies = network.replies(&client);
        let xids: Vec<i32> = replies.iter().map(|reply| reply.xid).collect();
        let first = round * 4 + 1;
        assert_eq!(xids, (first..first + 4).collect::<Vec<_>>());
        assert_eq!(network.replies(&writer).len(), 1);
    }
}

/// The write that is decided proves that its leader leads.
#[test]
fn a_sync_is_answered_before_the_write_behind_it() {
    let (mut network, leader) = Network::established();
    let mut client = network.connect(leader);
    network.auto_flush(&network.sids(), false);
    let first = create_with("/a", b"1", CreateMode::Persistent);
    for request in [first, sync(), get_data("/a", false), set_data("/a", b"2")] {
        network.post(&mut client, &request);
    }
    assert!(network.replies(&client).is_empty());
    network.auto_flush(&network.sids(), true);
    let replies = network.replies(&client);
    let xids: Vec<i32> = replies.iter().map(|reply| reply.xid).collect();
    assert_eq!(xids, [1, 2, 3, 4]);
    assert_eq!(data_of(&replies[2]), Bytes::from_static(b"1"));
}
