//! `ContainerManager`: when containers and TTL znodes are looked at, and how fast those that
//! are due may be deleted.

use std::collections::VecDeque;

use crate::config::PeerConfig;

/// The schedule of the deletions.
#[derive(Debug)]
pub(crate) struct ContainerManager {
    check_interval_us: u64,
    /// Between two deletions, so that many that come due at once do not crowd out clients.
    min_interval_us: u64,
    next_check_us: u64,
    next_deletion_us: u64,
    candidates: VecDeque<String>,
}

impl ContainerManager {
    pub(crate) fn new(config: &PeerConfig, now_us: u64) -> Self {
        let check_interval_us = config
            .container_check_interval_ms
            .max(1)
            .saturating_mul(1000);
        Self {
            check_interval_us,
            min_interval_us: 60_000_000 / u64::from(config.container_max_per_minute.max(1)),
            next_check_us: now_us.saturating_add(check_interval_us),
            next_deletion_us: now_us,
            candidates: VecDeque::new(),
        }
    }

    /// When something is to be done next.
    pub(crate) fn next_deadline_us(&self) -> u64 {
        if self.candidates.is_empty() {
            self.next_check_us
        } else {
            self.next_check_us.min(self.next_deletion_us)
        }
    }

    /// Whether the tree is to be looked through. While the last round's candidates are not
    /// all deleted there is no new round.
    pub(crate) fn is_check_due(&mut self, now_us: u64) -> bool {
        if now_us < self.next_check_us {
            return false;
        }
        self.next_check_us = now_us.saturating_add(self.check_interval_us);
        self.candidates.is_empty()
    }

    /// A leader begins: its first round is one interval away.
    pub(crate) fn restart(&mut self, now_us: u64) {
        self.candidates.clear();
        self.next_check_us = now_us.saturating_add(self.check_interval_us);
    }

    pub(crate) fn set_candidates(&mut self, candidates: Vec<String>) {
        self.candidates = candidates.into();
    }

    /// The next to be deleted, if its time has come.
    pub(crate) fn next_candidate(&mut self, now_us: u64) -> Option<String> {
        if now_us < self.next_deletion_us {
            return None;
        }
        let path = self.candidates.pop_front()?;
        self.next_deletion_us = now_us.saturating_add(self.min_interval_us);
        Some(path)
    }
}
