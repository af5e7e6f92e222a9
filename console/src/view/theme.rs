//! Colours and marks. Colour never stands alone: each has a mark or a word beside it.

use ratatui::style::{Color, Modifier, Style};
use zoowarden_shared::admin::verdict::Verdict;

use crate::model::member::State;

/// Headings, rules and what is only context.
pub(super) const QUIET: Style = Style::new().fg(Color::DarkGray);
/// What is as it should be.
pub(super) const GOOD: Style = Style::new().fg(Color::Green);
/// What an operator should look at.
pub(super) const WARN: Style = Style::new().fg(Color::Yellow);
/// What is broken.
pub(super) const BAD: Style = Style::new().fg(Color::Red).add_modifier(Modifier::BOLD);
/// Keys, titles, the leader.
pub(super) const STRONG: Style = Style::new().add_modifier(Modifier::BOLD);
/// An old picture: greyed, and its age stands beside it.
pub(super) const STALE: Style = Style::new().fg(Color::DarkGray).add_modifier(Modifier::DIM);
/// A tip, which is no fault and no fact.
pub(super) const TIP: Color = Color::Cyan;
/// The selected row.
pub(super) const SELECTED: Style = Style::new().add_modifier(Modifier::REVERSED);

/// Mark, word and style of a verdict.
pub(super) fn verdict(verdict: Verdict) -> (&'static str, &'static str, Style) {
    match verdict {
        Verdict::Healthy => ("●", "HEALTHY", GOOD),
        Verdict::Degraded => ("▲", "DEGRADED", WARN.add_modifier(Modifier::BOLD)),
        Verdict::NoQuorum => ("✕", "NO QUORUM", BAD),
        Verdict::Unknown => ("?", "CANNOT TELL", WARN.add_modifier(Modifier::BOLD)),
    }
}

/// Mark and style of a member's state.
pub(super) fn state(state: &State) -> (&'static str, Style) {
    match state {
        State::Serving => ("●", GOOD),
        State::ReadOnly | State::NotServing => ("▲", WARN),
        State::Silent(_) => ("✕", BAD),
        State::Asking | State::Shut | State::Unaddressed => ("?", WARN),
    }
}

/// A colour that console.toml may give a cluster.
#[must_use]
pub fn colour(name: &str) -> Option<Color> {
    Some(match name {
        "red" => Color::Red,
        "green" => Color::Green,
        "yellow" => Color::Yellow,
        "blue" => Color::Blue,
        "magenta" => Color::Magenta,
        "cyan" => Color::Cyan,
        "white" => Color::White,
        _ => return None,
    })
}

/// The names that [`colour`] knows, for messages.
pub const COLOURS: &str = "red, green, yellow, blue, magenta, cyan or white";
