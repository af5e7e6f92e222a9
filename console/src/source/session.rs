//! Our one session: it reads the configuration and the tree, watches what is on the screen,
//! and its pings are the latency that a client sees now.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Notify, mpsc, watch},
    time::{interval, sleep, timeout},
};
use tracing::{debug, info, warn};
use zoowarden_client::{ClientError, ConnectOptions, Connection, Credentials, Events, WatchEvent};
use zoowarden_shared::{
    ErrorCode, Sid, Zxid,
    config::DynamicConfig,
    proto::{EventType, WatcherType},
};

use super::{Context, quota};
use crate::{
    event::{Change, Event, SessionEvent, TreeEvent},
    model::wanted::TreeRequest,
};

const TIMEOUT_MS: i32 = 15_000;
const PING_EVERY: Duration = Duration::from_secs(2);
const CLOSE_DEADLINE: Duration = Duration::from_millis(300);
/// Between rounds over all members, doubling to the second.
const PAUSES_MS: (u64, u64) = (250, 2000);
/// Between tries with an identity that was refused: each costs the ensemble a session, which
/// stays until it expires.
const IDENTITY_PAUSE: Duration = Duration::from_secs(30);
/// A read-only member is left after this, to look for a quorum again.
const READ_ONLY_STAY: Duration = Duration::from_secs(15);
/// Where ZooKeeper keeps the ensemble's configuration, since 3.5.
const CONFIG: &str = "/zookeeper/config";

/// What outlives a connection.
#[derive(Debug, Default)]
struct Lasting {
    credentials: Option<Credentials>,
    last_zxid: Zxid,
}

/// Why a connection was left.
enum Left {
    Quitting,
    Ended(String),
}

/// Keeps a session on one of the members until it is told to leave.
pub(super) async fn run(
    context: Context,
    mut addresses: watch::Receiver<Vec<String>>,
    mut requests: mpsc::UnboundedReceiver<TreeRequest>,
    current: watch::Sender<Option<Connection>>,
    leaving: Arc<Notify>,
) {
    // Started before anybody is known; a round over nobody would cost the first picture a pause.
    tokio::select! {
        known = addresses.wait_for(|members| !members.is_empty()) => if known.is_err() {
            return;
        },
        () = leaving.notified() => return,
    }
    let mut lasting = Lasting::default();
    let mut pause_ms = PAUSES_MS.0;
    let mut turn = 0;
    // What was told of the last round over all members.
    let mut told = Refusal::Unsaid;
    loop {
        let members = addresses.borrow().clone();
        let taken = match round(&context, &members, &mut turn, &mut lasting).await {
            Ok(taken) => taken,
            Err(refusal) => {
                if let (Refusal::Way(why) | Refusal::Identity(why), true) =
                    (&refusal, refusal != told)
                {
                    let why = why.clone();
                    context
                        .tell(Event::Session(SessionEvent::Lost { why }))
                        .await;
                }
                let pause = match refusal {
                    Refusal::Identity(_) => IDENTITY_PAUSE,
                    Refusal::Unsaid | Refusal::Way(_) => Duration::from_millis(pause_ms),
                };
                told = refusal;
                tokio::select! {
                    () = sleep(pause) => {}
                    () = leaving.notified() => return,
                }
                pause_ms = (pause_ms * 2).min(PAUSES_MS.1);
                continue;
            }
        };
        let (address, (connection, events)) = taken;
        told = Refusal::Unsaid;
        pause_ms = PAUSES_MS.0;
        current.send_replace(Some(connection.clone()));
        let left = stay(
            &context,
            &address,
            &connection,
            events,
            &mut requests,
            &leaving,
        )
        .await;
        current.send_replace(None);
        lasting.last_zxid = lasting.last_zxid.max(connection.last_zxid());
        match left {
            Left::Quitting => {
                // Not closed in time, it expires by itself.
                let _ = timeout(CLOSE_DEADLINE, connection.close()).await;
                return;
            }
            Left::Ended(why) => {
                info!(address, why, "our session's connection ended");
                turn += 1;
                context
                    .tell(Event::Session(SessionEvent::Lost { why }))
                    .await;
            }
        }
    }
}

/// Why no member took our session, the graver the later.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Refusal {
    /// Nothing that is not seen at the member too.
    Unsaid,
    /// TLS or the command there.
    Way(String),
    /// The member does not take us for whom we say we are; the others will not either.
    Identity(String),
}

