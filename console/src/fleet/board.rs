//! The fleet's screen: which lines there are, which is selected, what a key does. Pure.

use super::row::Row;
use crate::{
    keymap::{Action, Key, bound::Keys},
    model::{clock::Now, filter::Filter, ui::Screen},
    notify::Report,
};

/// The longest filter kept, characters.
const MAX_FILTER: usize = 200;

/// All that is drawn of the fleet.
#[derive(Clone, Debug)]
pub struct Board {
    pub now: Now,
    /// In the order of console.toml.
    pub rows: Vec<Row>,
    /// The selected cluster by its name, so that it stays when another becomes worse; the worst
    /// until one is chosen.
    pub selected: Option<String>,
    pub filter: Filter,
    /// What is typed goes into the filter.
    pub is_filtering: bool,
    /// The keys lie over the list.
    pub shows_help: bool,
    pub keys: Keys,
    /// The operator has said `--read-only`.
    pub read_only: bool,
    /// A line for the operator: why a key has done nothing.
    pub said: Option<String>,
    /// Columns and rows of the window.
    pub window: (u16, u16),
}

/// What the loop is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Open the cluster of this name.
    Open(String),
    /// Draw every cell again.
    Redraw,
    Quit,
}

impl Board {
    /// A board with these keys; its rows come with the first look.
    #[must_use]
    pub fn new(keys: Keys, read_only: bool) -> Self {
        Self {
            now: Now::default(),
            rows: Vec::new(),
            selected: None,
            filter: Filter::default(),
            is_filtering: false,
            shows_help: false,
            keys,
            read_only,
            said: None,
            window: (120, 35),
        }
    }

    /// The rows as drawn: filtered, the worst first, else in the order of console.toml.
    #[must_use]
    pub fn shown(&self) -> Vec<&Row> {
        let rows = self.rows.iter();
        let mut shown: Vec<&Row> = rows.filter(|row| self.filter.passes(&row.text())).collect();
        shown.sort_by_key(|row| row.rank());
        shown
    }

    /// Where the selection is among the rows drawn.
    #[must_use]
    pub fn selected_index(&self) -> usize {
        let selected = self.selected.as_deref();
        let at = |name: &str| self.shown().iter().position(|row| row.name == name);
        selected.and_then(at).unwrap_or(0)
    }

    /// How telling a notice went: a channel that fails is said, once for each way of failing.
    pub fn told(&mut self, report: &Report) {
        if let Err(why) = &report.delivery.result
            && !report.is_known
        {
            let channel = report.delivery.channel.name();
            self.said = Some(format!("{channel}: {why}"));
        }
    }

    /// One key.
    pub fn key(&mut self, key: Key) -> Option<Wish> {
        self.said = None;
        if self.is_filtering {
            return self.filter_key(key);
        }
        let action = self.keys.action(key, Screen::default())?;
        if self.shows_help {
            self.shows_help = false;
            // Any key closes it; these do what they say as well.
            return match action {
                Action::Quit => Some(Wish::Quit),
                Action::Refresh => Some(Wish::Redraw),
                _ => None,
            };
        }
        match action {
            Action::Quit => return Some(Wish::Quit),
            Action::Refresh => return Some(Wish::Redraw),
            Action::Help => self.shows_help = true,
            Action::Filter => self.is_filtering = true,
            Action::Drill => return self.open(),
            Action::Leave if self.filter.is_empty() => return Some(Wish::Quit),
            Action::Back | Action::Leave => self.filter.0.clear(),
            _ => self.step(action),
        }
        None
    }

    /// Pasted text: it types in the filter and does nothing elsewhere.
    pub fn paste(&mut self, text: &str) {
        if self.is_filtering {
            let typed = text.chars().filter(|c| !c.is_control());
            typed.for_each(|c| self.type_char(c));
        }
    }

    fn open(&mut self) -> Option<Wish> {
        let shown = self.shown();
        let row = *shown.get(self.selected_index())?;
        match &row.unreachable {
            Some(why) => {
                self.said = Some(format!("{} cannot be opened: {why}", row.name));
                None
            }
            None => Some(Wish::Open(row.name.clone())),
        }
    }

    fn step(&mut self, action: Action) {
        let last = self.shown().len().saturating_sub(1);
        let page = usize::from(self.window.1 / 2).max(1);
        let at = self.selected_index();
        let to = match action {
            Action::Up => at.saturating_sub(1),
            Action::Down => at + 1,
            Action::PageUp => at.saturating_sub(page),
            Action::PageDown => at + page,
            Action::Top => 0,
            Action::Bottom => last,
            _ => return,
        };
        self.selected = self.shown().get(to.min(last)).map(|row| row.name.clone());
    }

    fn filter_key(&mut self, key: Key) -> Option<Wish> {
        match key {
            Key::Ctrl('c') => return Some(Wish::Quit),
            Key::Enter => self.is_filtering = false,
            Key::Esc => {
                self.is_filtering = false;
                self.filter.0.clear();
            }
            Key::Backspace => {
                self.filter.0.pop();
            }
            Key::Ctrl('u') => self.filter.0.clear(),
            Key::Char(c) => self.type_char(c),
            Key::Up => self.step(Action::Up),
            Key::Down => self.step(Action::Down),
            _ => {}
        }
        None
    }

    fn type_char(&mut self, c: char) {
        if self.filter.0.chars().count() < MAX_FILTER {
            self.filter.0.push(c);
        }
    }
}
