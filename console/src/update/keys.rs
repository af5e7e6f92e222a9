//! What the operator's keys do. None of it changes an ensemble.

use super::alarms;
use crate::{
    event::Command,
    keymap::{Action, Key, action},
    model::{
        Model,
        links::blame,
        rows,
        tree::{WIDE_FAMILY, parent},
        ui::{Mode, Overlay, Pane, Screen},
    },
};

/// The longest filter kept, characters.
const MAX_FILTER: usize = 200;

/// One key.
pub(super) fn key(model: &mut Model, key: Key, commands: &mut Vec<Command>) {
    match model.ui.mode {
        Mode::Filter => filter_key(model, key, commands),
        Mode::Sort => sort_key(model, key, commands),
        Mode::Snooze => alarms::snooze_key(model, key, commands),
        Mode::Normal => {
            if let Some(action) = action(key, model.ui.screen) {
                act(model, action, commands);
            }
        }
    }
}

/// Pasted text: it types in a text field and does nothing elsewhere.
pub(super) fn paste(model: &mut Model, text: &str) {
    if model.ui.mode == Mode::Filter {
        model.is_dirty = true;
        for c in text.chars().filter(|c| !c.is_control()) {
            type_char(model, c);
        }
    }
}

fn act(model: &mut Model, action: Action, commands: &mut Vec<Command>) {
    if model.ui.overlay == Some(Overlay::Help) {
        match action {
            Action::Quit => commands.push(Command::Quit),
            Action::Help | Action::Back => {
                model.ui.overlay = None;
                model.ui.scroll = 0;
            }
            _ => scroll(model, action),
        }
        return;
    }
    match action {
        Action::Quit => commands.push(Command::Quit),
        Action::Back => back(model, commands),
        Action::Refresh => commands.push(Command::Redraw),
        Action::Help => {
            model.ui.overlay = Some(Overlay::Help);
            model.ui.scroll = 0;
        }
        Action::Show(screen) => show(model, screen, commands),
        Action::Filter => model.ui.mode = Mode::Filter,
        Action::Sort => model.ui.mode = Mode::Sort,
        Action::FaultsOnly => model.ui.faults_only ^= true,
        Action::NextPane => {
            model.ui.pane = match model.ui.pane {
                Pane::List => Pane::Detail,
                Pane::Detail => Pane::List,
            };
        }
        Action::Acknowledge
        | Action::Snooze
        | Action::NextFault
        | Action::NextSection
        | Action::PreviousSection
        | Action::TestAlarm => alarms::act(model, action, commands),
        Action::Form => model.tree.form = model.tree.form.next(),
        Action::Open => open(model),
        Action::Drill => drill(model, commands),
        Action::Copy => commands.extend(copied(model).map(Command::Copy)),
        Action::Left => step(model, Action::Up),
        Action::Right => step(model, Action::Down),
        Action::Close => close(model),
        Action::Up
        | Action::Down
        | Action::PageUp
        | Action::PageDown
        | Action::Top
        | Action::Bottom => match model.ui.pane {
            Pane::List => step(model, action),
            Pane::Detail => scroll(model, action),
        },
    }
}

/// Into what is chosen.
fn drill(model: &mut Model, commands: &mut Vec<Command>) {
    match model.ui.screen {
        Screen::Overview => {
            let names = rows::names(model);
            let at = rows::selected_index(model.ui.list(), &names, |name| name.as_str());
            let list = model.ui.list_of_mut(Screen::Members);
            list.selected = names.into_iter().nth(at);
            // A filter of before must not hide what was chosen.
            list.filter.0.clear();
            model.ui.faults_only = false;
            show(model, Screen::Members, commands);
        }
        _ => {
            model.ui.pane = Pane::Detail;
            model.ui.scroll = 0;
        }
    }
}

/// What `c` copies of what is chosen.
fn copied(model: &Model) -> Option<String> {
    let listed = rows::links::listed(model);
    let names = rows::names(model);
    let at = rows::selected_index(model.ui.list(), &names, |name| name.as_str());
    let link = listed.get(at)?;
    blame::sentence(model, link)
}

