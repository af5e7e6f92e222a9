//! A continuous writer: a session that goes from member to member, one write at a time.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{runtime::Handle, task::JoinHandle};
use zoowarden_client::{ClientError, ConnectOptions, Connection};
use zoowarden_shared::{ErrorCode, Zxid, acl::Acl, proto::CreateMode};

use crate::{
    record::{Record, own_znode},
    wait::wait_until,
};

/// Between two writes: enough of them, and not so many that reading them all takes long.
const PACE: Duration = Duration::from_millis(5);
/// Between two attempts to connect.
const RETRY: Duration = Duration::from_millis(20);
/// How long writes may take to go on.
const PATIENCE: Duration = Duration::from_secs(60);
/// Every so many writes is a setData of the writer's own znode.
const SET_EVERY: u64 = 4;

/// Writes until it is finished.
#[derive(Debug)]
pub struct Writer {
    record: Arc<Mutex<Record>>,
    finished: Arc<AtomicBool>,
    held: Arc<AtomicBool>,
    task: JoinHandle<()>,
    handle: Handle,
}

impl Writer {
    /// One on the members at these addresses, in turn.
    #[must_use]
    pub fn start(handle: &Handle, name: &str, addresses: Vec<String>) -> Self {
        let record = Arc::new(Mutex::new(Record::of(name)));
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
    #[must_use]
    pub fn acknowledged(&self) -> usize {
        self.record.lock().expect("no writer panicked").creations()
    }

    /// Waits until so many more writes are acknowledged.
    pub fn wait_for_more(&self, more: usize) {
        let wanted = self.acknowledged() + more;
        wait_until("writes are acknowledged again", PATIENCE, || {
            assert!(!self.task.is_finished(), "the writer failed");
            self.acknowledged() >= wanted
        });
    }

    /// Makes it wait, so that the members can come level.
    pub fn hold(&self, held: bool) {
        self.held.store(held, Ordering::Relaxed);
    }

    /// Ends it and returns what it remembers.
    pub fn finish(self) -> Record {
        self.finished.store(true, Ordering::Relaxed);
        self.handle
            .block_on(self.task)
            .expect("the writer did not fail");
        std::mem::take(&mut *self.record.lock().expect("no writer panicked"))
    }
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
            record.add_set(self.number);
        } else {
            record.add_creation(path, self.number);
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
