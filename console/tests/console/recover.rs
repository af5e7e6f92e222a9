//! Screen 0, the list that `x` opens, and the gate: keystrokes in, screen out.

use zoowarden_console::{
    action::{
        Action, Facts, GateCommand, HookKind, Means, Outcome, Progress, Who, facts::AdminFacts,
        seen,
    },
    event::{Command, Event, GateEvent},
    keymap::Key,
    model::{
        happening::What,
        next_step::{Weighed, next_step},
        ui::{Overlay, Screen},
    },
    view::{Look, Theme},
};

use zoowarden_shared::{Sid, Zxid};

use crate::{
    alarm_stage::Stage,
    screens::check,
    troupe::{mixed, no_quorum, one_dead, three_of_apaches, three_of_ours, writes},
};

/// A stage on which this console has something to act with.
pub(crate) fn able(mut stage: Stage) -> Stage {
    let model = &mut stage.console.model;
    model.cluster.tag = Some("PROD".into());
    model.cluster.colour = Some("red".into());
    model.recovery.means = Means {
        cluster: model.cluster.name.clone(),
        is_read_only: false,
        hooks: [HookKind::Start, HookKind::Restart].into(),
        has_credentials: true,
        processes: Default::default(),
    };
    stage.event(Event::Resize(120, 35));
    stage
}

/// What a fresh poll finds: what the console sees, and the members' AdminServers.
fn polled(stage: &Stage) -> Facts {
    let mut facts = seen(&stage.console.model);
    facts.deadline_ms = 1000;
    for member in facts.members.iter_mut().filter(|one| one.is_alive()) {
        member.leads_ms = Some(86_400_000);
        member.sessions = Some(55);
        member.admin = (member.is_ours == Some(true)).then(|| AdminFacts {
            address: format!("{}:8080", member.name),
            commands: vec!["transfer_leadership".into(), "shed_connections".into()],
        });
    }
    facts
}

fn tell(stage: &mut Stage, event: GateEvent) {
    let gate = stage.console.model.recovery.opened;
    stage.event(Event::Gate { gate, event });
}

pub(crate) fn poll(stage: &mut Stage) {
    let facts = polled(stage);
    tell(stage, GateEvent::Polled(Ok(Box::new(facts))));
}

fn progress(stage: &mut Stage, progress: Progress) {
    tell(stage, GateEvent::Progress(progress));
}

/// What the gates have asked of the shell so far.
fn asked(stage: &mut Stage) -> Vec<GateCommand> {
    let commands = std::mem::take(&mut stage.console.commands).into_iter();
    let acts = commands.filter_map(|command| match command {
        Command::Act { command, .. } => Some(*command),
        _ => None,
    });
    acts.collect()
}

fn both(name: &str, stage: &mut Stage) {
    for (columns, rows) in [(120, 35), (80, 24)] {
        let screen = stage.console.screen(columns, rows);
        check(&format!("recover-{name}-{columns}x{rows}"), &screen);
    }
}

#[test]
fn what_can_be_done_about_a_dead_member_is_ranked_and_what_must_not_be_is_refused() {
    let mut stage = able(one_dead());
    stage.console.keys("0");
    both("one-dead", &mut stage);
}

#[test]
fn the_gate_polls_before_it_shows_and_asks() {
    let mut stage = able(one_dead());
    asked(&mut stage);
    stage.console.keys("0<enter>");
    let start = Action::Start {
        member: Who::Sid(Sid(1)),
    };
    assert_eq!(asked(&mut stage), [GateCommand::Poll(start)]);
    both("gate-polling", &mut stage);
    poll(&mut stage);
    both("gate-shown", &mut stage);
}

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
fn esc_before_the_second_poll_has_answered_sends_nothing() {
    let mut stage = able(one_dead());
    stage.console.keys("0<enter>");
    poll(&mut stage);
    stage.console.keys("y<esc>");
    asked(&mut stage);
    poll(&mut stage);
    assert_eq!(asked(&mut stage), []);
    assert!(stage.console.model.recovery.gate.is_none());
}

#[test]
fn what_names_a_member_wants_its_name_and_enter() {
    let mut stage = able(three_of_ours());
    stage.console.keys("2x");
    both("choices", &mut stage);
    let number = choice(&stage, "restart 1");
    stage.console.keys(&number.to_string());
    poll(&mut stage);
    asked(&mut stage);
    stage.console.keys("2<enter>");
    assert_eq!(asked(&mut stage), []);
    both("gate-wrong-name", &mut stage);
    stage.console.keys("<back>1");
    assert_eq!(
        asked(&mut stage),
        [],
        "an id of one digit wants its Enter too"
    );
    stage.console.keys("<enter>");
    assert!(matches!(asked(&mut stage)[..], [GateCommand::Poll(_)]));
}

