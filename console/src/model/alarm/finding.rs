//! What a rule found wrong at one moment.

use super::{notice::Urgency, suggestion::Suggestion};

/// What an alarm is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The ensemble as a whole.
    Ensemble,
    /// This console's own connection to it.
    Console,
    /// A member, by the address that is its key in the model.
    Member(String),
}

impl Subject {
    /// The member's address, where it is about one.
    #[must_use]
    pub fn member(&self) -> Option<&str> {
        match self {
            Self::Member(address) => Some(address),
            Self::Ensemble | Self::Console => None,
        }
    }

    /// As it stands in an alarm's key.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::Ensemble => "ensemble",
            Self::Console => "console",
            Self::Member(address) => address,
        }
    }
}

/// Something wrong, as one rule sees it now. The rule and the subject are its identity: what
/// is found again is the same alarm with a newer sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub rule: &'static str,
    pub subject: Subject,
    /// By its impact on the ensemble.
    pub urgency: Urgency,
    /// Half a line.
    pub title: String,
    /// One sentence with the figures.
    pub sentence: String,
    /// The evidence, a line each.
    pub why: Vec<String>,
    pub suggestion: Suggestion,
}

impl Finding {
    /// `rule/subject`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}", self.rule, self.subject.key())
    }
}
