//! Screen 6: how many watches each member holds, and, where that was listed, which paths fan
//! out widest or which sessions watch most.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{
    heading, put, slice, span,
    table::{self, Column, column},
    theme,
};
use crate::{
    model::{
        Model,
        clock::age,
        layout::Layout,
        links::knock::is_ours,
        member::Member,
        naming::{called, who},
        rows,
        survey::Question,
        ui::{Screen, visible},
        watches::{WatchRow, WatchView, others, session},
    },
    text::{
        Align::{Left, Right},
        clean, count, fit, many, wrap,
    },
};

const PATHS: &[Column] = &[
    column("", 1, Left, 0),
    column("watches", 9, Right, 0),
    Column {
        grows_to: 200,
        ..column("path: one change of it sends so many events", 30, Left, 0)
    },
    column("members", 24, Left, 1),
];

const SESSIONS: &[Column] = &[
    column("", 1, Left, 0),
    column("watches", 9, Right, 0),
    column("session", 18, Left, 0),
    Column {
        grows_to: 60,
        ..column("client", 21, Left, 0)
    },
    column("members", 24, Left, 1),
];

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect, parts: Layout) {
    let listed = rows::watches::listed(model);
    let list = model.ui.list_of(Screen::Watches);
    let selected = rows::selected_index(list, &listed, |row| row.name.as_str());
    let columns = match model.ui.watch_view {
        WatchView::Paths => PATHS,
        WatchView::Sessions => SESSIONS,
    };
    let widths = table::widths(columns, usize::from(area.width));
    let mut lines = vec![title(model, area.width, listed.len())];
    lines.extend(summaries(model, usize::from(area.width), parts.list));
    lines.push(table::header(columns, &widths));
    let room = (2 + parts.list).saturating_sub(lines.len());
    for index in visible(listed.len(), selected, room) {
        let is_selected = index == selected;
        let cells = cells(model, &listed[index], is_selected);
        let line = table::row(columns, &widths, cells);
        lines.push(if is_selected {
            line.style(theme::STRONG)
        } else {
            line
        });
    }
    if listed.is_empty() {
        let text = nothing(model);
        let text = wrap(text, usize::from(area.width).saturating_sub(4));
        let lines_of = text.into_iter().map(|text| format!("   {text}"));
        lines.extend(lines_of.map(|text| Line::from(span(text, theme::QUIET))));
    }
    put(frame, slice(area, 0, 2 + parts.list), lines);
    if parts.detail > 0 {
        let below = slice(area, 2 + parts.list, parts.detail + 1);
        detail(model, listed.get(selected), frame, below);
    }
}

fn title(model: &Model, columns: u16, shown: usize) -> Line<'static> {
    let mut parts = vec![
        span("watches ", theme::STRONG),
        span(model.ui.watch_view.title(), Style::new()),
        span(format!("   {} listed", count(shown as u64)), Style::new()),
    ];
    parts.extend(super::list_state(model, Screen::Watches));
    heading(columns, parts)
}

/// `zk2:2181   1,204 watches of 17 sessions on 88 paths   listed 3 s ago`, a line a member while
/// there is room for the list below.
fn summaries(model: &Model, columns: usize, list: usize) -> Vec<Line<'static>> {
    let most = (list / 2).max(1);
    let mut lines: Vec<Line<'static>> = model
        .members
        .iter()
        .take(most)
        .map(|member| summary(model, member, columns))
        .collect();
    if model.members.len() > most
        && let Some(last) = lines.last_mut()
    {
        let more = model.members.len() + 1 - most;
        *last = Line::from(span(format!(" and {more} members more"), theme::QUIET));
    }
    lines
}

fn summary(model: &Model, member: &Member, columns: usize) -> Line<'static> {
    let survey = &model.survey;
    let address = member.address.as_str();
    let told = survey.told(address, &Question::WatchSummary);
    let fault = told.and_then(|told| told.fault.clone());
    let (text, style) = match (survey.watch_summary(address), fault) {
        (Some(all), None) => (
            format!(
                "{} of {} on {}",
                many(all.watches, "watch", "watches"),
                many(all.connections, "session", "sessions"),
                many(all.paths, "path", "paths")
            ),
            Style::new(),
        ),
        (_, Some(fault)) => (clean(&fault), theme::WARN),
        // Told with its metrics, where it tells those.
        // What it had before it fell silent is no number of now.
        (None, None) => match member.facts.watches.filter(|_| !member.is_stale(model.now)) {
            Some(watches) => (
                many(u64::try_from(watches).unwrap_or(0), "watch", "watches"),
                Style::new(),
            ),
            None => ("?".to_owned(), theme::QUIET),
        },
    };
    let name = fit(&clean(&who(model, member)), 20, Left);
    let room = columns.saturating_sub(22 + 24);
    let text = fit(&text, room, Left);
    Line::from(vec![
        span(format!(" {name} "), theme::QUIET),
        span(text, style),
        span(listed(model, member), theme::QUIET),
    ])
}

