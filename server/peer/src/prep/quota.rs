//! Quotas of subtrees (`ZooKeeperServer.checkQuota`): hard ones refuse where `enforceQuota` is
//! set, all others are only told to the operator.

use rustc_hash::FxHashMap;
use zoowarden_shared::ErrorCode;

use super::{Context, Prep};

/// A path's quota is said to be exceeded at most once in this time, so that a client which
/// writes on does not fill the log.
const REPEAT_US: u64 = 10_000_000;
/// Beyond this many paths the oldest news are forgotten.
const MAX_PATHS: usize = 1000;

/// When each quota was last said to be exceeded.
#[derive(Debug, Default)]
pub(super) struct QuotaLog {
    said_us: FxHashMap<String, u64>,
}

impl QuotaLog {
    /// Whether it is to be said (again).
    fn is_news(&mut self, path: &str, now_us: u64) -> bool {
        if self
            .said_us
            .get(path)
            .is_some_and(|&said| now_us.saturating_sub(said) < REPEAT_US)
        {
            return false;
        }
        if self.said_us.len() >= MAX_PATHS {
            self.said_us.clear();
        }
        self.said_us.insert(path.to_owned(), now_us);
        true
    }
}

impl Prep {
    /// Refuses what would exceed an enforced limit, notes what exceeds any. The counts are
    /// those of what is applied, as in Apache: writes in flight do not count yet.
    pub(super) fn check_quota(
        &mut self,
        context: Context<'_>,
        path: &str,
        bytes: i64,
        count: i64,
    ) -> Result<(), ErrorCode> {
        let mut refused = false;
        for exceeded in context.tree.check_quota(path, bytes, count) {
            refused |= exceeded.hard && context.config.enforce_quota;
            if self.quota_log.is_news(&exceeded.path, context.now.mono_us) {
                self.exceeded.push(exceeded);
            }
        }
        if refused {
            Err(ErrorCode::QuotaExceeded)
        } else {
            Ok(())
        }
    }
}
