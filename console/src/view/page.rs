//! A page of text over the screen, and the detail of what is chosen over the whole of it.

use ratatui::{Frame, layout::Rect, style::Style, text::Line};

use super::{
    alarm_detail, heading, link_detail, member_detail, put, recover, sessions, slice, span, theme,
    timeline, watches, znode_detail,
};
use crate::{
    model::{
        Model,
        links::links,
        pages::{Tone, sheet},
        rows,
        ui::{Page, Screen},
    },
    text::{width, wrap},
};

pub(super) fn draw(model: &Model, page: &Page, frame: &mut Frame<'_>, area: Rect) {
    if *page == Page::Detail {
        described(model, frame, area);
        return;
    }
    let sheet = sheet(model, page);
    let columns = usize::from(area.width).saturating_sub(2);
    let mut body: Vec<Line<'static>> = Vec::new();
    for line in sheet.lines {
        let style = match line.tone {
            Tone::Plain => Style::new(),
            Tone::Strong => theme::STRONG,
            Tone::Quiet => theme::QUIET,
            Tone::Warn => theme::WARN,
        };
        body.extend(
            broken(&line.text, columns)
                .into_iter()
                .map(|text| Line::from(span(format!(" {text}"), style))),
        );
    }
    let keys = "   Esc goes back   c copies";
    scrolled(model, [&sheet.title, keys], body, frame, area);
}

/// A title with its keys, and below it as many lines as there is room for, from the one on that
/// was scrolled to; never beyond the last.
pub(super) fn scrolled(
    model: &Model,
    [title, keys]: [&str; 2],
    body: Vec<Line<'static>>,
    frame: &mut Frame<'_>,
    area: Rect,
) {
    let room = usize::from(area.height).saturating_sub(1);
    let from = model.ui.scroll.min(body.len().saturating_sub(room));
    let more = if body.len() > from + room {
        "   more below: arrows"
    } else {
        ""
    };
    let title = vec![
        span(title, theme::STRONG),
        span(keys, Style::new()),
        span(more, theme::WARN),
    ];
    put(frame, slice(area, 0, 1), vec![heading(area.width, title)]);
    let body = body.into_iter().skip(from).collect();
    put(frame, slice(area, 1, room), body);
}

/// Broken where it is too long, with its indent kept.
fn broken(text: &str, columns: usize) -> Vec<String> {
    if width(text) <= columns {
        return vec![text.to_owned()];
    }
    let indent = text.len() - text.trim_start_matches(' ').len();
    let room = columns.saturating_sub(indent).max(1);
    let lines = wrap(text, room);
    lines
        .into_iter()
        .map(|line| format!("{}{line}", " ".repeat(indent)))
        .collect()
}

/// The chosen thing's detail, as its screen draws it, in all the room there is.
fn described(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let names = rows::names(model);
    let at = rows::selected_index(model.ui.list(), &names, String::as_str);
    let Some(name) = names.get(at) else {
        let title = vec![span("nothing is chosen", theme::STRONG)];
        put(frame, area, vec![heading(area.width, title)]);
        return;
    };
    match model.ui.screen {
        Screen::Overview | Screen::Members => {
            if let Some(member) = model.member(name) {
                member_detail::draw(model, member, frame, area);
            }
        }
        Screen::Links => {
            let listed = rows::links::listed(model);
            let lines = link_detail::lines(model, &links(model), listed.get(at), area.width);
            put(frame, area, lines);
        }
        Screen::Timeline => timeline::story_of(model, at, frame, area),
        Screen::Sessions => {
            sessions::detail(model, rows::sessions(model).get(at).copied(), frame, area);
        }
        Screen::Watches => {
            watches::detail(model, rows::watches::selected(model).as_ref(), frame, area);
        }
        Screen::Recover => {
            if let Some(row) = rows::recover::selected(model) {
                put(frame, area, recover::reasons(model, &row, area.width));
            }
        }
        Screen::Znodes => znode_detail::draw(model, name, frame, area),
        Screen::Metrics => super::metrics::chart(model, frame, area),
        Screen::Alarms => {
            let alarms = rows::alarms::alarms(model);
            let rules = rows::alarms::rules(model);
            let (alarm, rule) = (alarms.get(at).copied(), rules.get(at).copied());
            alarm_detail::draw(model, alarm, rule, frame, area);
        }
    }
}
