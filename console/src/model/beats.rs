//! The heartbeat strip: how a member answered our last polls, oldest first.

use std::collections::VecDeque;

/// How many beats are kept, which is more than any window shows.
pub const KEPT: usize = 120;

/// How one poll ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beat {
    /// It answered and serves.
    Served,
    /// It answered, four times slower than it usually does, or more.
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
