//! The heartbeat strip: how a member answered our last polls, and its own beats, oldest first.

use std::collections::VecDeque;

/// How many beats are kept, which is more than any window shows.
pub const KEPT: usize = 120;

/// How one poll ended, or what the member told by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beat {
    /// It told by itself that it serves, in time.
    Own,
    /// It answered and serves.
    Served,
    /// It answered, four times slower than it usually does, or more; or its own beat came late.
    Slow,
    /// It answered that it is not serving: alive, and without a quorum.
    NotServing,
    /// Nothing came within the deadline, or the connection was refused.
    Missed,
}

/// The last [`KEPT`] beats.
#[derive(Clone, Debug, Default)]
pub struct Beats(VecDeque<Beat>);

impl Beats {
    /// Adds the newest.
    pub fn push(&mut self, beat: Beat) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(beat);
    }

    /// The newest `n`, oldest first.
    pub fn last(&self, n: usize) -> impl Iterator<Item = Beat> + '_ {
        self.0.iter().copied().skip(self.0.len().saturating_sub(n))
    }

    /// Whether one more of this kind changes nothing that is drawn.
    #[must_use]
    pub fn are_all(&self, beat: Beat) -> bool {
        self.0.len() == KEPT && self.0.iter().all(|kept| *kept == beat)
    }

    /// How many are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no poll has ended yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
