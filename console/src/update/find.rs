//! The find of screen 7: beginning it, its keys, and stopping it where it may not go on.

use crate::{
    event::Command,
    keymap::Key,
    model::{
        Model,
        find::{Find, FindNews, query::Query, refusal},
        ui::{Overlay, Screen},
        znode::{
            dialog::Dialog,
            form::{Form, Purpose},
        },
    },
};

/// The prompt; or what was found, while it is being found.
pub(super) fn open(model: &mut Model) {
    if model.desk.find.is_running {
        model.ui.overlay = Some(Overlay::Find);
        return;
    }
    if let Some(why) = refusal(model) {
        model.say_fault(why);
        return;
    }
    let Some(path) = super::keys::selected_path(model) else {
        return;
    };
    prompt(model, &path);
}

fn prompt(model: &mut Model, start: &str) {
    let form = Form::find(start, &model.desk.find.text);
    model.ui.overlay = Some(Overlay::Dialog(Box::new(Dialog::Form(form))));
}

/// Begins what was typed.
///
/// # Errors
/// Why it is not begun.
pub(super) fn begin(
    model: &mut Model,
    form: &Form,
    commands: &mut Vec<Command>,
) -> Result<(), String> {
    let Purpose::Find { start } = &form.purpose else {
        return Ok(());
    };
    if let Some(why) = refusal(model) {
        return Err(why);
    }
    let text = form.values().concat();
    let query = Query::parse(&text)?;
    // A pattern from the root is of whole paths, wherever the selection is.
    let start = if text.trim_start().starts_with('/') {
        "/".to_owned()
    } else {
        start.clone()
    };
    let number = model.desk.find.number + 1;
    model.desk.find = Find {
        number,
        text,
        start: start.clone(),
        is_running: true,
        ..Find::default()
    };
    model.ui.overlay = Some(Overlay::Find);
    commands.push(Command::Find {
        number,
        query: Box::new(query),
        start,
    });
    Ok(())
}

/// A key while what was found lies over the screen.
pub(super) fn key(model: &mut Model, key: Key, commands: &mut Vec<Command>) {
    let last = model.desk.find.hits.len().saturating_sub(1);
    let page = usize::from(model.ui.window.1) / 2;
    let at = model.desk.find.at;
    model.desk.find.at = match key {
        Key::Ctrl('c') => {
            commands.push(Command::Quit);
            at
        }
        Key::Esc | Key::Char('q') if model.desk.find.is_running => {
            stop(model, "stopped".to_owned(), commands);
            at
        }
        Key::Esc | Key::Char('q') => {
            model.ui.overlay = None;
            at
        }
        Key::Char('F' | '/') if !model.desk.find.is_running => {
            let start = model.desk.find.start.clone();
            prompt(model, &start);
            at
        }
        Key::Enter => {
            if let Some(hit) = model.desk.find.hits.get(at) {
                let path = hit.path.clone();
                model.ui.overlay = None;
                super::znodes::go_to(model, &path);
            }
            at
        }
        Key::Up | Key::Char('k') => at.saturating_sub(1),
        Key::Down | Key::Char('j') => at + 1,
        Key::PageUp => at.saturating_sub(page),
        Key::PageDown => at + page,
        Key::Home | Key::Char('g') => 0,
        Key::End | Key::Char('G') => last,
        Key::Char('c') => {
            let paths = model.desk.find.hits.iter().map(|hit| hit.path.as_str());
            commands.push(Command::Copy(paths.collect::<Vec<_>>().join("\n")));
            at
        }
        _ => at,
    }
    .min(last);
}

/// Takes in what the walk tells.
pub(super) fn told(model: &mut Model, number: u64, news: FindNews) {
    model.desk.find.told(number, news);
}

/// Ends a find that has become too dear, or whose screen was left.
pub(super) fn observe(model: &mut Model, commands: &mut Vec<Command>) {
    if !model.desk.find.is_running {
        return;
    }
    if let Some(why) = refusal(model) {
        stop(model, why, commands);
    } else if model.ui.screen != Screen::Znodes {
        stop(model, "its screen was left".to_owned(), commands);
    }
}

fn stop(model: &mut Model, why: String, commands: &mut Vec<Command>) {
    model.desk.find.is_running = false;
    model.desk.find.fault = Some(why);
    commands.push(Command::StopFind);
}
