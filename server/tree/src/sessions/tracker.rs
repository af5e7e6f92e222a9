//! The sessions that a leader or standalone server looks after (`SessionTrackerImpl`).

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;
use zoowarden_shared::{ErrorCode, SessionId};

use super::expiry::ExpiryQueue;

/// Who serves a session: a connection of this server, or another member. Any number that
/// stands for one of them, and for no other as long as a session may remember it.
pub type Owner = u64;

/// The sessions of the ensemble.
///
/// A session is tracked from the moment that its id is given out, and in the session table
/// (which snapshots keep) once its createSession transaction is applied.
#[derive(Debug)]
pub struct SessionTracker {
    sessions: FxHashMap<SessionId, Session>,
    expiry: ExpiryQueue,
    next_id: SessionId,
}

#[derive(Debug)]
struct Session {
    /// What its present connection negotiated.
    timeout_ms: i32,
    /// Its bucket in the expiry queue; `None` once it was taken out as expired.
    bucket: Option<u64>,
    owner: Option<Owner>,
    is_closing: bool,
    /// The timeout of its createSession transaction, once that is applied.
    committed_ms: Option<i32>,
}

impl SessionTracker {
    /// No sessions. Ids count up from `first` ([`SessionId::first`]), expiry is rounded up to
    /// whole ticks.
    #[must_use]
    pub fn new(tick_time_ms: i32, first: SessionId) -> Self {
        Self {
            sessions: FxHashMap::default(),
            expiry: ExpiryQueue::new(tick_time_ms),
            next_id: first,
        }
    }

    /// An id that no session has. The first one is made of the time, and a clock that was set
    /// back may lead to ids that were given out before, to sessions that still live.
    pub fn new_id(&mut self) -> SessionId {
        while self.sessions.contains_key(&self.next_id) {
            self.next_id = SessionId(self.next_id.0.wrapping_add(1));
        }
        let id = self.next_id;
        self.next_id = SessionId(id.0.wrapping_add(1));
        id
    }

    /// A new session, tracked from now on.
    pub fn create(&mut self, timeout_ms: i32, now_us: u64) -> SessionId {
        let id = self.new_id();
        self.track(id, timeout_ms, now_us);
        id
    }

    /// Another session table is loaded: nothing is known any more but which ids were given
    /// out.
    pub fn clear(&mut self) {
        self.sessions.clear();
        self.expiry.clear();
    }

    /// Tracks a session, or renews it with this timeout. Whether it was not tracked before.
    pub fn track(&mut self, id: SessionId, timeout_ms: i32, now_us: u64) -> bool {
        let (session, is_new) = match self.sessions.entry(id) {
            Entry::Occupied(entry) => (entry.into_mut(), false),
            Entry::Vacant(entry) => {
                let session = Session {
                    timeout_ms,
                    bucket: None,
                    owner: None,
                    is_closing: false,
                    committed_ms: None,
                };
                (entry.insert(session), true)
            }
        };
        session.timeout_ms = timeout_ms;
        if !session.is_closing {
            renew(&mut self.expiry, id, session, now_us);
        }
        is_new
    }

    /// A createSession transaction is applied: the session is tracked, and in the table.
    /// Whether it was not in the table before.
    pub fn commit(&mut self, id: SessionId, timeout_ms: i32, now_us: u64) -> bool {
        self.track(id, timeout_ms, now_us);
        self.sessions
            .get_mut(&id)
            .is_some_and(|session| session.committed_ms.replace(timeout_ms).is_none())
    }

    /// A server begins to serve or to lead, with the session table as all it knows (a new
    /// tracker, in Apache): every session has its whole timeout from now on, and neither an
    /// owner nor a closeSession on its way. What is not in the table is dropped.
    pub fn renew_all(&mut self, now_us: u64) {
        self.expiry.clear();
        self.sessions.retain(|&id, session| {
            let Some(timeout_ms) = session.committed_ms else {
                return false;
            };
            *session = Session {
                timeout_ms,
                bucket: None,
                owner: None,
                is_closing: false,
                committed_ms: Some(timeout_ms),
            };
            renew(&mut self.expiry, id, session, now_us);
            true
        });
    }

    /// The client was heard of. False where the session is unknown or closing.
    pub fn touch(&mut self, id: SessionId, now_us: u64) -> bool {
        match self.sessions.get_mut(&id) {
            Some(session) if !session.is_closing => {
                renew(&mut self.expiry, id, session, now_us);
                true
            }
            _ => false,
        }
    }

    /// The client was heard of through this owner: [`Self::touch`] and [`Self::check`] in one.
    ///
    /// # Errors
    /// [`ErrorCode::SessionExpired`] where the session is unknown or closing,
    /// [`ErrorCode::SessionMoved`] where another owns it; it is alive all the same.
    pub fn touch_through(
        &mut self,
        id: SessionId,
        owner: Owner,
        now_us: u64,
    ) -> Result<(), ErrorCode> {
        match self.sessions.get_mut(&id) {
            Some(session) if !session.is_closing => {
                renew(&mut self.expiry, id, session, now_us);
                if *session.owner.get_or_insert(owner) == owner {
                    Ok(())
                } else {
                    Err(ErrorCode::SessionMoved)
                }
            }
            _ => Err(ErrorCode::SessionExpired),
        }
    }

