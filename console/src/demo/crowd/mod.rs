//! The crowd: a few dozen small clients that do what applications do with ZooKeeper, about
//! 200 writes a second together.
//!
//! ```text
//!   client    one's life: connect, do its work, go on elsewhere when it is cut off
//!   service   instances that register themselves and report their load    (ephemerals)
//!   lock      contenders for a lock, each watching the one before it       (sequences)
//!   queue     producers and consumers of tasks
//!   settings  one writer, many readers with watches
//!   counter   counters that several clients raise, by version
//!   dice      small deterministic randomness, so that they do not march in step
//!
//!   counts    what a fault costs them, counted by themselves;  tally   its arithmetic
//!   ledger    whether what they were told of their writes still holds
//!             (chain: versions and numbers;  gone: what was deleted)
//! ```

mod chain;
mod client;
mod counter;
mod counts;
mod dice;
mod gone;
mod ledger;
mod lock;
mod queue;
mod service;
mod settings;
mod tally;

use std::sync::Arc;

use tokio::task::JoinSet;
use zoowarden_client::{ClientError, Connection, Events, Reply};
use zoowarden_shared::{
    ErrorCode, Zxid,
    acl::Acl,
    proto::{CreateMode, GetDataResponse},
};

use crate::bench::DEMO_MARKER;
use client::{Home, Result, live};
pub(super) use counts::Counts;
use dice::Dice;

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
/// With the one that keeps the mark and the one that writes settings.
const CLIENTS: usize = 2
    + SERVICES.len() * INSTANCES_OF_EACH
    + LOCKS.len() * CONTENDERS_OF_EACH
    + PRODUCERS
    + CONSUMERS
    + READERS
    + COUNTERS;

/// The clients, as tasks that end when this is dropped.
#[derive(Debug)]
pub(super) struct Crowd {
    clients: JoinSet<()>,
    addresses: Arc<[String]>,
    counts: Arc<Counts>,
}

impl Crowd {
    /// Lets them in, spread over these members.
    pub(super) fn start(addresses: Vec<String>) -> Self {
        let mut crowd = Self {
            clients: JoinSet::new(),
            addresses: addresses.into(),
            counts: Arc::new(Counts::new(CLIENTS)),
        };
        crowd.add("mark", mark);
        for service in SERVICES {
            for _ in 0..INSTANCES_OF_EACH {
                crowd.add(service, service::run);
            }
        }
        for lock in LOCKS {
            for _ in 0..CONTENDERS_OF_EACH {
                crowd.add(lock, lock::run);
            }
        }
        for _ in 0..PRODUCERS {
            crowd.add("tasks", queue::produce);
        }
        for _ in 0..CONSUMERS {
            crowd.add("tasks", queue::consume);
        }
        crowd.add("settings", settings::write);
        for _ in 0..READERS {
            crowd.add("settings", settings::read);
        }
        for _ in 0..COUNTERS {
            crowd.add("counter", counter::run);
        }
        crowd
    }

    /// What they count.
    pub(super) fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.counts)
    }

    fn add<W, F>(&mut self, name: &'static str, work: W)
    where
        W: Fn(Visit) -> F + Send + 'static,
        F: Future<Output = Result<()>> + Send + 'static,
    {
        let number = self.clients.len();
        let home = Home {
            addresses: Arc::clone(&self.addresses),
            turn: number,
            name,
            dice: Dice::new(number as u64),
            counts: Arc::clone(&self.counts),
        };
        self.clients.spawn(live(home, work));
    }
}

/// One stay of a client at a member: from a connection to its end. Reads go to `zk`, writes
/// through the methods, which count how they end.
#[derive(Debug)]
struct Visit {
    zk: Connection,
    events: Events,
    /// Which of the crowd's things this client is about.
    name: &'static str,
    dice: Dice,
    counts: Arc<Counts>,
}

impl Visit {
    async fn create(&self, path: &str, data: &str, mode: CreateMode) -> Result<String> {
        let (data, acl) = (data.as_bytes().to_vec(), Acl::open());
        let write = self.zk.create(path, data, &acl, mode);
        let Reply { zxid, value: path } = self.counts.write(&self.zk, write).await?;
        let owner = match mode {
            CreateMode::Ephemeral | CreateMode::EphemeralSequential => self.session(),
            _ => 0,
        };
        self.counts.enter(|ledger| match mode {
            CreateMode::EphemeralSequential | CreateMode::PersistentSequential => {
                ledger.numbered(&path, zxid, owner)
            }
            _ => ledger.created(&path, zxid, owner),
        });
        Ok(path)
    }

