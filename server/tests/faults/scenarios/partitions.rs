//! Members that do not hear each other. Their clients go on to reach all of them: the side
//! without a quorum must not acknowledge a write, nor show what is stale after a sync.

use std::time::Duration;

use super::SOME;
use crate::harness::{Between, Ensemble, Network};

/// Long enough for the failure detector, and for syncLimit where it is that which counts.
const LASTING: Duration = Duration::from_secs(4);

on_both_networks! {
    the_leader_is_cut_off,
    a_follower_is_cut_off,
    the_leader_is_heard_no_more,
    the_leader_hears_no_more,
    five_fall_apart_into_two_and_three,
    five_hang_together_by_one,
    the_leaders_links_flap,
}

fn the_leader_is_cut_off(between: Between) {
    let mut ensemble = Ensemble::apart(between, 3);
    let mut clients = ensemble.clients();
    let leader = ensemble.wait_settled();
    clients.add_synced_reader(leader);
    let others = ensemble.others(&[leader]);
    clients.wait_for_writes(SOME, &[leader]);
    ensemble.network().cut(&[leader], &others);
    ensemble.wait_leader_among(&others);
    clients.wait_for_writes(SOME, &others);
    assert_eq!(clients.writes_within(LASTING, &[leader]), 0, "no quorum");
    ensemble.network().heal();
    ensemble.assert_nothing_lost(clients);
}

fn a_follower_is_cut_off(between: Between) {
    let mut ensemble = Ensemble::apart(between, 3);
    let clients = ensemble.clients();
    let leader = ensemble.wait_settled();
    let follower = ensemble.others(&[leader])[0];
    let others = ensemble.others(&[follower]);
    ensemble.network().cut(&[follower], &others);
    clients.wait_for_writes(SOME, &others);
    assert_eq!(clients.writes_within(LASTING, &[follower]), 0, "no quorum");
    clients.wait_for_writes(SOME, &others);
    ensemble.network().heal();
    ensemble.assert_nothing_lost(clients);
}

fn the_leader_is_heard_no_more(between: Between) {
    another_leads_after(between, |network, leader, others| {
        network.cut_one_way(leader, others);
    });
}

fn the_leader_hears_no_more(between: Between) {
    another_leads_after(between, |network, leader, others| {
        network.cut_one_way(others, leader);
    });
}

/// One of three leads and is read after syncs; after the cut another does.
fn another_leads_after(between: Between, cut: fn(&dyn Network, &[usize], &[usize])) {
    let mut ensemble = Ensemble::apart(between, 3);
    let mut clients = ensemble.clients();
    let leader = ensemble.wait_settled();
    clients.add_synced_reader(leader);
    let others = ensemble.others(&[leader]);
    clients.wait_for_writes(SOME, &[leader]);
    cut(ensemble.network(), &[leader], &others);
    ensemble.wait_leader_among(&others);
    clients.wait_for_writes(SOME, &others);
    ensemble.network().heal();
    ensemble.assert_nothing_lost(clients);
}

fn five_fall_apart_into_two_and_three(between: Between) {
    let mut ensemble = Ensemble::apart(between, 5);
    let mut clients = ensemble.clients();
    let leader = ensemble.wait_settled();
    clients.add_synced_reader(leader);
    let minority = [leader, ensemble.others(&[leader])[0]];
    let majority = ensemble.others(&minority);
    clients.wait_for_writes(SOME, &[leader]);
    ensemble.network().cut(&minority, &majority);
    ensemble.wait_leader_among(&majority);
    clients.wait_for_writes(SOME, &majority);
    assert_eq!(clients.writes_within(LASTING, &minority), 0, "no quorum");
    ensemble.network().heal();
    ensemble.assert_nothing_lost(clients);
}

/// Two and two that only the fifth hears: it alone is in a majority with either.
fn five_hang_together_by_one(between: Between) {
    let mut ensemble = Ensemble::apart(between, 5);
    let clients = ensemble.clients();
    let leader = ensemble.wait_settled();
    let others = ensemble.others(&[leader]);
    clients.wait_for_writes(SOME, &[leader]);
    // others[1] hears all; the leader stands on one side.
    ensemble
        .network()
        .cut(&[leader, others[0]], &[others[2], others[3]]);
    clients.wait_for_writes(SOME, &ensemble.sids());
    ensemble.network().heal();
    ensemble.assert_nothing_lost(clients);
}

fn the_leaders_links_flap(between: Between) {
    let mut ensemble = Ensemble::apart(between, 3);
    let clients = ensemble.clients();
    for cut_ms in [100, 300, 1000, 300, 100, 2000] {
        let leader = ensemble.wait_leader_among(&ensemble.sids());
        let others = ensemble.others(&[leader]);
        ensemble.network().cut(&[leader], &others);
        std::thread::sleep(Duration::from_millis(cut_ms));
        ensemble.network().heal();
        std::thread::sleep(Duration::from_millis(cut_ms / 2));
    }
    clients.wait_for_writes(SOME, &ensemble.sids());
    ensemble.assert_nothing_lost(clients);
}
