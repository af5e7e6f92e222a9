//! Screen 2: every member, how it answers, and how far behind it is.

use ratatui::{Frame, layout::Rect, style::Style, text::Line};
use zoowarden_shared::{Zxid, admin::Role};

use super::{
    beats, happened,
    header::ms,
    heading, member_detail, overview, put, slice, span,
    table::{self, Column, column},
    theme,
};
use crate::{
    model::{
        Model,
        clock::age,
        lag::Lag,
        layout::Layout,
        links::severed_ms,
        member::{Member, State, Vote},
        rows,
        ui::{Screen, visible},
        verdict::lag_of,
    },
    text::{
        Align::{Left, Right},
        bytes, clean, count, width,
    },
};

const BEATS: usize = 10;
/// Where among the columns the strip of beats is; what it is called depends on the members.
const STRIP: usize = 6;
/// And how long it has said nothing.
const SILENT: usize = 7;
const COLUMNS: &[Column] = &[
    column("", 2, Left, 0),
    column("id", 3, Right, 0),
    Column {
        grows_to: 32,
        ..column("member", 15, Left, 0)
    },
    column("role", 12, Left, 0),
    column("zxid", 12, Right, 4),
    column("lag", 9, Right, 2),
    Column {
        grows_to: 40,
        ..column("", 10, Left, 1)
    },
    Column {
        grows_to: 19,
        ..column("silent", 9, Right, 0)
    },
    column("answers", 8, Right, 3),
    column("fsync", 9, Right, 5),
    column("conns", 6, Right, 6),
    column("fd", 4, Right, 7),
    column("disk", 6, Right, 8),
    // A wide window's: the detail below tells them as well.
    column("znodes", 9, Right, 9),
    Column {
        grows_to: 22,
        ..column("version", 9, Left, 10)
    },
];

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect, parts: Layout) {
    let shown = rows::members(model);
    let mut columns = COLUMNS.to_vec();
    columns[STRIP].title = strip_title(model);
    let widths = table::widths(&columns, usize::from(area.width));
    let selected = rows::selected_index(model.ui.list_of(Screen::Members), &shown, |member| {
        member.address.as_str()
    });
    let mut lines = vec![
        title(model, area.width, shown.len()),
        table::header(&columns, &widths),
    ];
    for index in visible(shown.len(), selected, parts.list) {
        let line = row(model, shown[index], &widths, index == selected);
        lines.push(line);
    }
    if shown.is_empty() {
        lines.push(Line::from(span(
            "   no member passes the filter",
            theme::QUIET,
        )));
    }
    put(frame, slice(area, 0, 2 + parts.list), lines);
    if let Some(member) = shown.get(selected) {
        let below = slice(area, 2 + parts.list, parts.detail + 1);
        member_detail::draw(model, member, frame, below);
    }
    if parts.happened > 0 {
        let from = 2 + parts.list + parts.detail + 1;
        happened::draw(model, frame, slice(area, from, parts.happened + 1));
    }
}

/// Members of ours tell their own beats; of others there are only our polls.
fn strip_title(model: &Model) -> &'static str {
    let alive = model.members.iter().filter(|m| !m.is_stale(model.now));
    let mut beating = alive.map(|member| member.pulse.is_some());
    match (
        beating.clone().any(|beats| beats),
        beating.all(|beats| beats),
    ) {
        (true, true) => "last beats",
        (true, false) => "last heard",
        (false, _) => "last polls",
    }
}

fn title(model: &Model, columns: u16, shown: usize) -> Line<'static> {
    let mut parts = vec![
        span("members", theme::STRONG),
        span(
            format!("   {shown} of {}", model.members.len()),
            Style::new(),
        ),
    ];
    parts.extend(super::list_state(model, Screen::Members));
    if model.ui.faults_only {
        parts.push(span("   faults only (!)", theme::WARN));
    }
    heading(columns, parts)
}