    /// A closeSession is on its way: nothing more is taken from this session.
    pub fn set_closing(&mut self, id: SessionId) {
        if let Some(session) = self.sessions.get_mut(&id) {
            session.is_closing = true;
            if let Some(bucket) = session.bucket.take() {
                self.expiry.remove(bucket, id);
            }
        }
    }

    /// A closeSession transaction is applied.
    pub fn remove(&mut self, id: SessionId) {
        if let Some(session) = self.sessions.remove(&id)
            && let Some(bucket) = session.bucket
        {
            self.expiry.remove(bucket, id);
        }
    }

    /// Whether the session may act through this owner (`checkSession`). A session without an
    /// owner gets the first that asks.
    ///
    /// # Errors
    /// [`ErrorCode::UnknownSession`], [`ErrorCode::SessionExpired`] where it is closing,
    /// [`ErrorCode::SessionMoved`] where another owns it.
    pub fn check(&mut self, id: SessionId, owner: Owner) -> Result<(), ErrorCode> {
        let session = self
            .sessions
            .get_mut(&id)
            .ok_or(ErrorCode::UnknownSession)?;
        if session.is_closing {
            return Err(ErrorCode::SessionExpired);
        }
        if *session.owner.get_or_insert(owner) == owner {
            Ok(())
        } else {
            Err(ErrorCode::SessionMoved)
        }
    }

    /// As [`Self::check`], but a session that is unknown has expired (`checkGlobalSession`).
    ///
    /// # Errors
    /// [`ErrorCode::SessionExpired`], [`ErrorCode::SessionMoved`].
    pub fn check_global(&mut self, id: SessionId, owner: Owner) -> Result<(), ErrorCode> {
        self.check(id, owner).map_err(|err| match err {
            ErrorCode::UnknownSession => ErrorCode::SessionExpired,
            other => other,
        })
    }

    /// The session is taken up by this owner.
    ///
    /// # Errors
    /// [`ErrorCode::SessionExpired`] where it is unknown or closing.
    pub fn set_owner(&mut self, id: SessionId, owner: Owner) -> Result<(), ErrorCode> {
        match self.sessions.get_mut(&id) {
            Some(session) if !session.is_closing => {
                session.owner = Some(owner);
                Ok(())
            }
            _ => Err(ErrorCode::SessionExpired),
        }
    }

    /// Whether the session is tracked, closing or not.
    #[must_use]
    pub fn contains(&self, id: SessionId) -> bool {
        self.sessions.contains_key(&id)
    }

    /// Whether a closeSession is on its way.
    #[must_use]
    pub fn is_closing(&self, id: SessionId) -> bool {
        self.sessions
            .get(&id)
            .is_some_and(|session| session.is_closing)
    }

    /// Its timeout, milliseconds: what [`Self::track`] was told last.
    #[must_use]
    pub fn timeout_ms(&self, id: SessionId) -> Option<i32> {
        self.sessions.get(&id).map(|session| session.timeout_ms)
    }

    /// The sessions whose time is over, by deadline and id. Each is told once, and closing.
    pub fn expire_due(&mut self, now_us: u64) -> Vec<SessionId> {
        let due = self.expiry.take_due(now_us);
        for id in &due {
            if let Some(session) = self.sessions.get_mut(id) {
                session.bucket = None;
                session.is_closing = true;
            }
        }
        due
    }

    /// When [`Self::expire_due`] has something next, microseconds.
    #[must_use]
    pub fn next_deadline_us(&self) -> Option<u64> {
        self.expiry.next_due()
    }

    /// How many sessions are tracked.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sessions.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }

    /// The session table as snapshots keep it: ids and timeouts in milliseconds, by id.
    #[must_use]
    pub fn table(&self) -> Vec<(SessionId, i32)> {
        let committed = |(&id, session): (&SessionId, &Session)| Some((id, session.committed_ms?));
        let mut table: Vec<_> = self.sessions.iter().filter_map(committed).collect();
        table.sort_unstable_by_key(|(id, _)| *id);
        table
    }

    /// Expiry times in microseconds, ascending, and the sessions that expire then (`dump`).
    pub fn expiry_buckets(&self) -> impl Iterator<Item = (u64, Vec<SessionId>)> + '_ {
        self.expiry.iter()
    }
}

/// Moves a session to the bucket that its timeout, counted from now, falls into.
fn renew(expiry: &mut ExpiryQueue, id: SessionId, session: &mut Session, now_us: u64) {
    let bucket = expiry.bucket(session.timeout_ms, now_us);
    if session.bucket == Some(bucket) {
        return;
    }
    if let Some(before) = session.bucket.replace(bucket) {
        expiry.remove(before, id);
    }
    expiry.insert(bucket, id);
}

#[cfg(test)]
mod tests;
