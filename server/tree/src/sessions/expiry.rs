//! Sessions in buckets by the tick in which they expire (`ExpiryQueue`).
//!
//! A session's deadline is rounded up to the next tick. So a touch mostly changes nothing, and
//! all sessions that expire in a tick are found at once.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;
use zoowarden_shared::SessionId;

/// When sessions expire. Each session remembers its bucket (see `tracker`).
#[derive(Debug)]
pub(super) struct ExpiryQueue {
    interval_us: u64,
    buckets: BTreeMap<u64, FxHashSet<SessionId>>,
}

impl ExpiryQueue {
    /// Buckets of `interval_ms` (at least 1).
    pub(super) fn new(interval_ms: i32) -> Self {
        Self {
            interval_us: u64::from(interval_ms.max(1).unsigned_abs()) * 1000,
            buckets: BTreeMap::new(),
        }
    }

    /// The bucket of a session heard of at `now_us`.
    pub(super) fn bucket(&self, timeout_ms: i32, now_us: u64) -> u64 {
        let timeout_us = u64::from(timeout_ms.max(0).unsigned_abs()) * 1000;
        (now_us.saturating_add(timeout_us) / self.interval_us + 1).saturating_mul(self.interval_us)
    }

    pub(super) fn insert(&mut self, bucket: u64, session: SessionId) {
        self.buckets.entry(bucket).or_default().insert(session);
    }

    pub(super) fn remove(&mut self, bucket: u64, session: SessionId) {
        if let Some(sessions) = self.buckets.get_mut(&bucket) {
            sessions.remove(&session);
            if sessions.is_empty() {
                self.buckets.remove(&bucket);
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.buckets.clear();
    }

    /// Takes the sessions of all buckets that are due, by bucket and id.
    pub(super) fn take_due(&mut self, now_us: u64) -> Vec<SessionId> {
        let mut due = Vec::new();
        while let Some(bucket) = self.buckets.first_entry()
            && *bucket.key() <= now_us
        {
            let mut sessions: Vec<_> = bucket.remove().into_iter().collect();
            sessions.sort_unstable();
            due.append(&mut sessions);
        }
        due
    }

    /// When the next bucket is due.
    pub(super) fn next_due(&self) -> Option<u64> {
        self.buckets.keys().next().copied()
    }

    /// Buckets by time, their sessions by id.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, Vec<SessionId>)> + '_ {
        self.buckets.iter().map(|(&bucket, sessions)| {
            let mut sessions: Vec<_> = sessions.iter().copied().collect();
            sessions.sort_unstable();
            (bucket, sessions)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_are_rounded_up_to_the_next_tick() {
        let queue = ExpiryQueue::new(2000);
        assert_eq!(queue.bucket(4000, 0), 6_000_000);
        assert_eq!(queue.bucket(4000, 1_999_999), 6_000_000);
        assert_eq!(queue.bucket(4000, 2_000_000), 8_000_000);
        assert_eq!(queue.bucket(4001, 1_998_999), 6_000_000);
    }
}
