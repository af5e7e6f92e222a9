//! The drill: keystrokes in, screen, orders and scores out.

use zoowarden_console::{
    event::{Command, Event},
    keymap::{Key, bound::Keys},
    model::{
        drill::{Drill, News, Order, SCENARIOS, Stage as DrillStage, Strike, named, operator},
        ui::{Overlay, Page},
    },
};
use zoowarden_shared::{
    SessionId,
    admin::{LearnerBeat, Role},
};

use crate::{
    alarm_stage::{Speaks, Stage},
    screens::check,
    troupe::{three_of_ours, writes},
};

/// Three of ours, well, and these scenarios to come.
fn drilled(names: &[&str]) -> Stage {
    let mut stage = three_of_ours();
    let plan = names.iter().map(|name| named(name).unwrap()).collect();
    let model = &mut stage.console.model;
    model.keys = Keys::new(&[], false).in_a_drill();
    model.drill = Some(Box::new(Drill::new(plan, 1)));
    model.ui.overlay = Some(Overlay::Page(Page::Drill));
    stage
}

fn drill(stage: &Stage) -> &Drill {
    stage.console.model.drill.as_deref().unwrap()
}

/// What the shell was told to break or to mend.
fn orders(stage: &mut Stage) -> Vec<Order> {
    let commands = std::mem::take(&mut stage.console.commands).into_iter();
    let orders = commands.filter_map(|command| match command {
        Command::Drill(order) => Some(order),
        _ => None,
    });
    orders.collect()
}

/// Lets time pass until something is struck; who.
fn struck(stage: &mut Stage) -> Vec<usize> {
    for _ in 0..100 {
        writes(stage, 100);
        if let [Order::Strike { targets, .. }] = &orders(stage)[..] {
            return targets
                .iter()
                .map(|target| usize::try_from(target.sid.0).unwrap())
                .collect();
        }
    }
    panic!("nothing was struck");
}

fn tell(stage: &mut Stage, news: News) {
    stage.event(Event::Drill(news));
}

/// One follower is gone, and the drill knows it.
fn one_down(names: &[&str]) -> (Stage, usize) {
    let mut stage = drilled(names);
    stage.console.keys(" ");
    let who = struck(&mut stage)[0];
    stage.kill(who);
    tell(&mut stage, News::Struck(Ok(None)));
    writes(&mut stage, 2000);
    (stage, who)
}

#[test]
fn it_begins_with_its_rules_and_strikes_only_what_is_whole() {
    let mut stage = drilled(&["dead-follower"]);
    writes(&mut stage, 5000);
    assert_eq!(orders(&mut stage), []);
    check("drill-briefing-120x35", &stage.console.screen(120, 35));
    stage.kill(1);
    stage.console.keys(" ");
    writes(&mut stage, 6000);
    assert_eq!(orders(&mut stage), [], "one is down already");
    // It has caught up.
    stage.member(1).beat.zxid = stage.member(3).beat.zxid;
    stage.revive(1, Speaks::Beats);
    struck(&mut stage);
}

#[test]
fn a_fault_is_measured_until_the_alarm_until_it_is_looked_at_and_until_it_is_mended() {
    let (mut stage, who) = one_down(&["dead-follower", "no-quorum"]);
    let round = drill(&stage).round().unwrap().clone();
    assert!(round.alarmed_ms.is_some_and(|ms| ms < 1500), "{round:?}");
    assert_eq!(round.located_ms, None);
    check("drill-under-way-80x24", &stage.console.screen(80, 24));
    check("drill-under-way-120x35", &stage.console.screen(120, 35));

    // Its row alone is no look at it: whoever opens it has found it.
    stage.console.keys(&format!("2g{}", "j".repeat(who - 1)));
    assert_eq!(drill(&stage).round().unwrap().located_ms, None);
    stage.console.keys("<enter>");
    writes(&mut stage, 100);
    stage.console.keys("d");
    let located_ms = drill(&stage).round().unwrap().located_ms.unwrap();
    assert!((2000..3000).contains(&located_ms), "{located_ms}");

    stage.revive(who, Speaks::Beats);
    writes(&mut stage, 8000);
    let score = &drill(&stage).scores[0];
    assert!(
        score.repaired_ms > score.located_ms && score.points == 100,
        "{score:?}"
    );
    assert_eq!(drill(&stage).stage, DrillStage::Between);
    check("drill-lesson-120x35", &stage.console.screen(120, 35));
    check("drill-lesson-80x24", &stage.console.screen(80, 24));
    stage.console.keys(" ");
    assert!(matches!(drill(&stage).stage, DrillStage::Calming { .. }));
    assert_eq!(struck(&mut stage).len(), 2, "a majority of three");
}

