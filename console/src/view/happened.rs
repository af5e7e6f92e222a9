//! Below the members: what happened, newest first.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{heading, put, span, theme};
use crate::{
    model::{
        Model,
        clock::time_of_day,
        happening::{Happening, Weight},
    },
    text::{Align, clean, count, cut, fit},
};

/// Time, mark and kind.
const INDENT: usize = 24;

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let room = usize::from(area.height).saturating_sub(1);
    let more = model.history.entries().len().saturating_sub(room);
    let mut title = vec![span("what happened", theme::STRONG)];
    if more > 0 {
        let text = format!("   {} more before", count(more as u64));
        title.push(span(text, theme::QUIET));
    }
    let mut lines = vec![heading(area.width, title)];
    let newest = model.history.entries().rev().take(room);
    lines.extend(newest.map(|happening| line(happening, usize::from(area.width))));
    if lines.len() == 1 {
        lines.push(Line::from(span(" nothing yet", theme::QUIET)));
    }
    put(frame, area, lines);
}

/// ` 14:02:37  ● election  2 zk2 → 1 zk1, epoch 5 → 6, at most 0.310 s without a leader`
pub(super) fn line(happening: &Happening, columns: usize) -> Line<'static> {
    let what = &happening.what;
    let (mark, style) = match what.weight() {
        Weight::Good => ("●", theme::GOOD),
        Weight::Warn => ("▲", theme::WARN),
        Weight::Bad => ("✕", theme::BAD),
    };
    let time = time_of_day(happening.at.wall_ms);
    let text = cut(&clean(&what.sentence()), columns.saturating_sub(INDENT));
    Line::from(vec![
        Span::raw(format!(" {time}  ")),
        span(mark, style),
        span(
            format!(" {} ", fit(what.kind(), 9, Align::Left)),
            theme::QUIET,
        ),
        span(text, Style::new()),
    ])
}
