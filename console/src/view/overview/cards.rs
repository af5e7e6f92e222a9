//! One box a member: the leader's with a double border, and where nobody leads a box that says
//! so.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::{Block, BorderType, Paragraph},
};

use zoowarden_shared::admin::verdict::Verdict;

use super::words;
use crate::{
    model::{
        Model,
        clock::age,
        member::{Member, State},
        rates::{greatest, mean},
    },
    text::{Align, clean, count, cut, fit, width},
    view::{beats, overview::charts, span, theme},
};

/// A column of the leader's sparklines is so many seconds: about a minute in all.
const SPARK_S: u64 = 3;

/// Where so many boxes stand side by side, spread over the area.
pub(super) fn places(area: Rect, number: usize, columns: usize) -> Vec<Rect> {
    let room = usize::from(area.width);
    let spare = room.saturating_sub(number * columns);
    let gap = spare / (number + 1);
    (0..number)
        .map(|index| {
            let x = gap + index * (columns + gap);
            Rect {
                x: area.x + u16::try_from(x).unwrap_or(0),
                width: u16::try_from(columns.min(room.saturating_sub(x))).unwrap_or(0),
                ..area
            }
        })
        .collect()
}

/// The leader's box.
pub(super) fn leader(
    model: &Model,
    member: &Member,
    selected: Option<&str>,
    frame: &mut Frame<'_>,
    area: Rect,
) {
    let columns = usize::from(area.width).saturating_sub(4);
    let (fsync, fsync_style) = words::fsync(model, member);
    let clients = words::clients(model, member);
    let mut lines = Vec::new();
    if area.height >= 5 {
        let now_s = model.now.mono_ms / 1000;
        let spark = columns.saturating_sub(15);
        let told = model.rates.fsync_us.get(&member.address);
        let fsyncs = told.map_or_else(Vec::new, |told| {
            told.columns(now_s, SPARK_S, spark, greatest)
        });
        lines.push(sparkline((fsync, fsync_style), &fsyncs, columns));
        if columns >= 30 {
            let rate = model.rates.writes.newest(now_s);
            let writes = rate.map_or("writes ?/s".to_owned(), |rate| {
                format!("writes {}/s", count(rate.round() as u64))
            });
            let rates = model.rates.writes.columns(now_s, SPARK_S, spark, mean);
            lines.push(sparkline((writes, Style::new()), &rates, columns));
            let used = width(&clients) + 7;
            let mut beat = vec![span("beat ", theme::QUIET)];
            beat.extend(beats::strip(
                &member.beats,
                columns.saturating_sub(used).min(20),
            ));
            beat.push(span(format!("  {clients}"), Style::new()));
            lines.push(Line::from(beat));
        } else {
            lines.push(beat_line(member, columns));
            lines.push(Line::from(span(clients, Style::new())));
        }
    } else {
        let text = spread(&fsync, &clients, columns);
        lines.push(Line::from(span(text, fsync_style)));
        lines.push(beat_line(member, columns));
    }
    boxed(
        model,
        member,
        selected,
        (BorderType::Double, theme::STRONG),
        lines,
        frame,
        area,
    );
}

