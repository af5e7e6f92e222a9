//! Keystrokes in, state out.

use zoowarden_console::{
    event::{Command, Event},
    model::ui::{Mode, Screen},
};

use crate::fixture::{Console, console, on_members};

fn selected(console: &Console) -> Option<&str> {
    console.model.ui.list().selected.as_deref()
}

#[test]
fn numbers_open_screens_and_q_goes_back_then_out() {
    let mut console = on_members("healthy");
    console.commands.clear();
    console.keys("5");
    assert_eq!(console.model.ui.screen, Screen::Sessions);
    assert_eq!(console.commands, [Command::ShowSessions(true)]);
    console.keys("q");
    assert_eq!(console.model.ui.screen, Screen::Overview);
    assert!(
        console.commands.contains(&Command::ShowSessions(false)),
        "cons is asked no more"
    );
    // One Esc too many ends nothing, a demo and its data least of all.
    console.keys("<esc><esc>");
    assert!(!console.commands.contains(&Command::Quit));
    assert!(console.screen(120, 35).contains("q quits"));
    console.keys("q");
    assert!(console.commands.contains(&Command::Quit));
}

#[test]
fn every_number_opens_its_screen() {
    let mut console = on_members("healthy");
    for screen in Screen::ALL {
        console.keys(&screen.key().to_string());
        assert_eq!(console.model.ui.screen, screen);
    }
}

#[test]
fn ctrl_c_quits_from_anywhere() {
    for before in ["", "/", "o", "?", "7"] {
        let mut console = on_members("healthy");
        console.keys(before);
        console.keys("<c-c>");
        assert!(
            console.commands.contains(&Command::Quit),
            "after {before:?}"
        );
    }
}

#[test]
fn the_selection_stays_on_its_row_when_the_order_changes() {
    let mut console = on_members("healthy");
    console.keys("j");
    assert_eq!(selected(&console), Some("zk2:2181"));
    console.keys("oaoa");
    assert!(
        console.model.ui.list().descending,
        "the same letter again turns it"
    );
    assert_eq!(selected(&console), Some("zk2:2181"));
    console.keys("gG");
    assert_eq!(
        selected(&console),
        Some("zk1:2181"),
        "the last in descending order"
    );
}

#[test]
fn an_unknown_sort_letter_changes_nothing() {
    let mut console = on_members("healthy");
    let before = console.model.ui.list().clone();
    console.keys("oX");
    assert_eq!(
        (console.model.ui.list().clone(), console.model.ui.mode),
        (before, Mode::Normal)
    );
}

#[test]
fn a_filter_takes_keys_as_text_and_esc_clears_it() {
    let mut console = on_members("healthy");
    console.keys("/zkq2<back>");
    assert_eq!(console.model.ui.list().filter.0, "zkq");
    assert_eq!(console.model.ui.mode, Mode::Filter);
    console.keys("<c-u>!leader<enter>");
    assert_eq!(console.model.ui.list().filter.0, "!leader");
    let screen = console.screen(120, 35);
    assert!(
        screen.contains("2 of 3") && screen.contains("filter: !leader"),
        "{screen}"
    );
    console.keys("<esc>");
    assert!(console.model.ui.list().filter.is_empty());
}

#[test]
fn pasted_text_is_text_in_a_text_field_and_nothing_elsewhere() {
    let mut console = on_members("healthy");
    console.commands.clear();
    console.now(Event::Paste("q7\u{3}".into()));
    assert_eq!(
        (console.model.ui.screen, console.commands.len()),
        (Screen::Members, 0)
    );
    console.keys("/");
    console.now(Event::Paste("zk\n1\u{1b}".into()));
    assert_eq!(console.model.ui.list().filter.0, "zk1");
}

#[test]
fn faults_only_leaves_those_in_trouble() {
    let mut console = on_members("one-silent");
    console.keys("!");
    let screen = console.screen(120, 35);
    assert!(
        screen.contains("1 of 3   sort: id   faults only"),
        "{screen}"
    );
}

#[test]
fn a_resize_loses_nothing() {
    let mut console = console("znodes");
    console.keys("7jj");
    let before = selected(&console).map(str::to_owned);
    let screen = console.screen(120, 35);
    console.screen(20, 5);
    console.screen(1, 1);
    assert_eq!(console.screen(120, 35), screen);
    assert_eq!(selected(&console), before.as_deref());
}

#[test]
fn what_is_chosen_under_a_filter_stays_chosen_without_it() {
    for back in ["<enter><esc>", "<esc>"] {
        let mut console = on_members("healthy");
        console.keys("g/zk3");
        console.keys(back);
        assert!(console.model.ui.list().filter.is_empty());
        assert_eq!(selected(&console), Some("zk3:2181"), "{back}");
    }
    // Where nothing passes, nothing else is chosen.
    let mut console = on_members("healthy");
    console.keys("gj");
    let before = selected(&console).map(str::to_owned);
    console.keys("/nowhere<enter><esc>");
    assert_eq!(selected(&console), before.as_deref());
}
