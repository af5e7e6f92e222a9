//! Work on znodes: opening a dialog, its keys, and what becomes of a change.
//!
//! A change is sent from [`confirm`] alone: after it was shown, and after the key or the name
//! that it asks for. What was typed is kept until the change is made.

use bytes::Bytes;

use crate::{
    event::{Command, CountNews},
    keymap::{Action, Key},
    model::{
        Model,
        session::Link,
        tree::Znode,
        ui::{Overlay, Page, Screen, Whose},
        znode::{
            change::{Change, End, Outcome},
            dialog::{Confirm, Dialog},
            form::{Form, Pressed},
            journal::Entry,
            refuse::{self, Verb},
            review::Asks,
        },
    },
};

/// The most data that a packet of a usual server takes, bytes, with some room for the rest.
const MAX_DATA: usize = (1 << 20) - 1024;

/// An action of screen 7 that opens something.
pub(super) fn act(model: &mut Model, action: Action, commands: &mut Vec<Command>) {
    let Some(path) = super::keys::selected_path(model) else {
        return;
    };
    let opened = match action {
        Action::Undo => undo_list(model),
        Action::EditData => editable(model, &path)
            .and_then(|(data, version)| Form::set_data(&path, &data, version))
            .map(Dialog::Form),
        Action::EditOutside => editable(model, &path).map(|(data, version)| {
            commands.push(Command::EditOutside(data.clone()));
            Dialog::Outside {
                path: path.clone(),
                seen: data,
                version,
            }
        }),
        Action::CreateZnode => permitted(model).map(|()| Dialog::Form(Form::create(&path))),
        Action::DeleteZnode => changeable(model, Verb::Delete, &path).map(|()| {
            commands.push(Command::Count(path.clone()));
            Dialog::Counting {
                path: path.clone(),
                znodes: 0,
            }
        }),
        Action::SetAcl => acl_form(model, &path),
        Action::SetQuota => quota_form(model, &path),
        _ => return,
    };
    match opened {
        Ok(dialog) => model.ui.overlay = Some(Overlay::Dialog(Box::new(dialog))),
        Err(why) => model.say_fault(why),
    }
}

/// `w`: of the selected znode or session.
pub(super) fn who(model: &mut Model) {
    let whose = match model.ui.screen {
        Screen::Znodes => super::keys::selected_path(model).map(Whose::Znode),
        Screen::Sessions => {
            let rows = crate::model::rows::sessions(model);
            let name = crate::model::chosen::name(model);
            let row = rows.iter().find(|row| Some(row.id.to_string()) == name);
            row.map(|row| Whose::Session(row.id))
        }
        _ => None,
    };
    if let Some(whose) = whose {
        model.ui.overlay = Some(Overlay::Page(Page::Who(whose)));
        model.ui.scroll = 0;
    }
}

/// Whether anything may be changed from here now.
fn permitted(model: &Model) -> Result<(), String> {
    if model.read_only {
        return Err("this console is read-only (--read-only): nothing is changed".to_owned());
    }
    if model.frozen.is_some() {
        return Err("the picture is frozen: f lets it go on, then change".to_owned());
    }
    if model.ui.hides {
        return Err("values are hidden: p shows them, then change".to_owned());
    }
    match &model.session.link {
        Link::Connected {
            read_only: false, ..
        } => Ok(()),
        Link::Connected { .. } => {
            Err("our member is cut from its quorum: nothing can be written".to_owned())
        }
        Link::Connecting | Link::Lost { .. } => Err("no session to write with".to_owned()),
    }
}

fn changeable(model: &Model, verb: Verb, path: &str) -> Result<(), String> {
    permitted(model)?;
    refuse::refusal(verb, path).map_or(Ok(()), Err)
}

fn known<'a>(model: &'a Model, path: &str) -> Result<&'a Znode, String> {
    let node = model.tree.nodes.get(path);
    node.ok_or_else(|| "not read yet".to_owned())
}

/// The data of a znode that may be edited, and its version.
fn editable(model: &Model, path: &str) -> Result<(Bytes, i32), String> {
    changeable(model, Verb::SetData, path)?;
    let node = known(model, path)?;
    if let Some(fault) = &node.data.error {
        return Err(fault.clone());
    }
    match (&node.data.value, node.data_version) {
        (Some(data), Some(version)) => Ok((data.clone(), version)),
        _ => Err("its data is not read yet, or above 1 MiB".to_owned()),
    }
}

fn acl_form(model: &Model, path: &str) -> Result<Dialog, String> {
    changeable(model, Verb::SetAcl, path)?;
    let node = known(model, path)?;
    match (&node.acl.value, node.acl_version) {
        (Some(acl), Some(version)) => Ok(Dialog::Form(Form::set_acl(path, acl.clone(), version))),
        _ => Err("its ACL is not read yet, or may not be".to_owned()),
    }
}

fn quota_form(model: &Model, path: &str) -> Result<Dialog, String> {
    changeable(model, Verb::SetQuota, path)?;
    let node = known(model, path)?;
    if let Some(fault) = &node.quota.error {
        return Err(format!("its quota: {fault}"));
    }
    match &node.quota.value {
        None => Err("its quota is not read yet".to_owned()),
        Some(Some(seen)) if seen.on != path => Err(format!(
            "{} has a quota already: there is one on a path at most",
            seen.on
        )),
        Some(seen) => {
            let seen = seen.as_ref();
            let seen = seen.map(|seen| (seen.limits.clone(), seen.version));
            Ok(Dialog::Form(Form::set_quota(path, seen)))
        }
    }
}

fn undo_list(model: &Model) -> Result<Dialog, String> {
    permitted(model)?;
    if model.desk.journal.entries().len() == 0 {
        return Err("nothing was changed from this console yet".to_owned());
    }
    Ok(Dialog::Journal { at: 0 })
}

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
        (Asks::Text(_), Key::Enter) => {}
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
        (true, _) => model.say(format!("{}; u takes it back", outcome.says)),
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
