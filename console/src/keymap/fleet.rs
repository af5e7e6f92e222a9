//! The keys of the fleet's screen.

use super::{
    Action, Key,
    binding::{Binding, on_all},
};

/// In the place of the table, on the fleet's screen.
pub const FLEET_KEYMAP: &[Binding] = &[
    on_all(
        &[Key::Enter],
        Action::Drill,
        "Enter",
        "open the selected cluster; Esc at its top comes back here",
        Some("open"),
    ),
    on_all(
        &[Key::Char('/')],
        Action::Filter,
        "/",
        "filter the clusters; /!text keeps those without it; Enter keeps it, Esc clears it",
        Some("filter"),
    ),
    on_all(
        &[Key::Char('?')],
        Action::Help,
        "?",
        "this help",
        Some("help"),
    ),
    on_all(&[Key::Up, Key::Char('k')], Action::Up, "↑ k", "up", None),
    on_all(
        &[Key::Down, Key::Char('j')],
        Action::Down,
        "↓ j",
        "down",
        None,
    ),
    on_all(
        &[Key::PageUp, Key::Ctrl('b')],
        Action::PageUp,
        "PgUp",
        "a page up",
        None,
    ),
    on_all(
        &[Key::PageDown, Key::Ctrl('f')],
        Action::PageDown,
        "PgDn",
        "a page down",
        None,
    ),
    on_all(
        &[Key::Home, Key::Char('g')],
        Action::Top,
        "g Home",
        "to the worst",
        None,
    ),
    on_all(
        &[Key::End, Key::Char('G')],
        Action::Bottom,
        "G End",
        "to the end",
        None,
    ),
    on_all(
        &[Key::Ctrl('l')],
        Action::Refresh,
        "Ctrl-L",
        "draw everything again",
        None,
    ),
    on_all(
        &[Key::Char('q')],
        Action::Leave,
        "q",
        "clear the filter, else quit",
        Some("quit"),
    ),
    on_all(&[Key::Esc], Action::Back, "Esc", "clear the filter", None),
    on_all(&[Key::Ctrl('c')], Action::Quit, "Ctrl-C", "quit", None),
];
