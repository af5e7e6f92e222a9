//! The keys of the fleet's screen.

use super::{
    Action, Key,
    binding::{Binding, common, on_all},
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
    common::HELP,
    common::UP,
    common::DOWN,
    common::PAGE_UP,
    common::PAGE_DOWN,
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
    common::REFRESH,
    on_all(
        &[Key::Char('q')],
        Action::Leave,
        "q",
        "clear the filter, else quit",
        Some("quit"),
    ),
    on_all(&[Key::Esc], Action::Back, "Esc", "clear the filter", None),
    common::QUIT,
];
