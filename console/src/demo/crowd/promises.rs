//! What one client was told of its own writes, and whether the ensemble still has them. A client
//! sees what it wrote, at whichever member it goes on: a znode with an older version than one that
//! it was told has lost that write.
//!
//! Each client counts its own alone, so that none is counted twice. What others have written over
//! before it looks, it cannot see.

use std::collections::{HashMap, VecDeque};

/// Versions that are kept of a path: some minutes of a client's writes.
const KEPT: usize = 10_000;

/// By path, the versions that its own writes were told, in their order.
#[derive(Debug, Default)]
pub(super) struct Promises {
    versions: HashMap<String, VecDeque<i32>>,
}

impl Promises {
    /// A write was acknowledged with this version. How many of those before it are lost.
    pub(super) fn wrote(&mut self, path: &str, version: i32) -> u64 {
        // It is one more than what it found.
        let lost = self.read(path, version.saturating_sub(1));
        let own = self.versions.entry(path.to_owned()).or_default();
        if own.len() == KEPT {
            own.pop_front();
        }
        own.push_back(version);
        lost
    }

    /// A read has shown this version.
    pub(super) fn read(&mut self, path: &str, version: i32) -> u64 {
        let Some(own) = self.versions.get_mut(path) else {
            return 0;
        };
        let told = own.len();
        own.retain(|own| *own <= version);
        (told - own.len()) as u64
    }

    /// There is no such znode, though nobody deletes those.
    pub(super) fn missed(&mut self, path: &str) -> u64 {
        self.versions.remove(path).map_or(0, |own| own.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_versions_that_are_gone_are_counted_once_and_those_of_others_not() {
        let mut promises = Promises::default();
        assert_eq!(promises.read("/a", 9), 0, "none of its own");
        for version in [4, 7, 8, 9] {
            assert_eq!(promises.wrote("/a", version), 0, "others write too");
        }
        assert_eq!(promises.read("/a", 12), 0);
        assert_eq!(promises.read("/a", 8), 1);
        assert_eq!(promises.read("/a", 8), 0);
        assert_eq!(promises.wrote("/a", 8), 1, "9 was to come");
        assert_eq!(promises.missed("/a"), 3);
        assert_eq!(promises.missed("/a"), 0);
        assert_eq!(promises.wrote("/a", 0), 0);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut promises = Promises::default();
        for version in 0..20_000 {
            assert_eq!(promises.wrote("/a", version), 0);
        }
        assert_eq!(promises.missed("/a"), KEPT as u64);
    }
}
