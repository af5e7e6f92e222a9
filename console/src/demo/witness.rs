//! Tells the console what only the demo knows: what the crowd counts, how processes ended, and
//! what their supervisors do about it.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};

use zoowarden_server::supervise::Report;

use super::{crowd::Counts, supervised::news};
use crate::event::Event;

/// How often the counts are told.
const TELL_EVERY: Duration = Duration::from_millis(500);

/// What there is to tell of; made by [`super::Demo::witness`].
#[derive(Debug)]
pub struct Witness {
    pub(super) counts: Arc<Counts>,
    /// Of each member's supervisor, by the member's client address.
    pub(super) reports: Vec<(String, watch::Receiver<Report>)>,
}

impl Witness {
    /// Tells until nobody listens any more.
    pub async fn tell(self, events: mpsc::Sender<Event>) {
        let mut watching = JoinSet::new();
        for (address, reports) in self.reports {
            watching.spawn(follow(address, reports, events.clone()));
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

/// Tells of one member's ends and starts, until its supervisor or the console is gone.
async fn follow(
    address: String,
    mut reports: watch::Receiver<Report>,
    events: mpsc::Sender<Event>,
) {
    let mut known = reports.borrow_and_update().clone();
    while reports.changed().await.is_ok() {
        let report = reports.borrow_and_update().clone();
        for event in news(&address, &known, &report) {
            if events.send(event).await.is_err() {
                return;
            }
        }
        known = report;
    }
}
