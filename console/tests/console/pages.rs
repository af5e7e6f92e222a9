//! What the keys open over a screen, hold and hide: `d`, `y`, `f`, `p`, `t`, `H`.

use zoowarden_console::{
    event::{Command, Event},
    model::{
        probe::{Fault, Outcome, Probe},
        survey::{Answer, Question},
        ui::{Overlay, Screen},
    },
};

use crate::{
    alarm_stage::Stage,
    fixture::{Console, console, on_members},
    screens::check,
};

fn falls_silent(console: &mut Console, member: &str) {
    let at_mono_ms = console.model.now.mono_ms + 100;
    let probe = Probe {
        address: member.to_owned(),
        at_mono_ms,
        outcome: Outcome::Silent(Fault::Refused),
        round_trip_us: None,
        interval_ms: 1000,
        closed: Vec::new(),
    };
    console.at(at_mono_ms, Event::Probe(probe));
}

fn copied(console: &mut Console, keys: &str) -> Option<String> {
    console.commands.clear();
    console.keys(keys);
    console.commands.iter().find_map(|command| match command {
        Command::Copy(text) => Some(text.clone()),
        _ => None,
    })
}

#[test]
fn every_screen_has_its_json_and_its_description() {
    for (fixture, keys) in [
        ("healthy", "1"),
        ("healthy", "2"),
        ("healthy", "3"),
        ("healthy", "4"),
        ("sessions", "5"),
        ("znodes", "7"),
        ("healthy", "9llll"),
    ] {
        let mut console = console(fixture);
        console.keys(keys);
        let before = console.screen(120, 35);
        console.keys("y");
        let screen = console.screen(120, 35);
        assert!(screen.contains("JSON: "), "{keys}: {screen}");
        let json = copied(&mut console, "c").expect("copied");
        assert!(
            serde_json::from_str::<serde_json::Value>(&json).is_ok(),
            "{keys}: {json}"
        );
        assert!(console.screen(120, 35).contains("● copied "), "{keys}");
        console.model.ui.said = None;
        console.keys("y");
        assert_eq!(console.screen(120, 35), before, "y goes back");
        console.keys("d");
        assert!(
            !console.screen(80, 24).contains("nothing is chosen"),
            "{keys}"
        );
        console.keys("<esc>");
        assert_eq!(console.model.ui.overlay, None);
    }
}

#[test]
fn a_member_as_json_and_described() {
    let mut console = on_members("healthy");
    console.keys("jy");
    check("raw-member-120x35", &console.screen(120, 35));
    console.keys("<esc>d");
    check("described-member-80x24", &console.screen(80, 24));
}

#[test]
fn a_frozen_picture_stays_and_the_verdict_and_the_alarms_go_on() {
    let mut console = on_members("healthy");
    console.keys("f");
    falls_silent(&mut console, "zk3:2181");
    let screen = console.screen(120, 35);
    assert!(screen.contains("FROZEN"), "{screen}");
    assert!(screen.contains("DEGRADED"), "the verdict is live: {screen}");
    let held = screen
        .lines()
        .skip(5)
        .find(|line| line.contains("zk3:2181"));
    let row = held.expect("its row");
    assert!(row.contains('●'), "the row is held: {row}");
    console.keys("9");
    let screen = console.screen(120, 35);
    assert!(
        screen.contains("does not answer") || screen.contains("refuses"),
        "{screen}"
    );
    console.keys("2jj");
    assert_eq!(
        console.model.ui.list().selected.as_deref(),
        Some("zk3:2181")
    );
    console.keys("f");
    let screen = console.screen(120, 35);
    assert!(!screen.contains("FROZEN"), "{screen}");
    assert!(screen.contains("Refused"), "live again: {screen}");
}

#[test]
fn privacy_hides_addresses_and_values_on_every_screen_and_in_what_is_copied() {
    for (fixture, secrets) in [
        ("healthy", ["zk1", "zk2:2181"]),
        ("sessions", ["zk1", "10.0."]),
        ("one-silent", ["zk3", "zk2:2181"]),
    ] {
        let mut console = console(fixture);
        console.keys("p");
        for screen in Screen::ALL {
            console.keys(&screen.key().to_string());
            for (columns, rows) in [(120, 35), (80, 24)] {
                let drawn = console.screen(columns, rows);
                assert!(drawn.contains("HIDDEN"), "{drawn}");
                for secret in secrets {
                    assert!(!drawn.contains(secret), "{secret} on {screen:?}: {drawn}");
                }
            }
        }
        console.keys("2");
        let text = copied(&mut console, "yc").expect("copied");
        assert!(!text.contains("zk1"), "{text}");
    }
    let mut console = console("znodes");
    console.keys("7j");
    let open = console.screen(120, 35);
    console.keys("p");
    let drawn = console.screen(120, 35);
    assert!(drawn.contains("hidden: p shows it"), "{drawn}");
    console.keys("p");
    assert_eq!(console.screen(120, 35), open);
}

