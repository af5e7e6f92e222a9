//! The quorum port: links between a leader and its learners.
//!
//! ```text
//!   accept, dial ──> task (one per link) ──packets, snapshot──> driver
//!                      └── decoder             link <──bytes──────┘
//! ```
//!
//! - `link`: the way out, shared with the driver.
//! - `task`: reads one link, writes what did not fit at once.
//! - `decoder`: packets out of a byte stream, and snapshots.
//! - `message`: what the driver is told.
//! - `traffic`: what the operator is told.
//!
//! The port always listens: whether a learner is welcome is the core's to say, which may be
//! about to lead. Deliberately absent: what packets mean, read timeouts (the core has ticks).

mod decoder;
mod link;
mod message;
mod task;
#[cfg(test)]
mod tests;
mod traffic;

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

pub(crate) use decoder::Received;
pub(crate) use link::Link;
pub(crate) use message::LinkMessage;
use task::NewLink;
use tokio::{runtime::Handle, sync::Semaphore, task::AbortHandle, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
pub(crate) use traffic::{Gathered, LinkView, OpenLinks};
use zoowarden_shared::{Sid, config::DynamicConfig};
use zoowarden_zab::LinkId;

use super::{dial, listening::Listening, members::MemberAddresses};
use crate::driver::Inbox;

/// Links that others have opened and that are not over. More members has no ensemble.
const MAX_ACCEPTED: usize = 256;

/// How often a member is dialled before the core hears that it cannot be reached
/// (`Learner.connectToLeader`).
const DIAL_TRIES: u32 = 5;

/// Between two tries (`zookeeper.leaderConnectDelayDuringRetryMs`).
const DIAL_PAUSE: Duration = Duration::from_millis(100);

/// How long links may take to end when the member stops.
const GOODBYE: Duration = Duration::from_secs(3);

/// How links are opened and read.
#[derive(Clone, Debug)]
pub(crate) struct QuorumSettings {
    /// Bounds a packet's data and each string in it, bytes: twice `jute.maxbuffer`.
    pub(crate) max_buffer: usize,
    /// How long dialling may take, all tries together: `initLimit` ticks.
    pub(crate) dial_patience: Duration,
}

/// The quorum port of a member.
pub(crate) struct QuorumPort {
    inbox: Arc<Inbox>,
    settings: QuorumSettings,
    addresses: Mutex<MemberAddresses>,
    open: Arc<OpenLinks>,
    runtime: Handle,
    tasks: TaskTracker,
    closing: CancellationToken,
    next_accepted: AtomicU64,
    accepted: Arc<Semaphore>,
}

impl QuorumPort {
    /// A port that tells this inbox and dials these members. To be made within a runtime,
    /// which runs its tasks until `closing`.
    pub(crate) fn new(
        inbox: Arc<Inbox>,
        members: &DynamicConfig,
        settings: QuorumSettings,
        closing: CancellationToken,
    ) -> Self {
        Self {
            inbox,
            settings,
            addresses: Mutex::new(MemberAddresses::new(members, |peer| peer.quorum_port)),
            open: Arc::default(),
            runtime: Handle::current(),
            tasks: TaskTracker::new(),
            closing,
            next_accepted: AtomicU64::new(1),
            accepted: Arc::new(Semaphore::new(MAX_ACCEPTED)),
        }
    }

    /// Another configuration may come into force: its members are known too.
    pub(crate) fn config_seen(&self, config: &DynamicConfig) {
        self.addresses().add(config);
    }

    /// This configuration is in force.
    pub(crate) fn config_active(&self, config: &DynamicConfig) {
        self.addresses().replace(config);
    }

    /// The links that are open.
    pub(crate) fn open_links(&self) -> Arc<OpenLinks> {
        Arc::clone(&self.open)
    }

    fn addresses(&self) -> MutexGuard<'_, MemberAddresses> {
        self.addresses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes links until the member stops, then lets them end.
    pub(crate) async fn serve(self: Arc<Self>, listening: Listening) {
        self.listen(listening).await;
        self.tasks.close();
        let _ = timeout(GOODBYE, self.tasks.wait()).await;
    }

    async fn listen(self: &Arc<Self>, mut listening: Listening) {
        while let Some(stream) = listening.accept(&self.closing).await {
            let Ok(permit) = Arc::clone(&self.accepted).try_acquire_owned() else {
                tracing::warn!("closed a quorum link: there are {MAX_ACCEPTED} of them");
                continue;
            };
            if let Err(fault) = dial::prepare(&stream) {
                tracing::debug!(%fault, "cannot prepare a quorum link");
                continue;
            }
            let number = self.next_accepted.fetch_add(1, Ordering::Relaxed);
            let new = NewLink {
                id: LinkId::accepted(number),
                stream,
                is_dialled: false,
                max_buffer: self.settings.max_buffer,
            };
            let port = Arc::clone(self);
            self.tasks.spawn(async move {
                // A socket that is broken already was never a link.
                let _ = task::run(&port.inbox, new, &port.open, &port.closing).await;
                drop(permit);
            });
        }
    }

    /// Connects to this member: [`LinkMessage::Connected`] or [`LinkMessage::DialFailed`]
    /// answers. The handle gives it up.
    pub(crate) fn dial(self: &Arc<Self>, id: LinkId, sid: Sid) -> AbortHandle {
        let port = Arc::clone(self);
        let dialling = async move {
            let Some(stream) = port.connect(sid).await else {
                let _ = port.inbox.send_link(LinkMessage::DialFailed(id)).await;
                return;
            };
            let new = NewLink {
                id,
                stream,
                is_dialled: true,
                max_buffer: port.settings.max_buffer,
            };
            let link_port = Arc::clone(&port);
            // A task of its own: what gives up the dialling must not cut the link.
            port.tasks.spawn(async move {
                let port = &link_port;
                let run = task::run(&port.inbox, new, &port.open, &port.closing).await;
                if run.is_err() {
                    let failed = LinkMessage::DialFailed(id);
                    let _ = link_port.inbox.send_link(failed).await;
                }
            });
        };
        self.tasks.spawn_on(dialling, &self.runtime).abort_handle()
    }

    async fn connect(&self, sid: Sid) -> Option<tokio::net::TcpStream> {
        let addresses = self.addresses().get(sid).cloned();
        let Some(addresses) = addresses else {
            tracing::warn!(%sid, "cannot connect to a leader that is not among the servers");
            return None;
        };
        let began = Instant::now();
        for attempt in 1..=DIAL_TRIES {
            let left = self.settings.dial_patience.saturating_sub(began.elapsed());
            let fault = match dial::connect(&addresses, left).await {
                Ok(stream) => return Some(stream),
                Err(fault) => fault,
            };
            let is_last = attempt == DIAL_TRIES || left <= DIAL_PAUSE;
            let address = dial::list(&addresses);
            tracing::debug!(%sid, address, %fault, attempt, "cannot connect to the quorum port");
            if is_last {
                tracing::warn!(%sid, address, %fault, "gave up connecting to the quorum port");
                return None;
            }
            tokio::select! {
                () = tokio::time::sleep(DIAL_PAUSE) => {}
                () = self.closing.cancelled() => return None,
            }
        }
        None
    }
}
