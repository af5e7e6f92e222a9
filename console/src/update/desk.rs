//! The keys of a dialog on a znode, and what becomes of a change.
//!
//! A change is sent from [`confirmed`] alone: after it was shown, and after the key or the name
//! that it asks for. What was typed is kept until the change is made.

use bytes::Bytes;

use super::changing::permitted;
use crate::{
    event::{Command, CountNews},
    keymap::Key,
    model::{
        Model,
        ui::Overlay,
        znode::{
            change::Change,
            dialog::{Confirm, Dialog},
            form::{Form, Pressed},
            journal::Entry,
            outcome::{End, Outcome},
            review::Asks,
        },
    },
};

/// The most data that a packet of a usual server takes, bytes, with some room for the rest.
const MAX_DATA: usize = (1 << 20) - 1024;

/// A key while a dialog is open.
pub(super) fn key(model: &mut Model, key: Key, commands: &mut Vec<Command>) {
    if key == Key::Ctrl('c') {
        commands.push(Command::Quit);
        return;
    }
    let Some(Overlay::Dialog(dialog)) = model.ui.overlay.take() else {
        return;
    };
    let next = match *dialog {
        Dialog::Form(form) => form_key(model, form, key, commands),
        Dialog::Confirm(confirm) => confirm_key(model, confirm, key, commands),
        Dialog::Counting { .. } if key == Key::Esc => {
            commands.push(Command::StopCount);
            None
        }
        Dialog::Journal { at } => journal_key(model, at, key),
        Dialog::Went { form, .. } if matches!(key, Key::Esc | Key::Enter) => form.map(Dialog::Form),
        // Whatever becomes of it will be said.
        Dialog::Working { .. } if key == Key::Esc => None,
        other => Some(other),
    };
    // A find may have opened its own.
    if let Some(next) = next {
        model.ui.overlay = Some(Overlay::Dialog(Box::new(next)));
    }
}

/// Pasted text is typed where there is a field for it.
pub(super) fn paste(model: &mut Model, text: &str) {
    if let Some(Overlay::Dialog(dialog)) = &mut model.ui.overlay {
        model.is_dirty = true;
        // What confirms is typed: it must not come out of a clipboard.
        if let Dialog::Form(form) = dialog.as_mut() {
            form.paste(text);
        }
    }
}

fn form_key(
    model: &mut Model,
    mut form: Form,
    key: Key,
    commands: &mut Vec<Command>,
) -> Option<Dialog> {
    match form.key(key) {
        Pressed::Leaves => None,
        Pressed::Stays => Some(Dialog::Form(form)),
        Pressed::Outside => {
            let text = form.outside().unwrap_or_default();
            commands.push(Command::EditOutside(Bytes::from(text)));
            Some(Dialog::Form(form))
        }
        Pressed::Submits => match form.change() {
            Ok(None) => match super::find::begin(model, &form, commands) {
                Ok(()) => None,
                Err(why) => {
                    form.fault = Some(why);
                    Some(Dialog::Form(form))
                }
            },
            Ok(Some(change)) => {
                form.fault = None;
                Some(Dialog::Confirm(Confirm::new(change, Some(form))))
            }
            Err(why) => {
                form.fault = Some(why);
                Some(Dialog::Form(form))
            }
        },
    }
}

fn confirm_key(
    model: &mut Model,
    mut confirm: Confirm,
    key: Key,
    commands: &mut Vec<Command>,
) -> Option<Dialog> {
    let page = usize::from(model.ui.window.1) / 2;
    match (&confirm.review.asks, key) {
        (_, Key::Esc) => return confirm.form.map(Dialog::Form),
        (_, Key::Up) => confirm.scroll = confirm.scroll.saturating_sub(1),
        (_, Key::Down) => confirm.scroll = (confirm.scroll + 1).min(confirm.review.lines.len()),
        (_, Key::PageUp) => confirm.scroll = confirm.scroll.saturating_sub(page),
        (_, Key::PageDown) => {
            confirm.scroll = (confirm.scroll + page).min(confirm.review.lines.len());
        }
        (Asks::Yes, Key::Char('y')) => return Some(confirmed(model, confirm, commands)),
        (Asks::Yes, Key::Char('n')) => return confirm.form.map(Dialog::Form),
        (Asks::Text(wanted), Key::Enter) if confirm.typed.text() == *wanted => {
            return Some(confirmed(model, confirm, commands));
        }
        (Asks::Text(wanted), Key::Enter) => {
            let wanted = wanted.clone();
            model.say_fault(format!(
                "not yet, nothing is sent: type {wanted}, then Enter"
            ));
        }
        (Asks::Text(_), key) => {
            confirm.typed.key(key);
        }
        _ => {}
    }
    Some(Dialog::Confirm(confirm))
}

