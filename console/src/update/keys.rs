//! What the operator's keys do. None of it changes an ensemble.

use super::{
    alarms, breaks, changing, desk, drill, find, freeze, pages, palette, recover, watches,
};
use crate::{
    bundle::contents,
    event::Command,
    keymap::{Action, Key},
    model::{
        Model,
        chosen::copied,
        layout,
        privacy::Privacy,
        rows,
        tree::{WIDE_FAMILY, parent},
        ui::{Mode, Overlay, Pane, Screen},
    },
};

/// The longest filter kept, characters.
const MAX_FILTER: usize = 200;

/// One key.
pub(super) fn key(model: &mut Model, key: Key, commands: &mut Vec<Command>) {
    if is_unseen(model) && key != Key::Ctrl('c') && !(key == Key::Esc && closes(model)) {
        return;
    }
    if matches!(model.ui.overlay, Some(Overlay::Palette(_))) {
        palette::key(model, key, commands);
        return;
    }
    if recover::choices_key(model, key, commands) {
        return;
    }
    match model.ui.overlay {
        Some(Overlay::Dialog(_)) => return desk::key(model, key, commands),
        Some(Overlay::Find) => return find::key(model, key, commands),
        Some(Overlay::Break(_)) => return breaks::key(model, key, commands),
        _ => {}
    }
    match model.ui.mode {
        Mode::ListWatches => watches::confirm_key(model, key, commands),
        Mode::Hook => pages::hook_key(model, key, commands),
        Mode::Filter => filter_key(model, key, commands),
        Mode::Sort => sort_key(model, key, commands),
        Mode::Snooze => alarms::snooze_key(model, key, commands),
        Mode::Normal => {
            if let Some(action) = model.keys.action(key, model.ui.screen) {
                act(model, action, commands);
            }
        }
    }
}

/// Whether what takes the keys has no room in the window: nothing is typed into what is not seen.
pub(super) fn is_unseen(model: &Model) -> bool {
    let overlay = model.ui.overlay.as_ref();
    layout::is_tiny(model.ui.window) && !overlay.is_none_or(Overlay::is_read)
}

/// Whether Esc closes it and loses nothing that was typed.
fn closes(model: &Model) -> bool {
    !matches!(model.ui.overlay, Some(Overlay::Dialog(_)))
}

/// Pasted text: it types in a text field and does nothing elsewhere.
pub(super) fn paste(model: &mut Model, text: &str) {
    if is_unseen(model) {
        return;
    }
    if let Some(Overlay::Palette(open)) = &mut model.ui.overlay {
        model.is_dirty = true;
        palette::paste(open, text);
    } else if matches!(model.ui.overlay, Some(Overlay::Dialog(_))) {
        desk::paste(model, text);
    } else if model.ui.mode == Mode::Filter {
        model.is_dirty = true;
        for c in text.chars().filter(|c| !c.is_control()) {
            type_char(model, c);
        }
    }
}

