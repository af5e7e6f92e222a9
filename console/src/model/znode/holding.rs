//! A znode and all below it, counted before it is deleted: what goes, whose it is, and what
//! could be brought back.

use std::collections::BTreeSet;

use bytes::Bytes;
use zoowarden_shared::{
    acl::Acl,
    stat::{EphemeralOwner, Stat},
};

use crate::text::count;

/// Znodes that a deletion may take with it; a wider family is deleted part by part.
pub const MAX_ZNODES: usize = 20_000;
/// Of one deletion, so many znodes are kept to be brought back.
const MAX_KEPT: usize = 5000;
/// And so many bytes of data.
const MAX_KEPT_BYTES: usize = 8 << 20;

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
        let unread = self
            .znodes
            .iter()
            .filter(|held| held.kept.is_none() && session(held).is_none())
            .count();
        if unread > 0 {
            lost.push(format!(
                "{}: not kept, since they may not be read or are too many or too large",
                counted(unread, "znode")
            ));
        }
        lost
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
                .any(|line| line.starts_with("1 znode: not kept"))
        );
        for n in holding.znodes().len()..MAX_ZNODES {
            assert!(holding.add(&format!("/a/{n}"), &stat(0, 0), None));
        }
        assert!(!holding.add("/a/more", &stat(0, 0), None));
    }
}
