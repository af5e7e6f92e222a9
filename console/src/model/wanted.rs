//! What the screen needs to know of the tree and does not: the only requests that are made.
//!
//! Watches follow the screen: what is drawn is watched, what has left it is not any more.

use std::collections::BTreeSet;

use super::{
    Model,
    links::knock::is_ours,
    rows,
    session::Link,
    tree::{Tree, WIDE_FAMILY, Znode},
    ui::{Screen, visible},
};

/// A question about one znode; the first three leave a watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TreeRequest {
    /// exists, with a watch on data and removal.
    Stat(String),
    /// getChildren, with a watch on the family.
    Children(String),
    /// getData, with a watch.
    Data(String),
    /// getACL, of whose changes no watch tells.
    Acl(String),
    /// The quota that holds for it, in `/zookeeper/quota`; no watch.
    Quota(String),
    /// getAllChildrenNumber.
    Below(String),
    /// removeWatches: it has left the screen.
    Unwatch(String),
}

/// Requests under way at once: a console on a slow link must not fill it.
const MAX_IN_FLIGHT: usize = 16;
/// A row whose children are not listed has no watch on their number, and an ACL has none at
/// all: they are looked at again.
const REFRESH_MS: u64 = 10_000;
/// What is below a znode is counted anew after this, where that is cheap.
const COUNTED_MS: u64 = 30_000;
/// Data above this, in bytes, is not fetched unasked.
pub const LARGE_DATA: i32 = 1 << 20;

/// Notes and returns the requests that the screen needs now. What does not fit stays wanted,
/// and is asked for at a later event.
pub fn wanted(model: &mut Model) -> Vec<TreeRequest> {
    if !matches!(model.session.link, Link::Connected { .. }) {
        return Vec::new();
    }
    let mono_ms = model.now.mono_ms;
    let (shown, selected) = on_screen(model);
    let counts_cheaply = counts_cheaply(model);
    let tree = &mut model.tree;
    let under_way: usize = tree.nodes.values().map(Znode::in_flight).sum();
    let mut room = MAX_IN_FLIGHT.saturating_sub(under_way);
    let mut requests = left_the_screen(tree, &shown);
    let questions = selected
        .iter()
        .flat_map(|path| {
            [
                (Question::Data, path),
                (Question::Acl, path),
                (Question::Quota, path),
                (Question::Below { counts_cheaply }, path),
            ]
        })
        .chain(
            shown
                .iter()
                .flat_map(|path| [(Question::Stat, path), (Question::Children, path)]),
        );
    for (question, path) in questions {
        if room == 0 {
            break;
        }
        if let Some(request) = question.ask(tree, path, mono_ms) {
            requests.push(request);
            room -= 1;
        }
    }
    requests
}

/// Whether the member that holds our session is one of ours: it counts a subtree by walking
/// that subtree. Apache's looks at every path it has, and is asked only where the operator
/// wants to know.
fn counts_cheaply(model: &Model) -> bool {
    match &model.session.link {
        Link::Connected { address, .. } => model.member(address).is_some_and(is_ours),
        _ => false,
    }
}

/// The paths that are drawn now, and the selected one.
fn on_screen(model: &Model) -> (Vec<String>, Option<String>) {
    if model.ui.screen != Screen::Znodes {
        return (Vec::new(), None);
    }
    let tree_rows = rows::znodes(model);
    let selected = rows::selected_index(model.ui.list_of(Screen::Znodes), &tree_rows, |row| {
        row.path.as_str()
    });
    let range = visible(tree_rows.len(), selected, rows::layout(model).list);
    let shown = tree_rows[range]
        .iter()
        .map(|row| row.path.clone())
        .collect();
    (shown, tree_rows.get(selected).map(|row| row.path.clone()))
}

/// Takes back the watches on what is not drawn any more.
fn left_the_screen(tree: &mut Tree, shown: &[String]) -> Vec<TreeRequest> {
    let shown: BTreeSet<&str> = shown.iter().map(String::as_str).collect();
    let left = tree.nodes.iter_mut().filter(|(path, node)| {
        node.watched && node.in_flight() == 0 && !shown.contains(path.as_str())
    });
    left.take(MAX_IN_FLIGHT)
        .map(|(path, node)| {
            node.unwatched();
            TreeRequest::Unwatch(path.clone())
        })
        .collect()
}

/// One kind of question.
#[derive(Clone, Copy)]
enum Question {
    Stat,
    Children,
    Data,
    Acl,
    Quota,
    Below { counts_cheaply: bool },
}

impl Question {
    /// The request, noted as under way, if its answer is wanted now.
    fn ask(self, tree: &mut Tree, path: &str, mono_ms: u64) -> Option<TreeRequest> {
        let is_open = tree.expanded.contains(path);
        let node = tree.node(path);
        // Sizes come first: what is large is read only on request.
        let stat = node.stat.value;
        let (wanted, make): (bool, fn(String) -> TreeRequest) = match self {
            Self::Stat => (
                node.stat.is_wanted(mono_ms, Some(REFRESH_MS)),
                TreeRequest::Stat,
            ),
            Self::Children => {
                let listable =
                    stat.is_some_and(|s| s.num_children <= WIDE_FAMILY || node.list_wide);
                let wanted = is_open && listable && node.children.is_wanted(mono_ms, None);
                (wanted, TreeRequest::Children)
            }
            Self::Data => {
                let small = stat.is_some_and(|stat| stat.data_length <= LARGE_DATA);
                (
                    small && node.data.is_wanted(mono_ms, None),
                    TreeRequest::Data,
                )
            }
            Self::Acl => (
                node.acl.is_wanted(mono_ms, Some(REFRESH_MS)),
                TreeRequest::Acl,
            ),
            Self::Quota => {
                // ZooKeeper's own part of the tree and the root have none.
                let can_have = path != "/" && !path.starts_with("/zookeeper");
                let wanted = can_have && node.quota.is_wanted(mono_ms, Some(REFRESH_MS));
                (wanted, TreeRequest::Quota)
            }
            Self::Below { counts_cheaply } => {
                let is_family = stat.is_some_and(|stat| stat.num_children > 0);
                let unasked = counts_cheaply && node.below.is_wanted(mono_ms, Some(COUNTED_MS));
                let asked = node.wants_below && !node.below.in_flight;
                (is_family && (unasked || asked), TreeRequest::Below)
            }
        };
        if !wanted {
            return None;
        }
        match self {
            Self::Stat => node.stat.ask(mono_ms),
            Self::Children => node.children.ask(mono_ms),
            Self::Data => node.data.ask(mono_ms),
            Self::Acl => node.acl.ask(mono_ms),
            Self::Quota => node.quota.ask(mono_ms),
            Self::Below { .. } => {
                node.below.ask(mono_ms);
                node.wants_below = false;
            }
        }
        node.watched |= matches!(self, Self::Stat | Self::Children | Self::Data);
        Some(make(path.to_owned()))
    }
}