/// The number of an action in the list that is open.
fn choice(stage: &Stage, what: &str) -> usize {
    let Some(Overlay::Choices(choices)) = &stage.console.model.ui.overlay else {
        panic!("no list is open");
    };
    let names: Vec<String> = choices
        .proposals
        .iter()
        .map(|one| one.action.to_string())
        .collect();
    let at = names.iter().position(|name| name == what);
    1 + at.unwrap_or_else(|| panic!("no {what} in {names:?}"))
}

#[test]
fn the_key_that_opened_the_gate_does_not_confirm_it() {
    let mut stage = able(three_of_ours());
    stage.console.keys("2jx");
    let number = choice(&stage, "hand the leadership to 2");
    let key = char::from_digit(number as u32, 10).unwrap();
    stage.console.keys(&key.to_string());
    poll(&mut stage);
    asked(&mut stage);
    stage.console.keys(&format!("{key}{key}{key}"));
    assert_eq!(asked(&mut stage), []);
    stage.console.keys("<back><back><back>2<enter>");
    assert!(matches!(asked(&mut stage)[..], [GateCommand::Poll(_)]));
    poll(&mut stage);
    let run = asked(&mut stage);
    let [GateCommand::Run(orders)] = &run[..] else {
        panic!("{run:?}");
    };
    assert!(
        orders.judgement.plan[0]
            .does
            .contains("transfer_leadership?to=2&epoch=5")
    );
}

#[test]
fn what_would_break_the_quorum_is_refused_with_the_arithmetic() {
    let mut stage = able(one_dead());
    stage.console.keys("0jjj<enter>");
    poll(&mut stage);
    let end = asked(&mut stage);
    assert!(
        end.iter().any(|one| matches!(one, GateCommand::Record(..))),
        "it is recorded"
    );
    both("gate-refused", &mut stage);
    stage.console.keys("y2<enter>");
    assert!(stage.console.model.recovery.gate.is_none(), "Enter closes");
}

#[test]
fn another_epoch_than_the_one_shown_lets_it_go() {
    let mut stage = able(three_of_ours());
    stage.console.keys("2x");
    let number = choice(&stage, "restart 1");
    stage.console.keys(&number.to_string());
    poll(&mut stage);
    stage.console.keys("1<enter>");
    asked(&mut stage);
    let mut facts = polled(&stage);
    for member in &mut facts.members {
        member.zxid = Some(Zxid::new(6, 1));
    }
    tell(&mut stage, GateEvent::Polled(Ok(Box::new(facts))));
    assert!(matches!(asked(&mut stage)[..], [GateCommand::Record(..)]));
    both("gate-let-go", &mut stage);
}

