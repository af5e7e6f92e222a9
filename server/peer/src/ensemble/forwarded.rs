//! A learner's requests on their way through the leader (`CommitProcessor`'s queue of pending
//! writes, `FollowerZooKeeperServer.pendingSyncs`).
//!
//! The leader answers each forwarded write by a transaction with its session and cxid, in the
//! order of the session's requests, a refused one by an error. So the oldest of a session is
//! the only one that a transaction can answer. Entries of connections that are gone stay until
//! their transactions come: a new connection may use the same cxids again.

use std::collections::{VecDeque, hash_map::Entry};

use rustc_hash::FxHashMap;
use zoowarden_shared::{
    SessionId, Zxid,
    proto::OpCode,
    txn::{Txn, TxnRecord},
};

use crate::{input::ConnId, proposals::Origin};

#[derive(Debug)]
struct Request {
    origin: Origin,
    /// Its transaction comes after this one.
    after: Zxid,
    /// Connections of the same session that go on when this is applied.
    behind: Vec<ConnId>,
}

/// Writes that the leader has not decided.
#[derive(Debug, Default)]
pub(super) struct Forwarded {
    by_session: FxHashMap<SessionId, VecDeque<Request>>,
}

impl Forwarded {
    /// A write is sent to the leader. Up to `after`, what the session's transactions answer is
    /// not this: it is what another member forwarded before the session came here.
    pub(super) fn push(&mut self, session: SessionId, origin: Origin, after: Zxid) {
        let request = Request {
            origin,
            after,
            behind: Vec::new(),
        };
        self.by_session
            .entry(session)
            .or_default()
            .push_back(request);
    }

    /// The request that a transaction answers, and which connections go on behind it.
    pub(super) fn take(&mut self, record: &TxnRecord) -> Option<(Origin, Vec<ConnId>)> {
        let Entry::Occupied(mut requests) = self.by_session.entry(record.header.session) else {
            return None;
        };
        let oldest = requests.get().front()?;
        let is_its_own = record.header.zxid > oldest.after
            && record.header.cxid == oldest.origin.xid
            && can_answer(&record.txn, oldest.origin.op);
        if !is_its_own {
            // Another member's: the session was there before, or is by now. Or the leader's
            // own, which ends the session.
            return None;
        }
        let request = requests.get_mut().pop_front()?;
        if requests.get().is_empty() {
            requests.remove();
        }
        Some((request.origin, request.behind))
    }

    pub(super) fn len(&self) -> usize {
        self.by_session.values().map(VecDeque::len).sum()
    }

    /// Has the connection woken behind the session's newest request; false where there is none.
    pub(super) fn wake_behind(&mut self, session: SessionId, conn: ConnId) -> bool {
        let newest = self.by_session.get_mut(&session);
        let newest = newest.and_then(|requests| requests.back_mut());
        let is_there = newest.is_some();
        if let Some(newest) = newest {
            newest.behind.push(conn);
        }
        is_there
    }
}

/// Whether a request of this kind can have become this transaction.
fn can_answer(txn: &Txn, op: OpCode) -> bool {
    match txn {
        Txn::Error(_) => true,
        // Apache writes a createTTL without a time to live as a create.
        Txn::Create(_) | Txn::Create2(_) | Txn::CreateContainer(_) | Txn::CreateTtl(_) => matches!(
            op,
            OpCode::Create | OpCode::Create2 | OpCode::CreateContainer | OpCode::CreateTtl
        ),
        txn => txn.opcode() == op,
    }
}

/// Syncs that the leader has not answered. It answers them in order, and does not say which.
#[derive(Debug, Default)]
pub(super) struct PendingSyncs {
    waiting: VecDeque<ConnId>,
    answered: u64,
}

impl PendingSyncs {
    /// One is sent; how many will be answered once it is.
    pub(super) fn push(&mut self, conn: ConnId) -> u64 {
        self.waiting.push_back(conn);
        self.answered + self.waiting.len() as u64
    }

    /// The oldest is answered.
    pub(super) fn pop(&mut self) -> Option<ConnId> {
        let conn = self.waiting.pop_front()?;
        self.answered += 1;
        Some(conn)
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn answered(&self) -> u64 {
        self.answered
    }
}

#[cfg(test)]
mod tests {
    use zoowarden_shared::{
        ErrorCode,
        txn::{CreateSessionTxn, DeleteTxn, ErrorTxn, TxnHeader},
    };

    use super::*;

    const SESSION: SessionId = SessionId(1);

    fn origin(xid: i32) -> Origin {
        Origin {
            conn: ConnId(xid as u64),
            op: OpCode::Delete,
            xid,
            received_us: 0,
        }
    }

    fn record(cxid: i32, zxid: i64, txn: Txn) -> TxnRecord {
        TxnRecord {
            header: TxnHeader {
                session: SESSION,
                cxid,
                zxid: Zxid(zxid),
                time_ms: 0,
                op: txn.opcode().code(),
            },
            txn,
            digest: None,
        }
    }

    fn deleted() -> Txn {
        Txn::Delete(DeleteTxn {
            path: "/a".to_owned(),
        })
    }

    fn answers(forwarded: &mut Forwarded, record: &TxnRecord) -> Option<i32> {
        forwarded.take(record).map(|(origin, _)| origin.xid)
    }

    #[test]
    fn a_sessions_requests_are_answered_in_their_order_each_by_its_own_kind() {
        let mut forwarded = Forwarded::default();
        forwarded.push(SESSION, origin(1), Zxid(10));
        forwarded.push(SESSION, origin(2), Zxid(10));
        assert_eq!(answers(&mut forwarded, &record(2, 11, deleted())), None);
        assert_eq!(answers(&mut forwarded, &record(1, 10, deleted())), None);
        let other = Txn::CreateSession(CreateSessionTxn { timeout_ms: 1 });
        assert_eq!(answers(&mut forwarded, &record(1, 11, other)), None);
        assert_eq!(answers(&mut forwarded, &record(1, 12, deleted())), Some(1));
        let error = Txn::Error(ErrorTxn {
            err: ErrorCode::NoNode,
        });
        assert_eq!(answers(&mut forwarded, &record(2, 13, error)), Some(2));
        assert_eq!(forwarded.len(), 0);
    }

    #[test]
    fn syncs_are_answered_in_their_order() {
        let mut syncs = PendingSyncs::default();
        assert_eq!((syncs.push(ConnId(7)), syncs.push(ConnId(8))), (1, 2));
        assert_eq!((syncs.pop(), syncs.answered()), (Some(ConnId(7)), 1));
        assert_eq!(syncs.push(ConnId(9)), 3);
        assert_eq!(
            (syncs.pop(), syncs.pop(), syncs.pop()),
            (Some(ConnId(8)), Some(ConnId(9)), None,)
        );
        assert_eq!(syncs.answered(), 3);
    }
}
