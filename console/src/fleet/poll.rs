//! The slow looks: a model a cluster, told what each look saw. They go on while a cluster is
//! open.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Notify, Semaphore, mpsc},
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep_until},
};
use zoowarden_shared::{Sid, admin::verdict::Presence, config::DynamicConfig};

use super::row::{Row, Trouble};
use crate::{
    event::Event,
    model::{
        Model,
        probe::{Fault, Outcome, Probe, Via},
    },
    reach::Reach,
    source::Clock,
    status::{Gatherer, Look},
    update::update,
};

/// Between the beginnings of two looks at a cluster.
pub(crate) const EVERY: Duration = Duration::from_secs(5);
/// For one question to one member.
const DEADLINE: Duration = Duration::from_secs(2);
/// Clusters that are looked at at the same time: each look opens a connection a member.
const AT_ONCE: usize = 4;
/// Silences grow, and alarms begin and end, between the looks too.
const TICK: Duration = Duration::from_millis(500);

/// A cluster as the pool begins with it.
#[derive(Debug)]
pub(crate) struct Room {
    /// It knows the addresses that console.toml gives.
    pub(crate) model: Model,
    /// The way there, or why there is none.
    pub(crate) reach: Result<Reach, String>,
}

/// All clusters, as they are known by now. Dropping it ends the looks.
#[derive(Debug)]
pub(crate) struct Pool {
    seen: Arc<Seen>,
    /// Aborted where they are dropped.
    _looking: JoinSet<()>,
}

#[derive(Debug)]
struct Seen {
    clusters: Mutex<Vec<(Model, Option<String>)>>,
    /// A look has ended.
    news: Notify,
    clock: Clock,
}

impl Pool {
    /// Begins to look.
    pub(crate) fn start(rooms: Vec<Room>, clock: Clock) -> Self {
        let mut gatherers = Vec::new();
        let mut clusters = Vec::new();
        for (index, Room { model, reach }) in rooms.into_iter().enumerate() {
            let fault = match reach {
                Ok(reach) => {
                    let seeds = model.known.seeds.clone();
                    let addresses = model.known.address_map.clone();
                    gatherers.push((index, Gatherer::new(reach.client, seeds, addresses)));
                    None
                }
                Err(why) => Some(why),
            };
            clusters.push((model, fault));
        }
        let seen = Arc::new(Seen {
            clusters: Mutex::new(clusters),
            news: Notify::new(),
            clock,
        });
        let places = Arc::new(Semaphore::new(AT_ONCE));
        let mut looking = JoinSet::new();
        for (index, gatherer) in gatherers {
            looking.spawn(look(
                index,
                gatherer,
                Arc::clone(&seen),
                Arc::clone(&places),
            ));
        }
        looking.spawn(tick(Arc::clone(&seen)));
        Self {
            seen,
            _looking: looking,
        }
    }

    /// What is known now, a row a cluster, in the order in which they were given.
    pub(crate) fn rows(&self) -> Vec<Row> {
        let clusters = self.seen.lock();
        let rows = clusters.iter();
        rows.map(|(model, fault)| row(model, fault.as_ref()))
            .collect()
    }

    /// What is to be told while this cluster is open.
    pub(crate) fn elsewhere(&self, open: &str) -> Elsewhere {
        Elsewhere {
            seen: Arc::clone(&self.seen),
            open: open.to_owned(),
        }
    }

    /// Waits for the end of a look. Cancel safe.
    pub(crate) async fn news(&self) {
        self.seen.news.notified().await;
    }
}

/// What an open cluster's console is told of the others.
#[derive(Debug)]
pub struct Elsewhere {
    seen: Arc<Seen>,
    /// The one that is open.
    open: String,
}

