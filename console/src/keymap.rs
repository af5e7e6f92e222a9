//! The one table of keys: it drives what keys do, the footer and the help.
//!
//! [`bound`] is the table as the operator has bound it, [`names`] what console.toml calls keys
//! and actions.

pub mod bound;
pub mod names;

use crate::model::{replay::ReplayKey, ui::Screen};

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
    Delete,
}

/// What a key does. No key changes an ensemble by itself: that is behind a gate or a dialog.
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
    Left,
    Right,
    /// Into what is chosen: a screen of its own, or a pane.
    Drill,
    /// What is chosen, as a sentence or a name, to the clipboard.
    Copy,
    Open,
    Close,
    NextPane,
    Form,
    Acknowledge,
    Snooze,
    NextFault,
    NextSection,
    PreviousSection,
    TestAlarm,
    /// Every action, screen and command, by name.
    Palette,
    /// What is chosen, over the whole screen.
    Describe,
    /// What is chosen, as JSON.
    Raw,
    /// Holds the picture; the alarms stay live.
    Freeze,
    /// Who holds the chosen znode or session, and what vanishes with it.
    Who,
    /// Looks for znodes.
    Find,
    /// How many znodes are below the chosen one.
    CountBelow,
    EditData,
    /// The same in the operator's own editor.
    EditOutside,
    CreateZnode,
    DeleteZnode,
    SetAcl,
    SetQuota,
    /// What was changed from here, to be taken back.
    Undo,
    /// Hides addresses and values.
    Hide,
    /// The last lines of the chosen member's log.
    Tail,
    /// The operator's read-only hooks.
    Hooks,
    /// Asks members for all their watches, after saying what that costs.
    ListWatches,
    /// Watches by path or by session.
    TurnWatches,
    /// A numbered list of what can be done with what is selected.
    Choices,
    /// The gate of the selected step; nothing is done before what it asks for is typed.
    OpenGate,
    /// In a demo alone: a numbered list of what can be broken.
    Break,
    /// Writes an incident bundle.
    Bundle,
    /// In a replay alone: play, pause, go.
    Replay(ReplayKey),
    /// In a drill alone.
    Exercise(ExerciseKey),
    Refresh,
    Back,
    Quit,
}

/// What the keys of a drill do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExerciseKey {
    /// Begins, or opens and closes the page of the drill.
    GoOn,
    Hint,
    GiveUp,
    /// Opens the list of those to call: the network's people, the storage people.
    Call,
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

/// Those with columns to sort by.
const TABLES: &[Screen] = &[
    Screen::Members,
    Screen::Links,
    Screen::Sessions,
    Screen::Watches,
    Screen::Metrics,
    Screen::Alarms,
];

/// Those with rows to filter: all but the overview's picture.
const LISTS: &[Screen] = &[
    Screen::Members,
    Screen::Links,
    Screen::Timeline,
    Screen::Sessions,
    Screen::Watches,
    Screen::Znodes,
    Screen::Metrics,
    Screen::Alarms,
    Screen::Recover,
];

