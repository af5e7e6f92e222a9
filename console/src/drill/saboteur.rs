//! Who breaks things for a drill, and mends them where the operator gives up, or has called those
//! who can. It knows the processes, the ports and the clients of one demo, and reaches nothing else.

use std::{collections::BTreeMap, sync::Arc};

use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;
use zoowarden_shared::{SessionId, proto::ReconfigRequest};

use super::rogue::Rogue;
use crate::{
    demo::{Demo, MemberHandle, Place},
    event::Event,
    model::drill::{Call, News, Order, Strike, Target},
    permit::Permit,
};

/// Of any configuration: nobody else changes a demo's.
const ANY_VERSION: i64 = -1;

/// It, for one demo, and for as long as that is there.
#[derive(Clone, Debug)]
pub struct Saboteur {
    members: Arc<BTreeMap<String, Victim>>,
    clients: Rogue,
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
    /// Cancelled: the client that was let in is to leave.
    client: CancellationToken,
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
            clients: Rogue::of(demo.connect()),
            last: Arc::default(),
        }
    }

    /// Does it, and tells what came of it.
    pub async fn perform(&self, _permit: Permit, order: Order, events: mpsc::Sender<Event>) {
        match order {
            Order::Strike { strike, targets } => {
                let client = CancellationToken::new();
                let struck = self.strike(strike, &targets, &client, &events).await;
                *self.last.lock().await = Some(Done {
                    strike,
                    targets,
                    client,
                });
                // Whoever listens may have left.
                let _ = events.send(Event::Drill(News::Struck(struck))).await;
            }
            Order::Mend => {
                if let Some(done) = self.last.lock().await.take() {
                    self.undo(&done).await;
                }
            }
            Order::Call { call, target } => {
                if let Ok(victim) = self.victim(&target) {
                    let answered = match call {
                        Call::Network => victim.handle.heal_links(),
                        Call::Disks => victim.handle.mend_disk(),
                    };
                    note(answered);
                }
            }
        }
    }

    async fn strike(
        &self,
        strike: Strike,
        targets: &[Target],
        client: &CancellationToken,
        events: &mpsc::Sender<Event>,
    ) -> Result<Option<SessionId>, String> {
        let (leave, events) = (client.clone(), events.clone());
        match strike {
            Strike::HoldLock => return self.clients.hold_lock(leave, events).await.map(Some),
            Strike::StormWatches => return self.clients.storm(leave, events).await.map(Some),
            _ => {}
        }
        for target in targets {
            let victim = self.victim(target)?;
            match strike {
                Strike::HoldDown => drop(victim.handle.hold_down().await?),
                Strike::Freeze => drop(victim.handle.stop().await?),
                Strike::TakeVote => self.vote(victim, "observer").await?,
                Strike::CutOff => drop(victim.handle.cut_off()?),
                Strike::DamageLog => drop(victim.handle.damage_log().await?),
                Strike::FillDisk => drop(victim.handle.fill_disk()?),
                Strike::SlowDisk => drop(victim.handle.slow_disk()?),
                Strike::HoldLock | Strike::StormWatches => {}
            }
        }
        match targets {
            [] => Err("nobody can be struck now".to_owned()),
            _ => Ok(None),
        }
    }

    async fn undo(&self, done: &Done) {
        done.client.cancel();
        for victim in done.targets.iter().filter_map(|one| self.victim(one).ok()) {
            note(match done.strike {
                Strike::HoldDown => victim.handle.start().await,
                Strike::Freeze => victim.handle.cont().await,
                Strike::TakeVote => self
                    .vote(victim, "participant")
                    .await
                    .map(|()| String::new()),
                Strike::CutOff => victim.handle.heal_links(),
                Strike::DamageLog => victim.handle.start_anew().await,
                Strike::FillDisk => {
                    note(victim.handle.make_room());
                    victim.handle.start().await
                }
                Strike::SlowDisk => victim.handle.quicken_disk(),
                Strike::HoldLock | Strike::StormWatches => continue,
            });
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
        let zk = self.clients.connect().await?;
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
}

/// What is well already stays so: the refusal of a member that runs is no fault.
fn note(undone: Result<String, String>) {
    if let Err(why) = undone {
        tracing::debug!(why, "the drill's fault is not there any more");
    }
}
