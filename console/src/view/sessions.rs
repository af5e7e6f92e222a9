//! Screen 5: the sessions of all members in one table.

use ratatui::{Frame, layout::Rect, style::Style, text::Line};

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
        sessions::SessionRow,
        ui::{List, Screen, visible},
    },
    text::{
        Align::{Left, Right},
        clean, count, wrap,
    },
};

const COLUMNS: &[Column] = &[
    column("", 1, Left, 0),
    column("session", 18, Left, 0),
    Column {
        grows_to: 40,
        ..column("client", 21, Left, 0)
    },
    Column {
        grows_to: 40,
        ..column("member", 18, Left, 1)
    },
    column("timeout", 9, Right, 3),
    column("ephemerals", 10, Right, 0),
    column("watches", 7, Right, 2),
    column("last op", 7, Left, 4),
    column("queued", 6, Right, 5),
];

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect, parts: Layout) {
    let shown = rows::sessions(model);
    let widths = table::widths(COLUMNS, usize::from(area.width));
    let list = model.ui.list_of(Screen::Sessions);
    let last = list.last_index.min(shown.len().saturating_sub(1));
    let selected = at_selected(list, &shown).unwrap_or(last);
    let mut lines = vec![
        title(model, area.width, shown.len()),
        table::header(COLUMNS, &widths),
    ];
    let columns = usize::from(area.width).saturating_sub(4);
    let gaps: Vec<String> = gaps(model)
        .iter()
        .flat_map(|gap| wrap(gap, columns))
        .map(|line| format!("   {line}"))
        .collect();
    let room = parts.list.saturating_sub(gaps.len());
    for index in visible(shown.len(), selected, room) {
        lines.push(row(model, shown[index], &widths, index == selected));
    }
    if shown.is_empty() && gaps.is_empty() {
        let text = if model.sessions.connections.is_empty() {
            model.awaited("asking")
        } else {
            "no session"
        };
        lines.push(Line::from(span(format!("   {text}"), theme::QUIET)));
    }
    // What is missing stands at the end of the list, whatever its length.
    lines.truncate(2 + room);
    lines.extend(
        gaps.into_iter()
            .map(|text| Line::from(span(text, theme::WARN))),
    );
    put(frame, slice(area, 0, 2 + parts.list), lines);
    if parts.detail > 0 {
        let below = slice(area, 2 + parts.list, parts.detail + 1);
        detail(model, shown.get(selected).copied(), frame, below);
    }
}

/// Where the selected session is. Selection is by the id's text, as `rows::names` has it; an id
/// is compared many times quicker.
fn at_selected(list: &List, shown: &[&SessionRow]) -> Option<usize> {
    let digits = list.selected.as_ref()?.strip_prefix("0x")?;
    let id = u64::from_str_radix(digits, 16).ok()?.cast_signed();
    shown.iter().position(|row| row.id.0 == id)
}

fn title(model: &Model, columns: u16, shown: usize) -> Line<'static> {
    let all = count(model.sessions.rows.len() as u64);
    let number = match is_unrecorded(model) {
        true => String::new(),
        false => format!("   {} of {all}", count(shown as u64)),
    };
    let mut parts = vec![span("sessions", theme::STRONG), span(number, Style::new())];
    // What members count as clients are connections: a session may be between two.
    let rows = &model.sessions.rows;
    let apart = rows.iter().filter(|row| row.member.is_none()).count();
    let connections = &model.sessions.connections;
    let have_all_told = model.members.iter().all(|member| {
        let told = connections.get(&member.address);
        told.is_some_and(|told| told.fault.is_none())
    });
    if apart > 0 && have_all_told {
        let text = format!("   {} without a connection", count(apart as u64));
        parts.push(span(text, theme::WARN));
    }
    let oldest = model
        .sessions
        .connections
        .values()
        .map(|told| told.at_mono_ms)
        .min();
    if let Some(at) = oldest {
        let told = age(model.now.mono_ms.saturating_sub(at));
        parts.push(span(
            format!("   told {told} ago, asked every 10 s"),
            theme::QUIET,
        ));
    }
    parts.extend(super::list_state(model, Screen::Sessions));
    heading(columns, parts)
}