/// One step back: a pane, a filter, then out.
fn back(model: &mut Model, commands: &mut Vec<Command>) {
    if model.ui.pane == Pane::Detail {
        model.ui.pane = Pane::List;
        model.ui.scroll = 0;
    } else if !model.ui.list().filter.is_empty() {
        model.ui.list_mut().filter.0.clear();
    } else if model.ui.screen == Screen::Members && model.ui.faults_only {
        model.ui.faults_only = false;
    } else if model.ui.screen != Screen::default() {
        show(model, Screen::default(), commands);
    } else {
        commands.push(Command::Quit);
    }
}

/// Goes to a screen.
pub(super) fn show(model: &mut Model, screen: Screen, commands: &mut Vec<Command>) {
    let was = model.ui.screen;
    model.ui.screen = screen;
    model.ui.pane = Pane::List;
    model.ui.scroll = 0;
    if (was == Screen::Sessions) != (screen == Screen::Sessions) {
        commands.push(Command::ShowSessions(screen == Screen::Sessions));
    }
}

/// Moves the selection.
fn step(model: &mut Model, action: Action) {
    let names = rows::names(model);
    let page = page(model);
    let last = names.len().saturating_sub(1);
    let at = rows::selected_index(model.ui.list(), &names, |name| name.as_str());
    let to = moved(action, at, page, last);
    model.ui.scroll = 0;
    let list = model.ui.list_mut();
    list.selected = names.into_iter().nth(to);
    list.last_index = to;
}

/// Moves the first drawn line of the detail or the help; the view clamps it to its text.
fn scroll(model: &mut Model, action: Action) {
    model.ui.scroll = moved(action, model.ui.scroll, page(model), 100_000);
}

fn moved(action: Action, at: usize, page: usize, last: usize) -> usize {
    match action {
        Action::Up => at.saturating_sub(1),
        Action::Down => at + 1,
        Action::PageUp => at.saturating_sub(page),
        Action::PageDown => at + page,
        Action::Top => 0,
        Action::Bottom => last,
        _ => at,
    }
    .min(last)
}

fn page(model: &Model) -> usize {
    rows::layout(model).list.max(2) - 1
}

fn selected_path(model: &Model) -> Option<String> {
    let tree_rows = rows::znodes(model);
    let at = rows::selected_index(model.ui.list_of(Screen::Znodes), &tree_rows, |row| {
        row.path.as_str()
    });
    tree_rows.into_iter().nth(at).map(|row| row.path)
}

/// Opens the selected family; a wide one is listed when asked for a second time.
fn open(model: &mut Model) {
    let Some(path) = selected_path(model) else {
        return;
    };
    let already = !model.tree.expanded.insert(path.clone());
    let node = model.tree.node(&path);
    let wide = node
        .stat
        .value
        .is_some_and(|stat| stat.num_children > WIDE_FAMILY);
    node.list_wide |= already && wide;
}

/// Closes the selected family, or goes to the parent.
fn close(model: &mut Model) {
    let Some(path) = selected_path(model) else {
        return;
    };
    if !model.tree.expanded.remove(&path) {
        model.ui.list_of_mut(Screen::Znodes).selected = Some(parent(&path).to_owned());
    }
}

fn filter_key(model: &mut Model, key: Key, commands: &mut Vec<Command>) {
    match key {
        Key::Ctrl('c') => commands.push(Command::Quit),
        Key::Enter => model.ui.mode = Mode::Normal,
        Key::Esc => {
            model.ui.mode = Mode::Normal;
            model.ui.list_mut().filter.0.clear();
        }
        Key::Backspace => {
            model.ui.list_mut().filter.0.pop();
        }
        Key::Ctrl('u') => model.ui.list_mut().filter.0.clear(),
        Key::Char(c) => type_char(model, c),
        Key::Up => step(model, Action::Up),
        Key::Down => step(model, Action::Down),
        _ => {}
    }
}

fn type_char(model: &mut Model, c: char) {
    let filter = &mut model.ui.list_mut().filter.0;
    if filter.chars().count() < MAX_FILTER {
        filter.push(c);
    }
}

fn sort_key(model: &mut Model, key: Key, commands: &mut Vec<Command>) {
    model.ui.mode = Mode::Normal;
    match key {
        Key::Ctrl('c') => commands.push(Command::Quit),
        Key::Char(letter) => {
            let known = model
                .ui
                .screen
                .sorts()
                .iter()
                .any(|(key, _)| *key == letter);
            let list = model.ui.list_mut();
            if known {
                list.descending = list.sort == letter && !list.descending;
                list.sort = letter;
            }
        }
        _ => {}
    }
}
