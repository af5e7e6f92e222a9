//! The tree's digest now and then, for comparison with other members
//! (`DataTree.digestLog`, the `hash` word).

use std::collections::VecDeque;

use zoowarden_shared::{Zxid, txn::TxnDigest};

use crate::view::DigestView;

/// Every so many transactions (`DIGEST_LOG_INTERVAL`), the same ones on every member.
const INTERVAL: i64 = 128;
/// So many are kept (`DIGEST_LOG_LIMIT`).
const LIMIT: usize = 1024;

/// The last digests, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct DigestLog(VecDeque<DigestView>);

impl DigestLog {
    /// The tree has this digest after this transaction.
    pub(crate) fn note(&mut self, zxid: Zxid, digest: TxnDigest) {
        if zxid.0 % INTERVAL != 0 {
            return;
        }
        if self.0.len() == LIMIT {
            self.0.pop_front();
        }
        self.0.push_back(DigestView {
            zxid,
            version: digest.version,
            digest: digest.tree_digest,
        });
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &DigestView> {
        self.0.iter()
    }
}
