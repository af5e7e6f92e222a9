//! One line a member: where their boxes have no room. The leader's first, the wires as a mark
//! before each of the others.

use ratatui::{Frame, layout::Rect, style::Style, text::Line};

use super::words;
use crate::{
    model::{
        Model,
        links::{End, LinkState, links},
        member::Member,
        rows::overview::Ranks,
        ui::visible,
    },
    text::{Align, cut, fit},
    view::{beats, put, span, theme},
};

pub(super) fn draw(
    model: &Model,
    ranks: &Ranks<'_>,
    selected: Option<&str>,
    frame: &mut Frame<'_>,
    area: Rect,
) {
    let all: Vec<&Member> = ranks.all().collect();
    let at = all
        .iter()
        .position(|member| selected == Some(member.address.as_str()))
        .unwrap_or(0);
    let links = links(model);
    let columns = usize::from(area.width);
    let lines = visible(all.len(), at, usize::from(area.height))
        .map(|index| {
            let member = all[index];
            let state = ranks.leader.and_then(|leader| {
                let to = links.iter().filter(|link| {
                    (link.to == member.address && link.from == End::Member(leader.address.clone()))
                        || (link.to == leader.address
                            && link.from == End::Member(member.address.clone()))
                });
                to.map(|link| link.state).min()
            });
            line(model, member, state, index == at, columns)
        })
        .collect();
    put(frame, area, lines);
}

fn line(
    model: &Model,
    member: &Member,
    wire: Option<LinkState>,
    is_selected: bool,
    columns: usize,
) -> Line<'static> {
    let (mark, mark_style) = words::mark(model, member);
    let (role, role_style) = words::role(model, member);
    let (wire, wire_style) = match wire {
        Some(LinkState::Fresh) => (" ━", theme::GOOD),
        Some(LinkState::Slow) => (" ╌", theme::WARN),
        Some(LinkState::Cut) => (" ✕", theme::BAD),
        Some(LinkState::Unknown) => (" ?", theme::QUIET),
        None => ("  ", theme::QUIET),
    };
    let pointer = if is_selected { ">" } else { " " };
    let mut spans = vec![
        span(pointer, theme::STRONG),
        span(wire, wire_style),
        span(format!(" {mark} "), mark_style),
        span(
            fit(&words::both(model, member), 16, Align::Left),
            if is_selected {
                theme::SELECTED
            } else {
                theme::STRONG
            },
        ),
        span(format!(" {}", fit(&role, 11, Align::Left)), role_style),
    ];
    let clients = words::clients(model, member);
    match words::trouble(model, member) {
        Some((text, style)) => spans.push(span(fit(&text, 30, Align::Left), style)),
        None => {
            let (lag, lag_style) = words::lag(model, member);
            let (fsync, fsync_style) = words::fsync(model, member);
            spans.push(span(fit(&lag, 13, Align::Left), lag_style));
            spans.push(span(fit(&fsync, 17, Align::Left), fsync_style));
        }
    }
    let used = 63;
    if columns >= used + 12 {
        let strip = (columns - used).saturating_sub(18).min(40);
        if strip >= 6 {
            spans.extend(beats::strip(&member.beats, strip));
            spans.push(span("  ", Style::new()));
        }
        let room = columns - used - if strip >= 6 { strip + 2 } else { 0 };
        spans.push(span(cut(&clients, room), Style::new()));
    }
    Line::from(spans)
}
