//! Screen 1: the ensemble, drawn from its leader. What an operator sees first, and all day.
//!
//! ```text
//!   plan    how many lines each part gets       words   facts of one member in few words
//!   cards   one box a member, the leader's on top        wires   the links between them
//!   rolls   the same as one line a member, where boxes have no room
//!   sides   clients per member, next step       charts  writes and fsyncs over time
//! ```

mod cards;
mod charts;
mod plan;
mod rolls;
mod sides;
mod unseen;
mod wires;
mod words;

use ratatui::{Frame, layout::Rect, style::Style, text::Line};

use super::{happened, heading, put, slice, span, theme};
use crate::{
    model::{
        Model,
        layout::Layout,
        member::Member,
        rows::{
            self,
            overview::{Ranks, ranks},
        },
        tips::tips,
        ui::Screen,
    },
    text::{clean, cut, width},
};
use plan::{Plan, Shape, plan};
pub(in crate::view) use words::{both, fsync, mark, name};

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect, _: Layout) {
    let ranks = ranks(model);
    let plan = plan(
        (usize::from(area.width), usize::from(area.height)),
        (ranks.followers.len(), ranks.observers.len()),
        ranks.leader.is_some(),
    );
    put(frame, slice(area, 0, 1), vec![title(model, area.width)]);
    let selected = selected(model, &ranks);
    let ensemble = slice(area, 1, plan.ensemble);
    match plan.shape {
        Shape::Cards { .. } => picture(model, &ranks, selected, &plan, frame, ensemble),
        Shape::Rolls => rolls::draw(model, &ranks, selected, frame, ensemble),
    }
    let mut from = 1 + plan.ensemble;
    if plan.next_step > 0 {
        let area = slice(area, from, plan.next_step);
        put(frame, area, sides::next_step_lines(model, area));
        from += plan.next_step;
    }
    if plan.charts > 0 {
        charts::draw(model, frame, slice(area, from, plan.charts));
        from += plan.charts;
    }
    let mut happened = plan.happened;
    let tip = tip(model, usize::from(area.width)).filter(|_| happened > 3);
    happened -= usize::from(tip.is_some());
    happened::draw(model, frame, slice(area, from, happened));
    if let Some(tip) = tip {
        put(frame, slice(area, from + happened, 1), vec![tip]);
    }
}

/// The boxes, and the wires between them.
fn picture(
    model: &Model,
    ranks: &Ranks<'_>,
    selected: Option<&str>,
    plan: &Plan,
    frame: &mut Frame<'_>,
    area: Rect,
) {
    let Shape::Cards {
        leader: leader_height,
        followers: height,
        width,
        observers,
    } = plan.shape
    else {
        return;
    };
    let top = slice(area, 0, leader_height);
    let card = sides::draw(model, plan, frame, top);
    match ranks.leader {
        Some(leader) => cards::leader(model, leader, selected, frame, card),
        None => cards::nobody_leads(model, frame, card),
    }
    let boxes = cards::places(
        slice(area, leader_height + 2, height),
        ranks.followers.len(),
        width,
    );
    wires::draw(
        model,
        (ranks.leader, card),
        &ranks.followers,
        &boxes,
        frame,
        slice(area, leader_height, 2),
    );
    for (member, place) in ranks.followers.iter().zip(&boxes) {
        cards::member(model, member, selected, frame, *place);
    }
    if observers > 0 {
        let from = leader_height + 2 + height;
        let places = cards::places(
            slice(area, from + 1, observers - 1),
            ranks.observers.len(),
            width.max(25),
        );
        for (member, place) in ranks.observers.iter().zip(&places) {
            wires::to_observer(model, ranks.leader, member, *place, frame);
            cards::member(model, member, selected, frame, *place);
        }
    }
}

fn title(model: &Model, columns: u16) -> Line<'static> {
    let drawn = if model.leader().is_some() {
        ", drawn from its leader"
    } else {
        ""
    };
    let mut parts = vec![span("ensemble", theme::STRONG), span(drawn, theme::QUIET)];
    if columns >= 100 {
        parts.push(span(
            "    ━ fresh  ╌ slow  ✕ cut  ? cannot see    arrows choose, Enter opens",
            theme::QUIET,
        ));
    } else if columns >= 76 {
        parts.push(span("   ━ fresh ╌ slow ✕ cut ? cannot see", theme::QUIET));
    }
    heading(columns, parts)
}

/// The address of the chosen member.
fn selected<'a>(model: &Model, ranks: &Ranks<'a>) -> Option<&'a str> {
    let all: Vec<&Member> = ranks.all().collect();
    let at = rows::selected_index(model.ui.list_of(Screen::Overview), &all, |member| {
        member.address.as_str()
    });
    all.get(at).map(|member| member.address.as_str())
}

/// What to try in a demo, as much of it as there is room for.
fn tip(model: &Model, columns: usize) -> Option<Line<'static>> {
    let tips = tips(model)?.into_iter();
    let tips: Vec<String> = tips.map(|tip| format!(" tip: {}", clean(&tip))).collect();
    let fits = tips.iter().find(|tip| width(tip) <= columns);
    let text = cut(fits.or(tips.last())?, columns);
    Some(Line::from(span(text, Style::new().fg(theme::TIP))))
}
