//! Where there is no room for a chart: the newest values, a column a member.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{
    super::{overview::both, put, span, theme},
    emphasised, nothing, selected, title,
    value::with_unit,
};
use crate::{
    model::{Model, layout::Layout, member::Member, rows, ui::visible},
    text::{Align, clean, fit},
};

/// A column of a member's values.
const VALUE: usize = 11;

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect, parts: Layout) {
    let metrics = rows::metrics::listed(model);
    let selected = selected(model, &metrics);
    let columns = usize::from(area.width);
    let members = columns.saturating_sub(30) / (VALUE + 1);
    let shown: Vec<&Member> = model.members.iter().take(members).collect();
    let name_width = columns.saturating_sub(3 + shown.len() * (VALUE + 1));
    let mut header = vec![span(
        format!("  {}", fit("metric", name_width, Align::Left)),
        theme::QUIET,
    )];
    for member in &shown {
        let name = fit(&both(model, member), VALUE, Align::Right);
        header.push(span(format!(" {name}"), theme::QUIET));
    }
    let mut lines = vec![title(model, metrics.len(), area.width), Line::from(header)];
    for index in visible(metrics.len(), selected, parts.list) {
        let metric = &metrics[index];
        let mark = if index == selected { ">" } else { " " };
        let mut cells = vec![
            span(format!("{mark} "), theme::STRONG),
            Span::raw(fit(&clean(&metric.name), name_width, Align::Left)),
        ];
        for member in &shown {
            // What it said before it fell silent is no value of now.
            let value = model.metrics.newest(&member.address, &metric.name);
            let value = value.filter(|_| !member.is_stale(model.now));
            let value = value.map_or("?".to_owned(), |value| with_unit(value, metric));
            cells.push(Span::raw(format!(" {}", fit(&value, VALUE, Align::Right))));
        }
        lines.push(emphasised(Line::from(cells), index == selected));
    }
    lines.extend(nothing(model, metrics.is_empty()));
    put(frame, area, lines);
}
