//! A znode and all below it, counted before it is deleted: what goes, whose it is, and what
//! could be brought back.

use std::collections::BTreeSet;

use bytes::Bytes;
use zoowarden_shared::{
    acl::Acl,
    stat::{EphemeralOwner, Stat},
};

use crate::{model::tree::parent, text::count};

/// Znodes that a deletion may take with it; a wider family is deleted part by part.
pub const MAX_ZNODES: usize = 20_000;
/// Of one deletion, so many znodes are kept to be brought back: five thousand, and the one that
/// they stand in.
const MAX_KEPT: usize = 5001;
/// And so many bytes of data.
const MAX_KEPT_BYTES: usize = 8 << 20;
/// Paths that are named in a sentence.
const NAMED: usize = 3;

/// One znode as it was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub path: String,
    pub version: i32,
    pub owner: EphemeralOwner,
    pub data_length: u64,
    /// Its data and rights; `None` where they may not be read or there was no room.
    pub kept: Option<(Bytes, Vec<Acl>)>,
}

/// A znode and all below it, each before its children.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holding {
    znodes: Vec<Held>,
    kept_bytes: usize,
}

impl Holding {
    /// Adds a znode, after its parent; false once there are too many.
    pub fn add(&mut self, path: &str, stat: &Stat, content: Option<(Bytes, Vec<Acl>)>) -> bool {
        if self.znodes.len() >= MAX_ZNODES {
            return false;
        }
        let size = content.as_ref().map_or(0, |(data, _)| data.len());
        let has_room = self.znodes.len() < MAX_KEPT && self.kept_bytes + size <= MAX_KEPT_BYTES;
        let kept = content.filter(|_| has_room);
        if kept.is_some() {
            self.kept_bytes += size;
        }
        self.znodes.push(Held {
            path: path.to_owned(),
            version: stat.version,
            owner: EphemeralOwner::from_raw(stat.ephemeral_owner, true),
            data_length: u64::try_from(stat.data_length).unwrap_or(0),
            kept,
        });
        true
    }

    /// Each before its children.
    #[must_use]
    pub fn znodes(&self) -> &[Held] {
        &self.znodes
    }

    /// The bytes of data that are kept of it.
    #[must_use]
    pub fn kept_bytes(&self) -> usize {
        self.kept_bytes
    }

    /// The sessions that own ephemerals in it, and how many those are.
    #[must_use]
    pub fn ephemerals(&self) -> (usize, usize) {
        let owners: Vec<i64> = self.znodes.iter().filter_map(session).collect();
        let sessions: BTreeSet<&i64> = owners.iter().collect();
        (owners.len(), sessions.len())
    }

    /// `deletes 1,204 znodes (84,112 bytes), 3 ephemeral of 2 live sessions`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let bytes: u64 = self.znodes.iter().map(|held| held.data_length).sum();
        let mut text = format!(
            "deletes {} ({})",
            counted(self.znodes.len(), "znode"),
            counted(usize::try_from(bytes).unwrap_or(usize::MAX), "byte")
        );
        let (ephemerals, sessions) = self.ephemerals();
        if ephemerals > 0 {
            text.push_str(&format!(
                ", {} ephemeral of {}",
                count(ephemerals as u64),
                counted(sessions, "live session")
            ));
        }
        text
    }

    /// What would not come back if the deletion were taken back.
    #[must_use]
    pub fn lost(&self) -> Vec<String> {
        let mut lost = vec![
            "versions, times and zxids begin anew; sequential names go on where they \
                  would have without them"
                .to_owned(),
        ];
        // `DataNode.copyStat` tells clients of neither.
        lost.push("containers and TTLs: all come back persistent".to_owned());
        let (ephemerals, _) = self.ephemerals();
        if ephemerals > 0 {
            lost.push(format!(
                "{}: their sessions alone can make them",
                counted(ephemerals, "ephemeral")
            ));
        }
        let gone = lost_of(&self.znodes);
        let gone: Vec<&Held> = gone
            .into_iter()
            .filter(|held| session(held).is_none())
            .collect();
        if !gone.is_empty() {
            lost.push(format!(
                "{}: not kept (no right to read, too many, too large, or below such): {}",
                counted(gone.len(), "znode"),
                named(&gone)
            ));
        }
        lost
    }
}

