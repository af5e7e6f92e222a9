//! The bottom: what the console itself costs, and the keys; or the line that is being typed.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{put, span, theme};
use crate::{
    keymap::{Action, KEYMAP},
    model::{Model, clock::age, session::Link, ui::Mode},
    text::{clean, width},
};

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let columns = usize::from(area.width);
    let keys = match model.ui.mode {
        Mode::Normal => keys(model, columns),
        Mode::Filter => typing(model),
        Mode::Sort => sorting(model),
        Mode::Snooze => snoozing(model),
    };
    let lines = if area.height >= 3 {
        vec![
            Line::from(span("─".repeat(columns), theme::QUIET)),
            load(model),
            keys,
        ]
    } else {
        vec![keys]
    };
    put(frame, area, lines);
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
    Line::from(vec![
        span(" our load: ", theme::QUIET),
        span(
            format!(
                "{rate} requests/s to all members, {session}, {} watches{streams}",
                model.load.watches
            ),
            Style::new(),
        ),
    ])
}

fn keys(model: &Model, columns: usize) -> Line<'static> {
    let mut spans: Vec<Span<'static>> = Vec::new();
    let mut used = 0;
    for binding in KEYMAP
        .iter()
        .filter(|binding| binding.is_on(model.ui.screen))
    {
        let Some(word) = binding.footer else { continue };
        let entry = width(binding.shown) + width(word) + 3;
        if used + entry > columns {
            break;
        }
        used += entry;
        let is_here = binding.action == Action::Show(model.ui.screen);
        let style = if is_here {
            theme::SELECTED
        } else {
            Style::new()
        };
        spans.push(span(format!(" {}", binding.shown), theme::STRONG));
        spans.push(span(" ", Style::new()));
        spans.push(span(word, style));
        spans.push(span(" ", Style::new()));
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