/// In a replay, where nobody had looked at the sessions so far. What the console knew of its own
/// is not the number of all.
fn is_unrecorded(model: &Model) -> bool {
    model.replay.is_some() && !model.sessions.is_told()
}

/// A line for each part of the picture that is missing or old, and why.
fn gaps(model: &Model) -> Vec<String> {
    if is_unrecorded(model) {
        let why = "not recorded then: only while screen 5 is open are members asked for them";
        return vec![why.to_owned()];
    }
    let dump = model
        .sessions
        .dump
        .iter()
        .filter_map(|told| told.fault.as_ref());
    let members = model
        .sessions
        .connections
        .iter()
        .filter_map(|(address, told)| {
            Some(format!(
                "{}: {}",
                clean(address),
                clean(told.fault.as_ref()?)
            ))
        });
    members
        .chain(untold_watches(model))
        .chain(dump.map(|fault| format!("ephemerals: {}", clean(fault))))
        .collect()
}

/// Which members do not say whose their watches are, and what would tell.
fn untold_watches(model: &Model) -> Option<String> {
    let rows = || model.sessions.rows.iter();
    let is_untold = |member: &&Member| {
        let address = &member.address;
        rows().any(|row| row.watches.is_none() && row.member.as_ref() == Some(address))
    };
    let untold: Vec<&Member> = model.members.iter().filter(is_untold).collect();
    let names: Vec<String> = untold.iter().map(|one| clean(&who(model, one))).collect();
    let remedy = if untold.iter().all(|member| is_ours(member)) {
        "their AdminServers tell, and are not reached (:capabilities)"
    } else {
        "only the list of all tells: r on screen 6 asks for it once, at a cost"
    };
    let remedy = model.awaited(remedy);
    (!names.is_empty()).then(|| format!("watches of {}: ?, {remedy}", names.join(", ")))
}

fn row(
    model: &Model,
    row: &SessionRow,
    widths: &[Option<usize>],
    is_selected: bool,
) -> Line<'static> {
    let ours = model.session.id == Some(row.id);
    let text = |value: &Option<String>| clean(value.as_deref().unwrap_or("?"));
    let client = if ours {
        format!("{} (us)", text(&row.client))
    } else {
        text(&row.client)
    };
    let plain = Style::new();
    let member = row.member.as_ref();
    let member = member.map_or("?".to_owned(), |address| clean(&called(model, address)));
    let cells = vec![
        (
            if is_selected { ">" } else { " " }.to_owned(),
            theme::STRONG,
        ),
        (row.id.to_string(), plain),
        (client, plain),
        (member, plain),
        (
            row.timeout_ms
                .map_or("?".to_owned(), |ms| format!("{} s", ms as f64 / 1000.0)),
            plain,
        ),
        (
            row.ephemerals.map_or("?".to_owned(), |n| count(n as u64)),
            plain,
        ),
        (
            row.watches.map_or("?".to_owned(), |n| count(n as u64)),
            plain,
        ),
        (text(&row.last_op), plain),
        (row.queued.map_or("?".to_owned(), |n| n.to_string()), plain),
    ];
    let line = table::row(COLUMNS, widths, cells);
    if is_selected {
        line.style(theme::STRONG)
    } else {
        line
    }
}

/// The selected session's ephemerals: what vanishes with it.
pub(super) fn detail(model: &Model, row: Option<&SessionRow>, frame: &mut Frame<'_>, area: Rect) {
    let Some(row) = row else { return };
    let title = vec![span(format!("{} owns", row.id), theme::STRONG)];
    let columns = usize::from(area.width);
    let body: Vec<String> = match model.sessions.ephemerals_of(row.id) {
        None => wrap(
            model.awaited("No member tells who owns which ephemeral: dump is shut."),
            columns - 2,
        ),
        Some([]) => vec!["no ephemeral znode".to_owned()],
        Some(paths) => paths.iter().map(|path| clean(path)).collect(),
    };
    let room = usize::from(area.height).saturating_sub(1);
    let from = model.ui.scroll.min(body.len().saturating_sub(room));
    let mut lines = vec![heading(area.width, title)];
    lines.extend(
        body.into_iter()
            .skip(from)
            .map(|line| Line::from(format!(" {line}"))),
    );
    put(frame, area, lines);
}
