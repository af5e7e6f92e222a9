//! Keys that are there in a drill or in a replay alone.

use super::{
    Action, ExerciseKey, Key,
    binding::{Binding, on_all},
};
use crate::model::replay::{ReplayKey, Way};

/// Seconds and minutes, milliseconds.
pub(super) const SECOND_MS: u64 = 1000;
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
        &[Key::Char('(')],
        Action::Replay(ReplayKey::Event(Way::Back)),
        "(",
        "pause at the event before: an entry of the timeline",
        None,
    ),
    on_all(
        &[Key::Char(')')],
        Action::Replay(ReplayKey::Event(Way::On)),
        ")",
        "pause at the next event",
        Some("next event"),
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
