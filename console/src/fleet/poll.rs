//! The slow looks: a model a cluster, told what each look saw. They go on for the others while
//! a cluster's page is open; what is known of that one, its alarm book too, is lent to its page
//! and comes back when that is closed.

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
use tracing::warn;
use zoowarden_shared::{Sid, admin::verdict::Presence, config::DynamicConfig};

use super::row::{Row, Trouble};
use crate::{
    event::{Command, Event},
    model::{
        Model,
        alarm::notice::Notice,
        clock::Now,
        probe::{Fault, Outcome, Probe, Via},
    },
    notify::Report,
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
    /// It knows the addresses that console.toml gives, or what its page has seen until now.
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
    clusters: Mutex<Vec<Cluster>>,
    /// A look has ended.
    news: Notify,
    /// A page was closed.
    closed: Notify,
    clock: Clock,
    /// What closed clusters have to tell.
    notices: mpsc::Sender<Notice>,
}

#[derive(Debug)]
struct Cluster {
    /// Where its page is open, what was known of it before: the page has it, and the alarms.
    model: Model,
    /// Why there is no way there.
    fault: Option<String>,
    is_open: bool,
}

impl Pool {
    /// Begins to look. What alarms tell of clusters whose page is closed goes to `notices`.
    pub(crate) fn start(rooms: Vec<Room>, clock: Clock, notices: mpsc::Sender<Notice>) -> Self {
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
            clusters.push(Cluster {
                model: model.closed(clock.now(), EVERY.as_millis() as u64),
                fault,
                is_open: false,
            });
        }
        let seen = Arc::new(Seen {
            clusters: Mutex::new(clusters),
            news: Notify::new(),
            closed: Notify::new(),
            clock,
            notices,
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
        rows.map(Cluster::row).collect()
    }

    /// The page of this cluster is opened: what is known of it is the page's until
    /// [`Self::close`], and it is not looked at from here. And what is to be told there of the
    /// others.
    pub(crate) fn open(&self, name: &str) -> (Option<Model>, Elsewhere) {
        let mut clusters = self.seen.lock();
        let found = clusters
            .iter_mut()
            .find(|one| one.model.cluster.name == name);
        let model = found.map(|cluster| {
            cluster.is_open = true;
            cluster.model.clone()
        });
        let elsewhere = Elsewhere {
            seen: Arc::clone(&self.seen),
            open: name.to_owned(),
        };
        (model, elsewhere)
    }

    /// The page was closed, as its model is now: the slow looks go on from there.
    pub(crate) fn close(&self, model: Model) {
        let name = model.cluster.name.clone();
        let model = model.closed(self.seen.clock.now(), EVERY.as_millis() as u64);
        for cluster in self.seen.lock().iter_mut() {
            if cluster.model.cluster.name == name {
                cluster.is_open = false;
                cluster.model = model;
                break;
            }
        }
        self.seen.closed.notify_waiters();
    }

    /// Keeps how telling went with the alarm that it was about.
    pub(crate) fn told(&self, report: &Report) {
        self.seen.told(report);
    }

    /// Waits for the end of a look. Cancel safe.
    pub(crate) async fn news(&self) {
        self.seen.news.notified().await;
    }
}

/// What an open cluster's console is told of the others.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    seen: Arc<Seen>,
    /// The one that is open.
    open: String,
}

impl Elsewhere {
    /// Takes a report about a notice of another cluster; tells whether it was one.
    pub(crate) fn took(&self, report: &Report) -> bool {
        self.seen.told(report)
    }

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
        let rows = clusters.iter().map(Cluster::row);
        let troubled = rows.filter(|row| row.rank().0 <= Trouble::Degraded);
        troubled.map(|row| row.name).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Cluster>> {
        // A panic anywhere ends the process.
        self.clusters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_open(&self, index: usize) -> bool {
        let clusters = self.lock();
        clusters.get(index).is_some_and(|cluster| cluster.is_open)
    }

    /// Waits until the page of this cluster is closed.
    async fn closed(&self, index: usize) {
        loop {
            let closed = self.closed.notified();
            tokio::pin!(closed);
            closed.as_mut().enable();
            if !self.is_open(index) {
                return;
            }
            closed.await;
        }
    }

    fn tell(&self, index: usize, events: Vec<Event>) {
        let now = self.clock.now();
        if let Some(cluster) = self.lock().get_mut(index) {
            for event in events {
                self.update(cluster, now, event);
            }
        }
    }

    /// Of what the model asks for, telling the operator alone is done here: the rest is an
    /// open page's to do.
    fn update(&self, cluster: &mut Cluster, now: Now, event: Event) {
        if cluster.is_open {
            // A look that was under way when its page was opened.
            return;
        }
        for command in update(&mut cluster.model, now, event) {
            if let Command::Notify(notice) = command
                && self.notices.try_send(*notice).is_err()
            {
                warn!("a notice of a closed cluster is lost: too many wait");
            }
        }
    }

    fn told(&self, report: &Report) -> bool {
        let mut clusters = self.lock();
        let closed = clusters
            .iter_mut()
            .find(|cluster| !cluster.is_open && cluster.model.cluster.told_as() == report.cluster);
        match closed {
            Some(cluster) => {
                cluster.model.alarms.delivered(&report.delivery);
                true
            }
            None => false,
        }
    }
}

impl Cluster {
    fn row(&self) -> Row {
        match &self.fault {
            None => Row::of(&self.model),
            Some(why) => Row::unreachable(&self.model, why.clone()),
        }
    }
}

async fn tick(seen: Arc<Seen>) {
    let mut due = interval(TICK);
    due.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        due.tick().await;
        let now = seen.clock.now();
        for cluster in seen.lock().iter_mut() {
            seen.update(cluster, now, Event::Tick);
        }
    }
}

async fn look(index: usize, mut gatherer: Gatherer, seen: Arc<Seen>, places: Arc<Semaphore>) {
    let mut told = Told::default();
    loop {
        seen.closed(index).await;
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
        Presence::Serving | Presence::Severed | Presence::Former => Outcome::Serving {
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
