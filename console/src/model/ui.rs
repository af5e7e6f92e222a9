//! Where the operator is: screen, selection, sort, filter, and what the keys mean just now.

use super::filter::Filter;

/// A screen that this version has. The others of the plan are not listed anywhere, so that
/// nothing is shown as available that is not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Screen {
    #[default]
    Members,
    Sessions,
    Znodes,
}

impl Screen {
    /// All, in the order of their keys.
    pub const ALL: [Self; 3] = [Self::Members, Self::Sessions, Self::Znodes];

    /// The key that opens it.
    #[must_use]
    pub fn key(self) -> char {
        match self {
            Self::Members => '2',
            Self::Sessions => '5',
            Self::Znodes => '7',
        }
    }

    /// Its name.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Members => "Members",
            Self::Sessions => "Sessions",
            Self::Znodes => "Znodes",
        }
    }

    /// The columns it can be sorted by: the letter after `o`, and its name.
    #[must_use]
    pub fn sorts(self) -> &'static [(char, &'static str)] {
        match self {
            Self::Members => &[
                ('t', "trouble"),
                ('i', "id"),
                ('a', "address"),
                ('r', "role"),
                ('z', "zxid"),
                ('m', "answer ms"),
                ('c', "connections"),
            ],
            Self::Sessions => &[
                ('i', "id"),
                ('a', "client address"),
                ('m', "member"),
                ('t', "timeout"),
                ('e', "ephemerals"),
                ('q', "queued"),
            ],
            Self::Znodes => &[],
        }
    }
}

/// What the next key means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The keymap's actions.
    #[default]
    Normal,
    /// Characters of the filter.
    Filter,
    /// The letter of a column.
    Sort,
}

/// A part of a screen that takes the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    #[default]
    List,
    Detail,
}

/// The state of one screen's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// The selected row by its name, so that sorting or a new row does not move it.
    pub selected: Option<String>,
    /// The row it was last seen in, for when the name is gone.
    pub last_index: usize,
    pub filter: Filter,
    pub sort: char,
    pub descending: bool,
}

impl List {
    fn sorted_by(sort: char) -> Self {
        Self {
            selected: None,
            last_index: 0,
            filter: Filter::default(),
            sort,
            descending: false,
        }
    }
}

/// Everything about the operator's view.
#[derive(Clone, Debug)]
pub struct Ui {
    pub screen: Screen,
    pub mode: Mode,
    pub pane: Pane,
    pub help: bool,
    /// First line of the detail pane or the help that is drawn.
    pub scroll: usize,
    pub faults_only: bool,
    /// Columns and rows of the window.
    pub window: (u16, u16),
    pub members: List,
    pub sessions: List,
    pub znodes: List,
}

impl Default for Ui {
    fn default() -> Self {
        Self {
            screen: Screen::default(),
            mode: Mode::default(),
            pane: Pane::default(),
            help: false,
            scroll: 0,
            faults_only: false,
            window: (120, 35),
            members: List::sorted_by('i'),
            sessions: List::sorted_by('i'),
            znodes: List::sorted_by('i'),
        }
    }
}

impl Ui {
    /// The list of the screen that is shown.
    #[must_use]
    pub fn list(&self) -> &List {
        match self.screen {
            Screen::Members => &self.members,
            Screen::Sessions => &self.sessions,
            Screen::Znodes => &self.znodes,
        }
    }

    /// The same, to change.
    pub fn list_mut(&mut self) -> &mut List {
        match self.screen {
            Screen::Members => &mut self.members,
            Screen::Sessions => &mut self.sessions,
            Screen::Znodes => &mut self.znodes,
        }
    }
}

/// Which of `len` rows are drawn in `height` lines so that the selected one is among them.
#[must_use]
pub fn visible(len: usize, selected: usize, height: usize) -> std::ops::Range<usize> {
    let first = selected
        .saturating_sub(height / 2)
        .min(len.saturating_sub(height));
    first..len.min(first + height)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selected_row_is_always_drawn() {
        assert_eq!(visible(3, 2, 10), 0..3);
        assert_eq!(visible(100, 0, 10), 0..10);
        assert_eq!(visible(100, 50, 10), 45..55);
        assert_eq!(visible(100, 99, 10), 90..100);
        assert_eq!(visible(0, 0, 10), 0..0);
        assert_eq!(visible(5, 3, 0), 3..3);
    }
}
