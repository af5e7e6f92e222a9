//! Processes that are killed, and one that stands still for a while.

use std::time::Duration;

use super::SOME;
use crate::harness::Ensemble;

#[test]
fn each_of_three_is_killed_in_turn() {
    let mut ensemble = Ensemble::started(3);
    let clients = ensemble.clients();
    for sid in ensemble.sids() {
        clients.wait_for_writes(SOME, &[sid]);
        ensemble.kill(sid);
        clients.wait_for_writes(SOME, &ensemble.others(&[sid]));
        ensemble.start(sid);
        ensemble.wait_settled();
    }
    ensemble.assert_nothing_lost(clients);
}

#[test]
fn the_leader_of_five_is_killed_and_then_its_successor() {
    let mut ensemble = Ensemble::started(5);
    let clients = ensemble.clients();
    let first = ensemble.wait_settled();
    clients.wait_for_writes(SOME, &[first]);
    ensemble.kill(first);
    let second = ensemble.wait_leader_among(&ensemble.others(&[first]));
    clients.wait_for_writes(SOME, &ensemble.others(&[first]));
    ensemble.kill(second);
    clients.wait_for_writes(SOME, &ensemble.others(&[first, second]));
    ensemble.start(first);
    ensemble.start(second);
    ensemble.assert_nothing_lost(clients);
}

#[test]
fn all_are_killed_at_once_and_again() {
    let mut ensemble = Ensemble::started(3);
    let clients = ensemble.clients();
    for _ in 0..2 {
        clients.wait_for_writes(SOME, &ensemble.sids());
        for sid in ensemble.sids() {
            ensemble.kill(sid);
        }
        for sid in ensemble.sids() {
            ensemble.start(sid);
        }
        ensemble.wait_settled();
    }
    ensemble.assert_nothing_lost(clients);
}

#[test]
fn the_leader_stands_still_until_another_leads() {
    let mut ensemble = Ensemble::started(3);
    let mut clients = ensemble.clients();
    let leader = ensemble.wait_settled();
    // Awake again, it finds questions that were asked while it slept.
    for _ in 0..4 {
        clients.add_synced_reader(leader);
    }
    clients.wait_for_writes(SOME, &[leader]);
    ensemble.pause(leader);
    let others = ensemble.others(&[leader]);
    ensemble.wait_leader_among(&others);
    clients.wait_for_writes(SOME, &others);
    ensemble.resume(leader);
    ensemble.assert_nothing_lost(clients);
}

/// Too short for an election, or just not: both must do.
#[test]
fn the_leader_stands_still_for_moments() {
    let mut ensemble = Ensemble::started(3);
    let clients = ensemble.clients();
    for pause_ms in [100, 400, 900] {
        let leader = ensemble.wait_settled();
        clients.wait_for_writes(SOME, &[leader]);
        ensemble.pause(leader);
        std::thread::sleep(Duration::from_millis(pause_ms));
        ensemble.resume(leader);
    }
    ensemble.assert_nothing_lost(clients);
}
