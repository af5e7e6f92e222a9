//! The one clock: the peer is told the time, it never looks.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use zoowarden_peer::Now;

/// A monotonic clock that counts from the member's start, and the wall's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    start: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self {
            start: Instant::now(),
        }
    }

    /// The time now. A wall clock before 1970 counts as 1970.
    pub(crate) fn now(&self) -> Now {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH);
        Now {
            mono_us: self.start.elapsed().as_micros() as u64,
            wall_ms: wall.unwrap_or_default().as_millis() as i64,
        }
    }

    /// How long until this moment of the monotonic clock.
    pub(crate) fn until(&self, mono_us: u64) -> Duration {
        let now_us = self.start.elapsed().as_micros() as u64;
        Duration::from_micros(mono_us.saturating_sub(now_us))
    }
}
