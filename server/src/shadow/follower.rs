//! The member behind a shadow: the peer, its disk and its way to the others, without any port
//! of its own but one for clients where asked.

use std::{
    sync::{Arc, atomic::AtomicU64},
    thread,
};

use anyhow::bail;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;
use zoowarden_shared::{Epoch, Sid, Zxid};

use crate::{
    admin::{Admin, Audit, Facts, Repairs},
    configure::Configured,
    driver::{Driver, DriverHandle, Ended, Stopped},
    lock::DirectoryLock,
    member,
    net::{self, Listening, NetCounters, NetLimits},
    storage::{self, Started},
};

/// What a shadow has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sample {
    /// The last transaction applied.
    pub(super) zxid: Zxid,
    /// How many were applied, one by one.
    pub(super) applied: u64,
    /// How many of them carried a digest that could be compared.
    pub(super) checked: u64,
    /// How many of those differed.
    pub(super) mismatches: u64,
    /// The first that did.
    pub(super) first_mismatch: Option<Zxid>,
    /// How often the leader's snapshot took the place of the data.
    pub(super) snapshots: u64,
    /// How often the end of the log was taken back.
    pub(super) truncations: u64,
    /// Whom it follows, if anybody.
    pub(super) following: Option<Following>,
}

/// A leader that is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Following {
    pub(super) leader: Sid,
    pub(super) epoch: Epoch,
    /// For how long, milliseconds.
    pub(super) since_ms: u64,
}

/// The running member.
pub(super) struct Follower {
    driver: DriverHandle,
    driver_thread: thread::JoinHandle<Ended>,
    ports: JoinSet<()>,
    closing: CancellationToken,
    _locks: Vec<DirectoryLock>,
}

impl Follower {
    /// Recovers the directory and begins to look for the leader.
    ///
    /// # Errors
    /// As [`storage::start`], or when the system gives no thread.
    pub(super) async fn start(
        configured: Configured,
        client: Option<TcpListener>,
    ) -> anyhow::Result<Self> {
        let Started {
            clock,
            inbox,
            peer,
            disk,
            stats,
            locks,
        } = storage::start(&configured).await?;
        let closing = CancellationToken::new();
        let mut ports = JoinSet::new();
        let peer_ports = member::peer_ports(&configured, &inbox, &closing);
        // Without listeners they only end what was dialled.
        ports.spawn(Arc::clone(&peer_ports.quorum).serve(Listening::new("quorum", Vec::new())));
        ports.spawn(Arc::clone(&peer_ports.election).serve(Listening::new("election", Vec::new())));
        let links = peer_ports.quorum.open_links();
        let driver = Driver::new(peer, clock, Arc::clone(&inbox), disk, Some(peer_ports));
        let driver_thread = driver.spawn()?;
        let driver = DriverHandle::new(Arc::clone(&inbox));
        if let Some(listener) = client {
            let counters = Arc::new(NetCounters::default());
            let facts = Facts::new(&configured, listener.local_addr()?.port());
            let audit = Audit::new(&configured.config.data_dir, None);
            let counted = Arc::clone(&counters);
            let repairs = Repairs::new(&configured, closing.clone());
            let admin = Admin::new(facts, driver.clone(), counted, links, stats, audit, repairs);
            let shared = net::Shared {
                inbox,
                limits: NetLimits::of(&configured.config.limits),
                admin: Arc::new(admin),
                counters,
                next_id: AtomicU64::new(1),
            };
            let listening = Listening::new("client", vec![listener]);
            ports.spawn(net::serve(listening, Arc::new(shared), closing.clone()));
        }
        Ok(Self {
            driver,
            driver_thread,
            ports,
            closing,
            _locks: locks,
        })
    }

    /// What it has done.
    ///
    /// # Errors
    /// [`Stopped`] when it has ended by itself: [`Self::stop`] says why.
    pub(super) async fn sample(&self) -> Result<Sample, Stopped> {
        self.driver
            .ask(|peer, now| {
                let metrics = peer.metrics();
                let replication = peer.replication_view(now);
                let following = replication.and_then(|view| {
                    Some(Following {
                        leader: view.status.leader?,
                        epoch: view.status.epoch,
                        since_ms: view.serving_ms?,
                    })
                });
                Sample {
                    zxid: peer.server_view(now).zxid,
                    applied: metrics.commit_count,
                    checked: metrics.digests_checked,
                    mismatches: metrics.digest_mismatches_count,
                    first_mismatch: metrics.first_digest_mismatch,
                    snapshots: metrics.snapshots_received,
                    truncations: metrics.log_truncations,
                    following,
                }
            })
            .await
    }

    /// Ends it, with all that it has on its disk.
    ///
    /// # Errors
    /// Why it had ended before.
    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        self.driver.stop();
        self.closing.cancel();
        let driver_thread = self.driver_thread;
        let ended = tokio::task::spawn_blocking(move || driver_thread.join()).await;
        self.ports.shutdown().await;
        match ended {
            Ok(Ok(Ended::Stopped | Ended::Withdrawn)) => Ok(()),
            Ok(Ok(Ended::LogFailed)) => bail!("the transaction log cannot be written"),
            Ok(Ok(Ended::UnreadableTxn)) => {
                bail!("a decided transaction cannot be read; see the line above")
            }
            Ok(Err(_)) | Err(_) => bail!("the driver panicked; see the lines above"),
        }
    }
}
