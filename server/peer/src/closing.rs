//! Connections end: by the client, by us, or all at once because the log failed.

use crate::{
    connection::{Connection, Queued},
    effect::{Effect, Effects},
    input::{CloseReason, ConnId},
    peer::{Peer, ServerState},
};

impl Peer {
    /// Closes a connection behind what was written to it. Its session lives on until it
    /// expires; its writes in flight are committed and not answered.
    pub(crate) fn close(&mut self, conn: ConnId, reason: CloseReason, out: &mut Effects) {
        if self.forget(conn).is_some() {
            out.push(Effect::CloseClient(conn, reason));
        }
    }

    /// The client has gone.
    pub(crate) fn client_gone(&mut self, conn: ConnId) {
        if self.forget(conn).is_some() {
            self.metrics.connection_drop_count += 1;
        }
    }

    fn forget(&mut self, conn: ConnId) -> Option<Connection> {
        let connection = self.connections.remove(conn)?;
        self.db.watches.remove_watcher(conn);
        let waiting = connection
            .queue
            .iter()
            .filter(|queued| !matches!(queued, Queued::Write | Queued::Barrier))
            .count();
        self.in_process = self.in_process.saturating_sub(waiting);
        Some(connection)
    }

    /// What was not flushed by now never will be: nothing that waits for it may be answered,
    /// and nothing more is taken on (fail closed, ZOOKEEPER-3701).
    pub(crate) fn log_failed(&mut self, out: &mut Effects) {
        self.stop_serving(out);
        self.state = ServerState::Error;
        self.db.tree.snapshot_abort();
    }

    /// Lets all clients go, and forgets what they wait for.
    pub(crate) fn stop_serving(&mut self, out: &mut Effects) {
        self.state = ServerState::NotServing;
        self.proposals.clear();
        self.db.local_sessions.clear();
        for conn in self.connections.ids() {
            self.close(conn, CloseReason::NotServing, out);
        }
        self.in_process = 0;
    }
}
