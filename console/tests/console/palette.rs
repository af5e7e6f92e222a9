//! The palette, and what its commands open: keystrokes in, screen out.

use zoowarden_console::{
    event::{Command, Event},
    model::{
        alarm::MaintenanceScope,
        survey::{Answer, Question},
        ui::{Overlay, Page, Screen},
    },
};

use crate::{
    alarm_stage::Stage,
    fixture::{Console, console, on_members},
    screens::check,
};

#[test]
fn it_lists_everything_with_its_key_and_finds_by_a_few_letters() {
    let mut console = on_members("healthy");
    console.keys(":");
    check("palette-120x35", &console.screen(120, 35));
    console.keys("mtrc");
    check("palette-typed-80x24", &console.screen(80, 24));
    console.keys("<enter>");
    assert_eq!(console.model.ui.screen, Screen::Metrics);
    assert_eq!(console.model.ui.overlay, None);
}

#[test]
fn its_text_is_text_and_esc_goes_back() {
    let mut console = on_members("healthy");
    console.commands.clear();
    console.keys(":q7!");
    console.now(Event::Paste("a\nb".into()));
    let Some(Overlay::Palette(open)) = &console.model.ui.overlay else {
        panic!("it is closed");
    };
    assert_eq!(open.text, "q7!ab");
    console.keys("<esc>");
    assert_eq!(console.model.ui.overlay, None);
    assert!(!console.commands.contains(&Command::Quit));
    console.keys(":<c-c>");
    assert!(console.commands.contains(&Command::Quit));
}

#[test]
fn a_key_of_another_screen_is_not_pressed_there() {
    let mut stage = Stage::of_apache(3);
    stage.play(5000);
    stage.kill(1);
    stage.play(10_000);
    stage.console.keys("2:acknowledge<enter>");
    assert_eq!(stage.console.model.ui.screen, Screen::Alarms);
    assert_eq!(stage.console.model.alarms.counts().acknowledged, 0);
}

#[test]
fn maintenance_mutes_what_it_is_about_stands_in_the_header_and_ends_by_itself() {
    let mut stage = Stage::of_apache(3);
    stage.play(5000);
    stage.console.keys(":maintenance all 30m OPS-902<enter>");
    stage.notices();
    stage.kill(1);
    stage.play(60_000);
    assert!(stage.notices().is_empty(), "nothing is told");
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("MAINTENANCE all 29 m"), "{screen}");
    assert!(screen.contains("OPS-902"), "{screen}");
    stage.console.keys(":maintenance off<enter>");
    stage.play(2000);
    assert!(!stage.notices().is_empty(), "what still lasts is told");
    stage.console.keys(":maintenance 2 1s<enter>");
    let scope = stage
        .console
        .model
        .alarms
        .maintenance()
        .map(|work| work.scope.clone());
    assert!(matches!(scope, Some(MaintenanceScope::Member(_))));
    stage.play(2000);
    assert_eq!(stage.console.model.alarms.maintenance(), None);
}

#[test]
fn what_maintenance_does_not_understand_it_says() {
    let mut console = on_members("healthy");
    for (typed, said) in [
        (":maintenance<enter>", "all 30m"),
        (":maintenance nobody 30m<enter>", "\"nobody\""),
        (":maintenance all soon<enter>", "\"soon\""),
    ] {
        console.keys(typed);
        let screen = console.screen(120, 35);
        assert!(screen.contains(said), "{typed}: {screen}");
        assert_eq!(console.model.alarms.maintenance(), None);
    }
}

#[test]
fn a_maintenance_of_one_member_leaves_the_others_loud() {
    let mut stage = Stage::of_apache(5);
    stage.play(5000);
    stage.console.keys(":maintenance 1 30m<enter>");
    stage.notices();
    stage.kill(1);
    stage.play(10_000);
    assert!(stage.notices().is_empty(), "1 is being worked on");
    stage.kill(2);
    stage.play(10_000);
    assert!(!stage.notices().is_empty(), "2 is not");
}

#[test]
fn handover_is_written_and_copied() {
    let mut stage = Stage::of_apache(3);
    stage.play(5000);
    stage.kill(1);
    stage.play(10_000);
    stage.console.commands.clear();
    stage.console.keys(":handover<enter>");
    let commands = &stage.console.commands;
    let saved = commands.iter().find_map(|command| match command {
        Command::Save { name, text } => Some((name.clone(), text.clone())),
        _ => None,
    });
    let (name, text) = saved.expect("a file");
    assert!(name.starts_with("handover-2026-11-22-") && name.ends_with(".md"));
    assert!(commands.contains(&Command::Copy(text.clone())));
    for part in [
        "# Handover",
        "## Open alarms",
        "quorum margin 0",
        "## Acknowledged",
        "## Open risks",
        "## What happened",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    stage.console.now(Event::Saved(Ok("/x/handover.md".into())));
    let screen = stage.console.screen(80, 24);
    assert!(screen.contains("written to /x/handover.md"), "{screen}");
}

#[test]
fn config_tells_what_differs() {
    let mut console = on_members("healthy");
    console.commands.clear();
    console.keys(":config<enter>");
    let asked = |console: &Console| {
        let asks = console.commands.iter();
        asks.filter(|command| {
            matches!(
                command,
                Command::Ask {
                    question: Question::Settings,
                    ..
                }
            )
        })
        .count()
    };
    assert_eq!(asked(&console), 3, "each member, once");
    for (member, tick) in [("zk1", "2000"), ("zk2", "2000"), ("zk3", "3000")] {
        let settings = [
            ("tickTime", tick),
            ("clientPort", "2181"),
            ("serverId", member),
        ];
        let settings = settings.map(|(key, value)| (key.to_owned(), value.to_owned()));
        console.now(Event::Answered {
            address: format!("{member}:2181"),
            question: Question::Settings,
            answer: Ok(Answer::Settings(settings.into())),
        });
    }
    check("config-120x35", &console.screen(120, 35));
    assert_eq!(asked(&console), 3, "not again while it is fresh");
    console.keys("<esc>");
    assert_eq!(console.model.ui.overlay, None);
}

#[test]
fn capabilities_name_the_line_that_opens_the_rest() {
    let mut console = console("only-srvr");
    console.keys(":capab<enter>");
    assert_eq!(
        console.model.ui.overlay,
        Some(Overlay::Page(Page::Capabilities))
    );
    check("capabilities-80x24", &console.screen(80, 24));
}
