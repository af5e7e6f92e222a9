//! Below the alarms: why, what to do, and who was told by which channel and how fast.

use ratatui::{Frame, layout::Rect, style::Style, text::Line};

use super::{
    alarms::{as_span, here, urgency},
    heading, put, span, theme,
};
use crate::{
    model::{
        Model,
        alarm::{
            Alarm, CanTell, Ending, Rule,
            notice::{Delivery, Occasion, said},
        },
        chosen::runbook,
        clock::{age, time_of_day},
    },
    text::{Align, clean, fit, wrap},
};

/// Where the lines' text begins, behind their names.
const INDENT: usize = 11;

pub(super) fn draw(
    model: &Model,
    alarm: Option<&Alarm>,
    rule: Option<&dyn Rule>,
    frame: &mut Frame<'_>,
    area: Rect,
) {
    let columns = usize::from(area.width);
    let (title, body) = match (alarm, rule) {
        (Some(alarm), _) => (alarm_title(alarm), alarm_body(model, alarm, columns)),
        (None, Some(rule)) => (rule_title(model, rule), rule_body(model, rule, columns)),
        (None, None) => (
            vec![span("told", theme::STRONG)],
            vec![line(
                "",
                "T sends a test alarm by every channel.".to_owned(),
            )],
        ),
    };
    let mut body = body;
    body.extend(test_lines(model, columns));
    let room = usize::from(area.height).saturating_sub(1);
    let from = model.ui.scroll.min(body.len().saturating_sub(room));
    let mut lines = vec![heading(area.width, title)];
    lines.extend(body.into_iter().skip(from).take(room));
    put(frame, area, lines);
}

fn alarm_title(alarm: &Alarm) -> Vec<ratatui::text::Span<'static>> {
    let (mark, style) = urgency(alarm);
    let mut parts = vec![
        span(clean(&alarm.finding.title), theme::STRONG),
        span(format!("   {mark}"), style),
    ];
    // One that is away for the moment says so already.
    if alarm.is_flapping && !alarm.is_calm() {
        parts.push(span("   flapping", theme::WARN));
    }
    parts
}

fn alarm_body(model: &Model, alarm: &Alarm, columns: usize) -> Vec<Line<'static>> {
    let is_there = alarm.off_since_mono_ms.is_none() && alarm.ended.is_none();
    let what = if is_there { "what" } else { "was" };
    let mut lines = named(what, &alarm.finding.sentence, columns);
    if let Some(gone) = gone(model, alarm) {
        lines.extend(named("now", &gone, columns));
    }
    lines.extend(named("suggested", &alarm.finding.suggestion.words, columns));
    for (index, why) in alarm.finding.why.iter().enumerate() {
        lines.extend(named(if index == 0 { "why" } else { "" }, why, columns));
    }
    if let Some(url) = runbook(model, alarm) {
        lines.extend(named("runbook", &format!("{url}   (c copies)"), columns));
    }
    lines.extend(named("told", &told(alarm), columns));
    if let Some(acknowledged) = &alarm.acknowledged {
        let text = format!(
            "by {} at {}",
            acknowledged.by,
            time_of_day(acknowledged.at.wall_ms)
        );
        lines.extend(named("seen", &text, columns));
    }
    if let Some(until) = alarm.snoozed_until_mono_ms {
        let left = age(until.saturating_sub(model.now.mono_ms));
        lines.extend(named("snoozed", &format!("for {left} more"), columns));
    }
    if let Some((at, ending)) = alarm.ended {
        let how = match ending {
            Ending::Over => "it is over".to_owned(),
            Ending::Became(rule) => format!("it became {rule}"),
        };
        let text = format!("{}: {how}", time_of_day(at.wall_ms));
        lines.extend(named("ended", &text, columns));
    }
    lines
}

