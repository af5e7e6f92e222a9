//! Requests without a transaction are answered, and every answer is counted.

use bytes::{BufMut, Bytes};
use zoowarden_shared::{Zxid, proto::OpCode};

use crate::{
    connection::{PendingRequest, ReadyReply, last_op_name},
    effect::Effects,
    final_request::{self, Asker, Written},
    input::{ConnId, Now},
    peer::Peer,
    reply::put_reply,
    request_kind::is_write,
};

impl Peer {
    /// Answers a read as soon as it is received.
    pub(crate) fn answer_read(
        &mut self,
        now: Now,
        conn: ConnId,
        (op, xid, body): (OpCode, i32, &Bytes),
        received_us: u64,
        out: &mut Effects,
    ) {
        let Some(connection) = self.connections.get(conn) else {
            return;
        };
        let asker = Asker {
            conn,
            session: connection.session.unwrap_or_default(),
            auth: &connection.auth,
        };
        let written = final_request::answer(
            &mut self.db,
            &self.config,
            asker,
            (op, xid, body),
            out.to_client(conn),
        );
        self.read_answered(now, conn, (op, xid), received_us, written, out);
    }

    /// Answers a request that had to wait, with the identities of the time it was sent.
    pub(crate) fn answer_pending(
        &mut self,
        now: Now,
        conn: ConnId,
        request: &PendingRequest,
        out: &mut Effects,
    ) {
        let PendingRequest { xid, op, .. } = *request;
        let Some(connection) = self.connections.get(conn) else {
            return;
        };
        let asker = Asker {
            conn,
            session: connection.session.unwrap_or_default(),
            auth: &request.auth,
        };
        let written = final_request::answer(
            &mut self.db,
            &self.config,
            asker,
            (op, xid, &request.body),
            out.to_client(conn),
        );
        self.read_answered(now, conn, (op, xid), request.received_us, written, out);
    }

    fn read_answered(
        &mut self,
        now: Now,
        conn: ConnId,
        (op, xid): (OpCode, i32),
        received_us: u64,
        written: Written,
        out: &mut Effects,
    ) {
        self.metrics.packets_sent += written.events;
        self.metrics.watch_bytes += written.event_bytes;
        if let Some(connection) = self.connections.get_mut(conn) {
            connection.stats.sent += written.events;
        }
        self.count_reply(conn, written.reply_len);
        let zxid = self.db.zxid();
        self.count_answer(conn, (op, xid, zxid), received_us, now);
        self.request_answered(conn, xid, out);
        if op == OpCode::CloseSession {
            self.local_session_closed(conn, out);
        }
    }

    /// A reply that was decided when its request arrived. auth and the like are not counted
    /// as operations, as in Apache.
    pub(crate) fn answer_ready(&mut self, conn: ConnId, reply: ReadyReply, out: &mut Effects) {
        let ReadyReply {
            xid,
            zxid,
            err,
            null_token,
            close,
        } = reply;
        let len = put_reply(out.to_client(conn), xid, zxid, err, |out| {
            if null_token {
                out.put_i32(-1);
            }
        });
        self.count_reply(conn, len);
        self.request_answered(conn, xid, out);
        if let Some(reason) = close {
            self.close(conn, reason, out);
        }
    }

    /// A reply's frame.
    pub(crate) fn count_reply(&mut self, conn: ConnId, len: usize) {
        self.metrics.packets_sent += 1;
        self.metrics.response_bytes += len as u64;
        self.metrics.client_response_size.add(len);
        if let Some(connection) = self.connections.get_mut(conn) {
            connection.stats.sent += 1;
        }
    }

    /// A request's way through the pipeline is over (`FinalRequestProcessor.updateStats`).
    pub(crate) fn count_answer(
        &mut self,
        conn: ConnId,
        (op, xid, zxid): (OpCode, i32, Zxid),
        received_us: u64,
        now: Now,
    ) {
        let latency_ms = now.mono_us.saturating_sub(received_us) / 1000;
        self.metrics.request_latency.add(latency_ms);
        if is_update(op) {
            self.metrics.updatelatency.add(latency_ms);
        } else {
            self.metrics.readlatency.add(latency_ms);
        }
        if let Some(connection) = self.connections.get_mut(conn) {
            let name = last_op_name(op);
            connection
                .stats
                .answered(name, xid, zxid, received_us, now.mono_us);
        }
    }
}

/// Whether the request had a transaction.
fn is_update(op: OpCode) -> bool {
    op == OpCode::CreateSession || is_write(op)
}
