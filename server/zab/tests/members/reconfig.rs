//! Members come, go and change their roles, while transactions go on and members crash.

use zoowarden_shared::{
    Sid, Zxid,
    config::Role::{self, Observer, Participant},
    election::PeerState,
};
use zoowarden_zab::{Config, Durable, Effect, Outputs, Zab};

use super::{
    SECOND_US, check, fail, seeds, settle, storm,
    world::{World, config_of},
};

fn three_and(joiners: &[(i64, Role)]) -> World {
    let config = config_of((1..=3).map(|sid| (sid, Participant)));
    let mut world = World::of(7, &config, joiners);
    settle(&mut world, "no leader at first");
    world
}

fn state(world: &World, sid: i64) -> Option<PeerState> {
    let status = world.status(Sid(sid))?;
    status.serving.then_some(status.state)
}

/// Proposes it once it may be, and waits until its members have it.
fn reconfig(world: &mut World, members: &[(i64, Role)]) {
    let wanted = config_of(members.iter().copied()).servers;
    for _ in 0..50 {
        world.propose();
        if world.reconfig(members) {
            world.propose();
            break;
        }
        world.run(SECOND_US / 10, |_| false);
    }
    let is_there = |world: &World| world.config().servers == wanted && world.has_converged();
    if !world.run(60 * SECOND_US, is_there) {
        fail(world, "the configuration is not in force");
    }
    world.propose();
    settle(world, "nothing is committed in the new configuration");
    check(world);
}

/// ZOOKEEPER-1783.
#[test]
fn the_first_configuration_gets_the_version_of_its_epoch() {
    let world = three_and(&[(4, Observer)]);
    assert_eq!(world.config().version, 1 << 32);
    assert_eq!(
        world.config().servers.len(),
        3,
        "who would join believes less"
    );
}

#[test]
fn an_observer_joins_and_is_promoted() {
    let mut world = three_and(&[(4, Observer)]);
    let mut members = vec![(1, Participant), (2, Participant), (3, Participant)];
    members.push((4, Observer));
    reconfig(&mut world, &members);
    assert_eq!(state(&world, 4), Some(PeerState::Observing));
    members[3] = (4, Participant);
    reconfig(&mut world, &members);
    assert_eq!(state(&world, 4), Some(PeerState::Following));
    assert_eq!(state(&world, 3), Some(PeerState::Leading), "it leads on");
    members[1] = (2, Observer);
    reconfig(&mut world, &members);
    assert_eq!(state(&world, 2), Some(PeerState::Observing));
}

#[test]
fn a_follower_that_is_not_a_member_counts_once_it_is() {
    let mut world = three_and(&[(4, Participant), (5, Participant)]);
    let joined =
        |world: &World| [4, 5].map(|sid| state(world, sid)) == [Some(PeerState::Following); 2];
    assert!(world.run(20 * SECOND_US, joined));
    // Without it there is no quorum of the new configuration.
    reconfig(
        &mut world,
        &[(3, Participant), (4, Participant), (5, Participant)],
    );
    world.crash(Sid(1));
    world.crash(Sid(2));
    world.propose();
    settle(&mut world, "the old members are needed still");
}

#[test]
fn a_leader_that_is_removed_hands_over_at_once() {
    let mut world = three_and(&[(4, Participant)]);
    reconfig(
        &mut world,
        &[
            (1, Participant),
            (2, Participant),
            (3, Participant),
            (4, Participant),
        ],
    );
    let began_us = world.now_us;
    reconfig(
        &mut world,
        &[(1, Participant), (2, Participant), (4, Participant)],
    );
    assert!(
        world.now_us - began_us < SECOND_US,
        "{}",
        world.now_us - began_us
    );
    assert_eq!(world.leaders.len(), 2, "nobody else was elected");
    let follows = |world: &World| state(world, 3) == Some(PeerState::Following);
    assert!(world.run(SECOND_US, follows), "without a vote");
}

