//! Members that are far from each other, each link by as much: everything takes longer, and
//! nothing else changes.

use std::time::{Duration, Instant};

use super::SOME;
use crate::harness::Ensemble;

/// Across an ocean.
const EACH_WAY: Duration = Duration::from_millis(60);

#[test]
#[ignore = "needs root, ip and nft: cargo test -p zoowarden-server --test faults -- --ignored --test-threads 1"]
fn an_ensemble_across_an_ocean_commits_elects_and_loses_nothing() {
    let mut ensemble = Ensemble::far_apart(3, EACH_WAY);
    let clients = ensemble.clients();
    let leader = ensemble.wait_settled();
    clients.wait_for_writes(SOME, &ensemble.sids());
    let (client, began) = (ensemble.client(leader), Instant::now());
    client.make("/far");
    assert!(began.elapsed() >= 2 * EACH_WAY, "a quorum is that far");
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

#[test]
#[ignore = "needs root, ip and nft: cargo test -p zoowarden-server --test faults -- --ignored --test-threads 1"]
fn a_leader_across_an_ocean_is_cut_off() {
    let mut ensemble = Ensemble::far_apart(3, EACH_WAY);
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
