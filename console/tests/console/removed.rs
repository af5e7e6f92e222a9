//! A member that was removed and goes on running: it serves, and is no member.

use zoowarden_console::{
    event::Event,
    model::{next_step::next_step, recovery::proposals},
};
use zoowarden_shared::{admin::verdict::Verdict, config::DynamicConfig};

use crate::{
    alarm_stage::Stage,
    troupe::{three_of_ours, writes},
};

/// 1 of three was removed; its process runs on and follows.
fn one_removed() -> Stage {
    let mut stage = three_of_ours();
    let left = "server.2=zk2:2888:3888:participant;0.0.0.0:2181\n\
                server.3=zk3:2888:3888:participant;0.0.0.0:2181\nversion=500000020\n";
    let config = DynamicConfig::parse_lenient(left);
    stage.event(Event::Config(config));
    writes(&mut stage, 2000);
    stage
}

/// `All 2 voters serve; it survives the loss of 1 more`, and `3 of 2, need 2` beside it.
#[test]
fn who_was_removed_is_no_voter_though_it_serves() {
    let mut stage = one_removed();
    let judgement = &stage.console.model.verdict;
    assert_eq!(judgement.verdict, Verdict::Healthy);
    assert_eq!((judgement.voters, judgement.voters_serving), (2, 2));
    assert_eq!(judgement.survives, Some(0));
    assert_eq!(
        judgement.sentence,
        "All 2 voters serve under leader 3; one more loss stops writes."
    );
    let screen = stage.console.screen(120, 35);
    assert!(
        screen.contains("voters ■ ■  2 of 2, need 2  +1 no member"),
        "{screen}"
    );
    assert!(
        screen.contains("no member ──┐"),
        "its box says so: {screen}"
    );
    stage.console.keys("2");
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("no member "), "{screen}");
    stage.console.keys("0");
    let screen = stage.console.screen(120, 35);
    assert!(!screen.contains("promote 1"), "{screen}");
}

#[test]
fn of_two_voters_one_that_is_left_cannot_elect_with_who_was_removed() {
    let mut stage = one_removed();
    stage.kill(3);
    for id in [1, 2] {
        let beat = &mut stage.member(id).beat;
        beat.serving = false;
        if let Some(ensemble) = &mut beat.ensemble {
            ensemble.leader = None;
        }
    }
    stage.play(4000);
    let model = &stage.console.model;
    assert_eq!(model.verdict.verdict, Verdict::NoQuorum);
    let step = next_step(model).map(|step| step.what);
    assert_eq!(step.as_deref(), Some("start 3"));
    let all = proposals(model);
    let of_1 = all
        .iter()
        .find(|one| one.action.to_string().ends_with(" 1"));
    assert_eq!(of_1, None);
}
