//! Screen 6's keys: the other view, and the question that costs the members something.

use crate::{
    event::Command,
    keymap::Key,
    model::{
        Model,
        member::State,
        survey::Question,
        ui::{Mode, Screen},
    },
};

/// The other view, from its top.
pub(super) fn turn(model: &mut Model) {
    model.ui.watch_view = model.ui.watch_view.other();
    model.ui.scroll = 0;
    let list = model.ui.list_of_mut(Screen::Watches);
    list.selected = None;
    list.last_index = 0;
}

/// Says what it costs, and waits for `y`.
pub(super) fn ask(model: &mut Model) {
    model.ui.mode = Mode::ListWatches;
}

/// The answer to that: `y` lists, anything else takes it back.
pub(super) fn confirm_key(model: &mut Model, key: Key, commands: &mut Vec<Command>) {
    model.ui.mode = Mode::Normal;
    match key {
        Key::Ctrl('c') => commands.push(Command::Quit),
        Key::Char('y') => {
            let members = model.members.iter();
            let serving = members.filter(|member| member.state(model.now) == State::Serving);
            for member in serving {
                model.survey.order(&member.address, Question::Watches);
            }
        }
        _ => {}
    }
}
