//! What is known of a cluster outlives its page: the alarm book with what was acknowledged and
//! snoozed, the members as they were last seen, what happened.
//!
//! A page begins with a fresh model, and so do the slow looks at a closed cluster: sessions,
//! znodes, a gate or a find of the page before are nobody's any more.

use super::{Model, clock::Now};

impl Model {
    /// Goes on where this model of the same cluster ended. Its page is opened now.
    pub fn carry_on(&mut self, before: Self) {
        self.known = before.known;
        self.members = before.members;
        self.leader_ended_mono_ms = before.leader_ended_mono_ms;
        self.config_is_fresh = before.config_is_fresh;
        self.verdict_since_mono_ms = before.verdict_since_mono_ms;
        self.verdict = before.verdict;
        self.history = before.history;
        self.alarms = before.alarms;
        self.rates = before.rates;
        self.metrics = before.metrics;
        self.alarms.moved(self.now, false);
        self.judge();
    }

    /// The model of a cluster whose page was closed, which is asked every `interval_ms` from
    /// now on.
    #[must_use]
    pub fn closed(self, now: Now, interval_ms: u64) -> Self {
        let cluster = self.cluster.clone();
        let seeds = self.known.seeds.clone();
        let mut closed = Self::new(now, cluster, seeds, self.known.address_map.clone());
        closed.carry_on(self);
        closed.alarms.moved(now, true);
        for member in &mut closed.members {
            // Its next answer is due by the new pace; nobody hears its heartbeats.
            member.stream_ended(now);
            member.interval_ms = interval_ms;
        }
        closed.judge();
        closed
    }
}
