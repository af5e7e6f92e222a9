//! What is lost: transactions that only absent voters have. Nobody who is left knows them; how
//! far the absent ones had come when they were last heard is the best that can be said.

use zoowarden_shared::Zxid;

use super::{
    super::super::disk::{Disk, Heard},
    fate::Fates,
};
use crate::model::clock::{date_and_time, time_of_day};

/// Older times are written with their date.
const SAME_DAY_MS: i64 = 20 * 3_600_000;

/// What may be lost, after the history that goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Loss {
    /// The last transaction that stays.
    after: Zxid,
    /// When it was written.
    since_ms: Option<i64>,
    /// So many more were heard of, and until when.
    heard: Option<(u32, i64)>,
}

impl Loss {
    /// What is lost where this one goes on.
    pub(super) fn of(chosen: &Disk, disks: &[Disk], fates: &Fates<'_>) -> Self {
        let facts = chosen.facts();
        let after = facts
            .and_then(|facts| facts.last_zxid)
            .unwrap_or(Zxid::ZERO);
        let absent = disks.iter().filter(|disk| !fates.goes_on(disk));
        let heard = absent.filter_map(|disk| disk.last_heard);
        let heard: Option<Heard> = heard.max_by_key(|heard| (heard.zxid, heard.at_wall_ms));
        // How many an epoch had that is not on any disk here, no zxid tells.
        let heard = heard.filter(|heard| heard.zxid.epoch() == after.epoch());
        Self {
            after,
            since_ms: facts.and_then(|facts| facts.last_written_ms),
            heard: heard.map(|heard| {
                let more = heard.zxid.counter().saturating_sub(after.counter());
                (more, heard.at_wall_ms)
            }),
        }
    }

    /// What the operator types, behind the ensemble's name.
    pub(super) fn acceptance(self, now_ms: i64) -> String {
        match (self.heard, self.since_ms) {
            (Some((n, until_ms)), _) => format!(
                "I accept the loss of up to {n} and of all since {}",
                at(until_ms, now_ms)
            ),
            (None, Some(ms)) => format!("I accept the loss of all since {}", at(ms, now_ms)),
            (None, None) => "I accept an unknown loss".to_owned(),
        }
    }

    /// In a sentence.
    pub(super) fn sentence(self, now_ms: i64) -> String {
        let after = self.after;
        match (self.heard, self.since_ms) {
            (Some((n, until_ms)), _) => format!(
                "lost are up to {n} transactions after {after} that the absent had by {} UTC, and \
                 whatever they acknowledged since",
                at(until_ms, now_ms)
            ),
            (None, Some(ms)) => format!(
                "lost is what the absent alone have acknowledged after {after}, since {} UTC: how \
                 much, is not known",
                at(ms, now_ms)
            ),
            (None, None) => format!(
                "lost is what the absent alone have acknowledged after {after}: how much and since \
                 when, is not known"
            ),
        }
    }
}

fn at(ms: i64, now_ms: i64) -> String {
    if now_ms.abs_diff(ms) < SAME_DAY_MS.unsigned_abs() {
        time_of_day(ms)
    } else {
        date_and_time(ms)
    }
}
