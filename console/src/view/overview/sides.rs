//! Beside the leader, where there is room: clients per member, and the next safe step. Where
//! there is less, the writes of the last minute, and the step in a line below.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::Line,
    widgets::{Block, Paragraph},
};

use super::{charts, plan::Plan, words};
use crate::{
    model::{
        Model,
        member::State,
        next_step::{NextStep, Weighed, next_step},
        probe::Fault,
        rates::mean,
    },
    text::{Align, clean, count, cut, fit, total, width, wrap},
    view::{heading, put, slice, span, theme},
};

/// Columns of the boxes, and of the leader's between them.
const SIDE: u16 = 36;
const LEADER: u16 = 40;
/// Of the leader's where there are no boxes.
const LEADER_ALONE: u16 = 26;

/// Draws what stands beside the leader's box, and tells where that is.
pub(super) fn draw(model: &Model, plan: &Plan, frame: &mut Frame<'_>, area: Rect) -> Rect {
    let width = if plan.is_wide { LEADER } else { LEADER_ALONE };
    let card = Rect {
        x: area.x + area.width.saturating_sub(width) / 2,
        width: width.min(area.width),
        ..area
    };
    if plan.is_wide {
        let left = Rect {
            x: area.x + 1,
            width: SIDE.min(card.x.saturating_sub(area.x + 2)),
            ..area
        };
        clients(model, frame, left);
        let right = Rect {
            x: area.right().saturating_sub(SIDE + 1).max(card.right() + 1),
            width: SIDE.min(area.right().saturating_sub(card.right() + 2)),
            ..area
        };
        step(model, frame, right);
    } else {
        let room = card.x.saturating_sub(area.x + 3);
        let left = Rect {
            x: area.x + 2,
            width: room,
            ..area
        };
        writes(model, frame, left);
        let right = Rect {
            x: card.right() + 2,
            width: area.right().saturating_sub(card.right() + 2),
            ..area
        };
        all_clients(model, frame, right);
    }
    card
}

