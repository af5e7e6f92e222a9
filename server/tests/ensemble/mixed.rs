//! Ours among Apache's members, in every role.
//!
//! Who leads is arranged by sids: at the same zxid the largest wins.

use crate::{
    harness::{
        Ensemble,
        Kind::{Apache, Ours},
        Options,
    },
    scenarios::{catching_up, catching_up::Since, crashes, membership, sessions, swap},
};

/// Ours follows Apache's member 3.
fn apache_leads() -> Ensemble {
    Ensemble::led_by(3, &[Ours, Apache, Apache], &Options::default())
}

/// Ours is member 3 and leads two of Apache's.
fn ours_leads() -> Ensemble {
    Ensemble::led_by(3, &[Apache, Apache, Ours], &Options::default())
}

/// Ours observes two of Apache's.
fn ours_observes() -> Ensemble {
    let options = Options {
        observers: vec![3],
        ..Options::default()
    };
    Ensemble::led_by(2, &[Apache, Apache, Ours], &options)
}

/// Five, the leader Apache's, two of ours.
fn five_led_by_apache() -> Ensemble {
    Ensemble::led_by(
        5,
        &[Ours, Apache, Ours, Apache, Apache],
        &Options::default(),
    )
}

/// Five, the leader one of two of ours.
fn five_led_by_ours() -> Ensemble {
    Ensemble::led_by(
        5,
        &[Apache, Ours, Apache, Apache, Ours],
        &Options::default(),
    )
}

#[test]
#[ignore = "needs Java and Debian's zookeeper; run: cargo test -p zoowarden-server --test ensemble -- --ignored mixed"]
fn ours_follows_apache() {
    membership::writes_through_each(apache_leads());
    membership::watches_fire_everywhere(apache_leads());
}

#[test]
#[ignore = "needs Java and Debian's zookeeper; run: cargo test -p zoowarden-server --test ensemble -- --ignored mixed"]
fn ours_leads_apache() {
    membership::writes_through_each(ours_leads());
    membership::watches_fire_everywhere(ours_leads());
}

#[test]
#[ignore = "needs Java and Debian's zookeeper; run: cargo test -p zoowarden-server --test ensemble -- --ignored mixed"]
fn ours_observes_apache() {
    membership::writes_through_each(ours_observes());
    membership::watches_fire_everywhere(ours_observes());
    catching_up::by_snapshot_after_a_wipe(ours_observes());
}

#[test]
#[ignore = "needs Java and Debian's zookeeper; run: cargo test -p zoowarden-server --test ensemble -- --ignored mixed"]
fn apache_observes_ours() {
    let observed = || {
        let options = Options {
            observers: vec![3],
            ..Options::default()
        };
        Ensemble::led_by(2, &[Ours, Ours, Apache], &options)
    };
    membership::writes_through_each(observed());
    catching_up::by_snapshot_after_a_wipe(observed());
}

#[test]
#[ignore = "needs Java and Debian's zookeeper; run: cargo test -p zoowarden-server --test ensemble -- --ignored mixed"]
fn five_members() {
    membership::writes_through_each(five_led_by_apache());
    membership::writes_through_each(five_led_by_ours());
    crashes::each_killed_in_turn(five_led_by_apache());
}

#[test]
#[ignore = "needs Java and Debian's zookeeper; run: cargo test -p zoowarden-server --test ensemble -- --ignored mixed"]
fn ours_takes_over_from_apache() {
    let mut ensemble = Ensemble::led_by(3, &[Apache, Ours, Apache], &Options::default());
    let next = crashes::leader_killed(&mut ensemble);
    assert_eq!(ensemble.kind(next), Ours);
}

#[test]
#[ignore = "needs Java and Debian's zookeeper; run: cargo test -p zoowarden-server --test ensemble -- --ignored mixed"]
fn apache_takes_over_from_ours() {
    let mut ensemble = Ensemble::led_by(3, &[Ours, Apache, Ours], &Options::default());
    let next = crashes::leader_killed(&mut ensemble);
    assert_eq!(ensemble.kind(next), Apache);
}

#[test]
#[ignore = "needs Java and Debian's zookeeper; run: cargo test -p zoowarden-server --test ensemble -- --ignored mixed"]
fn nothing_acknowledged_is_lost_in_crashes() {
    crashes::each_killed_in_turn(apache_leads());
    crashes::each_killed_in_turn(ours_leads());
    crashes::all_killed_at_once(apache_leads());
    crashes::all_killed_at_once(ours_leads());
}

#[test]
#[ignore = "needs Java and Debian's zookeeper; run: cargo test -p zoowarden-server --test ensemble -- --ignored mixed"]
fn a_paused_leader_learns_that_it_leads_no_longer() {
    crashes::leader_paused(apache_leads());
    crashes::leader_paused(ours_leads());
}

#[test]
#[ignore = "needs Java and Debian's zookeeper; run: cargo test -p zoowarden-server --test ensemble -- --ignored mixed"]
fn a_short_absence_ends_in_a_diff() {
    // The last follower is the one that is away.
    catching_up::by_diff(Ensemble::led_by(
        3,
        &[Apache, Ours, Apache],
        &Options::default(),
    ));
    catching_up::by_diff(ours_leads());
}

#[test]
#[ignore = "needs Java and Debian's zookeeper; run: cargo test -p zoowarden-server --test ensemble -- --ignored mixed"]
fn a_wiped_member_gets_a_snapshot() {
    let ours_wiped = Ensemble::led_by(3, &[Apache, Ours, Apache], &Options::default());
    catching_up::by_snapshot_after_a_wipe(ours_wiped);
    catching_up::by_snapshot_after_a_wipe(ours_leads());
}

#[test]
#[ignore = "needs Java and Debian's zookeeper; run: cargo test -p zoowarden-server --test ensemble -- --ignored mixed"]
fn an_uncommitted_tail_is_cut() {
    // The old leader is cut by the other kind.
    for since in [Since::Nothing, Since::Writes] {
        let kinds = [Apache, Ours, Apache];
        let apache_cut = Ensemble::led_by(3, &kinds, &Options::default());
        catching_up::without_its_uncommitted_tail(apache_cut, since);
        catching_up::without_its_uncommitted_tail(ours_leads(), since);
    }
}

#[test]
#[ignore = "needs Java and Debian's zookeeper; run: cargo test -p zoowarden-server --test ensemble -- --ignored mixed"]
fn sessions_move() {
    for ensemble in [apache_leads, ours_leads] {
        sessions::a_session_goes_round(ensemble());
        sessions::a_silent_session_expires(ensemble());
    }
}

#[test]
#[ignore = "needs Java, Debian's zookeeper and Python; run: cargo test -p zoowarden-server --test ensemble -- --ignored mixed"]
fn kazoo_outlives_each_member() {
    sessions::kazoo_outlives_each_member(apache_leads());
    sessions::kazoo_outlives_each_member(ours_leads());
}

#[test]
#[ignore = "needs Java and Debian's zookeeper; run: cargo test -p zoowarden-server --test ensemble -- --ignored mixed"]
fn zkcli_works_through_each() {
    membership::zkcli_through_each(apache_leads());
    membership::zkcli_through_each(ours_leads());
}

#[test]
#[ignore = "needs Java, Debian's zookeeper and Python; run: cargo test -p zoowarden-server --test ensemble -- --ignored mixed"]
fn three_of_apache_become_ours_and_apache_again() {
    let ensemble = Ensemble::started(&[Apache; 3], &Options::default());
    swap::there_and_back(ensemble, Ours, Apache);
}