/// Of deleted znodes, those that can be made again: kept, no session's, and below nothing
/// that cannot be.
#[must_use]
pub fn recreatable(gone: &[Held]) -> Vec<&Held> {
    let all: BTreeSet<&str> = gone.iter().map(|held| held.path.as_str()).collect();
    let mut made: BTreeSet<&str> = BTreeSet::new();
    let mut znodes = Vec::new();
    for held in gone {
        let above = parent(&held.path);
        let has_parent = !all.contains(above) || made.contains(above);
        if has_parent && held.kept.is_some() && session(held).is_none() {
            made.insert(&held.path);
            znodes.push(held);
        }
    }
    znodes
}

/// The others.
#[must_use]
pub fn lost_of(gone: &[Held]) -> Vec<&Held> {
    let made: BTreeSet<&str> = recreatable(gone)
        .into_iter()
        .map(|held| held.path.as_str())
        .collect();
    let others = gone.iter();
    others
        .filter(|held| !made.contains(held.path.as_str()))
        .collect()
}

/// `/a`, `/a, /b, /c and 12 more`.
#[must_use]
pub fn named(znodes: &[&Held]) -> String {
    let paths: Vec<&str> = znodes
        .iter()
        .take(NAMED)
        .map(|held| held.path.as_str())
        .collect();
    let paths = paths.join(", ");
    match znodes.len().saturating_sub(NAMED) {
        0 => paths,
        more => format!("{paths} and {} more", count(more as u64)),
    }
}

/// The session that owns it.
#[must_use]
pub fn session(held: &Held) -> Option<i64> {
    match held.owner {
        EphemeralOwner::Session(id) => Some(id),
        _ => None,
    }
}

/// `1 znode`, `1,204 znodes`.
#[must_use]
pub fn counted(n: usize, what: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {what}{plural}", count(n as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stat(owner: i64, data_length: i32) -> Stat {
        Stat {
            ephemeral_owner: owner,
            data_length,
            ..Stat::default()
        }
    }

    #[test]
    fn what_goes_is_counted_with_its_owners() {
        let mut holding = Holding::default();
        let content = || Some((Bytes::from_static(b"xy"), Acl::open()));
        holding.add("/a", &stat(0, 2), content());
        assert_eq!(holding.sentence(), "deletes 1 znode (2 bytes)");
        for (path, owner) in [("/a/x", 7), ("/a/y", 7), ("/a/z", 8)] {
            holding.add(path, &stat(owner, 0), None);
        }
        assert_eq!(
            holding.sentence(),
            "deletes 4 znodes (2 bytes), 3 ephemeral of 2 live sessions"
        );
        assert_eq!(holding.lost().len(), 3, "{:?}", holding.lost());
    }

    #[test]
    fn it_is_bounded_and_says_what_it_could_not_keep() {
        let mut holding = Holding::default();
        let large = Bytes::from(vec![0; MAX_KEPT_BYTES]);
        holding.add("/a", &stat(0, 1), Some((large.clone(), Acl::open())));
        holding.add("/a/b", &stat(0, 1), Some((large, Acl::open())));
        assert!(holding.znodes()[1].kept.is_none());
        assert!(
            holding
                .lost()
                .iter()
                .any(|line| line.starts_with("1 znode: not kept") && line.ends_with(": /a/b"))
        );
        for n in holding.znodes().len()..MAX_ZNODES {
            assert!(holding.add(&format!("/a/{n}"), &stat(0, 0), None));
        }
        assert!(!holding.add("/a/more", &stat(0, 0), None));
    }

    #[test]
    fn a_family_of_five_thousand_comes_back_whole_and_beyond_that_it_says_which_does_not() {
        let content = || Some((Bytes::new(), Acl::open()));
        let mut holding = Holding::default();
        holding.add("/a", &stat(0, 0), content());
        for n in 1..=5000 {
            holding.add(&format!("/a/{n:04}"), &stat(0, 0), content());
        }
        let losses = |holding: &Holding| lost_of(holding.znodes()).len();
        assert_eq!(losses(&holding), 0);
        for n in 5001..=5005 {
            holding.add(&format!("/a/{n:04}"), &stat(0, 0), content());
        }
        assert_eq!(losses(&holding), 5);
        let said = holding.lost().join(" ");
        assert!(
            said.ends_with("/a/5001, /a/5002, /a/5003 and 2 more"),
            "{said}"
        );
    }
}
