//! The clients that a drill lets in: one that holds a lock of the crowd's and does nothing, one
//! that watches what nobody needs. Each is one session, and stays until somebody ends that.

use std::{sync::Arc, time::Duration};

use tokio::{sync::mpsc, time::sleep};
use tokio_util::sync::CancellationToken;
use zoowarden_client::{
    ClientError, ConnectOptions, Connection, Connector, Credentials, Identity, Secret,
};
use zoowarden_shared::{
    SessionId,
    acl::Acl,
    proto::{CreateMode, SetWatchesRequest},
};

use crate::{
    action::hands::DEMO_IDENTITY,
    event::Event,
    model::drill::{News, RUNAWAY},
};

/// The lock that a client is to hold: one of the crowd's.
const LOCK: &str = "/demo/locks/nightly-report";
const CALL_DEADLINE: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Between two tries to take the session up again.
const COME_BACK: Duration = Duration::from_millis(200);
/// The watches of a storm's first moment: at the rule's usual 500 a second over ten seconds that
/// is a storm at once, and nobody has to wait for it.
const FIRST_WATCHES: usize = 8000;
/// Those of every second after it, which keep the storm up.
const MORE_WATCHES: usize = 700;
/// A storm that nobody ends stops growing there: what a member of a demo carries with ease.
const MOST_WATCHES: usize = 150_000;

/// Lets such clients in.
#[derive(Clone, Debug)]
pub(super) struct Rogue {
    /// The members, which are tried in this order.
    addresses: Arc<[String]>,
}

/// Why there is no connection.
struct Refused {
    why: String,
    /// The session is gone, and no member will ever take it up.
    is_for_good: bool,
}

impl Rogue {
    pub(super) fn of(addresses: Vec<String>) -> Self {
        let addresses = addresses.into();
        Self { addresses }
    }

    /// A session of its own, with a demo's operator's rights.
    pub(super) async fn connect(&self) -> Result<Connection, String> {
        let connected = self.come(None).await;
        connected.map_err(|refused| refused.why)
    }

    /// Queues up for the lock as any contender, and stays once it is ours.
    pub(super) async fn hold_lock(
        &self,
        leave: CancellationToken,
        events: mpsc::Sender<Event>,
    ) -> Result<SessionId, String> {
        let zk = self.connect().await?;
        let prefix = format!("{LOCK}/contender-");
        let (acl, mode) = (Acl::open(), CreateMode::EphemeralSequential);
        let created = zk.create(&prefix, "held, and forgotten", &acl, mode).await;
        let mine = created.map_err(|fault| fault.to_string())?.value;
        loop {
            let names = zk
                .get_children(LOCK, false)
                .await
                .map_err(|fault| fault.to_string())?
                .value;
            let first = names.iter().min();
            if first.is_some_and(|first| mine.ends_with(first.as_str())) {
                break;
            }
            sleep(LOOK_AGAIN).await;
        }
        let session = zk.session().credentials.id;
        let me = self.clone();
        tokio::spawn(async move {
            me.stay(zk, &leave).await;
            // Whoever listens may have left.
            let _ = events.send(Event::Drill(News::ClientIsGone)).await;
        });
        Ok(session)
    }

    /// Sets a watch on one path after the other that nobody will ever create, and stays.
    pub(super) async fn storm(
        &self,
        leave: CancellationToken,
        events: mpsc::Sender<Event>,
    ) -> Result<SessionId, String> {
        let zk = self.connect().await?;
        watch(&zk, 0..FIRST_WATCHES)
            .await
            .map_err(|fault| fault.to_string())?;
        let session = zk.session().credentials.id;
        let me = self.clone();
        tokio::spawn(async move {
            let growing = async {
                let mut watched = FIRST_WATCHES;
                while watched < MOST_WATCHES {
                    sleep(Duration::from_secs(1)).await;
                    // Where its member is gone, those that it has are all there will be.
                    let more = watched..watched + MORE_WATCHES;
                    if watch(&zk, more).await.is_err() {
                        break;
                    }
                    watched += MORE_WATCHES;
                }
                std::future::pending::<()>().await;
            };
            tokio::select! {
                () = me.stay(zk.clone(), &leave) => {}
                () = growing => {}
            }
            // Whoever listens may have left.
            let _ = events.send(Event::Drill(News::ClientIsGone)).await;
        });
        Ok(session)
    }

    /// Keeps the session until somebody ends it, or `leave`.
    async fn stay(&self, mut zk: Connection, leave: &CancellationToken) {
        loop {
            tokio::select! {
                () = leave.cancelled() => {
                    let _ = zk.close().await;
                    return;
                }
                _ = zk.ended() => {}
            }
            let session = zk.session().credentials;
            zk = loop {
                match self.come(Some(session)).await {
                    Ok(again) => break again,
                    Err(refused) if refused.is_for_good => return,
                    Err(_) => sleep(COME_BACK).await,
                }
            };
        }
    }

    /// To the first member that takes us.
    async fn come(&self, session: Option<Credentials>) -> Result<Connection, Refused> {
        let identity = Identity {
            digest: Some(Secret::new(DEMO_IDENTITY.to_owned())),
            ..Identity::default()
        };
        let connector = Connector::new(None, None, identity);
        let options = ConnectOptions {
            session,
            call_deadline: CALL_DEADLINE,
            ..ConnectOptions::default()
        };
        let mut refused = Refused {
            why: "no member is there".to_owned(),
            is_for_good: false,
        };
        for address in self.addresses.iter() {
            match Connection::connect_by(&connector, address, options).await {
                Ok((connection, _)) => return Ok(connection),
                Err(fault) => {
                    refused = Refused {
                        is_for_good: matches!(fault, ClientError::SessionRefused { .. }),
                        why: fault.to_string(),
                    };
                    if refused.is_for_good {
                        break;
                    }
                }
            }
        }
        Err(refused)
    }
}

/// Watches for these to be created.
async fn watch(zk: &Connection, numbers: std::ops::Range<usize>) -> Result<(), ClientError> {
    let paths = numbers.map(|number| format!("{RUNAWAY}/{number}"));
    let watches = SetWatchesRequest {
        relative_zxid: zk.last_zxid(),
        exist: paths.collect(),
        ..SetWatchesRequest::default()
    };
    zk.set_watches(watches).await.map(drop)
}
