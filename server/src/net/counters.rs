//! Counts of the client port, for `mntr` and `/metrics`.

use std::sync::atomic::{AtomicU64, Ordering};

use super::fault::Fault;

/// Counters since the start or the last reset (`srst`).
#[derive(Debug, Default)]
pub(crate) struct NetCounters {
    sessionless_expired: AtomicU64,
}

impl NetCounters {
    pub(super) fn count(&self, fault: &Fault) {
        if matches!(fault, Fault::Silent(_)) {
            self.sessionless_expired.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// `sessionless_connections_expired`.
    pub(crate) fn sessionless_expired(&self) -> u64 {
        self.sessionless_expired.load(Ordering::Relaxed)
    }

    /// Starts to count anew.
    pub(crate) fn reset(&self) {
        self.sessionless_expired.store(0, Ordering::Relaxed);
    }
}
