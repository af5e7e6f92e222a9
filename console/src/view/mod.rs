//! Drawing: `draw(&Model, &Look, &mut Frame)`, pure. One file a screen, one a widget.
//!
//! ```text
//!   header    cluster, DEMO, clock; verdict; voters; drill, its line in a drill
//!   overview/ │ links + link_detail │ timeline
//!   members + member_detail + printed + happened │ sessions │ znodes + znode_detail   or help
//!   watches │ metrics │ alarms + alarm_detail     or palette, or page: text over the screen
//!   dialog + text_area   before a change of a znode;  find   what a find has found
//!   recover/ the steps of screen 0 │ choices  the list of `x` │ gate/ over any screen
//!   fleet     instead of all that, where no cluster is open
//!   breaks    the demo's list of what can be broken
//!   footer    what the console costs; keys
//!   tiny      all of it in one to a few lines, where the window is small
//!   table, beats, theme      widgets;  plain, veil   passes over what is drawn
//! ```

mod alarm_detail;
mod alarms;
mod beats;
mod breaks;
mod choices;
mod data;
mod dialog;
mod drill;
mod find;
pub mod fleet;
mod footer;
mod gate;
mod happened;
mod header;
mod help;
mod link_detail;
mod links;
mod member_detail;
mod members;
mod metrics;
mod overview;
mod page;
mod palette;
mod plain;
mod printed;
mod recover;
mod replay;
mod sessions;
mod table;
mod text_area;
mod theme;
mod timeline;
mod tiny;
mod veil;
mod watches;
mod way;
mod znode_detail;
mod znodes;

use std::ops::Range;

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::Paragraph,
};

use crate::{
    model::{
        Model,
        layout::{Layout, is_tiny},
        privacy::Privacy,
        rows,
        ui::{Overlay, Page, Screen},
    },
    text::{Align, clean, cut, fit, width},
};

pub use theme::{COLOURS, Theme, colour, theme_names};

/// How the terminal is to be drawn on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    /// ASCII alone: for terminals whose fonts or widths cannot be trusted.
    pub ascii: bool,
    /// How colours are drawn; none with `NO_COLOR` and `--no-color`.
    pub theme: Theme,
}

/// Draws the whole screen.
pub fn draw(model: &Model, look: Look, frame: &mut Frame<'_>) {
    let area = frame.area();
    if is_tiny((area.width, area.height)) {
        tiny::draw(model, frame, area);
    } else {
        whole(model, frame, area);
    }
    if model.ui.hides {
        veil::over(frame.buffer_mut(), &Privacy::of(model));
    }
    plain::in_theme(frame.buffer_mut(), look.theme);
    if look.ascii {
        plain::in_ascii(frame.buffer_mut());
    }
}

fn whole(live: &Model, frame: &mut Frame<'_>, area: Rect) {
    // What is decided is decided on what is so now.
    let is_live = matches!(live.ui.screen, Screen::Alarms | Screen::Recover);
    let held = live.frozen.as_deref().filter(|_| !is_live);
    let model = held.unwrap_or(live);
    let parts = rows::layout(model);
    header::draw(live, frame, slice(area, 0, parts.top));
    let body_height = usize::from(area.height).saturating_sub(parts.top + parts.foot);
    let body = slice(area, parts.top, body_height);
    match &model.ui.overlay {
        _ if live.recovery.shown().is_some() => gate::draw(live, frame, body),
        Some(Overlay::Choices(choices)) => choices::draw(live, choices, frame, body),
        Some(Overlay::Break(menu)) => breaks::draw(menu, frame, body),
        Some(Overlay::Help) => help::draw(model, frame, body),
        Some(Overlay::Palette(open)) => palette::draw(model, open, frame, body),
        Some(Overlay::Page(page)) => page::draw(page_model(live, model, page), page, frame, body),
        Some(Overlay::Dialog(dialog)) => dialog::draw(live, dialog, frame, body),
        Some(Overlay::Find) => find::draw(live, frame, body),
        None => screen(model, frame, body, parts),
    }
    footer::draw(
        live,
        frame,
        slice(area, parts.top + body_height, parts.foot),
    );
}

