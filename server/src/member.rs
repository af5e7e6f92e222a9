//! One member from its start to its stop: recover, open the ports, serve, flush.

use std::{
    net::SocketAddr,
    sync::{Arc, atomic::AtomicU64},
    thread,
    time::Duration,
};

use anyhow::{Context, bail};
use tokio::{net::TcpListener, task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;
use zoowarden_shared::config::HostPort;

use crate::{
    admin::{self, Admin, Audit, Facts, Repairs},
    configure::Configured,
    driver::{Driver, DriverHandle, Ended, Inbox, PeerPorts},
    lock::DirectoryLock,
    net::{self, ElectionPort, Listening, NetCounters, NetLimits, QuorumPort, QuorumSettings},
    reconfig::PeerPort,
    storage::{self, Started},
};

/// How long ports may take to close once the driver has ended.
const GOODBYE: Duration = Duration::from_secs(5);

/// The sockets of a member, bound but not served yet. Tests bind port 0.
#[derive(Debug)]
pub struct Listeners {
    /// For clients.
    pub client: TcpListener,
    /// For the AdminServer, where there is one.
    pub admin: Option<TcpListener>,
    /// For metrics alone (`metricsProvider.httpPort`), where asked.
    pub metrics: Option<TcpListener>,
    /// For learners; none of a standalone server, several where `multiAddress.enabled`.
    pub quorum: Vec<TcpListener>,
    /// For votes, likewise.
    pub election: Vec<TcpListener>,
}

impl Listeners {
    /// Binds what the configuration asks for. An admin port that is taken is only logged, as
    /// in Apache.
    ///
    /// # Errors
    /// When the client port cannot be bound, or the metrics port, or one for other members.
    pub fn bind(configured: &Configured) -> anyhow::Result<Self> {
        let config = &configured.config;
        let client = config.client_address.as_ref();
        let client = client.context("nothing to serve: expected a clientPort")?;
        let client = net::listen_at(client, config.client_listen_backlog)
            .with_context(|| format!("cannot listen for clients on {client}"))?;
        let admin = config.admin.enabled.then_some(&config.admin.address);
        let admin = admin.and_then(|address| match net::listen_at(address, None) {
            Ok(listener) => Some(listener),
            Err(fault) => {
                tracing::warn!("cannot start the AdminServer on {address}: {fault:#}");
                None
            }
        });
        let metrics = config.prometheus_address.as_ref().map(|address| {
            net::listen_at(address, None)
                .with_context(|| format!("cannot serve metrics on {address}"))
        });
        Ok(Self {
            client,
            admin,
            metrics: metrics.transpose()?,
            quorum: bind_all(&configured.own_addresses(PeerPort::Quorum))
                .context("cannot listen for learners")?,
            election: bind_all(&configured.own_addresses(PeerPort::Election))
                .context("cannot listen for votes")?,
        })
    }
}

fn bind_all(addresses: &[HostPort]) -> anyhow::Result<Vec<TcpListener>> {
    addresses
        .iter()
        .map(|address| net::listen_at(address, None).with_context(|| address.to_string()))
        .collect()
}

/// How a member's run ended, where it did as it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It was told to stop.
    Stopped,
    /// An operator's order goes on with its next start (`disk::repair`, `quorum_loss`).
    StartAgain,
}

/// A member that has recovered its state and serves.
#[derive(Debug)]
pub struct Member {
    client_address: SocketAddr,
    admin_address: Option<SocketAddr>,
    driver: DriverHandle,
    driver_thread: thread::JoinHandle<Ended>,
    ports: JoinSet<()>,
    closing: CancellationToken,
    again: CancellationToken,
    _locks: Vec<DirectoryLock>,
}

