//! The znodes that have been looked at: a lazy tree, never a mirror.
//!
//! Only what is on the screen is asked for and watched ([`super::wanted`]). A watch event
//! marks what it touched as old; it is asked for again while it is still on the screen.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;
use zoowarden_shared::{acl::Acl, stat::Stat};

use super::{filter::Filter, memo::Memo, znode::quota::QuotaSeen};

/// A family above this is listed only when the operator asks twice: its list alone may be
/// megabytes, and the member builds it for us.
pub const WIDE_FAMILY: i32 = 20_000;

/// One part of what can be known of a znode, and how fresh it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part<T> {
    pub value: Option<T>,
    /// Why the newest request failed.
    pub error: Option<String>,
    /// When it was last answered.
    pub at_mono_ms: Option<u64>,
    /// When it was last asked for; not again within [`REFETCH_MS`].
    pub asked_mono_ms: Option<u64>,
    pub in_flight: bool,
    /// A watch has fired since, or the session that watched it is gone.
    pub is_old: bool,
}

/// A part is asked for at most this often, however often its znode changes.
pub const REFETCH_MS: u64 = 250;

impl<T> Part<T> {
    /// Whether it should be asked for now, `refresh_ms` being the age at which a part
    /// without a watch is old.
    #[must_use]
    pub fn is_wanted(&self, mono_ms: u64, refresh_ms: Option<u64>) -> bool {
        if self.in_flight
            || self
                .asked_mono_ms
                .is_some_and(|asked| mono_ms < asked + REFETCH_MS)
        {
            return false;
        }
        let aged = match (refresh_ms, self.at_mono_ms) {
            (Some(refresh), Some(at)) => mono_ms >= at + refresh,
            _ => false,
        };
        self.is_old || self.at_mono_ms.is_none() || aged
    }

    /// Notes that it has been asked for.
    pub fn ask(&mut self, mono_ms: u64) {
        self.in_flight = true;
        self.is_old = false;
        self.asked_mono_ms = Some(mono_ms);
    }

    /// Takes in the answer.
    pub fn answer(&mut self, mono_ms: u64, answer: Result<T, String>) {
        self.in_flight = false;
        self.at_mono_ms = Some(mono_ms);
        match answer {
            Ok(value) => {
                self.value = Some(value);
                self.error = None;
            }
            Err(error) => self.error = Some(error),
        }
    }
}

/// What is known of one znode.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Znode {
    pub stat: Part<Stat>,
    pub children: Part<Vec<String>>,
    pub data: Part<Bytes>,
    /// The version of the data that was read, which a newer stat may have passed.
    pub data_version: Option<i32>,
    pub acl: Part<Vec<Acl>>,
    /// The same of the ACL.
    pub acl_version: Option<i32>,
    /// The quota that holds for it, where one does.
    pub quota: Part<Option<QuotaSeen>>,
    /// How many znodes are below it, at any depth.
    pub below: Part<i32>,
    /// The operator has asked for that number.
    pub wants_below: bool,
    /// Our session has, or is about to have, a watch on it.
    pub watched: bool,
    /// When a watch last told of a change while it was on the screen.
    pub changed_mono_ms: Option<u64>,
    /// The operator has asked to list it in spite of its size.
    pub list_wide: bool,
}

impl Znode {
    /// How many requests about it are under way.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        usize::from(self.stat.in_flight)
            + usize::from(self.children.in_flight)
            + usize::from(self.data.in_flight)
            + usize::from(self.acl.in_flight)
            + usize::from(self.quota.in_flight)
            + usize::from(self.below.in_flight)
    }

    /// Nothing tells of its changes any more: all that is known of it is old.
    pub fn unwatched(&mut self) {
        self.watched = false;
        self.stat.is_old = true;
        self.children.is_old = true;
        self.data.is_old = true;
        self.acl.is_old = true;
        self.quota.is_old = true;
    }
}

/// How data is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DataForm {
    /// JSON where it is JSON, text where it is UTF-8, else hex.
    #[default]
    Auto,
    Text,
    Json,
    Hex,
}

impl DataForm {
    /// The next in turn.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Auto => Self::Text,
            Self::Text => Self::Json,
            Self::Json => Self::Hex,
            Self::Hex => Self::Auto,
        }
    }

    /// As it is drawn.
    #[must_use]
    pub fn shown(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Text => "text",
            Self::Json => "JSON",
            Self::Hex => "hex",
        }
    }
}

/// One line of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeRow {
    pub path: String,
    pub depth: usize,
}

