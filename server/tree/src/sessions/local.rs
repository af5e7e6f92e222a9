//! The sessions that one member alone knows (`LocalSessionTracker`): no transaction tells the
//! others of them, they own no znodes, and they end with the member's office.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;
use zoowarden_shared::SessionId;

use super::expiry::ExpiryQueue;

/// The local sessions of a member (`localSessionsEnabled`, `readonlymode.enabled`).
#[derive(Debug)]
pub struct LocalSessions {
    sessions: FxHashMap<SessionId, LocalSession>,
    expiry: ExpiryQueue,
}

#[derive(Clone, Copy, Debug)]
struct LocalSession {
    timeout_ms: i32,
    bucket: u64,
}

impl LocalSessions {
    /// No sessions. Expiry is rounded up to whole ticks.
    #[must_use]
    pub fn new(tick_time_ms: i32) -> Self {
        Self {
            sessions: FxHashMap::default(),
            expiry: ExpiryQueue::new(tick_time_ms),
        }
    }

    /// A session begins, or goes on with this timeout.
    pub fn track(&mut self, id: SessionId, timeout_ms: i32, now_us: u64) {
        let bucket = self.expiry.bucket(timeout_ms, now_us);
        let session = LocalSession { timeout_ms, bucket };
        match self.sessions.entry(id) {
            Entry::Occupied(mut entry) => {
                let before = entry.insert(session);
                if before.bucket == bucket {
                    return;
                }
                self.expiry.remove(before.bucket, id);
            }
            Entry::Vacant(entry) => {
                entry.insert(session);
            }
        }
        self.expiry.insert(bucket, id);
    }

    /// The client was heard of. False where the session is none of these.
    pub fn touch(&mut self, id: SessionId, now_us: u64) -> bool {
        let timeout_ms = self.sessions.get(&id).map(|session| session.timeout_ms);
        if let Some(timeout_ms) = timeout_ms {
            self.track(id, timeout_ms, now_us);
        }
        timeout_ms.is_some()
    }

    /// Whether the session is one of these.
    #[must_use]
    pub fn contains(&self, id: SessionId) -> bool {
        self.sessions.contains_key(&id)
    }

    /// The session is closed, or becomes one that all members know. Its timeout, milliseconds,
    /// if it was one of these.
    pub fn remove(&mut self, id: SessionId) -> Option<i32> {
        let session = self.sessions.remove(&id)?;
        self.expiry.remove(session.bucket, id);
        Some(session.timeout_ms)
    }

    /// Ends the sessions whose time is over: them and their timeouts in milliseconds, by
    /// deadline and id.
    pub fn expire_due(&mut self, now_us: u64) -> Vec<(SessionId, i32)> {
        let due = self.expiry.take_due(now_us).into_iter();
        due.filter_map(|id| Some((id, self.sessions.remove(&id)?.timeout_ms)))
            .collect()
    }

    /// When [`Self::expire_due`] has something next, microseconds.
    #[must_use]
    pub fn next_deadline_us(&self) -> Option<u64> {
        self.expiry.next_due()
    }

    /// The member's office is over: none is left.
    pub fn clear(&mut self) {
        self.sessions.clear();
        self.expiry.clear();
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sessions.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }

    /// Expiry times in microseconds, ascending, and the sessions that expire then (`dump`).
    pub fn expiry_buckets(&self) -> impl Iterator<Item = (u64, Vec<SessionId>)> + '_ {
        self.expiry.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND_US: u64 = 1_000_000;
    const ID: SessionId = SessionId(7);

    #[test]
    fn a_session_lives_as_long_as_it_is_heard_of() {
        let mut sessions = LocalSessions::new(2000);
        sessions.track(ID, 4000, 0);
        assert!(sessions.touch(ID, 3 * SECOND_US));
        assert_eq!(sessions.next_deadline_us(), Some(8 * SECOND_US));
        assert_eq!(sessions.expire_due(7 * SECOND_US), []);
        assert_eq!(sessions.expire_due(8 * SECOND_US), [(ID, 4000)]);
        assert!(!sessions.touch(ID, 8 * SECOND_US));
        assert_eq!((sessions.len(), sessions.next_deadline_us()), (0, None));
    }

    #[test]
    fn it_goes_on_with_another_timeout() {
        let mut sessions = LocalSessions::new(2000);
        sessions.track(ID, 4000, 0);
        sessions.track(ID, 10_000, 0);
        assert_eq!(sessions.len(), 1);
        assert_eq!(sessions.expiry_buckets().count(), 1);
        assert_eq!(sessions.remove(ID), Some(10_000));
        assert_eq!(sessions.remove(ID), None);
        assert_eq!(sessions.next_deadline_us(), None);
    }
}
