//! Members that were away: DIFF, TRUNC and SNAP, as their clients see it.

use bytes::Bytes;
use zoowarden_shared::{
    Zxid,
    proto::{CreateMode, PathRequest, Request},
};

use super::network::Network;
use crate::support::client::{create, create_with, set_data};

/// Members that keep little in memory, and take snapshots often.
fn forgetful_members(count: i64) -> Network {
    Network::with(count, |config| {
        config.snap_count = 10;
        if let Some(replication) = &mut config.replication {
            replication.history_txns = 4;
        }
    })
}

fn sync() -> Request {
    let path = "/".to_owned();
    Request::Sync(PathRequest { path })
}

#[test]
fn a_member_that_was_away_has_what_it_missed() {
    let (mut network, leader) = Network::established();
    let away = network.others(leader)[0];
    let mut client = network.connect(leader);
    network.ok(&mut client, &create("/before"));
    network.crash(away);
    for count in 0..30 {
        network.ok(&mut client, &create(&format!("/n{count}")));
    }
    network.start(away);
    network.settle_leader();
    let mut client = network.connect(away);
    assert!(network.exists(&mut client, "/n29"));
    assert_eq!(network.members[&away].disk.stagings, 0, "a DIFF was enough");
    network.assert_converged();
}

#[test]
fn an_empty_member_is_sent_a_snapshot_while_writes_go_on() {
    let mut network = forgetful_members(3);
    let leader = network.settle_leader();
    let mut client = network.connect(leader);
    let large = vec![7; 100_000];
    for count in 0..40 {
        let path = format!("/n{count}");
        network.ok(
            &mut client,
            &create_with(&path, &large, CreateMode::Persistent),
        );
    }
    network.ok(&mut client, &create_with("/e", b"", CreateMode::Ephemeral));
    let empty = network.others(leader)[0];
    network.crash(empty);
    network.member(empty).disk = super::network::disk::Disk::default();
    // The leader's log does not reach back to the begin.
    network.member(leader).disk.purge_log();
    network.start(empty);
    let mut count = 0;
    while network.mode(empty) != "follower" {
        network.ok(&mut client, &set_data("/n0", format!("{count}").as_bytes()));
        network.run_ms(10);
        count += 1;
        assert!(count < 3000, "{:?}", network.view(empty));
    }
    assert_eq!(network.members[&empty].disk.stagings, 1);
    let mut at_empty = network.connect(empty);
    network.ok(&mut at_empty, &sync());
    assert_eq!(network.data(&mut at_empty, "/n39"), Bytes::from(large));
    let last = format!("{}", count - 1);
    assert_eq!(network.data(&mut at_empty, "/n0"), Bytes::from(last));
    network.assert_converged();
    // What the stream brought is what a restart begins with.
    network.crash(empty);
    network.start(empty);
    network.settle_leader();
    network.assert_converged();
    let client = network.move_to(&client, empty);
    network.drop_client(&client);
}

#[test]
fn two_empty_members_are_sent_a_snapshot_one_after_the_other() {
    let mut network = forgetful_members(5);
    let leader = network.settle_leader();
    let mut client = network.connect(leader);
    for count in 0..40 {
        let path = format!("/n{count}");
        network.ok(
            &mut client,
            &create_with(&path, &[1; 100_000], CreateMode::Persistent),
        );
    }
    network.member(leader).disk.purge_log();
    let empty = [network.others(leader)[0], network.others(leader)[1]];
    for sid in empty {
        network.crash(sid);
        network.member(sid).disk = super::network::disk::Disk::default();
    }
    for sid in empty {
        network.start(sid);
    }
    network.settle_leader();
    for sid in empty {
        assert_eq!(network.members[&sid].disk.stagings, 1);
    }
    network.assert_converged();
}

/// A quorum is there without it, so that the leader begins to serve in the middle of it.
#[test]
fn a_snapshot_that_was_begun_before_the_leader_served_goes_on() {
    let mut network = forgetful_members(3);
    let leader = network.settle_leader();
    let mut client = network.connect(leader);
    for count in 0..40 {
        let path = format!("/n{count}");
        network.ok(
            &mut client,
            &create_with(&path, &[1; 100_000], CreateMode::Persistent),
        );
    }
    for sid in network.sids() {
        network.crash(sid);
        network.member(sid).disk.purge_log();
    }
    let empty = network.sids()[0];
    network.member(empty).disk = super::network::disk::Disk::default();
    for sid in network.sids() {
        network.start(sid);
    }
    let is_there = |network: &Network| network.mode(empty) == "follower";
    assert!(network.run_until(5000, is_there), "at the first attempt");
    assert_eq!(network.members[&empty].disk.stagings, 1);
    network.assert_converged();
}

/// ZOOKEEPER-5094, 2832: what only the old leader had logged is cut off, and the tree with it.
#[test]
fn an_undecided_tail_is_cut_off_with_the_tree_that_had_it() {
    let (mut network, leader) = Network::established();
    let mut client = network.connect(leader);
    network.ok(&mut client, &create("/decided"));
    for other in network.others(leader) {
        network.cut(leader, other);
    }
    network.post(&mut client, &create("/undecided"));
    network.settle();
    let tail = network.members[&leader].disk.log.last().unwrap().0;
    // Its log has it, and so has the tree that a restart makes of the log.
    network.crash(leader);
    let second = network.settle_leader();
    let mut client = network.connect(second);
    network.ok(&mut client, &create("/instead"));
    network.heal();
    network.start(leader);
    network.settle_leader();
    let mut client = network.move_to(&client, leader);
    network.ok(&mut client, &sync());
    assert!(network.exists(&mut client, "/decided"));
    assert!(network.exists(&mut client, "/instead"));
    assert!(!network.exists(&mut client, "/undecided"));
    let disk = &network.members[&leader].disk;
    assert!(disk.truncations + disk.stagings > 0);
    assert!(disk.log.iter().all(|(zxid, _)| *zxid != tail));
    let snapshot = disk.snapshot.as_ref().map_or(Zxid::ZERO, |(zxid, _)| *zxid);
    assert_ne!(snapshot, tail, "no snapshot of it was taken");
    network.assert_converged();
}

/// Found by the simulator (seed 2019047): the leader's disk stood still, the others made the
/// quorum, and its snapshot came to be ahead of its own log and epochs. After a power cut it
/// refused its data.
#[test]
fn simulator_2019047_a_snapshot_is_not_sealed_before_the_log_holds_as_much() {
    let mut network = forgetful_members(3);
    let leader = network.settle_leader();
    let mut client = network.connect(leader);
    network.auto_flush(&[leader], false);
    for count in 0..20 {
        network.ok(&mut client, &create(&format!("/n{count}")));
    }
    let at_stake = |network: &Network| {
        let disk = &network.members[&leader].disk;
        disk.snapshot.as_ref().map(|(zxid, _)| *zxid)
    };
    let logged = network.view(leader).unwrap().status.flushed;
    assert!(at_stake(&network).is_none_or(|zxid| zxid <= logged));
    network.auto_flush(&[leader], true);
    network.settle();
    assert!(at_stake(&network).is_some_and(|zxid| zxid > logged));
    network.assert_converged();
}
