//! What scenarios end with: all members have the same tree, and nothing promised is missing.

use super::Ensemble;
use crate::{kind::Kind, record::Record, tree, words};

impl Ensemble {
    /// All awake members have the same tree, all of these records is in it, and no member has
    /// found a digest that was not its own.
    ///
    /// The last is not asked of members that are all Apache's: among themselves 3.8.0's count
    /// up to 13 where a reconfig removes the leader, in one run of three, with equal trees.
    pub fn assert_agreed(&mut self, records: &[&Record]) {
        self.wait_level();
        let sids: Vec<usize> = self
            .sids()
            .filter(|&sid| self.member(sid).is_awake())
            .collect();
        let mut trees = Vec::new();
        for &sid in &sids {
            trees.push(self.client(sid).tree());
        }
        for record in records {
            for (sid, tree) in sids.iter().zip(&trees) {
                record.assert_in(*sid, tree);
            }
        }
        for (sid, tree) in sids.iter().zip(&trees).skip(1) {
            tree::assert_equal((sids[0], &trees[0]), (*sid, tree));
        }
        if sids.iter().all(|&sid| self.kind(sid) == Kind::Apache) {
            return;
        }
        for &sid in &sids {
            let found = words::mntr(self.address(sid));
            let mismatches = found.get("digest_mismatches_count").map(String::as_str);
            assert_eq!(mismatches, Some("0"), "member {sid} ({:?})", self.kind(sid));
        }
    }
}