#[test]
fn a_soft_check_yields_to_a_reason_and_pasted_text_is_text() {
    let mut stage = able(three_of_apaches());
    stage.console.keys("2Gx");
    let number = choice(&stage, "restart 3");
    stage.console.keys(&number.to_string());
    poll(&mut stage);
    both("gate-soft", &mut stage);
    asked(&mut stage);
    stage.event(Event::Paste("host is\ngoing y 3".into()));
    stage.console.keys("<tab>OPS-902<tab>");
    stage.event(Event::Paste("3".into()));
    assert_eq!(asked(&mut stage), []);
    both("gate-typed", &mut stage);
    stage.console.keys("<enter>");
    assert!(matches!(asked(&mut stage)[..], [GateCommand::Poll(_)]));
    poll(&mut stage);
    let run = asked(&mut stage);
    let [GateCommand::Run(orders)] = &run[..] else {
        panic!("{run:?}");
    };
    assert_eq!(orders.typed.reason, "host isgoing y 3");
    assert_eq!(orders.typed.ticket, "OPS-902");
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
fn esc_while_it_acts_begins_no_further_step() {
    let mut stage = able(one_dead());
    stage.console.keys("0<enter>");
    poll(&mut stage);
    stage.console.keys("y");
    poll(&mut stage);
    asked(&mut stage);
    stage.console.keys("<esc>");
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
fn a_read_only_console_shows_all_of_it_and_arms_nothing() {
    let mut stage = able(one_dead());
    stage.console.model.recovery.means.is_read_only = true;
    stage.console.keys("0");
    assert!(stage.console.screen(120, 35).contains("start 1"));
    stage.console.keys("<enter>");
    poll(&mut stage);
    both("gate-read-only", &mut stage);
    asked(&mut stage);
    stage.console.keys("y");
    assert_eq!(asked(&mut stage), []);
}

#[test]
fn without_hooks_the_line_that_opens_it_is_named() {
    let mut stage = three_of_apaches();
    stage.console.keys("0");
    both("nothing-to-act-with", &mut stage);
    stage.console.keys("d");
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("[cluster.hooks] restart ="), "{screen}");
    let mut stage = one_dead();
    stage.event(Event::Resize(120, 35));
    let step = next_step(&stage.console.model).unwrap();
    assert_eq!(
        (step.weighed, step.what.as_str()),
        (Weighed::ByHand, "start 1")
    );
}

#[test]
fn a_window_too_small_for_a_gate_opens_none_and_hides_none() {
    let mut stage = able(one_dead());
    stage.event(Event::Resize(59, 14));
    asked(&mut stage);
    stage.console.keys("0<enter>");
    assert_eq!(asked(&mut stage), []);
    let said = stage.console.model.ui.said.clone().unwrap();
    assert!(said.is_fault && said.text.contains("enlarge the window to 60x15"));
    stage.event(Event::Resize(120, 35));
    stage.console.keys("<enter>");
    poll(&mut stage);
    asked(&mut stage);
    let screen = stage.console.screen(59, 14);
    assert!(screen.contains("a gate is open"), "{screen}");
    stage.console.keys("y");
    assert_eq!(asked(&mut stage), [], "nobody confirms what is not drawn");
    stage.event(Event::Resize(60, 15));
    check("recover-gate-shown-60x15", &stage.console.screen(60, 15));
}

#[test]
fn without_a_quorum_the_steps_lead_back_to_one() {
    let mut stage = able(no_quorum());
    assert_eq!(next_step(&stage.console.model).unwrap().what, "start 2");
    stage.console.keys("0");
    both("no-quorum", &mut stage);
    stage.console.keys("<enter>");
    let gate = stage.console.model.recovery.gate.as_ref().unwrap();
    assert_eq!(
        gate.action.to_string(),
        "start 2",
        "0 Enter is the next step"
    );
}

#[test]
fn in_a_mixed_ensemble_only_ours_are_handed_the_leadership() {
    let mut stage = able(mixed());
    stage.console.keys("0");
    both("mixed", &mut stage);
}

#[test]
fn an_alarm_that_begins_while_a_gate_is_open_is_in_the_footer() {
    let mut stage = able(three_of_ours());
    stage.console.keys("2x<enter>");
    poll(&mut stage);
    assert!(stage.console.screen(80, 24).contains(" alarms 0 "));
    stage.kill(2);
    writes(&mut stage, 60_000);
    let screen = stage.console.screen(80, 24);
    assert!(screen.contains(" alarms 2 ✕"), "{screen}");
    assert!(screen.contains("gate: "), "no time closes it:\n{screen}");
}

#[test]
fn what_cannot_be_acted_on_says_so() {
    let mut stage = able(three_of_ours());
    stage.console.keys("7x");
    let said = stage.console.model.ui.said.clone().unwrap();
    assert!(said.is_fault, "{}", said.text);
    stage.console.keys("5x");
    assert!(stage.console.model.ui.said.clone().unwrap().is_fault);
    assert_eq!(stage.console.model.ui.screen, Screen::Sessions);
}

#[test]
fn what_only_the_operator_knows_is_typed_and_gets_the_same_gate() {
    let mut stage = able(three_of_ours());
    asked(&mut stage);
    stage.console.keys(":act restore /backup/snapshot.5<enter>");
    let restore = Action::Restore {
        file: "/backup/snapshot.5".into(),
    };
    assert_eq!(asked(&mut stage), [GateCommand::Poll(restore)]);
    assert_eq!(stage.console.model.ui.screen, Screen::Recover);
    stage.console.keys("<esc>:act explode<enter>");
    assert_eq!(asked(&mut stage), []);
    let said = stage.console.model.ui.said.clone().unwrap();
    assert!(said.text.contains("expected an action"), "{}", said.text);
}

#[test]
fn the_step_is_copied_as_a_line_for_the_ticket() {
    let mut stage = able(one_dead());
    asked(&mut stage);
    stage.console.keys("0c");
    let copied = "start 1: SAFE: nothing stops; margin 0 → 1, 0 sessions move".to_owned();
    assert!(stage.console.commands.contains(&Command::Copy(copied)));
    stage.console.keys("y");
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("\"verdict\": \"SAFE\""), "{screen}");
}

#[test]
fn every_stage_is_drawn_in_every_window_in_ascii_too() {
    let stages: [fn(&mut Stage); 5] = [
        |_| {},
        |stage| poll(stage),
        |stage| {
            poll(stage);
            stage.console.keys("y");
        },
        |stage| {
            poll(stage);
            stage.console.keys("y");
            poll(stage);
            for n in 0..100 {
                progress(stage, Progress::Line(format!("line {n}")));
            }
        },
        |stage| tell(stage, GateEvent::Polled(Err("no way\u{1b}".into()))),
    ];
    for play in stages {
        let mut stage = able(one_dead());
        stage.console.keys("0<enter>");
        play(&mut stage);
        let sizes = (1..=140).step_by(17);
        for (columns, rows) in sizes.flat_map(|c| (1..=50).step_by(7).map(move |r| (c, r))) {
            assert!(!stage.console.screen(columns, rows).trim().is_empty());
        }
        let look = Look {
            ascii: true,
            theme: Theme::Mono,
        };
        let screen = stage.console.screen_with(80, 24, look);
        assert!(screen.is_ascii(), "{screen}");
    }
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
