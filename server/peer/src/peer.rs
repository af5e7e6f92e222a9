//! The member as one value: its state, and which stage handles what it is told.

use zoowarden_shared::{SessionId, Sid, Zxid};
use zoowarden_tree::{SessionTracker, Watches};

use crate::{
    config::PeerConfig,
    connections::Connections,
    containers::ContainerManager,
    database::Database,
    digest_log::DigestLog,
    effect::Effects,
    input::{ClientEvent, DiskEvent, Input, Now},
    metrics::Metrics,
    prep::Prep,
    proposals::Proposals,
    recovered::Recovered,
    snapshot::Snapshots,
};

/// The sid in the session ids of a standalone server
/// (`ZooKeeperServer.createSessionTrackerServerId`).
const STANDALONE_SESSION_SID: Sid = Sid(1);

/// Whether the member answers requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ServerState {
    /// It has its data, and was not told anything yet.
    Initial,
    Running,
    /// The log failed: what was not flushed never will be.
    Error,
}

/// One standalone member.
#[derive(Debug)]
pub struct Peer {
    pub(crate) config: PeerConfig,
    pub(crate) state: ServerState,
    pub(crate) db: Database,
    pub(crate) connections: Connections,
    pub(crate) prep: Prep,
    pub(crate) proposals: Proposals,
    pub(crate) snapshots: Snapshots,
    pub(crate) containers: ContainerManager,
    pub(crate) metrics: Metrics,
    /// Requests of clients in the pipeline (`ZooKeeperServer.requestsInProcess`).
    pub(crate) in_process: usize,
    pub(crate) started_us: u64,
    pub(crate) digest_log: DigestLog,
}

impl Peer {
    /// A member with what the disk gave back. `seed` draws the moments of snapshots; the same
    /// seed and inputs give the same effects.
    #[must_use]
    pub fn new(config: PeerConfig, recovered: Recovered, seed: u64, now: Now) -> Self {
        let Recovered {
            mut tree,
            sessions: recovered_sessions,
            last_zxid,
            ..
        } = recovered;
        if let Some(text) = &config.config_node {
            tree.set_config_node(text, Zxid::ZERO, now.wall_ms);
        }
        let first_session = SessionId::first(STANDALONE_SESSION_SID, now.wall_ms);
        let mut sessions = SessionTracker::new(config.tick_time_ms, first_session);
        for (session, timeout_ms) in recovered_sessions {
            sessions.commit(session, timeout_ms, now.mono_us);
        }
        Self {
            state: ServerState::Initial,
            db: Database {
                tree,
                sessions,
                watches: Watches::new(),
            },
            connections: Connections::default(),
            prep: Prep::new(&config, last_zxid),
            proposals: Proposals::default(),
            snapshots: Snapshots::new(&config, seed),
            containers: ContainerManager::new(&config, now.mono_us),
            metrics: Metrics::default(),
            in_process: 0,
            started_us: now.mono_us,
            digest_log: DigestLog::default(),
            config,
        }
    }

    /// Handles one thing that happened. What is to be done about it is appended to `out`.
    pub fn handle(&mut self, now: Now, input: Input, out: &mut Effects) {
        if self.state == ServerState::Initial {
            self.state = ServerState::Running;
            self.start(now, out);
        }
        match input {
            Input::Tick => self.tick(now, out),
            Input::Client(conn, ClientEvent::Opened { remote }) => {
                self.opened(now, conn, remote, out);
            }
            Input::Client(conn, ClientEvent::Frames(bytes)) => self.receive(now, conn, bytes, out),
            Input::Client(conn, ClientEvent::Closed) => self.client_gone(conn),
            Input::Disk(DiskEvent::Flushed { upto }) => self.flushed(now, upto, out),
            Input::Disk(DiskEvent::SnapshotSliceWritten) => self.next_snapshot_slice(out),
            Input::Disk(DiskEvent::SnapshotDone { zxid }) => self.snapshots.done(zxid, now),
            Input::Disk(DiskEvent::SnapshotFailed) => self.snapshot_failed(),
            Input::Disk(DiskEvent::LogFailed) => self.log_failed(out),
        }
    }

    /// When [`Input::Tick`] is due, microseconds of the monotonic clock. At once before the
    /// first input: a member takes a snapshot when it starts.
    #[must_use]
    pub fn deadline(&self) -> Option<u64> {
        match self.state {
            ServerState::Initial => Some(self.started_us),
            ServerState::Running => [
                self.db.sessions.next_deadline_us(),
                Some(self.containers.next_deadline_us()),
            ]
            .into_iter()
            .flatten()
            .min(),
            ServerState::Error => None,
        }
    }

    /// Apache makes a clean snapshot of what it has loaded (`ZooKeeperServer.loadData`), and
    /// ends the sessions of which only ephemerals are left. It kills those without a
    /// transaction; here they go through the log, so that log and tree never differ.
    fn start(&mut self, now: Now, out: &mut Effects) {
        self.begin_snapshot(out);
        let mut orphans: Vec<SessionId> = self
            .db
            .tree
            .ephemeral_owners()
            .filter(|&session| !self.db.sessions.contains(session))
            .collect();
        orphans.sort_unstable();
        for session in orphans {
            self.propose_close_session(now, session, out);
        }
    }
}
