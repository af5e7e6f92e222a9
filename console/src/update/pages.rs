//! Help and pages over the screen: they scroll, can be copied, and go away by the key that
//! opened them.

use super::keys;
use crate::{
    event::Command,
    keymap::{Action, Key},
    model::{
        Model, pages,
        rows::overview,
        survey::Question,
        ui::{Mode, Overlay, Page, Screen},
    },
};

/// The hook that `t` runs for members whose log nobody else can read.
const LOG_HOOK: &str = "log";

/// An action while help or a page lies over the screen.
pub(super) fn act(model: &mut Model, action: Action, commands: &mut Vec<Command>) {
    match action {
        Action::Quit => commands.push(Command::Quit),
        Action::Back | Action::Leave => close(model),
        Action::Hide => model.ui.hides ^= true,
        Action::Refresh => commands.push(Command::Redraw),
        Action::Show(screen) => {
            close(model);
            keys::show(model, screen, commands);
        }
        Action::Replay(key) => commands.push(Command::Replay(key)),
        Action::Exercise(key) => super::drill::key(model, key, commands),
        Action::Bundle => keys::bundle(model, model.ui.hides, commands),
        Action::Palette => super::palette::open(model),
        Action::Copy => {
            if let Some(Overlay::Page(page)) = &model.ui.overlay {
                let held = model.frozen.as_deref();
                let of_the_picture = matches!(page, Page::Detail | Page::Raw);
                let shown = held.filter(|_| of_the_picture).unwrap_or(model);
                let text = pages::text(shown, page);
                commands.push(Command::Copy(keys::hidden(model, text)));
            }
        }
        Action::Choices if model.ui.overlay == Some(Overlay::Page(Page::Snapshots)) => {
            super::recover::act(model, action, commands);
        }
        Action::Tail | Action::Hooks => again(model),
        _ if opens(action) == model.ui.overlay => close(model),
        Action::Help | Action::Describe | Action::Raw => open(model, action),
        _ => keys::scroll(model, action),
    }
}

/// Opens what an action opens.
pub(super) fn open(model: &mut Model, action: Action) {
    if let Some(overlay) = opens(action) {
        model.ui.overlay = Some(overlay);
        model.ui.scroll = 0;
    }
}

fn opens(action: Action) -> Option<Overlay> {
    match action {
        Action::Help => Some(Overlay::Help),
        Action::Describe => Some(Overlay::Page(Page::Detail)),
        Action::Raw => Some(Overlay::Page(Page::Raw)),
        _ => None,
    }
}

fn close(model: &mut Model) {
    model.ui.overlay = None;
    model.ui.scroll = 0;
}

/// `t` on a log closes it; `H` on what a hook printed runs the hook again.
fn again(model: &mut Model) {
    match model.ui.overlay.clone() {
        Some(Overlay::Page(Page::Hook { address, name })) => {
            model.survey.order(&address, Question::Hook(name));
        }
        _ => close(model),
    }
}

/// The member that is chosen on the overview or among the members.
pub(super) fn chosen_member(model: &Model) -> Option<String> {
    let screen = model.ui.screen;
    let names = match screen {
        Screen::Overview => overview::names(model),
        Screen::Members => crate::model::rows::names(model),
        _ => return None,
    };
    let at = crate::model::rows::selected_index(model.ui.list_of(screen), &names, String::as_str);
    names.into_iter().nth(at)
}

/// The chosen member's log: by its admin API where it is ours, else by the hook of that name.
pub(super) fn tail(model: &mut Model) {
    let Some(address) = chosen_member(model) else {
        return;
    };
    let is_ours = model
        .member(&address)
        .is_some_and(crate::model::links::knock::is_ours);
    if !is_ours && model.hooks.contains_key(LOG_HOOK) {
        run_hook(model, address, LOG_HOOK.to_owned());
    } else {
        model.ui.overlay = Some(Overlay::Page(Page::Log(address)));
        model.ui.scroll = 0;
    }
}

/// Asks which hook; says so where there is none.
pub(super) fn choose_hook(model: &mut Model) {
    if chosen_member(model).is_none() {
        return;
    }
    if model.hooks.is_empty() {
        model.say_fault(
            "no read-only hook: console.toml [hooks] iostat = \"ssh {host} iostat -x 1 2\" makes one"
                .to_owned(),
        );
    } else {
        model.ui.mode = Mode::Hook;
    }
}

/// The digit of a hook; anything else takes it back.
pub(super) fn hook_key(model: &mut Model, key: Key, commands: &mut Vec<Command>) {
    model.ui.mode = Mode::Normal;
    if key == Key::Ctrl('c') {
        commands.push(Command::Quit);
        return;
    }
    let Key::Char(digit) = key else { return };
    let chosen = digit.to_digit(10).and_then(|digit| digit.checked_sub(1));
    let name = chosen.and_then(|at| model.hooks.keys().nth(at as usize).cloned());
    if let (Some(name), Some(address)) = (name, chosen_member(model)) {
        run_hook(model, address, name);
    }
}

fn run_hook(model: &mut Model, address: String, name: String) {
    model.survey.order(&address, Question::Hook(name.clone()));
    model.ui.overlay = Some(Overlay::Page(Page::Hook { address, name }));
    model.ui.scroll = 0;
}
