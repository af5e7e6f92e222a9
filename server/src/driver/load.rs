//! Whether writes come one at a time.
//!
//! Under load the driver's own thread wakes late, and finds more: many transactions then share
//! a sync of the log and a write to each socket. A write that is alone gains nothing by that
//! and loses the time that waking takes.

use zoowarden_peer::Now;
use zoowarden_shared::Zxid;

/// For how long no two writes were under way together where they come one at a time. Longer
/// than a slow sync: the moment between two crowds is none of calm.
const CALM_US: u64 = 10_000;

/// What is under way in a member.
#[derive(Debug)]
pub(super) struct Load {
    appended: Zxid,
    /// Whether several writes were under way after the last turn.
    is_crowded: bool,
    /// When several writes were last under way.
    crowded_us: u64,
    is_calm: bool,
}

impl Load {
    pub(super) fn new() -> Self {
        Self {
            appended: Zxid::ZERO,
            is_crowded: false,
            crowded_us: 0,
            is_calm: false,
        }
    }

    /// This transaction is given to the log.
    pub(super) fn append(&mut self, zxid: Zxid) {
        self.appended = zxid;
    }

    /// After a turn, all transactions up to `applied` are applied, and so many requests of
    /// clients wait for something.
    pub(super) fn see(&mut self, now: Now, applied: Zxid, requests: usize) {
        let unapplied = if applied.epoch() == self.appended.epoch() {
            self.appended.counter().saturating_sub(applied.counter())
        } else {
            0
        };
        let was_crowded = self.is_crowded;
        self.is_crowded = unapplied > 1 || requests > 1;
        if was_crowded || self.is_crowded {
            self.crowded_us = now.mono_us;
        }
        self.is_calm = now.mono_us.saturating_sub(self.crowded_us) >= CALM_US;
    }

    /// Whether writes come one at a time.
    pub(super) fn is_calm(&self) -> bool {
        self.is_calm
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(mono_us: u64) -> Now {
        Now {
            mono_us,
            wall_ms: 0,
        }
    }

    fn calm() -> Load {
        let mut load = Load::new();
        load.see(at(CALM_US), Zxid::ZERO, 0);
        assert!(load.is_calm());
        load
    }

    #[test]
    fn one_write_after_the_other_is_calm() {
        let mut load = calm();
        for counter in 1..9 {
            load.append(Zxid::new(1, counter));
            load.see(at(CALM_US), Zxid::new(1, counter - 1), 1);
            assert!(load.is_calm(), "{counter}");
        }
    }

    #[test]
    fn two_writes_together_are_a_crowd_for_a_while() {
        for (appended, requests) in [(2, 0), (1, 2)] {
            let mut load = calm();
            load.append(Zxid::new(1, appended));
            load.see(at(CALM_US), Zxid::new(1, 0), requests);
            assert!(!load.is_calm());
            load.see(at(9 * CALM_US), Zxid::new(1, 2), 0);
            assert!(!load.is_calm(), "they were under way until now");
            load.see(at(10 * CALM_US - 1), Zxid::new(1, 2), 0);
            assert!(!load.is_calm(), "the next may come at any moment");
            load.see(at(10 * CALM_US), Zxid::new(1, 2), 0);
            assert!(load.is_calm());
        }
    }

    #[test]
    fn what_an_older_epoch_left_in_the_log_is_not_under_way() {
        let mut load = calm();
        load.append(Zxid::new(1, 7));
        load.see(at(CALM_US), Zxid::new(2, 1), 0);
        assert!(load.is_calm());
    }
}
