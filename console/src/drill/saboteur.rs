//! Who breaks things for a drill, and mends them where the operator gives up. It knows the
//! processes, the ports and the crowd's locks of one demo, and reaches nothing else.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::{
    sync::{Mutex, mpsc},
    time::sleep,
};
use tokio_util::sync::CancellationToken;
use zoowarden_client::{
    ClientError, ConnectOptions, Connection, Connector, Credentials, Identity, Secret,
};
use zoowarden_shared::{
    SessionId,
    acl::Acl,
    proto::{CreateMode, ReconfigRequest},
};

use crate::{
    action::hands::DEMO_IDENTITY,
    demo::{Demo, MemberHandle, Place},
    event::Event,
    model::drill::{News, Order, Strike, Target},
    permit::Permit,
};

/// The lock that a client is to hold: one of the crowd's.
const LOCK: &str = "/demo/locks/nightly-report";
/// Of any configuration: nobody else changes a demo's.
const ANY_VERSION: i64 = -1;
const CALL_DEADLINE: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Between two tries to take the session up again.
const COME_BACK: Duration = Duration::from_millis(200);

/// It, for one demo, and for as long as that is there.
#[derive(Clone, Debug)]
pub struct Saboteur {
    members: Arc<BTreeMap<String, Victim>>,
    /// What was done last, to be undone.
    last: Arc<Mutex<Option<Done>>>,
}

#[derive(Debug)]
struct Victim {
    handle: MemberHandle,
    place: Place,
}

#[derive(Debug)]
struct Done {
    strike: Strike,
    targets: Vec<Target>,
    /// Cancelled: the client that holds the lock is to leave.
    lock: CancellationToken,
}

/// Why there is no connection.
struct Refused {
    why: String,
    /// The session is gone, and no member will ever take it up.
    is_for_good: bool,
}

impl Saboteur {
    /// One for this demo.
    #[must_use]
    pub fn new(demo: &Demo) -> Self {
        let mut handles = demo.handles();
        let members = demo.members().filter_map(|info| {
            let address = info.address();
            let handle = handles.remove(&address)?;
            let place = info.place.clone();
            Some((address, Victim { handle, place }))
        });
        Self {
            members: Arc::new(members.collect()),
            last: Arc::default(),
        }
    }

    /// Does it, and tells what came of it.
    pub async fn perform(&self, _permit: Permit, order: Order, events: mpsc::Sender<Event>) {
        match order {
            Order::Strike { strike, targets } => {
                let lock = CancellationToken::new();
                let struck = self.strike(strike, &targets, &lock, &events).await;
                *self.last.lock().await = Some(Done {
                    strike,
                    targets,
                    lock,
                });
                // Whoever listens may have left.
                let _ = events.send(Event::Drill(News::Struck(struck))).await;
            }
            Order::Mend => {
                if let Some(done) = self.last.lock().await.take() {
                    self.undo(&done).await;
                }
            }
        }
    }

    async fn strike(
        &self,
        strike: Strike,
        targets: &[Target],
        lock: &CancellationToken,
        events: &mpsc::Sender<Event>,
    ) -> Result<Option<SessionId>, String> {
        if strike == Strike::HoldLock {
            return self.hold_lock(lock.clone(), events.clone()).await.map(Some);
        }
        for target in targets {
            let victim = self.victim(target)?;
            match strike {
                Strike::HoldDown => drop(victim.handle.hold_down().await?),
                Strike::Freeze => drop(victim.handle.stop().await?),
                Strike::TakeVote => self.vote(victim, "observer").await?,
                Strike::HoldLock => {}
            }
        }
        match targets {
            [] => Err("nobody can be struck now".to_owned()),
            _ => Ok(None),
        }
    }

    /// What is well already stays so: the refusal of a member that runs is no fault.
    async fn undo(&self, done: &Done) {
        done.lock.cancel();
        for victim in done.targets.iter().filter_map(|one| self.victim(one).ok()) {
            let undone = match done.strike {
                Strike::HoldDown => victim.handle.start().await.map(drop),
                Strike::Freeze => victim.handle.cont().await.map(drop),
                Strike::TakeVote => self.vote(victim, "participant").await,
                Strike::HoldLock => Ok(()),
            };
            if let Err(why) = undone {
                tracing::debug!(why, "the drill's fault is not there any more");
            }
        }
    }

    fn victim(&self, target: &Target) -> Result<&Victim, String> {
        let victim = self.members.get(&target.address);
        victim.ok_or_else(|| format!("{} is no member of this demo", target.address))
    }

    /// A reconfig that gives or takes a vote.
    async fn vote(&self, victim: &Victim, role: &str) -> Result<(), String> {
        let Place { id, ports, .. } = &victim.place;
        let (quorum, election, client) = (ports.quorum, ports.election, ports.client);
        let line = format!("server.{id}=127.0.0.1:{quorum}:{election}:{role};127.0.0.1:{client}");
        let zk = self.connect(None).await.map_err(|refused| refused.why)?;
        let change = ReconfigRequest {
            joining: Some(line),
            leaving: None,
            new_members: None,
            current_config_id: ANY_VERSION,
        };
        let made = zk.reconfig(change).await;
        // It expires by itself too.
        let _ = zk.close().await;
        made.map(drop).map_err(|fault| fault.to_string())
    }

    /// To the first member that takes us.
    async fn connect(&self, session: Option<Credentials>) -> Result<Connection, Refused> {
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
        for address in self.members.keys() {
            match Connection::connect_by(&connector, address, options).await {
                Ok((connection, _)) => return Ok(connection),
                Err(fault) => {
                    refused = Refused {
                        why: fault.to_string(),
                        is_for_good: matches!(fault, ClientError::SessionRefused { .. }),
                    };
                    if refused.is_for_good {
                        break;
                    }
                }
            }
        }
        Err(refused)
    }

    /// Queues up for the lock as any contender, and stays once it is ours.
    async fn hold_lock(
        &self,
        leave: CancellationToken,
        events: mpsc::Sender<Event>,
    ) -> Result<SessionId, String> {
        let said = |fault: ClientError| fault.to_string();
        let zk = self.connect(None).await.map_err(|refused| refused.why)?;
        let prefix = format!("{LOCK}/contender-");
        let (acl, mode) = (Acl::open(), CreateMode::EphemeralSequential);
        let created = zk.create(&prefix, "held, and forgotten", &acl, mode).await;
        let mine = created.map_err(said)?.value;
        loop {
            let names = zk.get_children(LOCK, false).await.map_err(said)?.value;
            let first = names.iter().min();
            if first.is_some_and(|first| mine.ends_with(first.as_str())) {
                break;
            }
            sleep(LOOK_AGAIN).await;
        }
        let session = zk.session().credentials.id;
        let me = self.clone();
        tokio::spawn(async move {
            me.stay(zk, leave).await;
            // Whoever listens may have left.
            let _ = events.send(Event::Drill(News::LockIsFree)).await;
        });
        Ok(session)
    }

    /// Keeps the session until somebody ends it, or `leave`.
    async fn stay(&self, mut zk: Connection, leave: CancellationToken) {
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
                match self.connect(Some(session)).await {
                    Ok(again) => break again,
                    Err(refused) if refused.is_for_good => return,
                    Err(_) => sleep(COME_BACK).await,
                }
            };
        }
    }
}
