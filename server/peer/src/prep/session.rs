//! createSession and closeSession.

use zoowarden_shared::{
    path,
    txn::{CloseSessionTxn, CreateSessionTxn, Txn},
};

use super::{Context, Prep};

pub(super) fn create(timeout_ms: i32) -> Txn {
    Txn::CreateSession(CreateSessionTxn { timeout_ms })
}

impl Prep {
    /// The session's ephemerals, those in flight too, go with it in one transaction.
    pub(super) fn close_session(&mut self, context: Context<'_>) -> Txn {
        let paths = self
            .changes
            .ephemerals(context.tree, context.requester.session.0);
        for node in &paths {
            if let Some((parent_path, _)) = path::split(node)
                && let Some(parent) = self.changes.get(context.tree, parent_path)
            {
                self.remove(context, parent_path, parent, node);
            }
        }
        let txn = CloseSessionTxn {
            paths_to_delete: paths,
        };
        Txn::CloseSession(context.config.close_session_txn_enabled.then_some(txn))
    }
}
