//! What was answered to whom.
//!
//! An Apache member answers whatever comes from a member without a vote, at once. If that one
//! answers too, because it holds the first for a laggard, or for a voter that looks, or for
//! one without a vote as well, they do so without end, as fast as the network carries it.

use std::collections::BTreeMap;

use zoowarden_shared::{Sid, election::Notification};

/// How long the same answer is not given again; less than anybody's resend timer.
const PAUSE_US: u64 = 100_000;
/// How many are answered; more than any ensemble has members.
const MAX_ANSWERED: usize = 1024;

/// The last answer to each, since the member began to look for a leader or has one.
#[derive(Debug, Default)]
pub(super) struct Replies(BTreeMap<Sid, (u64, Notification)>);

impl Replies {
    /// Whether this is to be said; then it counts as said.
    pub(super) fn give(&mut self, now_us: u64, to: Sid, notification: &Notification) -> bool {
        let is_news = match self.0.get(&to) {
            Some((at_us, last)) => last != notification || now_us >= at_us + PAUSE_US,
            None => self.0.len() < MAX_ANSWERED,
        };
        if is_news {
            self.0.insert(to, (now_us, notification.clone()));
        }
        is_news
    }

    /// Who was answered.
    pub(super) fn given_to(&self) -> impl Iterator<Item = Sid> {
        self.0.keys().copied()
    }
}
