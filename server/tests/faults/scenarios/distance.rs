//! Members that are far from each other, each link by as much: everything takes longer, and
//! nothing else changes.

use std::time::{Duration, Instant};

use super::SOME;
use crate::harness::{Between, Ensemble};

/// Across an ocean; over proxies, which every `cargo test` waits for, across a country.
fn each_way(between: Between) -> Duration {
    match between {
        #[cfg(target_os = "linux")]
        Between::Namespaces => Duration::from_millis(60),
        Between::Proxies => Duration::from_millis(20),
    }
}

on_both_networks! {
    an_ensemble_far_apart_commits_elects_and_loses_nothing,
    a_leader_far_away_is_cut_off,
}

fn an_ensemble_far_apart_commits_elects_and_loses_nothing(between: Between) {
    let mut ensemble = Ensemble::far_apart(between, 3, each_way(between));
    let clients = ensemble.clients();
    let leader = ensemble.wait_settled();
    clients.wait_for_writes(SOME, &ensemble.sids());
    let (client, began) = (ensemble.client(leader), Instant::now());
    client.make("/far");
    assert!(
        began.elapsed() >= 2 * each_way(between),
        "a quorum is that far"
    );
    assert_eq!(
        ensemble.wait_settled(),
        leader,
        "distance alone elects nobody"
    );
    let others = ensemble.others(&[leader]);
    ensemble.kill(leader);
    ensemble.wait_leader_among(&others);
    clients.wait_for_writes(SOME, &others);
    ensemble.start(leader);
    ensemble.assert_nothing_lost(clients);
}

fn a_leader_far_away_is_cut_off(between: Between) {
    let mut ensemble = Ensemble::far_apart(between, 3, each_way(between));
    let mut clients = ensemble.clients();
    let leader = ensemble.wait_settled();
    clients.add_synced_reader(leader);
    let others = ensemble.others(&[leader]);
    clients.wait_for_writes(SOME, &[leader]);
    ensemble.network().cut(&[leader], &others);
    ensemble.wait_leader_among(&others);
    clients.wait_for_writes(SOME, &others);
    ensemble.network().heal();
    ensemble.assert_nothing_lost(clients);
}
