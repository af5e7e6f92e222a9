//! What keys and pasted text do to a form, and its part in the operator's own editor.

use super::{Field, Form, Input, Pressed, Purpose, field::choose};
use crate::{keymap::Key, model::text_area::TextArea};

impl Form {
    /// Takes a key.
    pub fn key(&mut self, key: Key) -> Pressed {
        let was_leaving = std::mem::take(&mut self.is_leaving);
        let last = self.fields.len() - 1;
        match key {
            Key::Esc if was_leaving || !self.is_changed() => return Pressed::Leaves,
            Key::Esc => self.is_leaving = true,
            Key::Ctrl('s') => return Pressed::Submits,
            Key::Ctrl('e') if self.has_area() => return Pressed::Outside,
            Key::Tab => self.at = (self.at + 1) % self.fields.len(),
            Key::BackTab => self.at = self.at.checked_sub(1).unwrap_or(last),
            key => {
                let has_taken = match &mut self.fields[self.at].input {
                    Input::Text(text) => text.key(key),
                    Input::Choice { options, at } => choose(options.len(), at, key),
                };
                match key {
                    _ if has_taken => self.fault = None,
                    Key::Enter if self.at == last => return Pressed::Submits,
                    Key::Enter | Key::Down => self.at = (self.at + 1).min(last),
                    Key::Up => self.at = self.at.saturating_sub(1),
                    _ => {}
                }
            }
        }
        Pressed::Stays
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) {
        self.is_leaving = false;
        if let Input::Text(field) = &mut self.fields[self.at].input {
            field.paste(text);
        }
    }

    /// Whether it has a field of many lines.
    #[must_use]
    pub fn has_area(&self) -> bool {
        self.area().is_some()
    }

    /// Whether something was typed that would be lost.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        let is_prompt = matches!(self.purpose, Purpose::Find { .. });
        !is_prompt && self.values() != self.first
    }

    /// The text of the field that is edited outside: the one with the keys if it has lines,
    /// else the last that has.
    #[must_use]
    pub fn outside(&self) -> Option<String> {
        self.area().map(|at| self.fields[at].value())
    }

    /// Puts back what was edited outside.
    pub fn put(&mut self, text: &str) {
        if let Some(at) = self.area() {
            self.fields[at].input = Input::Text(TextArea::lines(text));
            self.at = at;
        }
    }

    fn area(&self) -> Option<usize> {
        let is_area =
            |field: &Field| matches!(&field.input, Input::Text(text) if !text.is_single());
        if is_area(&self.fields[self.at]) {
            return Some(self.at);
        }
        self.fields.iter().rposition(is_area)
    }

    /// What stands in each field.
    #[must_use]
    pub fn values(&self) -> Vec<String> {
        self.fields.iter().map(Field::value).collect()
    }
}