/// Where the leader would be.
pub(super) fn nobody_leads(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let asking = model
        .members
        .iter()
        .all(|member| matches!(member.state(model.now), State::Asking | State::Unaddressed));
    let since = model
        .leader_ended_mono_ms
        .map(|at| age(model.now.mono_ms.saturating_sub(at)));
    // Somebody follows: only who leads is not to be seen from here.
    let holds = model.verdict.survives.is_some();
    let text = match since {
        _ if holds => "it cannot be asked from here".to_owned(),
        _ if asking => "no answer yet".to_owned(),
        Some(since) => format!("none seen for {since}"),
        None => "none has been seen".to_owned(),
    };
    let is_certain = model.verdict.verdict == Verdict::NoQuorum;
    let style = match (asking, is_certain) {
        (true, _) => theme::QUIET,
        (false, false) => theme::WARN,
        (false, true) => theme::BAD,
    };
    let block = Block::bordered()
        .border_type(BorderType::Double)
        .border_style(style)
        .title(Line::from(span("═ ? LEADER ", style)));
    let columns = usize::from(area.width).saturating_sub(4);
    let writes = match (asking, holds) {
        (true, _) => "",
        (false, true) => "a quorum holds",
        (false, false) if is_certain => "nothing can be written",
        (false, false) => "writes: cannot tell",
    };
    let lines = vec![
        Line::from(span(format!(" {}", cut(&text, columns)), style)),
        Line::from(span(format!(" {}", cut(writes, columns)), Style::new())),
    ];
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// Any other member's box.
pub(super) fn member(
    model: &Model,
    member: &Member,
    selected: Option<&str>,
    frame: &mut Frame<'_>,
    area: Rect,
) {
    let columns = usize::from(area.width).saturating_sub(4);
    let clients = words::clients(model, member);
    let (first, style) = match words::trouble(model, member) {
        Some((text, style)) => (cut(&text, columns), style),
        None => {
            let (lag, lag_style) = words::lag(model, member);
            let (fsync, fsync_style) = words::fsync(model, member);
            // The narrowest boxes have no room for the unit's name.
            let short = fsync.replace("fsync ", "").replace(" ms", "ms");
            let fsync = if width(&lag) + width(&fsync) + 2 > columns {
                short
            } else {
                fsync
            };
            let style = if lag_style == Style::new() {
                fsync_style
            } else {
                lag_style
            };
            let style = if style == theme::QUIET {
                Style::new()
            } else {
                style
            };
            (spread(&lag, &fsync, columns), style)
        }
    };
    let mut lines = vec![Line::from(span(first, style))];
    if area.height >= 5 {
        lines.push(beat_line(member, columns));
        let uptime = words::uptime(member).filter(|_| !member.is_stale(model.now));
        let up = uptime.map_or(String::new(), |up| format!("up {up}"));
        lines.push(Line::from(span(
            spread(&clients, &up, columns),
            Style::new(),
        )));
    } else {
        let strip = columns.saturating_sub(width(&clients) + 1);
        let mut line = beats::strip(&member.beats, strip.min(14));
        let used: usize = line.iter().map(|part| width(&part.content)).sum();
        line.push(Span::raw(
            " ".repeat(columns.saturating_sub(used + width(&clients))),
        ));
        line.push(span(cut(&clients, columns), Style::new()));
        lines.push(Line::from(line));
    }
    let border = match member.state(model.now) {
        State::Serving => Style::new(),
        State::Silent(_) => theme::BAD,
        State::Asking => theme::QUIET,
        _ => theme::WARN,
    };
    boxed(
        model,
        member,
        selected,
        (BorderType::Plain, border),
        lines,
        frame,
        area,
    );
}

fn beat_line(member: &Member, columns: usize) -> Line<'static> {
    let mut beat = vec![span("beat ", theme::QUIET)];
    beat.extend(beats::strip(
        &member.beats,
        columns.saturating_sub(5).min(30),
    ));
    Line::from(beat)
}

/// A value, and its minute.
fn sparkline(
    (text, style): (String, Style),
    values: &[Option<f64>],
    columns: usize,
) -> Line<'static> {
    if values.is_empty() {
        return Line::from(span(cut(&text, columns), style));
    }
    let room = columns.saturating_sub(15);
    Line::from(vec![
        span(fit(&text, 15, Align::Left), style),
        span(fit(&charts::spark(values), room, Align::Left), theme::GOOD),
    ])
}

/// One text at each end.
fn spread(left: &str, right: &str, columns: usize) -> String {
    let room = columns.saturating_sub(width(right) + 1);
    if width(left) > room {
        return cut(left, columns);
    }
    fit(left, columns - width(right), Align::Left) + right
}

fn boxed(
    model: &Model,
    member: &Member,
    selected: Option<&str>,
    (border, style): (BorderType, Style),
    lines: Vec<Line<'static>>,
    frame: &mut Frame<'_>,
    area: Rect,
) {
    let (mark, mark_style) = words::mark(model, member);
    let (role, role_style) = words::role(model, member);
    let room = usize::from(area.width).saturating_sub(5);
    // What does not fit is left out whole: the zone, the name, then the role.
    let long = format!("{}  ", words::both(model, member));
    let short = format!("{}  ", words::tag(model, member));
    let zone = model.cluster.zones.of(member.sid);
    let longest = zone.map_or(long.clone(), |zone| format!("{long}zone {}  ", clean(zone)));
    let fits = |who: &str, role: &str| width(who) + 2 + width(role) <= room;
    // That it follows, the wire above its box says too.
    let is_plain = role_style == Style::new() && member.state(model.now) == State::Serving;
    let (who, role) = if fits(&longest, &role) {
        (longest, role)
    } else if zone.is_some() && is_plain && fits(&longest, "") {
        (longest, String::new())
    } else if fits(&long, &role) {
        (long, role)
    } else {
        (short, role)
    };
    let role = cut(&role, room.saturating_sub(width(&who) + 2));
    let name_style = if selected == Some(member.address.as_str()) {
        theme::SELECTED
    } else {
        theme::STRONG
    };
    let dash = if border == BorderType::Double {
        "═"
    } else {
        "─"
    };
    let title = Line::from(vec![
        span(dash, style),
        Span::raw(" "),
        span(format!("{mark} "), mark_style),
        span(clean(who.trim_end()), name_style),
        Span::raw(if role.is_empty() { "" } else { "  " }),
        span(role, role_style),
        Span::raw(" "),
    ]);
    let block = Block::bordered()
        .border_type(border)
        .border_style(style)
        .title(title);
    let lines: Vec<Line<'static>> = lines
        .into_iter()
        .map(|mut line| {
            line.spans.insert(0, Span::raw(" "));
            line
        })
        .collect();
    let mut text = Paragraph::new(lines).block(block);
    if member.is_stale(model.now) && !matches!(member.state(model.now), State::Silent(_)) {
        text = text.style(theme::STALE);
    }
    frame.render_widget(text, area);
}
