//! The rules on who is there and who leads: each begins and ends an alarm, by events alone.

use zoowarden_console::{event::Event, model::alarm::notice::Urgency};
use zoowarden_shared::{Zxid, admin::Role};

use crate::alarm_stage::{Speaks, Stage, until_begun, until_over};

#[test]
fn in_a_healthy_ensemble_nothing_is_told_for_ten_minutes() {
    for mut stage in [Stage::of_ours(3), Stage::of_apache(5)] {
        stage.play(600_000);
        assert_eq!(stage.active(), Vec::<String>::new());
        assert_eq!(stage.console.model.alarms.history().count(), 0);
        assert_eq!(stage.notices(), []);
    }
}

#[test]
fn a_killed_member_of_three_is_one_critical_notice_and_its_return_another() {
    let mut stage = Stage::of_ours(3);
    stage.play(5000);
    stage.kill(1);
    let notices = stage.notices();
    assert_eq!(notices.len(), 1, "at once, and together: {notices:?}");
    assert_eq!(notices[0].urgency, Urgency::Critical);
    assert!(notices[0].body.contains("zk1:2181 is down"), "{notices:?}");
    assert!(
        notices[0].body.contains("one more loss stops"),
        "{notices:?}"
    );
    assert_eq!(
        stage.active(),
        ["quorum-margin/ensemble", "member-down/zk1:2181"]
    );
    stage.play(5000);
    stage.revive(1, Speaks::Beats);
    stage.play(6000);
    assert_eq!(stage.active(), Vec::<String>::new());
    let notices = stage.notices();
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert_eq!(notices[0].urgency, Urgency::Low);
    assert!(
        notices[0].body.contains("zk1:2181 is down, for 5.1 s."),
        "{notices:?}"
    );
}

#[test]
fn the_same_in_five_is_no_emergency() {
    let mut stage = Stage::of_apache(5);
    stage.play(5000);
    stage.kill(1);
    let notices = stage.notices();
    assert_eq!(stage.active(), ["member-down/zk1:2181"]);
    assert_eq!(notices[0].urgency, Urgency::Normal);
    stage.kill(2);
    let notices = stage.notices();
    assert_eq!(notices[0].urgency, Urgency::Critical);
    assert!(
        stage
            .active()
            .contains(&"quorum-margin/ensemble".to_owned())
    );
}

#[test]
fn a_member_of_ours_that_hangs_is_down_after_a_second() {
    let mut stage = Stage::of_ours(3);
    stage.play(20_000);
    stage.freeze(1);
    stage.play(100);
    assert_eq!(
        stage.active(),
        ["quorum-margin/ensemble", "member-down/zk1:2181"]
    );
    let why = &stage.alarm("member-down/zk1:2181").finding.why;
    assert!(why[0].contains("normally every 0.1 s"), "{why:?}");
    stage.play(3000);
    let told: Vec<_> = stage.notices().iter().map(|n| n.urgency).collect();
    assert_eq!(told, [Urgency::Critical], "once, both together");
}

#[test]
fn one_of_apaches_that_hangs_is_suspected_and_then_down() {
    let mut stage = Stage::of_apache(3);
    stage.play(30_000);
    let down = "member-down/zk1:2181";
    stage.member(1).speaks = Speaks::Quiet;
    until_begun(&mut stage, "missed-heartbeats/zk1:2181", 4000);
    stage.member(1).speaks = Speaks::Hangs;
    until_begun(&mut stage, down, 4000);
    stage.play(200);
    assert_eq!(
        stage.active(),
        ["quorum-margin/ensemble", down],
        "the suspicion became a fault"
    );
    let told: Vec<_> = stage.notices().iter().map(|n| n.urgency).collect();
    assert_eq!(
        told,
        [Urgency::Normal, Urgency::Critical],
        "the suspicion's end is no good news"
    );
}

#[test]
fn half_a_second_of_stall_is_nobodys_fault() {
    let mut stage = Stage::of_ours(3);
    stage.play(20_000);
    stage.member(2).speaks = Speaks::Hangs;
    stage.play(800);
    stage.revive(2, Speaks::Beats);
    stage.play(5000);
    assert_eq!(stage.notices(), []);
}

#[test]
fn a_longer_stall_that_passes_is_told_and_so_is_its_end() {
    let mut stage = Stage::of_ours(3);
    stage.play(20_000);
    stage.freeze(2);
    until_begun(&mut stage, "member-down/zk2:2181", 500);
    stage.revive(2, Speaks::Beats);
    until_over(&mut stage, "member-down/zk2:2181", 5000);
    assert_eq!(stage.notices().len(), 2);
}

#[test]
fn no_leader_is_told_after_an_elections_time() {
    let mut stage = Stage::of_apache(3);
    stage.play(5000);
    stage.kill(3);
    stage.member(1).speaks = Speaks::NotServing;
    stage.member(2).speaks = Speaks::NotServing;
    stage.play(1000);
    assert!(!stage.active().contains(&"no-leader/ensemble".to_owned()));
    until_begun(&mut stage, "no-leader/ensemble", 4000);
    assert_eq!(
        stage.alarm("no-leader/ensemble").finding.urgency,
        Urgency::Critical
    );
    for id in 1..=3 {
        stage.revive(id, Speaks::Answers);
    }
    until_over(&mut stage, "no-leader/ensemble", 6000);
}

