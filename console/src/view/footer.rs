//! The bottom: what the console itself costs, and the keys; or the line that is being typed.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{put, replay, span, theme};
use crate::{
    action::{End, Gate, Stage},
    keymap::Action,
    model::{
        Model,
        clock::age,
        member::Member,
        session::Link,
        ui::{Mode, Overlay, SAID_FOR_MS, Screen},
    },
    text::{clean, count, cut, many, width, wrap},
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
            asleep()
        }
        Mode::Normal if matches!(model.ui.overlay, Some(Overlay::Break(_))) => asleep(),
        Mode::Normal => keys(model, columns),
        Mode::Filter => typing(model),
        Mode::Sort => sorting(model),
        Mode::Snooze => snoozing(model),
        Mode::ListWatches => list_watches(model),
        Mode::Hook => hooks(model),
    };
    let lines = if area.height >= 3 {
        let rule = Line::from(span("─".repeat(columns), theme::QUIET));
        match (replay::bar(model, columns), said(model)) {
            // Time may stand still there, and the words with it: they leave the bar in its place.
            (Some(bar), said) => vec![said.unwrap_or(rule), bar, keys],
            (None, None) => vec![rule, load(model), keys],
            (None, Some(said)) => {
                let mut told = beside_alarms(model, said, columns);
                // It takes the keys' line where it needs it, for as long as it stands.
                if told.len() < 2 {
                    told.push(keys);
                }
                [vec![rule], told].concat()
            }
        }
    } else {
        vec![
            said(model)
                .or_else(|| replay::bar(model, columns))
                .unwrap_or(keys),
        ]
    };
    put(frame, area, lines);
}

fn asleep() -> Line<'static> {
    Line::from(vec![
        span(" Esc", theme::STRONG),
        span(" back   ", Style::new()),
        span("Ctrl-C", theme::STRONG),
        span(" quits the console", Style::new()),
    ])
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
        Stage::Ended(End::Refused { .. } | End::Aborted { .. }) if sums_up(gate) => &[
            ("Enter Esc", "closes"),
            ("PgUp PgDn", "scroll"),
            ("d", "errors in full"),
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

/// Whether a check has an error to be read in full.
fn sums_up(gate: &Gate) -> bool {
    let judgements = gate.judgement.iter();
    let mut checks = judgements.flat_map(|one| one.hard.iter().chain(&one.soft));
    checks.any(|check| check.in_full.is_some())
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

/// What a key has done never covers the alarms: they stand before it. In two lines where it may
/// be a path that is to be read to its end.
fn beside_alarms(model: &Model, said: Line<'static>, columns: usize) -> Vec<Line<'static>> {
    let counts = model.alarms.counts();
    let mut spans = Vec::new();
    if counts.active > 0 {
        let [label, active, _] = alarms(model);
        spans.extend([label, active, Span::raw(" ")]);
    }
    spans.extend(said.spans);
    let Some(text) = spans.pop() else {
        return Vec::new();
    };
    let used: usize = spans.iter().map(|span| width(&span.content)).sum();
    let room = columns.saturating_sub(used).max(1);
    let first = wrap(&text.content, room).into_iter().next();
    let first = first.filter(|first| text.content.starts_with(first.as_str()));
    let (first, rest) = text
        .content
        .split_at(first.map_or(text.content.len(), |first| first.len()));
    spans.push(Span::styled(first.to_owned(), text.style));
    let mut lines = vec![Line::from(spans)];
    let rest = rest.trim_start();
    if !rest.is_empty() {
        let rest = cut(rest, columns.saturating_sub(1));
        lines.push(Line::from(span(format!(" {rest}"), text.style)));
    }
    lines
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
    let mut spans = alarms(model).to_vec();
    if let Link::Lost { why } = &model.session.link {
        let why = cut(&clean(why), REASON_WIDTH);
        spans.push(span(format!("no session: {why}   "), theme::WARN));
    }
    spans.push(span("our load: ", theme::QUIET));
    let load = load_parts(model);
    let recording = model.recording_since_wall_ms.map(|since| {
        let ms = model.now.wall_ms.saturating_sub(since);
        format!("   recording {}", age(u64::try_from(ms).unwrap_or(0)))
    });
    let used: usize = spans.iter().map(|part| width(&part.content)).sum();
    let recording = recording.unwrap_or_default();
    // What costs most stands in a narrow window too.
    let mut room = usize::from(model.ui.window.0).saturating_sub(used);
    let mut text = load[0].clone();
    room = room.saturating_sub(width(&text) + width(&recording));
    for part in &load[1..] {
        if width(part) + 2 > room {
            break;
        }
        room -= width(part) + 2;
        text.push_str(", ");
        text.push_str(part);
    }
    text.push_str(&recording);
    spans.push(span(text, Style::new()));
    Line::from(spans)
}

/// What this console costs the members, the most important first.
fn load_parts(model: &Model) -> Vec<String> {
    let asked = model.members.iter().filter(|one| one.unaddressed.is_none());
    let asked = asked.count().max(1);
    let rate = model.load.requests_per_s;
    let polls = rate.map_or("?".to_owned(), |rate| format!("{:.1}", rate / asked as f64));
    let mut parts = vec![format!("{polls} polls/s a member")];
    parts.extend(share_of_requests(model).map(|share| format!("{share} % of its requests")));
    parts.push(
        match model.session.link {
            Link::Connected { .. } => "1 session",
            Link::Connecting | Link::Lost { .. } => "no session",
        }
        .to_owned(),
    );
    parts.push(many(model.load.watches as u64, "watch", "watches"));
    if model.load.streams > 0 {
        let streams = model.load.streams as u64;
        parts.push(many(streams, "event stream", "event streams"));
    }
    parts
}

/// Our requests among all that the members take, where they tell how many these are.
fn share_of_requests(model: &Model) -> Option<String> {
    let newest = |member: &Member| {
        let rates = model.metrics.series(&member.address, "packets_received");
        rates.last().map(|(_, per_s)| *per_s)
    };
    let told: Vec<f64> = model.members.iter().filter_map(newest).collect();
    let theirs = told.iter().sum::<f64>() / told.len().max(1) as f64 * model.members.len() as f64;
    let ours = model.load.requests_per_s?;
    // What comes by their AdminServers is not among what they count.
    let share = 100.0 * ours / (ours + theirs);
    (theirs > 0.0).then(|| match share {
        share if share < 0.1 => format!("{share:.2}"),
        share if share < 10.0 => format!("{share:.1}"),
        share => format!("{share:.0}"),
    })
}

/// The keys of this screen. Where they do not fit, the screens are one entry, so that repairing,
/// help and the way out are still there.
fn keys(model: &Model, columns: usize) -> Line<'static> {
    let screen = model.ui.screen;
    let mut entries: Vec<(String, &'static str, Action)> = Vec::new();
    let is_under_a_page = model.ui.overlay.as_ref().is_some_and(Overlay::is_read);
    for line in model.keys.on(screen) {
        let action = line.binding.action;
        match line.binding.footer {
            Some(_) if is_under_a_page && !works_on_a_page(action) => {}
            Some(_) if is_under_a_page && action == Action::Leave => {
                entries.push((line.shown.to_string(), "back", action));
            }
            Some(word) => entries.push((line.shown.to_string(), word, action)),
            None => {}
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

/// Whether it does there what its word says; `q` goes back.
fn works_on_a_page(action: Action) -> bool {
    matches!(
        action,
        Action::Show(_)
            | Action::Palette
            | Action::Help
            | Action::Leave
            | Action::Hide
            | Action::Bundle
            | Action::Replay(_)
            | Action::Exercise(_)
    )
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
