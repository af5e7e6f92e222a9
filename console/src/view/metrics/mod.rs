//! Screen 8: every number that members tell on the left, the chosen one as a chart on the
//! right, all members in one; in a narrow window a table with a column a member.
//!
//! Each member is drawn by its own letter: its id where that is one digit. Colours only help.
//!
//! - `table`: where there is no room for a chart;  `chart`: the chosen metric, a line on each
//!   member;  `grid`: the cells of it;  `value`: a number with its unit

mod chart;
mod grid;
mod table;
mod value;

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
        layout::Layout,
        metrics::Metric,
        rows,
        ui::{Screen, visible},
    },
    text::{Align, clean, count, fit},
};

pub(super) use chart::chart;

/// From this many columns on there is a chart.
const WIDE: u16 = 100;

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect, parts: Layout) {
    if area.width < WIDE {
        table::draw(model, frame, area, parts);
        return;
    }
    let left_width = (area.width / 3).clamp(36, 60);
    let left = Rect {
        width: left_width,
        ..area
    };
    let right = Rect {
        x: area.x + left_width + 1,
        width: area.width - left_width - 1,
        ..area
    };
    list(model, frame, left, parts);
    chart(model, frame, right);
}

/// The names alone.
fn list(model: &Model, frame: &mut Frame<'_>, area: Rect, parts: Layout) {
    let metrics = rows::metrics::listed(model);
    let selected = selected(model, &metrics);
    let columns = usize::from(area.width);
    let mut lines = vec![title(model, metrics.len(), area.width), Line::default()];
    for index in visible(metrics.len(), selected, parts.list) {
        let metric = &metrics[index];
        let mark = if index == selected { ">" } else { " " };
        let name = fit(&clean(&metric.name), columns.saturating_sub(6), Align::Left);
        let unit = if metric.is_counter { " /s" } else { "" };
        let line = Line::from(vec![
            span(format!("{mark} "), theme::STRONG),
            Span::raw(name),
            span(unit, theme::QUIET),
        ]);
        lines.push(emphasised(line, index == selected));
    }
    lines.extend(nothing(model, metrics.is_empty()));
    put(frame, area, lines);
}

fn title(model: &Model, shown: usize, columns: u16) -> Line<'static> {
    let mut parts = vec![
        span("metrics", theme::STRONG),
        span(format!("   {}", count(shown as u64)), Style::new()),
    ];
    parts.extend(super::list_state(model, Screen::Metrics));
    heading(columns, parts)
}

fn nothing(model: &Model, is_empty: bool) -> Vec<Line<'static>> {
    let texts: &[&'static str] = if !is_empty {
        &[]
    } else if !model.ui.list_of(Screen::Metrics).filter.is_empty() {
        &["nothing passes the filter"]
    } else {
        // The column of names is narrow.
        &["no member tells any:", "mntr is shut", "(:capabilities)"]
    };
    let line = |text: &&'static str| Line::from(span(format!("   {text}"), theme::QUIET));
    texts.iter().map(line).collect()
}

fn selected(model: &Model, metrics: &[Metric]) -> usize {
    let list = model.ui.list_of(Screen::Metrics);
    rows::selected_index(list, metrics, |metric| metric.name.as_str())
}

fn emphasised(line: Line<'static>, is_selected: bool) -> Line<'static> {
    if is_selected {
        line.style(theme::STRONG)
    } else {
        line
    }
}
