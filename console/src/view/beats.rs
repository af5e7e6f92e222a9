//! The heartbeat strip: one mark for each of our last polls, or of the member's own beats.

use ratatui::text::Span;

use super::theme;
use crate::model::beats::{Beat, Beats};

/// The newest `columns` polls, the newest on the right.
pub(super) fn strip(beats: &Beats, columns: usize) -> Vec<Span<'static>> {
    let known = beats.len().min(columns);
    let mut spans = vec![Span::raw(" ".repeat(columns - known))];
    spans.extend(beats.last(columns).map(|beat| {
        let (mark, style) = match beat {
            Beat::Own => ("▮", theme::GOOD),
            Beat::Served => ("▪", theme::GOOD),
            Beat::Slow => ("▫", theme::WARN),
            Beat::NotServing => ("▲", theme::WARN),
            Beat::Missed => ("▯", theme::BAD),
        };
        Span::styled(mark, style)
    }));
    spans
}

/// What the marks mean.
pub(super) const LEGEND: &str = "▪ answered   ▫ slow   ▲ not serving   ▯ missed";

/// The same where a member tells its own beats.
pub(super) const LEGEND_OF_OURS: &str =
    "▮ its own beat   ▪ answered   ▫ slow   ▲ not serving   ▯ missed";
