//! One file of the model: what is durable, what readers see, and the writes between.

use std::{collections::BTreeSet, ops::Range};

use super::rng::Rng;

/// What a disk writes at once.
const SECTOR: usize = 512;

#[derive(Clone, Debug, Default)]
pub(super) struct ModelInode {
    durable: Vec<u8>,
    current: Vec<u8>,
    /// What was done since the last sync, in order.
    dirty: Vec<Change>,
}

#[derive(Clone, Debug)]
enum Change {
    /// Bytes were written here.
    Written(Range<usize>),
    /// The file was grown to this length.
    Grown(usize),
}

impl ModelInode {
    pub(super) fn content(&self) -> &[u8] {
        &self.current
    }

    pub(super) fn write(&mut self, at: usize, bytes: &[u8]) {
        let end = at + bytes.len();
        if self.current.len() < end {
            self.current.resize(end, 0);
        }
        self.current[at..end].copy_from_slice(bytes);
        self.dirty.push(Change::Written(at..end));
    }

    pub(super) fn grow(&mut self, len: usize) {
        if self.current.len() < len {
            self.dirty.push(Change::Grown(len));
            self.current.resize(len, 0);
        }
    }

    /// Writes the pages that count as dirty, no others.
    pub(super) fn sync(&mut self) {
        let mut durable = std::mem::take(&mut self.durable);
        for change in std::mem::take(&mut self.dirty) {
            match change {
                Change::Written(range) => self.copy(range, &mut durable),
                Change::Grown(len) => durable.resize(durable.len().max(len), 0),
            }
        }
        self.durable = durable;
    }

    /// A sync that failed: the pages count as clean now, whatever became of each. Readers
    /// still see them; the disk may not have them.
    pub(super) fn fail_sync(&mut self, rng: &mut Rng) {
        self.durable = self.lose_sectors(rng);
        self.dirty.clear();
    }

    pub(super) fn replace(&mut self, content: Vec<u8>) {
        self.durable.clone_from(&content);
        self.current = content;
        self.dirty.clear();
    }

    /// Loses what was not synced: either all behind some byte, or any of its sectors.
    pub(super) fn crash(&mut self, rng: &mut Rng) {
        let survived = if rng.one_in(2) {
            self.lose_behind_some_byte(rng)
        } else {
            self.lose_sectors(rng)
        };
        self.replace(survived);
    }

    fn lose_behind_some_byte(&self, rng: &mut Rng) -> Vec<u8> {
        let mut survived = self.durable.clone();
        let whole = rng.below(self.dirty.len() + 1);
        for (index, change) in self.dirty.iter().enumerate().take(whole + 1) {
            match change {
                Change::Written(range) if index < whole => {
                    self.copy(range.clone(), &mut survived);
                }
                Change::Written(range) => {
                    let end = range.start + rng.below(range.len() + 1);
                    self.copy(range.start..end, &mut survived);
                }
                Change::Grown(len) => survived.resize(survived.len().max(*len), 0),
            }
        }
        survived
    }

    fn lose_sectors(&self, rng: &mut Rng) -> Vec<u8> {
        // The length is kept: it is written with the last block that needs it. Where it is
        // not, the other way of losing bytes covers it.
        let mut survived = self.durable.clone();
        survived.resize(self.current.len().max(self.durable.len()), 0);
        // A sector is written as it is at that moment, whatever writes it came from.
        let mut sectors = BTreeSet::new();
        for change in &self.dirty {
            if let Change::Written(range) = change
                && !range.is_empty()
            {
                sectors.extend(range.start / SECTOR..=(range.end - 1) / SECTOR);
            }
        }
        let odds = 2 + rng.below(4);
        for sector in sectors {
            if !rng.one_in(odds) {
                let start = sector * SECTOR;
                let end = (start + SECTOR).min(self.current.len());
                self.copy(start..end, &mut survived);
            }
        }
        survived
    }

    fn copy(&self, range: Range<usize>, to: &mut Vec<u8>) {
        if range.is_empty() {
            return;
        }
        if to.len() < range.end {
            to.resize(range.end, 0);
        }
        to[range.clone()].copy_from_slice(&self.current[range]);
    }
}
