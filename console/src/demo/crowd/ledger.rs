//! What the crowd was told of its writes, and whether the ensemble still has them. Pure.
//!
//! Each acknowledged write is entered with its transaction, and each later answer about the same
//! thing is held against what is entered. Nothing is asked for this that the clients do not ask
//! anyhow. A write is lost where
//!
//! - a version or a number is told again by a later transaction, or an older one is seen;
//! - a znode that nobody has deleted is not there, or is made anew;
//! - one that was deleted is there again.
//!
//! An answer says nothing of transactions after it, and a member may lag: so zxids are compared,
//! and not who spoke last. What a session owned goes with it and is nobody's loss. Who deletes
//! something of the crowd's by hand is taken for a loss.

use std::collections::{BTreeMap, HashMap, HashSet};

use zoowarden_shared::{Zxid, stat::Stat};

use super::{chain::Chain, gone::Gone};

/// Znodes of one directory that are kept, should nobody ever delete them.
const KEPT: usize = 10_000;

/// All of it. What its methods return is how many writes they find to be lost.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// By path: its versions.
    znodes: HashMap<String, Znode>,
    /// By path: what is in it.
    directories: HashMap<String, Directory>,
}

#[derive(Debug)]
struct Znode {
    /// The transaction that made it.
    made: Zxid,
    /// The session, 0 where it outlives those.
    owner: i64,
    versions: Chain,
}

#[derive(Debug, Default)]
struct Directory {
    /// Of its znodes that have one in their names, the numbers.
    numbers: Chain,
    there: BTreeMap<String, There>,
    gone: Gone,
}

/// A znode with a number in its name.
#[derive(Debug)]
struct There {
    /// What made it; who deletes it may know of it before who made it was told.
    made: Option<Zxid>,
    owner: i64,
    /// So many clients are deleting it.
    leaving: u32,
}

impl Ledger {
    /// A znode was made whose name the client chose.
    pub(super) fn created(&mut self, path: &str, zxid: Zxid, owner: i64) -> u64 {
        if let Some((directory, name)) = self.split(path) {
            directory.gone.forget(name);
        }
        self.set(path, zxid, 0, zxid, owner)
    }

    /// One was made to whose name the ensemble gave a number.
    pub(super) fn numbered(&mut self, path: &str, zxid: Zxid, owner: i64) -> u64 {
        let Some((directory, name)) = self.split(path) else {
            return 0;
        };
        let Some(number) = number(name) else {
            return 0;
        };
        let mut lost = directory.numbers.told(zxid, number);
        if lost > 0 {
            directory.there.retain(|name, there| {
                let is_before = there.made.is_some_and(|made| made < zxid);
                !is_before || self::number(name) < Some(number)
            });
        }
        match directory.gone.of(name) {
            // The number is given again: neither its first znode nor its end is there.
            Some(Some(deleted)) if deleted < zxid => {
                directory.gone.forget(name);
                lost += 1;
            }
            // Who deleted it was told before who made it.
            Some(_) => return lost,
            None => {}
        }
        let there = directory.there.entry(name.to_owned()).or_insert(There {
            made: None,
            owner,
            leaving: 0,
        });
        (there.made, there.owner) = (Some(zxid), owner);
        if directory.there.len() > KEPT {
            directory.there.pop_first();
        }
        lost
    }

    /// A version was written.
    pub(super) fn wrote(&mut self, path: &str, zxid: Zxid, stat: &Stat) -> u64 {
        let (made, owner) = (stat.czxid, stat.ephemeral_owner);
        self.set(path, zxid, stat.version, made, owner)
    }

    fn set(&mut self, path: &str, zxid: Zxid, version: i32, made: Zxid, owner: i64) -> u64 {
        let version = i64::from(version);
        match self.znodes.get_mut(path) {
            Some(known) if known.made == made => known.versions.told(zxid, version),
            // Told late; and the same owner has had to make it anew.
            Some(known) if known.made > made => u64::from(known.owner == owner),
            Some(_) | None => {
                let lost = self.made_anew(path, made, owner);
                let mut versions = Chain::default();
                versions.told(zxid, version);
                let znode = Znode {
                    made,
                    owner,
                    versions,
                };
                self.znodes.insert(path.to_owned(), znode);
                lost
            }
        }
    }

