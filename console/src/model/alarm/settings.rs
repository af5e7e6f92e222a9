//! `[alarms]` of console.toml: which rules are on, by which thresholds, and how long the
//! operator's snoozes are. A mistake is told with its place and what was expected.
//!
//! ```toml
//! [alarms]
//! reminder_hours = 4                # an unresolved quorum margin of 0 is told again
//! snooze_minutes = [15, 60, 480]    # the three choices of `m`
//! [alarms.rules.slow-fsync]
//! enabled = true
//! threshold = 5                     # times the peers' median
//! ```

use std::{collections::BTreeMap, ops::Range};

use serde::Deserialize;
use toml::Spanned;

use super::{rule::About, rules};

/// A reminder more often than this is noise; a week without one is none.
const REMINDER_HOURS: Range<u64> = 1..169;
/// A snooze is between a minute and a week.
const SNOOZE_MINUTES: Range<u64> = 1..10_081;

/// The operator's settings, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmSettings {
    pub reminder_hours: u64,
    /// The choices of a snooze, minutes.
    pub snooze_minutes: [u64; 3],
    /// By the rule's name; one that is missing is on, by its usual threshold.
    pub rules: BTreeMap<String, RuleSettings>,
}

/// One rule's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleSettings {
    pub enabled: bool,
    /// In the rule's unit; 0 where it has none.
    pub threshold: u64,
}

impl Default for AlarmSettings {
    fn default() -> Self {
        Self {
            reminder_hours: 4,
            snooze_minutes: [15, 60, 480],
            rules: BTreeMap::new(),
        }
    }
}

impl AlarmSettings {
    /// A rule's settings, the usual ones where the operator has none.
    #[must_use]
    pub fn rule(&self, about: &About) -> RuleSettings {
        self.rules.get(about.name).copied().unwrap_or(RuleSettings {
            enabled: true,
            threshold: about.threshold.map_or(0, |threshold| threshold.usual),
        })
    }

    /// Between two reminders of one alarm, ms.
    #[must_use]
    pub fn reminder_ms(&self) -> u64 {
        self.reminder_hours * 3_600_000
    }
}

/// `[alarms]` as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawAlarms {
    reminder_hours: Option<Spanned<u64>>,
    snooze_minutes: Option<Spanned<Vec<u64>>>,
    #[serde(default)]
    rules: BTreeMap<Spanned<String>, RawRule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    enabled: Option<bool>,
    threshold: Option<Spanned<u64>>,
}

/// What is wrong, and where in the file it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// A byte offset.
    pub at: usize,
    pub message: String,
}

impl RawAlarms {
    /// The settings, if all of them can be.
    ///
    /// # Errors
    /// The first that cannot.
    pub fn check(self) -> Result<AlarmSettings, Mistake> {
        let mut settings = AlarmSettings::default();
        if let Some(hours) = self.reminder_hours {
            within(REMINDER_HOURS, *hours.get_ref(), "reminder_hours")
                .map_err(|message| mistake(&hours, message))?;
            settings.reminder_hours = hours.into_inner();
        }
        if let Some(minutes) = self.snooze_minutes {
            for one in minutes.get_ref() {
                within(SNOOZE_MINUTES, *one, "snooze_minutes")
                    .map_err(|message| mistake(&minutes, message))?;
            }
            settings.snooze_minutes =
                <[u64; 3]>::try_from(minutes.get_ref().clone()).map_err(|found| {
                    let message = format!("snooze_minutes: expected three, found {}", found.len());
                    mistake(&minutes, message)
                })?;
        }
        for (name, raw) in self.rules {
            let (name, rule) = checked(&name, raw)?;
            settings.rules.insert(name, rule);
        }
        Ok(settings)
    }
}

fn checked(name: &Spanned<String>, raw: RawRule) -> Result<(String, RuleSettings), Mistake> {
    let all = rules::all();
    let Some(about) = all
        .iter()
        .map(|rule| rule.about())
        .find(|about| about.name == name.get_ref())
    else {
        let known: Vec<&str> = all.iter().map(|rule| rule.about().name).collect();
        let message = format!(
            "no rule \"{}\"; there are: {}",
            name.get_ref(),
            known.join(", ")
        );
        return Err(mistake(name, message));
    };
    let threshold = match (raw.threshold, about.threshold) {
        (None, usual) => usual.map_or(0, |usual| usual.usual),
        (Some(given), None) => {
            let message = format!("threshold: {} has none", about.name);
            return Err(mistake(&given, message));
        }
        (Some(given), Some(may)) => {
            within(may.least..may.most + 1, *given.get_ref(), "threshold")
                .map_err(|message| mistake(&given, format!("{message} {}", may.unit)))?;
            given.into_inner()
        }
    };
    let rule = RuleSettings {
        enabled: raw.enabled.unwrap_or(true),
        threshold,
    };
    Ok((about.name.to_owned(), rule))
}

fn within(range: Range<u64>, found: u64, name: &str) -> Result<(), String> {
    if range.contains(&found) {
        return Ok(());
    }
    Err(format!(
        "{name}: expected {} to {}, found {found}",
        range.start,
        range.end - 1
    ))
}

fn mistake<T>(at: &Spanned<T>, message: String) -> Mistake {
    Mistake {
        at: at.span().start,
        message,
    }
}
