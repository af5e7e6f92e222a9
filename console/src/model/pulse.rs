//! What a member's own heartbeats say of it, beyond the facts that they refresh.

use zoowarden_shared::admin::Heartbeat;

/// Without a beat for so long the stream is taken for broken, and the member is asked.
pub const QUIET_MS: u64 = 1000;

/// Beats that come this many intervals after the last one are late: worth a look, no fault.
const LATE_INTERVALS: u64 = 3;

/// An open stream of heartbeats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pulse {
    pub beat: Heartbeat,
    /// When it was heard.
    pub at_mono_ms: u64,
}

impl Pulse {
    /// Whether a beat is overdue after a silence of so many ms.
    #[must_use]
    pub fn is_late(&self, silence_ms: u64) -> bool {
        // The interval is the member's word: whatever it says, a second is late.
        let interval_ms = self.beat.interval_ms.min(QUIET_MS);
        silence_ms > (LATE_INTERVALS * interval_ms).min(QUIET_MS)
    }

    /// Whether the member's own word is fresh enough to count against a poll that failed.
    #[must_use]
    pub fn is_fresh(&self, mono_ms: u64) -> bool {
        mono_ms.saturating_sub(self.at_mono_ms) < QUIET_MS
    }
}
