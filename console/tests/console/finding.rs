//! The find: begun by what is typed, shown while it goes on, stopped where it would hurt.

use zoowarden_console::{
    event::{Command, Event, SessionEvent},
    model::find::{
        FindNews,
        walk::{Hit, Progress},
    },
};

use crate::{
    fixture::{Console, console},
    screens::check,
};

fn hit(path: &str, data_length: i32, children: i32) -> FindNews {
    FindNews::Hit(Hit {
        path: path.into(),
        data_length,
        children,
        is_ephemeral: children == 0,
    })
}

fn tell(console: &mut Console, news: FindNews) {
    let number = console.model.desk.find.number;
    console.now(Event::Find { number, news });
}

/// A find that was begun on the whole tree.
fn begun(typed: &str) -> Console {
    let mut console = console("znodes");
    console.keys("7gF");
    console.keys(typed);
    console.keys("<enter>");
    console
}

#[test]
fn the_prompt_teaches_its_terms_and_says_what_it_does_not_understand() {
    let mut console = console("znodes");
    console.keys("7gF>many<enter>");
    check("find-prompt-120x35", &console.screen(120, 35));
    assert!(
        !console
            .commands
            .iter()
            .any(|command| matches!(command, Command::Find { .. }))
    );
}

#[test]
fn hits_are_shown_as_they_come_and_enter_goes_there() {
    let mut console = begun("lock >10");
    let is_begun =
        |command: &Command| matches!(command, Command::Find { start, .. } if start == "/");
    assert!(console.commands.iter().any(is_begun));
    tell(
        &mut console,
        hit("/locks/deep/down/lock-0000000007", 700_000, 0),
    );
    tell(&mut console, hit("/locks", 12, 1500));
    let progress = Progress {
        looked: 812,
        waiting: 97,
        wide: 1,
        per_s: 50.0,
        ..Progress::default()
    };
    tell(&mut console, FindNews::Progress(progress));
    check("find-running-120x35", &console.screen(120, 35));
    check("find-running-80x24", &console.screen(80, 24));
    console.keys("<enter>");
    let screen = console.screen(120, 35);
    assert!(screen.contains("lock-0000000007"), "{screen}");
    assert_eq!(
        console.model.ui.list().selected.as_deref(),
        Some("/locks/deep/down/lock-0000000007"),
        "before its family is listed"
    );
}

#[test]
fn esc_stops_it_and_then_leaves() {
    let mut console = begun("lock");
    console.keys("<esc>");
    assert!(console.commands.contains(&Command::StopFind));
    tell(&mut console, hit("/late", 0, 0));
    let screen = console.screen(120, 35);
    assert!(
        screen.contains("not whole") && !screen.contains("/late"),
        "{screen}"
    );
    console.keys("<esc>");
    assert!(console.screen(120, 35).contains("znodes"));
}

#[test]
fn what_an_older_find_tells_is_not_this_ones() {
    let mut console = begun("lock");
    console.now(Event::Find {
        number: 0,
        news: hit("/old", 0, 0),
    });
    assert!(console.model.desk.find.hits.is_empty());
}

#[test]
fn it_is_refused_and_stopped_while_the_ensemble_can_lose_no_more() {
    let mut refused = console("no-quorum");
    refused.keys("7F");
    let screen = refused.screen(120, 35);
    assert!(
        screen.contains("a find would cost") || screen.contains("no session"),
        "{screen}"
    );
    let mut console = begun("lock");
    console.now(Event::Session(SessionEvent::Lost { why: "gone".into() }));
    assert!(console.commands.contains(&Command::StopFind));
    assert!(console.screen(120, 35).contains("no session to read with"));
}

#[test]
fn a_margin_of_nought_refuses_it() {
    let mut console = console("one-silent");
    console.keys("7F");
    assert!(console.model.ui.overlay.is_none(), "no prompt");
    let said = console.model.ui.said.clone().unwrap();
    assert!(said.is_fault, "{said:?}");
}
