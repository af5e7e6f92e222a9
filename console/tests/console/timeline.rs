//! Screen 4: what happened with its cause, how sure that is, and the whole story.

use zoowarden_console::{
    demo::MemberEnd,
    event::Event,
    model::happening::{Weight, What},
};
use zoowarden_shared::{admin::LearnerBeat, config::DynamicConfig};

use crate::{
    alarm_stage::{Speaks, Stage},
    screens::check,
    troupe::{elected, leader_lost, mixed, no_quorum, one_dead, three_of_ours, writes},
};

fn both(name: &str, stage: &mut Stage) {
    stage.console.keys("4");
    for (columns, rows) in [(120, 35), (80, 24)] {
        let screen = stage.console.screen(columns, rows);
        check(&format!("timeline-{name}-{columns}x{rows}"), &screen);
    }
}

fn lines(stage: &Stage) -> Vec<String> {
    let entries = stage.console.model.history.entries();
    entries
        .map(|entry| format!("{} {}", entry.what.kind(), entry.what.sentence()))
        .collect()
}

#[test]
fn each_state_has_its_lines() {
    both("healthy", &mut three_of_ours());
    both("one-dead", &mut one_dead());
    both("leader-lost", &mut leader_lost());
    both("no-quorum", &mut no_quorum());
    both("mixed", &mut mixed());
    both("asking", &mut Stage::of_ours(3));
}

#[test]
fn an_elections_story_has_its_cause_votes_and_zxids() {
    let mut stage = elected();
    stage.console.keys("4/election<enter>");
    for (columns, rows) in [(120, 35), (80, 24)] {
        let screen = stage.console.screen(columns, rows);
        check(&format!("timeline-elected-{columns}x{rows}"), &screen);
    }
}

#[test]
fn what_a_process_tells_replaces_what_was_inferred() {
    let mut stage = elected();
    let election = |stage: &Stage| {
        let all = lines(stage);
        all.into_iter()
            .find(|line| line.starts_with("election "))
            .unwrap()
    };
    assert!(
        election(&stage).contains(" (3 died, inferred)"),
        "{}",
        election(&stage)
    );
    stage.event(Event::MemberEnded(MemberEnd {
        address: "zk3:2181".into(),
        pid: 4711,
        how: "signal: 9 (SIGKILL)".into(),
        last_words: Vec::new(),
    }));
    assert!(
        election(&stage).contains(" (3 died)"),
        "{}",
        election(&stage)
    );
}

#[test]
fn a_leader_that_lives_on_has_resigned() {
    let mut stage = three_of_ours();
    for (id, role) in [(3, "follower"), (2, "leader"), (1, "follower")] {
        let beat = &mut stage.member(id).beat;
        beat.role = role.into();
        beat.zxid = 0x6_0000_0001;
        if let Some(ensemble) = &mut beat.ensemble {
            ensemble.leader = Some(2);
        }
    }
    stage.play(300);
    let told = lines(&stage).pop().unwrap();
    assert!(told.ends_with(" without a leader (3 resigned)"), "{told}");
}

#[test]
fn a_new_process_is_told_from_one_that_had_hung() {
    let mut stage = three_of_ours();
    stage.kill(1);
    stage.play(2000);
    stage.revive(1, Speaks::Beats);
    stage.play(300);
    assert!(
        lines(&stage)
            .iter()
            .any(|line| line.ends_with(", the same process"))
    );
    stage.kill(1);
    stage.play(2000);
    stage.member(1).beat.boot = "other".into();
    stage.revive(1, Speaks::Beats);
    stage.play(300);
    assert!(
        lines(&stage)
            .iter()
            .any(|line| line.ends_with(", restarted"))
    );
    // So soon that nobody has seen it gone.
    stage.member(2).beat.boot = "third".into();
    stage.play(300);
    let last = lines(&stage).pop().unwrap();
    assert_eq!(
        last,
        "restart 2 zk2:2181 has restarted: its process is another one"
    );
}

#[test]
fn a_learner_that_comes_into_step_is_a_sync() {
    let mut stage = three_of_ours();
    writes(&mut stage, 5000);
    let learners = |stage: &mut Stage, synced: &[(i64, bool)]| {
        let learners = synced.iter().map(|(sid, synced)| LearnerBeat {
            sid: *sid,
            votes: true,
            synced: *synced,
            synced_by: Some("SNAP".to_owned()),
            acked: 0,
            silent_ms: None,
        });
        if let Some(ensemble) = &mut stage.member(3).beat.ensemble {
            ensemble.learners = learners.collect();
        }
    };
    learners(&mut stage, &[(2, true)]);
    stage.play(500);
    learners(&mut stage, &[(2, true), (1, false)]);
    stage.play(400);
    learners(&mut stage, &[(2, true), (1, true)]);
    stage.play(100);
    let last = lines(&stage).pop().unwrap();
    assert_eq!(
        last,
        "sync 1 zk1:2181 is in step with leader 3 by SNAP, 0.400 s after it came"
    );
}

#[test]
fn a_reconfig_says_who_came_and_went() {
    let mut stage = three_of_ours();
    let config = |ids: &[u64], version: &str| {
        let lines: Vec<String> = ids
            .iter()
            .map(|n| format!("server.{n}=zk{n}:2888:3888:participant;0.0.0.0:2181"))
            .collect();
        DynamicConfig::parse_lenient(&format!("{}\nversion={version}", lines.join("\n")))
    };
    stage.event(Event::Config(config(&[1, 2, 4, 5], "500000abc")));
    let last = lines(&stage).pop().unwrap();
    assert_eq!(
        last,
        "config voters 3 → 4, added 4 5, removed 3; version 500000abc"
    );
    let before = lines(&stage).len();
    stage.event(Event::Config(config(&[1, 2, 4, 5], "500000abc")));
    assert_eq!(lines(&stage).len(), before, "the same again is none");
}

#[test]
fn alarms_and_operators_have_their_lines_and_a_filter_finds_them() {
    let mut stage = three_of_ours();
    let now = stage.console.model.now;
    let alarm = |began| What::Alarm {
        weight: Weight::Warn,
        began,
        title: "disk of 2 slow".into(),
        notice: 1,
        deliveries: Vec::new(),
    };
    let did = What::Operator {
        who: "op-2".into(),
        what: "restarted 2, \u{1b}[2J CHG-210".into(),
    };
    for what in [alarm(true), did, alarm(false)] {
        stage.console.model.history.note(now, what);
    }
    stage.console.keys("4/operator<enter>");
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("1 of 4, newest first"), "{screen}");
    assert!(
        screen.contains("op-2: restarted 2, \\x1b[2J CHG-210"),
        "{screen}"
    );
    stage.console.keys("<esc>");
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("over: disk of 2 slow"), "{screen}");
}

#[test]
fn the_selection_stays_on_its_entry_while_others_come() {
    let mut stage = one_dead();
    stage.console.keys("4j");
    let chosen = stage.console.model.ui.list().selected.clone();
    stage.revive(1, Speaks::Beats);
    stage.play(500);
    assert_eq!(stage.console.model.ui.list().selected, chosen);
    assert!(stage.console.screen(120, 35).contains("serves again"));
}

#[test]
fn a_thousand_entries_are_kept() {
    let mut stage = three_of_ours();
    let now = stage.console.model.now;
    for n in 0..1500 {
        let what = What::Operator {
            who: "op".into(),
            what: n.to_string(),
        };
        stage.console.model.history.note(now, what);
    }
    assert_eq!(stage.console.model.history.entries().len(), 1000);
    stage.console.keys("4");
    assert!(stage.console.screen(120, 35).contains("1,000 of 1,000"));
}