/// Of one that is found no more and has not ended: for how long, and what its end waits for.
fn gone(model: &Model, alarm: &Alarm) -> Option<String> {
    let since = alarm.off_since_mono_ms.filter(|_| alarm.ended.is_none())?;
    let off = age(model.now.mono_ms.saturating_sub(since));
    let waits = match alarm.is_flapping {
        true => "it comes and goes, and so ends after a while without",
        false => "it ends once that has lasted",
    };
    Some(format!("not found any more for {off}: {waits}"))
}

/// `14:02:38 began: desktop in 12 ms, webhook: no answer`
fn told(alarm: &Alarm) -> String {
    if alarm.tellings.is_empty() {
        return "nobody: it began under maintenance".to_owned();
    }
    let one = |telling: &crate::model::alarm::Telling| {
        let by = alarm
            .deliveries
            .iter()
            .filter(|delivery| delivery.notice == telling.number);
        let channels = channels(by);
        let what = match telling.occasion {
            Occasion::Began => "began",
            Occasion::Reminder => "reminder",
            Occasion::Ended => "ended",
            Occasion::Flood => "in a flood",
            Occasion::Test => "test",
        };
        format!("{} {what}: {channels}", time_of_day(telling.at.wall_ms))
    };
    // The newest first: the list may be longer than the room.
    let all: Vec<String> = alarm.tellings.iter().rev().map(one).collect();
    all.join("; ")
}

fn channels<'a>(deliveries: impl Iterator<Item = &'a Delivery>) -> String {
    let all = said(deliveries);
    if all.is_empty() {
        "on this screen alone so far".to_owned()
    } else {
        clean(&all)
    }
}

fn test_lines(model: &Model, columns: usize) -> Vec<Line<'static>> {
    let Some(test) = model.alarms.test() else {
        return Vec::new();
    };
    let text = format!(
        "{}: {}",
        time_of_day(test.at.wall_ms),
        channels(test.deliveries.iter())
    );
    named("test alarm", &text, columns)
}

fn rule_title(model: &Model, rule: &dyn Rule) -> Vec<ratatui::text::Span<'static>> {
    vec![
        span(rule.about().name, theme::STRONG),
        span("   evaluated here: ", theme::QUIET),
        as_span(here(&rule.can_tell(model))),
    ]
}

fn rule_body(model: &Model, rule: &dyn Rule, columns: usize) -> Vec<Line<'static>> {
    let about = rule.about();
    let settings = model.alarms.settings().rule(about);
    let mut lines = named("begins", about.watches, columns);
    match rule.can_tell(model) {
        CanTell::Yes => {}
        CanTell::Partly(why) => lines.extend(named("partly", &why, columns)),
        CanTell::No(why) => lines.extend(named("not here", &why, columns)),
    }
    let mut timing = match about.debounce_ms {
        0 => "at once".to_owned(),
        ms => format!("once it has lasted {}", age(ms)),
    };
    timing.push_str(&format!(
        "; over after {} without it",
        age(about.hold_off_ms)
    ));
    lines.extend(named("told", &timing, columns));
    let set = match about.threshold {
        Some(threshold) => format!(
            "[alarms.rules.{}] enabled = {}, threshold = {} ({} to {} {})",
            about.name,
            settings.enabled,
            settings.threshold,
            threshold.least,
            threshold.most,
            threshold.unit
        ),
        None => format!(
            "[alarms.rules.{}] enabled = {}",
            about.name, settings.enabled
        ),
    };
    lines.extend(named("set by", &format!("console.toml {set}"), columns));
    lines
}

/// A named line, broken where it must be.
fn named(name: &str, text: &str, columns: usize) -> Vec<Line<'static>> {
    let room = columns.saturating_sub(INDENT + 2);
    wrap(&clean(text), room)
        .into_iter()
        .enumerate()
        .map(|(index, text)| line(if index == 0 { name } else { "" }, text))
        .collect()
}

fn line(name: &str, text: String) -> Line<'static> {
    Line::from(vec![
        span(format!(" {}", fit(name, INDENT, Align::Left)), theme::QUIET),
        span(text, Style::new()),
    ])
}
