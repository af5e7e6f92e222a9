//! Whole ensembles over many seeds: every search ends, with one leader, who is the best.

use super::{network::Network, rng::Rng, *};

const SEEDS: u64 = 500;

/// Disks that differ in epoch and zxid, and often do not.
fn disks(rng: &mut Rng, members: i64) -> Vec<Vote> {
    let mut disk = |sid| vote(sid, rng.below(3) as i64, rng.below(3) as i64);
    (1..=members).map(&mut disk).collect()
}

fn best(disks: &[Vote]) -> Sid {
    let best = disks.iter().max_by_key(|vote| vote.rank());
    best.unwrap().leader
}

/// Three to seven voters, most of them an odd number.
fn voters(rng: &mut Rng) -> i64 {
    [3, 3, 3, 4, 5, 5, 7][rng.below(7) as usize]
}

#[test]
fn members_of_ours_elect_the_best_however_they_begin() {
    for seed in 0..SEEDS {
        let mut rng = Rng(seed);
        let voters = voters(&mut rng);
        let disks = disks(&mut rng, voters);
        // A quorum decides in 200 ms; whoever comes later finds it settled.
        let mut network = Network::new(seed, &members(voters, 0), &disks, 120 * MS, 20 * MS);
        network.run_until(1_000 * MS);
        assert_eq!(network.agreed(), Some(best(&disks)), "seed {seed}");
        for node in network.nodes.values() {
            // The last starts at 120, is told, tells: no timer is needed.
            assert!(
                node.decided_at_us <= 200 * MS,
                "seed {seed}: {}",
                node.decided_at_us
            );
        }
    }
}

#[test]
fn mixed_ensembles_elect_the_best_too() {
    for seed in 0..SEEDS {
        let mut rng = Rng(seed);
        let (voters, observers) = (voters(&mut rng), rng.below(3) as i64);
        let disks = disks(&mut rng, voters + observers);
        let config = members(voters, observers);
        let mut network = Network::new(seed, &config, &disks, 120 * MS, 20 * MS);
        network.apache = (1..=1 + rng.below(voters as u64) as i64).map(Sid).collect();
        network.run_until(3_000 * MS);
        let expected = best(&disks[..voters as usize]);
        assert_eq!(network.agreed(), Some(expected), "seed {seed}");
    }
}

#[test]
fn the_loss_of_a_leader_costs_two_exchanges() {
    for seed in 0..SEEDS {
        let mut rng = Rng(seed);
        let voters = voters(&mut rng);
        let disks = disks(&mut rng, voters);
        let mut network = Network::new(seed, &members(voters, 0), &disks, 100 * MS, 2 * MS);
        network.run_until(2_000 * MS);
        let leader = network.agreed().unwrap();
        network.sees_mutes = true;
        network.crash(leader);
        network.run_until(2_000 * MS + 10 * MS);
        let next = network.agreed();
        assert!(next.is_some_and(|sid| sid != leader), "seed {seed}");
        let round = |sid: &Sid| network.nodes[sid].decision.unwrap().round;
        let rounds: Vec<_> = network
            .sids()
            .into_iter()
            .filter(|sid| *sid != leader)
            .collect();
        assert!(
            rounds.iter().all(|sid| round(sid) == round(&rounds[0])),
            "seed {seed}"
        );
    }
}

#[test]
fn who_comes_late_finds_the_leader_though_it_would_be_better() {
    for seed in 0..SEEDS {
        let mut rng = Rng(seed);
        let config = members(5, 1);
        let disks: Vec<_> = (1..=6).map(|sid| vote(sid, 0, 0)).collect();
        let mut network = Network::new(seed, &config, &disks, 50 * MS, 10 * MS);
        network.crash(Sid(5));
        network.crash(Sid(6));
        if rng.below(2) == 0 {
            network.apache = [Sid(1), Sid(2)].into();
        }
        network.run_until(2_000 * MS);
        assert_eq!(network.agreed(), Some(Sid(4)), "seed {seed}");
        network.start(Sid(5));
        network.start(Sid(6));
        network.run_until(2_050 * MS);
        assert_eq!(network.agreed(), Some(Sid(4)), "seed {seed}");
        assert_eq!(
            network.nodes[&Sid(4)].established,
            Some(1),
            "seed {seed}: undisturbed"
        );
    }
}

/// Crashes, restarts, partitions for a while; then all are up and connected.
fn storm(seed: u64) -> Network {
    let mut rng = Rng(seed);
    let (voters, observers) = (voters(&mut rng), rng.below(2) as i64);
    let disks = disks(&mut rng, voters + observers);
    let config = members(voters, observers);
    let mut network = Network::new(seed, &config, &disks, 300 * MS, 50 * MS);
    network.sees_mutes = rng.below(2) == 0;
    if rng.below(2) == 0 {
        network.apache = (1..=1 + rng.below(voters as u64) as i64).map(Sid).collect();
    }
    let some = |rng: &mut Rng| Sid(1 + rng.below((voters + observers) as u64) as i64);
    for _ in 0..20 {
        let pause_us = rng.below(700 * MS);
        network.run_until(network.now_us + pause_us);
        let (one, other) = (some(&mut rng), some(&mut rng));
        match rng.below(5) {
            0 | 1 if network.nodes[&one].up => network.crash(one),
            0 | 1 => network.start(one),
            2 | 3 if one != other => network.cut(one, other),
            _ => network.heal(),
        }
    }
    network.heal();
    for sid in network.sids() {
        if !network.nodes[&sid].up {
            network.start(sid);
        }
    }
    network
}

#[test]
fn after_any_storm_all_have_one_leader() {
    for seed in 0..SEEDS {
        let mut network = storm(seed);
        let calm_us = network.now_us;
        network.run_until(calm_us + 20_000 * MS);
        assert!(network.agreed().is_some(), "seed {seed}");
        let delivered = network.delivered;
        network.run_until(network.now_us + 10_000 * MS);
        assert_eq!(
            network.delivered, delivered,
            "seed {seed}: and nothing more to say"
        );
    }
}

#[test]
fn the_same_seed_is_the_same_run() {
    for seed in 0..20 {
        let run = || {
            let mut network = storm(seed);
            network.run_until(network.now_us + 20_000 * MS);
            let ends = network
                .nodes
                .values()
                .map(|n| (n.decision, n.decided_at_us));
            (network.delivered, ends.collect::<Vec<_>>())
        };
        assert_eq!(run(), run(), "seed {seed}");
    }
}
