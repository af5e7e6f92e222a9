//! The crowd: a few dozen small clients that do what applications do with ZooKeeper, about
//! 200 writes a second together.
//!
//! ```text
//!   member    a client's life: connect, do its work, come back when it is cut off
//!   service   instances that register themselves and report their load    (ephemerals)
//!   lock      contenders for a lock, each watching the one before it       (sequences)
//!   queue     producers and consumers of tasks
//!   settings  one writer, many readers with watches
//!   counter   counters that several clients raise, by version
//!   dice      small deterministic randomness, so that they do not march in step
//! ```

mod counter;
mod dice;
mod lock;
mod member;
mod queue;
mod service;
mod settings;

use std::sync::Arc;

use tokio::task::JoinSet;
use zoowarden_client::Connection;
use zoowarden_shared::{ErrorCode, acl::Acl, proto::CreateMode};

use crate::bench::DEMO_MARKER;
use dice::Dice;
use member::{Result, live};

/// Everything that the crowd writes is below this, but for the demo's mark.
const ROOT: &str = "/demo";

const SERVICES: [&str; 4] = ["billing", "checkout", "orders", "search"];
const INSTANCES_OF_EACH: usize = 3;
const LOCKS: [&str; 3] = ["leader", "nightly-report", "schema-change"];
const CONTENDERS_OF_EACH: usize = 3;
const PRODUCERS: usize = 2;
const CONSUMERS: usize = 3;
const READERS: usize = 6;
const COUNTERS: usize = 4;

/// The clients, as tasks that end when this is dropped.
#[derive(Debug)]
pub(super) struct Crowd(JoinSet<()>);

impl Crowd {
    /// Lets them in.
    pub(super) fn start(addr: &str) -> Self {
        let mut crowd = Self(JoinSet::new());
        let addr: Arc<str> = addr.into();
        crowd.add(&addr, "mark", mark);
        for service in SERVICES {
            for _ in 0..INSTANCES_OF_EACH {
                crowd.add(&addr, service, service::run);
            }
        }
        for lock in LOCKS {
            for _ in 0..CONTENDERS_OF_EACH {
                crowd.add(&addr, lock, lock::run);
            }
        }
        for _ in 0..PRODUCERS {
            crowd.add(&addr, "tasks", queue::produce);
        }
        for _ in 0..CONSUMERS {
            crowd.add(&addr, "tasks", queue::consume);
        }
        crowd.add(&addr, "settings", settings::write);
        for _ in 0..READERS {
            crowd.add(&addr, "settings", settings::read);
        }
        for _ in 0..COUNTERS {
            crowd.add(&addr, "counter", counter::run);
        }
        crowd
    }

    /// How many clients there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    fn add<W, F>(&mut self, addr: &Arc<str>, name: &'static str, work: W)
    where
        W: Fn(Visit) -> F + Send + 'static,
        F: Future<Output = Result<()>> + Send + 'static,
    {
        let dice = Dice::new(self.0.len() as u64);
        self.0.spawn(live(Arc::clone(addr), name, dice, work));
    }
}

/// One stay of a client at the server: from a connection to its end.
#[derive(Debug)]
struct Visit {
    zk: Connection,
    events: zoowarden_client::Events,
    /// Which of the crowd's things this client is about.
    name: &'static str,
    dice: Dice,
}

/// Keeps the ephemeral mark by which `zoowarden bench` knows a demo of its own.
async fn mark(visit: Visit) -> Result<()> {
    loop {
        match create(&visit.zk, DEMO_MARKER, "demo", CreateMode::Ephemeral).await {
            Ok(_) => {}
            // Ours; or that of a demo that ended a moment ago, which goes with its session.
            Err(e) if e.code() == Some(ErrorCode::NodeExists) => {}
            Err(e) => return Err(e),
        }
        visit.dice.pause(2000).await;
    }
}

async fn create(zk: &Connection, path: &str, data: &str, mode: CreateMode) -> Result<String> {
    let data = data.as_bytes().to_vec();
    Ok(zk.create(path, data, &Acl::open(), mode).await?.value)
}

/// Creates a persistent znode and those above it, where they are not there yet.
async fn ensure(zk: &Connection, path: &str) -> Result<()> {
    let ends = path.match_indices('/').map(|(at, _)| at).skip(1);
    for end in ends.chain(std::iter::once(path.len())) {
        match create(zk, &path[..end], "", CreateMode::Persistent).await {
            Ok(_) => {}
            Err(e) if e.code() == Some(ErrorCode::NodeExists) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

/// Removes what this session, taken up again, still holds below a directory.
async fn forget(zk: &Connection, directory: &str) -> Result<()> {
    for path in zk.get_ephemerals(directory).await?.value {
        match zk.delete(&path, None).await {
            Ok(_) => {}
            Err(e) if lost_a_race(&e) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

/// Whether a call failed only because another client was quicker.
fn lost_a_race(fault: &zoowarden_client::ClientError) -> bool {
    matches!(
        fault.code(),
        Some(ErrorCode::NoNode | ErrorCode::BadVersion | ErrorCode::NodeExists)
    )
}
