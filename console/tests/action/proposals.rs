//! What lists say: the best first, refused ones with their arithmetic, last resorts last.

use zoowarden_console::action::{
    Attempt, Facts, Means, Proposal, Selected, Who, for_selected, for_what_is_wrong,
};
use zoowarden_shared::Sid;

use super::ensemble::{action, facts, means};

fn words(proposals: &[Proposal]) -> Vec<String> {
    let line = |one: &Proposal| format!("{} {}", one.verdict.word(), one.action);
    proposals.iter().map(line).collect()
}

#[test]
fn a_dead_voter_is_started_or_replaced_and_the_others_are_left_alone() {
    let proposals = for_what_is_wrong(&facts("1L 2F 3x 4O"), &means(), &[]);
    assert_eq!(
        words(&proposals),
        [
            "SAFE start 3",
            "SOFT replace 3 by 4",
            "NO GAIN remove 3",
            "REFUSED restart 1",
            "REFUSED restart 2",
            "REFUSED quorum-loss wizard",
        ]
    );
    assert!(proposals[3].sentence.contains("would leave 1 of 3, need 2"));
}

#[test]
fn the_best_is_first_and_the_restart_of_who_is_well_is_never_better() {
    // One hangs, and two more could be lost: every restart would be safe.
    let proposals = for_what_is_wrong(&facts("1L 2F 3? 4F 5F"), &means(), &[]);
    assert_eq!(
        words(&proposals),
        [
            "SAFE restart 3",
            "SOFT start 3",
            "NO GAIN remove 3",
            "NO GAIN restart 1",
            "NO GAIN restart 2",
            "NO GAIN restart 4",
            "NO GAIN restart 5",
            "REFUSED quorum-loss wizard",
        ]
    );
    // What a line of the configuration would open stands before what must not be.
    let no_hooks = Means {
        hooks: [].into(),
        ..means()
    };
    let proposals = for_what_is_wrong(&facts("1L 2F 3x"), &no_hooks, &[]);
    assert_eq!(
        words(&proposals),
        [
            "NO GAIN remove 3",
            "UNAVAILABLE start 3",
            "REFUSED restart 1",
            "REFUSED restart 2",
            "REFUSED quorum-loss wizard",
        ]
    );
}

/// Of `start 3`, so many minutes before.
fn failed(now: &Facts, minutes: i64) -> Attempt {
    Attempt {
        action: action("start 3"),
        at_wall_ms: now.at.wall_ms - minutes * 60_000,
        sentence: "failed at step 1: no route to host".to_owned(),
    }
}

#[test]
fn what_has_just_failed_stands_behind_the_rest_and_says_when_it_was() {
    let now = facts("1L 2F 3x 4O");
    let proposals = for_what_is_wrong(&now, &means(), &[failed(&now, 9)]);
    assert_eq!(
        words(&proposals)[..2],
        ["SOFT replace 3 by 4", "TRIED start 3"]
    );
    let told = "failed 9 min ago at step 1: no route to host";
    assert_eq!(proposals[1].sentence, told);
    let proposals = for_what_is_wrong(&now, &means(), &[failed(&now, 0)]);
    assert!(
        proposals[1]
            .sentence
            .starts_with("failed just now at step 1")
    );
}

#[test]
fn what_failed_a_while_ago_is_told_and_no_longer_ranked_down() {
    let now = facts("1L 2F 3x 4O");
    let proposals = for_what_is_wrong(&now, &means(), &[failed(&now, 15)]);
    assert_eq!(words(&proposals)[0], "SAFE start 3");
    let sentence = &proposals[0].sentence;
    assert!(sentence.contains("; failed 15 min ago"), "{sentence}");
    let proposals = for_what_is_wrong(&now, &means(), &[failed(&now, 61)]);
    let sentence = &proposals[0].sentence;
    assert!(!sentence.contains("failed"), "{sentence}");
}

#[test]
fn an_attempt_is_overcome_once_the_member_is_in_sync() {
    let now = facts("1L 2F 3x");
    assert!(!failed(&now, 1).is_overcome(&now));
    assert!(failed(&now, 1).is_overcome(&facts("1L 2F 3F")));
    // That nobody is lost says nothing of what adds or moves members.
    let removal = Attempt {
        action: action("remove 3"),
        ..failed(&now, 1)
    };
    assert!(!removal.is_overcome(&facts("1L 2F 3F")));
}

#[test]
fn a_healthy_ensemble_can_be_restarted_and_led_by_others() {
    let proposals = for_what_is_wrong(&facts("1L 2F 3F"), &means(), &[]);
    assert_eq!(
        words(&proposals),
        [
            "SAFE rolling restart",
            "SAFE hand the leadership to 2",
            "SAFE hand the leadership to 3",
            "REFUSED quorum-loss wizard",
        ]
    );
}

#[test]
fn who_was_never_asked_is_not_dead() {
    let proposals = for_what_is_wrong(&facts("1F 2! 3!"), &means(), &[]);
    assert_eq!(
        words(&proposals),
        ["REFUSED restart 1", "REFUSED quorum-loss wizard"]
    );
}

#[test]
fn for_a_member_the_list_never_has_the_last_resorts() {
    let who = Selected::Member(Who::Sid(Sid(2)));
    let proposals = for_selected(&who, &facts("1L 2F 3F"), &means(), &[]);
    assert!(
        proposals
            .iter()
            .all(|one| !one.action.kind().is_last_resort())
    );
    assert_eq!(words(&proposals)[0], "SAFE restart 2");
    // One server alone is no ensemble: nobody can lead instead.
    let alone = for_selected(
        &Selected::Member(Who::Sid(Sid(1))),
        &facts("1L"),
        &means(),
        &[],
    );
    assert_eq!(words(&alone).len(), 2, "{:?}", words(&alone));
}

/// After a leader's death nearly all clients are with whoever they found first.
#[test]
fn clients_that_gathered_on_one_member_are_spread_again() {
    let mut all = facts("1L 2F 3F");
    let offers = |all: &Facts| {
        let proposals = for_what_is_wrong(all, &means(), &[]);
        let lines = proposals.iter().map(|one| {
            let word = one.verdict.word();
            format!("{word} {}: {}", one.action, one.sentence)
        });
        lines.into_iter().find(|line| line.contains("clients"))
    };
    assert_eq!(offers(&all), None);
    all.members[1].connections = Some(29);
    assert_eq!(offers(&all), None, "that is chance");
    all.members[1].connections = Some(90);
    let line = offers(&all).unwrap();
    assert!(
        line.starts_with("SAFE move 10 % of the clients of 2"),
        "{line}"
    );
    assert!(line.contains("about 9 of 90 connections"), "{line}");
    all.members[1].is_ours = Some(false);
    assert_eq!(offers(&all), None, "Apache's cannot be asked to");
}
