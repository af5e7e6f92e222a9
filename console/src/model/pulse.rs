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
    /// Of a leader: since when it has transactions in its log of which none was acknowledged
    /// by a quorum. It may go on to say that it leads, until `syncLimit` ticks are over.
    pub stuck_since_mono_ms: Option<u64>,
}

impl Pulse {
    /// The beat that came after this one.
    #[must_use]
    pub fn after(before: Option<&Self>, at_mono_ms: u64, beat: Heartbeat) -> Self {
        let waits = |beat: &Heartbeat| {
            let ensemble = beat.ensemble.as_ref()?;
            let leads = ensemble.leader == Some(ensemble.sid);
            (leads && ensemble.logged > beat.zxid).then_some(beat.zxid)
        };
        let stuck_since_mono_ms = waits(&beat).map(|applied| {
            before
                .filter(|before| waits(&before.beat) == Some(applied))
                .and_then(|before| before.stuck_since_mono_ms)
                .unwrap_or(at_mono_ms)
        });
        Self {
            beat,
            at_mono_ms,
            stuck_since_mono_ms,
        }
    }

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