#[test]
fn an_election_of_half_a_second_is_only_the_lost_leader() {
    let mut stage = Stage::of_ours(3);
    stage.play(5000);
    stage.kill(3);
    for id in [1, 2] {
        stage.member(id).beat.serving = false;
    }
    stage.play(500);
    for id in [1, 2] {
        stage.member(id).beat.serving = true;
        stage.member(id).beat.epoch = Some(6);
    }
    stage.member(2).beat.role = "leader".into();
    stage.member(2).report.role = Some(Role::Leader);
    stage.play(5000);
    assert_eq!(
        stage.active(),
        ["quorum-margin/ensemble", "member-down/zk3:2181"]
    );
    assert_eq!(stage.notices().len(), 1);
}

#[test]
fn when_most_fall_silent_together_it_is_this_console_that_is_cut_off() {
    let mut stage = Stage::of_ours(5);
    stage.play(20_000);
    for id in 1..=5 {
        stage.member(id).speaks = Speaks::Hangs;
    }
    stage.play(15_000);
    assert_eq!(stage.active(), ["own-connection/console"]);
    let notices = stage.notices();
    assert_eq!(notices.len(), 1, "{notices:?}");
    for id in 1..=5 {
        stage.revive(id, Speaks::Beats);
    }
    stage.play(15_000);
    assert_eq!(stage.active(), Vec::<String>::new());
    assert_eq!(stage.console.model.alarms.history().count(), 1);
    assert_eq!(stage.notices().len(), 1, "its end");
}

#[test]
fn two_of_three_that_hang_are_no_cut_once_the_third_says_it_lost_them() {
    let mut stage = Stage::of_ours(3);
    stage.play(20_000);
    stage.member(2).speaks = Speaks::Hangs;
    stage.member(3).speaks = Speaks::Hangs;
    stage.play(1500);
    stage.member(1).beat.serving = false;
    until_begun(&mut stage, "no-leader/ensemble", 10_000);
    assert_eq!(
        stage.alarm("quorum-margin/ensemble").finding.title,
        "no quorum".to_owned()
    );
}

#[test]
fn after_an_own_pause_nobody_is_accused() {
    let mut stage = Stage::of_ours(3);
    stage.play(20_000);
    // The console stands still for ten minutes, and then hears all of them again.
    stage.at_ms += 600_000;
    stage.event(Event::Tick);
    stage.play(20_000);
    assert_eq!(stage.active(), Vec::<String>::new());
    assert_eq!(stage.notices(), []);
}

#[test]
fn a_member_that_lags_is_told_after_a_while() {
    let mut stage = Stage::of_apache(3);
    stage.play(5000);
    let leader = Some(Zxid(0x5_0000_1f00));
    stage.member(3).report.zxid = leader;
    stage.member(2).report.zxid = leader;
    until_begun(&mut stage, "member-lagging/zk1:2181", 9000);
    stage.member(1).report.zxid = leader;
    until_over(&mut stage, "member-lagging/zk1:2181", 9000);
}

#[test]
fn two_leaders_are_a_split_unless_one_only_wakes_up() {
    let mut stage = Stage::of_apache(3);
    stage.play(5000);
    stage.member(1).report.role = Some(Role::Leader);
    stage.play(2000);
    stage.member(1).report.role = Some(Role::Follower);
    stage.play(6000);
    assert_eq!(stage.notices(), []);
    stage.member(1).report.role = Some(Role::Leader);
    until_begun(&mut stage, "split-epoch/ensemble", 8000);
    stage.member(1).report.role = Some(Role::Follower);
    until_over(&mut stage, "split-epoch/ensemble", 8000);
}

#[test]
fn members_of_ours_in_two_epochs_are_a_split_too() {
    let mut stage = Stage::of_ours(3);
    stage.play(5000);
    stage.member(1).beat.epoch = Some(4);
    until_begun(&mut stage, "split-epoch/ensemble", 6000);
}

#[test]
fn a_digest_mismatch_is_told_of_ours_and_of_apaches() {
    let mut stage = Stage::of_ours(3);
    stage.play(2000);
    let beat = &mut stage.member(2).beat;
    beat.ensemble.as_mut().unwrap().digest_mismatches = 1;
    until_begun(&mut stage, "digest-mismatch/zk2:2181", 1000);
    let mut stage = Stage::of_apache(3);
    stage.play(2000);
    stage.member(2).report.digest_mismatches = Some(3);
    until_begun(&mut stage, "digest-mismatch/zk2:2181", 2000);
    // It was wiped and copied anew, and counts from the start.
    stage.member(2).report.digest_mismatches = Some(0);
    until_over(&mut stage, "digest-mismatch/zk2:2181", 6000);
}
