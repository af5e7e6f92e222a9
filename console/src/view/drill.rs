//! The drill's line below the header: which fault, what is known of it, and the drill's keys.

use ratatui::{
    style::{Modifier, Style},
    text::Line,
};

use super::{span, theme};
use crate::{
    model::{
        Model,
        clock::age,
        drill::{Drill, Stage},
    },
    text::{cut, width},
};

/// ` DRILL 2 of 7  something is wrong. Find it and repair it.   12 s   alarmed ✓  ...`
pub(super) fn line(model: &Model, drill: &Drill, columns: usize) -> Line<'static> {
    let mark = theme::WARN.add_modifier(Modifier::BOLD | Modifier::REVERSED);
    let number = format!(" DRILL {} of {} ", drill.number(), drill.rounds());
    let (text, keys) = match &drill.stage {
        Stage::Briefing => ("not begun".to_owned(), "Space begins "),
        Stage::Calming { .. } => ("all is well, still ...".to_owned(), ""),
        Stage::Striking(_) => ("...".to_owned(), ""),
        Stage::Broken(round) => {
            let since = age(model.now.mono_ms.saturating_sub(round.struck_mono_ms));
            let located = if round.located_ms.is_some() {
                "   located"
            } else {
                ""
            };
            let text = format!("{since}{located}   {}", round.scenario.symptom);
            (text, "i hint  B call  s gives up ")
        }
        Stage::Between => ("done".to_owned(), "Space: the next "),
        Stage::Over => (
            format!("over: {} points", drill.points()),
            "Space: the table ",
        ),
    };
    let room = columns.saturating_sub(width(&number) + width(keys) + 4);
    let text = cut(&text, room);
    let gap = " ".repeat(room.saturating_sub(width(&text)) + 1);
    Line::from(vec![
        span(" ", Style::new()),
        span(number, mark),
        span(format!("  {text}"), theme::STRONG),
        span(gap, Style::new()),
        span(keys, theme::QUIET),
    ])
}
