//! What one client was told of its own writes, and whether the ensemble still has them. A client
//! sees what it wrote, at whichever member it goes on: a znode with an older version than the one
//! that it was told has lost writes that were acknowledged.

use std::collections::HashMap;

/// By path, the newest version that a write of this client was told, or a read has shown.
#[derive(Debug, Default)]
pub(super) struct Promises {
    versions: HashMap<String, i32>,
}

impl Promises {
    /// A write of its own was acknowledged with this version. How many before it are lost.
    pub(super) fn wrote(&mut self, path: &str, version: i32) -> u64 {
        let lost = match self.versions.get(path) {
            // This write has made one more of what was there.
            Some(&known) => i64::from(known) - i64::from(version) + 1,
            None => 0,
        };
        self.versions.insert(path.to_owned(), version);
        u64::try_from(lost).unwrap_or(0)
    }

    /// A read has shown this version, of a path that it writes.
    pub(super) fn read(&mut self, path: &str, version: i32) -> u64 {
        let Some(known) = self.versions.get_mut(path) else {
            return 0;
        };
        let lost = i64::from(*known) - i64::from(version);
        *known = version;
        u64::try_from(lost).unwrap_or(0)
    }

    /// There is no such znode, though nobody deletes those.
    pub(super) fn missed(&mut self, path: &str) -> u64 {
        let known = self.versions.remove(path);
        known.map_or(0, |known| u64::try_from(i64::from(known) + 1).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_go_back_are_lost_writes_and_are_counted_once() {
        let mut promises = Promises::default();
        assert_eq!(promises.read("/a", 9), 0, "not one of its own");
        assert_eq!(promises.wrote("/a", 4), 0);
        assert_eq!(promises.wrote("/a", 7), 0, "others write too");
        assert_eq!(promises.read("/a", 8), 0);
        assert_eq!(promises.read("/a", 5), 3);
        assert_eq!(promises.read("/a", 5), 0);
        assert_eq!(promises.wrote("/a", 5), 1, "6 was to come");
        assert_eq!(promises.missed("/a"), 6);
        assert_eq!(promises.missed("/a"), 0);
        assert_eq!(promises.wrote("/a", 0), 0);
    }
}
