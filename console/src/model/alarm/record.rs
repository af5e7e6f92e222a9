//! One alarm, from its beginning to its end, with what was told of it and how that went.

use super::{
    finding::Finding,
    notice::{Delivery, Occasion},
};
use crate::model::clock::Now;

/// Tellings and deliveries kept with one alarm: reminders of a long one must not pile up.
const KEPT: usize = 20;

/// One alarm.
#[derive(Clone, Debug)]
pub struct Alarm {
    /// [`Finding::key`].
    pub key: String,
    /// What its rule found last.
    pub finding: Finding,
    pub began: Now,
    /// Since when its rule finds nothing any more: it ends once that has lasted.
    pub off_since_mono_ms: Option<u64>,
    /// It comes and goes: told as that, and then only as `flapping` lets it.
    pub is_flapping: bool,
    /// Since when it is there without a break; one shorter than its rule's hold-off is none.
    pub stays_since_mono_ms: u64,
    /// It flaps, and that it is there since then was told, or was not wanted.
    pub is_stay_told: bool,
    pub acknowledged: Option<Acknowledged>,
    /// Nothing is told of it until then.
    pub snoozed_until_mono_ms: Option<u64>,
    /// It began under maintenance, and its beginning was not told.
    pub is_owed: bool,
    pub tellings: Vec<Telling>,
    pub deliveries: Vec<Delivery>,
    pub ended: Option<(Now, Ending)>,
}

/// Who has seen an alarm, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    pub at: Now,
    pub by: String,
}

/// One notice that was about an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Telling {
    /// [`super::notice::Notice::number`].
    pub number: u64,
    pub at: Now,
    pub occasion: Occasion,
}

/// How an alarm ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// What was wrong is over.
    Over,
    /// It turned into what another rule says of the same subject.
    Became(&'static str),
}

impl Alarm {
    /// What a finding begins.
    #[must_use]
    pub fn new(finding: Finding, began: Now) -> Self {
        Self {
            key: finding.key(),
            finding,
            began,
            off_since_mono_ms: None,
            is_flapping: false,
            stays_since_mono_ms: began.mono_ms,
            is_stay_told: false,
            acknowledged: None,
            snoozed_until_mono_ms: None,
            is_owed: false,
            tellings: Vec::new(),
            deliveries: Vec::new(),
            ended: None,
        }
    }

    /// The same found again: newer figures, and what it says now. Tells whether it was away
    /// for so long that it is another stay.
    pub fn found_again(&mut self, finding: Finding, now: Now, hold_off_ms: u64) -> bool {
        let off_since_mono_ms = self.off_since_mono_ms.take();
        self.finding = finding;
        let is_new_stay =
            off_since_mono_ms.is_some_and(|off| now.mono_ms.saturating_sub(off) >= hold_off_ms);
        if is_new_stay {
            self.stays_since_mono_ms = now.mono_ms;
            self.is_stay_told = false;
        }
        is_new_stay
    }

    /// How long it has lasted, or did: without the hold-off that its end waited for.
    #[must_use]
    pub fn lasted_ms(&self, now: Now) -> u64 {
        let until_mono_ms = self.off_since_mono_ms.unwrap_or(now.mono_ms);
        until_mono_ms.saturating_sub(self.began.mono_ms)
    }

    /// Whether it flaps and is not there just now.
    #[must_use]
    pub fn is_calm(&self) -> bool {
        self.is_flapping && self.off_since_mono_ms.is_some() && self.ended.is_none()
    }

    /// When it was last told.
    #[must_use]
    pub fn last_told_mono_ms(&self) -> Option<u64> {
        self.tellings.last().map(|telling| telling.at.mono_ms)
    }

    /// Whether the notice of this number was about it.
    #[must_use]
    pub fn was_told_by(&self, number: u64) -> bool {
        self.tellings.iter().any(|telling| telling.number == number)
    }

    pub(super) fn told(&mut self, telling: Telling) {
        if self.tellings.len() == KEPT {
            self.tellings.remove(0);
        }
        self.tellings.push(telling);
    }

    pub(super) fn delivered(&mut self, delivery: &Delivery) {
        if self.deliveries.len() == KEPT {
            self.deliveries.remove(0);
        }
        self.deliveries.push(delivery.clone());
    }
}
