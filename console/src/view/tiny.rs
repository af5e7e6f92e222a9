//! Windows too small for screens: the status, and the worst member.

use ratatui::{Frame, layout::Rect, style::Style, text::Line};

use super::{put, span, theme};
use crate::{
    model::{
        Model,
        clock::age,
        member::State,
        rows::{has_fault, watched},
        ui::Overlay,
    },
    text::{clean, cut, width, wrap},
};

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let columns = usize::from(area.width);
    let (mark, word, style) = theme::judged(model);
    let demo = if model.cluster.demo { " DEMO" } else { "" };
    let judged = format!("{mark} {word}");
    let room = columns.saturating_sub(width(&judged) + 1);
    let name = clean(&model.cluster.name);
    // Half a name may be another one's.
    let is_named = !model.cluster.demo && width(&name) <= room;
    let mut lines = vec![Line::from(vec![
        span(judged, style),
        span(demo, theme::WARN),
        span(
            if is_named {
                format!(" {name}")
            } else {
                String::new()
            },
            Style::new(),
        ),
    ])];
    if model.recovery.shown().is_some() {
        let text = "a gate is open: enlarge the window to see it, Esc leaves it";
        let told = wrap(text, columns).into_iter();
        lines.extend(told.map(|line| Line::from(span(line, theme::WARN))));
    }
    let waits = match &model.ui.overlay {
        None => None,
        Some(read) if read.is_read() => None,
        Some(Overlay::Dialog(_)) => Some("a dialog is open and waits: enlarge the window"),
        Some(_) => Some("a list is open: enlarge the window to see it, Esc leaves it"),
    };
    if let Some(text) = waits.filter(|_| model.recovery.shown().is_none()) {
        let told = wrap(text, columns).into_iter();
        lines.extend(told.map(|line| Line::from(span(line, theme::WARN))));
    }
    if let Some((gate, ms)) = model.recovery.behind_ms(model.now) {
        let text = format!("RUNS {}, {}", clean(&gate.action.to_string()), age(ms));
        lines.push(Line::from(span(cut(&text, columns), theme::WARN)));
    }
    let worst = worst(model);
    let spare = usize::from(area.height).saturating_sub(lines.len() + usize::from(worst.is_some()));
    let sentence = wrap(&clean(&watched(model)), columns);
    lines.extend(
        sentence
            .into_iter()
            .take(spare)
            .map(|line| Line::from(span(line, Style::new()))),
    );
    if let Some(text) = worst {
        lines.push(Line::from(span(cut(&text, columns), theme::BAD)));
    }
    put(frame, area, lines);
}

/// The member that has been in trouble for longest, if any is.
fn worst(model: &Model) -> Option<String> {
    let member = model
        .members
        .iter()
        .filter(|member| has_fault(model, member) && member.state(model.now) != State::Asking)
        .min_by_key(|member| (rank(&member.state(model.now)), member.state_since_mono_ms))?;
    let name = member
        .sid
        .map_or_else(|| clean(&member.address), |sid| sid.to_string());
    let state = match member.state(model.now) {
        State::Silent(fault) => clean(&fault.shown()),
        State::NotServing => "not serving".to_owned(),
        State::ReadOnly => "read-only".to_owned(),
        State::Shut => "shut".to_owned(),
        State::Unaddressed | State::Asking | State::Serving => "unknown".to_owned(),
    };
    let since = age(model.now.mono_ms.saturating_sub(member.state_since_mono_ms));
    Some(format!("{name} {state} {since}"))
}

fn rank(state: &State) -> u8 {
    match state {
        State::Silent(_) => 0,
        State::NotServing => 1,
        State::ReadOnly => 2,
        State::Shut | State::Unaddressed | State::Asking | State::Serving => 3,
    }
}
