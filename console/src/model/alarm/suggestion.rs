//! What could be done about an alarm: words, and the action of screen 0 where there is one.

/// An action of the Recover screen, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    Start,
    Restart,
    /// Hand leadership to another member.
    Transfer,
    /// Wipe and copy anew from the leader.
    Resync,
    Rebalance,
    /// The wizard for a lost quorum.
    QuorumLoss,
}

impl Remedy {
    /// As screen 0 calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Restart => "restart",
            Self::Transfer => "transfer leadership",
            Self::Resync => "resync",
            Self::Rebalance => "rebalance",
            Self::QuorumLoss => "quorum loss",
        }
    }
}

/// A suggestion: never done by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    pub remedy: Option<Remedy>,
    /// The address of the member that it is for.
    pub member: Option<String>,
    /// What to do, in words.
    pub words: String,
}

impl Suggestion {
    /// Advice alone.
    #[must_use]
    pub fn advice(words: impl Into<String>) -> Self {
        Self {
            remedy: None,
            member: None,
            words: words.into(),
        }
    }

    /// An action on a member.
    #[must_use]
    pub fn of(remedy: Remedy, member: &str, words: impl Into<String>) -> Self {
        Self {
            remedy: Some(remedy),
            member: Some(member.to_owned()),
            words: words.into(),
        }
    }
}