/// The table. The footer takes its entries in this order while there is room.
pub const KEYMAP: &[Binding] = &[
    on_all(
        &[Key::Char('1')],
        Action::Show(Screen::Overview),
        "1",
        "the ensemble, drawn from its leader, and what to do next",
        Some("Overview"),
    ),
    on_all(
        &[Key::Char('2')],
        Action::Show(Screen::Members),
        "2",
        "members: role, zxid and lag, answers, silence",
        Some("Members"),
    ),
    on_all(
        &[Key::Char('3')],
        Action::Show(Screen::Links),
        "3",
        "links between the members, and from here to each",
        Some("Links"),
    ),
    on_all(
        &[Key::Char('4')],
        Action::Show(Screen::Timeline),
        "4",
        "what happened: elections with their causes, faults, syncs",
        Some("Timeline"),
    ),
    on_all(
        &[Key::Char('5')],
        Action::Show(Screen::Sessions),
        "5",
        "sessions of all members",
        Some("Sessions"),
    ),
    on_all(
        &[Key::Char('6')],
        Action::Show(Screen::Watches),
        "6",
        "watches of all members: which paths fan out, who watches most",
        Some("Watches"),
    ),
    on_all(
        &[Key::Char('7')],
        Action::Show(Screen::Znodes),
        "7",
        "znodes: the tree, live where it is on the screen",
        Some("Znodes"),
    ),
    on_all(
        &[Key::Char('8')],
        Action::Show(Screen::Metrics),
        "8",
        "metrics: any number that members tell, as a chart",
        Some("Metrics"),
    ),
    on_all(
        &[Key::Char('9')],
        Action::Show(Screen::Alarms),
        "9",
        "alarms: active, acknowledged, snoozed, past",
        Some("Alarms"),
    ),
    on_all(
        &[Key::Char('0')],
        Action::Show(Screen::Recover),
        "0",
        "recover: what can be done about what is wrong now, the best first, and what must not be",
        Some("Recover"),
    ),
    on_all(
        &[Key::Char(':')],
        Action::Palette,
        ":",
        "every action, screen and command by name",
        Some("all"),
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
        &[Key::Char('B')],
        Action::Break,
        "B",
        "break something: a numbered list, with what will be seen; in a demo alone",
        Some("break"),
    ),
    Binding {
        keys: &[Key::Char('/')],
        action: Action::Filter,
        shown: "/",
        does: "filter the rows; /!text keeps those without it; Enter keeps it, Esc clears it",
        footer: Some("filter"),
        screens: LISTS,
    },
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
        keys: &[Key::Enter],
        action: Action::Drill,
        shown: "Enter",
        does: "open the chosen member among the members, or the chosen entry's story",
        footer: None,
        screens: &[Screen::Overview, Screen::Timeline],
    },
    Binding {
        keys: &[Key::Enter],
        action: Action::OpenGate,
        shown: "Enter",
        does: "open the gate of the selected step: it polls afresh, shows what changes, and asks",
        footer: Some("open the gate"),
        screens: &[Screen::Recover],
    },
    Binding {
        keys: &[Key::Char('x')],
        action: Action::Choices,
        shown: "x",
        does: "what can be done with what is selected, the worst last, each with its verdict",
        footer: Some("act"),
        screens: &[
            Screen::Overview,
            Screen::Members,
            Screen::Links,
            Screen::Sessions,
            Screen::Znodes,
        ],
    },
    Binding {
        keys: &[Key::Left, Key::Char('h')],
        action: Action::Left,
        shown: "← h",
        does: "the member before",
        footer: None,
        screens: &[Screen::Overview],
    },
    Binding {
        keys: &[Key::Right, Key::Char('l')],
        action: Action::Right,
        shown: "→ l",
        does: "the member after",
        footer: None,
        screens: &[Screen::Overview],
    },
    Binding {
        keys: &[Key::Char('v')],
        action: Action::TurnWatches,
        shown: "v",
        does: "by path or by session",
        footer: Some("view by"),
        screens: &[Screen::Watches],
    },
    Binding {
        keys: &[Key::Char('r')],
        action: Action::ListWatches,
        shown: "r",
        does: "list all watches once, after saying what that costs the members",
        footer: Some("list all"),
        screens: &[Screen::Watches],
    },
    Binding {
        keys: &[Key::Char('t')],
        action: Action::Tail,
        shown: "t",
        does: "the last lines of the member's log",
        footer: Some("log"),
        screens: &[Screen::Overview, Screen::Members],
    },
    Binding {
        keys: &[Key::Char('H')],
        action: Action::Hooks,
        shown: "H",
        does: "then a digit: run a read-only hook of console.toml on the member's host",
        footer: Some("hooks"),
        screens: &[Screen::Overview, Screen::Members],
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
    Binding {
        keys: &[Key::Char('F')],
        action: Action::Find,
        shown: "F",
        does: "find znodes: by path, size (>64k), children (children>1000), content (data:text)",
        footer: Some("find"),
        screens: &[Screen::Znodes],
    },
    Binding {
        keys: &[Key::Char('w')],
        action: Action::Who,
        shown: "w",
        does: "who: owner session, its client and member, and what else would vanish with it",
        footer: Some("who"),
        screens: &[Screen::Znodes, Screen::Sessions],
    },
    Binding {
        keys: &[Key::Char('e')],
        action: Action::EditData,
        shown: "e",
        does: "edit the data here; shown and confirmed before it is written",
        footer: Some("edit"),
        screens: &[Screen::Znodes],
    },
    Binding {
        keys: &[Key::Char('E')],
        action: Action::EditOutside,
        shown: "E",
        does: "edit the data with $VISUAL or $EDITOR",
        footer: None,
        screens: &[Screen::Znodes],
    },
    Binding {
        keys: &[Key::Char('N')],
        action: Action::CreateZnode,
        shown: "N",
        does: "new znode below the chosen one: persistent, sequential, container, with TTL",
        footer: Some("new"),
        screens: &[Screen::Znodes],
    },
    Binding {
        keys: &[Key::Char('A')],
        action: Action::SetAcl,
        shown: "A",
        does: "set the ACL",
        footer: None,
        screens: &[Screen::Znodes],
    },
    Binding {
        keys: &[Key::Char('Q')],
        action: Action::SetQuota,
        shown: "Q",
        does: "set the quota, or take it away",
        footer: None,
        screens: &[Screen::Znodes],
    },
    Binding {
        keys: &[Key::Char('D')],
        action: Action::DeleteZnode,
        shown: "D",
        does: "delete, with all below it: counted first, confirmed by its name",
        footer: Some("delete"),
        screens: &[Screen::Znodes],
    },
    Binding {
        keys: &[Key::Char('u')],
        action: Action::Undo,
        shown: "u",
        does: "undo: take back what was changed from here, if nobody has changed it since",
        footer: Some("undo"),
        screens: &[Screen::Znodes],
    },
    Binding {
        keys: &[Key::Char('#')],
        action: Action::CountBelow,
        shown: "#",
        does: "count all znodes below the chosen one (an Apache member looks at every path)",
        footer: None,
        screens: &[Screen::Znodes],
    },
    Binding {
        keys: &[Key::Right, Key::Char('l')],
        action: Action::NextSection,
        shown: "→ l",
        does: "the next part: active, acknowledged, snoozed, history, rules",
        footer: Some("next part"),
        screens: &[Screen::Alarms],
    },
    Binding {
        keys: &[Key::Left, Key::Char('h')],
        action: Action::PreviousSection,
        shown: "← h",
        does: "the part before it",
        footer: None,
        screens: &[Screen::Alarms],
    },
    Binding {
        keys: &[Key::Char('a')],
        action: Action::Acknowledge,
        shown: "a",
        does: "acknowledge the selected alarm: no reminders; its end is still told",
        footer: Some("acknowledge"),
        screens: &[Screen::Alarms],
    },
    Binding {
        keys: &[Key::Char('m')],
        action: Action::Snooze,
        shown: "m",
        does: "then 1, 2 or 3: say nothing of the selected alarm for so long",
        footer: Some("snooze"),
        screens: &[Screen::Alarms],
    },
    Binding {
        keys: &[Key::Char('T')],
        action: Action::TestAlarm,
        shown: "T",
        does: "send a test alarm by every channel, and see how fast it went",
        footer: Some("test alarm"),
        screens: &[Screen::Alarms],
    },
    Binding {
        keys: &[Key::Enter],
        action: Action::NextFault,
        shown: "Enter",
        does: "show the member that the selected alarm is about",
        footer: None,
        screens: &[Screen::Alarms],
    },
    on_all(
        &[Key::Char('c')],
        Action::Copy,
        "c",
        "copy what is chosen (OSC 52): of a link the sentence for the network team",
        Some("copy"),
    ),
    on_all(
        &[Key::Char('d')],
        Action::Describe,
        "d",
        "describe what is chosen, over the whole screen",
        Some("describe"),
    ),
    on_all(
        &[Key::Char('y')],
        Action::Raw,
        "y",
        "what is chosen as JSON; c copies it",
        Some("JSON"),
    ),
    on_all(
        &[Key::Char('f')],
        Action::Freeze,
        "f",
        "freeze the picture; verdict and alarms stay live; again lets it go on",
        Some("freeze"),
    ),
    on_all(
        &[Key::Char('p')],
        Action::Hide,
        "p",
        "privacy: hide addresses and values, on the screen and in what is copied",
        None,
    ),
    on_all(
        &[Key::Char('I')],
        Action::Bundle,
        "I",
        "incident: recording, alarms, answers, settings, logs in one file to hand on",
        None,
    ),
    on_all(
        &[Key::Char('n')],
        Action::NextFault,
        "n",
        "the next member with an alarm; on the alarms, the selected one's",
        None,
    ),
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

/// In the place of the table, on the fleet's screen.
pub const FLEET_KEYMAP: &[Binding] = &[
    on_all(
        &[Key::Enter],
        Action::Drill,
        "Enter",
        "open the selected cluster; Esc at its top comes back here",
        Some("open"),
    ),
    on_all(
        &[Key::Char('/')],
        Action::Filter,
        "/",
        "filter the clusters; /!text keeps those without it; Enter keeps it, Esc clears it",
        Some("filter"),
    ),
    on_all(
        &[Key::Char('?')],
        Action::Help,
        "?",
        "this help",
        Some("help"),
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
        "to the worst",
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
        &[Key::Esc, Key::Char('q')],
        Action::Back,
        "q Esc",
        "clear the filter, else quit",
        Some("quit"),
    ),
    on_all(&[Key::Ctrl('c')], Action::Quit, "Ctrl-C", "quit", None),
];

/// Seconds and minutes, milliseconds.
const SECOND_MS: u64 = 1000;
const MINUTE_MS: u64 = 60_000;

/// The keys of a drill, before those of the table.
pub const DRILL_KEYMAP: &[Binding] = &[
    on_all(
        &[Key::Char(' ')],
        Action::Exercise(ExerciseKey::GoOn),
        "Space",
        "begin the drill, go on to the next fault, see the table",
        Some("drill"),
    ),
    on_all(
        &[Key::Char('i')],
        Action::Exercise(ExerciseKey::Hint),
        "i",
        "a hint, some seconds after the fault; it costs points",
        None,
    ),
    on_all(
        &[Key::Char('s')],
        Action::Exercise(ExerciseKey::GiveUp),
        "s",
        "give up: the fault is repaired for you, for no points",
        None,
    ),
    on_all(
        &[Key::Char('B')],
        Action::Exercise(ExerciseKey::Call),
        "B",
        "call those who own network or disks: a numbered list; a call for nothing costs points",
        None,
    ),
];

/// Before the table, in a replay alone.
pub const REPLAY_KEYMAP: &[Binding] = &[
    on_all(
        &[Key::Char(' ')],
        Action::Replay(ReplayKey::Play),
        "Space",
        "play the recording, or pause it",
        Some("play, pause"),
    ),
    on_all(
        &[Key::Char(',')],
        Action::Replay(ReplayKey::Back(SECOND_MS)),
        ",",
        "a second back",
        None,
    ),
    on_all(
        &[Key::Char('.')],
        Action::Replay(ReplayKey::On(SECOND_MS)),
        ".",
        "a second on",
        None,
    ),
    on_all(
        &[Key::Char('<')],
        Action::Replay(ReplayKey::Back(MINUTE_MS)),
        "<",
        "a minute back",
        None,
    ),
    on_all(
        &[Key::Char('>')],
        Action::Replay(ReplayKey::On(MINUTE_MS)),
        ">",
        "a minute on",
        None,
    ),
    on_all(
        &[Key::Char('[')],
        Action::Replay(ReplayKey::Slower),
        "[",
        "slower",
        None,
    ),
    on_all(
        &[Key::Char(']')],
        Action::Replay(ReplayKey::Faster),
        "]",
        "faster",
        None,
    ),
];

impl Binding {
    /// Whether it has a meaning on this screen.
    #[must_use]
    pub fn is_on(&self, screen: Screen) -> bool {
        self.screens.is_empty() || self.screens.contains(&screen)
    }
}
