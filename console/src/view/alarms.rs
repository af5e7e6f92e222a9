//! Screen 9: what is wrong, what was acknowledged or snoozed, what is past, and the rules.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{
    alarm_detail, heading, put, slice, span,
    table::{self, Column, column},
    theme,
};
use crate::{
    model::{
        Model,
        alarm::{Alarm, CanTell, Rule, Section, notice::Urgency},
        clock::{age, time_of_day},
        layout::Layout,
        rows,
        ui::{Screen, visible},
    },
    text::{
        Align::{Left, Right},
        clean,
    },
};

const ALARMS: &[Column] = &[
    column("", 1, Left, 0),
    column("", 10, Left, 0),
    column("began", 8, Left, 2),
    column("lasts", 9, Right, 0),
    column("rule", 17, Left, 3),
    Column {
        grows_to: 200,
        ..column("what", 48, Left, 0)
    },
];

const RULES: &[Column] = &[
    column("", 1, Left, 0),
    column("", 3, Left, 0),
    column("rule", 17, Left, 0),
    column("threshold", 25, Left, 2),
    column("here", 8, Left, 0),
    Column {
        grows_to: 200,
        ..column("begins when", 20, Left, 1)
    },
];

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect, parts: Layout) {
    let names = rows::alarms::names(model);
    let list = model.ui.list_of(Screen::Alarms);
    let selected = rows::selected_index(list, &names, String::as_str);
    let columns = if model.ui.alarm_section == Section::Rules {
        RULES
    } else {
        ALARMS
    };
    let widths = table::widths(columns, usize::from(area.width));
    let mut lines = vec![title(model, area.width), table::header(columns, &widths)];
    let alarms = rows::alarms::alarms(model);
    let rules = rows::alarms::rules(model);
    for index in visible(names.len(), selected, parts.list) {
        let mark = if index == selected { ">" } else { " " };
        let cells = match (alarms.get(index), rules.get(index)) {
            (Some(alarm), _) => alarm_cells(model, alarm, mark),
            (None, Some(rule)) => rule_cells(model, *rule, mark),
            (None, None) => continue,
        };
        let line = table::row(columns, &widths, cells);
        lines.push(if index == selected {
            line.style(theme::STRONG)
        } else {
            line
        });
    }
    if names.is_empty() {
        let text = format!("   {}", nothing(model));
        lines.push(Line::from(span(text, theme::QUIET)));
    }
    put(frame, slice(area, 0, 2 + parts.list), lines);
    if parts.detail > 0 {
        let below = slice(area, 2 + parts.list, parts.detail + 1);
        let alarm = alarms.get(selected).copied();
        let rule = rules.get(selected).copied();
        alarm_detail::draw(model, alarm, rule, frame, below);
    }
}

/// `── alarms  [active 2]  acknowledged 0  snoozed 1  history 14  rules ──`
fn title(model: &Model, columns: u16) -> Line<'static> {
    let counts = model.alarms.counts();
    let mut parts = vec![span("alarms", theme::STRONG)];
    for section in Section::ALL {
        let count = match section {
            Section::Active => counts.active,
            Section::Acknowledged => counts.acknowledged,
            Section::Snoozed => counts.snoozed,
            Section::History => model.alarms.history().count(),
            Section::Rules => model.alarms.rules().count(),
        };
        let text = format!(" {} {count} ", section.title());
        let style = if section == model.ui.alarm_section {
            theme::SELECTED
        } else {
            Style::new()
        };
        parts.push(span(" ", Style::new()));
        parts.push(span(text, style));
    }
    if let Some(work) = model.alarms.maintenance() {
        let left = age(work.until_mono_ms.saturating_sub(model.now.mono_ms));
        let scope = clean(&work.scope.shown());
        parts.push(span(
            format!("   maintenance: {scope} muted for {left}"),
            theme::WARN,
        ));
    }
    if model.ui.alarm_section != Section::Rules {
        parts.extend(super::list_state(model, Screen::Alarms));
    }
    heading(columns, parts)
}

fn nothing(model: &Model) -> &'static str {
    if !model.ui.list_of(Screen::Alarms).filter.is_empty() {
        return "nothing passes the filter";
    }
    match model.ui.alarm_section {
        Section::Active => "no alarm: what could be evaluated here is listed under rules",
        Section::Acknowledged => "none is acknowledged",
        Section::Snoozed => "none is snoozed",
        Section::History => "none has ended since this console was started",
        Section::Rules => "no rule",
    }
}

/// Mark, word and style of an urgency.
pub(super) fn urgency(alarm: &Alarm) -> (String, Style) {
    let (mark, word, style) = match alarm.finding.urgency {
        Urgency::Critical => ("✕", "CRITICAL", theme::BAD),
        Urgency::Normal => ("▲", "warning", theme::WARN),
        Urgency::Low => ("·", "low", Style::new()),
    };
    if alarm.ended.is_some() {
        return (format!("● {word}"), theme::QUIET);
    }
    if alarm.is_calm() {
        return ("▲ flapping".to_owned(), theme::WARN);
    }
    (format!("{mark} {word}"), style)
}

fn alarm_cells(model: &Model, alarm: &Alarm, mark: &str) -> Vec<table::Cell> {
    let plain = if alarm.ended.is_some() {
        theme::QUIET
    } else {
        Style::new()
    };
    let note = if alarm.is_calm() {
        "not just now: "
    } else if alarm.is_flapping {
        "comes and goes: "
    } else if alarm.off_since_mono_ms.is_some() && alarm.ended.is_none() {
        "ending: "
    } else {
        ""
    };
    vec![
        (mark.to_owned(), theme::STRONG),
        urgency(alarm),
        (time_of_day(alarm.began.wall_ms), plain),
        (age(alarm.lasted_ms(model.now)), plain),
        (alarm.finding.rule.to_owned(), plain),
        (format!("{note}{}", clean(&alarm.finding.sentence)), plain),
    ]
}

fn rule_cells(model: &Model, rule: &dyn Rule, mark: &str) -> Vec<table::Cell> {
    let about = rule.about();
    let settings = model.alarms.settings().rule(about);
    let plain = Style::new();
    let threshold = about.threshold.map_or(String::new(), |threshold| {
        format!("{} {}", settings.threshold, threshold.unit)
    });
    let switch = if settings.enabled {
        ("on".to_owned(), plain)
    } else {
        ("off".to_owned(), theme::WARN)
    };
    vec![
        (mark.to_owned(), theme::STRONG),
        switch,
        (about.name.to_owned(), plain),
        (threshold, plain),
        here(&rule.can_tell(model)),
        (about.watches.to_owned(), plain),
    ]
}

/// Whether it can be evaluated here, in a mark and a word.
pub(super) fn here(can_tell: &CanTell) -> table::Cell {
    let (text, style) = match can_tell {
        CanTell::Yes => ("● yes", theme::GOOD),
        CanTell::Partly(_) => ("▲ partly", theme::WARN),
        CanTell::No(_) => ("? no", theme::WARN),
    };
    (text.to_owned(), style)
}

/// A cell as a span.
pub(super) fn as_span((text, style): table::Cell) -> Span<'static> {
    span(text, style)
}
