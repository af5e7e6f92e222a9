//! What a member's log holds, kept beside it: which bytes it was given for which zxid. The
//! checkers compare members by it, without asking the member.

use std::collections::BTreeMap;

use bytes::Bytes;
use zoowarden_shared::Zxid;

/// The transactions that a member's state comes from, those behind a snapshot included.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shadow {
    log: BTreeMap<Zxid, Bytes>,
    /// A leader's, that came with its snapshot and is about to take the place of this one: a
    /// crash now leaves it there, or not.
    incoming: Option<Box<Shadow>>,
}

impl Shadow {
    pub(crate) fn appended(&mut self, zxid: Zxid, txn: Bytes) {
        self.log.insert(zxid, txn);
    }

    /// The log was cut behind this transaction.
    pub(crate) fn truncated(&mut self, last: Zxid) {
        self.log.split_off(&last.next());
    }

    /// A restart found this as the last transaction.
    pub(crate) fn restarted(&mut self, last: Zxid) {
        let is_replaced = self
            .incoming
            .as_ref()
            .is_some_and(|incoming| incoming.last() == last);
        if is_replaced {
            self.replaced();
        }
        self.incoming = None;
        self.truncated(last);
    }

    /// The part up to this transaction, for whoever is sent a snapshot of it.
    pub(crate) fn upto(&self, zxid: Zxid) -> Self {
        let mut part = Self {
            log: self.log.clone(),
            incoming: None,
        };
        part.truncated(zxid);
        part
    }

    /// A leader's snapshot has come whole.
    pub(crate) fn replacing(&mut self, incoming: Self) {
        self.incoming = Some(Box::new(incoming));
    }

    /// The state is the leader's snapshot now.
    pub(crate) fn replaced(&mut self) {
        if let Some(incoming) = self.incoming.take() {
            self.log = incoming.log;
        }
    }

    fn last(&self) -> Zxid {
        self.log
            .last_key_value()
            .map_or(Zxid::ZERO, |(zxid, _)| *zxid)
    }

    /// The transactions behind `after` up to `upto`.
    pub(crate) fn between(&self, after: Zxid, upto: Zxid) -> impl Iterator<Item = (Zxid, &Bytes)> {
        self.log
            .range(after.next()..)
            .take_while(move |(zxid, _)| **zxid <= upto)
            .map(|(zxid, txn)| (*zxid, txn))
    }
}
