//! One way to ask a member: untried, open, or shut since a moment.

use std::time::{Duration, Instant};

/// A shut door is tried again after this: each try may cost the member a log line.
pub(super) const TRY_AGAIN: Duration = Duration::from_secs(300);
/// The same for the AdminServer, whose absence costs nobody anything.
pub(super) const TRY_ADMIN_AGAIN: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug)]
pub(super) enum Door {
    Untried,
    Open,
    Shut(Instant),
}

impl Door {
    pub(super) fn is_worth_trying(self, again: Duration) -> bool {
        match self {
            Self::Untried | Self::Open => true,
            Self::Shut(since) => since.elapsed() >= again,
        }
    }
}
