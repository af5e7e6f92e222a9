//! The palette that `:` opens: what was typed, and what it finds, with the key of each.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{heading, more, put, span, theme};
use crate::{
    model::{
        Model,
        palette::{Choice, Entry, Palette},
        ui::visible,
    },
    text::{Align, clean, cut, fit, width},
};

/// Columns of the keys and of the names.
const KEY: usize = 9;
const NAME: usize = 16;

pub(super) fn draw(model: &Model, palette: &Palette, frame: &mut Frame<'_>, area: Rect) {
    let found = palette.found(&model.keys, model.ui.screen);
    let room = usize::from(area.height).saturating_sub(3);
    let selected = palette.selected.min(found.len().saturating_sub(1));
    let shown = visible(found.len(), selected, room);
    let title = vec![
        span("all actions, screens and commands", theme::STRONG),
        span(more(&shown, found.len()), theme::WARN),
        span(
            "   Enter runs it   Tab completes   Esc goes back",
            Style::new(),
        ),
    ];
    let mut lines = vec![
        heading(area.width, title),
        Line::from(vec![
            span(" :", theme::STRONG),
            span(clean(&palette.text), Style::new()),
            span(" ", theme::SELECTED),
        ]),
    ];
    if found.is_empty() {
        lines.push(Line::from(span("   nothing fits", theme::QUIET)));
    }
    for index in shown {
        lines.push(row(&found[index], index == selected, area.width));
    }
    put(frame, area, lines);
}

fn row(entry: &Entry, is_selected: bool, columns: u16) -> Line<'static> {
    let mark = if is_selected { ">" } else { " " };
    let name = match entry.choice {
        Choice::Command(_) => format!(":{}", entry.name),
        Choice::Run(_) | Choice::GoTo(_) => entry.name.to_owned(),
    };
    let key = match entry.choice {
        Choice::Command(_) => "",
        Choice::Run(_) | Choice::GoTo(_) => &entry.shown,
    };
    let mut does = entry.does.to_owned();
    if let Choice::GoTo(screen) = entry.choice {
        does = format!("on {}: {does}", screen.title());
    }
    if !entry.arguments.is_empty() {
        does = format!("{}   {does}", entry.arguments);
    }
    let head = vec![
        span(format!("{mark} "), theme::STRONG),
        span(fit(key, KEY, Align::Left), theme::STRONG),
        span(fit(&name, NAME, Align::Left), Style::new()),
        Span::raw(" "),
    ];
    let used: usize = head.iter().map(|part| width(&part.content)).sum();
    let quiet = match entry.choice {
        Choice::GoTo(_) => theme::QUIET,
        Choice::Run(_) | Choice::Command(_) => Style::new(),
    };
    let mut parts = head;
    parts.push(span(
        cut(&does, usize::from(columns).saturating_sub(used)),
        quiet,
    ));
    let line = Line::from(parts);
    if is_selected {
        line.style(theme::STRONG)
    } else {
        line
    }
}
