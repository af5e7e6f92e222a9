//! What opens a dialog on screen 7, and why it does not; `w`.

use bytes::Bytes;

use crate::{
    event::Command,
    keymap::Action,
    model::{
        Model,
        session::Link,
        tree::Znode,
        ui::{Overlay, Page, Screen, Whose},
        znode::{
            dialog::Dialog,
            form::Form,
            refuse::{self, Verb},
        },
    },
};

/// An action of screen 7 that opens something.
pub(super) fn act(model: &mut Model, action: Action, commands: &mut Vec<Command>) {
    let path = super::keys::selected_path(model);
    // What is taken back need not be chosen, nor pass the filter.
    let Some(path) = path.or_else(|| (action == Action::Undo).then(String::new)) else {
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
pub(super) fn permitted(model: &Model) -> Result<(), String> {
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
