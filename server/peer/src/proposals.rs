//! Transactions that this member proposed and that are not committed yet, in zxid order.

use std::collections::VecDeque;

use zoowarden_shared::{SessionId, Zxid, proto::OpCode, txn::TxnRecord};

use crate::input::ConnId;

/// The request that a transaction answers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    pub(crate) conn: ConnId,
    /// What was asked, which is not the transaction's kind where it failed.
    pub(crate) op: OpCode,
    pub(crate) xid: i32,
    pub(crate) received_us: u64,
}

/// A transaction that is proposed and not committed.
#[derive(Debug)]
pub(crate) struct Proposal {
    pub(crate) record: TxnRecord,
    /// `None` where no client of this member waits: an expired session, a due container, a
    /// learner's request.
    pub(crate) origin: Option<Origin>,
    /// Connections whose next request waits for this commit though it is not theirs: a sync,
    /// or a session that moved here with writes in flight.
    pub(crate) waiters: Vec<ConnId>,
    pub(crate) proposed_us: u64,
}

/// What is in flight.
#[derive(Debug, Default)]
pub(crate) struct Proposals {
    in_flight: VecDeque<Proposal>,
}

impl Proposals {
    pub(crate) fn push(&mut self, proposal: Proposal) {
        self.in_flight.push_back(proposal);
    }

    /// The oldest, if it is covered by a flush up to here.
    pub(crate) fn pop_upto(&mut self, upto: Zxid) -> Option<Proposal> {
        if self.in_flight.front()?.record.header.zxid <= upto {
            self.in_flight.pop_front()
        } else {
            None
        }
    }

    /// The oldest, if it is this one.
    pub(crate) fn pop(&mut self, zxid: Zxid) -> Option<Proposal> {
        if self.in_flight.front()?.record.header.zxid == zxid {
            self.in_flight.pop_front()
        } else {
            None
        }
    }

    /// The newest: whoever must see everything proposed so far waits for it.
    pub(crate) fn last_mut(&mut self) -> Option<&mut Proposal> {
        self.in_flight.back_mut()
    }

    /// The newest one's zxid.
    pub(crate) fn last_zxid(&self) -> Option<Zxid> {
        Some(self.in_flight.back()?.record.header.zxid)
    }

    /// The newest of one session.
    pub(crate) fn last_of_mut(&mut self, session: SessionId) -> Option<&mut Proposal> {
        self.in_flight
            .iter_mut()
            .rev()
            .find(|proposal| proposal.record.header.session == session)
    }

    pub(crate) fn clear(&mut self) {
        self.in_flight.clear();
    }
}
