//! The parts of screen 9.

use super::record::Alarm;

/// Which alarms, or the rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Section {
    #[default]
    Active,
    Acknowledged,
    Snoozed,
    History,
    Rules,
}

impl Section {
    /// All, in the order drawn.
    pub const ALL: [Self; 5] = [
        Self::Active,
        Self::Acknowledged,
        Self::Snoozed,
        Self::History,
        Self::Rules,
    ];

    /// Where an alarm that has not ended stands.
    #[must_use]
    pub fn of(alarm: &Alarm) -> Self {
        if alarm.snoozed_until_mono_ms.is_some() {
            Self::Snoozed
        } else if alarm.acknowledged.is_some() {
            Self::Acknowledged
        } else {
            Self::Active
        }
    }

    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Acknowledged => "acknowledged",
            Self::Snoozed => "snoozed",
            Self::History => "history",
            Self::Rules => "rules",
        }
    }

    /// The next one to the right, the first again after the last.
    #[must_use]
    pub fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }

    /// The next one to the left, the last again before the first.
    #[must_use]
    pub fn previous(self) -> Self {
        Self::ALL[(self as usize + Self::ALL.len() - 1) % Self::ALL.len()]
    }
}
