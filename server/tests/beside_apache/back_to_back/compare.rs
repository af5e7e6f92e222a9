//! Whether two servers answered alike, but for what may differ.

use std::collections::HashMap;

use bytes::Bytes;
use zoowarden_shared::{
    ErrorCode, SessionId,
    jute::Reader,
    proto::{EventType, MultiResult, OpCode, ReplyHeader, Response, WatcherEvent},
    stat::Stat,
};

use crate::session::Exchange;

/// What differs from server to server by its nature, on one of them.
#[derive(Default)]
pub(crate) struct Masks {
    /// Session ids, by the order of their creation.
    sessions: HashMap<i64, i64>,
}

impl Masks {
    pub(crate) fn learn_session(&mut self, id: SessionId) {
        let next = self.sessions.len() as i64 + 1;
        self.sessions.entry(id.0).or_insert(next);
    }

    fn stat(&self, stat: &mut Stat) {
        stat.ctime = 0;
        stat.mtime = 0;
        if let Some(number) = self.sessions.get(&stat.ephemeral_owner) {
            stat.ephemeral_owner = *number;
        }
    }

    fn response(&self, response: &mut Response) {
        match response {
            Response::Create2(body) => self.stat(&mut body.stat),
            Response::Stat(body) => self.stat(&mut body.stat),
            Response::Data(body) => self.stat(&mut body.stat),
            Response::Acl(body) => {
                // `auth` expands to a Java hash set of identities.
                body.acl.sort();
                self.stat(&mut body.stat);
            }
            Response::Children(body) => body.children.sort(),
            Response::Children2(body) => {
                body.children.sort();
                self.stat(&mut body.stat);
            }
            Response::WhoAmI(body) => body
                .client_info
                .sort_by(|a, b| (&a.auth_scheme, &a.user).cmp(&(&b.auth_scheme, &b.user))),
            Response::Multi(results) => {
                for result in results {
                    match result {
                        MultiResult::Create2(_, body) => self.stat(&mut body.stat),
                        MultiResult::SetData(body) => self.stat(&mut body.stat),
                        MultiResult::GetData(body) => self.stat(&mut body.stat),
                        MultiResult::GetChildren(body) => body.children.sort(),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

/// Compares two exchanges of the same request.
pub(crate) fn exchanges(
    op: i32,
    theirs: &Exchange,
    ours: &Exchange,
    masks: &[Masks; 2],
) -> Result<(), String> {
    let theirs = Plain::of(op, theirs, &masks[0])?;
    let ours = Plain::of(op, ours, &masks[1])?;
    if theirs == ours || is_deviation(op, &theirs, &ours) {
        return Ok(());
    }
    Err(format!(
        "the servers differ\n Apache: {theirs:?}\n ours:   {ours:?}"
    ))
}

/// The errors that `DEVIATIONS.md` allows: 3.8.0 answers exists of a znode that the client may
/// not read, and finds other clients' watches when it checks one's own.
fn is_deviation(op: i32, theirs: &Plain, ours: &Plain) -> bool {
    let allowed = match OpCode::from_code(op) {
        Some(OpCode::Exists) => ErrorCode::NoAuth,
        Some(OpCode::CheckWatches) => ErrorCode::NoWatcher,
        _ => return false,
    };
    let error = |plain: &Plain| plain.reply.as_ref().map(|(header, _)| header.err);
    error(theirs) == Some(ErrorCode::Ok)
        && error(ours) == Some(allowed)
        && theirs.events == ours.events
}

/// An exchange with its masks on.
#[derive(Debug, PartialEq)]
struct Plain {
    reply: Option<(ReplyHeader, Body)>,
    events: Vec<(Option<EventType>, String)>,
    closed: bool,
}

#[derive(Debug, PartialEq)]
enum Body {
    Decoded(Response),
    /// Of a reply with an error, or to an opcode that nobody knows.
    Raw(Bytes),
}

impl Plain {
    fn of(op: i32, exchange: &Exchange, masks: &Masks) -> Result<Self, String> {
        let reply = match &exchange.reply {
            None => None,
            Some((header, body)) => {
                let decoded = match OpCode::from_code(op) {
                    Some(op) if !body.is_empty() => {
                        let mut reader = Reader::new(body.clone());
                        let mut response = Response::decode(op, &mut reader)
                            .and_then(|response| reader.finish().map(|()| response))
                            .map_err(|error| format!("{op:?}: {error}: {body:02x?}"))?;
                        masks.response(&mut response);
                        Body::Decoded(response)
                    }
                    _ => Body::Raw(body.clone()),
                };
                Some((*header, decoded))
            }
        };
        let mut events: Vec<_> = exchange
            .events
            .iter()
            .map(|(_, event): &(ReplyHeader, WatcherEvent)| {
                (EventType::from_code(event.kind), event.path.clone())
            })
            .collect();
        // What one transaction does to several znodes (a multi, the ephemerals of a closed
        // session) and what setWatches finds are told in the order of a Java hash set. Within
        // one path the order stands.
        events.sort_by(|a, b| a.1.cmp(&b.1));
        Ok(Self {
            reply,
            events,
            closed: exchange.closed,
        })
    }
}
