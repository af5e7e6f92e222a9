//! Tells the console what only the demo knows: what the crowd counts, and how processes ended
//! and began.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};

use super::{crowd::Counts, member::Life};
use crate::event::Event;

/// How often the counts are told.
const TELL_EVERY: Duration = Duration::from_millis(500);

/// What there is to tell of; made by [`super::Demo::witness`].
#[derive(Debug)]
pub struct Witness {
    pub(super) counts: Arc<Counts>,
    /// Each member's client address and its process.
    pub(super) lives: Vec<(String, watch::Receiver<Life>)>,
}

impl Witness {
    /// Tells until nobody listens any more.
    pub async fn tell(self, events: mpsc::Sender<Event>) {
        let mut watching = JoinSet::new();
        for (address, mut life) in self.lives {
            let events = events.clone();
            watching.spawn(async move {
                // Ends with the demo.
                while life.changed().await.is_ok() {
                    let event = match &*life.borrow_and_update() {
                        Life::Running { pid } => Event::MemberStarted {
                            address: address.clone(),
                            pid: *pid,
                        },
                        Life::Ended(end) => Event::MemberEnded(end.clone()),
                    };
                    // The console may be about to leave.
                    let _ = events.send(event).await;
                }
            });
        }
        let mut due = interval(TELL_EVERY);
        due.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            due.tick().await;
            let cost = self.counts.cost();
            if events.send(Event::Crowd(cost)).await.is_err() {
                return;
            }
        }
    }
}
