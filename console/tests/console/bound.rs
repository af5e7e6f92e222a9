//! Keys that the operator has bound otherwise, and the mouse.

use zoowarden_console::{
    event::{Event, Mouse},
    keymap::{Action, Key, bound::Keys},
    model::{
        replay::{ReplayKey, Way},
        ui::Screen,
    },
    settings,
};

use crate::fixture::{Console, console, on_members};

fn bound(keys: &str) -> Console {
    let settings = settings::parse(&format!("[keys]\n{keys}\n"), "console.toml");
    let mut console = on_members("healthy");
    console.model.keys = Keys::new(&settings.expect("keys").keys, false);
    console
}

#[test]
fn a_bound_key_acts_and_help_footer_and_palette_show_it() {
    let mut console = bound("filter = \",\"\nsessions = [\"S\", \"Ctrl-s\"]");
    let screen = console.screen(200, 35);
    assert!(screen.contains(" , filter") && !screen.contains(" / filter"));
    console.keys("?");
    let help = console.screen(120, 35);
    assert!(
        help.contains("  S Ctrl-S   sessions of all members"),
        "{help}"
    );
    console.keys("<esc>:sessions");
    assert!(console.screen(120, 35).contains("> S Ctrl-S"));
    console.keys("<esc>5");
    assert_eq!(console.model.ui.screen, Screen::Members, "5 is free now");
    console.keys("<c-s>");
    assert_eq!(console.model.ui.screen, Screen::Sessions);
}

#[test]
fn a_mistake_is_told_with_its_line_and_what_was_expected() {
    for (keys, expected) in [
        (
            "nxt = \"n\"",
            "2: keys: no action \"nxt\"; there are: overview, ",
        ),
        (
            "fault = \"n\"",
            "2: keys: no action \"fault\"; is it \"faults-only\"?",
        ),
        ("quit = \"Q\"", "2: keys: no action \"quit\""),
        (
            "up = \"k\"\nfilter = \"Enter\"",
            "3: filter: expected a key such as \"x\", \"Space\" or \"Ctrl-x\", found \"Enter\"",
        ),
        (
            "filter = 3",
            "2: filter: expected a key such as \"x\", or a list of them, found 3",
        ),
        ("filter = []", "2: filter: expected at least one key"),
        ("filter = \"Ctrl-m\"", "2: filter: Ctrl-m cannot be bound"),
        (
            "\n\nfilter = \"f\"",
            "4: keys: \"f\" would mean both filter and freeze on the screen Members; bind one",
        ),
        (
            "filter = \"B\"",
            "2: keys: \"B\" would mean both break and filter",
        ),
    ] {
        let told = settings::parse(&format!("[keys]\n{keys}\n"), "console.toml");
        let told = told.expect_err(keys).to_string();
        assert!(
            told.starts_with(&format!("console.toml:{expected}")),
            "{told}"
        );
    }
    assert!(
        settings::parse("[keys]\nfilter = \"f\"\nfreeze = \"/\"\n", "c").is_ok(),
        "two may change places"
    );
}

#[test]
fn the_keys_of_a_replay_can_be_bound_too() {
    let of = |keys: &str| settings::parse(&format!("[keys]\n{keys}\n"), "console.toml");
    let bound = of("replay-next-event = \"Ctrl-n\"\nreplay-play = \"P\"").expect("keys");
    let keys = Keys::new(&bound.keys, false).in_a_replay(&bound.keys);
    let action = |key| keys.action(key, Screen::Members);
    let next = Action::Replay(ReplayKey::Event(Way::On));
    assert_eq!(action(Key::Ctrl('n')), Some(next));
    assert_eq!(action(Key::Char(')')), None);
    assert_eq!(
        action(Key::Char('P')),
        Some(Action::Replay(ReplayKey::Play))
    );
    let told = of("replay-next-event = \"f\"").expect_err("two meanings");
    assert!(
        told.to_string()
            .contains("both replay-next-event and freeze"),
        "{told}"
    );
    // Elsewhere a replay's keys are free.
    assert!(of("filter = \",\"").is_ok());
}

#[test]
fn gates_lists_and_text_fields_keep_their_keys() {
    let mut console = bound("back = \"Z\"\ndown = \"s\"\nup = \"w\"\nwho = \"W\"\nact = \"X\"");
    console.keys("/s<enter>");
    assert_eq!(console.model.ui.list().filter.0, "s");
    console.keys("<esc>?<esc>");
    assert!(console.model.ui.overlay.is_none(), "Esc goes back, always");
    console.keys("2<down>");
    let there = console.model.ui.list().selected.clone();
    console.keys("<up>s");
    assert_eq!(console.model.ui.list().selected, there);
}

#[test]
fn the_mouse_selects_and_scrolls_and_never_acts() {
    let mut console = on_members("healthy");
    let screen = console.screen(120, 35);
    let lines: Vec<&str> = screen.lines().collect();
    let row = |of: &str| {
        let found = lines.iter().position(|line| line.contains(of));
        u16::try_from(found.expect(of)).expect("a small screen")
    };
    let third = console.model.members[2].address.clone();
    console.now(Event::Mouse(Mouse::Click { row: row(&third) }));
    assert_eq!(console.model.ui.list().selected, Some(third));
    console.now(Event::Mouse(Mouse::WheelUp));
    let second = console.model.members[1].address.clone();
    assert_eq!(console.model.ui.list().selected, Some(second));
    console.commands.clear();
    console.keys("x");
    let listed = console.screen(120, 35);
    for row in 0..35 {
        console.now(Event::Mouse(Mouse::Click { row }));
    }
    assert_eq!(
        console.screen(120, 35),
        listed,
        "no click chooses an action"
    );
    assert!(console.commands.is_empty());
}

#[test]
fn a_click_selects_the_line_that_is_under_it() {
    for (fixture, keys) in [
        ("healthy", "2"),
        ("znodes", "7"),
        ("healthy", "8"),
        ("healthy", "0"),
    ] {
        let mut console = console(fixture);
        console.keys(keys);
        for row in 0..24 {
            console.screen(80, 24);
            let before = console.model.ui.list().selected.clone();
            console.now(Event::Mouse(Mouse::Click { row }));
            let after = console.model.ui.list().selected.clone();
            let screen = console.screen(80, 24);
            let line = screen.lines().nth(usize::from(row)).unwrap_or_default();
            assert!(
                before == after || line.contains('>'),
                "{fixture} {keys}, line {row}:\n{screen}"
            );
        }
    }
}
