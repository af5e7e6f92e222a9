//! `CommitProcessor`: what is flushed is applied in zxid order, watches fire, and each
//! session's requests are answered in the order in which it sent them.
//!
//! A read behind a write of its own session waits for that write's commit; the reads of other
//! sessions do not. A watch event goes into its connection's buffer while the transaction is
//! applied, so before any reply that could show what the transaction changed.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use zoowarden_shared::{
    ErrorCode, Zxid,
    acl::{Acl, perms},
    proto::{EventType, OpCode},
    txn::{Txn, TxnRecord},
};
use zoowarden_tree::{Applied, DataTree, Notification};

use crate::{
    connection::{Progress, Queued},
    database::may,
    effect::{Effect, Effects, Event},
    final_request::put_write_reply,
    input::{CloseReason, ConnId, Now},
    peer::{Peer, ServerState},
    proposals::{Origin, Proposal},
    reply::put_event,
};

/// The ACLs of znodes that a transaction deletes, for the events that tell of it.
type DoomedAcls = FxHashMap<String, Arc<[Acl]>>;

impl Peer {
    /// Everything up to here survives a crash.
    pub(crate) fn flushed(&mut self, now: Now, upto: Zxid, out: &mut Effects) {
        if self.state != ServerState::Running {
            return;
        }
        let mut batch = 0;
        while let Some(proposal) = self.proposals.pop_upto(upto) {
            batch += 1;
            self.commit_proposal(now, proposal, out);
        }
        if batch > 0 {
            self.metrics.sync_processor_batch_size.add(batch);
        }
    }

    /// A transaction that this member proposed is decided.
    pub(crate) fn commit_proposal(&mut self, now: Now, proposal: Proposal, out: &mut Effects) {
        let Proposal {
            record,
            origin,
            waiters,
            proposed_us,
        } = proposal;
        self.metrics
            .sync_processor_queue_and_flush_time_ms
            .add(now.mono_us.saturating_sub(proposed_us) / 1000);
        self.commit(now, &record, origin, out);
        for conn in waiters {
            self.wake(now, conn, out);
        }
    }

    /// Applies a transaction that is decided, and answers the request that it came from.
    pub(crate) fn commit(
        &mut self,
        now: Now,
        record: &TxnRecord,
        origin: Option<Origin>,
        out: &mut Effects,
    ) {
        self.metrics.commit_count += 1;
        let propagation_ms = now.wall_ms.saturating_sub(record.header.time_ms);
        if let Ok(propagation_ms) = u64::try_from(propagation_ms) {
            self.metrics.propagation_latency.add(propagation_ms);
        }
        let mut applied = self.apply(now, record, out);
        if let Some(origin) = origin {
            self.name_refused_ephemeral(&origin, &mut applied);
            self.in_process = self.in_process.saturating_sub(1);
            self.answer_write(now, origin, &applied, out);
        }
        if let Txn::CloseSession(_) = record.txn
            && let Some(conn) = self.connections.of_session(record.header.session)
        {
            let reason = match &origin {
                Some(origin) if origin.conn == conn => CloseReason::SessionClosed,
                _ => CloseReason::SessionExpired,
            };
            self.close(conn, reason, out);
        }
        if let Some(origin) = origin {
            self.drain(now, origin.conn, out);
        }
    }

    /// The writes of the session's earlier connection, or what a sync waits for, are applied.
    pub(crate) fn wake(&mut self, now: Now, conn: ConnId, out: &mut Effects) {
        if let Some(connection) = self.connections.get_mut(conn)
            && let Some(Queued::Barrier) = connection.queue.front()
        {
            connection.queue.pop_front();
        }
        self.drain(now, conn, out);
    }

    /// Applies one transaction and tells whoever watches.
    fn apply(&mut self, now: Now, record: &TxnRecord, out: &mut Effects) -> Applied {
        let mut doomed = DoomedAcls::default();
        if !self.db.watches.is_empty() {
            collect_doomed(&self.db.tree, &record.txn, &mut doomed);
        }
        let applied = self.db.tree.apply(record);
        let session = record.header.session;
        match &record.txn {
            Txn::CreateSession(txn) => {
                self.db.local_sessions.remove(session);
                self.db
                    .sessions
                    .commit(session, txn.timeout_ms, now.mono_us);
            }
            Txn::CloseSession(_) => {
                self.db.local_sessions.remove(session);
                self.db.sessions.remove(session);
            }
            _ => {}
        }
        self.prep.applied(record.header.zxid);
        if let Some(digest) = self.db.tree.txn_digest() {
            self.digest_log.note(record.header.zxid, digest);
        }
        self.metrics.digests_checked += u64::from(applied.digest_checked);
        if applied.digest_mismatch {
            self.metrics.digest_mismatches_count += 1;
            let first = &mut self.metrics.first_digest_mismatch;
            first.get_or_insert(applied.zxid);
            out.push(Effect::Event(Event::DigestMismatch { zxid: applied.zxid }));
        }
        self.notify(&applied, &doomed, out);
        applied
    }

    fn notify(&mut self, applied: &Applied, doomed: &DoomedAcls, out: &mut Effects) {
        let mut notifications = Vec::new();
        for change in &applied.changes {
            self.db.watches.trigger(change, &mut notifications);
        }
        for Notification {
            event,
            path,
            watchers,
        } in notifications
        {
            self.count_watches(event, watchers.len() as u64);
            let acl = match self.db.tree.node(&path) {
                Some(node) => Some(Arc::clone(node.acl())),
                None => doomed.get(&path).cloned(),
            };
            for conn in watchers {
                let Some(connection) = self.connections.get_mut(conn) else {
                    continue;
                };
                // Who may not read a znode is not told what happens to it (ZOOKEEPER-4799).
                let readable = acl
                    .as_ref()
                    .is_none_or(|acl| may(&self.config, acl, perms::READ, &connection.auth));
                if readable {
                    connection.stats.sent += 1;
                    let len = put_event(out.to_client(conn), applied.zxid, event, &path);
                    self.metrics.packets_sent += 1;
                    self.metrics.watch_bytes += len as u64;
                }
            }
        }
    }

