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

    /// This moment of the monotonic clock; `None` of one so late that the system cannot name it.
    pub(crate) fn instant(&self, mono_us: u64) -> Option<Instant> {
        self.start.checked_add(Duration::from_micros(mono_us))
    }
}
