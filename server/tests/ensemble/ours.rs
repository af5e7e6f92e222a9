//! Ensembles of ours alone: quick, and without anything but this workspace.

use crate::{
    harness::{Ensemble, Kind, Kind::Ours, Options},
    scenarios::{catching_up, catching_up::Since, crashes, membership, sessions},
};

/// `members` of ours that tick fast.
fn ensemble(members: usize) -> Ensemble {
    let kinds: Vec<Kind> = vec![Ours; members];
    let options = Options {
        tick_ms: 500,
        ..Options::default()
    };
    Ensemble::started(&kinds, &options)
}

#[test]
fn writes_go_through_each_of_three() {
    membership::writes_through_each(ensemble(3));
}

#[test]
fn writes_go_through_each_of_five() {
    membership::writes_through_each(ensemble(5));
}

#[test]
fn an_observer_serves_too() {
    let options = Options {
        tick_ms: 500,
        observers: vec![3],
        ..Options::default()
    };
    membership::writes_through_each(Ensemble::started(&[Ours; 3], &options));
}

#[test]
fn watches_fire_everywhere() {
    membership::watches_fire_everywhere(ensemble(3));
}

#[test]
fn a_killed_leader_is_replaced_and_comes_back() {
    crashes::leader_killed(&mut ensemble(3));
}

#[test]
fn each_is_killed_in_turn() {
    crashes::each_killed_in_turn(ensemble(3));
}

#[test]
fn all_are_killed_at_once_and_nothing_acknowledged_is_lost() {
    crashes::all_killed_at_once(ensemble(3));
}

#[test]
fn a_paused_leader_learns_that_it_leads_no_longer() {
    crashes::leader_paused(ensemble(3));
}

#[test]
fn a_short_absence_ends_in_a_diff() {
    catching_up::by_diff(ensemble(3));
}

#[test]
fn a_wiped_member_gets_a_snapshot() {
    catching_up::by_snapshot_after_a_wipe(ensemble(3));
}

#[test]
fn an_uncommitted_tail_is_cut() {
    catching_up::without_its_uncommitted_tail(ensemble(3), Since::Nothing);
    catching_up::without_its_uncommitted_tail(ensemble(3), Since::Writes);
}

#[test]
fn a_session_goes_round() {
    sessions::a_session_goes_round(ensemble(3));
}

#[test]
fn a_silent_session_expires() {
    sessions::a_silent_session_expires(ensemble(3));
}

#[test]
#[ignore = "needs Python and PyPI; run: cargo test -p zoowarden-server --test ensemble -- --ignored kazoo"]
fn kazoo_outlives_each_member() {
    sessions::kazoo_outlives_each_member(ensemble(3));
}
