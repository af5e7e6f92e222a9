//! The transactions that a member logged lately, in order: those that are delivered, kept for
//! learners that lag (Apache's `committedLog`), and those that are not, which a leader's cut
//! may still take away (`outstandingProposals`, `pendingTxns`).
//!
//! ```text
//!   base │ delivered ... │ logged, not delivered ... │ last
//!        └ entries ───────────────────────────────────┘
//! ```
//!
//! One structure for all of them, so that no two views of what is committed can differ
//! (ZOOKEEPER-3526, 4352), and nothing is delivered that was not logged (ZOOKEEPER-4925).

use std::collections::VecDeque;

use bytes::Bytes;
use zoowarden_shared::Zxid;

/// How a learner's last transaction lies to the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    /// Before all that is kept here.
    Before,
    /// It is one of ours: what follows it is missing there.
    Known,
    /// We do not have it, and this one is the last before it that we have.
    Unknown {
        /// The transaction before it.
        previous: Zxid,
    },
}

/// What was logged lately.
#[derive(Debug)]
pub(crate) struct History {
    entries: VecDeque<(Zxid, Bytes)>,
    /// The transaction before the first entry.
    base: Zxid,
    /// How many entries, from the front, are delivered.
    delivered_count: usize,
    flushed: Zxid,
    bytes: usize,
    max_txns: usize,
    max_bytes: usize,
}

