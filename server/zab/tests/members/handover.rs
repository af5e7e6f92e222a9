//! The leadership goes to a chosen member, whatever its sid.

use zoowarden_shared::{Sid, config::Role, election::PeerState};
use zoowarden_zab::HandoverRefusal;

use super::{
    SECOND_US, check, fail, seeds, settle, storm, voters_of,
    world::{World, config_of},
};

fn leads(world: &World, sid: Sid) -> bool {
    world
        .status(sid)
        .is_some_and(|status| status.state == PeerState::Leading && status.serving)
}

fn steady(seed: u64, voters: i64) -> World {
    let mut world = World::new(seed, voters);
    settle(&mut world, "no leader at first");
    world.run(SECOND_US, |_| false);
    world
}

/// At equal zxids an election by itself always goes to the highest sid.
#[test]
fn the_smallest_sid_is_handed_the_office_within_one_election() {
    for seed in 0..200 {
        let voters = voters_of(seed);
        let mut world = steady(seed, voters);
        for _ in 0..world.rng.below(20) {
            world.propose();
        }
        let began_us = world.now_us;
        assert_eq!(world.hand_over(Sid(1)), Ok(()), "seed {seed}");
        if !world.run(SECOND_US, |world| leads(world, Sid(1))) {
            fail(&world, &format!("seed {seed}: 1 does not lead"));
        }
        let took_us = world.now_us - began_us;
        assert!(took_us < 100_000, "seed {seed}: it took {took_us} us");
        assert_eq!(world.leaders.len(), 2, "seed {seed}: one election");
        settle(&mut world, "the others do not follow");
        check(&world);
    }
}

#[test]
fn the_office_goes_round() {
    let mut world = steady(3, 3);
    for heir in [1, 2, 3, 2, 1] {
        assert_eq!(world.hand_over(Sid(heir)), Ok(()));
        world.propose();
        if !world.run(SECOND_US, |world| leads(world, Sid(heir))) {
            fail(&world, &format!("{heir} does not lead"));
        }
        settle(&mut world, "the others do not follow");
        world.propose();
        settle(&mut world, "nothing is committed");
    }
    check(&world);
}

#[test]
fn who_cannot_lead_is_refused_and_nothing_changes() {
    let members = [
        (1, Role::Participant),
        (2, Role::Participant),
        (3, Role::Participant),
        (4, Role::Observer),
    ];
    let mut world = World::of(1, &config_of(members), &[]);
    settle(&mut world, "no leader at first");
    world.crash(Sid(1));
    world.run(SECOND_US, |_| false);
    assert_eq!(world.hand_over(Sid(3)), Err(HandoverRefusal::LeadsAlready));
    assert_eq!(
        world.hand_over(Sid(1)),
        Err(HandoverRefusal::NotInSync(Sid(1)))
    );
    assert_eq!(
        world.hand_over(Sid(4)),
        Err(HandoverRefusal::NoVoter(Sid(4)))
    );
    assert_eq!(
        world.hand_over(Sid(9)),
        Err(HandoverRefusal::NoVoter(Sid(9)))
    );
    world.propose();
    settle(&mut world, "it does not go on");
    assert!(leads(&world, Sid(3)));
    assert_eq!(world.leaders.len(), 1);
}

/// A leader with a slow disk is the one whose office is to go to another, and it was refused:
/// its own log was waited for, which no commit waits for.
#[test]
fn a_leader_with_a_slow_disk_hands_over_while_writes_go_on() {
    for seed in 0..100 {
        let mut world = steady(seed, 3);
        world.slow.insert(Sid(3), 2 * SECOND_US);
        for _ in 0..20 {
            world.propose();
            world.run(20_000, |_| false);
        }
        let began_us = world.now_us;
        assert_eq!(world.hand_over(Sid(1)), Ok(()), "seed {seed}");
        if !world.run(SECOND_US, |world| leads(world, Sid(1))) {
            fail(&world, &format!("seed {seed}: 1 does not lead"));
        }
        let took_us = world.now_us - began_us;
        // Its own vote comes once its log is flushed: the others do not wait for it.
        assert!(took_us < 100_000, "seed {seed}: it took {took_us} us");
        settle(&mut world, "the former leader does not follow");
        check(&world);
    }
}

/// With one of three gone the slow leader's vote is needed: the heir waits for it no longer
/// than for any heir, or is given up.
#[test]
fn a_slow_leader_whose_vote_is_needed_costs_half_a_second_at_most() {
    for seed in 0..100 {
        let mut world = steady(seed, 3);
        world.crash(Sid(2));
        world.slow.insert(Sid(3), 2 * SECOND_US);
        for _ in 0..5 {
            world.propose();
        }
        assert_eq!(world.hand_over(Sid(1)), Ok(()), "seed {seed}");
        world.run(SECOND_US, |_| false);
        assert!(leads(&world, Sid(3)), "seed {seed}: it leads on");
        world.start(Sid(2));
        settle(&mut world, "nothing is committed");
        check(&world);
    }
}

/// What is written meanwhile is committed by the old leader after all.
#[test]
fn an_heir_that_does_not_catch_up_costs_half_a_second() {
    let mut world = steady(2, 3);
    world.pause(Sid(1));
    for _ in 0..5 {
        world.propose();
    }
    assert_eq!(world.hand_over(Sid(1)), Ok(()));
    assert_eq!(world.hand_over(Sid(2)), Err(HandoverRefusal::UnderWay));
    let acknowledged = world.acknowledged.len();
    world.propose();
    world.run(300_000, |_| false);
    assert!(leads(&world, Sid(3)));
    assert!(
        world.acknowledged.len() <= acknowledged + 5,
        "it is held back"
    );
    world.run(400_000, |_| false);
    assert_eq!(world.acknowledged.len(), acknowledged + 6);
    assert!(leads(&world, Sid(3)), "and leads on");
    world.resume(Sid(1));
    settle(&mut world, "it does not catch up later");
    check(&world);
}

/// An heir that dies between its nomination and its election: somebody else leads.
#[test]
fn an_heir_that_dies_is_not_waited_for() {
    for seed in 0..100 {
        let mut world = steady(seed, 3);
        world.propose();
        assert_eq!(world.hand_over(Sid(1)), Ok(()));
        let pause = world.rng.below(8_000);
        world.run(pause, |_| false);
        world.crash(Sid(1));
        let others_lead = |world: &World| leads(world, Sid(2)) || leads(world, Sid(3));
        if !world.run(10 * SECOND_US, others_lead) {
            fail(&world, &format!("seed {seed}: nobody leads"));
        }
        world.start(Sid(1));
        settle(&mut world, "it does not come back");
        check(&world);
    }
}

#[test]
fn what_is_acknowledged_survives_handovers_in_storms() {
    for seed in 0..seeds(300) {
        let voters = voters_of(seed);
        storm(
            seed,
            World::new(seed, voters),
            voters,
            60,
            |world, sid, other| {
                match world.rng.below(10) {
                    0 if world.is_up(sid) => world.crash(sid),
                    1 | 2 if !world.is_up(sid) => world.start(sid),
                    3 if sid != other => world.cut(sid, other),
                    4 => world.heal(),
                    // Refused or not.
                    5..8 => drop(world.hand_over(sid)),
                    _ => {}
                }
            },
        );
    }
}
