//! What a member is in its ensemble, as it says itself.

use serde::{Deserialize, Serialize};

/// `Mode:` of srvr, `zk_server_state` of mntr (`ServerStats.Provider.getState`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Leads a quorum.
    Leader,
    /// Votes, and follows a leader.
    Follower,
    /// Follows a leader without a vote.
    Observer,
    /// An ensemble of one, without election.
    Standalone,
    /// Without a quorum, serves reads to clients that allow it.
    ReadOnly,
    /// Without a quorum, in an election.
    Looking,
}

impl Role {
    /// The role of a name as members write it, if it is known.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name.trim() {
            "leader" | "leading" => Self::Leader,
            "follower" | "following" => Self::Follower,
            "observer" | "observing" => Self::Observer,
            "standalone" => Self::Standalone,
            "read-only" => Self::ReadOnly,
            "looking" | "leaderelection" => Self::Looking,
            _ => return None,
        })
    }

    /// The name, as members write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Leader => "leader",
            Self::Follower => "follower",
            Self::Observer => "observer",
            Self::Standalone => "standalone",
            Self::ReadOnly => "read-only",
            Self::Looking => "looking",
        }
    }

    /// Whether a member in this role takes writes, which only a quorum can give it.
    #[must_use]
    pub fn takes_writes(self) -> bool {
        matches!(
            self,
            Self::Leader | Self::Follower | Self::Observer | Self::Standalone
        )
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}
