//! The foot of the gate: what is to be typed, what is waited for, or how it ended.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{super::theme, span};
use crate::{
    action::{End, Field, Gate, Judgement, Stage},
    model::Model,
    text::{clean, cut, width, wrap},
    view::recover::ended,
};

/// Columns of a field at least.
const FIELD: usize = 10;
/// From so many columns on there is room to say what is looked at again.
const WIDE: usize = 100;

pub(super) fn lines(model: &Model, gate: &Gate, columns: usize) -> Vec<Line<'static>> {
    let mut lines = vec![Line::default()];
    lines.extend(match &gate.stage {
        Stage::Polling => told(
            "asking all members afresh; who is silent counts as dead",
            columns,
            theme::WARN,
        ),
        Stage::Shown => fields(gate, columns),
        Stage::Holding { until_mono_ms } => {
            let left_ms = until_mono_ms.saturating_sub(model.now.mono_ms);
            let seconds = left_ms.div_ceil(1000);
            let text = format!("confirmed: it begins in {seconds} s; Esc takes it back");
            told(&text, columns, theme::BAD)
        }
        Stage::Rechecking => told(
            "confirmed: asking all members again; nothing is sent before they have answered",
            columns,
            theme::WARN,
        ),
        Stage::Acting {
            step,
            waiting,
            stops,
        } => acting(gate, *step, waiting.as_deref(), *stops, columns),
        Stage::Ended(end) => over(end, columns),
    });
    lines
}

fn told(text: &str, columns: usize, style: Style) -> Vec<Line<'static>> {
    wrap(&clean(text), columns)
        .into_iter()
        .map(|line| Line::from(span(line, style)))
        .collect()
}

/// The text fields, what is missing, and what Enter does.
fn fields(gate: &Gate, columns: usize) -> Vec<Line<'static>> {
    let Some(judgement) = &gate.judgement else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    if judgement.open_soft().next().is_some() {
        let names: Vec<&str> = judgement.open_soft().map(|check| check.name).collect();
        let label = format!("why {} may yield ", names.join(", "));
        let label = cut(&label, columns.saturating_sub(FIELD + 5));
        let room = columns.saturating_sub(width(&label) + 2);
        lines.push(Line::from(field(gate, Field::Reason, label, room)));
    }
    if let Some(powered_off) = &judgement.powered_off {
        let ask = format!("{}, then Enter:", powered_off.ask);
        lines.extend(told(&ask, columns, theme::STRONG));
        let room = columns.saturating_sub(2);
        let room = room.min((width(&powered_off.text) + 2).max(FIELD));
        lines.push(Line::from(field(
            gate,
            Field::PoweredOff,
            String::new(),
            room,
        )));
    }
    let ticket = field(gate, Field::Ticket, "ticket ".to_owned(), FIELD);
    let ask = asked(judgement);
    let wanted = width(&judgement.confirm.text) + 2;
    let used = width(&ask) + 9 + FIELD + 6;
    if used + FIELD.max(wanted) <= columns {
        let mut spans = ticket;
        spans.push(Span::raw("    "));
        let room = (columns - used).min(wanted.max(FIELD));
        spans.extend(field(gate, Field::Confirm, ask, room));
        lines.push(Line::from(spans));
    } else {
        lines.push(Line::from(ticket));
        lines.extend(told(ask.trim_end(), columns, theme::STRONG));
        let room = columns.saturating_sub(2);
        let room = room.min(wanted.max(FIELD));
        lines.push(Line::from(field(gate, Field::Confirm, String::new(), room)));
    }
    lines.extend(told(&fate(judgement, columns), columns, theme::QUIET));
    if !gate.typed.confirm.is_empty() {
        let missing = gate.missing();
        if !missing.is_empty() {
            let text = format!("not yet: {}", missing.join("; "));
            lines.extend(told(&text, columns, theme::WARN));
        }
    }
    lines
}

