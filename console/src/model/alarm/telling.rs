//! What of all this is said aloud: what begins together is one notice, a flood is one notice,
//! and nothing is told of what is snoozed or under maintenance, and little of what is flapping.

use super::{
    Alarms, TestAlarm,
    flood::{Draft, FLOOD},
    maintenance::Maintenance,
    notice::{Notice, Occasion, Urgency},
    record::{Alarm, Ending, Telling},
};
use crate::model::{
    Model,
    clock::{Now, age},
};

/// Sentences in one notice; it says how many more there are.
const SENTENCES: usize = 4;

/// What has changed in one observation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Began(String),
    /// It has begun for the third time in a while, or more often: said once.
    Flaps(String),
    /// It flaps, is there again, and stops the ensemble or nearly.
    BeganAgain(String),
    /// It flaps, and is there for longer than flapping is.
    Stays(String),
    Ended {
        key: String,
        began_mono_ms: u64,
    },
    /// It flaps no more; its end is told when it has one.
    Calmed,
}

impl Alarms {
    /// Turns what has changed, and what has fallen due, into notices.
    pub(super) fn tell(&mut self, model: &Model, changes: &[Change]) -> Vec<Notice> {
        let now = model.now;
        let maintenance = self.maintenance.take();
        self.maintenance = maintenance.filter(|work| now.mono_ms < work.until_mono_ms);
        let mut began = Vec::new();
        for change in changes {
            match change {
                Change::Began(key) => match self.active.iter_mut().find(|one| one.key == *key) {
                    Some(alarm) if is_mute(self.maintenance.as_ref(), alarm) => {
                        alarm.is_owed = true;
                    }
                    _ => began.push(key.clone()),
                },
                Change::Flaps(_)
                | Change::BeganAgain(_)
                | Change::Stays(_)
                | Change::Ended { .. }
                | Change::Calmed => {}
            }
        }
        began.extend(self.owed());
        let mut notices = Vec::new();
        self.tell_beginnings(model, &began, &mut notices);
        self.tell_flapping(model, changes, &mut notices);
        self.tell_ends(model, changes, &mut notices);
        self.tell_what_is_due(model, &mut notices);
        notices
    }

    /// A test alarm: never part of a flood, and told under maintenance too.
    pub fn send_test(&mut self, model: &Model) -> Notice {
        let draft = Draft {
            occasion: Occasion::Test,
            urgency: Urgency::Normal,
            alarm: String::new(),
            title: "test alarm".to_owned(),
            body: "Nothing is wrong: the operator is trying the channels.".to_owned(),
        };
        let notice = self.teller.numbered_notice(model, draft);
        self.test = Some(TestAlarm {
            number: notice.number,
            at: model.now,
            deliveries: Vec::new(),
        });
        notice
    }

    /// Those that began under maintenance and still last.
    fn owed(&mut self) -> Vec<String> {
        let mut keys = Vec::new();
        let maintenance = self.maintenance.as_ref();
        let owed = self.active.iter_mut();
        let owed = owed.filter(|alarm| alarm.is_owed && !alarm.is_calm());
        for alarm in owed.filter(|alarm| !is_mute(maintenance, alarm)) {
            alarm.is_owed = false;
            keys.push(alarm.key.clone());
        }
        keys
    }

    fn tell_beginnings(&mut self, model: &Model, keys: &[String], notices: &mut Vec<Notice>) {
        let mut told: Vec<&Alarm> = keys.iter().filter_map(|key| self.get(key)).collect();
        // The worst gives the title; the sort keeps the order among equals.
        told.sort_by_key(|alarm| std::cmp::Reverse(alarm.finding.urgency));
        let Some(worst) = told.first() else { return };
        let sentences = told.iter().map(|alarm| alarm.finding.sentence.as_str());
        let draft = Draft {
            occasion: if told.len() > FLOOD {
                Occasion::Flood
            } else {
                Occasion::Began
            },
            urgency: worst.finding.urgency,
            alarm: worst.key.clone(),
            title: and_more(&worst.finding.title, told.len()),
            body: joined(sentences, told.len()),
        };
        self.deliver(model, Occasion::Began, keys, draft, notices);
    }

