//! Writes are linearizable, and each session's reads are in order, by the witness that every
//! reply carries: its zxid. In time linear in the history:
//!
//! - a write that was invoked after another was answered has the higher zxid; so has what a
//!   `sync` leads to;
//! - a read is exactly the state after its zxid;
//! - the zxids of a session's replies never fall, on whatever member it is.

use std::collections::BTreeMap;

use zoowarden_shared::{
    ErrorCode, SessionId, Zxid,
    jute::Reader,
    proto::{OpCode, Request, Response},
    stat::Stat,
};

use super::oracle::{Node, Oracle};
use crate::history::{Heard, History, Op, Reply};

pub(super) fn check(oracle: &Oracle, history: &History) -> Result<(), String> {
    real_time(oracle, history)?;
    sessions_in_order(history)?;
    for op in &history.ops {
        if let Some(reply) = &op.reply
            && !is_undecided(oracle, op, reply)
        {
            read_is_state(oracle, op, reply).map_err(|what| {
                format!(
                    "linear: {:?} of session {} answered at {}: {what}",
                    op.request, op.session, reply.zxid
                )
            })?;
        }
    }
    Ok(())
}

/// Whether what this request saw or did must be behind every write that was answered before.
fn is_fresh(oracle: &Oracle, op: &Op, reply: &Reply) -> bool {
    let is_ok = !matches!(
        reply.err,
        ErrorCode::SessionMoved | ErrorCode::SessionExpired
    );
    let is_sync = op.request.opcode() == OpCode::Sync && !op.is_read_only;
    is_ok && (is_in_log(oracle, op) || is_sync)
}

/// Whether a member without a leader shows a tail of its log of which nobody knows yet whether
/// it is decided: that much it may (`ReadOnlyZooKeeperServer`), where it has not served since
/// it was started. What it shows of the agreed log must be that.
pub(super) fn is_undecided(oracle: &Oracle, op: &Op, reply: &Reply) -> bool {
    op.is_read_only && op.may_be_undecided && !oracle.txns.contains_key(&reply.zxid)
}

/// Whether the request is a transaction: neither refused without a leader, nor the end of a
/// session that one member alone knew.
fn is_in_log(oracle: &Oracle, op: &Op) -> bool {
    let is_end = op.request.opcode() == OpCode::CloseSession;
    op.is_write() && !op.is_read_only && (!is_end || oracle.sessions.contains_key(&op.session))
}

fn real_time(oracle: &Oracle, history: &History) -> Result<(), String> {
    // The highest write answered before each moment at which a reply arrived.
    let mut answered: Vec<(u64, Zxid)> = vec![(0, Zxid::ZERO)];
    for index in &history.replied {
        let op = &history.ops[*index];
        let Some(reply) = op.reply.as_ref().filter(|_| is_in_log(oracle, op)) else {
            continue;
        };
        if let Some((_, highest)) = answered.last() {
            let highest = reply.zxid.max(*highest);
            answered.push((reply.at_us, highest));
        }
    }
    for op in &history.ops {
        let Some(reply) = op
            .reply
            .as_ref()
            .filter(|reply| is_fresh(oracle, op, reply))
        else {
            continue;
        };
        let before = answered.partition_point(|(at_us, _)| *at_us < op.invoked_us);
        let (_, highest) = answered[before.saturating_sub(1)];
        let is_behind = if op.is_write() {
            reply.zxid > highest
        } else {
            reply.zxid >= highest
        };
        if !is_behind {
            return Err(format!(
                "linear: {:?} of session {} was answered at {}, although {highest} was answered \
                 before it was asked",
                op.request.opcode(),
                op.session,
                reply.zxid
            ));
        }
    }
    Ok(())
}

fn sessions_in_order(history: &History) -> Result<(), String> {
    let mut last: BTreeMap<SessionId, Zxid> = BTreeMap::new();
    for connection in history.connections.values() {
        let last = last.entry(connection.session).or_default();
        for heard in &connection.heard {
            let zxid = match heard {
                Heard::Reply(index) => match &history.ops[*index].reply {
                    Some(reply) => reply.zxid,
                    None => continue,
                },
                Heard::Ping(zxid) => *zxid,
                Heard::Event { .. } => continue,
            };
            if zxid < *last {
                return Err(format!(
                    "linear: session {} of client {} was answered at {zxid} by member {} after \
                     {last}",
                    connection.session, connection.client, connection.member
                ));
            }
            *last = zxid;
        }
    }
    Ok(())
}

fn read_is_state(oracle: &Oracle, op: &Op, reply: &Reply) -> Result<(), String> {
    let path = match &op.request {
        Request::GetData(body) | Request::Exists(body) | Request::GetChildren2(body) => &body.path,
        _ => return Ok(()),
    };
    if reply.zxid > oracle.last() {
        return Err(format!("the log ends with {}", oracle.last()));
    }
    let node = oracle.node(path, reply.zxid);
    match (reply.err, node) {
        (ErrorCode::NoNode, None) => return Ok(()),
        (ErrorCode::NoNode, Some(_)) => return Err("the znode is there".into()),
        (ErrorCode::Ok, _) => {}
        (ErrorCode::SessionMoved | ErrorCode::SessionExpired, _) => return Ok(()),
        (err, _) => return Err(format!("answered {err}")),
    }
    let Some(node) = node else {
        return Err("the znode is not there".into());
    };
    let opcode = op.request.opcode();
    let response = Response::decode(opcode, &mut Reader::new(reply.body.clone()))
        .map_err(|error| error.to_string())?;
    match response {
        Response::Data(body) => {
            if body.data.unwrap_or_default() != node.data {
                return Err(format!("not the data of {}", node.modified));
            }
            stat_is(&body.stat, node)
        }
        Response::Stat(body) => stat_is(&body.stat, node),
        Response::Children2(body) => {
            let mut children = body.children;
            children.sort_unstable();
            if !children.iter().eq(node.children.iter()) {
                return Err(format!(
                    "the children are {:?}, answered {children:?}",
                    node.children
                ));
            }
            stat_is(&body.stat, node)
        }
        other => Err(format!("answered {other:?}")),
    }
}

fn stat_is(stat: &Stat, node: &Node) -> Result<(), String> {
    let told = (
        (stat.czxid, stat.mzxid, stat.pzxid),
        (stat.version, stat.ephemeral_owner),
        (stat.data_length, stat.num_children),
    );
    let is = (
        (node.created, node.modified, node.children_modified),
        (node.version, node.owner),
        (node.data.len() as i32, node.children.len() as i32),
    );
    if told != is {
        return Err(format!("the stat is {is:?}, answered {told:?}"));
    }
    Ok(())
}
