//! The one table of keys: it drives what keys do, the footer and the help.
//!
//! - `action`: what keys do;  `binding`: one line of a table
//! - `table`: the table itself;  `fleet`: in its place where no cluster is open;  `modes`: before
//!   it, in a drill and in a replay
//! - [`bound`]: the table as the operator has bound it;  [`names`]: what console.toml calls keys
//!   and actions

mod action;
mod binding;
pub mod bound;
mod fleet;
mod modes;
pub mod names;
mod table;

pub use action::{Action, ExerciseKey};
pub use binding::Binding;
pub use fleet::FLEET_KEYMAP;
pub use modes::{DRILL_KEYMAP, REPLAY_KEYMAP};
pub use table::KEYMAP;

/// A key as the terminal tells it, without the terminal library's types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Char(char),
    Ctrl(char),
    Enter,
    Esc,
    Tab,
    BackTab,
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Home,
    End,
    Backspace,
    Delete,
}
