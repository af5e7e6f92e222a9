//! What the screen needs to know of the tree and does not: the only requests that are made.

use super::{
    Model,
    rows,
    session::Link,
    tree::WIDE_FAMILY,
    ui::{Screen, visible},
};

/// A read of one part of one znode; those that can, leave a watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TreeRequest {
    /// exists, with a watch on data and removal.
    Stat(String),
    /// getChildren, with a watch on the family.
    Children(String),
    /// getData, with a watch.
    Data(String),
    Acl(String),
}

/// Requests under way at once: a console on a slow link must not fill it.
const MAX_IN_FLIGHT: usize = 16;
/// A row whose children are not listed has no watch on their number: it is looked at again.
const ROW_REFRESH_MS: u64 = 10_000;
/// Data above this is not fetched unasked.
pub const LARGE_DATA: i32 = 1 << 20;

/// Notes and returns the requests that the screen needs now.
pub fn wanted(model: &mut Model) -> Vec<TreeRequest> {
    let connected = matches!(model.session.link, Link::Connected { .. });
    if model.ui.screen != Screen::Znodes || !connected {
        return Vec::new();
    }
    let mono_ms = model.now.mono_ms;
    let tree_rows = rows::znodes(model);
    let selected = rows::selected_index(&model.ui.znodes, &tree_rows, |row| row.path.as_str());
    let shown = visible(tree_rows.len(), selected, rows::layout(model).list);
    let mut requests = Vec::new();
    let in_flight = model
        .tree
        .nodes
        .values()
        .map(|node| {
            usize::from(node.stat.in_flight)
                + usize::from(node.children.in_flight)
                + usize::from(node.data.in_flight)
                + usize::from(node.acl.in_flight)
        })
        .sum::<usize>();
    let room = MAX_IN_FLIGHT.saturating_sub(in_flight);

    if let Some(row) = tree_rows.get(selected) {
        let node = model.tree.node(&row.path);
        let small = node.stat.value.is_some_and(|stat| stat.data_length <= LARGE_DATA);
        if small && node.data.is_wanted(mono_ms, None) {
            node.data.ask(mono_ms);
            requests.push(TreeRequest::Data(row.path.clone()));
        }
        // No watch tells of a changed ACL.
        if node.acl.is_wanted(mono_ms, Some(ROW_REFRESH_MS)) {
            node.acl.ask(mono_ms);
            requests.push(TreeRequest::Acl(row.path.clone()));
        }
    }
    for row in &tree_rows[shown] {
        let open = model.tree.expanded.contains(&row.path);
        let node = model.tree.node(&row.path);
        if node.stat.is_wanted(mono_ms, Some(ROW_REFRESH_MS)) {
            node.stat.ask(mono_ms);
            requests.push(TreeRequest::Stat(row.path.clone()));
        }
        // The family's size must be known first: a wide one is listed only on request.
        let may_list = node
            .stat
            .value
            .is_some_and(|stat| stat.num_children <= WIDE_FAMILY || node.list_wide);
        if open && may_list && node.children.is_wanted(mono_ms, None) {
            node.children.ask(mono_ms);
            requests.push(TreeRequest::Children(row.path.clone()));
        }
    }
    // What does not fit now is asked for by a later event: it stays wanted.
    for dropped in requests.drain(room.min(requests.len())..) {
        unask(model, &dropped);
    }
    requests
}

fn unask(model: &mut Model, request: &TreeRequest) {
    let (TreeRequest::Stat(path)
    | TreeRequest::Children(path)
    | TreeRequest::Data(path)
    | TreeRequest::Acl(path)) = request;
    let node = model.tree.node(path);
    match request {
        TreeRequest::Stat(_) => node.stat.unask(),
        TreeRequest::Children(_) => node.children.unask(),
        TreeRequest::Data(_) => node.data.unask(),
        TreeRequest::Acl(_) => node.acl.unask(),
    }
}
