//! Screen 3: the matrix of directed links, the links that are measured as a list, and below
//! the chosen one in full, with the sentence for the network team.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{
    header::ms,
    heading, link_detail, put, slice, span,
    table::{self, Column, column},
    theme,
};
use crate::{
    model::{
        Model,
        clock::age,
        layout::Layout,
        links::{End, Link, LinkState, MeasuredBy, is_asymmetric, links},
        member::Member,
        rows,
        ui::{Screen, visible},
    },
    text::{
        Align::{Left, Right},
        clean, count, cut, fit, width,
    },
};

/// Columns of the names of the rows.
const ROW_NAME: usize = 12;
/// A cell of the matrix.
const CELL_MOST: usize = 12;
/// Lines of the detail, its heading included.
const DETAIL: usize = 7;

const COLUMNS: &[Column] = &[
    column("", 2, Left, 0),
    column("from", 12, Left, 0),
    column("to", 12, Left, 0),
    column("state", 10, Left, 0),
    column("round trip", 10, Right, 3),
    column("heard", 6, Right, 0),
    column("since", 10, Left, 2),
    column("measured by", 18, Left, 1),
    Column {
        grows_to: 60,
        ..column("why", 22, Left, 4)
    },
];

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect, _: Layout) {
    let all = links(model);
    let listed = rows::links::listed(model);
    let names: Vec<String> = listed.iter().map(Link::key).collect();
    let selected = rows::selected_index(model.ui.list_of(Screen::Links), &names, |name| {
        name.as_str()
    });
    let chosen = listed.get(selected);
    let height = usize::from(area.height);
    // The matrix is the picture: the list and the detail take what it leaves.
    let matrix = (model.members.len() + 3).min(height);
    let detail = DETAIL.min(height.saturating_sub(matrix));
    let list = height.saturating_sub(matrix + detail);
    // A list of one line tells less than the detail does in its place.
    let list = if list >= 3 { list } else { 0 };
    let lines = matrix_lines(model, &all, chosen, area.width);
    put(frame, slice(area, 0, matrix), lines);
    if list > 0 {
        let lines = list_lines(model, (&all, &listed), selected, area.width, list);
        put(frame, slice(area, matrix, list), lines);
    }
    let below = slice(area, matrix + list, height - matrix - list);
    if below.height >= 2 {
        let lines = link_detail::lines(model, &all, chosen, below.width);
        put(frame, below, lines);
    }
}

fn matrix_lines(
    model: &Model,
    all: &[Link],
    chosen: Option<&Link>,
    columns: u16,
) -> Vec<Line<'static>> {
    let mut title = vec![
        span("links", theme::STRONG),
        span("   from the row to the column", theme::QUIET),
    ];
    if columns >= 110 {
        title.push(span(
            "    ━ fresh  ╌ slow  ✕ cut  ⇄ one way only  ? cannot see  · not measured yet",
            theme::QUIET,
        ));
    } else if columns >= 78 {
        title.push(span(
            "   ╌ slow ✕ cut ⇄ one way · not measured",
            theme::QUIET,
        ));
    }
    let number = model.members.len().max(1);
    let room = usize::from(columns).saturating_sub(ROW_NAME + 1);
    let cell = (room / number).min(CELL_MOST);
    let mut header = vec![Span::raw(" ".repeat(ROW_NAME + 1))];
    for member in &model.members {
        let name = fit(&short(model, member), cell.saturating_sub(1), Left);
        header.push(span(format!("{name} "), theme::QUIET));
    }
    let mut lines = vec![heading(columns, title), Line::from(header)];
    let members = model.members.iter();
    let ends = std::iter::once((End::Here, "here".to_owned()))
        .chain(members.map(|m| (End::Member(m.address.clone()), short(model, m))));
    for (from, name) in ends {
        let is_row = chosen.is_some_and(|link| link.from == from);
        let style = if is_row { theme::STRONG } else { Style::new() };
        let mut line = vec![span(format!(" {}", fit(&name, ROW_NAME, Left)), style)];
        for to in &model.members {
            let link = all
                .iter()
                .find(|link| link.from == from && link.to == to.address);
            let is_chosen = link.is_some() && link.map(Link::key) == chosen.map(Link::key);
            line.extend(matrix_cell(all, link, cell, is_chosen));
        }
        lines.push(Line::from(line));
    }
    lines
}

