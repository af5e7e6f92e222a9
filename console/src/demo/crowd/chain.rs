//! What is told one up each time, such as a znode's version: by which transaction each was.

use std::collections::VecDeque;

use zoowarden_shared::Zxid;

/// So many are kept: of the busiest, some minutes.
const KEPT: usize = 10_000;

/// It. Both transactions and numbers grow from each to the next.
#[derive(Debug, Default)]
pub(super) struct Chain(VecDeque<(Zxid, i64)>);

impl Chain {
    /// A write was acknowledged. How many it shows to be lost, itself included.
    pub(super) fn told(&mut self, zxid: Zxid, number: i64) -> u64 {
        // Answers overtake one another: nearly always it belongs at the end.
        let later = self.0.iter().rev().take_while(|(other, _)| *other > zxid);
        let mut at = self.0.len() - later.count();
        if self.0.get(at).is_some_and(|(_, later)| *later <= number) {
            return 1;
        }
        let mut lost = 0;
        while at > 0 && self.0[at - 1].1 >= number {
            at -= 1;
            self.0.remove(at);
            lost += 1;
        }
        self.0.insert(at, (zxid, number));
        if self.0.len() > KEPT {
            self.0.pop_front();
        }
        lost
    }

    /// Up to a transaction it has come to this number. How many are lost.
    pub(super) fn seen(&mut self, zxid: Zxid, number: i64) -> u64 {
        let is_newest_seen = self.0.back().is_none_or(|(_, newest)| *newest <= number);
        if is_newest_seen {
            return 0;
        }
        self.forget(|other, own| other <= zxid && own > number)
    }

    /// Up to a transaction there is nothing left of it. How many are lost.
    pub(super) fn cut(&mut self, zxid: Zxid) -> u64 {
        self.forget(|other, _| other <= zxid)
    }

    fn forget(&mut self, is_lost: impl Fn(Zxid, i64) -> bool) -> u64 {
        let before = self.0.len();
        self.0.retain(|(zxid, number)| !is_lost(*zxid, *number));
        (before - self.0.len()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded() {
        let mut chain = Chain::default();
        for number in 0..20_000 {
            assert_eq!(chain.told(Zxid(number), number), 0);
        }
        assert_eq!(chain.cut(Zxid(30_000)), KEPT as u64);
    }

    #[test]
    fn one_that_is_told_late_is_lost_where_a_later_one_has_its_number() {
        let mut chain = Chain::default();
        assert_eq!(chain.told(Zxid(9), 5), 0);
        assert_eq!(chain.told(Zxid(8), 5), 1);
        assert_eq!(chain.told(Zxid(7), 4), 0);
        assert_eq!(chain.seen(Zxid(9), 5), 0);
    }
}