#[test]
fn a_leader_that_becomes_an_observer_goes_on_as_one() {
    let mut world = three_and(&[(4, Participant)]);
    reconfig(
        &mut world,
        &[
            (1, Participant),
            (2, Participant),
            (3, Observer),
            (4, Participant),
        ],
    );
    assert_eq!(state(&world, 3), Some(PeerState::Observing));
}

#[test]
fn without_a_quorum_of_the_new_configuration_nothing_is_proposed() {
    let mut world = three_and(&[(4, Participant), (5, Participant)]);
    world.crash(Sid(4));
    world.crash(Sid(5));
    world.run(SECOND_US, |_| false);
    assert!(!world.reconfig(&[(3, Participant), (4, Participant), (5, Participant)]));
}

/// What a leader logged of a reconfig that nobody else heard of is no reason not to follow the
/// next one, though its voters are not up to be asked.
#[test]
fn simulator_59_a_reconfig_that_nobody_knows_of_keeps_nobody_from_a_leader() {
    let mut world = three_and(&[(4, Participant), (5, Participant)]);
    let joined =
        |world: &World| [4, 5].map(|sid| state(world, sid)) == [Some(PeerState::Following); 2];
    assert!(world.run(20 * SECOND_US, joined));
    for other in [1, 2, 4, 5] {
        world.cut(Sid(3), Sid(other));
    }
    // It has not noticed yet.
    assert!(world.reconfig(&[
        (1, Participant),
        (2, Participant),
        (3, Participant),
        (4, Participant),
        (5, Participant),
    ]));
    world.crash(Sid(4));
    world.crash(Sid(5));
    let led = |world: &World| state(world, 2) == Some(PeerState::Leading);
    assert!(world.run(20 * SECOND_US, led), "the others have a leader");
    world.heal();
    let follows = |world: &World| state(world, 3) == Some(PeerState::Following);
    assert!(world.run(20 * SECOND_US, follows), "it never joins them");
    world.propose();
    settle(&mut world, "nothing is committed");
    check(&world);
}

/// A restart that finds a configuration written down and its transaction lost has it forgotten,
/// or the next restart would take it for one that is under way.
#[test]
fn simulator_13562_a_configuration_that_was_lost_with_its_transaction_stays_forgotten() {
    let members = config_of((1..=3).map(|sid| (sid, Participant)));
    let mut seen = config_of((1..=4).map(|sid| (sid, Participant)));
    seen.version = Zxid::new(1, 5).0;
    let mut config = Config::new(Sid(1), members.clone());
    config.seen = vec![seen];
    let started = |last_zxid| {
        let durable = Durable {
            last_zxid,
            ..Durable::default()
        };
        let mut out = Outputs::default();
        Zab::new(config.clone(), durable).start(0, &mut out);
        out.effects
    };
    let forgets = Effect::ConfigSeen(Vec::new());
    assert!(started(Zxid::new(1, 4)).contains(&forgets));
    assert!(!started(Zxid::new(1, 5)).contains(&forgets));
}

/// Reconfigs at random among crashes and cuts.
#[test]
fn what_is_acknowledged_survives_reconfigs_in_storms() {
    for seed in 0..seeds(200) {
        let config = config_of((1..=3).map(|sid| (sid, Participant)));
        let joiners = [(4, Participant), (5, Observer), (6, Participant)];
        let world = World::of(seed, &config, &joiners);
        storm(seed, world, 6, 80, strike);
    }
}

fn strike(world: &mut World, sid: Sid, other: Sid) {
    match world.rng.below(12) {
        0 if world.is_up(sid) => world.crash(sid),
        1..=3 if !world.is_up(sid) => world.start(sid),
        4 if sid != other => world.cut(sid, other),
        5 => world.heal(),
        6..=8 => {
            let mut members = Vec::new();
            for sid in 1..=6 {
                match world.rng.below(4) {
                    0 => {}
                    1 => members.push((sid, Observer)),
                    _ => members.push((sid, Participant)),
                }
            }
            if members.iter().any(|(_, role)| *role == Participant) {
                world.reconfig(&members);
            }
        }
        _ => {}
    }
}
