//! The one table of keys: it drives what keys do, the footer and the help.

use crate::model::ui::Screen;

/// A key as the terminal tells it, without the terminal library's types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Char(char),
    Ctrl(char),
    Enter,
    Esc,
    Tab,
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Home,
    End,
    Backspace,
}

/// What a key does. Nothing here changes an ensemble: this version only watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Show(Screen),
    Help,
    Filter,
    Sort,
    FaultsOnly,
    Up,
    Down,
    PageUp,
    PageDown,
    Top,
    Bottom,
    Open,
    Close,
    NextPane,
    Form,
    Refresh,
    Back,
    Quit,
}

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

const fn on_all(
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

const TABLES: &[Screen] = &[Screen::Members, Screen::Sessions];

/// The table. The footer takes its entries in this order while there is room.
pub const KEYMAP: &[Binding] = &[
    on_all(
        &[Key::Char('2')],
        Action::Show(Screen::Members),
        "2",
        "members: role, zxid and lag, answers, silence",
        Some("Members"),
    ),
    on_all(
        &[Key::Char('5')],
        Action::Show(Screen::Sessions),
        "5",
        "sessions of all members",
        Some("Sessions"),
    ),
    on_all(
        &[Key::Char('7')],
        Action::Show(Screen::Znodes),
        "7",
        "znodes: the tree, live where it is on the screen",
        Some("Znodes"),
    ),
    on_all(
        &[Key::Char('?')],
        Action::Help,
        "?",
        "this help",
        Some("help"),
    ),
    on_all(
        &[Key::Char('q')],
        Action::Back,
        "q",
        "back; quit at the top",
        Some("quit"),
    ),
    on_all(
        &[Key::Char('/')],
        Action::Filter,
        "/",
        "filter the rows; /!text keeps those without it; Enter keeps it, Esc clears it",
        Some("filter"),
    ),
    Binding {
        keys: &[Key::Char('o')],
        action: Action::Sort,
        shown: "o",
        does: "then a letter: sort by a column; the same again turns it round",
        footer: Some("sort"),
        screens: TABLES,
    },
    Binding {
        keys: &[Key::Char('!')],
        action: Action::FaultsOnly,
        shown: "!",
        does: "only members with a fault",
        footer: Some("faults only"),
        screens: &[Screen::Members],
    },
    Binding {
        keys: &[Key::Enter, Key::Right, Key::Char('l')],
        action: Action::Open,
        shown: "Enter → l",
        does: "open the znode's children",
        footer: None,
        screens: &[Screen::Znodes],
    },
    Binding {
        keys: &[Key::Left, Key::Char('h')],
        action: Action::Close,
        shown: "← h",
        does: "close them, or go to the parent",
        footer: None,
        screens: &[Screen::Znodes],
    },
    Binding {
        keys: &[Key::Char('v')],
        action: Action::Form,
        shown: "v",
        does: "data as JSON, text or hex in turn",
        footer: Some("view as"),
        screens: &[Screen::Znodes],
    },
    on_all(
        &[Key::Tab],
        Action::NextPane,
        "Tab",
        "list or detail takes the arrows",
        Some("pane"),
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
        "to the top",
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
        &[Key::Esc],
        Action::Back,
        "Esc",
        "back: help, filter, pane",
        None,
    ),
    on_all(&[Key::Ctrl('c')], Action::Quit, "Ctrl-C", "quit", None),
];

/// The action of a key on a screen.
#[must_use]
pub fn action(key: Key, screen: Screen) -> Option<Action> {
    KEYMAP
        .iter()
        .find(|line| line.keys.contains(&key) && line.is_on(screen))
        .map(|b| b.action)
}

impl Binding {
    /// Whether it has a meaning on this screen.
    #[must_use]
    pub fn is_on(&self, screen: Screen) -> bool {
        self.screens.is_empty() || self.screens.contains(&screen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things_on_one_screen() {
        for screen in Screen::ALL {
            let mut seen: Vec<Key> = Vec::new();
            for key in KEYMAP
                .iter()
                .filter(|line| line.is_on(screen))
                .flat_map(|line| line.keys)
            {
                assert!(!seen.contains(key), "{key:?} twice on {screen:?}");
                seen.push(*key);
            }
        }
    }

    #[test]
    fn every_screen_has_its_key() {
        for screen in Screen::ALL {
            let key = Key::Char(screen.key());
            assert_eq!(action(key, Screen::Members), Some(Action::Show(screen)));
        }
    }
}