    /// What was there of it before a transaction, though nobody has deleted it.
    fn made_anew(&mut self, path: &str, made: Zxid, owner: i64) -> u64 {
        let before = self.znodes.get_mut(path);
        let mut before = before.filter(|known| known.made < made && known.owner == owner);
        before.as_mut().map_or(0, |known| known.versions.cut(made))
    }

    /// A read, up to this transaction, has shown it so.
    pub(super) fn read(&mut self, path: &str, zxid: Zxid, stat: &Stat) -> u64 {
        let made = stat.czxid;
        match self.znodes.get_mut(path) {
            Some(known) if known.made == made => known.versions.seen(zxid, i64::from(stat.version)),
            Some(known) if known.made < made => self.made_anew(path, made, stat.ephemeral_owner),
            _ => 0,
        }
    }

    /// Up to this transaction it is not there, though nobody deletes those.
    pub(super) fn missed(&mut self, path: &str, zxid: Zxid) -> u64 {
        let known = self.znodes.get_mut(path).filter(|known| known.owner == 0);
        known.map_or(0, |known| known.versions.cut(zxid))
    }

    /// Somebody begins to delete it: from now on it may be gone.
    pub(super) fn leaves(&mut self, path: &str) {
        if let Some((directory, name)) = self.split(path)
            && directory.gone.of(name).is_none()
        {
            let there = directory.there.entry(name.to_owned()).or_insert(There {
                made: None,
                owner: 0,
                leaving: 0,
            });
            there.leaving += 1;
        }
    }

    /// It was deleted: by which transaction, where that was told.
    pub(super) fn left(&mut self, path: &str, by: Option<Zxid>) {
        self.znodes.remove(path);
        if let Some((directory, name)) = self.split(path) {
            directory.there.remove(name);
            directory.gone.note(name, by);
        }
    }

    /// Who would have deleted it found nothing, up to this transaction.
    pub(super) fn was_not_there(&mut self, path: &str, zxid: Zxid) -> u64 {
        let Some((directory, name)) = self.split(path) else {
            return 0;
        };
        let Some(there) = directory.there.get_mut(name) else {
            return 0;
        };
        there.leaving = there.leaving.saturating_sub(1);
        // Another may have deleted it, and be told so in a moment.
        if there.leaving > 0 {
            return 0;
        }
        let is_lost = there.made.is_some_and(|made| made <= zxid);
        directory.there.remove(name);
        u64::from(is_lost)
    }

    /// Up to this transaction a directory had these in it.
    pub(super) fn listed(&mut self, directory: &str, zxid: Zxid, names: &[String]) -> u64 {
        let Some(directory) = self.directories.get_mut(directory) else {
            return 0;
        };
        let lost = directory.lacks(zxid, 0, names.iter().map(String::as_str));
        let names = names.iter().map(String::as_str);
        lost + names
            .filter(|name| directory.gone.is_back(name, zxid))
            .count() as u64
    }

    /// Up to this transaction a session that goes on owned these paths of a directory.
    pub(super) fn owned(&mut self, owner: i64, path: &str, zxid: Zxid, paths: &[String]) -> u64 {
        let mut lost = 0;
        let prefix = format!("{path}/");
        for (path, znode) in &mut self.znodes {
            if znode.owner == owner && path.starts_with(&prefix) && !paths.contains(path) {
                lost += znode.versions.cut(zxid);
            }
        }
        if let Some(directory) = self.directories.get_mut(path) {
            let names = || paths.iter().filter_map(|one| one.strip_prefix(&prefix));
            lost += directory.lacks(zxid, owner, names());
            lost += names()
                .filter(|name| directory.gone.is_back(name, zxid))
                .count() as u64;
        }
        lost
    }