    fn count_watches(&mut self, event: EventType, watchers: u64) {
        let summary = match event {
            EventType::NodeCreated => &mut self.metrics.node_created_watch_count,
            EventType::NodeDeleted => &mut self.metrics.node_deleted_watch_count,
            EventType::NodeDataChanged => &mut self.metrics.node_changed_watch_count,
            EventType::NodeChildrenChanged => &mut self.metrics.node_children_watch_count,
            _ => return,
        };
        summary.add(watchers);
    }

    /// The reply to a write, whose turn it is: what was sent before it is answered.
    fn answer_write(&mut self, now: Now, origin: Origin, applied: &Applied, out: &mut Effects) {
        let Origin {
            conn,
            op,
            xid,
            received_us,
        } = origin;
        if applied.err == ErrorCode::QuotaExceeded {
            self.metrics.quota_exceeded_error += 1;
        }
        // No reply: the client has a newer connection, whose requests this one's must not be
        // taken for (ZOOKEEPER-710).
        if applied.err == ErrorCode::SessionMoved {
            return self.close(conn, CloseReason::SessionMoved, out);
        }
        let Some(connection) = self.connections.get_mut(conn) else {
            return;
        };
        if op == OpCode::CreateSession {
            self.count_answer(conn, (op, xid, applied.zxid), received_us, now);
            return self.establish(now, conn, out);
        }
        if let Some(Queued::Write) = connection.queue.front() {
            connection.queue.pop_front();
        }
        let len = put_write_reply(out.to_client(conn), op, xid, (applied, &self.db.tree));
        self.count_reply(conn, len);
        self.count_answer(conn, (op, xid, applied.zxid), received_us, now);
        self.request_answered(conn, xid, out);
    }

    /// Answers what waits at the front of a connection's queue, up to the next write that is
    /// not committed.
    pub(crate) fn drain(&mut self, now: Now, conn: ConnId, out: &mut Effects) {
        loop {
            let progress = self.progress();
            let Some(connection) = self.connections.get(conn) else {
                return;
            };
            match connection.queue.front() {
                None | Some(Queued::Write | Queued::Barrier) => return,
                Some(Queued::Request(request)) if !progress.has_come(request.awaits) => return,
                Some(_) => {}
            }
            self.answer_next(now, conn, out);
        }
    }

    /// Answers the request or reply at the front of a connection's queue.
    fn answer_next(&mut self, now: Now, conn: ConnId, out: &mut Effects) {
        self.in_process = self.in_process.saturating_sub(1);
        let connection = self.connections.get_mut(conn);
        match connection.and_then(|connection| connection.queue.pop_front()) {
            Some(Queued::Request(request)) => self.answer_pending(now, conn, &request, out),
            Some(Queued::Ready(reply)) => self.answer_ready(conn, reply, out),
            Some(Queued::Write | Queued::Barrier) | None => {}
        }
    }

    /// Answers what stands before a connection's next write, which is about to be applied: its
    /// syncs at most can be open. What the leader proposed before them came before this write,
    /// so that all of it is applied, though their answer may be behind (one COMMIT may stand
    /// for several transactions); and the quorum that decided the write, after they came,
    /// followed that leader.
    pub(crate) fn answer_before_write(&mut self, now: Now, conn: ConnId, out: &mut Effects) {
        while let Some(connection) = self.connections.get_mut(conn)
            && let Some(Queued::Request(_) | Queued::Ready(_)) = connection.queue.front()
        {
            self.answer_next(now, conn, out);
        }
    }

    pub(crate) fn progress(&self) -> Progress {
        Progress {
            applied: self.db.zxid(),
            confirmed: self.confirmed(),
            syncs_answered: self.syncs_answered(),
        }
    }
}

/// The ACLs of the znodes that a transaction deletes, as they are before it.
fn collect_doomed(tree: &DataTree, txn: &Txn, doomed: &mut DoomedAcls) {
    let note = |path: &str, doomed: &mut DoomedAcls| {
        if let Some(node) = tree.node(path) {
            doomed.insert(path.to_owned(), Arc::clone(node.acl()));
        }
    };
    match txn {
        Txn::Delete(txn) | Txn::DeleteContainer(txn) => note(&txn.path, doomed),
        Txn::CloseSession(Some(txn)) => {
            for path in &txn.paths_to_delete {
                note(path, doomed);
            }
        }
        Txn::Multi(multi) => {
            for part in &multi.txns {
                if let Some((path, acl)) = created(part) {
                    // A later part may delete it again.
                    doomed.insert(path.to_owned(), Arc::from(acl));
                } else {
                    collect_doomed(tree, part, doomed);
                }
            }
        }
        _ => {}
    }
}

fn created(txn: &Txn) -> Option<(&str, &[Acl])> {
    match txn {
        Txn::Create(txn) | Txn::Create2(txn) | Txn::CreateContainer(txn) => {
            Some((&txn.path, &txn.acl))
        }
        Txn::CreateTtl(txn) => Some((&txn.path, &txn.acl)),
        _ => None,
    }
}