impl Refusal {
    fn of(error: ClientError) -> Self {
        match error {
            ClientError::Tls { reason, .. } => Self::Way(format!("TLS: {reason}")),
            ClientError::Proxy { reason, .. } => Self::Way(format!("via: {reason}")),
            ClientError::Auth { reason, .. } => Self::Identity(reason),
            _ => Self::Unsaid,
        }
    }
}

/// Asks the members from `turn` on: first all for one with a quorum, then all for one that at
/// least serves reads. `turn` is then the one that took us.
async fn round(
    context: &Context,
    members: &[String],
    turn: &mut usize,
    lasting: &mut Lasting,
) -> Result<(String, (Connection, Events)), Refusal> {
    let mut worst = Refusal::Unsaid;
    for read_only in [false, true] {
        for step in 0..members.len() {
            let index = (*turn + step) % members.len();
            let address = &members[index];
            match connect(context, address, read_only, lasting).await {
                Ok(found) => {
                    *turn = index;
                    return Ok((address.clone(), found));
                }
                Err(refusal @ Refusal::Identity(_)) => return Err(refusal),
                Err(refusal) => worst = worst.max(refusal),
            }
        }
    }
    Err(worst)
}

async fn connect(
    context: &Context,
    address: &str,
    read_only: bool,
    lasting: &mut Lasting,
) -> Result<(Connection, Events), Refusal> {
    context.load.request();
    let options = ConnectOptions {
        timeout_ms: TIMEOUT_MS,
        session: lasting.credentials,
        last_zxid_seen: lasting.last_zxid,
        read_only,
        ..ConnectOptions::default()
    };
    let (connection, events) =
        match Connection::connect_by(&context.reach.client, address, options).await {
            Ok(connected) => connected,
            Err(ClientError::SessionRefused { .. }) => {
                // It has expired: a new one, at the next try.
                lasting.credentials = None;
                return Err(Refusal::Unsaid);
            }
            Err(error) => {
                info!(address, %error, "no session here");
                return Err(Refusal::of(error));
            }
        };
    let session = connection.session();
    let id = session.credentials.id;
    if lasting.credentials.is_none() {
        // The server that makes a session puts its own id into the top byte.
        let sid = Sid((id.0 as u64 >> 56) as i64);
        context
            .tell(Event::Identity {
                address: address.to_owned(),
                sid,
            })
            .await;
    }
    // A read-only member makes a session of its own, which no other would take.
    lasting.credentials = (!session.read_only).then_some(session.credentials);
    Ok((connection, events))
}

/// Serves requests and tells events until the connection ends.
async fn stay(
    context: &Context,
    address: &str,
    connection: &Connection,
    mut events: Events,
    requests: &mut mpsc::UnboundedReceiver<TreeRequest>,
    leaving: &Notify,
) -> Left {
    let watched = Watched::default();
    // Requests of the time before are void: once it hears of the connection, the model asks
    // again for what it still wants. Hence first the one, then the other.
    while requests.try_recv().is_ok() {}
    let session = connection.session();
    context
        .tell(Event::Session(SessionEvent::Connected {
            address: address.to_owned(),
            id: session.credentials.id,
            timeout_ms: u64::try_from(session.timeout_ms).unwrap_or(0),
            read_only: session.read_only,
        }))
        .await;
    tokio::spawn(read_config(context.clone(), connection.clone()));
    let mut ping = interval(PING_EVERY);
    let out_of_patience = sleep(READ_ONLY_STAY);
    tokio::pin!(out_of_patience);
    loop {
        context.load.watches(watched.len() + 1);
        tokio::select! {
            () = leaving.notified() => return Left::Quitting,
            why = connection.ended() => return Left::Ended(format!("{address}: {why}")),
            () = &mut out_of_patience, if connection.session().read_only => {
                return Left::Ended(format!("{address} is read-only: looking for a quorum"));
            }
            _ = ping.tick() => {
                tokio::spawn(tell_ping(context.clone(), connection.clone()));
            }
            Some(event) = events.next() => {
                watched.fired(&event);
                if event.path == CONFIG {
                    tokio::spawn(read_config(context.clone(), connection.clone()));
                }
                if let Some(change) = change(event.kind) {
                    context.tell(Event::Tree(TreeEvent::Changed { path: event.path, change })).await;
                }
            }
            Some(request) = requests.recv() => {
                let answer = answer(context.clone(), connection.clone(), request, watched.clone());
                tokio::spawn(answer);
            }
        }
    }
}

async fn tell_ping(context: Context, connection: Connection) {
    context.load.request();
    if let Ok(took) = connection.ping().await {
        let us = u64::try_from(took.value.as_micros()).unwrap_or(u64::MAX);
        context
            .tell(Event::Session(SessionEvent::Ping { us }))
            .await;
    }
}