/// The tree as far as it is known.
#[derive(Clone, Debug)]
pub struct Tree {
    pub nodes: BTreeMap<String, Znode>,
    pub expanded: BTreeSet<String>,
    pub form: DataForm,
    /// A znode that was jumped to: its line and those above it are drawn before the families
    /// are listed, or where they are too wide to be.
    pub pinned: Option<String>,
    /// How often its lines may have become others.
    shape: u64,
    lines: Memo<(u64, Filter), Vec<TreeRow>>,
}

impl Default for Tree {
    fn default() -> Self {
        Self {
            nodes: [("/".to_owned(), Znode::default())].into(),
            expanded: ["/".to_owned()].into(),
            form: DataForm::default(),
            pinned: None,
            shape: 0,
            lines: Memo::default(),
        }
    }
}

impl Tree {
    /// The lines that pass: as they were made for the same tree before, else made now.
    pub(super) fn lines(&self, filter: &Filter) -> Arc<Vec<TreeRow>> {
        let make = || self.rows(&|path| filter.passes(path));
        self.lines.of((self.shape, filter.clone()), make)
    }

    /// Opens a family; tells whether it was closed.
    pub fn open(&mut self, path: &str) -> bool {
        self.shape += 1;
        self.expanded.insert(path.to_owned())
    }

    /// Closes a family; tells whether it was open.
    pub fn close(&mut self, path: &str) -> bool {
        self.shape += 1;
        self.expanded.remove(path)
    }

    /// The lines from the root down, open families listed, in ZooKeeper's order of names.
    /// With a filter, only the lines that pass and their ancestors.
    fn rows(&self, passes: &dyn Fn(&str) -> bool) -> Vec<TreeRow> {
        let mut rows = Vec::new();
        self.push_rows("/", 0, passes, &mut rows);
        rows
    }

    /// Adds a znode's lines; tells whether any of them passed the filter.
    fn push_rows(
        &self,
        path: &str,
        depth: usize,
        passes: &dyn Fn(&str) -> bool,
        rows: &mut Vec<TreeRow>,
    ) -> bool {
        let mark = rows.len();
        rows.push(TreeRow {
            path: path.to_owned(),
            depth,
        });
        let mut passed = passes(path);
        if self.expanded.contains(path) {
            let names = self
                .nodes
                .get(path)
                .and_then(|node| node.children.value.as_ref());
            let names = names.map_or(&[][..], Vec::as_slice);
            let pinned = self.pinned_below(path);
            let is_listed = pinned.is_none_or(|pinned| {
                names
                    .binary_search_by(|name| name.as_str().cmp(pinned))
                    .is_ok()
            });
            for name in names
                .iter()
                .map(String::as_str)
                .chain(pinned.filter(|_| !is_listed))
            {
                passed |= self.push_rows(&child(path, name), depth + 1, passes, rows);
            }
        }
        if !passed {
            rows.truncate(mark);
        }
        passed
    }

    /// The child of a znode on the way to the one that was jumped to.
    fn pinned_below(&self, path: &str) -> Option<&str> {
        let pinned = self.pinned.as_deref()?;
        let rest = pinned.strip_prefix(path)?;
        let rest = if path == "/" {
            rest
        } else {
            rest.strip_prefix('/')?
        };
        rest.split('/').next().filter(|name| !name.is_empty())
    }

    /// Opens all families on the way to a znode, so that it has a line.
    pub fn reveal(&mut self, path: &str) {
        self.shape += 1;
        let mut above = parent(path);
        loop {
            self.expanded.insert(above.to_owned());
            if above == "/" {
                break;
            }
            above = parent(above);
        }
        self.pinned = Some(path.to_owned());
    }

    /// The znode, made known if it is not.
    pub fn node(&mut self, path: &str) -> &mut Znode {
        self.nodes.entry(path.to_owned()).or_default()
    }

    /// Takes in a list of children: the missing ones and all below them are forgotten.
    pub fn listed(&mut self, path: &str, mono_ms: u64, answer: Result<Vec<String>, String>) {
        self.shape += 1;
        let answer = answer.map(|mut names| {
            names.sort_unstable();
            names
        });
        if let Ok(names) = &answer {
            let old = self
                .nodes
                .get(path)
                .and_then(|node| node.children.value.clone());
            let gone = old
                .into_iter()
                .flatten()
                .filter(|old| names.binary_search(old).is_err());
            for name in gone {
                self.forget(&child(path, &name));
            }
        }
        self.node(path).children.answer(mono_ms, answer);
    }

