//! The fleet's screen: a line a cluster, the worst first; below it the selected one.

use ratatui::{
    Frame,
    layout::Rect,
    style::{Modifier, Style},
    text::{Line, Span},
};
use zoowarden_shared::admin::verdict::Verdict;

use super::{
    Look,
    header::ms,
    heading, plain, put, slice, span,
    table::{self, Cell, Column, column},
    theme,
};
use crate::{
    fleet::{
        board::Board,
        row::{MemberLine, Row, Trouble},
    },
    model::{
        alarm::{Section, notice::Urgency},
        clock::{age, time_of_day},
        layout::is_tiny,
        member::State,
        ui::{Screen, visible},
    },
    text::{Align, clean, count, cut, fit, width, wrap},
};

/// An answer that is older than two looks and their deadlines.
const OLD_MS: u64 = 15_000;

/// Draws the whole screen.
pub fn draw(board: &Board, look: Look, frame: &mut Frame<'_>) {
    let area = frame.area();
    if is_tiny((area.width, area.height)) {
        tiny(board, frame, area);
    } else {
        whole(board, frame, area);
    }
    plain::in_theme(frame.buffer_mut(), look.theme);
    if look.ascii {
        plain::in_ascii(frame.buffer_mut());
    }
}

/// The clusters in trouble, as far as they fit.
fn tiny(board: &Board, frame: &mut Frame<'_>, area: Rect) {
    let columns = usize::from(area.width);
    let line = |row: &Row| {
        let (mark, word, style) = verdict(row);
        let text = cut(&format!("{mark} {word} {}", clean(&row.name)), columns);
        Line::from(span(text, style))
    };
    let shown = board.shown();
    put(frame, area, shown.into_iter().map(line).collect());
}

fn whole(board: &Board, frame: &mut Frame<'_>, area: Rect) {
    let columns = usize::from(area.width);
    put(
        frame,
        slice(area, 0, 2),
        vec![title(board, columns), summary(board, columns)],
    );
    let body = slice(area, 2, usize::from(area.height).saturating_sub(5));
    if board.shows_help {
        help(board, frame, body);
    } else {
        let shown = board.shown();
        // The list's heading and header line; the detail's heading.
        let room = usize::from(body.height).saturating_sub(3);
        let list_room = shown.len().clamp(1, (room * 2 / 3).max(1));
        list(board, &shown, frame, slice(body, 0, list_room + 2));
        if let Some(row) = shown.get(board.selected_index()) {
            let from = list_room + 2;
            let below = slice(body, from, usize::from(body.height).saturating_sub(from));
            detail(row, frame, below);
        }
    }
    let from = usize::from(area.height).saturating_sub(3);
    put(frame, slice(area, from, 3), footer(board, columns));
}

/// ` ZOOWARDEN  FLEET  4 clusters of console.toml            READ-ONLY  14:02:37 UTC`
fn title(board: &Board, columns: usize) -> Line<'static> {
    let read_only = if board.read_only { "READ-ONLY  " } else { "" };
    let right = format!("{read_only}{} UTC ", time_of_day(board.now.wall_ms));
    let left = vec![
        span(" ZOOWARDEN  ", theme::STRONG),
        span("FLEET", theme::STRONG),
        span(
            format!("   {} clusters, the worst first", board.rows.len()),
            Style::new(),
        ),
    ];
    let used: usize = left.iter().map(|part| width(&part.content)).sum();
    let mut spans = left;
    let room = columns.saturating_sub(used);
    spans.push(span(fit(&right, room, Align::Right), Style::new()));
    Line::from(spans)
}

/// ` ✕ 1 no quorum   ▲ 1 degraded   ● 2 healthy`
fn summary(board: &Board, columns: usize) -> Line<'static> {
    let many = |trouble: Trouble| {
        let rows = board.rows.iter();
        rows.filter(|row| row.rank().0 == trouble).count()
    };
    let healthy = many(Trouble::None) + many(Trouble::Alarmed);
    let parts = [
        ("✕", many(Trouble::NoQuorum), "no quorum", theme::BAD),
        ("?", many(Trouble::CannotTell), "cannot tell", theme::WARN),
        ("▲", many(Trouble::Degraded), "degraded", theme::WARN),
        ("●", healthy, "healthy", theme::GOOD),
        ("·", many(Trouble::Asking), "asking", theme::QUIET),
    ];
    let mut spans = vec![Span::raw(" ")];
    for (mark, number, word, style) in parts {
        if number > 0 {
            spans.push(span(format!("{mark} {number} {word}   "), style));
        }
    }
    let open = board.rows.iter().map(|row| row.open_alarms().count());
    let alarms: usize = open.sum();
    let told = format!("alarms {alarms}");
    let used: usize = spans.iter().map(|part| width(&part.content)).sum();
    if alarms > 0 && used + width(&told) <= columns {
        spans.push(span(told, theme::WARN));
    }
    Line::from(spans)
}

