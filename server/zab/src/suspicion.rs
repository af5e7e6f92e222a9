//! When followers of a leader of ours take its silence for its end.
//!
//! A closed link is believed at once. Silence alone is judged by the failure detector, fed by
//! the leader's beats: *suspect* is said early, and only said; *elect* comes later, needs that
//! no other byte came from the leader either, that this member was awake itself, and that
//! enough others of ours find the same. They tell each other on the election port, in a
//! notification that is to Apache what any settled member says.
//!
//! An Apache leader, which beats every half tick only, is given up by `syncLimit` alone.

use std::collections::BTreeMap;

use zoowarden_shared::{
    Sid,
    detector::{Detector, ElectPolicy, SUSPECT_ALONE_PHI},
};

use crate::common::Common;

/// A member that was not awake for so many heartbeats accuses nobody of silence.
const OWN_PAUSE_BEATS: u64 = 2;
/// For how many heartbeats another's word holds, which it repeats at each.
const WORD_HOLDS_BEATS: u64 = 3;
/// For how long it holds that another looks for a leader, microseconds: it says so more and
/// more rarely.
const LOOKING_HOLDS_US: u64 = 5_000_000;

/// What a follower knows of its leader's silence.
#[derive(Debug)]
pub(crate) struct Suspicion {
    detector: Detector,
    policy: ElectPolicy,
    /// Beats heard of this leader. Its link loses none and keeps their order.
    beats: u64,
    awake_us: u64,
    told_us: u64,
    is_suspected: bool,
    /// Who hears nothing either, and until when its word holds, microseconds.
    others: BTreeMap<Sid, u64>,
    /// The leader that was elected away for its silence. If it speaks again, that was needless.
    ousted: Option<Sid>,
}

impl Suspicion {
    pub(crate) fn new(common: &Common) -> Self {
        Self {
            detector: Detector::new(common.heartbeat_us()),
            policy: ElectPolicy::new(common.sync_limit_us()),
            beats: 0,
            awake_us: 0,
            told_us: 0,
            is_suspected: false,
            others: BTreeMap::new(),
            ousted: None,
        }
    }

    /// Something is handled. Whether this member itself had stood still before: then it cannot
    /// tell who was silent.
    pub(crate) fn awakes(&mut self, common: &Common, now_us: u64) -> bool {
        let asleep_us = now_us.saturating_sub(self.awake_us);
        self.awake_us = now_us;
        let has_slept = asleep_us > OWN_PAUSE_BEATS * common.heartbeat_us();
        if has_slept {
            self.detector.paused(now_us);
        }
        has_slept
    }

    /// Another leader is followed, or none.
    pub(crate) fn forget(&mut self) {
        self.detector.restarted();
        self.beats = 0;
        self.is_suspected = false;
        self.others.clear();
        self.told_us = 0;
    }

    /// The leader has beaten.
    pub(crate) fn beat(&mut self, now_us: u64) {
        self.beats += 1;
        self.detector.heard(self.beats, now_us);
        self.is_suspected = false;
    }

    /// Another follower of the same leader hears nothing of it.
    pub(crate) fn hear(&mut self, common: &Common, now_us: u64, from: Sid) {
        let holds_us = WORD_HOLDS_BEATS * common.heartbeat_us();
        self.others.insert(from, now_us.saturating_add(holds_us));
    }

    /// Another voter has no leader (any more).
    pub(crate) fn hear_looking(&mut self, now_us: u64, from: Sid) {
        self.others
            .insert(from, now_us.saturating_add(LOOKING_HOLDS_US));
    }

    /// A member speaks. If it was elected away, the next leader is given more time.
    pub(crate) fn speaks(&mut self, now_us: u64, sid: Sid) {
        if self.ousted == Some(sid) {
            self.ousted = None;
            self.policy.needless(now_us);
        }
    }

    /// The leader is elected away for its silence.
    pub(crate) fn oust(&mut self, leader: Sid) {
        self.ousted = Some(leader);
    }

    /// Whether the leader's silence has just become suspicious.
    pub(crate) fn suspects_newly(&mut self, now_us: u64) -> bool {
        let suspects = self
            .detector
            .phi(now_us)
            .is_some_and(|phi| phi >= SUSPECT_ALONE_PHI);
        suspects && !std::mem::replace(&mut self.is_suspected, true)
    }

    /// Whether a leader of which the last byte came at `heard_us` may be elected away.
    pub(crate) fn may_elect(&self, now_us: u64, heard_us: u64) -> bool {
        let elect_us = self.elect_us().unwrap_or(u64::MAX);
        now_us >= elect_us && now_us >= heard_us.saturating_add(self.policy.floor_us)
    }

    fn elect_us(&self) -> Option<u64> {
        self.policy.deadline_us(&self.detector)
    }

    /// Whether it is time to tell the others.
    pub(crate) fn tells(&mut self, common: &Common, now_us: u64) -> bool {
        let is_due = now_us >= self.told_us.saturating_add(common.heartbeat_us());
        if is_due {
            self.told_us = now_us;
        }
        is_due
    }

    /// Whether those who find so, this member among them, can elect another.
    pub(crate) fn is_shared(&self, common: &Common, now_us: u64, leader: Sid) -> bool {
        common.quorums.contains_quorum(|sid| {
            let holds = self
                .others
                .get(&sid)
                .is_some_and(|until_us| *until_us >= now_us);
            sid != leader && (sid == common.me() || holds)
        })
    }

    /// When this member must show that it is awake, or judge.
    pub(crate) fn deadline_us(&self, common: &Common) -> u64 {
        let awake_us = self.awake_us.saturating_add(common.heartbeat_us());
        let judge_us = [
            self.detector.deadline_us(SUSPECT_ALONE_PHI),
            self.elect_us(),
        ];
        let judge_us = judge_us
            .into_iter()
            .flatten()
            .filter(|at_us| *at_us > self.awake_us);
        judge_us
            .min()
            .map_or(awake_us, |judge_us| judge_us.min(awake_us))
    }
}
