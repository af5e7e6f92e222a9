//! The numbered list that `x` opens, and why the selected action has its verdict.

use ratatui::{Frame, layout::Rect, style::Style};

use super::{heading, more, put, recover, slice, span, theme};
use crate::{
    model::{Model, choices::Choices, rows::recover::Row, ui::visible},
    text::clean,
};

pub(super) fn draw(model: &Model, choices: &Choices, frame: &mut Frame<'_>, area: Rect) {
    let room = (usize::from(area.height) / 2).max(1);
    let last = choices.proposals.len().saturating_sub(1);
    let selected = choices.selected.min(last);
    let shown = visible(choices.proposals.len(), selected, room);
    let title = vec![
        span(
            format!("what can be done with {}", clean(&choices.about)),
            theme::STRONG,
        ),
        span(more(&shown, choices.proposals.len()), theme::WARN),
        span(
            "   a number or Enter opens its gate   Esc goes back",
            Style::new(),
        ),
    ];
    let mut lines = vec![heading(area.width, title)];
    for index in shown {
        let proposal = &choices.proposals[index];
        lines.push(recover::line(
            (index + 1, &proposal.action.to_string()),
            &proposal.verdict,
            &proposal.sentence,
            index == selected,
            area.width,
        ));
    }
    let used = lines.len() + 1;
    put(frame, area, lines);
    let below = slice(area, used, usize::from(area.height).saturating_sub(used));
    let row = choices.proposals.get(selected).cloned().map(Row::of);
    recover::why(model, row.as_ref(), frame, below);
}
