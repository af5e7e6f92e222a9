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

impl Binding {
    /// Whether it has a meaning on this screen.
    #[must_use]
    pub fn is_on(&self, screen: Screen) -> bool {
        self.screens.is_empty() || self.screens.contains(&screen)
    }
}
