//! Tells a console which plans of its cluster run without it.

use std::time::Duration;

use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval},
};

use super::{Plan, Shelf, shelf::State};
use crate::event::Event;

/// How often the shelf is looked at: a directory with a few files.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Until nobody listens.
pub(crate) async fn watch(shelf: Shelf, cluster: String, events: mpsc::Sender<Event>) {
    let mut known = Vec::new();
    let mut look = interval(LOOK_AGAIN);
    look.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        look.tick().await;
        let (shelf, cluster) = (shelf.clone(), cluster.clone());
        let found = tokio::task::spawn_blocking(move || under_way(&shelf, &cluster)).await;
        let Ok(found) = found else { return };
        if found == known {
            continue;
        }
        known.clone_from(&found);
        if events.send(Event::Plans(found)).await.is_err() {
            return;
        }
    }
}

/// This console's own are its gate's.
fn under_way(shelf: &Shelf, cluster: &str) -> Vec<Plan> {
    let own = format!("-{}", std::process::id());
    let mut plans = shelf.plans();
    plans.retain(|plan| {
        plan.state == State::Runs && plan.begun.cluster == cluster && !plan.id.ends_with(&own)
    });
    plans
}
