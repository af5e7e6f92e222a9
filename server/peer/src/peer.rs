//! The member as one value: its state, and which stage handles what it is told.

use zoowarden_shared::{SessionId, Sid};
use zoowarden_tree::{SessionTracker, sessions::Owner};

use crate::{
    config::PeerConfig,
    connections::Connections,
    containers::ContainerManager,
    database::Database,
    digest_log::DigestLog,
    effect::Effects,
    ensemble::Ensemble,
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

/// Who owns the sessions of this member's own clients (`ServerCnxn.me`). Those of learners
/// have their link's number, which is never this one.
pub(crate) const LOCAL_OWNER: Owner = Owner::MAX;

/// Whether the member answers requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ServerState {
    /// It has its data, and was not told anything yet.
    Initial,
    Running,
    /// There is no leader, or it is not known yet that there is one.
    NotServing,
    /// The log failed: what was not flushed never will be.
    Error,
}

/// Where the transactions of a member's clients are made, while it serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Here, and here alone they are logged.
    Standalone,
    /// Here.
    Leader,
    /// At the leader. Followers and observers are the same to their clients.
    Learner,
    /// Nowhere: there is no leader, and clients that can do without are shown what is there
    /// (`ReadOnlyZooKeeperServer`).
    ReadOnly,
}

/// One member.
#[derive(Debug)]
pub struct Peer {
    pub(crate) config: PeerConfig,
    pub(crate) state: ServerState,
    pub(crate) role: Role,
    /// `None` for a standalone server. In a box: it is large, and seldom looked at.
    pub(crate) ensemble: Option<Box<Ensemble>>,
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
    /// A member with what the disk gave back. `seed` draws the moments of snapshots and the
    /// first session id; the same seed and inputs give the same effects.
    #[must_use]
    pub fn new(config: PeerConfig, recovered: Recovered, seed: u64, now: Now) -> Self {
        let last_zxid = recovered.last_zxid;
        let replication = config.replication.as_ref();
        let ensemble =
            replication.map(|replication| Box::new(Ensemble::new(replication, &recovered)));
        let sid = replication.map_or(STANDALONE_SESSION_SID, |replication| replication.sid);
        let first_session = first_session(sid, seed, now);
        let sessions = SessionTracker::new(config.tick_time_ms, first_session);
        Self {
            state: ServerState::Initial,
            role: Role::Standalone,
            ensemble,
            db: Database::new(&config, recovered, sessions, now),
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
            self.start(now, out);
        }
        match input {
            Input::Tick => self.tick(now, out),
            Input::Client(conn, ClientEvent::Opened { remote }) => {
                self.opened(now, conn, remote, out);
            }
            Input::Client(conn, ClientEvent::Frames(bytes)) => self.receive(now, conn, bytes, out),
            Input::Client(conn, ClientEvent::Closed) => self.client_gone(conn),
            Input::Disk(DiskEvent::Flushed { upto }) if self.ensemble.is_some() => {
                self.tell_disk(now, &zoowarden_zab::DiskEvent::Flushed { upto }, out);
            }
            Input::Disk(DiskEvent::Flushed { upto }) => self.flushed(now, upto, out),
            Input::Disk(DiskEvent::SnapshotSliceWritten) => self.next_snapshot_slice(out),
            Input::Disk(DiskEvent::SnapshotDone { zxid }) => self.snapshots.done(zxid, now),
            Input::Disk(DiskEvent::SnapshotFailed) => self.snapshot_failed(),
            Input::Disk(DiskEvent::LogFailed) => self.log_failed(out),
            Input::Disk(DiskEvent::Replication(event)) => self.tell_disk(now, &event, out),
            Input::Disk(DiskEvent::Reloaded(recovered)) => self.reloaded(now, *recovered, out),
            Input::Replication(input) => {
                self.zab(now, out, |zab, outputs| {
                    zab.handle(now.mono_us, input, outputs);
                });
            }
            Input::Drained(link) => self.stream_drained(now, link, out),
        }
    }

    /// When [`Input::Tick`] is due, microseconds of the monotonic clock. At once before the
    /// first input: a standalone server takes a snapshot when it starts, a member of an
    /// ensemble looks for a leader.
    #[must_use]
    pub fn deadline(&self) -> Option<u64> {
        match self.state {
            ServerState::Initial => return Some(self.started_us),
            ServerState::Error => return None,
            ServerState::Running | ServerState::NotServing => {}
        }
        let due = self.makes_txns().then(|| {
            let containers_us = self.containers.next_deadline_us();
            let sessions_us = self.db.sessions.next_deadline_us();
            sessions_us.map_or(containers_us, |us| us.min(containers_us))
        });
        let local_us = self.db.local_sessions.next_deadline_us();
        let ensemble = self.ensemble.as_ref();
        let ensemble_us = ensemble.and_then(|ensemble| ensemble.deadline_us());
        [due, local_us, ensemble_us].into_iter().flatten().min()
    }

    /// Whether transactions begin here: its clock is the one that sessions live by.
    pub(crate) fn makes_txns(&self) -> bool {
        self.state == ServerState::Running && matches!(self.role, Role::Standalone | Role::Leader)
    }

    /// Whether clients are served, and without a leader.
    pub(crate) fn is_read_only(&self) -> bool {
        self.state == ServerState::Running && self.role == Role::ReadOnly
    }

    /// Apache makes a clean snapshot of what it has loaded (`ZooKeeperServer.loadData`).
    fn start(&mut self, now: Now, out: &mut Effects) {
        if self.ensemble.is_some() {
            return self.start_replication(now, out);
        }
        self.state = ServerState::Running;
        self.begin_snapshot(out);
        self.close_orphaned_sessions(now, out);
    }

    /// Ends the sessions of which only ephemerals are left. Apache kills those without a
    /// transaction; here they go through the log, so that log and tree never differ.
    pub(crate) fn close_orphaned_sessions(&mut self, now: Now, out: &mut Effects) {
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

/// The id from which a member that starts now counts up.
///
/// Apache's counter begins with the millisecond. Where the clock is set back, a second start may
/// fall into the same one, and give out the ids of sessions that have ended: whoever does not
/// know yet that his is one of those would come back into another client's. So the counter
/// begins anywhere in the millisecond.
fn first_session(sid: Sid, seed: u64, now: Now) -> SessionId {
    let counter = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48;
    SessionId(SessionId::first(sid, now.wall_ms).0 | counter as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simulator_2029217_two_starts_in_one_millisecond_give_out_other_ids() {
        let now = Now {
            mono_us: 0,
            wall_ms: 1_700_000_000_024,
        };
        let first = |seed| first_session(Sid(3), seed, now);
        assert_ne!(first(1).0, first(2).0);
        let begin = SessionId::first(Sid(3), now.wall_ms).0;
        assert!((1..1000).all(|seed| (begin..begin + 0x1_0000).contains(&first(seed).0)));
    }
}
