//! Screen 0: the steps that can be taken, ranked; below them why the selected one is what it is,
//! and what runs. `row` is a line of such a list, `reasons` why, `runs` the last plan.

mod reasons;
mod row;
mod runs;

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

pub(super) use reasons::{draw as why, reasons};
pub(super) use row::line;
pub(super) use runs::ended;

use super::{heading, list_state, put, slice, span, theme};
use crate::model::{
    Model,
    layout::Layout,
    rows::{recover, selected_index},
    ui::{Screen, visible},
};

/// Lines of the pane on what runs, its heading among them.
const RUNS: usize = 2;

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect, parts: Layout) {
    // One line more than a list with column titles has.
    let lines = parts.list + 1;
    put(frame, slice(area, 0, lines + 1), list(model, area, lines));
    let below = usize::from(area.height).saturating_sub(lines + 1);
    let runs = if below > RUNS + 2 { RUNS } else { 0 };
    let why = slice(area, lines + 1, below - runs);
    reasons::draw(model, recover::selected(model).as_ref(), frame, why);
    let area = slice(area, lines + 1 + below - runs, runs);
    put(frame, area, runs::lines(model, area.width));
}

/// The heading and so many rows.
pub(super) fn list(model: &Model, area: Rect, lines: usize) -> Vec<Line<'static>> {
    let listed = recover::listed(model);
    let selected = selected_index(model.ui.list_of(Screen::Recover), &listed, |row| {
        row.what.as_str()
    });
    let mut drawn = vec![heading(area.width, title(model))];
    for index in visible(listed.len(), selected, lines) {
        let row = &listed[index];
        let name = (index + 1, row.what.as_str());
        drawn.push(line(
            name,
            &row.verdict,
            &row.sentence,
            index == selected,
            area.width,
        ));
    }
    if listed.is_empty() {
        let text = if model.ui.list_of(Screen::Recover).filter.is_empty() {
            "   no member is known yet"
        } else {
            "   nothing passes the filter"
        };
        drawn.push(Line::from(span(text, theme::QUIET)));
    }
    drawn
}

fn title(model: &Model) -> Vec<Span<'static>> {
    let mut parts = vec![
        span("safe next steps, best first", theme::STRONG),
        span("   Enter opens the gate   d why   c copy", Style::new()),
    ];
    parts.extend(list_state(model, Screen::Recover));
    parts
}

/// What runs, in its two lines.
pub(super) fn running(model: &Model, columns: u16) -> Vec<Line<'static>> {
    runs::lines(model, columns)
}
