//! Makes a change of the tree: the one place where this console's session writes.
//!
//! Each transaction names the versions that were seen; the first that is refused ends the
//! change, and what was done before it can be taken back. Written down before and after.

use std::sync::Arc;

use zoowarden_client::{ClientError, Connection};
use zoowarden_shared::{
    ErrorCode,
    proto::{MultiOp, MultiResult},
    quota::StatsTrack,
};

use super::{Context, find::Connections, quota};
use crate::{
    action::recorder::{Operator, Recorder},
    event::Event,
    model::znode::{
        change::{Change, made},
        outcome::{End, Outcome, refused},
        record,
        transaction::{changed_quota, new_quota},
    },
    permit::Permit,
};

/// Who changes the tree of which cluster, and where that is written down.
#[derive(Clone, Debug)]
pub struct Writer {
    /// None in a read-only console.
    pub permit: Option<Permit>,
    pub cluster: String,
    pub operator: Operator,
    pub recorder: Arc<dyn Recorder>,
}

/// Makes the change and tells how it went.
pub(super) async fn run(
    context: Context,
    connections: Connections,
    change: Change,
    writer: Writer,
) {
    let begun_at = context.clock.now();
    let begun = record::begun(&change, &writer.operator, &writer.cluster, begun_at.wall_ms);
    let connection = connections.borrow().clone();
    let mut outcome = match (writer.permit, connection, writer.recorder.record(&begun)) {
        (None, ..) => {
            Outcome::not_sent("this console is read-only (--read-only): nothing was sent")
        }
        (_, None, _) => Outcome::not_sent("our session is gone: nothing was sent"),
        (_, _, Err(why)) => Outcome::not_sent(format!(
            "it cannot be written down ({why}): nothing was sent"
        )),
        (Some(permit), Some(connection), Ok(())) => {
            context.load.request();
            make(&connection, &change, permit).await
        }
    };
    let took_ms = context.clock.now().mono_ms.saturating_sub(begun_at.mono_ms);
    let ended = record::ended(begun, &outcome, took_ms);
    if let Err(why) = writer.recorder.record(&ended) {
        outcome
            .says
            .push_str(&format!(" (its end cannot be written down: {why})"));
    }
    let change = Box::new(change);
    context.tell(Event::Changed { change, outcome }).await;
}

async fn make(connection: &Connection, change: &Change, _permit: Permit) -> Outcome {
    match change {
        Change::SetAcl {
            path,
            acl,
            seen,
            version,
        } => match connection.set_acl(path, acl, Some(*version)).await {
            Ok(answer) => Outcome {
                says: change.says_done(1),
                end: End::Done,
                undo: Some(Change::SetAcl {
                    path: path.clone(),
                    acl: seen.clone(),
                    seen: acl.clone(),
                    version: answer.value.aversion,
                }),
                made: None,
            },
            Err(error) => failed(path, &error),
        },
        Change::SetQuota { path, limits, seen } => {
            set_quota(connection, change, path, limits.as_ref(), seen.as_ref()).await
        }
        _ => {
            let (results, fault) = transact(connection, change.transactions()).await;
            went(change, &results, fault)
        }
    }
}

/// How a change of several transactions went, as far as it went.
fn went(change: &Change, results: &[MultiResult], fault: Option<Outcome>) -> Outcome {
    let done = change.says_done(results.len());
    let undo = change.undo(results);
    let (says, end) = match fault {
        None => (done, End::Done),
        Some(fault) if results.is_empty() => return fault,
        Some(fault) => {
            let end = match fault.end {
                End::Unknown => End::Unknown,
                _ => End::Stopped,
            };
            let mut says = format!("stopped: {}. Before that: {done}", fault.says);
            if undo.is_some() {
                says.push_str(&format!("; {}", change.says_undo(results.len())));
            }
            (says, end)
        }
    };
    Outcome {
        says,
        end,
        undo,
        made: match change {
            Change::Create { .. } => results.first().and_then(made).map(str::to_owned),
            _ => None,
        },
    }
}

/// Transactions one after the other, up to the first that fails: the results of those that
/// were done, and why it ended.
async fn transact(
    connection: &Connection,
    transactions: Vec<Vec<MultiOp>>,
) -> (Vec<MultiResult>, Option<Outcome>) {
    let mut done = Vec::new();
    for ops in transactions {
        let paths: Vec<String> = ops.iter().map(path_of).collect();
        let first = paths.first().cloned().unwrap_or_default();
        match connection.multi(ops).await {
            Ok(answer) => {
                let culprit =
                    answer
                        .value
                        .iter()
                        .zip(&paths)
                        .find_map(|(result, path)| match result {
                            MultiResult::Error(ErrorCode::Ok) => None,
                            MultiResult::Error(code) => Some(refused(path, *code)),
                            _ => None,
                        });
                if let Some(why) = culprit {
                    return (done, Some(Outcome::without(End::Refused, why)));
                }
                done.extend(answer.value);
            }
            Err(error) => return (done, Some(failed(&first, &error))),
        }
    }
    (done, None)
}

async fn set_quota(
    connection: &Connection,
    change: &Change,
    path: &str,
    limits: Option<&StatsTrack>,
    seen: Option<&(StatsTrack, i32)>,
) -> Outcome {
    let ops = match (seen, limits) {
        (Some((_, version)), limits) => changed_quota(path, limits, *version),
        (None, Some(limits)) => match quota::missing(connection, path).await {
            Ok(missing) => new_quota(path, limits, &missing),
            Err(why) => return Outcome::not_sent(format!("{why}; nothing was changed")),
        },
        (None, None) => return Outcome::not_sent("it has no quota; nothing was changed"),
    };
    let (results, fault) = transact(connection, vec![ops]).await;
    if let Some(fault) = fault {
        return fault;
    }
    if limits.is_none() {
        quota::trim(connection, path).await;
    }
    let version = match results.first() {
        Some(MultiResult::SetData(answer)) => answer.stat.version,
        // Limits that were made begin at version 0.
        _ => 0,
    };
    Outcome {
        says: change.says_done(1),
        end: End::Done,
        undo: Some(Change::SetQuota {
            path: path.to_owned(),
            limits: seen.map(|(limits, _)| limits.clone()),
            seen: limits.map(|limits| (limits.clone(), version)),
        }),
        made: None,
    }
}

/// Why a request failed; where no answer came, that it may have been done all the same.
fn failed(path: &str, error: &ClientError) -> Outcome {
    match error {
        ClientError::Server { code, .. } => Outcome::without(End::Refused, refused(path, *code)),
        ClientError::RequestTooLarge { .. } => {
            Outcome::not_sent(format!("{error}; nothing was changed"))
        }
        other => Outcome::without(
            End::Unknown,
            format!(
                "{path}: {other}. It may have been done all the same: look before you do it again"
            ),
        ),
    }
}

fn path_of(op: &MultiOp) -> String {
    match op {
        MultiOp::Create(_, body) => body.path.clone(),
        MultiOp::CreateTtl(body) => body.path.clone(),
        MultiOp::SetData(body) => body.path.clone(),
        MultiOp::Delete(body) | MultiOp::Check(body) => body.path.clone(),
        MultiOp::GetData(body) | MultiOp::GetChildren(body) => body.path.clone(),
    }
}
