//! How soon a member looks for a leader again. At once when it has lost one that it served
//! under; later and later when it finds one again and again that it cannot follow.

/// The first pause, microseconds.
const FIRST_US: u64 = 20_000;
/// The longest.
const LONGEST_US: u64 = 1_000_000;

/// The attempts that came to nothing.
#[derive(Debug, Default)]
pub(crate) struct Patience {
    failures: u32,
    /// When the next attempt may begin.
    not_before_us: u64,
}

impl Patience {
    /// The role was lost; `served` where clients were served in it.
    pub(crate) fn lost(&mut self, now_us: u64, served: bool) {
        if served {
            self.failures = 0;
        }
        let pause_us = match self.failures {
            0 => 0,
            failures => (FIRST_US << failures.min(10)).min(LONGEST_US),
        };
        self.failures = self.failures.saturating_add(1);
        self.not_before_us = now_us.saturating_add(pause_us);
    }

    pub(crate) fn is_over(&self, now_us: u64) -> bool {
        now_us >= self.not_before_us
    }

    pub(crate) fn deadline_us(&self) -> u64 {
        self.not_before_us
    }
}