    /// A session has ended, and all that it owned with it.
    pub(super) fn session_ended(&mut self, owner: i64) {
        self.znodes.retain(|_, znode| znode.owner != owner);
        for directory in self.directories.values_mut() {
            directory.there.retain(|_, there| there.owner != owner);
        }
    }

    fn split<'a>(&mut self, path: &'a str) -> Option<(&mut Directory, &'a str)> {
        let (directory, name) = path.rsplit_once('/')?;
        if !self.directories.contains_key(directory) {
            self.directories
                .insert(directory.to_owned(), Directory::default());
        }
        Some((self.directories.get_mut(directory)?, name))
    }
}

impl Directory {
    /// Forgets those of an owner that should be among these, and are not; how many.
    fn lacks<'a>(&mut self, zxid: Zxid, owner: i64, names: impl Iterator<Item = &'a str>) -> u64 {
        let names: HashSet<&str> = names.collect();
        let before = self.there.len();
        self.there.retain(|name, there| {
            let is_due = there.made.is_some_and(|made| made <= zxid);
            let is_sure = there.leaving == 0 && there.owner == owner;
            !(is_due && is_sure) || names.contains(name.as_str())
        });
        (before - self.there.len()) as u64
    }
}

/// The ten digits at the end of a name.
fn number(name: &str) -> Option<i64> {
    let digits = name.len().checked_sub(10)?;
    name.get(digits..)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUEUE: &str = "/q";
    const ME: i64 = 7;

    fn stat(made: i64, version: i32, owner: i64) -> Stat {
        Stat {
            czxid: Zxid(made),
            version,
            ephemeral_owner: owner,
            ..Stat::default()
        }
    }

    fn task(number: i64) -> String {
        format!("task-{number:010}")
    }

    fn path(number: i64) -> String {
        format!("{QUEUE}/{}", task(number))
    }

    /// Tasks 1 to 4 by transactions 10 to 40, and 1 deleted by 50.
    fn queue() -> Ledger {
        let mut ledger = Ledger::default();
        for number in 1..5 {
            assert_eq!(ledger.numbered(&path(number), Zxid(number * 10), 0), 0);
        }
        ledger.leaves(&path(1));
        ledger.left(&path(1), Some(Zxid(50)));
        ledger
    }

    fn listed(ledger: &mut Ledger, zxid: i64, numbers: &[i64]) -> u64 {
        let names: Vec<String> = numbers.iter().map(|number| task(*number)).collect();
        ledger.listed(QUEUE, Zxid(zxid), &names)
    }

    #[test]
    fn a_version_that_is_told_again_or_older_is_a_lost_write_whoever_wrote_it() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.created("/a", Zxid(1), 0), 0);
        // Told by two members, in another order.
        for (zxid, version) in [(3, 2), (2, 1), (5, 4)] {
            assert_eq!(ledger.wrote("/a", Zxid(zxid), &stat(1, version, 0)), 0);
        }
        assert_eq!(ledger.read("/a", Zxid(2), &stat(1, 1, 0)), 0, "it lags");
        assert_eq!(ledger.read("/a", Zxid(6), &stat(1, 3, 0)), 1, "4 is gone");
        assert_eq!(ledger.wrote("/a", Zxid(7), &stat(1, 2, 0)), 1, "2 is gone");
        assert_eq!(ledger.missed("/a", Zxid(0)), 0, "it lags");
        assert_eq!(ledger.missed("/a", Zxid(9)), 3, "0, 1 and 2");
        assert_eq!(ledger.missed("/a", Zxid(9)), 0);
        assert_eq!(ledger.created("/a", Zxid(10), 0), 0);
        assert_eq!(ledger.created("/a", Zxid(11), 0), 1, "nobody deletes it");
    }

    #[test]
    fn a_task_that_is_missing_or_back_is_a_lost_write() {
        let mut ledger = queue();
        assert_eq!(listed(&mut ledger, 50, &[2, 3, 4]), 0);
        assert_eq!(listed(&mut ledger, 35, &[1, 2, 3]), 0, "it lags");
        ledger.leaves(&path(2));
        assert_eq!(listed(&mut ledger, 60, &[3, 4]), 0, "it is being deleted");
        assert_eq!(listed(&mut ledger, 60, &[1, 4]), 2, "3 is gone, 1 is back");
        assert_eq!(listed(&mut ledger, 60, &[1, 4]), 0, "each counts once");
        // Nobody else deletes this one.
        ledger.leaves(&path(4));
        assert_eq!(ledger.was_not_there(&path(4), Zxid(70)), 1);
    }

    #[test]
    fn who_loses_a_race_or_gets_no_answer_has_lost_no_write() {
        let mut ledger = queue();
        ledger.leaves(&path(2));
        ledger.leaves(&path(2));
        assert_eq!(ledger.was_not_there(&path(2), Zxid(60)), 0);
        ledger.left(&path(2), Some(Zxid(55)));
        // Deleted before its maker is told.
        ledger.leaves(&path(5));
        ledger.left(&path(5), Some(Zxid(58)));
        assert_eq!(ledger.numbered(&path(5), Zxid(57), 0), 0);
        ledger.leaves(&path(6));
        ledger.left(&path(6), None);
        assert_eq!(ledger.numbered(&path(6), Zxid(59), 0), 0);
        assert_eq!(listed(&mut ledger, 60, &[3, 4, 6]), 0);
        assert_eq!(listed(&mut ledger, 60, &[3, 4]), 0);
    }

    #[test]
    fn a_number_that_is_given_again_is_a_lost_write_and_so_is_its_deletion() {
        let mut ledger = queue();
        assert_eq!(ledger.numbered(&path(3), Zxid(90), 0), 2, "3 and 4");
        assert_eq!(listed(&mut ledger, 95, &[2, 3]), 0, "each counts once");
        let mut ledger = queue();
        let lost = ledger.numbered(&path(1), Zxid(90), 0);
        assert_eq!(lost, 5, "1 to 4, and that 1 was deleted");
    }

    #[test]
    fn what_a_session_owned_is_lost_while_that_goes_on_and_not_after_it() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.created("/s/a", Zxid(1), ME), 0);
        assert_eq!(ledger.wrote("/s/a", Zxid(2), &stat(1, 1, ME)), 0);
        assert_eq!(ledger.missed("/s/a", Zxid(3)), 0, "it may have ended");
        assert_eq!(ledger.created("/s/a", Zxid(4), ME), 2, "it has not");
        assert_eq!(ledger.created("/s/a", Zxid(5), ME + 1), 0);
        assert_eq!(ledger.numbered("/l/x-0000000001", Zxid(6), ME), 0);
        assert_eq!(ledger.listed("/l", Zxid(7), &[]), 0, "it may have ended");
        assert_eq!(ledger.owned(ME, "/l", Zxid(5), &[]), 0, "it lags");
        assert_eq!(ledger.owned(ME, "/l", Zxid(7), &[]), 1);
        assert_eq!(ledger.numbered("/l/x-0000000002", Zxid(8), ME), 0);
        ledger.session_ended(ME);
        assert_eq!(ledger.owned(ME, "/l", Zxid(9), &[]), 0);
        assert_eq!(ledger.owned(ME + 1, "/s", Zxid(9), &[]), 1);
    }

    #[test]
    fn odd_paths_are_no_trouble() {
        let mut ledger = Ledger::default();
        for path in ["", "/", "x", "/ä", "/q/äöüäöüß", "/q/"] {
            ledger.leaves(path);
            assert_eq!(ledger.numbered(path, Zxid(1), 0), 0);
            assert_eq!(ledger.was_not_there(path, Zxid(0)), 0);
            ledger.left(path, None);
        }
    }
}
