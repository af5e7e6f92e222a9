//! The gate on the screen: what it shows, what it wants typed, when it lets go.

use super::*;

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
