//! What the tree's requests and watches tell.

use crate::{
    event::{Change, TreeEvent},
    model::{Model, ui::Screen},
};

/// Takes in one answer or one watch event.
pub(super) fn told(model: &mut Model, event: TreeEvent) {
    let mono_ms = model.now.mono_ms;
    let tree = &mut model.tree;
    match event {
        TreeEvent::Stat { path, answer } => match answer {
            Ok(Some(stat)) => tree.node(&path).stat.answer(mono_ms, Ok(stat)),
            Ok(None) => gone(model, &path),
            Err(error) => tree.node(&path).stat.answer(mono_ms, Err(error)),
        },
        TreeEvent::Children { path, answer } => {
            let names = match answer {
                Ok((names, stat)) => {
                    tree.node(&path).stat.value = Some(stat);
                    Ok(names)
                }
                Err(error) => Err(error),
            };
            tree.listed(&path, mono_ms, names);
        }
        TreeEvent::Data { path, answer } => {
            let node = tree.node(&path);
            match answer {
                Ok((data, stat)) => {
                    node.stat.value = Some(stat);
                    node.data_version = Some(stat.version);
                    node.data.answer(mono_ms, Ok(data));
                }
                Err(error) => node.data.answer(mono_ms, Err(error)),
            }
        }
        TreeEvent::Acl { path, answer } => {
            let node = tree.node(&path);
            let answer = answer.map(|(acl, version)| {
                node.acl_version = Some(version);
                acl
            });
            node.acl.answer(mono_ms, answer);
        }
        TreeEvent::Quota { path, answer } => tree.node(&path).quota.answer(mono_ms, answer),
        TreeEvent::Below { path, answer } => tree.node(&path).below.answer(mono_ms, answer),
        TreeEvent::Changed { path, change } => changed(model, &path, change),
    }
}

/// Selects a znode, wherever it is in the tree.
pub(super) fn go_to(model: &mut Model, path: &str) {
    model.tree.reveal(path);
    let list = model.ui.list_of_mut(Screen::Znodes);
    // A filter of before must not hide it.
    list.filter.0.clear();
    list.selected = Some(path.to_owned());
    model.ui.scroll = 0;
}

/// A watch is one-shot: what it fired for is old, and asked for again while on the screen.
fn changed(model: &mut Model, path: &str, change: Change) {
    let mono_ms = model.now.mono_ms;
    let Some(node) = model.tree.nodes.get_mut(path) else {
        return;
    };
    node.changed_mono_ms = Some(mono_ms);
    match change {
        Change::Created | Change::Data => {
            node.stat.is_old = true;
            node.data.is_old = true;
            node.acl.is_old = true;
        }
        Change::Children => {
            node.children.is_old = true;
            node.stat.is_old = true;
        }
        Change::Deleted => gone(model, path),
    }
}

fn gone(model: &mut Model, path: &str) {
    if path == "/" {
        return;
    }
    model.tree.gone(path);
}
