//! Where the operator is: screen, selection, sort, filter, and what the keys mean just now.

use zoowarden_shared::SessionId;

use super::{
    alarm::Section, breaks::BreakMenu, choices::Choices, filter::Filter, palette::Palette,
    watches::WatchView, znode::dialog::Dialog,
};

/// A screen, in the order of their keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Screen {
    #[default]
    Overview,
    Members,
    Links,
    Timeline,
    Sessions,
    Watches,
    Znodes,
    Metrics,
    Alarms,
    Recover,
}

impl Screen {
    /// All, in the order of their keys.
    pub const ALL: [Self; 10] = [
        Self::Overview,
        Self::Members,
        Self::Links,
        Self::Timeline,
        Self::Sessions,
        Self::Watches,
        Self::Znodes,
        Self::Metrics,
        Self::Alarms,
        Self::Recover,
    ];

    /// The key that opens it.
    #[must_use]
    pub fn key(self) -> char {
        match self {
            Self::Overview => '1',
            Self::Members => '2',
            Self::Links => '3',
            Self::Timeline => '4',
            Self::Sessions => '5',
            Self::Watches => '6',
            Self::Znodes => '7',
            Self::Metrics => '8',
            Self::Alarms => '9',
            Self::Recover => '0',
        }
    }

    /// Its name.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Members => "Members",
            Self::Links => "Links",
            Self::Timeline => "Timeline",
            Self::Sessions => "Sessions",
            Self::Watches => "Watches",
            Self::Znodes => "Znodes",
            Self::Metrics => "Metrics",
            Self::Alarms => "Alarms",
            Self::Recover => "Recover",
        }
    }

    /// The columns it can be sorted by: the letter after `o`, and its name. The first is the
    /// order at the start, except where [`Self::sort_at_start`] says otherwise.
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
            Self::Links => &[
                ('f', "from"),
                ('o', "to"),
                ('s', "state"),
                ('r', "round trip"),
                ('h', "last heard"),
            ],
            Self::Sessions => &[
                ('i', "id"),
                ('a', "client address"),
                ('m', "member"),
                ('t', "timeout"),
                ('e', "ephemerals"),
                ('w', "watches"),
                ('q', "queued"),
            ],
            Self::Watches => &[('w', "watches"), ('n', "name"), ('m', "members")],
            Self::Metrics => &[('n', "name"), ('s', "spread")],
            Self::Alarms => &[('u', "urgency"), ('t', "time"), ('r', "rule")],
            Self::Overview | Self::Timeline | Self::Znodes | Self::Recover => &[],
        }
    }

    /// The letter of the order at the start.
    #[must_use]
    pub fn sort_at_start(self) -> char {
        match self {
            Self::Members => 'i',
            _ => self.sorts().first().map_or('-', |(letter, _)| *letter),
        }
    }
}

/// What lies over the screen and takes the keys.
#[derive(Clone, Debug, PartialEq)]
pub enum Overlay {
    /// The keys and marks of this screen.
    Help,
    /// Every action, screen and command, by name.
    Palette(Palette),
    /// A page of text over the screen.
    Page(Page),
    /// On the way to a change of a znode, or the prompt of a find.
    Dialog(Box<Dialog>),
    /// What a find has found so far.
    Find,
    /// What can be done with what is selected, numbered.
    Choices(Choices),
    /// In a demo: what can be broken, numbered.
    Break(BreakMenu),
}

impl Overlay {
    /// Whether it is only read: help, or a page.
    #[must_use]
    pub fn is_read(&self) -> bool {
        matches!(self, Self::Help | Self::Page(_))
    }
}

/// Whose [`Page::Who`] tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// A znode's owner, or the sessions with ephemerals below it.
    Znode(String),
    Session(SessionId),
}

/// What a page over the screen shows. It is made anew at each drawing, from what is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// The detail of what is chosen, over the whole screen.
    Detail,
    /// The same as JSON.
    Raw,
    /// Who holds it, and what else would vanish with them.
    Who(Whose),
    /// The dynamic configuration, and how the members' settings differ.
    Config,
    /// What can be read and changed of each member, and what would open the rest.
    Capabilities,
    /// The last lines of a member's log, by the member's address.
    Log(String),
    /// The drill: its rules, its lessons, its table.
    Drill,
    /// The snapshots in the members' data directories.
    Snapshots,
    /// The audit logs of this console and of our members; those lines that pass the filter.
    Audit(Filter),
    /// What recovers by itself today, and what the fault engine will do.
    Autopilot,
    /// What a read-only hook printed.
    Hook { address: String, name: String },
}

/// A line for the operator: what a key has done, or why it did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub at_mono_ms: u64,
    pub text: String,
    pub is_fault: bool,
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
    /// Which of the snoozes, for the selected alarm.
    Snooze,
    /// Whether all watches are to be listed, at what that costs.
    ListWatches,
    /// Which of the operator's read-only hooks, for the selected member.
    Hook,
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
    fn of(screen: Screen) -> Self {
        Self {
            selected: None,
            last_index: 0,
            filter: Filter::default(),
            sort: screen.sort_at_start(),
            descending: false,
        }
    }
}

/// How long a line for the operator is drawn.
pub const SAID_FOR_MS: u64 = 10_000;

/// Everything about the operator's view.
#[derive(Clone, Debug)]
pub struct Ui {
    pub screen: Screen,
    pub mode: Mode,
    pub pane: Pane,
    pub overlay: Option<Overlay>,
    /// First line of the detail pane or the help that is drawn.
    pub scroll: usize,
    pub faults_only: bool,
    /// The part of screen 9 that is shown.
    pub alarm_section: Section,
    /// Screen 6 by paths or by sessions.
    pub watch_view: WatchView,
    /// Addresses and values are hidden, on the screen and in what is copied.
    pub hides: bool,
    /// The newest line for the operator; drawn for [`SAID_FOR_MS`].
    pub said: Option<Said>,
    /// Columns and rows of the window.
    pub window: (u16, u16),
    /// One for each screen, in the order of [`Screen::ALL`].
    lists: [List; Screen::ALL.len()],
}

impl Default for Ui {
    fn default() -> Self {
        Self {
            screen: Screen::default(),
            mode: Mode::default(),
            pane: Pane::default(),
            overlay: None,
            scroll: 0,
            faults_only: false,
            alarm_section: Section::default(),
            watch_view: WatchView::default(),
            hides: false,
            said: None,
            window: (120, 35),
            lists: Screen::ALL.map(List::of),
        }
    }
}

impl Ui {
    /// The list of the screen that is shown.
    #[must_use]
    pub fn list(&self) -> &List {
        self.list_of(self.screen)
    }

    /// The same, to change.
    pub fn list_mut(&mut self) -> &mut List {
        self.list_of_mut(self.screen)
    }

    /// The list of a screen.
    #[must_use]
    pub fn list_of(&self, screen: Screen) -> &List {
        &self.lists[screen as usize]
    }

    /// The same, to change.
    pub fn list_of_mut(&mut self, screen: Screen) -> &mut List {
        &mut self.lists[screen as usize]
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
