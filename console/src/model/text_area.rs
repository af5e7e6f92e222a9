//! Text being typed: one line, or a few KiB of them. Keys in, text out; it draws nothing.
//!
//! The text is kept exactly as it was given: whatever is not touched comes out byte for byte.

use crate::keymap::Key;

/// The most that is edited here, bytes; more is for an editor of its own.
pub const MAX_BYTES: usize = 16 << 10;

/// Lines and a cursor in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextArea {
    /// Never empty; no line has a line feed in it.
    lines: Vec<String>,
    /// The line of the cursor, and how many characters of it stand before it.
    cursor: (usize, usize),
    is_single: bool,
}

impl TextArea {
    /// A field of one line, the cursor at its end.
    #[must_use]
    pub fn line(text: &str) -> Self {
        let text: String = text.chars().filter(|c| !c.is_control()).collect();
        let end = text.chars().count();
        Self {
            lines: vec![text],
            cursor: (0, end),
            is_single: true,
        }
    }

    /// A field of many lines, the cursor at its beginning.
    #[must_use]
    pub fn lines(text: &str) -> Self {
        Self {
            lines: text.split('\n').map(str::to_owned).collect(),
            cursor: (0, 0),
            is_single: false,
        }
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// Its lines, for drawing.
    #[must_use]
    pub fn drawn(&self) -> &[String] {
        &self.lines
    }

    /// The cursor's line, and the characters before it.
    #[must_use]
    pub fn cursor(&self) -> (usize, usize) {
        self.cursor
    }

    /// Whether Enter does not begin a line here.
    #[must_use]
    pub fn is_single(&self) -> bool {
        self.is_single
    }

    /// Takes a key; tells whether it meant something here.
    pub fn key(&mut self, key: Key) -> bool {
        let (row, column) = self.cursor;
        let end = self.length(row);
        let last = self.lines.len() - 1;
        match key {
            Key::Char(c) => self.insert(c),
            Key::Enter if !self.is_single => self.insert('\n'),
            Key::Backspace => self.backspace(),
            Key::Delete => self.delete(),
            Key::Ctrl('u') => {
                let rest = self.lines[row].chars().skip(column).collect();
                self.lines[row] = rest;
                self.cursor.1 = 0;
            }
            Key::Left if column > 0 => self.cursor.1 -= 1,
            Key::Left if row > 0 => self.cursor = (row - 1, self.length(row - 1)),
            Key::Right if column < end => self.cursor.1 += 1,
            Key::Right if row < last => self.cursor = (row + 1, 0),
            Key::Up if row > 0 => self.cursor = (row - 1, column.min(self.length(row - 1))),
            Key::Down if row < last => {
                self.cursor = (row + 1, column.min(self.length(row + 1)));
            }
            Key::PageUp => self.cursor = (row.saturating_sub(PAGE), 0),
            Key::PageDown => self.cursor = ((row + PAGE).min(last), 0),
            Key::Home | Key::Ctrl('a') => self.cursor.1 = 0,
            Key::End => self.cursor.1 = end,
            _ => return false,
        }
        true
    }

    /// Pasted text: control characters but line feeds and tabs are left out. A terminal sends the
    /// ends of lines as Enter does, by carriage returns.
    pub fn paste(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        for c in text.chars() {
            let is_text = if self.is_single {
                !c.is_control()
            } else {
                !c.is_control() || matches!(c, '\n' | '\t')
            };
            if is_text {
                self.insert(c);
            }
        }
    }

    fn length(&self, row: usize) -> usize {
        self.lines.get(row).map_or(0, |line| line.chars().count())
    }

    /// Where a character begins in its line, bytes.
    fn byte(&self, row: usize, column: usize) -> usize {
        let line = &self.lines[row];
        line.char_indices()
            .nth(column)
            .map_or(line.len(), |(at, _)| at)
    }

    fn insert(&mut self, c: char) {
        let size: usize = self.lines.iter().map(|line| line.len() + 1).sum();
        if size + c.len_utf8() > MAX_BYTES {
            return;
        }
        let (row, column) = self.cursor;
        let at = self.byte(row, column);
        if c == '\n' {
            let rest = self.lines[row].split_off(at);
            self.lines.insert(row + 1, rest);
            self.cursor = (row + 1, 0);
        } else {
            self.lines[row].insert(at, c);
            self.cursor.1 += 1;
        }
    }

    fn backspace(&mut self) {
        let (row, column) = self.cursor;
        if column > 0 {
            self.cursor.1 -= 1;
        } else if row > 0 {
            self.cursor = (row - 1, self.length(row - 1));
        } else {
            return;
        }
        self.delete();
    }

    /// Takes away what stands behind the cursor.
    fn delete(&mut self) {
        let (row, column) = self.cursor;
        if column < self.length(row) {
            let at = self.byte(row, column);
            self.lines[row].remove(at);
        } else if row + 1 < self.lines.len() {
            let next = self.lines.remove(row + 1);
            self.lines[row].push_str(&next);
        }
    }
}

/// Lines that a page key moves by.
const PAGE: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn type_in(area: &mut TextArea, text: &str) {
        text.chars().for_each(|c| {
            area.key(Key::Char(c));
        });
    }

    #[test]
    fn untouched_text_comes_out_as_it_came() {
        for text in ["", "\n", "a\r\nb\n", "{\"größe\":\t1}\n\n"] {
            assert_eq!(TextArea::lines(text).text(), text);
        }
    }

    #[test]
    fn pasted_lines_stay_lines_whatever_ends_them() {
        for text in ["a=1\rb=2\r", "a=1\r\nb=2\r\n", "a=1\nb=2\n"] {
            let mut area = TextArea::lines("");
            area.paste(text);
            assert_eq!(area.text(), "a=1\nb=2\n", "{text:?}");
        }
    }

    #[test]
    fn typing_breaking_and_joining_lines() {
        let mut area = TextArea::lines("ab\ncd");
        area.key(Key::Right);
        area.key(Key::Enter);
        type_in(&mut area, "é");
        assert_eq!(area.text(), "a\néb\ncd");
        area.key(Key::Backspace);
        area.key(Key::Backspace);
        assert_eq!((area.text().as_str(), area.cursor()), ("ab\ncd", (0, 1)));
        area.key(Key::End);
        area.key(Key::Delete);
        assert_eq!(area.text(), "abcd");
        area.key(Key::Home);
        area.key(Key::Backspace);
        assert_eq!(area.text(), "abcd", "nothing stands before the beginning");
    }

    #[test]
    fn one_line_stays_one_line() {
        let mut line = TextArea::line("/a");
        assert!(!line.key(Key::Enter));
        line.paste("\nb\x1b[c");
        assert_eq!(line.text(), "/ab[c");
        line.key(Key::Ctrl('u'));
        assert_eq!(line.text(), "");
    }

    #[test]
    fn it_is_bounded() {
        let mut area = TextArea::lines("");
        area.paste(&"x\n".repeat(MAX_BYTES));
        assert!(area.text().len() <= MAX_BYTES);
    }
}
