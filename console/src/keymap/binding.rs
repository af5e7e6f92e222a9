//! One line of a table of keys: the keys, what they do, and where that has a meaning.

use super::{Action, Key};
use crate::model::ui::Screen;

/// One line of the table.
#[derive(Debug)]
pub struct Binding {
    pub keys: &'static [Key],
    pub action: Action,
    /// The keys as help and footer write them.
    pub shown: &'static str,
    /// What it does, for the help.
    pub does: &'static str,
    /// One word for the footer; `None` keeps it out.
    pub footer: Option<&'static str>,
    /// The screens on which it has a meaning; empty for all.
    pub screens: &'static [Screen],
}

/// A line for all screens.
pub(super) const fn on_all(
    keys: &'static [Key],
    action: Action,
    shown: &'static str,
    does: &'static str,
    footer: Option<&'static str>,
) -> Binding {
    Binding {
        keys,
        action,
        shown,
        does,
        footer,
        screens: &[],
    }
}

/// Lines that the fleet's table and a cluster's have in common.
pub(super) mod common {
    use super::{Action, Binding, Key, on_all};

    pub(in crate::keymap) const HELP: Binding = on_all(
        &[Key::Char('?')],
        Action::Help,
        "?",
        "this help",
        Some("help"),
    );
    pub(in crate::keymap) const UP: Binding =
        on_all(&[Key::Up, Key::Char('k')], Action::Up, "↑ k", "up", None);
    pub(in crate::keymap) const DOWN: Binding = on_all(
        &[Key::Down, Key::Char('j')],
        Action::Down,
        "↓ j",
        "down",
        None,
    );
    pub(in crate::keymap) const PAGE_UP: Binding = on_all(
        &[Key::PageUp, Key::Ctrl('b')],
        Action::PageUp,
        "PgUp",
        "a page up",
        None,
    );
    pub(in crate::keymap) const PAGE_DOWN: Binding = on_all(
        &[Key::PageDown, Key::Ctrl('f')],
        Action::PageDown,
        "PgDn",
        "a page down",
        None,
    );
    pub(in crate::keymap) const REFRESH: Binding = on_all(
        &[Key::Ctrl('l')],
        Action::Refresh,
        "Ctrl-L",
        "draw everything again",
        None,
    );
    pub(in crate::keymap) const QUIT: Binding =
        on_all(&[Key::Ctrl('c')], Action::Quit, "Ctrl-C", "quit", None);
}

impl Binding {
    /// Whether it has a meaning on this screen.
    #[must_use]
    pub fn is_on(&self, screen: Screen) -> bool {
        self.screens.is_empty() || self.screens.contains(&screen)
    }
}