    fn tell_ends(&mut self, model: &Model, changes: &[Change], notices: &mut Vec<Notice>) {
        let ended = |alarm: &&Alarm| {
            changes.iter().any(|change| {
                matches!(change, Change::Ended { key, began_mono_ms }
                    if *key == alarm.key && *began_mono_ms == alarm.began.mono_ms)
            })
        };
        let newest = self.history.len().saturating_sub(changes.len());
        let mut told: Vec<&Alarm> = self
            .history
            .iter()
            .skip(newest)
            .filter(ended)
            // What was never told needs no end, and what is snoozed is not wanted.
            .filter(|alarm| !alarm.tellings.is_empty() && alarm.snoozed_until_mono_ms.is_none())
            .filter(|alarm| matches!(alarm.ended, Some((_, Ending::Over))))
            .filter(|alarm| !is_mute(self.maintenance.as_ref(), alarm))
            .collect();
        told.sort_by_key(|alarm| std::cmp::Reverse(alarm.finding.urgency));
        let Some(worst) = told.first() else { return };
        let sentences = told.iter().map(|alarm| {
            format!(
                "{}, for {}.",
                alarm.finding.title,
                age(alarm.lasted_ms(model.now))
            )
        });
        let draft = Draft {
            occasion: Occasion::Ended,
            urgency: Urgency::Low,
            alarm: worst.key.clone(),
            title: and_more(&format!("over: {}", worst.finding.title), told.len()),
            body: joined(sentences, told.len()),
        };
        let keys: Vec<String> = told.iter().map(|alarm| alarm.key.clone()).collect();
        self.deliver(model, Occasion::Ended, &keys, draft, notices);
    }

    /// Reminders, and snoozes that are over.
    fn tell_what_is_due(&mut self, model: &Model, notices: &mut Vec<Notice>) {
        let now_ms = model.now.mono_ms;
        let reminder_ms = self.settings.reminder_ms();
        let mut due = Vec::new();
        for alarm in &mut self.active {
            let wakes = alarm
                .snoozed_until_mono_ms
                .is_some_and(|until| now_ms >= until);
            if wakes {
                alarm.snoozed_until_mono_ms = None;
            }
            let is_on = alarm.off_since_mono_ms.is_none();
            let is_quiet = alarm.snoozed_until_mono_ms.is_some() || alarm.acknowledged.is_some();
            let is_reminded =
                self.rules.iter().any(|rule| {
                    rule.about().name == alarm.finding.rule && rule.about().is_reminded
                }) && alarm
                    .last_told_mono_ms()
                    .is_some_and(|told| now_ms.saturating_sub(told) >= reminder_ms);
            let is_mute = is_mute(self.maintenance.as_ref(), alarm);
            if !is_mute && is_on && (wakes || (is_reminded && !is_quiet)) {
                due.push(alarm.key.clone());
            }
        }
        for key in due {
            let Some(alarm) = self.get(&key) else {
                continue;
            };
            let draft = Draft {
                occasion: Occasion::Reminder,
                urgency: alarm.finding.urgency,
                alarm: key.clone(),
                title: format!("still: {}", alarm.finding.title),
                body: format!(
                    "For {}: {}",
                    age(alarm.lasted_ms(model.now)),
                    alarm.finding.sentence
                ),
            };
            self.deliver(model, Occasion::Reminder, &[key], draft, notices);
        }
    }

    /// Sends a draft, and notes with each alarm by which notice it was told.
    pub(super) fn deliver(
        &mut self,
        model: &Model,
        occasion: Occasion,
        keys: &[String],
        draft: Draft,
        notices: &mut Vec<Notice>,
    ) {
        let at: Now = model.now;
        let (number, notice) = self.teller.send(model, draft);
        let telling = Telling {
            number,
            at,
            occasion,
        };
        for alarm in self.active.iter_mut().chain(&mut self.history) {
            let is_meant = match (occasion, alarm.ended) {
                (Occasion::Ended, Some((ended, _))) => ended == at,
                (Occasion::Ended, None) | (_, Some(_)) => false,
                (_, None) => true,
            };
            if is_meant && keys.contains(&alarm.key) {
                alarm.told(telling);
            }
        }
        notices.extend(notice);
    }
}

/// Whether nothing is told of it, as it is being worked on.
pub(super) fn is_mute(maintenance: Option<&Maintenance>, alarm: &Alarm) -> bool {
    maintenance.is_some_and(|work| work.mutes(alarm))
}

pub(super) fn and_more(title: &str, all: usize) -> String {
    match all {
        0 | 1 => title.to_owned(),
        n => format!("{title} (and {} more)", n - 1),
    }
}

pub(super) fn joined<T: AsRef<str>>(sentences: impl Iterator<Item = T>, all: usize) -> String {
    let shown: Vec<String> = sentences
        .take(SENTENCES)
        .map(|sentence| sentence.as_ref().to_owned())
        .collect();
    let mut body = shown.join(" ");
    if all > SENTENCES {
        body.push_str(&format!(" {} more on screen 9.", all - SENTENCES));
    }
    body
}
