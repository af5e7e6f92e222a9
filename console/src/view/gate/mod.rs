//! The gate over the screen: one action, what it would change, and what it asks for.
//!
//! ```text
//!   sheet    labelled lines in so many columns
//!   shown    checks, consequence, plan: what there is to read    table   now, meanwhile, after
//!   runs     the steps while they run, and what they say
//!   asks     the foot of it: what is to be typed, what is waited for, how it ended
//! ```
//!
//! The foot always stands; what is above it scrolls where the window is small.

mod asks;
mod runs;
mod sheet;
mod shown;
mod table;

use ratatui::{
    Frame,
    layout::Rect,
    style::{Modifier, Style},
    text::Line,
    widgets::{Block, BorderType, Clear},
};

pub(super) use runs::{lines as plan, steps};
pub(super) use sheet::Sheet;
pub(super) use shown::{checks, effects};

use super::{put, recover, slice, span, theme};
use crate::{
    action::{End, Gate, Stage},
    model::{
        Model,
        clock::age,
        ui::{Overlay, Screen},
    },
    text::{clean, cut},
};

/// With so many lines the list of steps stays above its gate.
const LIST_STAYS: u16 = 26;
/// Rows of that list.
const LIST: usize = 6;

/// Draws the open gate; on screen 0 below the steps, where there is room for all of both.
pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let Some(gate) = model.recovery.shown() else {
        return;
    };
    let is_listed = model.ui.screen == Screen::Recover && area.height >= LIST_STAYS;
    if is_listed && wanted(model, gate, area) <= usize::from(area.height) {
        let list = recover::list(model, area, LIST);
        let used = list.len();
        put(frame, slice(area, 0, used), list);
        let left = usize::from(area.height).saturating_sub(used + 3);
        boxed(model, gate, frame, slice(area, used, left));
        let runs = recover::running(model, area.width);
        put(frame, slice(area, used + left + 1, 2), runs);
    } else {
        boxed(model, gate, frame, area);
    }
}

/// Lines that the gate and what stays around it take, where nothing of it is hidden.
fn wanted(model: &Model, gate: &Gate, area: Rect) -> usize {
    let columns = usize::from(area.width).saturating_sub(4);
    let own = match gate.stage {
        // Output is followed at its end: it never takes the list's room.
        Stage::Acting { .. } | Stage::Ended(End::Ran(_)) => 0,
        _ => body(model, gate, columns).len() + asks::lines(model, gate, columns).len() + 2,
    };
    own + recover::list(model, area, LIST).len() + 3
}

fn boxed(model: &Model, gate: &Gate, frame: &mut Frame<'_>, area: Rect) {
    let columns = usize::from(area.width).saturating_sub(4);
    let body = body(model, gate, columns);
    let foot = asks::lines(model, gate, columns);
    let room = usize::from(area.height).saturating_sub(2);
    let body_room = room.saturating_sub(foot.len());
    let shown = body.len().min(body_room);
    let from = first_line(model, gate, body.len(), body_room);
    let hidden = body.len().saturating_sub(from + shown);

    let area = slice(area, 0, shown + foot.len() + 2);
    frame.render_widget(Clear, area);
    frame.render_widget(frame_of(model, gate, columns, from, hidden), area);
    let inner = Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(2),
    };
    let body = body.into_iter().skip(from).take(shown).collect();
    put(frame, slice(inner, 0, shown), body);
    put(frame, slice(inner, shown, foot.len()), foot);
}

/// Output is followed at its end; what is to be read begins at its top.
fn first_line(model: &Model, gate: &Gate, lines: usize, room: usize) -> usize {
    let last = lines.saturating_sub(room);
    match gate.stage {
        Stage::Acting { .. } => last.saturating_sub(model.recovery.scroll),
        _ => model.recovery.scroll.min(last),
    }
}

/// What there is to read at this stage.
fn body(model: &Model, gate: &Gate, columns: usize) -> Vec<Line<'static>> {
    match &gate.stage {
        Stage::Polling | Stage::Ended(End::CouldNotLook { .. }) => Vec::new(),
        Stage::Shown | Stage::Holding { .. } | Stage::Rechecking => {
            shown::lines(model, gate, columns)
        }
        Stage::Ended(End::Refused { .. } | End::Aborted { .. }) => {
            shown::lines(model, gate, columns)
        }
        Stage::Acting { .. } | Stage::Ended(End::Ran(_)) => runs::lines(gate, columns),
    }
}

/// The border in the cluster's colour, with the action and the cluster's name.
fn frame_of(
    model: &Model,
    gate: &Gate,
    columns: usize,
    above: usize,
    below: usize,
) -> Block<'static> {
    let cluster = &model.cluster;
    let colour = cluster.colour.as_deref().and_then(theme::colour);
    let style = colour.map_or(theme::STRONG, |colour| theme::STRONG.fg(colour));
    let demo = if cluster.demo { "DEMO " } else { "on " };
    let tag = cluster
        .tag
        .as_ref()
        .map_or(String::new(), |tag| format!(" [{tag}]"));
    let action = cut(&clean(&gate.action.to_string()), columns / 2);
    let name = cut(
        &clean(&format!("{demo}{}{tag}", cluster.name)),
        columns / 2 - 6,
    );
    let title = Line::from(vec![
        span(" gate: ", style),
        span(format!("{action} "), theme::STRONG),
        span("═ ", style),
        span(format!(" {name} "), style.add_modifier(Modifier::REVERSED)),
        span(" ", style),
    ]);
    let mut block = Block::bordered()
        .border_type(BorderType::Double)
        .border_style(style)
        .title(title);
    if above + below > 0 {
        let text = format!(" {above} lines above, {below} below: PgUp PgDn ");
        block = block.title_bottom(Line::from(span(text, theme::WARN)).right_aligned());
    }
    block
}

/// Words for the header: what runs behind the screens, or whether this action can be done.
pub(super) fn armed(model: &Model, columns: usize) -> (String, Style) {
    if let Some((gate, ms)) = model.recovery.behind_ms(model.now) {
        let what = format!("RUNS {}", cut(&clean(&gate.action.to_string()), 30));
        let text = match columns < 100 {
            true => cut(&what, 24),
            false => format!("{what}, {}: 0 Enter", age(ms)),
        };
        return (text, theme::WARN.add_modifier(Modifier::REVERSED));
    }
    let (text, style) = locked(model, columns);
    (text.to_owned(), style)
}

fn locked(model: &Model, columns: usize) -> (&'static str, Style) {
    let is_armed = model.recovery.shown().is_some_and(|gate| {
        !model.recovery.means.is_read_only
            && !matches!(gate.stage, Stage::Polling | Stage::Ended(_))
    });
    let changes_a_znode =
        matches!(&model.ui.overlay, Some(Overlay::Dialog(dialog)) if dialog.is_armed());
    if is_armed || changes_a_znode {
        let style = theme::BAD.add_modifier(Modifier::REVERSED);
        if columns < 80 {
            return ("ARMED", style);
        }
        ("ARMED for this one action", style)
    } else if model.read_only {
        // No key arms anything here.
        ("LOCKED READ-ONLY", Style::new())
    } else {
        ("READ-ONLY", Style::new())
    }
}
