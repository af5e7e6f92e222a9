//! A continuous writer that remembers what it was promised.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{runtime::Handle, task::JoinHandle};
use zoowarden_client::{ClientError, ConnectOptions, Connection};
use zoowarden_shared::{ErrorCode, Zxid, acl::Acl, proto::CreateMode};

use super::tree::Tree;

/// Between two writes: enough of them, and not so many that reading them all takes long.
const PACE: Duration = Duration::from_millis(5);
/// Between two attempts to connect.
const RETRY: Duration = Duration::from_millis(20);
/// Every so many writes is a setData of the writer's own znode.
const SET_EVERY: u64 = 4;

/// One writer's memory.
#[derive(Debug, Default)]
pub(crate) struct Record {
    name: String,
    /// Acknowledged creations: path and number.
    created: Vec<(String, u64)>,
    /// The number last acknowledged by a setData.
    set: Option<u64>,
    last_zxid: Zxid,
    /// Sessions that a member said are gone.
    pub(crate) lost_sessions: u32,
    last_ack: Option<Instant>,
    /// The longest time between two acknowledgements.
    pub(crate) longest_gap: Duration,
}

/// Writes until it is finished.
pub(crate) struct Writer {
    record: Arc<Mutex<Record>>,
    finished: Arc<AtomicBool>,
    held: Arc<AtomicBool>,
    task: JoinHandle<()>,
    handle: Handle,
}

impl Writer {
    pub(crate) fn start(handle: &Handle, name: &str, addresses: Vec<String>) -> Self {
        let record = Arc::new(Mutex::new(Record {
            name: name.to_owned(),
            ..Record::default()
        }));
        let finished = Arc::new(AtomicBool::new(false));
        let held = Arc::new(AtomicBool::new(false));
        let task = handle.spawn({
            let (record, finished, held) = (
                Arc::clone(&record),
                Arc::clone(&finished),
                Arc::clone(&held),
            );
            let name = name.to_owned();
            async move {
                let mut hand = Hand::new(addresses, &name);
                while !finished.load(Ordering::Relaxed) {
                    if !held.load(Ordering::Relaxed) {
                        hand.write_once(&record).await;
                    }
                    tokio::time::sleep(PACE).await;
                }
            }
        });
        Self {
            record,
            finished,
            held,
            task,
            handle: handle.clone(),
        }
    }

    /// Writes acknowledged so far.
    pub(crate) fn acknowledged(&self) -> usize {
        self.record
            .lock()
            .expect("no writer panicked")
            .created
            .len()
    }

    /// Waits until so many more writes are acknowledged.
    pub(crate) fn wait_for_more(&self, more: usize) {
        let wanted = self.acknowledged() + more;
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.acknowledged() < wanted {
            assert!(!self.task.is_finished(), "the writer failed");
            assert!(
                Instant::now() < deadline,
                "writes are not acknowledged any more"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Makes it wait, so that the members can come level.
    pub(crate) fn hold(&self, held: bool) {
        self.held.store(held, Ordering::Relaxed);
    }

    /// Ends it and returns what it remembers.
    pub(crate) fn finish(self) -> Record {
        self.finished.store(true, Ordering::Relaxed);
        self.handle
            .block_on(self.task)
            .expect("the writer did not fail");
        std::mem::take(&mut *self.record.lock().expect("no writer panicked"))
    }
}

impl Record {
    /// All that was acknowledged is in this tree.
    pub(crate) fn assert_in(&self, sid: usize, tree: &Tree) {
        let number = |path: &str| {
            let data = &tree.0.get(path)?.data;
            String::from_utf8_lossy(data).parse::<u64>().ok()
        };
        let lost: Vec<_> = self
            .created
            .iter()
            .filter(|(path, written)| number(path) != Some(*written))
            .collect();
        assert!(
            lost.is_empty(),
            "member {sid} lost {} of {} acknowledged creations: {:?}",
            lost.len(),
            self.created.len(),
            &lost[..lost.len().min(5)]
        );
        // A later one may have happened without its acknowledgement having come.
        let found = number(&own_znode(&self.name));
        assert!(
            self.set.is_none() || found >= self.set,
            "member {sid} has {found:?} where {:?} was acknowledged",
            self.set
        );
    }

    fn acknowledge(&mut self, zxid: Zxid) {
        assert!(
            zxid > self.last_zxid,
            "a write was acknowledged at {zxid}, after an earlier one at {}",
            self.last_zxid
        );
        self.last_zxid = zxid;
        let now = Instant::now();
        if let Some(last) = self.last_ack.replace(now) {
            self.longest_gap = self.longest_gap.max(now - last);
        }
    }
}

fn own_znode(name: &str) -> String {
    format!("/written/{name}")
}

/// What writes: a session that goes from member to member.
struct Hand {
    addresses: Vec<String>,
    own: String,
    connection: Option<Connection>,
    options: ConnectOptions,
    turn: usize,
    number: u64,
}

impl Hand {
    fn new(addresses: Vec<String>, name: &str) -> Self {
        Self {
            addresses,
            own: own_znode(name),
            connection: None,
            options: ConnectOptions {
                timeout_ms: 20_000,
                ..ConnectOptions::default()
            },
            turn: 0,
            number: 0,
        }
    }

    /// One write, or one attempt to connect where that is what it takes.
    async fn write_once(&mut self, record: &Mutex<Record>) {
        let Some(connection) = &self.connection else {
            return self.connect(record).await;
        };
        self.number += 1;
        let is_set = self.number.is_multiple_of(SET_EVERY);
        let path = format!("{}-{}", self.own, self.number);
        let outcome = if is_set {
            set(connection, &self.own, self.number).await
        } else {
            create(connection, &path, self.number).await
        };
        let Ok(zxid) = outcome else {
            // Whether it happened is unknown, and this member is of no use: the next one,
            // with the same session.
            self.options.last_zxid_seen = self.options.last_zxid_seen.max(connection.last_zxid());
            self.connection = None;
            return;
        };
        let mut record = record.lock().expect("no writer panicked");
        record.acknowledge(zxid);
        if is_set {
            record.set = Some(self.number);
        } else {
            record.created.push((path, self.number));
        }
    }

    async fn connect(&mut self, record: &Mutex<Record>) {
        let address = &self.addresses[self.turn % self.addresses.len()];
        self.turn += 1;
        match Connection::connect(address, self.options).await {
            Ok((connection, _)) => {
                self.options.session = Some(connection.session().credentials);
                self.connection = Some(connection);
            }
            Err(ClientError::SessionRefused { .. }) => {
                self.options.session = None;
                record.lock().expect("no writer panicked").lost_sessions += 1;
            }
            Err(_) => tokio::time::sleep(RETRY).await,
        }
    }
}

async fn create(connection: &Connection, path: &str, number: u64) -> Result<Zxid, ClientError> {
    let acl = Acl::open();
    let creating = connection.create(path, number.to_string(), &acl, CreateMode::Persistent);
    Ok(creating.await?.zxid)
}

/// Sets the znode, which the first time is to be made.
async fn set(connection: &Connection, path: &str, number: u64) -> Result<Zxid, ClientError> {
    match connection.set_data(path, number.to_string(), None).await {
        Err(error) if error.code() == Some(ErrorCode::NoNode) => {
            create(connection, path, number).await
        }
        done => Ok(done?.zxid),
    }
}
