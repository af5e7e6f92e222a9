//! What runs, or how the last plan ended.

use ratatui::{style::Style, text::Line};

use super::{heading, span, theme};
use crate::{
    action::Outcome,
    detached::{Plan, command},
    model::{
        Model,
        clock::{age, time_of_day},
    },
    text::{clean, cut},
};

/// A heading and a line.
pub(super) fn lines(model: &Model, columns: u16) -> Vec<Line<'static>> {
    let run = model.recovery.run.as_ref();
    let is_under_way = run.is_some_and(|run| run.ended.is_none());
    let (text, style) = match run {
        _ if !is_under_way && !model.recovery.plans.is_empty() => elsewhere(&model.recovery.plans),
        None => (
            "none     nothing was begun since this console was started".to_owned(),
            theme::QUIET,
        ),
        Some(run) => {
            let ticket = match run.ticket.as_str() {
                "" => String::new(),
                ticket => format!(" {ticket}"),
            };
            let began = time_of_day(run.began.wall_ms);
            let what = format!("{}{ticket}", run.action);
            match &run.ended {
                None => {
                    let ms = model.now.mono_ms.saturating_sub(run.began.mono_ms);
                    let text = format!("▸ {what}, begun {began}, {} ago", age(ms));
                    (text, theme::WARN)
                }
                Some((_, outcome)) => {
                    let (mark, style) = ended(outcome);
                    let text = format!(
                        "none     last: {began} you, {what}: {mark} {}",
                        outcome.sentence()
                    );
                    (text, style)
                }
            }
        }
    };
    let text = cut(&clean(&text), usize::from(columns).saturating_sub(2));
    vec![
        heading(columns, vec![span("running", theme::STRONG)]),
        Line::from(span(format!(" {text}"), style)),
    ]
}

/// Plans that run without this console.
fn elsewhere(plans: &[Plan]) -> (String, Style) {
    let more = match plans.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more: zoowarden plans)"),
    };
    let first = plans.first();
    let text = first.map_or_else(String::new, |plan| {
        format!(
            "▸ {}{more}; zoowarden plans --stop {}",
            command::line(plan),
            plan.id
        )
    });
    (text, theme::WARN)
}

/// Mark and style of how a plan ended.
pub(in crate::view) fn ended(outcome: &Outcome) -> (&'static str, Style) {
    match outcome {
        Outcome::Done { .. } => ("●", Style::new()),
        Outcome::Stopped { .. } => ("▲", theme::WARN),
        Outcome::Unknown { .. } => ("?", theme::WARN),
        Outcome::Failed { .. } => ("✕", theme::BAD),
    }
}