#[test]
fn hints_come_late_and_cost_and_giving_up_has_it_mended() {
    let (mut stage, _) = one_down(&["dead-follower"]);
    stage.console.keys("i");
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("look for yourself first"), "{screen}");
    writes(&mut stage, 4000);
    stage.console.keys("i");
    let screen = stage.console.screen(120, 35);
    let first = SCENARIOS[0].hints[0];
    assert!(screen.contains(&format!("hint: {first}")), "{screen}");
    assert_eq!(drill(&stage).round().unwrap().hints, 1);
    stage.console.keys(" ");
    let screen = stage.console.screen(80, 24);
    assert!(screen.contains("hint: The overview (1)"), "{screen}");

    orders(&mut stage);
    stage.console.keys("s");
    assert_eq!(orders(&mut stage), [Order::Mend]);
    assert_eq!(
        (drill(&stage).points(), &drill(&stage).stage),
        (0, &DrillStage::Over)
    );
    check("drill-over-80x24", &stage.console.screen(80, 24));
    stage.console.keys("s");
    assert_eq!(orders(&mut stage), []);
}

#[test]
fn a_hint_that_a_line_cannot_hold_is_read_on_the_page() {
    let (mut stage, _) = one_down(&["dead-follower"]);
    stage.console.screen(80, 24);
    writes(&mut stage, 4000);
    stage.console.keys("i");
    let screen = stage.console.screen(80, 24);
    // It is the page that breaks lines.
    let [first, last] = ["hint: The overview (1) names", "right side."];
    assert!(screen.contains(first) && screen.contains(last), "{screen}");
}

#[test]
fn a_lock_is_free_when_its_session_is_gone_and_not_before() {
    let mut stage = drilled(&["stuck-lock"]);
    stage.console.keys(" ");
    assert_eq!(struck(&mut stage), [0_usize; 0]);
    tell(&mut stage, News::Struck(Ok(Some(SessionId(0x2f7a7)))));
    writes(&mut stage, 5000);
    assert!(drill(&stage).round().is_some(), "all members are well");
    tell(&mut stage, News::ClientIsGone);
    writes(&mut stage, 2000);
    assert!(drill(&stage).scores[0].repaired_ms.is_some());
}

#[test]
fn those_who_own_the_network_are_called_about_the_right_member_and_a_wrong_call_costs() {
    let mut stage = drilled(&["cut-off-follower"]);
    stage.console.keys("B");
    assert!(stage.console.screen(120, 35).contains("nothing is broken"));
    stage.console.keys(" ");
    let who = struck(&mut stage)[0];
    tell(&mut stage, News::Struck(Ok(None)));
    stage.console.keys("B");
    check("drill-calls-120x35", &stage.console.screen(120, 35));
    // The storage people, about the same member.
    stage.console.keys(&format!("{}<enter>", 2 * who));
    assert_eq!(orders(&mut stage), []);
    assert_eq!(drill(&stage).round().unwrap().wrong_calls, 1);
    writes(&mut stage, 8000);
    assert!(
        drill(&stage).round().is_some(),
        "all seems well, but is not"
    );
    stage.console.keys(&format!("B{}<enter>", 2 * who - 1));
    assert!(
        matches!(&orders(&mut stage)[..], [Order::Call { target, .. }]
        if target.sid.0 == i64::try_from(who).unwrap())
    );
    writes(&mut stage, 2000);
    let score = &drill(&stage).scores[0];
    assert_eq!((score.points, score.wrong_calls), (85, 1), "{score:?}");
}

/// A learner, as its leader tells of it.
fn in_step(sid: i64) -> LearnerBeat {
    LearnerBeat {
        sid,
        votes: true,
        synced: true,
        synced_by: Some("DIFF".to_owned()),
        acked: 0x6_0000_0001,
        silent_ms: None,
    }
}