fn row(
    model: &Model,
    member: &Member,
    widths: &[Option<usize>],
    is_selected: bool,
) -> Line<'static> {
    let now = model.now;
    let state = member.state(now);
    let (mark, mark_style) = overview::mark(model, member);
    let stale = member.is_stale(now);
    let style = if stale { theme::STALE } else { Style::new() };
    let pointer = if is_selected { ">" } else { " " };
    // What it told while it served is nothing of what it has now: its clients are gone.
    let has_none = state == State::NotServing;
    let number = |fact: Option<i64>| match fact {
        _ if has_none => "-".to_owned(),
        Some(n) => count(u64::try_from(n).unwrap_or(0)),
        None => "?".to_owned(),
    };
    let facts = &member.facts;
    let remembered = member
        .remembered
        .as_ref()
        .filter(|_| member.facts_mono_ms.is_none());
    let zxid = facts.zxid.or_else(|| remembered.and_then(|r| r.zxid));
    let beat_columns = widths[STRIP].unwrap_or(BEATS);
    let cells = vec![
        (format!("{pointer}{mark}"), mark_style),
        (
            member.sid.map_or("?".to_owned(), |sid| sid.to_string()),
            style,
        ),
        (name(member), style),
        role(model, member, &state),
        (zxid.map_or("?".to_owned(), shown_zxid), style),
        lag(model, member),
        (String::new(), Style::new()),
        silence(model, member, widths[SILENT].unwrap_or_default()),
        (answers(member), style),
        fsync(model, member),
        (number(facts.connections), style),
        (
            if has_none {
                "-".to_owned()
            } else {
                descriptors(member)
            },
            style,
        ),
        (disk(model, member), style),
        (number(facts.znodes), style),
        (version(facts.version.as_deref()), style),
    ];
    let mut line = table::row(COLUMNS, widths, cells);
    place_strip(&mut line, member, widths, beat_columns);
    if is_selected {
        line = line.style(theme::STRONG);
    }
    line
}

/// Puts the strip into its cell: it has a style for each mark, where a cell has one.
fn place_strip(
    line: &mut Line<'static>,
    member: &Member,
    widths: &[Option<usize>],
    columns: usize,
) {
    if widths[STRIP].is_none() {
        return;
    }
    // Cells and the spaces between them alternate.
    let before = widths[..STRIP].iter().flatten().count();
    let cell = before * 2;
    if cell < line.spans.len() {
        line.spans
            .splice(cell..=cell, beats::strip(&member.beats, columns));
    }
}

fn name(member: &Member) -> String {
    let mark = if member.port_guessed { "~" } else { "" };
    format!("{mark}{}", clean(&member.address))
}

/// Of a member of ours that alone: which Apache's it answers as says the detail below.
fn version(version: Option<&str>) -> String {
    let Some(version) = version else {
        return "?".to_owned();
    };
    match version.split_once("-zoowarden-") {
        Some((_, ours)) => format!("our {}", clean(ours)),
        None => clean(version),
    }
}

/// What it is now, or what it was, in words.
fn role(model: &Model, member: &Member, state: &State) -> (String, Style) {
    match state {
        State::Serving | State::ReadOnly if member.vote == Vote::Outside => {
            ("no member".to_owned(), theme::WARN)
        }
        State::Serving | State::ReadOnly => match member.current_role(model.now) {
            Some(Role::Leader) if is_outdated(model, member) => {
                ("old leader".to_owned(), theme::WARN)
            }
            Some(Role::Leader) => ("LEADER".to_owned(), theme::STRONG),
            _ if severed_ms(model, member).is_some() => ("cut off".to_owned(), theme::WARN),
            Some(Role::ReadOnly) => ("read-only".to_owned(), theme::WARN),
            Some(role) => (role.name().to_owned(), Style::new()),
            None => ("?".to_owned(), theme::WARN),
        },
        State::NotServing => ("NOT SERVING".to_owned(), theme::WARN),
        State::Shut => ("tells none".to_owned(), theme::WARN),
        State::Silent(fault) => (clean(&fault.shown()), theme::BAD),
        State::Asking => match &member.remembered {
            Some(was) => {
                let role = was.role.map_or("?", Role::name);
                (format!("was {role}"), theme::STALE)
            }
            None => ("asking".to_owned(), theme::QUIET),
        },
        State::Unaddressed => {
            let vote = if member.vote == Vote::Observer {
                "observer"
            } else {
                "voter"
            };
            (format!("{vote}, ?"), theme::WARN)
        }
    }
}

