//! A line of a list of actions: number, verdict, what, and what it changes or why not.

use ratatui::{style::Style, text::Line};

use super::{span, theme};
use crate::{
    action::Verdict,
    text::{Align, clean, cut, fit, width},
};

/// Columns of the verdict's mark and word.
const VERDICT: usize = 14;
/// Columns of what is to be done: at least, and at most.
const WHAT: (usize, usize) = (16, 30);

/// One line: ` > 1  ● SAFE   start 3   nothing stops; margin 0 → 1`.
pub(in crate::view) fn line(
    (number, what): (usize, &str),
    verdict: &Verdict,
    sentence: &str,
    is_selected: bool,
    columns: u16,
) -> Line<'static> {
    let columns = usize::from(columns);
    let (mark, style) = marked(verdict);
    let lead = format!(" {} {number:>2}  ", if is_selected { ">" } else { " " });
    let word = fit(&format!("{mark} {}", verdict.word()), VERDICT, Align::Left);
    let what_room = (columns / 3).clamp(WHAT.0, WHAT.1);
    let what = fit(&clean(what), what_room, Align::Left);
    let used = width(&lead) + VERDICT + what_room + 4;
    let sentence = cut(&clean(sentence), columns.saturating_sub(used));
    let line = Line::from(vec![
        span(lead, theme::STRONG),
        span(word, style),
        span("  ", Style::new()),
        span(what, Style::new()),
        span("  ", Style::new()),
        span(sentence, Style::new()),
    ]);
    if is_selected {
        line.style(theme::STRONG)
    } else {
        line
    }
}

/// Mark and style of a verdict.
pub(super) fn marked(verdict: &Verdict) -> (&'static str, Style) {
    match verdict {
        Verdict::Runs => ("▸", theme::WARN),
        Verdict::Safe => ("●", theme::GOOD),
        Verdict::Soft(_) | Verdict::Tried(_) | Verdict::ByHand(_) => ("▲", theme::WARN),
        Verdict::NoGain(_) => ("·", Style::new()),
        Verdict::Refused(_) => ("✕", theme::BAD),
        Verdict::Unavailable { .. } => ("?", theme::QUIET),
    }
}
