//! When a leader's silence allows an election: later than a suspicion, and within bounds.

use super::{Detector, ELECT_PHI};

/// A doubling is forgiven after so long without a needless election.
const FORGIVEN_AFTER_US: u64 = 3_600_000_000;
/// More doublings than this cannot be told apart: 2^20 times half a second is six days.
const MAX_DOUBLINGS: u32 = 20;

/// How long a leader must be silent before it may be elected away.
///
/// It bounds the silence alone. That no bytes came on TCP either, and that another voter
/// agrees, is the caller's to find out; a closed socket needs no such wait. Each needless
/// election (the old leader was alive) doubles the silence up to `syncLimit`, because what
/// stood still once, such as a virtual machine that migrates, will do so again.
#[derive(Clone, Copy, Debug)]
pub struct ElectPolicy {
    /// Never before this, µs.
    pub floor_us: u64,
    /// By then at the latest, µs, as long as no election was needless.
    pub cap_us: u64,
    /// `syncLimit` in µs: no doubling leads beyond it.
    pub sync_limit_us: u64,
    doublings: u32,
    changed_us: u64,
}

impl ElectPolicy {
    /// The bounds to begin with: half a second to a second.
    #[must_use]
    pub fn new(sync_limit_us: u64) -> Self {
        Self {
            floor_us: 500_000,
            cap_us: 1_000_000,
            sync_limit_us,
            doublings: 0,
            changed_us: 0,
        }
    }

    /// The time from which on the silence of the leader that `detector` watches allows an
    /// election; `None` where the leader was never heard.
    #[must_use]
    pub fn deadline_us(&self, detector: &Detector) -> Option<u64> {
        let from_us = detector.silent_since_us()?;
        let reached_us = detector.deadline_us(ELECT_PHI)?;
        let silence_us = self.bounded_us(reached_us.saturating_sub(from_us), from_us);
        Some(from_us.saturating_add(silence_us))
    }

    /// An election at `now_us` was needless: the leader had been alive.
    pub fn needless(&mut self, now_us: u64) {
        self.doublings = (self.doublings_at(now_us) + 1).min(MAX_DOUBLINGS);
        self.changed_us = now_us;
    }

    /// The detector's silence within the bounds as they are at `now_us`.
    fn bounded_us(&self, silence_us: u64, now_us: u64) -> u64 {
        let cap_us = self.cap_us.max(self.floor_us);
        let limit_us = self.sync_limit_us.max(self.floor_us);
        let factor = 1u64 << self.doublings_at(now_us);
        silence_us
            .clamp(self.floor_us, cap_us)
            .saturating_mul(factor)
            .min(limit_us)
    }

    fn doublings_at(&self, now_us: u64) -> u32 {
        let forgiven = now_us.saturating_sub(self.changed_us) / FORGIVEN_AFTER_US;
        self.doublings
            .saturating_sub(u32::try_from(forgiven).unwrap_or(u32::MAX))
    }
}