/// `type the new voters, 1 2 4, then Enter: `
fn asked(judgement: &Judgement) -> String {
    let confirm = &judgement.confirm;
    if confirm.needs_no_enter() {
        format!("{}: ", confirm.ask)
    } else {
        format!("{}, then Enter: ", confirm.ask)
    }
}

/// What happens once it is typed.
fn fate(judgement: &Judgement, columns: usize) -> String {
    let key = if judgement.confirm.needs_no_enter() {
        judgement.confirm.text.as_str()
    } else {
        "Enter"
    };
    if columns < WIDE {
        return format!("nothing is sent before {key}, and then only if it is still as shown");
    }
    format!(
        "nothing is sent before {key}; all members are asked again then, and it is let go if \
         the leader, the epoch or the configuration has changed"
    )
}

/// `label [ text_   ]`: what has the keys shows its cursor.
fn field(gate: &Gate, field: Field, label: String, room: usize) -> Vec<Span<'static>> {
    let text = match field {
        Field::Reason => &gate.typed.reason,
        Field::Ticket => &gate.typed.ticket,
        Field::PoweredOff => &gate.typed.powered_off,
        Field::Confirm => &gate.typed.confirm,
    };
    let has_keys = gate.field == field;
    let style = if has_keys {
        theme::STRONG
    } else {
        Style::new()
    };
    // Its end: that is where one types.
    let inner = room.saturating_sub(1).max(1);
    let text = tail(&clean(text), inner);
    let cursor = if has_keys {
        theme::SELECTED
    } else {
        Style::new()
    };
    let padding = inner.saturating_sub(width(&text));
    let mark = if has_keys { "_" } else { " " };
    vec![
        span(label, style),
        span("[", style),
        span(text, style),
        span(mark, cursor),
        Span::raw(" ".repeat(padding)),
        span("]", style),
    ]
}

/// The last so many columns of a text.
fn tail(text: &str, columns: usize) -> String {
    let mut kept: Vec<char> = Vec::new();
    let mut used = 0;
    for c in text.chars().rev() {
        used += width(c.encode_utf8(&mut [0; 4]));
        if used > columns {
            break;
        }
        kept.push(c);
    }
    kept.into_iter().rev().collect()
}

fn acting(
    gate: &Gate,
    step: usize,
    waiting: Option<&str>,
    stops: bool,
    columns: usize,
) -> Vec<Line<'static>> {
    let plan = gate.judgement.as_ref().map_or(&[][..], |one| &one.plan);
    let does = plan.get(step).map_or("", |step| step.does.as_str());
    let state = format!("step {} of {}: {does}", step + 1, plan.len());
    let state = match waiting {
        Some(why) => format!("verifying {state}: {why}"),
        None => format!("acting: {state}"),
    };
    let mut lines = told(&state, columns, theme::WARN);
    let stop = if stops {
        "no further step will begin: this one is let end, and verified"
    } else {
        "Esc leaves this picture, and it goes on; s begins no further step"
    };
    lines.extend(told(stop, columns, Style::new()));
    lines
}

fn over(end: &End, columns: usize) -> Vec<Line<'static>> {
    let (text, style, recorded) = match end {
        End::Ran(outcome) => {
            let (mark, style) = ended(outcome);
            let mut text = format!("{mark} {}", outcome.sentence());
            if let Some(resume) = outcome.resume() {
                text.push_str(&format!("; it goes on with \"{resume}\" on screen 0"));
            }
            (text, style, "the timeline (4) has it; Enter or Esc closes")
        }
        End::Refused { why } => (
            format!("✕ REFUSED: {why}"),
            theme::BAD,
            "nothing was sent; Enter or Esc closes",
        ),
        End::Aborted { changed } => (
            format!("▲ LET GO: {changed}"),
            theme::WARN,
            "nothing was sent: look at it anew; Enter or Esc closes",
        ),
        End::CouldNotLook { why } => (
            format!("? the members could not be asked: {why}"),
            theme::WARN,
            "nothing was sent; Enter or Esc closes",
        ),
    };
    let mut lines = told(&text, columns, style);
    lines.extend(told(recorded, columns, Style::new()));
    lines
}
