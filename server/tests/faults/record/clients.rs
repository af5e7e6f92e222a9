//! Clients that read and write a few keys through all members, and move about with their
//! sessions.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{runtime::Handle, task::JoinHandle};
use zoowarden_client::{ClientError, ConnectOptions, Connection};
use zoowarden_shared::{ErrorCode, Zxid, acl::Acl, proto::CreateMode};
use zoowarden_testkit::Random;

use super::{
    ROOT,
    history::{Op, Outcome, Recorder, Request, Seen},
};

/// As few as make clients meet.
const KEYS: u64 = 4;
/// Between two requests of one client.
const PACE: Duration = Duration::from_millis(3);
/// Between two attempts to connect.
const RETRY: Duration = Duration::from_millis(30);
/// Of a call: after it the outcome of a write is unknown.
const ANSWER: Duration = Duration::from_millis(1500);
/// How often it asks one member to take it before it asks the next. A member that lags behind
/// what the client has seen refuses it, and takes it as soon as it has caught up; of members
/// far from each other all lag, and clients that went on at once would all end up on one.
const ATTEMPTS: u32 = 5;
/// One of so many requests makes a client go elsewhere.
const MOVES: u64 = 60;
/// How long writes may take to go on.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a client is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Errand {
    /// Reads and writes, here and there.
    All,
    /// Reads after syncs, always on the same member.
    SyncedReads,
}

/// Clients at work.
pub(crate) struct Clients {
    recorder: Arc<Recorder>,
    finished: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<()>>,
    handle: Handle,
    members: Vec<SocketAddr>,
}

impl Clients {
    /// Two on each member to begin with; they know all of them.
    pub(crate) fn start(handle: &Handle, members: &[SocketAddr]) -> Self {
        let mut clients = Self {
            recorder: Arc::new(Recorder::new()),
            finished: Arc::new(AtomicBool::new(false)),
            tasks: Vec::new(),
            handle: handle.clone(),
            members: members.to_vec(),
        };
        for client in 0..2 * members.len() {
            clients.add(client % members.len(), Errand::All);
        }
        clients
    }

    /// One more, which does nothing but sync and read on this member: a write that waits for a
    /// quorum would keep it from asking what that member shows meanwhile.
    pub(crate) fn add_synced_reader(&mut self, sid: usize) {
        self.add(sid - 1, Errand::SyncedReads);
    }

    fn add(&mut self, at: usize, errand: Errand) {
        let client = self.tasks.len();
        let recorder = Arc::clone(&self.recorder);
        let mut hand = Hand::new(client, errand, (self.members.clone(), at), recorder);
        let finished = Arc::clone(&self.finished);
        self.tasks.push(self.handle.spawn(async move {
            while !finished.load(Ordering::Relaxed) {
                hand.act().await;
            }
        }));
    }

