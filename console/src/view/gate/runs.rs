//! The plan while it runs and after it: which step is done, which one runs, what they said.

use std::cmp::Ordering;

use ratatui::{style::Style, text::Line};

use super::{super::theme, Sheet, span};
use crate::{
    action::{End, Gate, Outcome, Stage},
    text::{clean, wrap},
};

/// How far a step is.
#[derive(Clone, Copy, PartialEq)]
enum Far {
    Done,
    Runs,
    Failed,
    Unknown,
    ToCome,
}

/// The steps, and below them the output.
pub(in crate::view) fn lines(gate: &Gate, columns: usize) -> Vec<Line<'static>> {
    let mut sheet = Sheet::new(columns);
    let plan = gate.judgement.iter().flat_map(|judgement| &judgement.plan);
    for (index, step) in plan.enumerate() {
        sheet
            .lines
            .extend(line(far(gate, index), index, &step.does, columns));
    }
    if !gate.lines.is_empty() {
        sheet.blank();
        for line in &gate.lines {
            // It may be a command to be typed elsewhere: nothing of it is cut.
            let parts = wrap(&clean(line), columns.saturating_sub(2)).into_iter();
            sheet.lines.extend(parts.enumerate().map(|(number, part)| {
                let head = if number == 0 { "│ " } else { "  " };
                Line::from(vec![span(head, theme::QUIET), span(part, Style::new())])
            }));
        }
    }
    sheet.lines
}

/// The steps of a plan of which no more is known than which one runs.
pub(in crate::view) fn steps(does: &[String], at: usize, columns: usize) -> Vec<Line<'static>> {
    let lines = does.iter().enumerate().flat_map(|(index, does)| {
        let far = match index.cmp(&at) {
            Ordering::Less => Far::Done,
            Ordering::Equal => Far::Runs,
            Ordering::Greater => Far::ToCome,
        };
        line(far, index, does, columns)
    });
    lines.collect()
}

/// A step: `✓ done      1) run your hook`, broken under its text.
fn line(far: Far, index: usize, does: &str, columns: usize) -> Vec<Line<'static>> {
    let (mark, word, style) = marked(far);
    let text = format!("{}) {}", index + 1, clean(does));
    let parts = wrap(&text, columns.saturating_sub(12).max(1)).into_iter();
    let lines = parts.enumerate().map(|(number, part)| {
        let head = match number {
            0 => format!("{mark} {word:<9} "),
            _ => " ".repeat(12),
        };
        Line::from(vec![span(head, style), span(part, Style::new())])
    });
    lines.collect()
}

fn far(gate: &Gate, index: usize) -> Far {
    let (at, here) = match &gate.stage {
        Stage::Acting { step, .. } => (*step, Far::Runs),
        Stage::Ended(End::Ran(outcome)) => match outcome {
            Outcome::Done { .. } => return Far::Done,
            Outcome::Failed { step, .. } => (*step, Far::Failed),
            Outcome::Unknown { step, .. } => (*step, Far::Unknown),
            Outcome::Stopped { step, .. } => (*step, Far::ToCome),
        },
        _ => return Far::ToCome,
    };
    match index.cmp(&at) {
        Ordering::Less => Far::Done,
        Ordering::Equal => here,
        Ordering::Greater => Far::ToCome,
    }
}

fn marked(far: Far) -> (&'static str, &'static str, Style) {
    match far {
        Far::Done => ("✓", "done", theme::GOOD),
        Far::Runs => ("▸", "runs", theme::WARN),
        Far::Failed => ("✕", "failed", theme::BAD),
        Far::Unknown => ("?", "unknown", theme::WARN),
        Far::ToCome => ("·", "not begun", theme::QUIET),
    }
}
