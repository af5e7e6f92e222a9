//! What a member's files should tell, for comparison with what they do tell.

use bytes::Bytes;
use zoowarden_server::disk::Recovered;
use zoowarden_shared::{Zxid, jute::Jute};

use super::Memory;

/// A history, and how much of it is known to be durable.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    pub(crate) txns: Vec<(Zxid, Bytes)>,
    pub(crate) durable: usize,
    /// Where a leader's snapshot stands, perhaps behind the last transaction.
    pub(crate) position: Zxid,
}

impl History {
    pub(crate) fn last(&self) -> Zxid {
        let last = self.txns.last().map_or(Zxid::ZERO, |txn| txn.0);
        last.max(self.position)
    }

    pub(crate) fn zxids(&self) -> (Vec<Zxid>, Zxid) {
        let zxids = self.txns.iter().map(|txn| txn.0);
        (zxids.collect(), self.position)
    }

    pub(crate) fn count_upto(&self, zxid: Zxid) -> usize {
        self.txns.partition_point(|txn| txn.0 <= zxid)
    }

    pub(crate) fn has(&self, zxid: Zxid) -> bool {
        zxid == self.position || self.txns.iter().any(|txn| txn.0 == zxid)
    }

    pub(crate) fn cut(&mut self, count: usize) {
        self.txns.truncate(count);
        self.durable = count;
    }

    /// What the tree holds after so many transactions: something that depends on all of them.
    pub(crate) fn content(&self, count: usize) -> Vec<u8> {
        let mut sum = 0u64;
        for byte in self.txns[..count].iter().flat_map(|txn| &txn.1) {
            sum = sum.wrapping_mul(31).wrapping_add(u64::from(*byte));
        }
        [count as u64, sum].map(u64::to_be_bytes).concat()
    }

    /// Whether this is what was recovered, or the part of it that is there for certain.
    pub(crate) fn explains(&self, recovered: &Recovered, memory: &Memory) -> bool {
        let count = self.count_upto(recovered.last_zxid);
        let is_end = match count.checked_sub(1) {
            Some(last) => self.txns[last].0 == recovered.last_zxid,
            None => recovered.last_zxid == Zxid::ZERO,
        } || recovered.last_zxid == self.position;
        let Some(snapshot) = recovered.snapshot else {
            return count == 0 && self.durable == 0;
        };
        let begin = self.count_upto(snapshot.zxid);
        let replayed: Vec<Bytes> = memory.txns.iter().map(Jute::to_bytes).collect();
        let wanted = self.txns.get(begin..count).unwrap_or_default();
        is_end
            && count >= self.durable
            && recovered.last_zxid >= self.position
            && memory.nodes == [(String::new(), Some(self.content(begin)))]
            && replayed.iter().eq(wanted.iter().map(|txn| &txn.1))
    }
}
