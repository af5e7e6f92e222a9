//! `f`: the picture is held, and the operator walks about in it. What is decided, told or
//! acknowledged meanwhile is decided on the live model.

use super::keys;
use crate::{
    event::Command,
    keymap::Action,
    model::{Model, ui::Screen},
};

/// Holds the picture, or lets it go on.
pub(super) fn turn(model: &mut Model) {
    model.frozen = match model.frozen {
        Some(_) => None,
        None => Some(Box::new(model.clone())),
    };
}

/// Lets an action that only looks act on the frozen picture. Tells whether it did.
pub(super) fn act(model: &mut Model, action: Action, commands: &mut Vec<Command>) -> bool {
    // The alarms and what can be done are live, and so are the keys on them.
    if !only_looks(action) || matches!(model.ui.screen, Screen::Alarms | Screen::Recover) {
        return false;
    }
    let Some(mut frozen) = model.frozen.take() else {
        return false;
    };
    frozen.ui = model.ui.clone();
    keys::act(&mut frozen, action, commands);
    model.ui = frozen.ui.clone();
    model.frozen = Some(frozen);
    true
}

/// After every event: what stays live in a frozen picture.
pub(super) fn keep_live(model: &mut Model) {
    let Some(mut frozen) = model.frozen.take() else {
        return;
    };
    frozen.ui = model.ui.clone();
    frozen.verdict = model.verdict.clone();
    frozen.verdict_since_mono_ms = model.verdict_since_mono_ms;
    model.frozen = Some(frozen);
}

fn only_looks(action: Action) -> bool {
    matches!(
        action,
        Action::Up
            | Action::Down
            | Action::PageUp
            | Action::PageDown
            | Action::Top
            | Action::Bottom
            | Action::Left
            | Action::Right
            | Action::Drill
            | Action::Copy
            | Action::NextFault
    )
}