/// A page on what is chosen is of the held picture, any other of what is so now.
fn page_model<'a>(live: &'a Model, held: &'a Model, page: &Page) -> &'a Model {
    match page {
        Page::Detail | Page::Raw => held,
        _ => live,
    }
}

fn screen(model: &Model, frame: &mut Frame<'_>, body: Rect, parts: Layout) {
    let draw = match model.ui.screen {
        Screen::Overview => overview::draw,
        Screen::Members => members::draw,
        Screen::Links => links::draw,
        Screen::Timeline => timeline::draw,
        Screen::Sessions => sessions::draw,
        Screen::Watches => watches::draw,
        Screen::Znodes => znodes::draw,
        Screen::Metrics => metrics::draw,
        Screen::Alarms => alarms::draw,
        Screen::Recover => recover::draw,
    };
    draw(model, frame, body, parts);
}

/// So many lines of an area, from a line on.
fn slice(area: Rect, from: usize, lines: usize) -> Rect {
    let from = u16::try_from(from).unwrap_or(u16::MAX).min(area.height);
    let lines = u16::try_from(lines)
        .unwrap_or(u16::MAX)
        .min(area.height - from);
    Rect {
        y: area.y + from,
        height: lines,
        ..area
    }
}

/// Draws lines from the top of an area; what does not fit is cut.
fn put(frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'_>>) {
    frame.render_widget(Paragraph::new(lines), area);
}

/// A fact: its name in so many columns, and beside it its texts, one below the other.
fn under_name(name: &str, columns: usize, texts: Vec<String>) -> Vec<Line<'static>> {
    let lines = texts.into_iter().enumerate().map(|(number, text)| {
        let name = if number == 0 { name } else { "" };
        Line::from(vec![
            span(
                format!(" {} ", fit(name, columns, Align::Left)),
                theme::QUIET,
            ),
            Span::raw(text),
        ])
    });
    lines.collect()
}

/// A heading in a rule across the whole width: `── members  3 of 3 ─────`.
fn heading(columns: u16, parts: Vec<Span<'static>>) -> Line<'static> {
    let columns = usize::from(columns);
    let mut spans = vec![Span::styled("── ", theme::QUIET)];
    let mut used = 3;
    for part in parts {
        let text = cut(&part.content, columns.saturating_sub(used));
        used += width(&text);
        spans.push(Span::styled(text, part.style));
    }
    let rest = columns.saturating_sub(used + 1);
    spans.push(Span::styled(format!(" {}", "─".repeat(rest)), theme::QUIET));
    Line::from(spans)
}

/// For a list's heading: that it goes on beyond the rows that are drawn.
fn more(shown: &Range<usize>, len: usize) -> &'static str {
    match (shown.start > 0, shown.end < len) {
        (false, false) => "",
        (false, true) => "   more below: arrows",
        (true, false) => "   more above: arrows",
        (true, true) => "   more above and below: arrows",
    }
}

/// How a list is sorted and filtered, for its heading.
fn list_state(model: &Model, screen: Screen) -> Vec<Span<'static>> {
    let list = model.ui.list();
    let mut parts = Vec::new();
    if let Some((_, column)) = screen
        .sorts()
        .iter()
        .find(|(letter, _)| *letter == list.sort)
    {
        let turned = if list.descending { ", turned" } else { "" };
        parts.push(span(format!("   sort: {column}{turned}"), theme::QUIET));
    }
    if !list.filter.is_empty() {
        parts.push(span(
            format!("   filter: {}", clean(&list.filter.0)),
            theme::WARN,
        ));
    }
    parts
}

/// A styled piece of text.
fn span(text: impl Into<String>, style: Style) -> Span<'static> {
    Span::styled(text.into(), style)
}