/// What a key's action does; the palette runs them by it too.
pub(super) fn act(model: &mut Model, action: Action, commands: &mut Vec<Command>) {
    if model.ui.overlay.as_ref().is_some_and(Overlay::is_read) {
        pages::act(model, action, commands);
        return;
    }
    if freeze::act(model, action, commands) {
        return;
    }
    match action {
        Action::Quit => commands.push(Command::Quit),
        Action::Back if is_at_the_top(model) => model.say("q quits".to_owned()),
        Action::Leave if is_at_the_top(model) => super::leaving::at_the_top(model, commands),
        Action::Back | Action::Leave => back(model, commands),
        Action::Refresh => commands.push(Command::Redraw),
        Action::Help | Action::Describe | Action::Raw => pages::open(model, action),
        Action::Palette => palette::open(model),
        Action::Freeze => freeze::turn(model),
        Action::Hide => model.ui.hides ^= true,
        Action::Tail => pages::tail(model),
        Action::Hooks => pages::choose_hook(model),
        Action::ListWatches => watches::ask(model),
        Action::TurnWatches => watches::turn(model),
        Action::Choices | Action::OpenGate => recover::act(model, action, commands),
        Action::Break => breaks::open(model),
        Action::Bundle => bundle(model, model.ui.hides, commands),
        Action::Replay(key) => commands.push(Command::Replay(key)),
        Action::Exercise(key) => drill::key(model, key, commands),
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
        Action::Who => changing::who(model),
        Action::Find => find::open(model),
        Action::CountBelow => {
            if let Some(path) = selected_path(model) {
                model.tree.node(&path).wants_below = true;
            }
        }
        Action::EditData
        | Action::EditOutside
        | Action::CreateZnode
        | Action::DeleteZnode
        | Action::SetAcl
        | Action::SetQuota
        | Action::Undo => changing::act(model, action, commands),
        Action::Form => model.tree.form = model.tree.form.next(),
        Action::Open => open(model),
        Action::Drill => drill(model, commands),
        Action::Copy => {
            commands.extend(copied(model).map(|text| Command::Copy(hidden(model, text))));
        }
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

/// Writes an incident bundle, of what is so now.
pub(super) fn bundle(model: &mut Model, redacted: bool, commands: &mut Vec<Command>) {
    if model.replay.is_some() {
        model.say_fault("this is a recording: nothing is written of it".to_owned());
        return;
    }
    commands.push(Command::Bundle(Box::new(contents(model, redacted))));
    model.say("incident bundle: asking the members for their logs".to_owned());
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

/// A text as it may leave: without addresses where those are hidden.
pub(super) fn hidden(model: &Model, text: String) -> String {
    if model.ui.hides {
        Privacy::of(model).hide(&text)
    } else {
        text
    }
}

/// One step back: a pane, a filter, then out.
fn back(model: &mut Model, commands: &mut Vec<Command>) {
    if model.ui.pane == Pane::Detail {
        model.ui.pane = Pane::List;
        model.ui.scroll = 0;
    } else if !model.ui.list().filter.is_empty() {
        clear_filter(model);
    } else if model.ui.screen == Screen::Members && model.ui.faults_only {
        model.ui.faults_only = false;
    } else if model.ui.screen != Screen::default() {
        show(model, Screen::default(), commands);
    } else {
        commands.push(Command::Clusters);
    }
}

/// Nothing is left to go back from.
fn is_at_the_top(model: &Model) -> bool {
    let ui = &model.ui;
    ui.screen == Screen::default()
        && ui.pane != Pane::Detail
        && ui.list().filter.is_empty()
        && model.cluster.others == 0
}

/// Goes to a screen.
pub(super) fn show(model: &mut Model, screen: Screen, commands: &mut Vec<Command>) {
    let is_new = std::mem::replace(&mut model.ui.screen, screen) != screen;
    if is_new && screen == Screen::Recover {
        recover::arrive(model);
    }
    model.ui.pane = Pane::List;
    model.ui.scroll = 0;
    super::sessions_shown(model, commands);
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
pub(super) fn scroll(model: &mut Model, action: Action) {
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

pub(super) fn page(model: &Model) -> usize {
    rows::layout(model).list.max(2) - 1
}

/// The selected znode.
pub(super) fn selected_path(model: &Model) -> Option<String> {
    let tree_rows = rows::znodes(model);
    let at = rows::selected_index(model.ui.list_of(Screen::Znodes), &tree_rows, |row| {
        row.path.as_str()
    });
    tree_rows.get(at).map(|row| row.path.clone())
}

/// Opens the selected family; a wide one is listed when asked for a second time.
fn open(model: &mut Model) {
    let Some(path) = selected_path(model) else {
        return;
    };
    let already = !model.tree.open(&path);
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
    if !model.tree.close(&path) {
        model.ui.list_of_mut(Screen::Znodes).selected = Some(parent(&path).to_owned());
    }
}

fn filter_key(model: &mut Model, key: Key, commands: &mut Vec<Command>) {
    match key {
        Key::Ctrl('c') => commands.push(Command::Quit),
        Key::Enter => model.ui.mode = Mode::Normal,
        Key::Esc => {
            model.ui.mode = Mode::Normal;
            clear_filter(model);
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

/// All rows again. What was drawn as chosen among those that passed stays chosen.
fn clear_filter(model: &mut Model) {
    let names = rows::names(model);
    let at = rows::selected_index(model.ui.list(), &names, String::as_str);
    let list = model.ui.list_mut();
    if let Some(name) = names.into_iter().nth(at)
        && !list.filter.is_empty()
    {
        list.selected = Some(name);
    }
    list.filter.0.clear();
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