/// Reads the configuration and leaves a watch on it. A 3.4 server has none.
async fn read_config(context: Context, connection: Connection) {
    context.load.request();
    match connection.get_data(CONFIG, true).await {
        Ok(answer) => {
            let bytes = answer.value.data.unwrap_or_default();
            let config = DynamicConfig::parse_lenient(&String::from_utf8_lossy(&bytes));
            if !config.is_empty() {
                context.tell(Event::Config(config)).await;
            }
        }
        Err(error) => warn!(%error, "no configuration to read"),
    }
}

fn change(kind: EventType) -> Option<Change> {
    Some(match kind {
        EventType::NodeCreated => Change::Created,
        EventType::NodeDeleted => Change::Deleted,
        EventType::NodeDataChanged => Change::Data,
        EventType::NodeChildrenChanged => Change::Children,
        _ => return None,
    })
}

async fn answer(context: Context, connection: Connection, request: TreeRequest, watched: Watched) {
    context.load.request();
    let event = match request {
        TreeRequest::Stat(path) => {
            watched.set(&path, false);
            let answer = connection.exists(&path, true).await;
            told(answer, |answer| answer.value).map(|answer| TreeEvent::Stat { path, answer })
        }
        TreeRequest::Children(path) => {
            watched.set(&path, true);
            let answer = connection.get_children2(&path, true).await;
            told(answer, |answer| (answer.value.children, answer.value.stat))
                .map(|answer| TreeEvent::Children { path, answer })
        }
        TreeRequest::Data(path) => {
            watched.set(&path, false);
            let answer = connection.get_data(&path, true).await;
            told(answer, |answer| {
                (answer.value.data.unwrap_or_default(), answer.value.stat)
            })
            .map(|answer| TreeEvent::Data { path, answer })
        }
        TreeRequest::Unwatch(path) => {
            unwatch(&connection, &path, &watched).await;
            None
        }
        TreeRequest::Acl(path) => told(connection.get_acl(&path).await, |answer| {
            (answer.value.acl, answer.value.stat.aversion)
        })
        .map(|answer| TreeEvent::Acl { path, answer }),
        TreeRequest::Quota(path) => told(quota::of(&connection, &path).await, |seen| seen)
            .map(|answer| TreeEvent::Quota { path, answer }),
        TreeRequest::Below(path) => {
            let answer = connection.get_all_children_number(&path).await;
            told(answer, |answer| answer.value).map(|answer| TreeEvent::Below { path, answer })
        }
    };
    if let Some(event) = event {
        context.tell(Event::Tree(event)).await;
    }
}

/// Takes our watches on a znode back, but for the one on the configuration. Servers before
/// 3.5 cannot: there a watch stays until it fires, once.
async fn unwatch(connection: &Connection, path: &str, watched: &Watched) {
    if path == CONFIG {
        return;
    }
    match connection.remove_watches(path, WatcherType::Any).await {
        Ok(_) => watched.removed(path),
        Err(error) => debug!(path, %error, "the watch stays"),
    }
}

/// The answer in the model's words; `None` where the connection ended, of which the model is
/// told otherwise: a late word of it must not overlay what the next connection reads.
fn told<T, U>(
    answer: Result<T, ClientError>,
    take: impl FnOnce(T) -> U,
) -> Option<Result<U, String>> {
    match answer {
        Ok(answer) => Some(Ok(take(answer))),
        Err(error) if error.is_final() => None,
        Err(error) => Some(Err(match error.code() {
            Some(ErrorCode::NoAuth) => "no right to read it".to_owned(),
            Some(ErrorCode::NoNode) => "it is gone".to_owned(),
            _ => error.to_string(),
        })),
    }
}

/// The watches that our session has on its member now, for the footer's count: on a znode
/// itself, and on its family.
#[derive(Clone, Debug, Default)]
struct Watched(Arc<Mutex<HashSet<(String, bool)>>>);

impl Watched {
    fn set(&self, path: &str, family: bool) {
        self.lock().insert((path.to_owned(), family));
    }

    /// A watch is gone once it has fired; a removed znode fires both kinds.
    fn fired(&self, event: &WatchEvent) {
        let family = event.kind == EventType::NodeChildrenChanged;
        let mut set = self.lock();
        set.remove(&(event.path.clone(), family));
        if event.kind == EventType::NodeDeleted {
            set.remove(&(event.path.clone(), true));
        }
    }

    fn removed(&self, path: &str) {
        self.lock().retain(|(watched, _)| watched != path);
    }

    fn len(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<(String, bool)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
