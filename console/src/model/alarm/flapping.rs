//! An alarm that comes and goes: said once, and then quiet, but never so quiet that a loss that
//! lasts goes by untold. What stays is told as still there; what stops the ensemble is told each
//! time that it begins, at most once a minute.

use super::{
    Alarms,
    flood::Draft,
    notice::{Notice, Occasion},
    record::Alarm,
    rule::About,
    telling::{Change, and_more, is_mute, joined},
};
use crate::model::{
    Model,
    clock::{Now, age},
};

/// So many beginnings within [`WINDOW_MS`] make an alarm flap, and so long without another one
/// ends that.
pub(super) const BEGINNINGS: usize = 3;
const WINDOW_MS: u64 = 600_000;

/// An alarm that flaps ends once nothing was found for longer than this.
pub(super) const HOLD_OFF_MS: u64 = 120_000;

/// There without a break for longer than this, it is no flapping but a loss.
const STAY_MS: u64 = 30_000;

/// What is told at each beginning is told no more often than this.
const AGAIN_MS: u64 = 60_000;

/// What is to be told of a flapping alarm that is found now, if anything: once per stay.
pub(super) fn stays(alarm: &mut Alarm, about: &About, now: Now) -> Option<Change> {
    if alarm.is_stay_told {
        return None;
    }
    let stays_ms = now.mono_ms.saturating_sub(alarm.stays_since_mono_ms);
    let told_ms_ago = alarm
        .last_told_mono_ms()
        .map_or(u64::MAX, |told| now.mono_ms.saturating_sub(told));
    let change = if stays_ms > STAY_MS {
        Change::Stays(alarm.key.clone())
    } else if about.is_told_while_flapping && stays_ms == 0 && told_ms_ago >= AGAIN_MS {
        Change::BeganAgain(alarm.key.clone())
    } else {
        return None;
    };
    alarm.is_stay_told = true;
    Some(change)
}

impl Alarms {
    /// How often it has begun within the window, now included.
    pub(super) fn note_beginning(&mut self, key: &str, mono_ms: u64) -> usize {
        let times = self.begun.entry(key.to_owned()).or_default();
        times.push_back(mono_ms);
        while times
            .front()
            .is_some_and(|first| mono_ms.saturating_sub(*first) > WINDOW_MS)
        {
            times.pop_front();
        }
        times.len()
    }

    /// Flapping alarms that have not begun again for the whole window flap no more.
    pub(super) fn calm_down(&mut self, now: Now, changes: &mut Vec<Change>) {
        let begun = &mut self.begun;
        begun.retain(|_, times| {
            let newest = times.back().copied().unwrap_or(0);
            now.mono_ms.saturating_sub(newest) <= WINDOW_MS
        });
        for alarm in &mut self.active {
            if alarm.is_flapping && !begun.contains_key(&alarm.key) {
                alarm.is_flapping = false;
                changes.push(Change::Calmed);
            }
        }
    }

    /// That alarms flap, what is told of them from now on, and what of that is due.
    pub(super) fn tell_flapping(
        &mut self,
        model: &Model,
        changes: &[Change],
        notices: &mut Vec<Notice>,
    ) {
        let mut flap = Vec::new();
        let mut again = Vec::new();
        let mut stay = Vec::new();
        for change in changes {
            match change {
                Change::Flaps(key) => flap.push(key.clone()),
                Change::BeganAgain(key) => again.push(key.clone()),
                Change::Stays(key) => stay.push(key.clone()),
                Change::Began(_) | Change::Ended { .. } | Change::Calmed => {}
            }
        }
        self.tell_each(model, Occasion::Began, "flapping: ", &flap, notices);
        self.tell_each(model, Occasion::Began, "again: ", &again, notices);
        self.tell_each(model, Occasion::Reminder, "still there: ", &stay, notices);
    }

    fn tell_each(
        &mut self,
        model: &Model,
        occasion: Occasion,
        prefix: &str,
        keys: &[String],
        notices: &mut Vec<Notice>,
    ) {
        let maintenance = self.maintenance.as_ref();
        for alarm in self.active.iter_mut().filter(|one| keys.contains(&one.key)) {
            // Told after the maintenance, where it is there then.
            alarm.is_owed |= is_mute(maintenance, alarm);
        }
        let mut told: Vec<&Alarm> = keys.iter().filter_map(|key| self.get(key)).collect();
        told.retain(|alarm| {
            let is_seen = occasion == Occasion::Reminder && alarm.acknowledged.is_some();
            !is_seen && !alarm.is_owed && alarm.snoozed_until_mono_ms.is_none()
        });
        told.sort_by_key(|alarm| std::cmp::Reverse(alarm.finding.urgency));
        let Some(worst) = told.first() else { return };
        let sentences = told.iter().map(|alarm| alarm.finding.sentence.as_str());
        let draft = Draft {
            occasion,
            urgency: worst.finding.urgency,
            alarm: worst.key.clone(),
            title: format!("{prefix}{}", and_more(&worst.finding.title, told.len())),
            body: format!(
                "{} {}",
                joined(sentences, told.len()),
                self.what_is_told(worst, occasion, model.now)
            ),
        };
        let keys: Vec<String> = told.iter().map(|alarm| alarm.key.clone()).collect();
        self.deliver(model, occasion, &keys, draft, notices);
    }

    /// How it comes and goes, and what of that is told.
    fn what_is_told(&self, alarm: &Alarm, occasion: Occasion, now: Now) -> String {
        if occasion == Occasion::Reminder {
            let stays_ms = now.mono_ms.saturating_sub(alarm.stays_since_mono_ms);
            return format!("It came and went; now it is there for {}.", age(stays_ms));
        }
        let beginnings = self.begun.get(&alarm.key).map_or(0, |times| times.len());
        let is_told = self.rules.iter().any(|rule| {
            rule.about().name == alarm.finding.rule && rule.about().is_told_while_flapping
        });
        let each = match is_told {
            true => "each beginning is told, at most once a minute, and",
            false => "beginnings are not told any more, but",
        };
        format!(
            "Begun {beginnings} times in {} minutes: {each} what stays for {} s is; its end once it has been away for {} minutes.",
            WINDOW_MS / 60_000,
            STAY_MS / 1000,
            HOLD_OFF_MS / 60_000
        )
    }
}
