//! Themes: what is left where colours are others, or none.

use std::collections::BTreeSet;

use ratatui::{Terminal, backend::TestBackend, buffer::Buffer, style::Color};
use zoowarden_console::{
    model::Model,
    settings,
    view::{Look, Theme, draw},
};

use crate::fixture::{console, on_members};

fn drawn(model: &Model, theme: Theme) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(120, 35)).expect("a test terminal");
    let look = Look {
        ascii: false,
        theme,
    };
    terminal
        .draw(|frame| draw(model, look, frame))
        .expect("a drawing");
    terminal.backend().buffer().clone()
}

fn colours(buffer: &Buffer) -> BTreeSet<String> {
    let cells = buffer.content.iter();
    cells
        .flat_map(|cell| [cell.fg, cell.bg])
        .map(|colour| colour.to_string())
        .collect()
}

#[test]
fn mono_has_no_colour_and_the_other_themes_change_nothing_but_colours() {
    for fixture in [
        "healthy",
        "one-silent",
        "no-quorum",
        "leader-lost",
        "znodes",
        "demo-three",
    ] {
        for key in ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "?"] {
            let mut console = console(fixture);
            console.keys(key);
            let usual = drawn(&console.model, Theme::Default);
            let mono = drawn(&console.model, Theme::Mono);
            assert_eq!(
                colours(&mono),
                BTreeSet::from([Color::Reset.to_string()]),
                "{fixture} {key}"
            );
            let other = drawn(&console.model, Theme::ColourBlind);
            for (cell, twin) in usual.content.iter().zip(&other.content) {
                assert_eq!(
                    (cell.symbol(), cell.modifier),
                    (twin.symbol(), twin.modifier)
                );
            }
        }
    }
}

#[test]
fn neither_red_nor_green_is_left_for_those_who_do_not_see_them_apart() {
    for fixture in ["healthy", "one-silent", "no-quorum"] {
        let console = on_members(fixture);
        let seen = colours(&drawn(&console.model, Theme::ColourBlind));
        assert!(
            !seen.contains("Red") && !seen.contains("Green"),
            "{fixture}: {seen:?}"
        );
    }
    let [good, warn, bad] =
        [Color::Green, Color::Yellow, Color::Red].map(|colour| Theme::ColourBlind.colour(colour));
    assert!(good != warn && warn != bad && good != bad);
}

/// Where two pictures of one screen differ in colour, they differ in a mark or a word too.
#[test]
fn no_state_is_told_by_colour_alone() {
    let text = |fixture: &str| {
        let mut console = on_members(fixture);
        console.screen(120, 35)
    };
    for (state, marks) in [
        ("healthy", &["● HEALTHY"][..]),
        ("one-silent", &["▲ DEGRADED", "✕"]),
        ("no-quorum", &["✕ NO QUORUM", "▲"]),
        ("leader-lost", &["✕"]),
    ] {
        let screen = text(state);
        for mark in marks {
            assert!(screen.contains(mark), "{state}: {mark}\n{screen}");
        }
    }
    // A coloured word that is drawn plainly elsewhere on the screen would tell by its colour:
    // each mark has one meaning, so each has one colour.
    for fixture in ["healthy", "one-silent", "no-quorum", "leader-lost"] {
        let console = on_members(fixture);
        let buffer = drawn(&console.model, Theme::Default);
        for mark in ["●", "▲", "✕"] {
            let cells = buffer.content.iter().filter(|cell| cell.symbol() == mark);
            let drawn: BTreeSet<String> = cells
                .map(|cell| cell.fg)
                // Greyed: an old picture, whose age stands beside it.
                .filter(|fg| !matches!(fg, Color::DarkGray | Color::Reset))
                .map(|fg| fg.to_string())
                .collect();
            assert!(drawn.len() <= 1, "{fixture}: {mark} in {drawn:?}");
        }
    }
}

#[test]
fn a_theme_is_named_in_the_configuration() {
    let theme = |name: &str| {
        let text = format!("[ui]\ntheme = \"{name}\"\n");
        settings::parse(&text, "console.toml").map(|settings| settings.ui.theme)
    };
    assert_eq!(theme("colour-blind").ok(), Some(Theme::ColourBlind));
    assert_eq!(theme("mono").ok(), Some(Theme::Mono));
    assert_eq!(
        theme("dark").expect_err("no such theme").to_string(),
        "console.toml:2: theme: expected \"default\", \"colour-blind\", \"mono\", found \"dark\""
    );
}
