//! The numbered list that `x` opens.

use ratatui::{Frame, layout::Rect, style::Style, text::Line};

use super::{heading, put, recover, span, theme};
use crate::{
    action::Verdict,
    model::{choices::Choices, ui::visible},
    text::{clean, cut},
};

pub(super) fn draw(choices: &Choices, frame: &mut Frame<'_>, area: Rect) {
    let title = vec![
        span(
            format!("what can be done with {}", clean(&choices.about)),
            theme::STRONG,
        ),
        span(
            "   a number or Enter opens its gate   Esc goes back",
            Style::new(),
        ),
    ];
    let mut lines = vec![heading(area.width, title)];
    let room = usize::from(area.height).saturating_sub(4);
    let last = choices.proposals.len().saturating_sub(1);
    let selected = choices.selected.min(last);
    for index in visible(choices.proposals.len(), selected, room) {
        let proposal = &choices.proposals[index];
        lines.push(recover::line(
            (index + 1, &proposal.action.to_string()),
            &proposal.verdict,
            &proposal.sentence,
            index == selected,
            area.width,
        ));
    }
    if let Some(Verdict::Unavailable {
        opens: Some(line), ..
    }) = choices.proposals.get(selected).map(|one| &one.verdict)
    {
        let text = format!("      opened by {}", clean(line));
        lines.push(Line::default());
        lines.push(Line::from(span(
            cut(&text, usize::from(area.width)),
            theme::QUIET,
        )));
    }
    put(frame, area, lines);
}
