//! From findings to alarms: begun after the rule's debounce, ended after its hold-off; one that
//! comes and goes is `flapping`.

use std::collections::BTreeSet;

use super::{
    Alarms, HISTORY_KEPT,
    evidence::Evidence,
    finding::Finding,
    flapping,
    notice::Notice,
    record::{Alarm, Ending},
    rule::About,
    telling::Change,
};
use crate::model::{Model, clock::Now};

/// What observing led to.
#[derive(Debug, Default)]
pub struct Observed {
    /// Something that screen 9 draws has changed, ages aside.
    pub is_news: bool,
    /// What is to be told.
    pub notices: Vec<Notice>,
}

impl Alarms {
    /// Looks at the model by every rule that is on.
    pub fn observe(&mut self, model: &Model) -> Observed {
        let now = model.now;
        let sight = self.vantage.observe(model);
        let evidence = Evidence::of(model, sight.own_pause);
        let mut changes = Vec::new();
        for index in 0..self.rules.len() {
            let about = self.rules[index].about();
            let settings = self.settings.rule(about);
            let cannot_see = sight.is_afar && about.needs_page;
            if cannot_see || sight.is_blind && !about.judges_the_console {
                // Neither begun nor ended: what is not seen is no evidence for either.
                self.forget_pending(about);
                if evidence.own_pause {
                    self.rules[index].check(&evidence, settings.threshold);
                }
                continue;
            }
            let findings = if settings.enabled {
                self.rules[index].check(&evidence, settings.threshold)
            } else {
                Vec::new()
            };
            let may_end = !(sight.is_warming && about.needs_page);
            self.take_in(about, findings, now, may_end, &mut changes);
        }
        self.calm_down(now, &mut changes);
        let notices = self.tell(model, &changes);
        Observed {
            is_news: !changes.is_empty() || !notices.is_empty(),
            notices,
        }
    }

    /// Lets the rules hear a heartbeat that told nothing new.
    pub fn hear(&mut self, model: &Model) {
        for rule in &mut self.rules {
            rule.hear(model);
        }
    }

    fn forget_pending(&mut self, about: &About) {
        let prefix = format!("{}/", about.name);
        if !self.pending.is_empty() {
            self.pending.retain(|key, _| !key.starts_with(&prefix));
        }
    }

    /// One rule's findings of this moment.
    fn take_in(
        &mut self,
        about: &About,
        findings: Vec<Finding>,
        now: Now,
        may_end: bool,
        changes: &mut Vec<Change>,
    ) {
        let mut found = BTreeSet::new();
        for finding in findings {
            let key = finding.key();
            found.insert(key.clone());
            let known = self.active.iter_mut().find(|alarm| alarm.key == key);
            if let Some(alarm) = known {
                // While its end waits for the hold-off it has not ended, and does not begin.
                let is_new_stay = alarm.found_again(finding, now, about.hold_off_ms);
                if alarm.is_flapping {
                    changes.extend(flapping::stays(alarm, about, now));
                    if is_new_stay {
                        self.note_beginning(&key, now.mono_ms);
                    }
                }
                continue;
            }
            let since = *self.pending.entry(key.clone()).or_insert(now.mono_ms);
            if now.mono_ms.saturating_sub(since) >= about.debounce_ms {
                self.pending.remove(&key);
                self.begin(key, finding, now, changes);
            }
        }
        let prefix = format!("{}/", about.name);
        self.pending
            .retain(|key, _| found.contains(key) || !key.starts_with(&prefix));
        for alarm in &mut self.active {
            let is_gone = alarm.finding.rule == about.name && !found.contains(&alarm.key);
            if is_gone && may_end {
                alarm.off_since_mono_ms.get_or_insert(now.mono_ms);
            }
        }
        self.end_those_that_are_over(about, now, changes);
    }

    fn begin(&mut self, key: String, finding: Finding, now: Now, changes: &mut Vec<Change>) {
        let beginnings = self.note_beginning(&key, now.mono_ms);
        let mut alarm = Alarm::new(finding, now);
        alarm.is_flapping = beginnings >= flapping::BEGINNINGS;
        changes.push(if alarm.is_flapping {
            Change::Flaps(key)
        } else {
            Change::Began(key)
        });
        self.active.push(alarm);
    }

    fn end_those_that_are_over(&mut self, about: &About, now: Now, changes: &mut Vec<Change>) {
        let mut index = 0;
        while let Some(alarm) = self.active.get(index) {
            let is_over = alarm.finding.rule == about.name
                && alarm.off_since_mono_ms.is_some_and(|off| {
                    let hold_off_ms = match self.successor(about, alarm) {
                        _ if alarm.is_flapping => flapping::HOLD_OFF_MS,
                        Some(_) => 0,
                        None => about.hold_off_ms,
                    };
                    now.mono_ms.saturating_sub(off) >= hold_off_ms
                });
            if !is_over {
                index += 1;
                continue;
            }
            let ending = match self.successor(about, alarm) {
                Some(rule) => Ending::Became(rule),
                None => Ending::Over,
            };
            let mut alarm = self.active.remove(index);
            alarm.ended = Some((now, ending));
            changes.push(Change::Ended {
                key: alarm.key.clone(),
                began_mono_ms: alarm.began.mono_ms,
            });
            if self.history.len() == HISTORY_KEPT {
                self.history.pop_front();
            }
            self.history.push_back(alarm);
        }
    }

    /// The rule whose alarm on the same subject has taken this one's place.
    fn successor(&self, about: &About, alarm: &Alarm) -> Option<&'static str> {
        let rule = about.becomes?;
        self.active
            .iter()
            .any(|other| {
                other.finding.rule == rule && other.finding.subject == alarm.finding.subject
            })
            .then_some(rule)
    }
}
