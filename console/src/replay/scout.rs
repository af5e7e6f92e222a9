//! Goes through a whole recording ahead of the operator, to know all that happens in it: only
//! then can it be said which of how many an event is. In portions, so that keys answer meanwhile.

use std::sync::Arc;

use super::{chronicle::Chronicle, events::Events, player::Player};
use crate::{model::alarm::settings::AlarmSettings, record::Recording};

/// It, on its way.
#[derive(Debug)]
pub(super) struct Scout {
    player: Player,
    chunks: usize,
}

impl Scout {
    pub(super) fn of(recording: Arc<Recording>, alarms: AlarmSettings) -> Self {
        let (_, last_ms) = recording.span();
        let chunks = recording.chunks();
        let mut player = Player::of(recording, alarms);
        player.chronicle = Some(Chronicle::default());
        player.go_to(last_ms);
        Self { player, chunks }
    }

    /// So many moments further; the events, once all is looked through.
    pub(super) fn advance(&mut self, most: usize) -> Option<Events> {
        self.player.advance(most);
        match self.player.is_behind() {
            true => None,
            false => Some(Events::new(self.player.chronicled())),
        }
    }

    /// How much of it is looked through.
    pub(super) fn percent(&self) -> u64 {
        let read = self.player.chunks_read() as u64;
        read.saturating_mul(100) / self.chunks.max(1) as u64
    }
}