    /// Forgets a znode that is gone, and all below it, and asks its parent anew.
    pub fn gone(&mut self, path: &str) {
        self.forget(path);
        if let Some(node) = self.nodes.get_mut(parent(path)) {
            if let Some(names) = &mut node.children.value {
                let name = name(path);
                names.retain(|known| known != name);
            }
            node.children.is_old = true;
            node.stat.is_old = true;
        }
    }

    /// Forgets a znode that is gone, and all below it.
    pub fn forget(&mut self, path: &str) {
        self.shape += 1;
        let below = format!("{path}/");
        self.pinned
            .take_if(|known| *known == path || known.starts_with(&below));
        self.nodes
            .retain(|known, _| known != path && !known.starts_with(&below));
        self.expanded
            .retain(|known| known != path && !known.starts_with(&below));
    }

    /// Marks everything as old: the session that watched it is gone.
    pub fn lost_watches(&mut self) {
        for node in self.nodes.values_mut() {
            node.stat.in_flight = false;
            node.children.in_flight = false;
            node.data.in_flight = false;
            node.acl.in_flight = false;
            node.quota.in_flight = false;
            node.below.in_flight = false;
            node.unwatched();
        }
    }
}

/// The path of a child.
#[must_use]
pub fn child(parent: &str, name: &str) -> String {
    if parent == "/" {
        format!("/{name}")
    } else {
        format!("{parent}/{name}")
    }
}

/// The parent's path; the root is its own parent.
#[must_use]
pub fn parent(path: &str) -> &str {
    match path.rfind('/') {
        None | Some(0) => "/",
        Some(slash) => &path[..slash],
    }
}

/// The last name of a path.
#[must_use]
pub fn name(path: &str) -> &str {
    if path == "/" {
        "/"
    } else {
        path.rsplit('/').next().unwrap_or(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Tree {
        let mut tree = Tree::default();
        tree.listed("/", 0, Ok(vec!["b".into(), "a".into()]));
        tree.expanded.insert("/a".into());
        tree.listed("/a", 0, Ok(vec!["deep".into()]));
        tree
    }

    fn paths(tree: &Tree, filter: &str) -> Vec<String> {
        tree.rows(&|path| path.contains(filter))
            .into_iter()
            .map(|row| row.path)
            .collect()
    }

    #[test]
    fn rows_are_sorted_and_only_open_families_are_listed() {
        let mut tree = tree();
        assert_eq!(paths(&tree, ""), ["/", "/a", "/a/deep", "/b"]);
        tree.expanded.remove("/a");
        assert_eq!(paths(&tree, ""), ["/", "/a", "/b"]);
    }

    #[test]
    fn a_filter_keeps_the_ancestors_of_what_passes() {
        assert_eq!(paths(&tree(), "deep"), ["/", "/a", "/a/deep"]);
    }

    #[test]
    fn a_child_that_is_gone_takes_its_subtree_with_it() {
        let mut tree = tree();
        tree.node("/a/deep").stat.answer(0, Ok(Stat::default()));
        tree.listed("/", 1, Ok(vec!["ab".into(), "b".into()]));
        assert_eq!(paths(&tree, ""), ["/", "/ab", "/b"]);
        assert!(!tree.nodes.contains_key("/a/deep"));
    }

    #[test]
    fn a_znode_that_was_jumped_to_has_a_line_before_its_family_is_listed() {
        let mut tree = tree();
        tree.reveal("/b/far/leaf");
        let way = ["/", "/a", "/a/deep", "/b", "/b/far", "/b/far/leaf"];
        assert_eq!(paths(&tree, ""), way);
        tree.listed("/b", 1, Ok(vec!["far".into(), "near".into()]));
        let with_family: Vec<String> = paths(&tree, "/b");
        assert_eq!(with_family, ["/", "/b", "/b/far", "/b/far/leaf", "/b/near"]);
        tree.forget("/b/far");
        assert_eq!(tree.pinned, None);
    }

    #[test]
    fn a_part_is_asked_for_once_and_again_when_it_is_old() {
        let mut part = Part::<u8>::default();
        assert!(part.is_wanted(1000, None));
        part.ask(1000);
        assert!(!part.is_wanted(5000, None), "still in flight");
        part.answer(1001, Ok(1));
        assert!(!part.is_wanted(5000, None), "watched");
        part.is_old = true;
        assert!(
            !part.is_wanted(1000 + REFETCH_MS - 1, None),
            "not in a storm"
        );
        assert!(part.is_wanted(1000 + REFETCH_MS, None));
    }
}
