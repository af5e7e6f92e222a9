//! Screen 4: what happened, the newest first, and the whole story of the chosen entry.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{happened, heading, put, slice, span, theme};
use crate::{
    model::{
        Model,
        clock::{age, date_and_time},
        happening::Happening,
        layout::Layout,
        rows,
        story::story,
        ui::{Pane, Screen, visible},
    },
    text::{Align, clean, count, fit, wrap},
};

/// Columns of the labels of a story.
const LABEL: usize = 12;

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect, _: Layout) {
    let listed = rows::timeline::listed(model);
    let names: Vec<String> = listed.iter().map(|(n, _)| n.to_string()).collect();
    let selected = rows::selected_index(model.ui.list_of(Screen::Timeline), &names, |name| {
        name.as_str()
    });
    let chosen = listed.get(selected).map(|(_, entry)| *entry);
    let height = usize::from(area.height);
    let text = chosen.map_or_else(Vec::new, |entry| told(model, entry, area.width));
    // The story has up to half of the room, the list the rest.
    let detail = if text.is_empty() || height < 8 {
        0
    } else {
        (text.len() + 1).min(height / 2)
    };
    let list = height.saturating_sub(detail);
    let mut lines = vec![title(model, listed.len(), area.width)];
    for index in visible(listed.len(), selected, list.saturating_sub(1)) {
        let (_, entry) = listed[index];
        lines.push(line(entry, index == selected, usize::from(area.width)));
    }
    if listed.is_empty() {
        let text = if model.history.total() == 0 {
            " nothing yet: what happens from now on is noted here"
        } else {
            " nothing passes the filter"
        };
        lines.push(Line::from(span(text, theme::QUIET)));
    }
    put(frame, slice(area, 0, list), lines);
    if detail >= 2 {
        story_pane(model, text, frame, slice(area, list, detail));
    }
}

/// The story of the entry at a place of the list, in all the room there is.
pub(super) fn story_of(model: &Model, at: usize, frame: &mut Frame<'_>, area: Rect) {
    let listed = rows::timeline::listed(model);
    let Some((_, entry)) = listed.get(at) else {
        return;
    };
    let title = vec![span("the whole story", theme::STRONG)];
    let mut lines = vec![heading(area.width, title)];
    lines.extend(
        told(model, entry, area.width)
            .into_iter()
            .skip(model.ui.scroll),
    );
    put(frame, area, lines);
}

/// The story, as far as it fits; the arrows move it while the pane has them.
fn story_pane(model: &Model, text: Vec<Line<'static>>, frame: &mut Frame<'_>, area: Rect) {
    let room = usize::from(area.height).saturating_sub(1);
    let hidden = text.len().saturating_sub(room);
    let from = if model.ui.pane == Pane::Detail {
        model.ui.scroll.min(hidden)
    } else {
        0
    };
    let more = if from < hidden {
        "   Tab, then arrows: more below"
    } else {
        ""
    };
    let title = vec![
        span("the whole story", theme::STRONG),
        span(more, theme::WARN),
    ];
    let mut lines = vec![heading(area.width, title)];
    lines.extend(text.into_iter().skip(from));
    put(frame, area, lines);
}

fn title(model: &Model, shown: usize, columns: u16) -> Line<'static> {
    let kept = model.history.entries().len();
    let numbers = format!(
        "   {} of {}, newest first",
        count(shown as u64),
        count(kept as u64)
    );
    let mut parts = vec![span("timeline", theme::STRONG), span(numbers, Style::new())];
    parts.extend(super::list_state(model, Screen::Timeline));
    heading(columns, parts)
}

fn line(entry: &Happening, is_selected: bool, columns: usize) -> Line<'static> {
    let mut line = happened::line(entry, columns.saturating_sub(1));
    let pointer = if is_selected { ">" } else { " " };
    line.spans.insert(0, Span::raw(pointer));
    if is_selected {
        line = line.style(theme::STRONG);
    }
    line
}

fn told(model: &Model, entry: &Happening, columns: u16) -> Vec<Line<'static>> {
    let room = usize::from(columns).saturating_sub(LABEL + 2);
    let ago = age(model.now.mono_ms.saturating_sub(entry.at.mono_ms));
    let when = format!("{} UTC, {ago} ago", date_and_time(entry.at.wall_ms));
    let mut lines = Vec::new();
    for (label, text) in std::iter::once(("when", when)).chain(story(entry)) {
        for (part, text) in wrap(&clean(&text), room).into_iter().enumerate() {
            let label = if part == 0 { label } else { "" };
            lines.push(Line::from(vec![
                span(format!(" {}", fit(label, LABEL, Align::Left)), theme::QUIET),
                span(text, Style::new()),
            ]));
        }
    }
    lines
}
