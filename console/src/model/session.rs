//! The console's own session: one per ensemble, since a session costs quorum writes.

use std::collections::VecDeque;

use zoowarden_shared::SessionId;

use super::sessions::SessionRow;

/// How our session stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// No member has taken us yet.
    #[default]
    Connecting,
    Connected {
        /// The member that holds it.
        address: String,
        /// The member is cut from its quorum and serves reads only.
        read_only: bool,
    },
    /// It is gone from the member that had it, and no other has taken it yet.
    Lost { why: String },
}

/// Our session, and the round trips measured on it.
#[derive(Clone, Debug, Default)]
pub struct OwnSession {
    pub link: Link,
    pub id: Option<SessionId>,
    pub timeout_ms: Option<u64>,
    /// Pings, newest last, microseconds: the current latency that a client sees.
    pub pings_us: VecDeque<u64>,
    pub since_mono_ms: u64,
}

impl OwnSession {
    /// Notes a ping's round trip.
    pub fn pinged(&mut self, us: u64) {
        if self.pings_us.len() == 60 {
            self.pings_us.pop_front();
        }
        self.pings_us.push_back(us);
    }

    /// It as a row of the sessions, as far as we know ourselves.
    #[must_use]
    pub fn row(&self) -> Option<SessionRow> {
        let Link::Connected { address, .. } = &self.link else {
            return None;
        };
        Some(SessionRow {
            id: self.id?,
            client: None,
            member: Some(address.clone()),
            timeout_ms: self.timeout_ms.and_then(|ms| i64::try_from(ms).ok()),
            ephemerals: None,
            watches: None,
            last_op: None,
            queued: None,
        })
    }

    /// The newest ping, microseconds, while connected.
    #[must_use]
    pub fn ping_us(&self) -> Option<u64> {
        matches!(self.link, Link::Connected { .. })
            .then(|| self.pings_us.back().copied())
            .flatten()
    }
}
