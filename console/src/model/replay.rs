//! Where a replay is, for header and footer; what its keys want; what it says of what nobody
//! recorded.

use super::Model;

/// How fast it can play, in seconds of the recording for each second in front of the screen.
pub const SPEEDS: [u64; 7] = [1, 2, 5, 10, 30, 60, 300];

/// A recording is shown, and not what is so now. Times are milliseconds on its axis, which is
/// the wall clock of its first run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replay {
    pub first_ms: u64,
    pub last_ms: u64,
    pub at_ms: u64,
    pub is_playing: bool,
    /// One of [`SPEEDS`].
    pub speed: u64,
    /// The picture is still on its way to the position.
    pub is_behind: bool,
    /// So many percent of the recording were looked through for its events; `None` while nobody
    /// waits for that.
    pub looked_percent: Option<u64>,
    /// Parts that could not be read so far.
    pub damaged: usize,
}

impl Model {
    /// What stands where an answer is missing: this, or in a replay that none will come.
    #[must_use]
    pub fn awaited<'a>(&self, live: &'a str) -> &'a str {
        match self.replay {
            Some(_) => "not recorded then",
            None => live,
        }
    }
}

/// In which direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Back,
    On,
}

/// What a key of a replay does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplayKey {
    /// Plays or pauses.
    Play,
    /// So many milliseconds back.
    Back(u64),
    /// So many on.
    On(u64),
    /// To the next event of the timeline, or to the one before.
    Event(Way),
    Slower,
    Faster,
}