    /// Waits until so many writes are acknowledged that are asked of these members from now on.
    pub(crate) fn wait_for_writes(&self, count: usize, members: &[usize]) {
        let began = self.recorder.now();
        let deadline = Instant::now() + PATIENCE;
        while self.recorder.acknowledged(began, members) < count {
            let died = self.tasks.iter().any(JoinHandle::is_finished);
            assert!(!died, "a client panicked");
            assert!(
                Instant::now() < deadline,
                "members {members:?} acknowledge no writes: {} in {PATIENCE:?}",
                self.recorder.acknowledged(began, members)
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// How many writes were acknowledged that were asked of these members within this time,
    /// which passes.
    pub(crate) fn writes_within(&self, time: Duration, members: &[usize]) -> usize {
        let began = self.recorder.now();
        std::thread::sleep(time);
        self.recorder.acknowledged(began, members)
    }

    /// Ends them and returns what they saw.
    pub(crate) fn finish(self) -> Vec<Op> {
        self.finished.store(true, Ordering::Relaxed);
        for task in self.tasks {
            self.handle.block_on(task).expect("no client panicked");
        }
        self.recorder.take()
    }
}

/// One client: one request at a time.
struct Hand {
    client: usize,
    errand: Errand,
    members: Vec<SocketAddr>,
    /// The index of the member it is on, or goes to.
    at: usize,
    connection: Option<Connection>,
    /// How often that member has refused it.
    refusals: u32,
    options: ConnectOptions,
    recorder: Arc<Recorder>,
    /// What it last saw of each key's version.
    versions: [Option<i32>; KEYS as usize],
    number: u64,
    random: Random,
}

impl Hand {
    fn new(
        client: usize,
        errand: Errand,
        (members, at): (Vec<SocketAddr>, usize),
        recorder: Arc<Recorder>,
    ) -> Self {
        Self {
            client,
            errand,
            at,
            members,
            connection: None,
            refusals: 0,
            options: ConnectOptions {
                timeout_ms: 10_000,
                call_deadline: ANSWER,
                connect_deadline: ANSWER,
                ..ConnectOptions::default()
            },
            recorder,
            versions: [None; KEYS as usize],
            number: 0,
            // What a client does depends on nothing but its number.
            random: Random(0x9e37_79b9_7f4a_7c15 ^ (client as u64 + 1)),
        }
    }

    async fn act(&mut self) {
        let Some(connection) = self.connection.clone() else {
            return self.connect().await;
        };
        let is_of_use = self.ask(&connection).await;
        if !is_of_use || self.random.below(MOVES) == 0 {
            let seen = connection.last_zxid();
            self.options.last_zxid_seen = self.options.last_zxid_seen.max(seen);
            self.connection = None;
            self.go_on();
        }
        tokio::time::sleep(PACE).await;
    }

    fn go_on(&mut self) {
        if self.errand == Errand::All {
            self.at = (self.at + 1) % self.members.len();
        }
    }

    async fn connect(&mut self) {
        let address = self.members[self.at].to_string();
        match Connection::connect(&address, self.options).await {
            Ok((connection, _)) => {
                self.options.session = Some(connection.session().credentials);
                self.connection = Some(connection);
                self.refusals = 0;
            }
            Err(error) => {
                if matches!(error, ClientError::SessionRefused { .. }) {
                    self.options.session = None;
                }
                self.refusals += 1;
                if self.refusals == ATTEMPTS {
                    self.refusals = 0;
                    self.go_on();
                }
                tokio::time::sleep(RETRY).await;
            }
        }
    }

    /// One request; whether the connection is of further use.
    async fn ask(&mut self, connection: &Connection) -> bool {
        let index = self.random.below(KEYS);
        let key = format!("{ROOT}/k{index}");
        let request = self.choose(self.versions[index as usize]);
        let invoked = self.recorder.now();
        let outcome = perform(connection, &key, &request).await;
        let answered = self.recorder.now();
        match &outcome {
            Some(Outcome::Saw { seen, .. }) => {
                self.versions[index as usize] = seen.as_ref().map(|(_, stat)| stat.version);
            }
            // A read without an answer tells nothing.
            None if !request.is_write() => return false,
            _ => {}
        }
        let outcome = outcome.unwrap_or(Outcome::Unknown);
        let is_of_use = outcome != Outcome::Unknown;
        self.recorder.add(Op {
            client: self.client,
            session: connection.session().credentials.id,
            member: self.at + 1,
            key,
            request,
            invoked,
            answered,
            outcome,
        });
        is_of_use
    }

    fn choose(&mut self, version: Option<i32>) -> Request {
        if self.errand == Errand::SyncedReads {
            return Request::SyncedRead;
        }
        self.number += 1;
        let data = format!("c{}-{}", self.client, self.number);
        match self.random.below(100) {
            0..30 => Request::Read,
            30..45 => Request::SyncedRead,
            45..70 => Request::Set {
                data,
                expected: version,
            },
            70..78 => Request::Set {
                data,
                expected: None,
            },
            78..92 => Request::Create { data },
            92..97 => Request::Delete { expected: version },
            _ => Request::Delete { expected: None },
        }
    }
}

/// The answer; `None` where there is none, or none that says what happened.
async fn perform(connection: &Connection, key: &str, request: &Request) -> Option<Outcome> {
    let done: Result<Zxid, ClientError> = match request {
        Request::Read => return read(connection, key).await,
        Request::SyncedRead => {
            connection.sync(key).await.ok()?;
            return read(connection, key).await;
        }
        Request::Set { data, expected } => {
            let setting = connection.set_data(key, data.clone(), *expected);
            setting.await.map(|reply| reply.zxid)
        }
        Request::Create { data } => {
            let acl = Acl::open();
            let creating = connection.create(key, data.clone(), &acl, CreateMode::Persistent);
            creating.await.map(|reply| reply.zxid)
        }
        Request::Delete { expected } => {
            let deleting = connection.delete(key, *expected);
            deleting.await.map(|reply| reply.zxid)
        }
    };
    match done {
        Ok(zxid) => Some(Outcome::Done { zxid }),
        Err(ClientError::Server {
            code: code @ (ErrorCode::NoNode | ErrorCode::NodeExists | ErrorCode::BadVersion),
            zxid,
            ..
        }) => Some(Outcome::Refused { zxid, code }),
        Err(_) => None,
    }
}

async fn read(connection: &Connection, key: &str) -> Option<Outcome> {
    match connection.get_data(key, false).await {
        Ok(reply) => {
            let data = reply.value.data.unwrap_or_default();
            let seen: Seen = Some((
                String::from_utf8_lossy(&data).into_owned(),
                reply.value.stat,
            ));
            let zxid = reply.zxid;
            Some(Outcome::Saw { zxid, seen })
        }
        Err(ClientError::Server {
            code: ErrorCode::NoNode,
            zxid,
            ..
        }) => Some(Outcome::Saw { zxid, seen: None }),
        Err(_) => None,
    }
}
