//! The mouse, where console.toml turns it on: the wheel scrolls, a click selects a row. Nothing
//! that it does acts, opens a gate or answers one.

use super::keys;
use crate::{
    event::{Command, Mouse},
    keymap::Action,
    model::{
        Model, layout, rows,
        ui::{Mode, Overlay, Screen, visible},
    },
};

/// One movement of it.
pub(super) fn mouse(model: &mut Model, mouse: Mouse, commands: &mut Vec<Command>) {
    let is_free = model.recovery.shown().is_none() && model.ui.mode == Mode::Normal;
    let scrolls = model.ui.overlay.as_ref().is_none_or(Overlay::is_read);
    if !is_free || !scrolls || layout::is_tiny(model.ui.window) {
        return;
    }
    match mouse {
        Mouse::WheelUp => keys::act(model, Action::Up, commands),
        Mouse::WheelDown => keys::act(model, Action::Down, commands),
        Mouse::Click { row } if model.ui.overlay.is_none() => select(model, usize::from(row)),
        Mouse::Click { .. } => {}
    }
}

/// Selects the row that is drawn in this line of the window, if one is.
fn select(live: &mut Model, line: usize) {
    let mut frozen = live.frozen.take();
    let is_live = matches!(live.ui.screen, Screen::Alarms | Screen::Recover);
    let model = match frozen.as_deref_mut().filter(|_| !is_live) {
        Some(held) => {
            held.ui = live.ui.clone();
            held
        }
        None => &mut *live,
    };
    let names = rows::names(model);
    if let Some(index) = row_at(model, &names, line) {
        let list = model.ui.list_mut();
        list.selected = names.into_iter().nth(index);
        list.last_index = index;
        model.ui.scroll = 0;
    }
    if let Some(held) = frozen.as_deref().filter(|_| !is_live) {
        live.ui = held.ui.clone();
    }
    live.frozen = frozen;
}

/// Which row of the list stands in this line. The overview, the links and the lists with
/// notes among their rows are pictures of their own: a click there selects nothing.
fn row_at(model: &Model, names: &[String], line: usize) -> Option<usize> {
    let parts = rows::layout(model);
    // The list's title, and its header where it has one.
    let (above, room) = match model.ui.screen {
        Screen::Members | Screen::Znodes | Screen::Metrics | Screen::Alarms => (2, parts.list),
        Screen::Recover => (1, parts.list + 1),
        Screen::Overview
        | Screen::Links
        | Screen::Timeline
        | Screen::Sessions
        | Screen::Watches => return None,
    };
    let at = rows::selected_index(model.ui.list(), names, String::as_str);
    let place = line.checked_sub(parts.top + above)?;
    visible(names.len(), at, room).nth(place)
}