impl Elsewhere {
    /// Tells which other clusters are in trouble, whenever that changes, until nobody listens.
    pub(crate) async fn tell(self, events: mpsc::Sender<Event>) {
        let mut told = Vec::new();
        let mut due = interval(TICK);
        due.set_missed_tick_behavior(MissedTickBehavior::Skip);
        while !events.is_closed() {
            due.tick().await;
            let troubled = self.seen.troubled();
            let others = troubled.into_iter().filter(|name| *name != self.open);
            let others: Vec<String> = others.collect();
            if others != told {
                told.clone_from(&others);
                if events.send(Event::Elsewhere(others)).await.is_err() {
                    return;
                }
            }
        }
    }
}

impl Seen {
    fn troubled(&self) -> Vec<String> {
        let clusters = self.lock();
        let rows = clusters
            .iter()
            .map(|(model, fault)| row(model, fault.as_ref()));
        let troubled = rows.filter(|row| row.rank().0 <= Trouble::Degraded);
        troubled.map(|row| row.name).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Model, Option<String>)>> {
        // A panic anywhere ends the process.
        self.clusters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, index: usize, events: Vec<Event>) {
        let now = self.clock.now();
        if let Some((model, _)) = self.lock().get_mut(index) {
            for event in events {
                // What it asks for is an open console's to do.
                let _ = update(model, now, event);
            }
        }
    }
}

fn row(model: &Model, fault: Option<&String>) -> Row {
    match fault {
        None => Row::of(model),
        Some(why) => Row::unreachable(model, why.clone()),
    }
}

async fn tick(seen: Arc<Seen>) {
    let mut due = interval(TICK);
    due.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        due.tick().await;
        let now = seen.clock.now();
        for (model, _) in seen.lock().iter_mut() {
            let _ = update(model, now, Event::Tick);
        }
    }
}

async fn look(index: usize, mut gatherer: Gatherer, seen: Arc<Seen>, places: Arc<Semaphore>) {
    let mut told = Told::default();
    loop {
        let begun = Instant::now();
        // The semaphore is never closed.
        let Ok(place) = places.acquire().await else {
            return;
        };
        let looks = gatherer.look(DEADLINE).await;
        drop(place);
        let known = gatherer.known();
        let mut events = Vec::new();
        if told.config.as_ref() != Some(&known.config) && !known.config.is_empty() {
            events.push(Event::Config(known.config.clone()));
            told.config = Some(known.config.clone());
        }
        if !known.resolved.is_empty() {
            events.push(Event::Resolved(known.resolved.clone()));
        }
        for (address, sid) in &known.identities {
            if told.identities.insert(address.clone(), *sid) != Some(*sid) {
                events.push(Event::Identity {
                    address: address.clone(),
                    sid: *sid,
                });
            }
        }
        let now_mono_ms = seen.clock.now().mono_ms;
        // Lags are differences of zxids: each counts from the moment of its own answer.
        let at = |look: &Look| {
            let since = look.at.map_or(Duration::ZERO, |at| at.elapsed());
            now_mono_ms.saturating_sub(since.as_millis() as u64)
        };
        let asked = looks
            .into_iter()
            .filter(|(place, _)| place.unaddressed.is_none());
        events
            .extend(asked.map(|(place, look)| Event::Probe(probe(place.address, at(&look), look))));
        seen.tell(index, events);
        seen.news.notify_one();
        sleep_until(begun + EVERY).await;
    }
}

/// What the model was told beside the answers.
#[derive(Debug, Default)]
struct Told {
    config: Option<DynamicConfig>,
    identities: HashMap<String, Sid>,
}

/// A look as the model takes it.
fn probe(address: String, at_mono_ms: u64, look: Look) -> Probe {
    let outcome = match look.presence {
        Presence::Serving => Outcome::Serving {
            facts: Box::new(look.report),
            via: Via::Srvr,
        },
        Presence::NotServing => Outcome::NotServing,
        Presence::Shut => Outcome::Shut,
        Presence::Silent | Presence::Unknown => {
            Outcome::Silent(look.fault.unwrap_or(Fault::HungUp))
        }
    };
    Probe {
        address,
        at_mono_ms,
        outcome,
        // A look takes some seconds at most.
        round_trip_us: look.round_trip.map(|took| took.as_micros() as u64),
        interval_ms: EVERY.as_millis() as u64,
        closed: Vec::new(),
    }
}