const COLUMNS: &[Column] = &[
    column("", 1, Align::Left, 0),
    column("verdict", 14, Align::Left, 0),
    Column {
        grows_to: 32,
        ..column("cluster", 20, Align::Left, 0)
    },
    column("up", 5, Align::Right, 0),
    column("survives", 8, Align::Right, 2),
    column("alarms", 6, Align::Right, 1),
    Column {
        grows_to: 26,
        ..column("leader", 18, Align::Left, 3)
    },
    column("seen", 9, Align::Right, 1),
    Column {
        grows_to: 80,
        ..column("", 22, Align::Left, 4)
    },
];

fn list(board: &Board, shown: &[&Row], frame: &mut Frame<'_>, area: Rect) {
    let mut parts = vec![span("clusters", theme::STRONG)];
    if shown.len() < board.rows.len() {
        let of = format!("   {} of {}", shown.len(), board.rows.len());
        parts.push(span(of, Style::new()));
    }
    if !board.filter.is_empty() {
        let filter = format!("   filter: {}", clean(&board.filter.0));
        parts.push(span(filter, theme::WARN));
    }
    let widths = table::widths(COLUMNS, usize::from(area.width));
    let mut lines = vec![heading(area.width, parts), table::header(COLUMNS, &widths)];
    let selected = board.selected_index();
    let room = usize::from(area.height).saturating_sub(2);
    for at in visible(shown.len(), selected, room) {
        let Some(row) = shown.get(at) else { continue };
        let mut line = table::row(COLUMNS, &widths, cells(row, at == selected));
        if at == selected {
            line = line.patch_style(theme::STRONG);
        }
        lines.push(line);
    }
    put(frame, area, lines);
}

fn cells(row: &Row, is_selected: bool) -> Vec<Cell> {
    let (mark, word, style) = verdict(row);
    let tag = row
        .tag
        .as_ref()
        .map_or(String::new(), |tag| format!("  [{}]", clean(tag)));
    let colour = row.colour.as_deref().and_then(theme::colour);
    let name = colour.map_or(Style::new(), |colour| Style::new().fg(colour));
    let survives = match (row.verdict, row.survives) {
        (Verdict::Healthy | Verdict::Degraded, Some(survives)) => survives.to_string(),
        (Verdict::NoQuorum, _) => "-".to_owned(),
        _ => "?".to_owned(),
    };
    let is_thin = row.survives == Some(0) && row.all > 1;
    let (seen, seen_style) = match row.age_ms {
        Some(ms) if ms > OLD_MS => (age(ms), theme::WARN),
        Some(ms) => (age(ms), Style::new()),
        None => ("never".to_owned(), theme::QUIET),
    };
    let warned = |is: bool| if is { theme::WARN } else { Style::new() };
    vec![
        (
            if is_selected { ">" } else { " " }.to_owned(),
            theme::STRONG,
        ),
        (format!("{mark} {word}"), style),
        (format!("{}{tag}", clean(&row.name)), name),
        (format!("{}/{}", row.up, row.all), warned(row.up < row.all)),
        (survives, warned(is_thin)),
        (alarms(row), warned(row.open_alarms().next().is_some())),
        (
            row.leader.as_deref().map_or("none seen".to_owned(), clean),
            warned(row.leader.is_none()),
        ),
        (seen, seen_style),
        (clean(said(row)), Style::new()),
    ]
}

/// How many are open, with the mark of the worst.
fn alarms(row: &Row) -> String {
    let open = row.open_alarms().count();
    match row.open_alarms().next().map(|worst| worst.urgency) {
        // Nobody has looked yet, or nobody can.
        None if !row.is_asked => "?".to_owned(),
        None => "0".to_owned(),
        Some(Urgency::Critical) => format!("{open} ✕"),
        Some(_) => format!("{open} ▲"),
    }
}

/// Why it cannot be reached, else its sentence without the word that the verdict is.
fn said(row: &Row) -> &str {
    let sentence = row.unreachable.as_deref().unwrap_or(&row.sentence);
    sentence.strip_prefix("No quorum: ").unwrap_or(sentence)
}

/// As on an open cluster; what was not asked yet has no verdict.
fn verdict(row: &Row) -> (&'static str, &'static str, Style) {
    match row.rank().0 {
        Trouble::Asking => ("·", "ASKING", theme::QUIET),
        Trouble::CannotTell => ("?", "CANNOT TELL", theme::WARN.add_modifier(Modifier::BOLD)),
        _ => theme::verdict(row.verdict),
    }
}

/// The selected cluster: its sentence, its alarms, its members.
fn detail(row: &Row, frame: &mut Frame<'_>, area: Rect) {
    let columns = usize::from(area.width).saturating_sub(2);
    let title = vec![
        span(clean(&row.name), theme::STRONG),
        span("   Enter opens it", Style::new()),
    ];
    let mut lines = vec![heading(area.width, title)];
    let mut say = |text: &str, style: Style| {
        let told = wrap(&clean(text), columns).into_iter();
        lines.extend(told.map(|line| Line::from(span(format!(" {line}"), style))));
    };
    say(said(row), Style::new());
    for alarm in &row.alarms {
        let (mark, style) = match alarm.urgency {
            Urgency::Critical => ("✕", theme::BAD),
            Urgency::Normal => ("▲", theme::WARN),
            Urgency::Low => ("●", Style::new()),
        };
        let style = match alarm.section {
            Section::Active => style,
            _ => theme::QUIET,
        };
        say(
            &format!("{mark} {}{}", alarm.sentence, settled(alarm.section)),
            style,
        );
    }
    let widths = table::widths(MEMBERS, usize::from(area.width));
    if usize::from(area.height) > lines.len() + 1 {
        lines.push(table::header(MEMBERS, &widths));
        let members = row.members.iter();
        lines.extend(members.map(|one| table::row(MEMBERS, &widths, member(one))));
    }
    put(frame, area, lines);
}

