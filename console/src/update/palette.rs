//! The palette's keys: they type, choose and run. Its text is a text field: no letter acts.

use super::{console_commands, keys};
use crate::{
    event::Command,
    keymap::{Key, bound::Keys},
    model::{
        Model,
        palette::{Choice, LONGEST, Palette},
        ui::{Overlay, Screen},
    },
};

/// Opens it.
pub(super) fn open(model: &mut Model) {
    model.ui.overlay = Some(Overlay::Palette(Palette::default()));
    model.ui.scroll = 0;
}

/// One key while it is open.
pub(super) fn key(model: &mut Model, key: Key, commands: &mut Vec<Command>) {
    let screen = model.ui.screen;
    let keys = &model.keys;
    let Some(Overlay::Palette(palette)) = &mut model.ui.overlay else {
        return;
    };
    let last = palette.found(keys, screen).len().saturating_sub(1);
    match key {
        Key::Ctrl('c') => commands.push(Command::Quit),
        Key::Esc => model.ui.overlay = None,
        Key::Backspace if palette.text.is_empty() => model.ui.overlay = None,
        Key::Backspace => edit(palette, |text| {
            text.pop();
        }),
        Key::Ctrl('u') => edit(palette, String::clear),
        Key::Char(c) => type_char(palette, c),
        Key::Up => palette.selected = palette.selected.saturating_sub(1),
        Key::Down => palette.selected = (palette.selected + 1).min(last),
        Key::Home => palette.selected = 0,
        Key::End => palette.selected = last,
        Key::Tab => complete(palette, keys, screen),
        Key::Enter => run(model, commands),
        _ => {}
    }
}

/// Pasted text.
pub(super) fn paste(palette: &mut Palette, text: &str) {
    for c in text.chars().filter(|c| !c.is_control()) {
        type_char(palette, c);
    }
}

fn type_char(palette: &mut Palette, c: char) {
    if palette.text.chars().count() < LONGEST {
        edit(palette, |text| text.push(c));
    }
}

fn edit(palette: &mut Palette, change: impl FnOnce(&mut String)) {
    change(&mut palette.text);
    palette.selected = 0;
}

/// Tab writes out the chosen command's name, for its arguments.
fn complete(palette: &mut Palette, keys: &Keys, screen: Screen) {
    let found = palette.found(keys, screen);
    if palette.command().is_none()
        && let Some(entry) = found.get(palette.selected)
        && let Choice::Command(command) = entry.choice
    {
        palette.text = format!("{} ", command.name);
        palette.selected = 0;
    }
}

fn run(model: &mut Model, commands: &mut Vec<Command>) {
    let Some(Overlay::Palette(palette)) = model.ui.overlay.take() else {
        return;
    };
    let found = palette.found(&model.keys, model.ui.screen);
    let Some(entry) = found.get(palette.selected) else {
        // Nothing fits: what was typed stays, to be mended.
        model.ui.overlay = Some(Overlay::Palette(palette));
        return;
    };
    match entry.choice {
        Choice::Run(action) => keys::act(model, action, commands),
        Choice::GoTo(screen) => keys::show(model, screen, commands),
        Choice::Command(command) => {
            let typed = palette.command().is_some();
            let arguments = if typed {
                palette.arguments()
            } else {
                Vec::new()
            };
            if let Err(why) = console_commands::run(model, command.verb, &arguments, commands) {
                model.say_fault(format!(":{} {}: {why}", command.name, command.arguments));
            }
        }
    }
}
