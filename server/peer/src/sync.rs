//! `SyncRequestProcessor`: transactions go to the log, and are in flight until they are decided:
//! of a standalone server by its disk, in an ensemble by a quorum. The driver flushes once for
//! all that is queued.

use bytes::{Bytes, BytesMut};
use zoowarden_shared::{SessionId, Zxid, jute::Jute, txn::TxnRecord};

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
    /// Makes a transaction of a write, and proposes it.
    pub(crate) fn propose_write(
        &mut self,
        now: Now,
        requester: Requester<'_>,
        write: Write,
        origin: Option<Origin>,
        out: &mut Effects,
    ) {
        let zab = self.ensemble.as_ref().map(|ensemble| &ensemble.zab);
        let record = self
            .prep
            .prepare((&self.db.tree, &self.config, zab), requester, write, now);
        self.propose(now, record, origin, out);
    }

    /// Logs a transaction; in an ensemble, here and on the learners.
    pub(crate) fn propose(
        &mut self,
        now: Now,
        record: TxnRecord,
        origin: Option<Origin>,
        out: &mut Effects,
    ) {
        self.tell_exceeded_quotas(out);
        let zxid = record.header.zxid;
        if self.ensemble.is_some() && zxid.counter() == Zxid::MAX_COUNTER {
            return self.resign(now, "the zxid's counter is used up", out);
        }
        let mut txn = BytesMut::with_capacity(USUAL_TXN_LEN);
        record.encode(&mut txn);
        let txn = txn.freeze();
        self.metrics.proposal_count += 1;
        self.metrics.prep_processor_request_queued += 1;
        self.proposals.push(Proposal {
            record,
            origin,
            waiters: Vec::new(),
            proposed_us: now.mono_us,
        });
        if self.ensemble.is_some() {
            self.metrics.proposal_size.add(txn.len());
            self.zab(now, out, |zab, outputs| {
                zab.propose(now.mono_us, zxid, txn, outputs);
            });
        } else {
            self.append(zxid, txn, out);
        }
    }

    /// Appends a transaction to the log.
    pub(crate) fn append(&mut self, zxid: Zxid, txn: Bytes, out: &mut Effects) {
        let len = txn.len();
        out.push(Effect::Append { zxid, txn });
        self.metrics.sync_processor_request_queued += 1;
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
        let requester = Requester::server(session);
        self.db.sessions.set_closing(session);
        self.propose_write(now, requester, Write::CloseSession, None, out);
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
