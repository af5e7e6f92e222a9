//! What keys do, whichever key it is.

use crate::model::{replay::ReplayKey, ui::Screen};

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
    /// Out of what is open; at the top nothing: one Esc too many must end nothing.
    Back,
    /// The same, and at the top the end.
    Leave,
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