/// How old the member's list is, or that there is none.
fn listed(model: &Model, member: &Member) -> String {
    let survey = &model.survey;
    let question = Question::Watches;
    if survey.is_under_way(&member.address, &question) {
        return " asking for the list".to_owned();
    }
    let Some(told) = survey.told(&member.address, &question) else {
        return format!(" {}", model.awaited("not listed"));
    };
    let ago = age(model.now.mono_ms.saturating_sub(told.at_mono_ms));
    match (&told.fault, survey.watches(&member.address)) {
        (Some(fault), _) => format!(" {}", clean(fault)),
        (None, Some(watches)) if watches.dropped > 0 => {
            format!(" {} beyond the bound", count(watches.dropped as u64))
        }
        (None, _) => format!(" listed {ago} ago"),
    }
}

fn nothing(model: &Model) -> &'static str {
    if !model.ui.list_of(Screen::Watches).filter.is_empty() {
        return "nothing passes the filter";
    }
    let listed = |member: &Member| model.survey.watches(&member.address).is_some();
    if model.members.iter().any(listed) {
        return "no watch is set";
    }
    let apache = model.members.iter().any(|member| !is_ours(member));
    let live = if apache {
        "Which paths and sessions is not asked by itself: a member of Apache's walks all of its \
         watches for that, and answers no client meanwhile. r says how many they are, and asks \
         once."
    } else {
        "not listed yet: members with more than 20,000 watches are asked by r alone"
    };
    model.awaited(live)
}

fn cells(model: &Model, row: &WatchRow, is_selected: bool) -> Vec<table::Cell> {
    let plain = Style::new();
    let mark = if is_selected { ">" } else { " " };
    let members: Vec<String> = row
        .members
        .iter()
        .map(|address| tag(model, address))
        .collect();
    let mut cells = vec![
        (mark.to_owned(), theme::STRONG),
        (count(row.watches as u64), plain),
        (clean(&row.name), plain),
    ];
    if let Some(id) = row.session {
        let known = session(model, id).and_then(|row| row.client.clone());
        let ours = model.session.id == Some(id);
        let client = match (ours, known) {
            (true, _) => "this console".to_owned(),
            (false, Some(client)) => clean(&client),
            (false, None) => "? (5 lists sessions)".to_owned(),
        };
        cells.push((client, plain));
    }
    cells.push((members.join(", "), theme::QUIET));
    cells
}

/// Of a path, who watches it; of a session, what it watches.
pub(super) fn detail(model: &Model, row: Option<&WatchRow>, frame: &mut Frame<'_>, area: Rect) {
    let Some(row) = row else {
        return;
    };
    let verb = if row.session.is_some() {
        "watches"
    } else {
        "is watched by"
    };
    let title = vec![span(format!("{} {verb}", clean(&row.name)), theme::STRONG)];
    let others = others(model, row);
    let room = usize::from(area.height).saturating_sub(1);
    let from = model.ui.scroll.min(others.len().saturating_sub(room));
    let mut lines = vec![heading(area.width, title)];
    lines.extend(others.into_iter().skip(from).take(room).map(|(other, at)| {
        Line::from(vec![
            Span::raw(format!(" {}", clean(&other))),
            span(format!("   at {}", name(model, &at)), theme::QUIET),
        ])
    }));
    put(frame, area, lines);
}

/// Its id alone, where that is known: the lines above say whose it is.
fn tag(model: &Model, address: &str) -> String {
    let sid = model.member(address).and_then(|member| member.sid);
    sid.map_or_else(|| name(model, address), |sid| sid.to_string())
}

fn name(model: &Model, address: &str) -> String {
    clean(&called(model, address))
}
