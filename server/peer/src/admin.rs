//! The admin side's questions and its three orders.

use std::collections::BTreeMap;

use zoowarden_shared::{SessionId, Sid, Zxid};
use zoowarden_zab::LearnerStatus;

use crate::{
    effect::Effects,
    input::Now,
    metrics::Metrics,
    peer::{Peer, Role, ServerState},
    view::{
        ConnectionView, DigestView, EphemeralsView, PathWatchesView, ReplicationView, ServerView,
        SessionBucketView, SessionWatchesView, WatchSummaryView,
    },
};

impl Peer {
    /// What `srvr`, `stat` and the gauges of `mntr` tell.
    #[must_use]
    pub fn server_view(&self, now: Now) -> ServerView {
        let latency = &self.metrics.request_latency;
        ServerView {
            serving: match self.state {
                ServerState::Initial => self.ensemble.is_none(),
                ServerState::Running => true,
                ServerState::NotServing | ServerState::Error => false,
            },
            mode: self.mode(),
            zxid: self.shown_zxid(),
            last_logged_zxid: self.last_logged_zxid(),
            min_latency_ms: latency.min(),
            avg_latency_ms: latency.avg(),
            max_latency_ms: latency.max(),
            packets_received: self.metrics.packets_received,
            packets_sent: self.metrics.packets_sent,
            alive_connections: self.connections.len(),
            outstanding_requests: self.in_process,
            node_count: self.db.tree.node_count(),
            watch_count: self.db.watches.len(),
            ephemerals_count: self.db.tree.ephemerals_count(),
            session_count: self.db.sessions.len() + self.db.local_sessions.len(),
            approximate_data_size: self.db.tree.approximate_data_size(),
            client_response_size: self.metrics.client_response_size,
            auth_failed_count: self.metrics.auth_failed_count,
            uptime_ms: now.mono_us.saturating_sub(self.started_us) / 1000,
            last_snapshot: self.snapshots.last(),
        }
    }

    /// As in Apache, a leader stands at the beginning of its epoch before its first write
    /// (`Leader.startZkServer`), so that operators see the new epoch at once.
    fn shown_zxid(&self) -> Zxid {
        match self.role {
            Role::Leader => self.seen_bound(),
            _ => self.db.zxid(),
        }
    }

