//! Whether what clients saw can have happened as the log has it: the linear-time witness check.
//!
//! The log orders all writes. The history is linearizable with that order where
//! - each change of a key is the doing of one request, and does what that request asked for;
//! - each acknowledged write is in the log at the zxid of its reply, and no refused one is;
//! - a write comes behind all that anyone had been told before it was asked, and a read after
//!   a sync shows all of it;
//! - the zxids that one client is told never fall, on whatever member it is;
//! - a read shows exactly the state after the zxid of its reply.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    time::Duration,
};

use zoowarden_shared::{ErrorCode, Zxid};

use super::{
    history::{Op, Outcome, Request, Seen},
    logs::Log,
    states::{Change, Kind, States},
};

/// What a history that stands the test consists of.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    reads: usize,
    done: usize,
    refused: usize,
    /// Without an answer, and in the log.
    happened: usize,
    /// Without an answer, and not in the log.
    vanished: usize,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} reads, {} writes done, {} refused, {} unanswered of which {} happened",
            self.reads,
            self.done,
            self.refused,
            self.happened + self.vanished,
            self.happened
        )
    }
}

/// Checks a history, each client's requests in their order, against the final log.
pub(crate) fn check(history: &[Op], log: &Log) -> Result<Summary, String> {
    let states = States::replay(log)?;
    let mut summary = Summary::default();
    let resolved = resolve(history, &states)?;
    for (index, op) in history.iter().enumerate() {
        let is_in_log = resolved.contains_key(&index);
        match &op.outcome {
            Outcome::Done { zxid } => {
                summary.done += 1;
                if resolved.get(&index) != Some(zxid) {
                    let around = states.around(&op.key, *zxid);
                    return Err(format!(
                        "an acknowledged write is lost:\n  {op}\n  {around}"
                    ));
                }
            }
            Outcome::Saw { zxid, seen } => {
                summary.reads += 1;
                read_is_state(op, *zxid, seen, &states)?;
            }
            Outcome::Refused { zxid, code } => {
                summary.refused += 1;
                refusal_is_right(op, *zxid, *code, is_in_log, &states)?;
            }
            Outcome::Unknown if is_in_log => summary.happened += 1,
            Outcome::Unknown => summary.vanished += 1,
        }
    }
    real_time(history, &resolved)?;
    sessions_in_order(history)?;
    Ok(summary)
}

/// Finds the request behind each change of the log: the zxid of each write that happened.
fn resolve(history: &[Op], states: &States) -> Result<BTreeMap<usize, Zxid>, String> {
    let mut by_data: HashMap<&str, usize> = HashMap::new();
    let mut by_zxid: HashMap<Zxid, usize> = HashMap::new();
    for (index, op) in history.iter().enumerate() {
        match &op.request {
            Request::Set { data, .. } | Request::Create { data } => {
                by_data.insert(data, index);
            }
            Request::Delete { .. } => {
                if let Outcome::Done { zxid } = op.outcome {
                    by_zxid.insert(zxid, index);
                }
            }
            Request::Read | Request::SyncedRead => {}
        }
    }
    let mut resolved = BTreeMap::new();
    for change in states.changes.values() {
        let data = change.after.as_ref().map(|value| value.data.as_str());
        let found = match data {
            Some(data) => by_data.get(data).copied(),
            None => by_zxid.get(&change.zxid).copied().or_else(|| {
                // The earliest unanswered one that could have done it leaves the most room.
                (0..history.len()).find(|index| {
                    let op = &history[*index];
                    op.outcome == Outcome::Unknown
                        && !resolved.contains_key(index)
                        && asked_for(op, change)
                })
            }),
        };
        let Some(index) = found else {
            return Err(format!("nobody asked for this change: {change:?}"));
        };
        let op = &history[index];
        if !asked_for(op, change) {
            return Err(format!("not what was asked for:\n  {op}\n  {change:?}"));
        }
        if let Some(first) = resolved.insert(index, change.zxid) {
            return Err(format!(
                "done at {first} and again at {}:\n  {op}",
                change.zxid
            ));
        }
    }
    Ok(resolved)
}

