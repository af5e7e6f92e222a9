//! No acknowledged write is lost, no write happens twice, and what a client was told of its
//! write is what the log says.

use std::collections::BTreeMap;

use zoowarden_shared::{
    ErrorCode, SessionId, Zxid,
    proto::{OpCode, Request},
    txn::Txn,
};

use super::oracle::{Oracle, error_of};
use crate::history::{History, Op, Reply};

pub(super) fn check(oracle: &Oracle, history: &History) -> Result<(), String> {
    let logged = once_each(oracle, history)?;
    for op in &history.ops {
        let Some(reply) = &op.reply else {
            continue;
        };
        if op.is_write() && !op.is_read_only {
            check_one(oracle, op, reply, &logged).map_err(|what| {
                format!(
                    "acknowledged: session {} cxid {} {:?}, answered {} at {}: {what}",
                    op.session, op.cxid, op.request, reply.err, reply.zxid
                )
            })?;
        }
    }
    Ok(())
}

/// Where in the log each request is: at most once.
fn once_each(
    oracle: &Oracle,
    history: &History,
) -> Result<BTreeMap<(SessionId, i32), Zxid>, String> {
    let mut logged = BTreeMap::new();
    let asked: BTreeMap<(SessionId, i32), &Op> = history
        .ops
        .iter()
        .map(|op| ((op.session, op.cxid), op))
        .collect();
    for (zxid, record) in &oracle.txns {
        let request = (record.header.session, record.header.cxid);
        // The ends of sessions that expire have no request; a session's start is cxid 0.
        let is_request = asked.get(&request).is_some_and(|op| {
            op.request.opcode() == record.txn.opcode()
                || matches!(record.txn, Txn::Error(_) | Txn::Multi(_))
        });
        if is_request && let Some(first) = logged.insert(request, *zxid) {
            return Err(format!(
                "acknowledged: session {} cxid {} happened twice, at {first} and {zxid}",
                request.0, request.1
            ));
        }
    }
    Ok(logged)
}

fn check_one(
    oracle: &Oracle,
    op: &Op,
    reply: &Reply,
    logged: &BTreeMap<(SessionId, i32), Zxid>,
) -> Result<(), String> {
    if reply.err == ErrorCode::SessionMoved || reply.err == ErrorCode::SessionExpired {
        return Ok(());
    }
    if op.request.opcode() == OpCode::CloseSession {
        let Some(lifetime) = oracle.sessions.get(&op.session) else {
            // Of a session that one member alone knew, no transaction tells.
            return Ok(());
        };
        return match lifetime.closed {
            Some(zxid) if zxid <= reply.zxid => Ok(()),
            _ => Err("the session is not closed in the log".into()),
        };
    }
    let Some(record) = oracle.txns.get(&reply.zxid) else {
        return Err(format!(
            "lost: the log has no such transaction; it ends with {}",
            oracle.last()
        ));
    };
    if (record.header.session, record.header.cxid) != (op.session, op.cxid) {
        return Err(format!(
            "lost: at its place the log has cxid {} of session {}, the request is at {:?}",
            record.header.cxid,
            record.header.session,
            logged.get(&(op.session, op.cxid))
        ));
    }
    let err = error_of(&record.txn);
    // A failed multi tells of its errors in its body.
    let told = match (err, reply.err) {
        // The leader does not know the session; its member does, and says what is the matter.
        (ErrorCode::SessionExpired, ErrorCode::EphemeralOnLocalSession) => err,
        (_, told) => told,
    };
    if !matches!(op.request, Request::Multi(_)) && told != err {
        return Err(format!("the log has it with {err}"));
    }
    Ok(())
}