impl History {
    /// A member that has just loaded everything up to `last`.
    pub(crate) fn new(last: Zxid, max_txns: usize, max_bytes: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            base: last,
            delivered_count: 0,
            flushed: last,
            bytes: 0,
            max_txns,
            max_bytes,
        }
    }

    /// The state was loaded anew from disk, which holds everything up to `last`.
    pub(crate) fn reset(&mut self, last: Zxid) {
        *self = Self::new(last, self.max_txns, self.max_bytes);
    }

    /// The last transaction logged, durable or not.
    pub(crate) fn last(&self) -> Zxid {
        self.entries.back().map_or(self.base, |(zxid, _)| *zxid)
    }

    /// The last transaction delivered.
    pub(crate) fn delivered(&self) -> Zxid {
        match self.delivered_count.checked_sub(1) {
            Some(index) => self.entries[index].0,
            None => self.base,
        }
    }

    pub(crate) fn flushed(&self) -> Zxid {
        self.flushed
    }

    /// The transaction before the first that is kept.
    pub(crate) fn base(&self) -> Zxid {
        self.base
    }

    /// Whether this transaction may come next: no hole within an epoch, and a new epoch begins
    /// at its first counter.
    pub(crate) fn may_append(&self, zxid: Zxid) -> bool {
        let last = self.last();
        if zxid.epoch() == last.epoch() {
            zxid == last.next()
        } else {
            zxid > last && zxid.counter() == 1
        }
    }

    pub(crate) fn append(&mut self, zxid: Zxid, txn: Bytes) {
        self.bytes += txn.len();
        self.entries.push_back((zxid, txn));
    }

    /// Everything up to here is durable. What the disk says of transactions that were cut off
    /// since is not heard.
    pub(crate) fn set_flushed(&mut self, upto: Zxid) {
        if upto <= self.last() && upto > self.flushed {
            self.flushed = upto;
        }
    }

    /// The next transaction to deliver, up to this one.
    pub(crate) fn deliver_next(&mut self, upto: Zxid) -> Option<(Zxid, Bytes)> {
        let (zxid, txn) = self.entries.get(self.delivered_count)?.clone();
        if zxid > upto {
            return None;
        }
        self.delivered_count += 1;
        Some((zxid, txn))
    }

    /// Lets go of the oldest delivered transactions where there are too many.
    pub(crate) fn trim(&mut self) {
        while self.delivered_count > 0
            && (self.entries.len() > self.max_txns || self.bytes > self.max_bytes)
        {
            let Some((zxid, txn)) = self.entries.pop_front() else {
                return;
            };
            self.base = zxid;
            self.bytes -= txn.len();
            self.delivered_count -= 1;
        }
    }

    /// Cuts off everything behind `zxid`. Whether the state machine has none of it; if it has,
    /// or `zxid` is not known here, it must be loaded anew.
    pub(crate) fn truncate(&mut self, zxid: Zxid) -> bool {
        if zxid < self.delivered() || self.position(zxid) != Position::Known {
            return false;
        }
        while let Some((last, txn)) = self.entries.back()
            && *last > zxid
        {
            self.bytes -= txn.len();
            self.entries.pop_back();
        }
        self.flushed = self.flushed.min(zxid);
        true
    }

    /// How a transaction lies to this history.
    pub(crate) fn position(&self, zxid: Zxid) -> Position {
        if zxid < self.base {
            return Position::Before;
        }
        let after = self.entries.partition_point(|(entry, _)| *entry <= zxid);
        let previous = match after.checked_sub(1) {
            Some(index) => self.entries[index].0,
            None => self.base,
        };
        if previous == zxid {
            Position::Known
        } else {
            Position::Unknown { previous }
        }
    }

    /// The transactions behind this one.
    pub(crate) fn since(&self, zxid: Zxid) -> impl Iterator<Item = &(Zxid, Bytes)> {
        let after = self.entries.partition_point(|(entry, _)| *entry <= zxid);
        self.entries.range(after..)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn z(epoch: i32, counter: u32) -> Zxid {
        Zxid::new(epoch, counter)
    }

    fn history() -> History {
        let mut history = History::new(z(1, 5), 4, 1 << 20);
        for zxid in [z(1, 6), z(1, 7), z(3, 1), z(3, 2)] {
            assert!(history.may_append(zxid));
            history.append(zxid, Bytes::from_static(b"txn"));
        }
        history
    }

    #[test]
    fn only_the_next_transaction_may_be_appended() {
        let history = history();
        for wrong in [z(3, 2), z(3, 4), z(4, 2), z(2, 1), z(1, 8), z(4, 0)] {
            assert!(!history.may_append(wrong), "{wrong}");
        }
        assert!(history.may_append(z(3, 3)) && history.may_append(z(4, 1)));
    }

    #[test]
    fn each_transaction_is_delivered_once_and_in_order() {
        let mut history = history();
        let mut delivered = Vec::new();
        for upto in [z(1, 5), z(1, 7), z(1, 7), z(3, 1), z(9, 9)] {
            while let Some((zxid, _)) = history.deliver_next(upto) {
                delivered.push(zxid);
            }
        }
        assert_eq!(delivered, [z(1, 6), z(1, 7), z(3, 1), z(3, 2)]);
    }

    /// ZOOKEEPER-3526, 4352: what is kept and what is delivered are one.
    #[test]
    fn what_is_not_delivered_is_never_let_go() {
        let mut history = history();
        history.append(z(3, 3), Bytes::new());
        history.trim();
        assert_eq!(history.base(), z(1, 5), "nothing is delivered");
        history.deliver_next(z(1, 6));
        history.trim();
        assert_eq!(history.base(), z(1, 6));
        assert_eq!(history.position(z(1, 5)), Position::Before);
        assert_eq!(history.position(z(1, 6)), Position::Known);
        let unknown = Position::Unknown { previous: z(1, 7) };
        assert_eq!(history.position(z(2, 1)), unknown);
        assert_eq!(history.since(z(2, 1)).count(), 3);
    }

    /// ZOOKEEPER-2832, 5094: a cut takes the tail alone, unless the tree has part of it.
    #[test]
    fn a_cut_into_what_was_delivered_needs_a_reload() {
        let mut history = history();
        history.set_flushed(z(3, 2));
        history.deliver_next(z(1, 6));
        assert!(history.truncate(z(1, 7)));
        assert_eq!((history.last(), history.flushed()), (z(1, 7), z(1, 7)));
        assert!(!history.truncate(z(1, 5)), "the tree has 1.6");
        assert!(!history.truncate(z(0, 5)), "not known here");
        history.set_flushed(z(3, 2));
        assert_eq!(history.flushed(), z(1, 7), "an old flush says nothing");
    }
}
