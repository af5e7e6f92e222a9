//! The recording's events, once somebody wants to go to one; until then nobody looks for them.

use std::sync::Arc;

use super::{
    events::{Events, Jump},
    scout::Scout,
};
use crate::{
    model::{alarm::settings::AlarmSettings, replay::Way},
    record::Recording,
};

/// How far that is.
#[derive(Debug, Default)]
pub(super) enum Finder {
    #[default]
    Idle,
    /// A scout is on its way, and somebody waits to go there.
    Looking(Box<Scout>, Way),
    Found(Events),
}

impl Finder {
    /// Where a jump leads from here; `None` while that is looked for.
    pub(super) fn jump(
        &mut self,
        recording: &Arc<Recording>,
        alarms: &AlarmSettings,
        from_ms: u64,
        way: Way,
    ) -> Option<Jump> {
        match self {
            Self::Idle => {
                let scout = Scout::of(Arc::clone(recording), alarms.clone());
                *self = Self::Looking(Box::new(scout), way);
                None
            }
            Self::Looking(_, wanted) => {
                *wanted = way;
                None
            }
            Self::Found(events) => Some(events.jump(from_ms, way)),
        }
    }

    /// So many moments further; where that has found them all, the way that somebody wants to go.
    pub(super) fn advance(&mut self, most: usize) -> Option<Way> {
        let Self::Looking(scout, way) = self else {
            return None;
        };
        let way = *way;
        *self = Self::Found(scout.advance(most)?);
        Some(way)
    }

    pub(super) fn is_looking(&self) -> bool {
        matches!(self, Self::Looking(..))
    }

    /// How much is looked through, where somebody waits for it.
    pub(super) fn percent(&self) -> Option<u64> {
        match self {
            Self::Looking(scout, _) => Some(scout.percent()),
            _ => None,
        }
    }
}
