//! What was changed from this console, newest first, to be taken back.
//!
//! Taking back is a change like any other: reviewed, confirmed, and refused by the server
//! where somebody has changed the znode since.

use std::collections::VecDeque;

use super::change::Change;

/// Changes that are kept.
const MAX_ENTRIES: usize = 50;
/// The bytes of data that they may hold together.
const MAX_BYTES: usize = 32 << 20;

/// A change that can be taken back.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// When it was made, Unix milliseconds.
    pub wall_ms: i64,
    /// What was done.
    pub says: String,
    pub undo: Change,
}

/// All of them, newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Journal {
    entries: VecDeque<Entry>,
}

impl Journal {
    /// Notes a change that was made; the oldest make room for it.
    pub fn made(&mut self, entry: Entry) {
        self.entries.push_front(entry);
        self.entries.truncate(MAX_ENTRIES);
        let mut bytes = 0;
        let kept = self.entries.iter().take_while(|entry| {
            bytes += entry.undo.size();
            bytes <= MAX_BYTES
        });
        let kept = kept.count().max(1);
        self.entries.truncate(kept);
    }

    /// Newest first.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<&Entry> {
        self.entries.get(at)
    }

    /// Forgets the one that was taken back by this change.
    pub fn taken_back(&mut self, undo: &Change) {
        if let Some(at) = self.entries.iter().position(|entry| entry.undo == *undo) {
            self.entries.remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn entry(path: &str, size: usize) -> Entry {
        Entry {
            wall_ms: 0,
            says: path.to_owned(),
            undo: Change::SetData {
                path: path.to_owned(),
                data: Bytes::from(vec![0; size]),
                seen: Bytes::new(),
                version: 1,
            },
        }
    }

    #[test]
    fn the_newest_is_first_and_the_oldest_make_room() {
        let mut journal = Journal::default();
        for n in 0..=MAX_ENTRIES {
            journal.made(entry(&n.to_string(), 0));
        }
        assert_eq!(journal.entries().len(), MAX_ENTRIES);
        assert_eq!(journal.get(0).unwrap().says, MAX_ENTRIES.to_string());
        for n in 0..4 {
            journal.made(entry(&n.to_string(), MAX_BYTES / 2));
        }
        assert_eq!(journal.entries().len(), 2);
        journal.made(entry("giant", MAX_BYTES * 2));
        assert_eq!(journal.entries().len(), 1, "the newest is always kept");
    }

    #[test]
    fn what_was_taken_back_is_forgotten() {
        let mut journal = Journal::default();
        journal.made(entry("/a", 1));
        journal.made(entry("/b", 1));
        journal.taken_back(&entry("/a", 1).undo);
        let left: Vec<_> = journal.entries().map(|entry| entry.says.as_str()).collect();
        assert_eq!(left, ["/b"]);
    }
}