/// What the operator has done about an alarm.
fn settled(section: Section) -> &'static str {
    match section {
        Section::Acknowledged => " (acknowledged)",
        Section::Snoozed => " (snoozed)",
        _ => "",
    }
}

const MEMBERS: &[Column] = &[
    column("", 2, Align::Right, 0),
    Column {
        grows_to: 36,
        ..column("member", 24, Align::Left, 0)
    },
    column("role", 12, Align::Left, 0),
    column("lag", 7, Align::Right, 2),
    column("answers", 9, Align::Right, 3),
    column("conns", 7, Align::Right, 1),
    Column {
        grows_to: 40,
        ..column("version", 12, Align::Left, 4)
    },
];

fn member(one: &MemberLine) -> Vec<Cell> {
    let (mark, style) = theme::state(&one.state);
    let role = match (&one.role, &one.state) {
        (Some(role), _) => role.clone(),
        (None, State::Silent(fault)) => clean(&fault.shown()),
        (None, State::NotServing) => "not serving".to_owned(),
        (None, State::Shut) => "shut".to_owned(),
        (None, State::Asking) => "asking".to_owned(),
        (None, State::Unaddressed) => "no address".to_owned(),
        (None, State::Serving | State::ReadOnly) => "?".to_owned(),
    };
    let number = |n: Option<u64>| n.map_or("-".to_owned(), count);
    let answers = one.round_trip_us.filter(|_| one.state == State::Serving);
    let connections = one.connections.and_then(|n| u64::try_from(n).ok());
    vec![
        (mark.to_owned(), style),
        (clean(&one.name), Style::new()),
        (role, style),
        (number(one.lag), Style::new()),
        (
            answers.map_or("-".to_owned(), |us| format!("{} ms", ms(us))),
            Style::new(),
        ),
        (number(connections), Style::new()),
        (
            one.version.as_deref().map_or("?".to_owned(), clean),
            theme::QUIET,
        ),
    ]
}

fn help(board: &Board, frame: &mut Frame<'_>, area: Rect) {
    let title = vec![
        span("help: Fleet", theme::STRONG),
        span("   any key goes back", Style::new()),
    ];
    let mut lines = vec![heading(area.width, title)];
    for line in board.keys.on(Screen::default()) {
        lines.push(Line::from(vec![
            span(
                format!("  {} ", fit(&line.shown, 10, Align::Left)),
                theme::STRONG,
            ),
            Span::raw(line.binding.does),
        ]));
    }
    lines.push(Line::default());
    let columns = usize::from(area.width).saturating_sub(4);
    for text in EXPLAINED {
        let told = wrap(text, columns).into_iter();
        lines.extend(told.map(|line| Line::from(format!("  {line}"))));
    }
    put(frame, area, lines);
}

const EXPLAINED: &[&str] = &[
    "Every cluster of console.toml is asked every 5 s: one srvr a member (a leader mntr too, where \
     that is open), and a session a minute for its configuration. An open cluster is watched \
     closely; the others go on like this.",
    "survives: how many more voters may be lost before writes stop. up: members that serve, of all \
     that are known. seen: since the newest answer of any member. alarms: by the open console's \
     own rules, as far as srvr lets them see; a few need more, and rest until the page is open.",
    "Alarms of a cluster whose page is closed are told by the same channels as those of an open \
     one; what was acknowledged or snoozed on its page stays so, and is not counted here. With no \
     console open, zoowarden watch --cluster NAME tells them, as a service.",
];

fn footer(board: &Board, columns: usize) -> Vec<Line<'static>> {
    let middle = match &board.said {
        Some(said) => Line::from(vec![
            span(" ▲ ", theme::WARN),
            span(cut(&clean(said), columns.saturating_sub(4)), Style::new()),
        ]),
        None => Line::from(span(
            " our load: a srvr a member every 5 s, a session a minute",
            theme::QUIET,
        )),
    };
    let keys = if board.is_filtering {
        Line::from(vec![
            span(" /", theme::STRONG),
            span(clean(&board.filter.0), Style::new()),
            span("_   Enter keeps it, Esc clears it", theme::QUIET),
        ])
    } else {
        let mut spans = Vec::new();
        for line in board.keys.on(Screen::default()) {
            if let Some(word) = line.binding.footer {
                spans.push(span(format!(" {}", line.shown), theme::STRONG));
                spans.push(span(format!(" {word} "), Style::new()));
            }
        }
        Line::from(spans)
    };
    vec![
        Line::from(span("─".repeat(columns), theme::QUIET)),
        middle,
        keys,
    ]
}
