//! Tells the console what only the demo knows: what the crowd counts, and how processes ended.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};

use super::{crowd::Counts, member::MemberEnd};
use crate::event::Event;

/// How often the counts are told.
const TELL_EVERY: Duration = Duration::from_millis(500);

/// What there is to tell of; made by [`super::Demo::witness`].
#[derive(Debug)]
pub struct Witness {
    pub(super) counts: Arc<Counts>,
    pub(super) ends: Vec<watch::Receiver<Option<MemberEnd>>>,
}

impl Witness {
    /// Tells until nobody listens any more.
    pub async fn tell(self, events: mpsc::Sender<Event>) {
        let mut watching = JoinSet::new();
        for mut ended in self.ends {
            let events = events.clone();
            watching.spawn(async move {
                let end = ended.wait_for(Option::is_some).await;
                let end = end.ok().and_then(|end| end.clone());
                if let Some(end) = end {
                    // The console may be about to leave.
                    let _ = events.send(Event::MemberEnded(end)).await;
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
