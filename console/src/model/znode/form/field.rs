//! One thing to fill in: a text, or a choice.

use crate::{keymap::Key, model::text_area::TextArea};

/// One thing to fill in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub label: &'static str,
    pub input: Input,
}

/// How it is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    Text(TextArea),
    /// One of these, by the arrows.
    Choice {
        options: &'static [&'static str],
        at: usize,
    },
}

impl Field {
    /// What stands in it.
    #[must_use]
    pub fn value(&self) -> String {
        match &self.input {
            Input::Text(text) => text.text(),
            Input::Choice { options, at } => options
                .get(*at)
                .map_or(String::new(), |word| (*word).to_owned()),
        }
    }
}

/// A key on a choice; tells whether it was taken.
pub(super) fn choose(options: usize, at: &mut usize, key: Key) -> bool {
    match key {
        Key::Right | Key::Char(' ' | 'l') => *at = (*at + 1) % options,
        Key::Left | Key::Char('h') => *at = (*at + options - 1) % options,
        _ => return false,
    }
    true
}

/// A field of one line.
pub(super) fn line(label: &'static str, text: &str) -> Field {
    Field {
        label,
        input: Input::Text(TextArea::line(text)),
    }
}

/// A field of many lines.
pub(super) fn area(label: &'static str, text: &str) -> Field {
    Field {
        label,
        input: Input::Text(TextArea::lines(text)),
    }
}
