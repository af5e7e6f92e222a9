//! Requests that wait for their replies.
//!
//! A server answers the requests of one connection in their order; auth, setWatches and ping
//! have fixed xids and, on Apache, ways of their own past the others, so each is a queue.

use std::collections::VecDeque;

use bytes::Bytes;
use tokio::{sync::oneshot, time::Instant};
use zoowarden_shared::proto::{OpCode, ReplyHeader, xid};

use crate::error::EndReason;

/// A reply's header and, where it is no error, its body.
pub(crate) type Answer = (ReplyHeader, Bytes);

/// One request that was sent.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) op: OpCode,
    pub(crate) xid: i32,
    pub(crate) sent: Instant,
    /// `None` for the connection's own pings. A caller that gave up has closed its end; the
    /// place in the queue remains, since the reply will come.
    pub(crate) reply: Option<oneshot::Sender<Answer>>,
}

/// All that were sent and not answered, at most `max_outstanding` and the few pings of the
/// connection itself.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    in_order: VecDeque<Waiting>,
    pings: VecDeque<Waiting>,
    auths: VecDeque<Waiting>,
    set_watches: VecDeque<Waiting>,
    last_xid: i32,
}

impl Pending {
    pub(crate) fn len(&self) -> usize {
        self.in_order.len() + self.pings.len() + self.auths.len() + self.set_watches.len()
    }

    /// Files a request and returns the xid to send it with.
    pub(crate) fn push(
        &mut self,
        op: OpCode,
        sent: Instant,
        reply: Option<oneshot::Sender<Answer>>,
    ) -> i32 {
        let xid = match op {
            OpCode::Ping => xid::PING,
            OpCode::Auth => xid::AUTH,
            OpCode::SetWatches | OpCode::SetWatches2 => xid::SET_WATCHES,
            _ => {
                self.last_xid = self.last_xid.checked_add(1).unwrap_or(1);
                self.last_xid
            }
        };
        self.queue(xid).push_back(Waiting {
            op,
            xid,
            sent,
            reply,
        });
        xid
    }

    /// The request that a reply with this xid answers.
    pub(crate) fn pop(&mut self, xid: i32) -> Result<Waiting, EndReason> {
        let queue = self.queue(xid);
        match queue.pop_front() {
            Some(waiting) if waiting.xid == xid => Ok(waiting),
            other => Err(EndReason::OutOfOrder {
                got: xid,
                expected: other.map(|waiting| waiting.xid),
            }),
        }
    }

    fn queue(&mut self, xid: i32) -> &mut VecDeque<Waiting> {
        match xid {
            xid::PING => &mut self.pings,
            xid::AUTH => &mut self.auths,
            xid::SET_WATCHES => &mut self.set_watches,
            _ => &mut self.in_order,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_come_in_order_but_fixed_xids_pass_them() {
        let mut pending = Pending::default();
        let now = Instant::now();
        let first = pending.push(OpCode::GetData, now, None);
        let second = pending.push(OpCode::SetData, now, None);
        pending.push(OpCode::Ping, now, None);
        assert_eq!(pending.pop(xid::PING).unwrap().op, OpCode::Ping);
        assert_eq!(pending.pop(first).unwrap().op, OpCode::GetData);
        assert_eq!(pending.pop(second).unwrap().op, OpCode::SetData);
        assert_eq!(pending.len(), 0);
    }

    #[test]
    fn a_reply_that_nobody_waits_for_is_a_fault() {
        let mut pending = Pending::default();
        assert!(pending.pop(7).is_err());
        pending.push(OpCode::GetData, Instant::now(), None);
        let fault = pending.pop(2).unwrap_err();
        assert!(matches!(
            fault,
            EndReason::OutOfOrder {
                got: 2,
                expected: Some(1)
            }
        ));
    }

    #[test]
    fn xids_start_again_at_one() {
        let mut pending = Pending {
            last_xid: i32::MAX,
            ..Pending::default()
        };
        assert_eq!(pending.push(OpCode::GetData, Instant::now(), None), 1);
    }
}
