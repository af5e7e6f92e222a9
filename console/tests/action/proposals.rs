//! What lists say: the best first, refused ones with their arithmetic, last resorts last.

use zoowarden_console::action::{
    Attempt, Proposal, Selected, Who, for_selected, for_what_is_wrong,
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
fn what_failed_a_while_ago_says_so() {
    let now = facts("1L 2F 3x");
    let attempt = Attempt {
        action: action("start 3"),
        at_wall_ms: now.at.wall_ms - 60_000,
        sentence: "failed at step 1: no route to host".to_owned(),
    };
    let proposals = for_what_is_wrong(&now, &means(), std::slice::from_ref(&attempt));
    assert!(words(&proposals).contains(&"TRIED start 3".to_owned()));
    let old = Attempt {
        at_wall_ms: now.at.wall_ms - 4_000_000,
        ..attempt
    };
    let proposals = for_what_is_wrong(&now, &means(), &[old]);
    assert_eq!(words(&proposals)[0], "SAFE start 3");
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
