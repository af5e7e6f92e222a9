//! A plan that runs on the screen: its steps, its output, its end.

use super::*;

#[test]
fn a_start_is_shown_confirmed_polled_again_run_verified_and_noted() {
    let mut stage = able(one_dead());
    stage.console.keys("0<enter>");
    poll(&mut stage);
    asked(&mut stage);
    stage.console.keys("n<enter><back><enter>");
    assert_eq!(
        asked(&mut stage),
        [],
        "an Enter that repeats confirms nothing"
    );
    stage.console.keys("y");
    assert!(matches!(asked(&mut stage)[..], [GateCommand::Poll(_)]));
    both("gate-rechecking", &mut stage);
    poll(&mut stage);
    let run = asked(&mut stage);
    let [GateCommand::Run(orders)] = &run[..] else {
        panic!("{run:?}");
    };
    assert_eq!(orders.judgement.plan.len(), 2);
    progress(&mut stage, Progress::Step(0));
    progress(
        &mut stage,
        Progress::Line("zookeeper.service: started".into()),
    );
    progress(&mut stage, Progress::Step(1));
    let waits = "1 answers, and does not serve yet".to_owned();
    progress(&mut stage, Progress::Waiting(waits));
    both("gate-acting", &mut stage);
    stage.at_ms += 3000;
    progress(&mut stage, Progress::Ended(Outcome::Done { took_ms: 3000 }));
    both("gate-done", &mut stage);
    stage.console.keys("<enter>");
    let screen = stage.console.screen(120, 35);
    assert!(
        screen.contains("last: 14:02:51 you, start 1: ● done and verified in 3.0 s"),
        "{screen}"
    );
    let told = stage.console.model.history.entries();
    let operator: Vec<String> = told
        .filter(|entry| matches!(entry.what, What::Operator { .. }))
        .map(|entry| entry.what.sentence())
        .collect();
    assert_eq!(
        operator,
        [
            "you: start 1: begun",
            "you: start 1: done and verified in 3.0 s"
        ]
    );
}

#[test]
fn a_step_that_fails_is_told_and_remembered() {
    let mut stage = able(one_dead());
    stage.console.keys("0<enter>");
    poll(&mut stage);
    stage.console.keys("y");
    poll(&mut stage);
    progress(
        &mut stage,
        Progress::Line("ssh: no route to host \u{1b}[31m".into()),
    );
    let failed = Outcome::Failed {
        step: 0,
        why: "the hook ended with exit status 255".into(),
        resume: None,
    };
    progress(&mut stage, Progress::Ended(failed));
    both("gate-failed", &mut stage);
    stage.console.keys("<esc>");
    stage.event(Event::Tick);
    both("tried", &mut stage);
}

#[test]
fn s_while_it_acts_begins_no_further_step() {
    let mut stage = able(one_dead());
    stage.console.keys("0<enter>");
    poll(&mut stage);
    stage.console.keys("y");
    poll(&mut stage);
    asked(&mut stage);
    stage.console.keys("s");
    assert_eq!(asked(&mut stage), [GateCommand::Stop]);
    let screen = stage.console.screen(80, 24);
    assert!(screen.contains("no further step will begin"), "{screen}");
    let resume = Some(Action::RollingRestart {
        done: vec![Who::Sid(Sid(2))],
    });
    progress(
        &mut stage,
        Progress::Ended(Outcome::Stopped { step: 1, resume }),
    );
    stage.console.keys("<esc>");
    let screen = stage.console.screen(120, 35);
    assert!(
        screen.contains("rolling restart after 2"),
        "it can be taken up:\n{screen}"
    );
}

#[test]
fn output_is_followed_at_its_end_and_page_up_looks_back() {
    let mut stage = able(one_dead());
    stage.console.keys("0<enter>");
    poll(&mut stage);
    stage.console.keys("y");
    poll(&mut stage);
    for n in 0..40 {
        progress(&mut stage, Progress::Line(format!("line {n}.")));
    }
    let screen = stage.console.screen(80, 24);
    assert!(
        screen.contains("line 39.") && !screen.contains("line 20."),
        "{screen}"
    );
    stage.event(Event::Key(Key::PageUp));
    stage.event(Event::Key(Key::PageUp));
    let screen = stage.console.screen(80, 24);
    assert!(
        !screen.contains("line 39.") && screen.contains("line 20."),
        "{screen}"
    );
    stage.event(Event::Key(Key::PageDown));
    stage.event(Event::Key(Key::PageDown));
    assert!(stage.console.screen(80, 24).contains("line 39."));
}

#[test]
fn ctrl_c_stops_what_runs_before_it_leaves() {
    let mut stage = able(one_dead());
    stage.console.keys("0<enter>");
    poll(&mut stage);
    stage.console.keys("y");
    poll(&mut stage);
    asked(&mut stage);
    stage.console.keys("<c-c>");
    assert_eq!(asked(&mut stage), [GateCommand::Stop]);
    stage.console.keys("<c-c>");
    assert!(stage.console.commands.contains(&Command::Quit));
}

/// An attempt at starting the dead member that failed a minute ago.
fn with_a_failed_start() -> Stage {
    let mut stage = able(one_dead());
    let at_wall_ms = stage.console.model.now.wall_ms - 60_000;
    stage.console.model.recovery.note(Attempt {
        action: Action::Start {
            member: Who::Sid(Sid(1)),
        },
        at_wall_ms,
        sentence: "failed at step 2: not within 120 s".to_owned(),
    });
    stage.play(1000);
    stage.console.keys("0");
    let screen = stage.console.screen(120, 35);
    assert!(
        screen.contains("TRIED") && screen.contains("failed 1 min ago at step 2"),
        "{screen}"
    );
    stage
}

#[test]
fn a_step_that_was_done_and_verified_since_is_not_condemned_by_an_earlier_failure() {
    let mut stage = with_a_failed_start();
    stage.console.keys("<enter>");
    poll(&mut stage);
    stage.console.keys("y");
    poll(&mut stage);
    progress(&mut stage, Progress::Ended(Outcome::Done { took_ms: 3000 }));
    assert_eq!(stage.console.model.recovery.attempts, []);
}

#[test]
fn the_next_fault_of_a_member_that_was_well_meanwhile_is_another_one() {
    let mut stage = with_a_failed_start();
    stage.revive(1, Speaks::Beats);
    stage.play(5000);
    stage.kill(1);
    stage.play(5000);
    let screen = stage.console.screen(120, 35);
    assert!(
        screen.contains("start 1") && !screen.contains("TRIED") && !screen.contains("failed"),
        "{screen}"
    );
}
