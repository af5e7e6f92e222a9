//! The demo's menu of what can be broken: `B`, a number, Enter. Never one key. In a drill it is
//! the list of whom to call.

use crate::{
    event::{Broken, Command},
    keymap::Key,
    model::{
        Model,
        breaks::BreakMenu,
        happening::{What, YOU},
        ui::Overlay,
    },
};

/// Lines of a page; the list is a few pages of a small window.
const PAGE: isize = 6;

/// Opens the list, where this console has spawned what it shows.
pub(super) fn open(model: &mut Model) {
    match BreakMenu::of(model) {
        Ok(menu) => model.ui.overlay = Some(Overlay::Break(menu)),
        Err(why) => model.say_fault(why),
    }
}

/// One key while it is open.
pub(super) fn key(model: &mut Model, key: Key, commands: &mut Vec<Command>) {
    let Some(Overlay::Break(menu)) = &mut model.ui.overlay else {
        return;
    };
    match key {
        Key::Ctrl('c') => commands.push(Command::Quit),
        Key::Esc | Key::Char('q' | 'B') => model.ui.overlay = None,
        Key::Backspace => {
            menu.typed.pop();
        }
        Key::Ctrl('u') => menu.typed.clear(),
        Key::Up | Key::Char('k') => menu.step(-1),
        Key::Down | Key::Char('j') => menu.step(1),
        Key::PageUp => menu.step(-PAGE),
        Key::PageDown => menu.step(PAGE),
        Key::Char(c) => menu.type_digit(c),
        Key::Enter => {
            if let Some(offer) = menu.chosen().cloned() {
                model.ui.overlay = None;
                if model.drill.is_some() {
                    return super::drill::call(model, &offer, commands);
                }
                let what = What::Operator {
                    who: YOU.to_owned(),
                    what: format!("{} (demo)", offer.what),
                };
                model.history.note(model.now, what);
                model.breaks.ordered(&offer);
                commands.push(Command::Break {
                    breakage: offer.breakage,
                    address: offer.address,
                });
            }
        }
        _ => {}
    }
}

/// What came of it.
pub(super) fn broken(model: &mut Model, broken: Broken) {
    let Broken {
        breakage,
        address,
        answer,
    } = broken;
    match answer {
        Ok(said) => {
            let pid = model.cluster.pids.get(&address).copied();
            model.breaks.note(&address, pid, breakage);
            model.say(said);
        }
        Err(why) => model.say_fault(format!("{}: {why}", breakage.name())),
    }
}
