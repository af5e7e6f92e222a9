//! Who is still there: beats to learners, and when one of them, or the leadership itself, is
//! given up (`LearnerHandler.ping`, `SyncLimitCheck`, `Leader.lead`).

use super::{
    Leader, Phase,
    handler::{Handler, Stage},
    handover::Handover,
};
use crate::{
    common::{Common, Lost, Step},
    effect::Outputs,
    input::LinkId,
};

impl Leader {
    pub(crate) fn tick(&mut self, common: &mut Common, now_us: u64, out: &mut Outputs) -> Step {
        if self.phase != Phase::Broadcast && now_us >= self.phase_deadline_us {
            return Err(Lost::new(match self.phase {
                Phase::Discovery => "no quorum has promised to follow within initLimit",
                _ => "no quorum is in step within initLimit",
            }));
        }
        let silent: Vec<LinkId> = self
            .handlers
            .values()
            .filter(|handler| {
                let is_silent = silent_at_us(common, handler) <= now_us;
                is_silent || handler.holds_too_much()
            })
            .map(|handler| handler.link)
            .collect();
        for link in silent {
            self.drop_learner(link, "it was silent too long", out);
        }
        self.beat(common, now_us, out);
        self.check_quorum(common)?;
        self.advance_handover(common, now_us, out)
    }

    /// PINGs ask for the sessions that were heard from: every half tick, and of our own
    /// members, who know us by them, at every heartbeat.
    fn beat(&mut self, common: &Common, now_us: u64, out: &mut Outputs) {
        let (beat, ping) = (now_us >= self.next_beat_us, now_us >= self.next_ping_us);
        if self.phase != Phase::Broadcast || !(beat || ping) {
            return;
        }
        let last = common.history.last();
        for handler in self.handlers.values_mut() {
            // Ours measure the time between beats, and must not get others in between.
            let is_due = if handler.features.are_cumulative() {
                beat
            } else {
                ping
            };
            if handler.is_up_to_date() && is_due {
                handler.ping(true, last, out);
            }
        }
        if beat {
            // Regular, though this comes late; but nothing is made up for.
            self.next_beat_us = (self.next_beat_us + common.heartbeat_us()).max(now_us);
        }
        if ping {
            self.next_ping_us = now_us + common.half_tick_us();
        }
    }

    /// A leader whose quorum is gone steps down at once: those who left it look for another,
    /// and find none while it holds on.
    pub(super) fn check_quorum(&self, common: &Common) -> Step {
        if self.epoch == 0 {
            return Ok(());
        }
        let is_serving = self.phase == Phase::Broadcast;
        let is_there = |sid| {
            sid == common.me()
                || self.handlers.values().any(|handler| {
                    handler.sid == sid && (!is_serving || handler.votes && handler.is_in_step())
                })
        };
        if common.quorums.contains_quorum(is_there) {
            Ok(())
        } else {
            Err(Lost::new("too few followers are there"))
        }
    }

    pub(crate) fn deadline_us(&self, common: &Common) -> u64 {
        let handlers = self.handlers.values();
        let silence = handlers.map(|handler| silent_at_us(common, handler)).min();
        let silence = silence.unwrap_or(u64::MAX);
        match self.phase {
            Phase::Broadcast => {
                let handover = self.handover.as_ref().map(Handover::deadline_us);
                let beat_us = self.next_beat_us.min(self.next_ping_us);
                silence.min(beat_us).min(handover.unwrap_or(u64::MAX))
            }
            _ => silence.min(self.phase_deadline_us),
        }
    }
}

/// When a learner will have been silent too long. One that waits for us owes nothing.
fn silent_at_us(common: &Common, handler: &Handler) -> u64 {
    let limit_us = match handler.stage {
        Stage::Accepted | Stage::Invited | Stage::Invested => common.init_limit_us(),
        Stage::Acked | Stage::UpToDate => common.sync_limit_us(),
        Stage::Informed
        | Stage::Promised { .. }
        | Stage::ReadingLog
        | Stage::ReadingMoreLog
        | Stage::AwaitingSnapshot
        | Stage::Snapshot => return u64::MAX,
    };
    handler.owing_since_us().saturating_add(limit_us)
}
