//! The bottom: what the console itself costs, and the keys; or the line that is being typed.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{put, replay, span, theme};
use crate::{
    action::{Gate, Stage},
    keymap::Action,
    model::{
        Model,
        clock::age,
        session::Link,
        ui::{Mode, Overlay, SAID_FOR_MS, Screen},
    },
    text::{clean, count, cut, many, width},
};

/// Why there is no session, cut to so many columns.
const REASON_WIDTH: usize = 72;

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let columns = usize::from(area.width);
    if let Some(gate) = model.recovery.shown() {
        put(frame, area, under_gate(model, gate, area));
        return;
    }
    let keys = match model.ui.mode {
        // Its title says which keys it takes; those of the screen behind it are asleep.
        Mode::Normal if matches!(model.ui.overlay, Some(Overlay::Dialog(_) | Overlay::Find)) => {
            Line::from(vec![
                span(" Esc", theme::STRONG),
                span(" back   ", Style::new()),
                span("Ctrl-C", theme::STRONG),
                span(" quits the console", Style::new()),
            ])
        }
        Mode::Normal => keys(model, columns),
        Mode::Filter => typing(model),
        Mode::Sort => sorting(model),
        Mode::Snooze => snoozing(model),
        Mode::ListWatches => list_watches(model),
        Mode::Hook => hooks(model),
    };
    let lines = if area.height >= 3 {
        vec![
            Line::from(span("─".repeat(columns), theme::QUIET)),
            said(model)
                .or_else(|| replay::bar(model, columns))
                .unwrap_or_else(|| load(model)),
            keys,
        ]
    } else {
        vec![
            said(model)
                .or_else(|| replay::bar(model, columns))
                .unwrap_or(keys),
        ]
    };
    put(frame, area, lines);
}

/// The alarms stay where they are, and the keys are the gate's.
fn under_gate(model: &Model, gate: &Gate, area: Rect) -> Vec<Line<'static>> {
    let keys: &[(&str, &str)] = match gate.stage {
        Stage::Polling | Stage::Rechecking => &[("Esc", "cancels")],
        Stage::Shown => &[
            ("Esc", "cancels"),
            ("Tab", "next field"),
            ("PgUp PgDn", "scroll"),
        ],
        Stage::Holding { .. } => &[("Esc", "takes it back")],
        Stage::Acting { .. } => &[
            ("Esc 0-9", "leaves, it goes on"),
            ("s", "no further step"),
            ("PgUp PgDn", "scroll"),
        ],
        Stage::Ended(_) => &[("Enter Esc", "closes"), ("PgUp PgDn", "scroll")],
    };
    let mut spans = Vec::new();
    for (key, does) in keys {
        spans.push(span(format!(" {key}"), theme::STRONG));
        spans.push(span(format!(" {does} "), Style::new()));
    }
    if area.height >= 3 {
        let rule = span("─".repeat(usize::from(area.width)), theme::QUIET);
        return vec![Line::from(rule), load(model), Line::from(spans)];
    }
    spans.extend(alarms(model));
    vec![Line::from(spans)]
}

/// What a key has just done.
fn said(model: &Model) -> Option<Line<'static>> {
    let said = model.ui.said.as_ref()?;
    if model.now.mono_ms.saturating_sub(said.at_mono_ms) >= SAID_FOR_MS {
        return None;
    }
    let (mark, style) = if said.is_fault {
        ("▲", theme::WARN)
    } else {
        ("●", theme::GOOD)
    };
    Some(Line::from(vec![
        span(format!(" {mark} "), style),
        span(clean(&said.text), Style::new()),
    ]))
}

/// ` alarms 1 ▲  1 acked  0 snoozed`
fn alarms(model: &Model) -> [Span<'static>; 3] {
    let counts = model.alarms.counts();
    let (mark, style) = match (counts.critical, counts.active) {
        (0, 0) => ("", Style::new()),
        (0, _) => (" ▲", theme::WARN),
        _ => (" ✕", theme::BAD),
    };
    [
        span(" alarms ", theme::QUIET),
        span(format!("{}{mark}", counts.active), style),
        span(
            format!(
                "  {} acked  {} snoozed   ",
                counts.acknowledged, counts.snoozed
            ),
            theme::QUIET,
        ),
    ]
}

