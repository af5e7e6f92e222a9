//! `SyncRequestProcessor`: transactions go to the log, and are in flight until it says that
//! they are on the disk. The driver flushes once for all that is queued.

use bytes::BytesMut;
use zoowarden_shared::{SessionId, jute::Jute, txn::TxnRecord};

use crate::{
    effect::{Effect, Effects, Event},
    input::Now,
    peer::Peer,
    prep::{Requester, Write},
    proposals::{Origin, Proposal},
};

/// Room for a transaction with a little data, so that most need no growing, bytes.
const USUAL_TXN_LEN: usize = 512;

impl Peer {
    /// Appends a transaction to the log.
    pub(crate) fn propose(
        &mut self,
        now: Now,
        record: TxnRecord,
        origin: Option<Origin>,
        out: &mut Effects,
    ) {
        self.tell_exceeded_quotas(out);
        let mut txn = BytesMut::with_capacity(USUAL_TXN_LEN);
        record.encode(&mut txn);
        let len = txn.len();
        out.push(Effect::Append {
            zxid: record.header.zxid,
            txn: txn.freeze(),
        });
        self.metrics.proposal_count += 1;
        self.metrics.prep_processor_request_queued += 1;
        self.metrics.sync_processor_request_queued += 1;
        self.proposals.push(Proposal {
            record,
            origin,
            wakes: Vec::new(),
            proposed_us: now.mono_us,
        });
        let znodes = self.db.tree.node_count();
        if self.snapshots.is_due_after(len, znodes) {
            // The log that the snapshot makes superfluous ends here.
            out.push(Effect::RollLog);
            self.begin_snapshot(out);
        }
    }

    /// Ends a session on the server's own account: nobody waits for a reply.
    pub(crate) fn propose_close_session(
        &mut self,
        now: Now,
        session: SessionId,
        out: &mut Effects,
    ) {
        let requester = Requester {
            session,
            cxid: 0,
            auth: &[],
        };
        let record = self.prep.prepare(
            &self.db.tree,
            &self.config,
            requester,
            Write::CloseSession,
            now,
        );
        self.db.sessions.set_closing(session);
        self.propose(now, record, None, out);
    }

    fn tell_exceeded_quotas(&mut self, out: &mut Effects) {
        for exceeded in self.prep.take_exceeded() {
            out.push(Effect::Event(Event::QuotaExceeded {
                path: exceeded.path,
                detail: exceeded.detail,
            }));
        }
    }
}