fn matrix_cell(
    all: &[Link],
    link: Option<&Link>,
    columns: usize,
    is_chosen: bool,
) -> [Span<'static>; 2] {
    let room = columns.saturating_sub(1);
    let Some(link) = link else {
        return [span(fit("\\", room, Left), theme::QUIET), Span::raw(" ")];
    };
    let (mark, style) = mark(all, link);
    let figure = match (link.state, link.rtt_us, link.behind) {
        (LinkState::Unknown, ..) => String::new(),
        (LinkState::Cut, ..) => format!(" {}", word(link)),
        (_, Some(us), _) => format!(" {} ms", ms(us)),
        (LinkState::Slow, ..) => " slow".to_owned(),
        (_, None, Some(0)) => " acks".to_owned(),
        (_, None, Some(behind)) => format!(" {} behind", count(behind)),
        (LinkState::Fresh, None, None) => " hears".to_owned(),
    };
    let style = if is_chosen {
        style.patch(theme::SELECTED)
    } else {
        style
    };
    // Where the unit does not fit, the figure does.
    let mut text = format!("{mark}{figure}");
    if width(&text) > room {
        text = text
            .trim_end_matches(" ms")
            .trim_end_matches(" behind")
            .to_owned();
    }
    [span(fit(&text, room, Left), style), Span::raw(" ")]
}

/// Its state in a word; where it is no fault of the way, another than `cut`.
pub(super) fn word(link: &Link) -> &'static str {
    match link.process {
        Some(does) if link.state == LinkState::Cut => does,
        None if link.measured_by == MeasuredBy::Earlier => "was cut",
        _ => link.state.word(),
    }
}

/// How a link is marked.
pub(super) fn mark(all: &[Link], link: &Link) -> (&'static str, Style) {
    match link.state {
        _ if is_asymmetric(all, link) => ("⇄", theme::BAD),
        LinkState::Fresh => ("━", theme::GOOD),
        LinkState::Slow => ("╌", theme::WARN),
        LinkState::Cut if link.measured_by == MeasuredBy::Earlier => ("✕", theme::WARN),
        LinkState::Cut => ("✕", theme::BAD),
        LinkState::Unknown if link.measured_by == MeasuredBy::NotYet => ("·", theme::QUIET),
        LinkState::Unknown => ("?", theme::WARN),
    }
}

fn list_lines(
    model: &Model,
    (all, listed): (&[Link], &[Link]),
    selected: usize,
    columns: u16,
    height: usize,
) -> Vec<Line<'static>> {
    let mut title = vec![
        span("measured", theme::STRONG),
        span(
            format!("   {} of {}", listed.len(), all.len()),
            Style::new(),
        ),
    ];
    title.extend(super::list_state(model, Screen::Links));
    let widths = table::widths(COLUMNS, usize::from(columns));
    let mut lines = vec![heading(columns, title), table::header(COLUMNS, &widths)];
    for index in visible(listed.len(), selected, height.saturating_sub(2)) {
        let cells = row(model, all, &listed[index], index == selected);
        let line = table::row(COLUMNS, &widths, cells);
        lines.push(if index == selected {
            line.style(theme::STRONG)
        } else {
            line
        });
    }
    if listed.is_empty() {
        let is_filtered = !model.ui.list_of(Screen::Links).filter.is_empty();
        let text = if is_filtered {
            "   no link passes the filter"
        } else {
            "   nothing is measured yet"
        };
        lines.push(Line::from(span(text, theme::QUIET)));
    }
    lines
}

fn row(model: &Model, all: &[Link], link: &Link, is_selected: bool) -> Vec<table::Cell> {
    let (mark, style) = mark(all, link);
    let pointer = if is_selected { ">" } else { " " };
    let state = match link.state {
        _ if is_asymmetric(all, link) => "one way",
        LinkState::Unknown => "cannot see",
        _ => word(link),
    };
    let now_ms = model.now.mono_ms;
    let since = model.links.since(link);
    let since = since.map_or(String::new(), |since| {
        age(now_ms.saturating_sub(since.mono_ms))
    });
    let trip = link
        .rtt_us
        .map_or("?".to_owned(), |us| format!("{} ms", ms(us)));
    let plain = Style::new();
    vec![
        (format!("{pointer}{mark}"), style),
        (end_name(model, &link.from), plain),
        (name(model, &link.to), plain),
        (state.to_owned(), style),
        (trip, plain),
        (link.heard_ms_ago.map_or("?".to_owned(), age), plain),
        (since, plain),
        (link.measured_by.shown().to_owned(), theme::QUIET),
        (clean(&link.why), plain),
    ]
}

/// An end's name.
pub(super) fn end_name(model: &Model, from: &End) -> String {
    match from {
        End::Here => "here".to_owned(),
        End::Member(address) => name(model, address),
    }
}

/// A member's name, by its address.
pub(super) fn name(model: &Model, address: &str) -> String {
    model
        .member(address)
        .map_or_else(|| clean(address), |member| short(model, member))
}

/// Its id and its name without what all names have in common.
fn short(model: &Model, member: &Member) -> String {
    let name = super::overview::name(model, member);
    match member.sid {
        Some(sid) => cut(&format!("{sid} {name}"), 24),
        None => name,
    }
}