fn clients(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let told = told_clients(model);
    let most = told.iter().copied().flatten().max().unwrap_or(0);
    let title = format!(" clients {} ", total(&told));
    let block = Block::bordered()
        .border_style(theme::QUIET)
        .title(span(title, theme::STRONG));
    let rows = usize::from(area.height).saturating_sub(2).max(1);
    let inner = usize::from(area.width).saturating_sub(4);
    let across = told.len().div_ceil(rows).clamp(1, 3);
    let cell = inner / across;
    let lines: Vec<Line<'static>> = (0..rows)
        .map(|row| {
            let members: Vec<_> = model.members.iter().zip(&told).collect();
            let cells = (0..across).filter_map(|column| members.get(column * rows + row).copied());
            let text: String = cells
                .map(|(member, n)| {
                    fit(
                        &bar(&words::tag(model, member), *n, most, cell),
                        cell,
                        Align::Left,
                    )
                })
                .collect();
            Line::from(span(format!(" {text}"), Style::new()))
        })
        .collect();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// What each member says of its clients. Where nobody listens there are none.
fn told_clients(model: &Model) -> Vec<Option<u64>> {
    let told = model.members.iter().map(|member| {
        let fresh = member
            .facts
            .connections
            .filter(|_| !member.is_stale(model.now));
        match member.state(model.now) {
            State::Silent(Fault::Refused) => Some(0),
            _ => fresh.and_then(|n| u64::try_from(n).ok()),
        }
    });
    told.collect()
}

/// `1 ██████▌ 388`
fn bar(tag: &str, n: Option<u64>, most: u64, columns: usize) -> String {
    let number = n.map_or("?".to_owned(), count);
    // Id, bar, number, and what keeps columns apart.
    let room = columns.saturating_sub(tag.len() + number.len() + 4).min(20);
    let eighths = n.map_or(0, |n| {
        (n as usize * room * 8).div_ceil(most.max(1) as usize)
    });
    let bar = charts::bar(eighths);
    format!("{tag} {} {number}", fit(&bar, room, Align::Left))
}

fn step(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let block = Block::bordered()
        .border_style(theme::QUIET)
        .title(span(" next step ", theme::STRONG));
    let columns = usize::from(area.width).saturating_sub(4);
    let lines = match next_step(model) {
        Some(step) => {
            let (word, style) = weighed(&step);
            let key = key(&step);
            let room = columns.saturating_sub(key.len() + width(word));
            let mut lines = vec![Line::from(vec![
                span(format!(" {key}"), theme::STRONG),
                span(word, style),
                span(cut(&clean(&step.what), room), theme::STRONG),
            ])];
            let why = wrap(&clean(&step.why), columns);
            lines.extend(
                why.into_iter()
                    .map(|line| Line::from(span(format!(" {line}"), Style::new()))),
            );
            lines
        }
        None => vec![Line::from(span(" nothing is known yet", theme::QUIET))],
    };
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// The step where it has no box: a heading and a line.
pub(super) fn next_step_lines(model: &Model, area: Rect) -> Vec<Line<'static>> {
    let columns = usize::from(area.width);
    let line = match next_step(model) {
        Some(step) => {
            let (word, style) = weighed(&step);
            let what = clean(&step.what);
            let key = key(&step);
            let room = columns.saturating_sub(width(&what) + key.len() + width(word) + 4);
            Line::from(vec![
                span(format!(" {key}"), theme::STRONG),
                span(word, style),
                span(what, theme::STRONG),
                span(format!("   {}", cut(&clean(&step.why), room)), Style::new()),
            ])
        }
        None => Line::from(span(" nothing is known yet", theme::QUIET)),
    };
    vec![
        heading(area.width, vec![span("next step", theme::STRONG)]),
        line,
    ]
}

fn weighed(step: &NextStep) -> (&'static str, Style) {
    match step.weighed {
        Weighed::Quiet => ("● ", theme::GOOD),
        Weighed::Runs => ("▸ RUNS  ", theme::WARN),
        Weighed::Safe => ("● SAFE  ", theme::GOOD),
        Weighed::Soft => ("▲ SOFT  ", theme::WARN),
        Weighed::ByHand => ("▲ BY HAND  ", theme::WARN),
        Weighed::Look => ("▲ LOOK  ", theme::WARN),
    }
}

/// The keys that lead to its gate, or to why there is none.
fn key(step: &NextStep) -> &'static str {
    match step.weighed {
        Weighed::Runs | Weighed::Safe | Weighed::Soft => "0 Enter  ",
        // It says there what would open it.
        Weighed::ByHand => "0  ",
        Weighed::Quiet | Weighed::Look => "",
    }
}

/// The writes of the last minute, left of the leader.
fn writes(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let now_s = model.now.mono_ms / 1000;
    let columns = usize::from(area.width);
    if columns < 12 || area.height < 2 {
        return;
    }
    let rate = model
        .rates
        .writes
        .newest(now_s)
        .map_or("?".to_owned(), |rate| count(rate.round() as u64));
    let values = model.rates.writes.columns(now_s, 3, columns, mean);
    put(
        frame,
        slice(area, 1, 2),
        vec![
            Line::from(vec![
                span("writes/s ", theme::QUIET),
                span(rate, theme::STRONG),
            ]),
            Line::from(span(charts::spark(&values), theme::GOOD)),
        ],
    );
}

/// All clients, right of the leader.
fn all_clients(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    if area.width < 12 || area.height < 3 {
        return;
    }
    let lines = vec![
        Line::from(vec![
            span("clients ", theme::QUIET),
            span(total(&told_clients(model)), theme::STRONG),
        ]),
        Line::from(span("arrows, Enter: a member", theme::QUIET)),
    ];
    put(frame, slice(area, 1, 2), lines);
}
