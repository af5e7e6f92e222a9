//! The slow looks: a model a cluster, told what each look saw. They go on while a cluster is
//! open.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Notify, Semaphore},
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep_until},
};
use zoowarden_shared::{Sid, admin::verdict::Presence, config::DynamicConfig};

use super::row::Row;
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
        let row = |(model, fault): &(Model, Option<String>)| match fault {
            None => Row::of(model),
            Some(why) => Row::unreachable(model, why.clone()),
        };
        clusters.iter().map(row).collect()
    }

    /// Waits for the end of a look. Cancel safe.
    pub(crate) async fn news(&self) {
        self.seen.news.notified().await;
    }
}

impl Seen {
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
        let at_mono_ms = seen.clock.now().mono_ms;
        let asked = looks
            .into_iter()
            .filter(|(place, _)| place.unaddressed.is_none());
        events.extend(
            asked.map(|(place, look)| Event::Probe(probe(place.address, at_mono_ms, look))),
        );
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