fn load(model: &Model) -> Line<'static> {
    let session = match model.session.link {
        Link::Connected { .. } => "1 session",
        Link::Connecting | Link::Lost { .. } => "no session",
    };
    let streams = match model.load.streams {
        0 => String::new(),
        1 => ", 1 event stream".to_owned(),
        n => format!(", {n} event streams"),
    };
    let rate = model
        .load
        .requests_per_s
        .map_or("?".to_owned(), |rate| format!("{rate:.1}"));
    let mut spans = alarms(model).to_vec();
    if let Link::Lost { why } = &model.session.link {
        let why = cut(&clean(why), REASON_WIDTH);
        spans.push(span(format!("no session: {why}   "), theme::WARN));
    }
    spans.push(span("our load: ", theme::QUIET));
    let watches = many(model.load.watches as u64, "watch", "watches");
    // The rate and the session are what costs most: they stand in a narrow window too.
    let text = if model.ui.window.0 >= 100 {
        format!("{rate} requests/s to all members, {session}, {watches}{streams}")
    } else {
        format!("{rate} requests/s, {session}, {watches}")
    };
    spans.push(span(text, Style::new()));
    Line::from(spans)
}

/// The keys of this screen. Where they do not fit, the screens are one entry, so that repairing,
/// help and the way out are still there.
fn keys(model: &Model, columns: usize) -> Line<'static> {
    let screen = model.ui.screen;
    let mut entries: Vec<(String, &'static str, Action)> = Vec::new();
    for line in model.keys.on(screen) {
        if let Some(word) = line.binding.footer {
            entries.push((line.shown.to_string(), word, line.binding.action));
        }
    }
    let out = entries
        .iter()
        .position(|(.., action)| *action == Action::Leave);
    let needed: usize = entries
        .iter()
        .take(out.map_or(0, |at| at + 1))
        .map(|(shown, word, _)| width(shown) + width(word) + 2)
        .sum();
    if needed > columns {
        let is_one_of_many = |action: Action| match action {
            Action::Show(other) => other != screen && other != Screen::Recover,
            _ => false,
        };
        let mut many = entries.iter().filter(|entry| is_one_of_many(entry.2));
        if let (Some(first), Some(last)) = (many.next(), many.next_back()) {
            let shown = format!("{}-{}", first.0, last.0);
            entries.retain(|entry| !is_one_of_many(entry.2));
            entries.insert(0, (shown, "screens", Action::Help));
        }
    }
    let mut spans: Vec<Span<'static>> = Vec::new();
    let mut used = 0;
    for (shown, word, action) in entries {
        let entry = width(&shown) + width(word) + 2;
        if used + entry > columns {
            break;
        }
        used += entry;
        let style = match action == Action::Show(screen) {
            true => theme::SELECTED,
            false => Style::new(),
        };
        spans.push(span(format!(" {shown}"), theme::STRONG));
        spans.push(span(" ", Style::new()));
        spans.push(span(word, style));
    }
    Line::from(spans)
}

fn typing(model: &Model) -> Line<'static> {
    Line::from(vec![
        span(" /", theme::STRONG),
        span(clean(&model.ui.list().filter.0), Style::new()),
        span(" ", theme::SELECTED),
        span(
            "   Enter keeps it   Esc clears it   ! first inverts",
            theme::QUIET,
        ),
    ])
}

fn sorting(model: &Model) -> Line<'static> {
    let mut spans = vec![span(" sort by ", theme::STRONG)];
    for (letter, column) in model.ui.screen.sorts() {
        spans.push(span(format!("  {letter} "), theme::STRONG));
        spans.push(span(*column, Style::new()));
    }
    Line::from(spans)
}

/// What listing all watches costs, before it is asked for.
fn list_watches(model: &Model) -> Line<'static> {
    let told = |address: &str| model.survey.watch_summary(address).map(|all| all.watches);
    let watches: u64 = model
        .members
        .iter()
        .filter_map(|member| {
            let facts = member.facts.watches.and_then(|n| u64::try_from(n).ok());
            told(&member.address).or(facts)
        })
        .sum();
    Line::from(vec![
        span(" y ", theme::STRONG),
        span(
            format!(
                "each member walks its watches, {} in all, and serves nobody meanwhile",
                count(watches)
            ),
            Style::new(),
        ),
        span("   Esc does not", theme::QUIET),
    ])
}

fn hooks(model: &Model) -> Line<'static> {
    let mut spans = vec![span(" run ", theme::STRONG)];
    for (number, name) in (1..=9).zip(model.hooks.keys()) {
        spans.push(span(format!("  {number} "), theme::STRONG));
        spans.push(span(clean(name), Style::new()));
    }
    spans.push(span("   Esc takes it back", theme::QUIET));
    Line::from(spans)
}

fn snoozing(model: &Model) -> Line<'static> {
    let mut spans = vec![span(" snooze for ", theme::STRONG)];
    let choices = model.alarms.settings().snooze_minutes;
    for (number, minutes) in (1..).zip(choices) {
        spans.push(span(format!("  {number} "), theme::STRONG));
        spans.push(span(age(minutes * 60_000), Style::new()));
    }
    spans.push(span("   Esc takes it back", theme::QUIET));
    Line::from(spans)
}
