//! The pane below a member's facts: the last lines of what the operator's own hook printed.

use ratatui::{style::Style, text::Line};

use super::{heading, span, theme};
use crate::{
    keymap::Action,
    model::{Model, clock::age, member::Member, survey::Answer},
    text::{clean, cut},
};

/// The facts above it keep so many lines, and it so many, where there is too little for both.
const LEAST: usize = 4;

/// Its lines, heading included, where a hook has run for this member; `facts` is how many lines
/// stand above it, `room` how many there are for both.
pub(super) fn pane(
    model: &Model,
    member: &Member,
    columns: u16,
    facts: usize,
    room: usize,
) -> Vec<Line<'static>> {
    let Some((name, told)) = model.survey.printed(&member.address) else {
        return Vec::new();
    };
    let most = room.saturating_sub(facts.max(LEAST)).max(LEAST + 1);
    if room < 2 * LEAST {
        return Vec::new();
    }
    let ago = age(model.now.mono_ms.saturating_sub(told.at_mono_ms));
    let mut keys = model.keys.all();
    let again = keys.find(|line| line.binding.action == Action::Hooks);
    let again = again.map_or_else(String::new, |line| format!("   {} runs one", line.shown));
    let title = vec![
        span(format!("printed by \"{}\"", clean(name)), theme::STRONG),
        span(format!("   {ago} ago{again}"), Style::new()),
    ];
    let columns_of_text = usize::from(columns).saturating_sub(2);
    let mut lines = Vec::new();
    if let Some(fault) = &told.fault {
        let text = format!(" {}", cut(&clean(fault), columns_of_text));
        lines.push(Line::from(span(text, theme::WARN)));
    }
    if let Some(Answer::Lines(printed)) = &told.value {
        let left = most.saturating_sub(1 + lines.len());
        // The last line is the one that matters: a hook's result, a log's newest.
        let shown = printed.iter().skip(printed.len().saturating_sub(left));
        lines.extend(shown.map(|line| {
            let text = format!(" {}", cut(&clean(line), columns_of_text));
            Line::from(span(text, Style::new()))
        }));
        if printed.is_empty() {
            lines.push(Line::from(span(" it printed nothing", theme::QUIET)));
        }
    }
    lines.insert(0, heading(columns, title));
    lines
}
