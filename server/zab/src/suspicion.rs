//! When followers of a leader of ours take its silence for its end.
//!
//! A closed link is believed at once. Silence alone is not: the member must have been awake
//! itself, and must find enough others of ours that hear nothing either. They say so on the
//! election port, in a notification that is to Apache what any settled member says.
//!
//! An Apache leader, which beats every half tick only, is given up by `syncLimit` alone.

use std::collections::BTreeMap;

use zoowarden_shared::Sid;

use crate::common::Common;

/// After how many heartbeats of silence a leader may be elected away; five tenths of a second
/// by default.
const SILENT_BEATS: u64 = 5;
/// But never sooner, however short the heartbeat, microseconds.
const SHORTEST_SILENCE_US: u64 = 500_000;
/// A member that was not awake for so many heartbeats accuses nobody of silence.
const OWN_PAUSE_BEATS: u64 = 2;
/// For how many heartbeats another's word holds.
const WORD_HOLDS_BEATS: u64 = 3;

/// What a follower knows of its leader's silence.
#[derive(Debug, Default)]
pub(crate) struct Suspicion {
    awake_us: u64,
    told_us: u64,
    /// Who hears nothing either, and when it said so.
    others: BTreeMap<Sid, u64>,
}

impl Suspicion {
    /// Something is handled. Whether this member itself had stood still before: then it cannot
    /// tell who was silent.
    pub(crate) fn awakes(&mut self, common: &Common, now_us: u64) -> bool {
        let asleep_us = now_us.saturating_sub(self.awake_us);
        self.awake_us = now_us;
        asleep_us > OWN_PAUSE_BEATS * common.heartbeat_us()
    }

    /// Another leader is followed, or none.
    pub(crate) fn forget(&mut self) {
        self.others.clear();
        self.told_us = 0;
    }

    /// Another follower of the same leader hears nothing of it.
    pub(crate) fn hear(&mut self, now_us: u64, from: Sid) {
        self.others.insert(from, now_us);
    }

    /// Whether a leader that was last heard of then is suspected.
    pub(crate) fn suspects(common: &Common, now_us: u64, heard_us: u64) -> bool {
        let silence_us = (SILENT_BEATS * common.heartbeat_us()).max(SHORTEST_SILENCE_US);
        now_us.saturating_sub(heard_us) >= silence_us
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
        let holds_us = WORD_HOLDS_BEATS * common.heartbeat_us();
        common.quorums.contains_quorum(|sid| {
            let word = self.others.get(&sid);
            sid != leader
                && (sid == common.me() || word.is_some_and(|at_us| at_us + holds_us >= now_us))
        })
    }

    /// When this member must show that it is awake.
    pub(crate) fn deadline_us(&self, common: &Common) -> u64 {
        self.awake_us.saturating_add(common.heartbeat_us())
    }
}