impl Member {
    /// Recovers the state that the data directory holds and begins to serve.
    ///
    /// # Errors
    /// When the directory is another process's, or its files cannot be read or are corrupt.
    pub async fn start(configured: Configured, listeners: Listeners) -> anyhow::Result<Self> {
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
        let peer_ports = configured.config.is_distributed().then(|| {
            let peer_ports = peer_ports(&configured, &inbox, &closing);
            let own = &peer_ports.own;
            let quorum = Listening::new("quorum", listeners.quorum).moved_by(&own.quorum);
            let election = Listening::new("election", listeners.election).moved_by(&own.election);
            ports.spawn(Arc::clone(&peer_ports.quorum).serve(quorum));
            ports.spawn(Arc::clone(&peer_ports.election).serve(election));
            peer_ports
        });
        let client_address = listeners.client.local_addr()?;
        let mut client = Listening::new("client", vec![listeners.client])
            .with_backlog(configured.config.client_listen_backlog);
        if let Some(peer_ports) = &peer_ports {
            client = client.moved_by(&peer_ports.own.client);
        }
        let links = peer_ports.as_ref().map(|ports| ports.quorum.open_links());
        let driver = Driver::new(peer, clock, Arc::clone(&inbox), disk, peer_ports);
        let driver_thread = driver.spawn()?;

        let admin_address = listeners.admin.as_ref().map(TcpListener::local_addr);
        let admin_address = admin_address.transpose()?;
        let driver = DriverHandle::new(Arc::clone(&inbox));
        let counters = Arc::new(NetCounters::default());
        let facts = Facts::new(&configured, client_address.port())
            .with_admin_port(admin_address.map(|address| address.port()));
        let links = links.unwrap_or_default();
        let config = &configured.config;
        let audit = Audit::new(&config.data_dir, config.admin.audit_syslog.clone());
        let counted = Arc::clone(&counters);
        let again = CancellationToken::new();
        let repairs = Repairs::new(&configured, again.clone());
        let admin = Admin::new(facts, driver.clone(), counted, links, stats, audit, repairs);
        let admin = Arc::new(admin);
        let repaired = Arc::clone(&admin);
        let until = closing.clone();
        ports.spawn(async move { repaired.see_repair_through(until).await });
        let shared = net::Shared {
            inbox,
            limits: NetLimits::of(&configured.config.limits),
            admin: Arc::clone(&admin),
            counters,
            next_id: AtomicU64::new(1),
        };

        let idle = Duration::from_millis(configured.config.admin.idle_timeout_ms.into());
        ports.spawn(net::serve(client, Arc::new(shared), closing.clone()));
        if let Some(listener) = listeners.admin {
            ports.spawn(admin::beat(Arc::clone(&admin), closing.clone()));
            let router = admin::admin_router(Arc::clone(&admin));
            ports.spawn(admin::serve(listener, router, idle, closing.clone()));
        }
        if let Some(listener) = listeners.metrics {
            let router = admin::metrics_router(admin);
            ports.spawn(admin::serve(listener, router, idle, closing.clone()));
        }
        tracing::info!(client = %client_address, admin = ?admin_address, "serving");
        Ok(Self {
            client_address,
            admin_address,
            driver,
            driver_thread,
            ports,
            closing,
            again,
            _locks: locks,
        })
    }

    /// Where clients are served, until a reconfig says otherwise.
    #[must_use]
    pub fn client_address(&self) -> SocketAddr {
        self.client_address
    }

    /// Where the AdminServer is, if there is one.
    #[must_use]
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin_address
    }

    /// A way to ask its peer.
    pub(crate) fn driver(&self) -> DriverHandle {
        self.driver.clone()
    }

    /// Serves until `shutdown`, then stops cleanly: no new clients, the log flushed, whoever
    /// waits for that answered, connections closed. Sessions live on in the data directory.
    ///
    /// # Errors
    /// When the member had to stop because its log could not be written, or what others have
    /// decided could not be read.
    pub async fn run(self, shutdown: CancellationToken) -> anyhow::Result<()> {
        self.run_once(shutdown).await.map(drop)
    }

    /// The same; says whether the member is to be started again, as an operator ordered.
    pub(crate) async fn run_once(mut self, shutdown: CancellationToken) -> anyhow::Result<Ending> {
        let again = self.again;
        let told = async {
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = again.cancelled() => {}
            }
        };
        let driver_thread = self.driver_thread;
        let mut ended = tokio::task::spawn_blocking(move || driver_thread.join());
        let ended = tokio::select! {
            ended = &mut ended => ended,
            () = told => {
                tracing::info!("stopping");
                self.closing.cancel();
                self.driver.stop();
                ended.await
            }
        };
        self.closing.cancel();
        let closed = async { while self.ports.join_next().await.is_some() {} };
        if timeout(GOODBYE, closed).await.is_err() {
            tracing::debug!("some connections did not end in time");
        }
        match ended {
            Ok(Ok(Ended::Stopped)) if again.is_cancelled() && !shutdown.is_cancelled() => {
                Ok(Ending::StartAgain)
            }
            Ok(Ok(Ended::Withdrawn)) => Ok(Ending::StartAgain),
            Ok(Ok(Ended::Stopped)) => Ok(Ending::Stopped),
            Ok(Ok(Ended::LogFailed)) => {
                bail!("the transaction log cannot be written: nothing more can be acknowledged")
            }
            Ok(Ok(Ended::UnreadableTxn)) => {
                bail!("a decided transaction cannot be read; see the line above")
            }
            Ok(Err(_)) | Err(_) => bail!("the driver panicked; see the lines above"),
        }
    }
}

/// The ports between the members of an ensemble.
pub(crate) fn peer_ports(
    configured: &Configured,
    inbox: &Arc<Inbox>,
    closing: &CancellationToken,
) -> PeerPorts {
    let config = &configured.config;
    let members = &config.ensemble.servers;
    let init_limit = config
        .tick_time_ms
        .unsigned_abs()
        .saturating_mul(config.ensemble.init_limit_ticks);
    let settings = QuorumSettings {
        max_buffer: 2 * config.limits.jute_max_buffer_bytes as usize,
        dial_patience: Duration::from_millis(init_limit.into()),
    };
    let introduced = configured.introduced_members();
    let election = ElectionPort::new(
        configured.sid,
        &introduced,
        Arc::clone(inbox),
        closing.clone(),
    );
    let quorum = QuorumPort::new(Arc::clone(inbox), members, settings, closing.clone());
    PeerPorts {
        election: Arc::new(election),
        quorum: Arc::new(quorum),
        files: configured.config_files(),
        own: configured.own_ports(),
    }
}
