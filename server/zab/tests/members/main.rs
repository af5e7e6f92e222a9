//! Whole ensembles of pure members: what is acknowledged stays, whatever crashes.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should say where"
)]

mod handover;
mod reconfig;
#[path = "../support/reconfig.rs"]
mod support;
mod world;

use world::World;
use zoowarden_shared::{Sid, election::PeerState};

const SECOND_US: u64 = 1_000_000;

fn settle(world: &mut World, what: &str) {
    if !world.run(60 * SECOND_US, World::has_converged) {
        fail(world, what);
    }
}

fn fail(world: &World, what: &str) -> ! {
    let trace: Vec<_> = world.trace.iter().map(String::as_str).collect();
    let statuses: Vec<_> = world
        .members
        .keys()
        .map(|sid| format!("{sid}: {:?}", world.status(*sid)))
        .collect();
    panic!("{what}\n{}\n{}", trace.join("\n"), statuses.join("\n"));
}

/// What the leader has delivered, and so acknowledged to its clients, is in everybody's history.
fn check(world: &World) {
    for (zxid, txn) in &world.acknowledged {
        let config = world.config();
        let members = world.members.iter();
        for (sid, member) in members.filter(|(sid, _)| config.servers.contains_key(sid)) {
            let kept = member
                .delivered
                .iter()
                .any(|kept| (kept.0, &kept.1) == (*zxid, txn));
            if !kept {
                fail(world, &format!("{sid} has lost {zxid}"));
            }
        }
    }
}

#[test]
fn three_members_elect_the_highest_and_replicate() {
    let mut world = World::new(1, 3);
    settle(&mut world, "no leader at first");
    let states: Vec<_> = (1..=3).filter_map(|sid| world.status(Sid(sid))).collect();
    assert_eq!(states[2].state, PeerState::Leading);
    for _ in 0..20 {
        world.propose();
        world.run(10_000, |_| false);
    }
    settle(&mut world, "not replicated");
    assert_eq!(world.acknowledged.len(), 20);
    check(&world);
}

#[test]
fn a_leader_that_dies_is_followed_at_once() {
    let mut world = World::new(2, 3);
    settle(&mut world, "no leader at first");
    world.crash(Sid(3));
    let began_us = world.now_us;
    settle(&mut world, "no second leader");
    let took_us = world.now_us - began_us;
    assert!(took_us < 60_000, "an election of ours took {took_us} us");
}

/// By silence alone, on which the followers agree, and not before half a second of it. The old
/// leader follows when it goes on.
#[test]
fn a_leader_that_stands_still_is_elected_away() {
    let mut world = World::new(4, 3);
    settle(&mut world, "no leader at first");
    world.run(3 * SECOND_US, |_| false);
    let began_us = world.now_us;
    world.pause(Sid(3));
    let others_lead = |world: &World| world.leaders.values().any(|leader| *leader != Sid(3));
    assert!(world.run(2 * SECOND_US, others_lead), "nobody else leads");
    let took_us = world.now_us - began_us;
    assert!(
        (400_000..800_000).contains(&took_us),
        "it took {took_us} us"
    );
    world.run(SECOND_US, |_| false);
    world.resume(Sid(3));
    settle(&mut world, "the old leader does not follow");
}

/// The word of suspicion of a follower that goes on to look for a leader may be replaced by its
/// vote before it is sent: the vote says as much.
#[test]
fn a_follower_that_looks_agrees() {
    for seed in 0..50 {
        let mut world = World::new(seed, 3);
        settle(&mut world, "no leader at first");
        world.run(3 * SECOND_US + seed * 7_000, |_| false);
        world.pause(Sid(3));
        let others_lead = |world: &World| world.leaders.values().any(|leader| *leader != Sid(3));
        if !world.run(2 * SECOND_US, others_lead) {
            fail(&world, &format!("seed {seed}: nobody else leads"));
        }
    }
}

/// A pause that is shorter than that costs nothing.
#[test]
fn a_leader_that_pauses_for_a_moment_stays() {
    let mut world = World::new(5, 3);
    settle(&mut world, "no leader at first");
    world.run(3 * SECOND_US, |_| false);
    let leaders = world.leaders.len();
    for _ in 0..20 {
        world.pause(Sid(3));
        world.run(300_000, |_| false);
        world.resume(Sid(3));
        world.run(500_000, |_| false);
    }
    assert_eq!(world.leaders.len(), leaders);
}

/// A follower that has stood still itself accuses nobody.
#[test]
fn a_follower_that_stood_still_deposes_nobody() {
    let mut world = World::new(6, 3);
    settle(&mut world, "no leader at first");
    world.run(3 * SECOND_US, |_| false);
    let leaders = world.leaders.len();
    world.pause(Sid(1));
    world.run(SECOND_US, |_| false);
    world.resume(Sid(1));
    world.run(3 * SECOND_US, |_| false);
    assert_eq!(world.leaders.len(), leaders);
    settle(&mut world, "not whole");
}

#[test]
fn a_member_alone_is_a_quorum_of_one() {
    let mut world = World::new(3, 1);
    settle(&mut world, "it does not lead itself");
    world.propose();
    assert!(world.run(SECOND_US, |world| world.acknowledged.len() == 1));
}

/// So many rounds of something done to two members drawn at random, while the leader proposes;
/// then all is healed, and nothing that was acknowledged may be lost. The members are 1 to n.
fn storm(
    seed: u64,
    mut world: World,
    members: i64,
    rounds: usize,
    mut strike: impl FnMut(&mut World, Sid, Sid),
) {
    for _ in 0..rounds {
        let sid = Sid(1 + world.rng.below(members as u64) as i64);
        let other = Sid(1 + world.rng.below(members as u64) as i64);
        strike(&mut world, sid, other);
        for _ in 0..world.rng.below(5) {
            world.propose();
        }
        let pause = world.rng.below(300_000);
        world.run(pause, |_| false);
    }
    world.heal();
    for sid in (1..=members).map(Sid) {
        if !world.is_up(sid) {
            world.start(sid);
        }
    }
    settle(&mut world, &format!("seed {seed} does not converge"));
    world.propose();
    settle(&mut world, &format!("seed {seed} does not commit"));
    check(&world);
}

/// Three voters or five.
fn voters_of(seed: u64) -> i64 {
    3 + 2 * (seed % 2) as i64
}

/// So many unless the environment asks for more.
fn seeds(usual: u64) -> u64 {
    std::env::var("SEEDS").map_or(usual, |text| text.parse().expect("SEEDS is a number"))
}

/// Crashes, cuts and restarts.
#[test]
fn what_is_acknowledged_survives_storms() {
    for seed in 0..seeds(300) {
        let voters = voters_of(seed);
        storm(
            seed,
            World::new(seed, voters),
            voters,
            60,
            |world, sid, other| match world.rng.below(10) {
                0 if world.is_up(sid) => world.crash(sid),
                1 | 2 if !world.is_up(sid) => world.start(sid),
                3 if sid != other => world.cut(sid, other),
                4 => world.heal(),
                _ => {}
            },
        );
    }
}
