//! Numbers what is told, and keeps a flood back: more than a few notices within seconds become
//! one, and only what matters more than it breaks through.

use std::collections::VecDeque;

use super::notice::{Notice, Occasion, Urgency};
use crate::model::Model;

/// More notices than this in [`FLOOD_WINDOW_MS`] are a flood.
pub(super) const FLOOD: usize = 5;
const FLOOD_WINDOW_MS: u64 = 10_000;
/// Numbers the notices, and keeps a flood back.
#[derive(Clone, Debug, Default)]
pub(super) struct Teller {
    numbered: u64,
    /// When the newest were told.
    told_mono_ms: VecDeque<u64>,
    /// The flood that lasts, if one does.
    flood: Option<Flood>,
}

#[derive(Clone, Copy, Debug)]
struct Flood {
    urgency: Urgency,
    newest_mono_ms: u64,
    number: u64,
}

/// One thing to tell, before it is known whether it goes into a flood.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) occasion: Occasion,
    pub(super) urgency: Urgency,
    pub(super) alarm: String,
    pub(super) title: String,
    pub(super) body: String,
}

impl Teller {
    /// The draft as a notice; in a flood the notice about that, or nothing. The number is
    /// that of the notice by which it is told in either case.
    pub(super) fn send(&mut self, model: &Model, draft: Draft) -> (u64, Option<Notice>) {
        let now_ms = model.now.mono_ms;
        if let Some(flood) = &mut self.flood {
            let is_over = now_ms.saturating_sub(flood.newest_mono_ms) >= FLOOD_WINDOW_MS;
            flood.newest_mono_ms = now_ms;
            if is_over {
                self.flood = None;
            } else if draft.urgency <= flood.urgency {
                return (flood.number, None);
            } else {
                // What matters more than all that was told breaks through, once.
                flood.urgency = draft.urgency;
            }
        }
        while self
            .told_mono_ms
            .front()
            .is_some_and(|told| now_ms.saturating_sub(*told) >= FLOOD_WINDOW_MS)
        {
            self.told_mono_ms.pop_front();
        }
        let is_new_flood = self.flood.is_none() && self.told_mono_ms.len() >= FLOOD;
        let draft = if is_new_flood {
            self.flood = Some(Flood {
                urgency: draft.urgency,
                newest_mono_ms: now_ms,
                number: self.numbered + 1,
            });
            as_flood(&draft)
        } else {
            draft
        };
        self.told_mono_ms.push_back(now_ms);
        let notice = self.numbered_notice(model, draft);
        (notice.number, Some(notice))
    }

    pub(super) fn numbered_notice(&mut self, model: &Model, draft: Draft) -> Notice {
        self.numbered += 1;
        Notice {
            number: self.numbered,
            occasion: draft.occasion,
            urgency: draft.urgency,
            cluster: model.cluster.told_as(),
            alarm: draft.alarm,
            title: draft.title,
            body: draft.body,
        }
    }
}

fn as_flood(draft: &Draft) -> Draft {
    Draft {
        occasion: Occasion::Flood,
        urgency: draft.urgency,
        alarm: String::new(),
        title: "many alarms at once".to_owned(),
        body: format!(
            "The newest: {}. More than {FLOOD} notices in {} s: the rest stands on screen 9 and \
             is not told one by one until it has been quiet for as long.",
            draft.title,
            FLOOD_WINDOW_MS / 1000
        ),
    }
}