#[test]
fn privacy_reaches_into_logs_hooks_and_the_way_there() {
    let mut stage = Stage::of_ours(3);
    stage.console.model.cluster.way.via = Some("bastion-eu".into());
    stage.console.model.others.me = Some((1, "ann@desk".into()));
    stage.play(3000);
    let console = &mut stage.console;
    console.model.hooks.insert("who".into(), vec!["ssh".into()]);
    let said = |console: &mut Console, question: Question, line: &str| {
        console.now(Event::Answered {
            address: "zk1:2181".into(),
            question,
            answer: Ok(Answer::Lines(vec![line.into()])),
        });
    };
    console.keys("p2gt");
    let line = "INFO serving zk2.internal/10.0.0.2:3888 user=bob digest:carol:aGk from desk";
    said(console, Question::Log, line);
    let log = console.screen(120, 35);
    let text = copied(console, "c").expect("copied");
    console.keys("<esc>H1");
    said(
        console,
        Question::Hook("who".into()),
        "dave@desk since 14:02, INFO serving",
    );
    let hook = console.screen(120, 35);
    for shown in [log, text, hook] {
        assert!(shown.contains("INFO serving"), "{shown}");
        for secret in [
            "internal", "10.0.0.2", "bob", "carol", "desk", "dave", "bastion",
        ] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}

#[test]
fn a_log_is_asked_of_ours_and_of_apaches_only_by_a_hook() {
    let mut console = on_members("healthy");
    console.commands.clear();
    console.keys("t");
    let screen = console.screen(80, 24);
    assert!(
        screen.contains("Apache ZooKeeper has no command for its log"),
        "{screen}"
    );
    assert!(
        !console
            .commands
            .iter()
            .any(|command| matches!(command, Command::Ask { .. }))
    );

    let mut stage = Stage::of_ours(3);
    stage.play(3000);
    stage.console.commands.clear();
    stage.console.keys("2t");
    let asked = stage
        .console
        .commands
        .iter()
        .find_map(|command| match command {
            Command::Ask { address, question } => Some((address.clone(), question.clone())),
            _ => None,
        });
    let (address, question) = asked.expect("asked");
    assert_eq!(question, Question::Log);
    stage.console.now(Event::Answered {
        address,
        question,
        answer: Ok(Answer::Lines(vec!["INFO serving \u{1b}[2J".into()])),
    });
    let screen = stage.console.screen(80, 24);
    assert!(screen.contains("INFO serving \\x1b[2J"), "{screen}");
}

#[test]
fn a_hook_is_chosen_by_a_digit_and_what_it_prints_is_shown() {
    let mut console = on_members("healthy");
    console.keys("H");
    let screen = console.screen(120, 35);
    assert!(screen.contains("no read-only hook"), "{screen}");
    console
        .model
        .hooks
        .insert("iostat".into(), vec!["ssh".into(), "{host}".into()]);
    console.commands.clear();
    console.keys("H");
    assert!(console.screen(120, 35).contains("1 iostat"));
    console.keys("1");
    let question = Question::Hook("iostat".into());
    assert!(console.commands.contains(&Command::Ask {
        address: "zk1:2181".into(),
        question: question.clone(),
    }));
    console.now(Event::Answered {
        address: "zk1:2181".into(),
        question,
        answer: Ok(Answer::Lines(vec!["nvme1n1  await 391 ms".into()])),
    });
    check("hook-80x24", &console.screen(80, 24));
    // Below the member's facts it stays.
    console.keys("<esc>2");
    let screen = console.screen(80, 24);
    assert!(screen.contains("printed by \"iostat\""), "{screen}");
    assert!(screen.contains("await 391 ms"), "{screen}");
    check("members-printed-120x35", &console.screen(120, 35));
}

#[test]
fn an_alarms_runbook_is_shown_and_copied() {
    let mut stage = Stage::of_apache(3);
    stage.play(5000);
    stage.kill(1);
    stage.play(10_000);
    let url = "https://wiki.example/margin";
    let console = &mut stage.console;
    console
        .model
        .runbooks
        .insert("quorum-margin".into(), url.into());
    console.keys("9");
    assert!(console.screen(120, 35).contains(url));
    let text = copied(console, "c").expect("copied");
    assert!(
        text.contains(url) && text.contains("quorum margin 0"),
        "{text}"
    );
}

#[test]
fn header_and_alarm_tell_one_margin_while_a_member_hangs() {
    let mut stage = Stage::of_ours(3);
    stage.play(5000);
    stage.actors[1].speaks = crate::alarm_stage::Speaks::Hangs;
    for _ in 0..40 {
        stage.play(250);
        let model = &stage.console.model;
        let alarmed = model.alarms.get("quorum-margin/ensemble").is_some();
        if alarmed {
            assert_eq!(
                model.verdict.survives,
                Some(0),
                "at {} ms",
                model.now.mono_ms
            );
        }
    }
    assert!(
        stage
            .console
            .model
            .alarms
            .get("quorum-margin/ensemble")
            .is_some()
    );
    assert!(!matches!(
        stage.console.model.ui.overlay,
        Some(Overlay::Help)
    ));
}
