//! `FinalRequestProcessor`: answers requests from the applied state.
//!
//! ```text
//!   reads     getData, exists, getChildren, getACL and their kin, from the request's bytes
//!   watching  addWatch, setWatches, checkWatches, removeWatches
//!   written   the reply to a write whose transaction is applied
//!   body      request bodies read without copying
//! ```
//!
//! A read's reply goes from the tree into the connection's buffer: nothing is built between.

mod body;
mod reads;
mod watching;
mod written;

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use zoowarden_shared::{ErrorCode, SessionId, Zxid, acl::Id, proto::OpCode};

use crate::{config::PeerConfig, database::Database, input::ConnId, reply::put_reply};
pub(crate) use written::put_write_reply;

/// Who reads.
#[derive(Debug)]
pub(crate) struct Asker<'a> {
    pub(crate) conn: ConnId,
    pub(crate) session: SessionId,
    pub(crate) auth: &'a Arc<[Id]>,
}

/// One request without a transaction, about to be answered.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    db: &'a mut Database,
    config: &'a PeerConfig,
    asker: Asker<'a>,
    xid: i32,
    zxid: Zxid,
    out: &'a mut BytesMut,
}

/// What an answer put into the buffer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Written {
    /// Bytes of the reply, without its length prefix.
    pub(crate) reply_len: usize,
    /// Watch events before it.
    pub(crate) events: u64,
    /// Their bytes, without length prefixes.
    pub(crate) event_bytes: u64,
}

impl From<usize> for Written {
    fn from(reply_len: usize) -> Self {
        Self {
            reply_len,
            ..Self::default()
        }
    }
}

/// Answers a request that needs no transaction. Its zxid is that of the last transaction
/// applied.
pub(crate) fn answer(
    db: &mut Database,
    config: &PeerConfig,
    asker: Asker<'_>,
    (op, xid, body): (OpCode, i32, &Bytes),
    out: &mut BytesMut,
) -> Written {
    let zxid = db.zxid();
    let mut answer = Answer {
        db,
        config,
        asker,
        xid,
        zxid,
        out,
    };
    answer
        .dispatch(op, body)
        .unwrap_or_else(|err| put_reply(answer.out, xid, zxid, err, |_| {}).into())
}

impl Answer<'_> {
    fn dispatch(&mut self, op: OpCode, body: &Bytes) -> Result<Written, ErrorCode> {
        match op {
            OpCode::GetData => self.get_data(body).map(Written::from),
            OpCode::Exists => self.exists(body).map(Written::from),
            // A local session's end is no transaction.
            OpCode::Ping | OpCode::CloseSession => Ok(self.empty().into()),
            OpCode::GetChildren => self.get_children(body).map(Written::from),
            OpCode::GetChildren2 => self.get_children2(body).map(Written::from),
            OpCode::GetAcl => self.get_acl(body).map(Written::from),
            OpCode::GetAllChildrenNumber => self.get_all_children_number(body).map(Written::from),
            OpCode::GetEphemerals => self.get_ephemerals(body).map(Written::from),
            OpCode::MultiRead => self.multi_read(body).map(Written::from),
            OpCode::WhoAmI => Ok(self.who_am_i().into()),
            OpCode::Sync => self.sync(body).map(Written::from),
            OpCode::AddWatch => self.add_watch(body).map(Written::from),
            OpCode::CheckWatches => self.check_watches(body).map(Written::from),
            OpCode::RemoveWatches => self.remove_watches(body).map(Written::from),
            OpCode::SetWatches => self.set_watches(body, false),
            OpCode::SetWatches2 => self.set_watches(body, true),
            // The receiving stage sends nothing else here.
            _ => Err(ErrorCode::Unimplemented),
        }
    }

    fn reply(&mut self, body: impl FnOnce(&mut BytesMut)) -> usize {
        put_reply(self.out, self.xid, self.zxid, ErrorCode::Ok, body)
    }

    fn empty(&mut self) -> usize {
        self.reply(|_| {})
    }
}