/// The one place from which a change of the tree is sent.
fn confirmed(model: &mut Model, confirm: Confirm, commands: &mut Vec<Command>) -> Dialog {
    let Confirm {
        change,
        is_undo,
        form,
        ..
    } = confirm;
    // What was true when the dialog was opened may not be any more.
    if let Err(why) = permitted(model) {
        return Dialog::Went {
            outcome: Outcome::not_sent(why),
            form,
        };
    }
    model.desk.is_undoing = is_undo;
    commands.push(Command::Change(Box::new(change.clone())));
    Dialog::Working { change, form }
}

fn journal_key(model: &Model, at: usize, key: Key) -> Option<Dialog> {
    let last = model.desk.journal.entries().len().saturating_sub(1);
    let at = match key {
        Key::Esc => return None,
        Key::Up | Key::Char('k') => at.saturating_sub(1),
        Key::Down | Key::Char('j') => (at + 1).min(last),
        Key::Enter => {
            let entry = model.desk.journal.get(at)?;
            let mut confirm = Confirm::new(entry.undo.clone(), None);
            confirm.is_undo = true;
            return Some(Dialog::Confirm(confirm));
        }
        _ => at,
    };
    Some(Dialog::Journal { at })
}

/// What was counted below a znode that is to be deleted.
pub(super) fn counted(model: &mut Model, path: &str, news: CountNews) {
    let Some(Overlay::Dialog(dialog)) = &mut model.ui.overlay else {
        return;
    };
    match (dialog.as_mut(), news) {
        (Dialog::Counting { path: of, znodes }, CountNews::SoFar(n)) if of == path => *znodes = n,
        (Dialog::Counting { path: of, .. }, CountNews::Done(result)) if of == path => {
            **dialog = match result {
                Ok(holding) => Dialog::Confirm(Confirm::new(Change::Delete(holding), None)),
                Err(why) => Dialog::Went {
                    outcome: Outcome::not_sent(why),
                    form: None,
                },
            };
        }
        _ => {}
    }
}

/// How a change went: it is noted, so that it can be taken back, and said.
pub(super) fn changed(model: &mut Model, change: &Change, outcome: Outcome) {
    let is_undo = std::mem::take(&mut model.desk.is_undoing);
    if is_undo && outcome.end == End::Done {
        model.desk.journal.taken_back(change);
    } else if let Some(undo) = outcome.undo.clone().filter(|_| !is_undo) {
        model.desk.journal.made(Entry {
            wall_ms: model.now.wall_ms,
            says: outcome.says.clone(),
            undo,
        });
    }
    // No watch tells of an ACL or a quota.
    if let Some(node) = model.tree.nodes.get_mut(change.path()) {
        node.acl.is_old = true;
        node.quota.is_old = true;
    }
    if let Some(made) = &outcome.made {
        super::znodes::go_to(model, made);
    }
    let working = match model.ui.overlay.take() {
        Some(Overlay::Dialog(dialog)) => match *dialog {
            Dialog::Working { form, .. } => Some(form),
            other => {
                model.ui.overlay = Some(Overlay::Dialog(Box::new(other)));
                None
            }
        },
        other => {
            model.ui.overlay = other;
            None
        }
    };
    match (outcome.end == End::Done, working) {
        (false, Some(form)) => {
            let went = Dialog::Went { outcome, form };
            model.ui.overlay = Some(Overlay::Dialog(Box::new(went)));
        }
        (false, None) => model.say_fault(outcome.says),
        (true, _) if is_undo || outcome.undo.is_none() => model.say(outcome.says),
        (true, _) => {
            let all = match change {
                Change::Delete(holding) => holding.znodes().len(),
                _ => 1,
            };
            model.say(format!("{}; {}", outcome.says, change.says_undo(all)));
        }
    }
}

/// What came back from the operator's own editor.
pub(super) fn edited(model: &mut Model, result: Result<Bytes, String>) {
    let Some(Overlay::Dialog(dialog)) = model.ui.overlay.take() else {
        return;
    };
    let next = match (*dialog, result) {
        (Dialog::Form(mut form), result) => {
            let text = result.and_then(|bytes| {
                String::from_utf8(bytes.to_vec())
                    .map_err(|_| "what the editor wrote is no text".to_owned())
            });
            match text {
                Ok(text) => form.put(&text),
                Err(why) => form.fault = Some(why),
            }
            Some(Dialog::Form(form))
        }
        (Dialog::Outside { .. }, Err(why)) => {
            model.say_fault(why);
            None
        }
        (Dialog::Outside { seen, .. }, Ok(data)) if data == seen => {
            model.say("nothing was edited".to_owned());
            None
        }
        (Dialog::Outside { .. }, Ok(data)) if data.len() > MAX_DATA => {
            model.say_fault("above 1 MiB: no server takes that (jute.maxbuffer)".to_owned());
            None
        }
        (
            Dialog::Outside {
                path,
                seen,
                version,
            },
            Ok(data),
        ) => {
            let change = Change::SetData {
                path,
                data,
                seen,
                version,
            };
            Some(Dialog::Confirm(Confirm::new(change, None)))
        }
        (other, _) => Some(other),
    };
    model.ui.overlay = next.map(|next| Overlay::Dialog(Box::new(next)));
}