    fn mode(&self) -> &'static str {
        let Some(ensemble) = &self.ensemble else {
            return "standalone";
        };
        match ensemble.mode() {
            Some(mode) => mode,
            None if self.is_read_only() => ServerView::READ_ONLY,
            None => "leaderelection",
        }
    }

    fn last_logged_zxid(&self) -> Zxid {
        match &self.ensemble {
            Some(ensemble) => ensemble.zab.status().logged,
            None => self.prep.last_zxid(),
        }
    }

    /// The member's part in its ensemble; `None` for a standalone server.
    #[must_use]
    pub fn replication_view(&self, now: Now) -> Option<ReplicationView> {
        let ensemble = self.ensemble.as_ref()?;
        let status = ensemble.zab.status();
        let synced = |is_counted: fn(&LearnerStatus) -> bool| {
            let learners = status.learners.iter().filter(|learner| learner.synced);
            learners.filter(|learner| is_counted(learner)).count()
        };
        Some(ReplicationView {
            sid: self.config.replication.as_ref()?.sid,
            mode: self.mode(),
            learners: status.learners.len(),
            synced_followers: synced(|learner| !learner.observes),
            synced_non_voting_followers: synced(|learner| !learner.observes && !learner.votes),
            synced_observers: synced(|learner| learner.observes),
            pending_syncs: ensemble.pending_syncs(),
            members: ensemble.zab.members().clone(),
            snapshots_wanted: ensemble.snapshots_wanted(),
            forwarded_requests: ensemble.forwarded_requests(),
            serving_ms: ensemble
                .serving
                .map(|_| now.mono_us.saturating_sub(ensemble.serving_since_us) / 1000),
            status,
            at_us: now.mono_us,
        })
    }

    /// The sessions of the ensemble and their timeouts in milliseconds, by id (`dump` of a
    /// learner: only the leader knows when they expire).
    #[must_use]
    pub fn session_table(&self) -> Vec<(SessionId, i32)> {
        self.db.sessions.table()
    }

    /// Everything that is counted.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        let (queued, removed) = self.prep.change_totals();
        Metrics {
            outstanding_changes_queued: queued,
            outstanding_changes_removed: removed,
            ..self.metrics.clone()
        }
    }

    /// `cons`: every connection, the oldest first.
    #[must_use]
    pub fn connection_views(&self) -> Vec<ConnectionView> {
        let mut views: Vec<ConnectionView> = self
            .connections
            .iter()
            .map(|(conn, connection)| connection.view(conn, self.db.watches.count_of(conn)))
            .collect();
        views.sort_unstable_by_key(|view| view.conn);
        views
    }

    /// `dump`: the sessions by the time at which they expire. On a learner its local ones alone.
    #[must_use]
    pub fn session_buckets(&self) -> Vec<SessionBucketView> {
        let mut buckets: BTreeMap<u64, Vec<SessionId>> =
            self.db.local_sessions.expiry_buckets().collect();
        if matches!(self.role, Role::Standalone | Role::Leader) {
            for (expires_mono_us, mut sessions) in self.db.sessions.expiry_buckets() {
                let bucket = buckets.entry(expires_mono_us).or_default();
                bucket.append(&mut sessions);
            }
        }
        let view = |(expires_mono_us, sessions)| SessionBucketView {
            expires_mono_us,
            sessions,
        };
        buckets.into_iter().map(view).collect()
    }

    /// `dump`: the ephemeral znodes of every session that has any.
    #[must_use]
    pub fn ephemerals(&self) -> Vec<EphemeralsView> {
        let tree = &self.db.tree;
        let mut views: Vec<EphemeralsView> = tree
            .ephemeral_owners()
            .map(|session| {
                let mut paths: Vec<String> =
                    tree.ephemerals(session).map(ToOwned::to_owned).collect();
                paths.sort_unstable();
                EphemeralsView { session, paths }
            })
            .collect();
        views.sort_unstable_by_key(|view| view.session);
        views
    }

    /// `wchs`.
    #[must_use]
    pub fn watch_summary(&self) -> WatchSummaryView {
        let summary = self.db.watches.summary();
        WatchSummaryView {
            connections: summary.connections,
            paths: summary.paths,
            watches: summary.watches,
        }
    }

    /// `wchp`: who watches each path, sorted.
    #[must_use]
    pub fn watches_by_path(&self) -> Vec<PathWatchesView> {
        let mut views: Vec<PathWatchesView> = self
            .db
            .watches
            .by_path()
            .map(|(path, watchers)| {
                let mut sessions: Vec<SessionId> = watchers
                    .into_iter()
                    .filter_map(|conn| self.connections.get(conn)?.session)
                    .collect();
                sessions.sort_unstable();
                PathWatchesView {
                    path: path.to_owned(),
                    sessions,
                }
            })
            .collect();
        views.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        views
    }

    /// `wchc`: what each session watches, sorted.
    #[must_use]
    pub fn watches_by_session(&self) -> Vec<SessionWatchesView> {
        let mut views: Vec<SessionWatchesView> = self
            .db
            .watches
            .by_watcher()
            .filter_map(|(conn, paths)| {
                let session = self.connections.get(conn)?.session?;
                let mut paths: Vec<String> = paths.into_iter().map(ToOwned::to_owned).collect();
                paths.sort_unstable();
                Some(SessionWatchesView { session, paths })
            })
            .collect();
        views.sort_unstable_by_key(|view| view.session);
        views
    }

    /// `hash`: the tree's digest at every 128th transaction, the oldest first. Empty where
    /// digests are off.
    #[must_use]
    pub fn digests(&self) -> Vec<DigestView> {
        self.digest_log.iter().copied().collect()
    }

    /// The last transaction applied: what reads are answered from. (What operators are shown
    /// may be the begin of a leader's epoch.)
    #[must_use]
    pub fn applied_zxid(&self) -> Zxid {
        self.db.zxid()
    }

    /// Requests of its own clients that wait for something: their transaction, mostly
    /// (`ZooKeeperServer.requestsInProcess`).
    #[must_use]
    pub fn requests_in_process(&self) -> usize {
        self.in_process
    }

    /// The tree's digest after the last transaction applied; `None` where digests are off.
    #[must_use]
    pub fn tree_digest(&self) -> Option<i64> {
        self.db.tree.txn_digest().map(|digest| digest.tree_digest)
    }

    /// `srst`: counters and latencies begin anew.
    pub fn reset_server_stats(&mut self) {
        self.metrics = Metrics::default();
    }

    /// `crst`: the counters of every connection begin anew.
    pub fn reset_connection_stats(&mut self) {
        for connection in self.connections.iter_mut() {
            connection.stats.reset();
        }
    }

    /// Whether these servers are a quorum of the ensemble; of none there is none.
    #[must_use]
    pub fn is_quorum(&self, sids: &[Sid]) -> bool {
        let ensemble = self.ensemble.as_ref();
        ensemble.is_some_and(|ensemble| ensemble.zab.is_quorum(sids))
    }

    /// An operator wants a snapshot of what is applied now; none is begun while another is under
    /// way, or that of a learner, or while nothing is decided yet.
    pub fn take_snapshot(&mut self, out: &mut Effects) {
        self.begin_snapshot(out);
    }

    /// An operator ends a session, as if it had expired. Whether there was one.
    pub fn close_session(&mut self, now: Now, session: SessionId, out: &mut Effects) -> bool {
        if self.close_local_session(session, out) {
            return true;
        }
        let alive = self.state == ServerState::Running
            && !self.is_read_only()
            && self.db.sessions.contains(session)
            && !self.db.sessions.is_closing(session);
        if alive && self.role == Role::Learner {
            self.forward_close_session(now, session, out);
        } else if alive {
            self.propose_close_session(now, session, out);
        }
        alive
    }
}
