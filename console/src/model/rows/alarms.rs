//! The alarms, or the rules, in the order drawn.

use std::cmp::Reverse;

use super::turned;
use crate::model::{
    Model,
    alarm::{Alarm, Rule, Section},
    ui::Screen,
};

/// The alarms of the shown section; none where the rules are shown.
#[must_use]
pub fn alarms(model: &Model) -> Vec<&Alarm> {
    let list = model.ui.list_of(Screen::Alarms);
    let section = model.ui.alarm_section;
    let mut rows: Vec<&Alarm> = match section {
        Section::History => model.alarms.history().rev().collect(),
        Section::Rules => Vec::new(),
        _ => {
            let active = model.alarms.active();
            active
                .filter(|alarm| Section::of(alarm) == section)
                .collect()
        }
    };
    rows.retain(|alarm| list.filter.is_empty() || list.filter.passes(&text(alarm)));
    rows.sort_by(|a, b| {
        let by_time = || Reverse(a.began.mono_ms).cmp(&Reverse(b.began.mono_ms));
        let by = match list.sort {
            't' => by_time(),
            'r' => a.finding.rule.cmp(b.finding.rule).then_with(by_time),
            _ => b.finding.urgency.cmp(&a.finding.urgency).then_with(by_time),
        };
        turned(by, list)
    });
    rows
}

/// The rules, where they are shown.
#[must_use]
pub fn rules(model: &Model) -> Vec<&dyn Rule> {
    if model.ui.alarm_section != Section::Rules {
        return Vec::new();
    }
    let filter = &model.ui.list_of(Screen::Alarms).filter;
    let rules = model.alarms.rules();
    rules
        .filter(|rule| {
            let about = rule.about();
            filter.is_empty() || filter.passes(&format!("{} {}", about.name, about.watches))
        })
        .collect()
}

/// The selected alarm, where screen 9 is shown.
#[must_use]
pub fn selected(model: &Model) -> Option<&Alarm> {
    if model.ui.screen != Screen::Alarms {
        return None;
    }
    let rows = alarms(model);
    let names: Vec<String> = rows.iter().map(|alarm| name(alarm)).collect();
    let at = super::selected_index(model.ui.list_of(Screen::Alarms), &names, String::as_str);
    rows.get(at).copied()
}

/// The name by which each row is selected.
#[must_use]
pub fn names(model: &Model) -> Vec<String> {
    match model.ui.alarm_section {
        Section::Rules => rules(model)
            .iter()
            .map(|rule| rule.about().name.to_owned())
            .collect(),
        _ => alarms(model).into_iter().map(name).collect(),
    }
}

/// An alarm of the past is one of several with its key.
#[must_use]
pub fn name(alarm: &Alarm) -> String {
    format!("{}@{}", alarm.key, alarm.began.mono_ms)
}

fn text(alarm: &Alarm) -> String {
    format!(
        "{} {} {}",
        alarm.key, alarm.finding.title, alarm.finding.sentence
    )
}