fn asked_for(op: &Op, change: &Change) -> bool {
    let fits = |expected: Option<i32>| {
        let version = change.before.as_ref().map(|value| value.version);
        expected.is_none() || expected == version
    };
    let is_kind = match &op.request {
        Request::Set { expected, .. } => change.kind == Kind::Set && fits(*expected),
        Request::Create { .. } => change.kind == Kind::Create,
        Request::Delete { expected } => change.kind == Kind::Delete && fits(*expected),
        Request::Read | Request::SyncedRead => false,
    };
    is_kind && op.key == change.key && op.session == change.session
}

fn refusal_is_right(
    op: &Op,
    zxid: Zxid,
    code: ErrorCode,
    is_in_log: bool,
    states: &States,
) -> Result<(), String> {
    let value = states.at(&op.key, zxid);
    let is_right = match (&op.request, code) {
        (Request::Create { .. }, ErrorCode::NodeExists) => value.is_some(),
        (Request::Set { .. } | Request::Delete { .. }, ErrorCode::NoNode) => value.is_none(),
        (Request::Set { expected, .. } | Request::Delete { expected }, ErrorCode::BadVersion) => {
            value.is_some_and(|value| expected.is_some_and(|version| version != value.version))
        }
        _ => false,
    };
    if is_right && !is_in_log {
        return Ok(());
    }
    let what = if is_in_log {
        "happened"
    } else {
        "had no reason"
    };
    let around = states.around(&op.key, zxid);
    Err(format!(
        "a write that was refused {what}:\n  {op}\n  {around}"
    ))
}

fn read_is_state(op: &Op, zxid: Zxid, seen: &Seen, states: &States) -> Result<(), String> {
    let value = states.at(&op.key, zxid);
    let is_state = match (seen, value) {
        (None, None) => true,
        (Some((data, stat)), Some(value)) => {
            (data, stat.version, stat.czxid, stat.mzxid)
                == (&value.data, value.version, value.created, value.modified)
        }
        _ => false,
    };
    if is_state && zxid <= states.last {
        return Ok(());
    }
    let around = states.around(&op.key, zxid);
    Err(format!(
        "a read shows what was not the state at its zxid (the log ends with {}):\n  {op}\n  {around}",
        states.last
    ))
}

/// What is asked after an answer comes behind what the answer told of.
fn real_time(history: &[Op], resolved: &BTreeMap<usize, Zxid>) -> Result<(), String> {
    let mut answers: Vec<(Duration, Zxid, usize)> = history
        .iter()
        .enumerate()
        .filter_map(|(index, op)| Some((op.answered, op.outcome.zxid()?, index)))
        .collect();
    answers.sort_unstable();
    // The highest so far, and whose it was.
    let mut highest = (Zxid::ZERO, None);
    for (_, zxid, index) in &mut answers {
        if *zxid > highest.0 {
            highest = (*zxid, Some(*index));
        }
        (*zxid, *index) = (highest.0, highest.1.unwrap_or(*index));
    }
    for (index, op) in history.iter().enumerate() {
        let zxid = match (&op.outcome, &op.request) {
            (Outcome::Saw { zxid, .. }, Request::SyncedRead) => *zxid,
            (Outcome::Saw { .. }, _) => continue,
            (Outcome::Refused { zxid, .. }, _) => *zxid,
            _ => match resolved.get(&index) {
                Some(zxid) => *zxid,
                None => continue,
            },
        };
        let count = answers.partition_point(|(at, ..)| *at < op.invoked);
        let Some((_, before, whose)) = count.checked_sub(1).map(|last| answers[last]) else {
            continue;
        };
        let is_behind = if op.request.is_write() {
            zxid > before
        } else {
            zxid >= before
        };
        if !is_behind {
            let kind = if op.request.is_write() {
                "write"
            } else {
                "read after a sync"
            };
            return Err(format!(
                "a {kind} at {zxid} was asked after an answer at {before}:\n  {}\n  {op}",
                history[whose]
            ));
        }
    }
    Ok(())
}

fn sessions_in_order(history: &[Op]) -> Result<(), String> {
    let mut last: HashMap<usize, (Zxid, &Op)> = HashMap::new();
    for op in history {
        let Some(zxid) = op.outcome.zxid() else {
            continue;
        };
        if let Some((_, earlier)) = last.get(&op.client).filter(|(before, _)| zxid < *before) {
            return Err(format!("a client went back in time:\n  {earlier}\n  {op}"));
        }
        last.insert(op.client, (zxid, op));
    }
    Ok(())
}