#[test]
fn a_slow_disk_is_changed_once_its_member_leads_no_more() {
    let mut stage = drilled(&["slow-disk"]);
    stage.console.keys(" ");
    assert_eq!(struck(&mut stage), [3], "the leader");
    tell(&mut stage, News::Struck(Ok(None)));
    writes(&mut stage, 2000);
    stage.console.keys("B6<enter>");
    assert_eq!(orders(&mut stage), []);
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("hand over first, it leads"), "{screen}");
    stage.console.keys(":act transfer-leadership 1<enter>");
    assert!(drill(&stage).round().unwrap().located_ms.is_some());
    stage.console.keys("<esc>");

    // It was handed over to 2; the disk is as slow as before.
    for (id, role) in [(1, Role::Follower), (2, Role::Leader), (3, Role::Follower)] {
        stage.member(id).report.role = Some(role);
        let beat = &mut stage.member(id).beat;
        beat.zxid = 0x6_0000_0001;
        beat.epoch = Some(6);
        beat.role = role.name().into();
        if let Some(ensemble) = &mut beat.ensemble {
            ensemble.leader = Some(2);
            ensemble.logged = beat.zxid;
            ensemble.learners.clear();
            if id == 2 {
                ensemble.learners.extend([1, 3].map(in_step));
            }
        }
    }
    stage.play(8000);
    assert!(drill(&stage).round().is_some(), "nobody changed the disk");
    stage.console.keys("B6<enter>");
    assert!(matches!(&orders(&mut stage)[..], [Order::Call { .. }]));
    stage.play(2000);
    let score = &drill(&stage).scores[0];
    assert_eq!((score.points, score.wrong_calls), (100, 0), "{score:?}");
}

#[test]
fn the_page_says_how_a_drill_is_begun() {
    let mut stage = three_of_ours();
    stage.console.keys(":drill<enter>");
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("zoowarden drill --only"), "{screen}");
    for scenario in SCENARIOS {
        assert!(screen.contains(scenario.name), "{screen}");
    }
}

#[test]
fn what_could_not_be_broken_is_tried_again() {
    let mut stage = drilled(&["frozen-leader"]);
    stage.console.keys(" ");
    assert_eq!(struck(&mut stage), [3]);
    tell(
        &mut stage,
        News::Struck(Err("its process does not run".into())),
    );
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("nothing could be broken"), "{screen}");
    assert_eq!(struck(&mut stage), [3]);
}

#[test]
fn the_same_seed_strikes_the_same_members() {
    let strikes = |seed| {
        let mut stage = drilled(&[]);
        let plan = vec![named("dead-follower").unwrap(); 6];
        stage.console.model.drill = Some(Box::new(Drill::new(plan, seed)));
        let mut hit = Vec::new();
        for _ in 0..6 {
            stage.console.keys(" ");
            hit.extend(struck(&mut stage));
            tell(&mut stage, News::Struck(Ok(None)));
            stage.console.keys("s");
        }
        hit
    };
    let first = strikes(7);
    assert_eq!(first, strikes(7));
    assert!(first.contains(&1) && first.contains(&2), "{first:?}");
    assert!(!first.contains(&3), "3 leads");
}

#[test]
fn outside_a_drill_its_keys_mean_nothing() {
    let mut stage = three_of_ours();
    stage.console.keys(" is");
    assert!(stage.console.model.ui.overlay.is_none());
    assert_eq!(orders(&mut stage), []);
    assert_eq!(operator::next_key(&stage.console.model), None);
}

#[test]
fn who_drills_by_script_waits_for_the_alarm_and_types_the_repair() {
    let mut stage = drilled(&["dead-follower"]);
    assert_eq!(
        operator::next_key(&stage.console.model),
        Some(Key::Char(' '))
    );
    stage.console.keys(" ");
    let who = struck(&mut stage)[0];
    assert_eq!(operator::next_key(&stage.console.model), None);
    stage.kill(who);
    tell(&mut stage, News::Struck(Ok(None)));
    writes(&mut stage, 2000);
    let mut typed = String::new();
    while let Some(key) = operator::next_key(&stage.console.model) {
        stage.event(Event::Key(key));
        match key {
            Key::Char(c) => typed.push(c),
            _ => break,
        }
    }
    assert_eq!(typed, format!(":act start {who}"));
    let gate = stage.console.model.recovery.gate.as_ref();
    let action = gate.map(|gate| gate.action.to_string());
    assert_eq!(action, Some(format!("start {who}")));
    assert!(drill(&stage).round().unwrap().located_ms.is_some());
}

#[test]
fn every_strike_is_exercised() {
    for strike in [
        Strike::HoldDown,
        Strike::Freeze,
        Strike::TakeVote,
        Strike::HoldLock,
        Strike::CutOff,
        Strike::DamageLog,
        Strike::FillDisk,
        Strike::SlowDisk,
        Strike::StormWatches,
    ] {
        assert!(SCENARIOS.iter().any(|scenario| scenario.strike == strike));
    }
}
