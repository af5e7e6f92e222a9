//! A plan that goes on behind the screens: the keyboard is free, and it is not lost.

use zoowarden_console::{
    detached::{Plan, entry::Begun, shelf::State},
    keymap::bound::Keys,
    settings,
};

use super::*;

/// The start of the dead member runs, and waits.
fn started() -> Stage {
    let mut stage = able(one_dead());
    stage.console.keys("0<enter>");
    poll(&mut stage);
    stage.console.keys("y");
    poll(&mut stage);
    progress(&mut stage, Progress::Step(1));
    let waits = "1 answers, and does not serve yet".to_owned();
    progress(&mut stage, Progress::Waiting(waits));
    asked(&mut stage);
    stage
}

fn failed() -> Progress {
    Progress::Ended(Outcome::Failed {
        step: 1,
        why: "not within 120 s: 1 refused".into(),
        resume: None,
    })
}

#[test]
fn esc_leaves_the_picture_and_screen_0_shows_it_again() {
    let mut stage = started();
    stage.console.keys("<esc>");
    assert_eq!(asked(&mut stage), [], "nothing is stopped");
    stage.play(2000);
    both("behind", &mut stage);
    let tiny = stage.console.screen(40, 5);
    assert!(tiny.contains("RUNS start 1, 2.0 s"), "{tiny}");
    stage.console.keys("1");
    let overview = stage.console.screen(120, 35);
    assert!(
        overview.contains("RUNS start 1, 2.0 s: 0 Enter")
            && overview.contains("0 Enter  ▸ RUNS  start 1"),
        "{overview}"
    );
    stage.console.keys("0<enter>");
    let screen = stage.console.screen(120, 35);
    assert!(
        screen.contains("verifying step 2 of 2") && screen.contains("does not serve yet"),
        "{screen}"
    );
}

#[test]
fn a_digit_goes_to_its_screen_while_it_runs() {
    let mut stage = started();
    stage.console.keys("2");
    let screen = stage.console.screen(120, 35);
    assert_eq!(stage.console.model.ui.screen, Screen::Members);
    assert!(
        screen.contains("── members") && screen.contains("RUNS start 1"),
        "{screen}"
    );
}

#[test]
fn s_stops_what_runs_whatever_else_it_is_bound_to() {
    let mut stage = started();
    let settings = settings::parse("[keys]\nmembers = \"s\"\n", "f");
    stage.console.model.keys = Keys::new(&settings.expect("keys").keys, false);
    stage.console.keys("s");
    assert_eq!(asked(&mut stage), [GateCommand::Stop]);
}

#[test]
fn its_end_is_told_and_what_it_said_can_be_read_once() {
    let mut stage = started();
    stage.console.keys("1");
    progress(&mut stage, Progress::Line("ssh: no route to host".into()));
    progress(&mut stage, failed());
    let screen = stage.console.screen(120, 35);
    assert!(
        screen.contains("▲ start 1: failed at step 2: not within 120 s")
            && screen.contains("you: start 1: failed at step 2")
            && !screen.contains("RUNS"),
        "{screen}"
    );
    stage.console.keys("0<enter>");
    assert_eq!(asked(&mut stage), [], "no new gate before the end is read");
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("│ ssh: no route to host"), "{screen}");
    stage.console.keys("<enter><enter>");
    assert!(matches!(asked(&mut stage)[..], [GateCommand::Poll(_)]));
}

#[test]
fn no_other_gate_opens_while_it_runs() {
    let mut stage = started();
    stage.console.keys("2Gx");
    let number = choice(&stage, "restart 3");
    stage.console.keys(&number.to_string());
    assert_eq!(asked(&mut stage), []);
    let screen = stage.console.screen(120, 35);
    assert!(
        screen.contains("start 1 runs: one at a time; 0 Enter shows it"),
        "{screen}"
    );
    progress(&mut stage, Progress::Ended(Outcome::Done { took_ms: 9 }));
    stage.console.keys("x");
    stage.console.keys(&number.to_string());
    assert!(matches!(asked(&mut stage)[..], [GateCommand::Poll(_)]));
}

#[test]
fn q_asks_once_where_what_runs_ends_with_this_console() {
    let mut stage = started();
    stage.console.keys("1q");
    assert!(!stage.console.commands.contains(&Command::Quit));
    let screen = stage.console.screen(120, 35);
    assert!(
        screen.contains("start 1 runs in this console and would stop before its next step"),
        "{screen}"
    );
    stage.console.keys("q");
    assert!(stage.console.commands.contains(&Command::Quit));
}

#[test]
fn q_leaves_at_once_where_it_goes_on_without_the_console() {
    let mut stage = able(three_of_ours());
    stage.console.model.recovery.has_launcher = true;
    stage.console.keys("0<enter>");
    poll(&mut stage);
    let name = stage.console.model.cluster.name.clone();
    stage.console.keys(&name);
    stage.console.keys("<enter>");
    poll(&mut stage);
    assert!(stage.console.screen(120, 35).contains("acting: step 1"));
    stage.console.keys("1q");
    assert!(stage.console.commands.contains(&Command::Quit));
}

#[test]
fn a_plan_of_another_console_is_found_on_screen_0_and_not_begun_twice() {
    let mut stage = able(three_of_ours());
    let steps = [
        "run your hook \"restart\" for 1",
        "1 is another process, serves and is in sync",
        "one write is acknowledged",
    ];
    let begun = Begun {
        cluster: stage.console.model.cluster.name.clone(),
        action: vec!["rolling-restart".into()],
        steps: steps.map(str::to_owned).into(),
        principal: "os:ann".into(),
        ticket: "CHG-1".into(),
        pid: 7,
        unix_ms: stage.console.model.now.wall_ms - 60_000,
    };
    let plan = Plan {
        id: "1800000000000-rolling-restart-7".into(),
        begun,
        step: Some(1),
        waiting: Some("1 answers, and does not serve yet".into()),
        state: State::Runs,
    };
    stage.event(Event::Plans(vec![plan]));
    stage.console.keys("0");
    both("elsewhere", &mut stage);
    asked(&mut stage);
    stage.console.keys("g<enter>");
    assert_eq!(asked(&mut stage), []);
    let screen = stage.console.screen(120, 35);
    assert!(
        screen.contains("zoowarden plans --stop 1800000000000-rolling-restart-7"),
        "{screen}"
    );
}