/// Whether it still says that it leads, and another one does in a newer epoch.
fn is_outdated(model: &Model, member: &Member) -> bool {
    model
        .leader()
        .is_some_and(|leader| leader.address != member.address)
}

fn lag(model: &Model, member: &Member) -> (String, Style) {
    let role = member.current_role(model.now);
    if matches!(role, Some(Role::Leader | Role::Standalone)) {
        return ("-".to_owned(), Style::new());
    }
    if member.state(model.now) == State::NotServing {
        return ("-".to_owned(), theme::STALE);
    }
    match lag_of(model, member) {
        Some(Lag::Behind(0)) => ("0".to_owned(), Style::new()),
        Some(Lag::Behind(n)) => (count(n), theme::WARN),
        Some(Lag::NewEpoch) => ("new epoch".to_owned(), Style::new()),
        None => ("?".to_owned(), theme::QUIET),
    }
}

/// The silence where there is one, else the age of the last answer.
fn silence(model: &Model, member: &Member, columns: usize) -> (String, Style) {
    if member.unaddressed.is_some() {
        return ("?".to_owned(), theme::QUIET);
    }
    match (member.heard_mono_ms, &member.remembered) {
        (None, Some(was)) => {
            let ms = model.now.wall_ms.saturating_sub(was.seen_wall_ms);
            (age(u64::try_from(ms).unwrap_or(0)), theme::WARN)
        }
        (None, None) => ("never".to_owned(), theme::WARN),
        (Some(_), _) => {
            let ms = member.silence_ms(model.now);
            let is_silent = matches!(member.state(model.now), State::Silent(_));
            let style = match (is_silent, member.is_late(model.now)) {
                (true, _) => theme::BAD,
                // A late beat is a suspicion only.
                (false, true) if member.pulse.is_some() => theme::WARN,
                (false, true) => theme::BAD,
                (false, false) => Style::new(),
            };
            let usual = format!("{}, normally {}", age(ms), age(member.usual_silence_ms()));
            let is_unusual = is_silent || member.is_late(model.now);
            match is_unusual && width(&usual) <= columns {
                true => (usual, style),
                false => (age(ms), style),
            }
        }
    }
}

fn answers(member: &Member) -> String {
    member
        .round_trips_us
        .back()
        .map_or("?".to_owned(), |us| format!("{} ms", ms(*us)))
}

/// As the overview says it, without its name: of Apache's the mean since its start, which is said.
fn fsync(model: &Model, member: &Member) -> (String, Style) {
    if member.is_stale(model.now) {
        return ("?".to_owned(), theme::QUIET);
    }
    let (text, style) = overview::fsync(model, member);
    (
        text.trim_start_matches("fsync ").replace(" ms", "ms"),
        style,
    )
}

/// How much of what it may open is open.
fn descriptors(member: &Member) -> String {
    let facts = &member.facts;
    let share = facts.fd_open.zip(facts.fd_max).filter(|(_, max)| *max > 0);
    share.map_or("?".to_owned(), |(open, max)| {
        format!("{}%", open.saturating_mul(100) / max)
    })
}

/// What is left on its disk.
fn disk(model: &Model, member: &Member) -> String {
    let list = model.survey.snapshots(&member.address);
    let free = list.and_then(|list| list.free_bytes);
    free.map_or("?".to_owned(), bytes)
}

/// Epoch and counter, as they are compared: `5:0000001f`.
pub(super) fn shown_zxid(zxid: Zxid) -> String {
    format!("{:x}:{:08x}", zxid.epoch(), zxid.counter())
}
