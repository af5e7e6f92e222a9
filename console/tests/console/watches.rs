//! Screen 6: what is asked by itself, what only on a key, and what is drawn.

use zoowarden_console::{
    event::{Command, Event},
    model::survey::{Answer, Question},
};
use zoowarden_shared::admin::{parse_wchp, parse_wchs};

use crate::{
    alarm_stage::Stage,
    fixture::{Console, on_members},
    screens::check,
    troupe::three_of_ours,
};

fn asked(console: &mut Console) -> Vec<(String, Question)> {
    let commands = std::mem::take(&mut console.commands);
    let asks = commands.into_iter().filter_map(|command| match command {
        Command::Ask { address, question } => Some((address, question)),
        _ => None,
    });
    asks.collect()
}

fn answer(console: &mut Console, member: &str, question: Question, answer: Answer) {
    console.now(Event::Answered {
        address: member.to_owned(),
        question,
        answer: Ok(answer),
    });
}

fn summarised() -> Console {
    let mut console = on_members("healthy");
    console.commands.clear();
    console.keys("6");
    let questions = asked(&mut console);
    assert_eq!(questions.len(), 3, "wchs of each member");
    assert!(
        questions
            .iter()
            .all(|(_, one)| *one == Question::WatchSummary)
    );
    for (member, watches) in [("zk1:2181", 1204), ("zk2:2181", 7), ("zk3:2181", 0)] {
        let text = format!("3 connections watching 5 paths\nTotal watches:{watches}\n");
        let summary = parse_wchs(&text).expect("wchs");
        let summary = Answer::WatchSummary(summary);
        answer(&mut console, member, Question::WatchSummary, summary);
    }
    assert_eq!(
        asked(&mut console),
        [],
        "Apache's lists are not asked by themselves"
    );
    console
}

#[test]
fn apaches_members_list_their_watches_once_and_only_after_the_cost_was_said() {
    let mut console = summarised();
    check("watches-unlisted-80x24", &console.screen(80, 24));
    console.keys("r");
    let screen = console.screen(120, 35);
    assert!(screen.contains("1,211 in all"), "{screen}");
    console.keys("n");
    assert_eq!(asked(&mut console), [], "n is no y");
    console.keys("ry");
    let questions = asked(&mut console);
    assert_eq!(questions.len(), 3);
    assert!(questions.iter().all(|(_, one)| *one == Question::Watches));
    console.now(Event::Tick);
    assert_eq!(asked(&mut console), [], "once");
}

#[test]
fn the_sessions_have_them_once_they_were_listed_and_say_how_until_then() {
    let mut console = crate::fixture::console("sessions");
    let screen = console.screen(120, 35);
    assert!(screen.contains(" watches "), "{screen}");
    assert!(
        screen.contains("watches of 1 zk1:2181, 2 zk2:2181: ?, only the list of all tells: r on"),
        "{screen}"
    );
    for (member, text) in [
        ("zk1:2181", ""),
        (
            "zk2:2181",
            "/a\n\t0x200001636250000\n/b\n\t0x200001636250000\n",
        ),
    ] {
        let watches = Answer::Watches(parse_wchp(text));
        answer(&mut console, member, Question::Watches, watches);
    }
    let screen = console.screen(120, 35);
    assert!(!screen.contains("watches of zk1"), "{screen}");
    console.keys("ow");
    let screen = console.screen(120, 35);
    let first = screen.lines().find(|line| line.contains("0x2000016"));
    assert!(first.is_some_and(|line| line.contains(" 2 ")), "{screen}");
}

#[test]
fn paths_fan_out_and_sessions_watch() {
    let mut console = summarised();
    console.keys("ry");
    let first = "/locks/a\n\t0x1\n\t0x2\n/config\n\t0x1\n\t0x2\n\t0x3\n";
    let second = "/config\n\t0x200000000000001\n";
    for (member, text) in [("zk1:2181", first), ("zk2:2181", second), ("zk3:2181", "")] {
        let watches = Answer::Watches(parse_wchp(text));
        answer(&mut console, member, Question::Watches, watches);
    }
    check("watches-120x35", &console.screen(120, 35));
    check("watches-80x24", &console.screen(80, 24));
    console.keys("v");
    check("watches-sessions-120x35", &console.screen(120, 35));
    console.keys("/0x2000<enter>");
    let screen = console.screen(120, 35);
    assert!(
        screen.contains("1 listed") && screen.contains("filter: 0x2000"),
        "{screen}"
    );
    console.keys("y");
    let screen = console.screen(120, 35);
    assert!(screen.contains("\"path\": \"/config\""), "{screen}");
}

#[test]
fn a_shut_word_says_what_opens_it() {
    let mut console = summarised();
    console.now(Event::Answered {
        address: "zk2:2181".into(),
        question: Question::WatchSummary,
        answer: Err("wchs is shut; 4lw.commands.whitelist=... opens it".into()),
    });
    let screen = console.screen(120, 35);
    assert!(screen.contains("wchs is shut"), "{screen}");
}

#[test]
fn how_many_a_member_had_before_it_fell_silent_is_no_number_of_now() {
    let mut stage = three_of_ours();
    stage.member(1).report.watches = Some(4);
    stage.play(2000);
    stage.console.keys("6");
    let row = |stage: &mut Stage| {
        let screen = stage.console.screen(120, 35);
        let mut rows = screen.lines().skip(4);
        rows.find(|line| line.contains(" 1 zk1:2181"))
            .map(str::to_owned)
            .unwrap_or(screen)
    };
    assert!(row(&mut stage).contains("4 watches"), "{}", row(&mut stage));
    stage.freeze(1);
    stage.play(3000);
    assert!(
        !row(&mut stage).contains("4 watches"),
        "{}",
        row(&mut stage)
    );
}
