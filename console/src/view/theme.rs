//! Colours and marks. Colour never stands alone: each has a mark or a word beside it.
//!
//! Widgets draw in the default theme; [`Theme::colour`] is laid over the finished cells, so that
//! no widget has to know of the others and none can forget them.

use clap::ValueEnum as _;
use ratatui::style::{Color, Modifier, Style};
use zoowarden_shared::admin::verdict::Verdict;

use crate::model::{Model, concern::concern, member::State};

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

/// Of the verdict; where all voters serve and something wants a look, of that.
pub(super) fn judged(model: &Model) -> (&'static str, &'static str, Style) {
    match concern(model) {
        Some(_) => ("▲", "WATCH", WARN.add_modifier(Modifier::BOLD)),
        None => verdict(model.verdict.verdict),
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

/// How colours are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Theme {
    /// The terminal's own sixteen.
    #[default]
    Default,
    /// Good is blue, bad is a reddish orange: apart for those who do not see red and green apart.
    #[value(name = "colour-blind", alias = "color-blind")]
    ColourBlind,
    /// None at all: marks, words, bold and reverse are left.
    Mono,
}

/// What each colour of the default theme is drawn as. After Okabe and Ito, "Color universal
/// design" (2008), by the nearest of the terminal's 256 colours.
const COLOUR_BLIND: &[(Color, Color)] = &[
    (Color::Green, Color::Indexed(39)),
    (Color::Yellow, Color::Indexed(221)),
    (Color::Red, Color::Indexed(202)),
    (Color::Cyan, Color::Indexed(117)),
    (Color::Magenta, Color::Indexed(175)),
    (Color::Blue, Color::Indexed(25)),
];

impl Theme {
    /// A colour of the default theme as this one draws it.
    #[must_use]
    pub fn colour(self, colour: Color) -> Color {
        match self {
            Self::Default => colour,
            Self::ColourBlind => COLOUR_BLIND
                .iter()
                .find(|(from, _)| *from == colour)
                .map_or(colour, |(_, to)| *to),
            Self::Mono => Color::Reset,
        }
    }
}

/// The themes' names, for messages.
#[must_use]
pub fn theme_names() -> String {
    let names = Theme::value_variants()
        .iter()
        .filter_map(Theme::to_possible_value);
    let names: Vec<String> = names
        .map(|value| format!("\"{}\"", value.get_name()))
        .collect();
    names.join(", ")
}
