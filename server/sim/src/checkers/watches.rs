//! A watch fires at most once for each time that it was set, with the change that it tells
//! of, and before the client is shown anything of that change or of what came after it.

use std::collections::BTreeMap;

use zoowarden_shared::{
    ErrorCode, Zxid,
    proto::{EventType, Request},
};

use super::{
    linear::is_undecided,
    missed,
    oracle::{Oracle, Trigger},
};
use crate::history::{Connection, Heard, History, Op, Reply};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Set by `getData` and `exists`.
    Data,
    /// Set by `getChildren`.
    Child,
}

/// The zxid of an event that no transaction causes (`WatchedEvent.NO_ZXID`).
const NO_ZXID: Zxid = Zxid(-1);

/// The watches that a connection has set, and behind which transaction.
type Armed = BTreeMap<(String, Kind), Zxid>;

pub(super) fn check(oracle: &Oracle, history: &History) -> Result<(), String> {
    for connection in history.connections.values() {
        check_connection(oracle, history, connection).map_err(|what| {
            format!(
                "watches: client {} (session {}) on member {}: {what}",
                connection.client, connection.session, connection.member
            )
        })?;
    }
    Ok(())
}

fn check_connection(
    oracle: &Oracle,
    history: &History,
    connection: &Connection,
) -> Result<(), String> {
    let mut armed = Armed::new();
    let mut missed = Vec::new();
    for heard in &connection.heard {
        match heard {
            Heard::Event {
                kind,
                path,
                zxid: NO_ZXID,
            } => missed.push((*kind, path.clone())),
            Heard::Event { kind, path, zxid } => fire(oracle, &mut armed, *kind, path, *zxid)?,
            Heard::Ping(zxid) => nothing_overdue(oracle, &armed, *zxid)?,
            Heard::Reply(index) => {
                let op = &history.ops[*index];
                if let Some(reply) = &op.reply {
                    let told = std::mem::take(&mut missed);
                    if is_undecided(oracle, op, reply) {
                        // What is shown is not in the agreed log, and what was missed neither.
                        continue;
                    }
                    nothing_overdue(oracle, &armed, reply.zxid)?;
                    brought_along(oracle, &mut armed, &told, op, reply)?;
                    arm(&mut armed, op, reply);
                }
            }
        }
    }
    Ok(())
}

/// What was missed is told with the answer to whoever asks for it, and to nobody else.
fn brought_along(
    oracle: &Oracle,
    armed: &mut Armed,
    told: &[(EventType, String)],
    op: &Op,
    reply: &Reply,
) -> Result<(), String> {
    let due = match &op.request {
        Request::SetWatches2(request) => missed::due(oracle, request, reply.zxid),
        _ => missed::Due::default(),
    };
    if told != due.missed {
        return Err(format!(
            "{:?} answered at {} with {told:?}; due are {:?}",
            op.request, reply.zxid, due.missed
        ));
    }
    armed.extend(due.set.into_iter().map(|watch| (watch, reply.zxid)));
    Ok(())
}

fn arm(armed: &mut Armed, op: &Op, reply: &Reply) {
    let is_there = reply.err == ErrorCode::Ok;
    let (path, kind) = match &op.request {
        Request::GetData(body) if body.watch && is_there => (&body.path, Kind::Data),
        Request::Exists(body) if body.watch && (is_there || reply.err == ErrorCode::NoNode) => {
            (&body.path, Kind::Data)
        }
        Request::GetChildren2(body) if body.watch && is_there => (&body.path, Kind::Child),
        _ => return,
    };
    // Set again while it is set, it is still one watch, and what came between was told.
    armed.insert((path.clone(), kind), reply.zxid);
}

fn concerns(kind: Kind, event: EventType) -> bool {
    match event {
        EventType::NodeCreated | EventType::NodeDataChanged => kind == Kind::Data,
        EventType::NodeChildrenChanged => kind == Kind::Child,
        EventType::NodeDeleted => true,
        _ => false,
    }
}

fn first_trigger<'a>(
    oracle: &'a Oracle,
    path: &str,
    kind: Kind,
    after: Zxid,
    upto: Zxid,
) -> Option<&'a Trigger> {
    oracle
        .triggers(path, after, upto)
        .iter()
        .find(|trigger| concerns(kind, trigger.kind))
}

fn fire(
    oracle: &Oracle,
    armed: &mut Armed,
    event: EventType,
    path: &str,
    zxid: Zxid,
) -> Result<(), String> {
    let mut was_armed = false;
    for kind in [Kind::Data, Kind::Child] {
        if !concerns(kind, event) {
            continue;
        }
        let Some(after) = armed.remove(&(path.to_owned(), kind)) else {
            continue;
        };
        was_armed = true;
        let due = first_trigger(oracle, path, kind, after, zxid);
        if due.is_none_or(|due| due.zxid != zxid || due.kind != event) {
            return Err(format!(
                "{event:?} of {path} at {zxid} for a watch set at {after}; the first change \
                 since is {due:?}"
            ));
        }
    }
    if was_armed {
        Ok(())
    } else {
        Err(format!(
            "{event:?} of {path} at {zxid}, and no watch is set"
        ))
    }
}

/// A reply of this zxid shows the world after it: every event up to it must have come.
fn nothing_overdue(oracle: &Oracle, armed: &Armed, shown: Zxid) -> Result<(), String> {
    for ((path, kind), after) in armed {
        if let Some(due) = first_trigger(oracle, path, *kind, *after, shown) {
            return Err(format!(
                "a reply at {shown} came before {:?} of {path} at {}, for a watch set at {after}",
                due.kind, due.zxid
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use zoowarden_shared::{SessionId, proto::SetWatches2Request};

    use super::*;

    const UNDECIDED: Zxid = Zxid(0x2_0000_000c);

    /// A client brings a watch to a member without a leader, which shows the znode at a
    /// transaction that never was decided: nothing is missed there.
    fn answered_at_an_undecided_txn(may_be_undecided: bool) -> History {
        let mut history = History::new(false);
        let session = SessionId(7);
        let connection = Connection {
            client: 2,
            member: 1,
            session,
            heard: Vec::new(),
        };
        history.established(1, connection, true);
        let index = history.invoked(Op {
            session,
            cxid: -8,
            request: Request::SetWatches2(SetWatches2Request {
                relative_zxid: UNDECIDED,
                data: vec!["/a/n3".into()],
                ..SetWatches2Request::default()
            }),
            invoked_us: 0,
            is_read_only: true,
            may_be_undecided,
            reply: None,
        });
        let reply = Reply {
            at_us: 1,
            zxid: UNDECIDED,
            err: ErrorCode::Ok,
            body: Bytes::new(),
        };
        history.replied(1, index, reply);
        history
    }

    #[test]
    fn simulator_2055765_an_undecided_state_is_not_compared_with_the_agreed_log() {
        let oracle = Oracle::default();
        assert_eq!(check(&oracle, &answered_at_an_undecided_txn(true)), Ok(()));
        let served_before = answered_at_an_undecided_txn(false);
        assert!(check(&oracle, &served_before).is_err(), "it knew better");
    }
}