    async fn set(&self, path: &str, data: &str, version: Option<i32>) -> Result<()> {
        let write = self.zk.set_data(path, data.as_bytes().to_vec(), version);
        let Reply { zxid, value: stat } = self.counts.write(&self.zk, write).await?;
        self.counts.enter(|ledger| ledger.wrote(path, zxid, &stat));
        Ok(())
    }

    /// Reads what nobody deletes.
    async fn get(&self, path: &str, watch: bool) -> Result<GetDataResponse> {
        let read = self.zk.get_data(path, watch).await;
        match &read {
            Ok(Reply { zxid, value }) => {
                let stat = &value.stat;
                self.counts.enter(|ledger| ledger.read(path, *zxid, stat));
            }
            Err(fault) => {
                if let Some(zxid) = without_a_node(fault) {
                    self.counts.enter(|ledger| ledger.missed(path, zxid));
                }
            }
        }
        Ok(read?.value)
    }

    /// What is in a directory.
    async fn list(&self, directory: &str) -> Result<Vec<String>> {
        let listed = self.zk.get_children(directory, false).await?;
        let Reply { zxid, value: names } = listed;
        self.counts
            .enter(|ledger| ledger.listed(directory, zxid, &names));
        Ok(names)
    }

    async fn delete(&self, path: &str) -> Result<()> {
        self.counts.enter(|ledger| {
            ledger.leaves(path);
            0
        });
        let write = self.zk.delete(path, None);
        let deleted = self.counts.write(&self.zk, write).await;
        self.counts.enter(|ledger| match &deleted {
            Ok(reply) => {
                ledger.left(path, Some(reply.zxid));
                0
            }
            Err(fault) => match without_a_node(fault) {
                Some(zxid) => ledger.was_not_there(path, zxid),
                None => {
                    ledger.left(path, None);
                    0
                }
            },
        });
        deleted.map(drop)
    }

    fn session(&self) -> i64 {
        self.zk.session().credentials.id.0
    }

    /// Creates a persistent znode and those above it, where they are not there yet.
    async fn ensure(&self, path: &str) -> Result<()> {
        let ends = path.match_indices('/').map(|(at, _)| at).skip(1);
        for end in ends.chain(std::iter::once(path.len())) {
            match self.create(&path[..end], "", CreateMode::Persistent).await {
                Ok(_) => {}
                Err(e) if e.code() == Some(ErrorCode::NodeExists) => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    /// Removes what this session, taken up again, still holds below a directory.
    async fn forget(&self, directory: &str) -> Result<()> {
        let Reply { zxid, value: paths } = self.zk.get_ephemerals(directory).await?;
        let owner = self.session();
        self.counts
            .enter(|ledger| ledger.owned(owner, directory, zxid, &paths));
        for path in paths {
            match self.delete(&path).await {
                Ok(()) => {}
                Err(e) if lost_a_race(&e) => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }
}

/// Keeps the ephemeral mark by which `zoowarden bench` knows a demo of its own.
async fn mark(visit: Visit) -> Result<()> {
    loop {
        match visit
            .create(DEMO_MARKER, "demo", CreateMode::Ephemeral)
            .await
        {
            Ok(_) => {}
            // Ours; or that of a demo that ended a moment ago, which goes with its session.
            Err(e) if e.code() == Some(ErrorCode::NodeExists) => {}
            Err(e) => return Err(e),
        }
        visit.dice.pause(2000).await;
    }
}

/// There is no such znode, up to this transaction.
fn without_a_node(fault: &ClientError) -> Option<Zxid> {
    match fault {
        ClientError::Server {
            code: ErrorCode::NoNode,
            zxid,
            ..
        } => Some(*zxid),
        _ => None,
    }
}

/// Whether a call failed only because another client was quicker.
fn lost_a_race(fault: &ClientError) -> bool {
    matches!(
        fault.code(),
        Some(ErrorCode::NoNode | ErrorCode::BadVersion | ErrorCode::NodeExists)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn they_are_as_many_as_they_are_said_to_be() {
        let crowd = Crowd::start(vec!["127.0.0.1:1".to_owned()]);
        assert_eq!(crowd.clients.len(), CLIENTS);
        assert_eq!(crowd.counts().cost().clients, CLIENTS);
    }
}
