//! The check finds what it is there to find.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use zoowarden_shared::{
    ErrorCode, SessionId, Zxid,
    stat::Stat,
    txn::{CreateTxn, DeleteTxn, SetDataTxn, Txn, TxnHeader, TxnRecord},
};

use super::{
    check::check,
    history::{Op, Outcome, Request},
    logs::Log,
};

const KEY: &str = "/faults/k0";
const SESSION: SessionId = SessionId(7);

/// A log of these transactions, from zxid 1 on.
fn log(txns: Vec<Txn>) -> Log {
    let record = |(zxid, txn): (i64, Txn)| {
        let header = TxnHeader {
            session: SESSION,
            cxid: 0,
            zxid: Zxid(zxid),
            time_ms: 0,
            op: txn.opcode().code(),
        };
        let digest = None;
        (
            Zxid(zxid),
            TxnRecord {
                header,
                txn,
                digest,
            },
        )
    };
    (1..).zip(txns).map(record).collect::<BTreeMap<_, _>>()
}

fn created(data: &'static str) -> Txn {
    Txn::Create(CreateTxn {
        path: KEY.into(),
        data: Some(Bytes::from(data)),
        ..CreateTxn::default()
    })
}

fn was_set(data: &'static str, version: i32) -> Txn {
    Txn::SetData(SetDataTxn {
        path: KEY.into(),
        data: Some(Bytes::from(data)),
        version,
    })
}

fn deleted() -> Txn {
    Txn::Delete(DeleteTxn { path: KEY.into() })
}

/// A request of a client, within these seconds.
fn op(client: usize, time: (u64, u64), request: Request, outcome: Outcome) -> Op {
    Op {
        client,
        session: SESSION,
        member: 1,
        key: KEY.into(),
        request,
        invoked: Duration::from_secs(time.0),
        answered: Duration::from_secs(time.1),
        outcome,
    }
}

fn create(data: &str) -> Request {
    Request::Create { data: data.into() }
}

fn set(data: &str, expected: Option<i32>) -> Request {
    Request::Set {
        data: data.into(),
        expected,
    }
}

fn done(zxid: i64) -> Outcome {
    Outcome::Done { zxid: Zxid(zxid) }
}

fn saw(zxid: i64, data: &str, version: i32, modified: i64) -> Outcome {
    let stat = Stat {
        czxid: Zxid(1),
        mzxid: Zxid(modified),
        version,
        ..Stat::default()
    };
    Outcome::Saw {
        zxid: Zxid(zxid),
        seen: Some((data.into(), stat)),
    }
}

fn refused(zxid: i64, code: ErrorCode) -> Outcome {
    Outcome::Refused {
        zxid: Zxid(zxid),
        code,
    }
}

fn finding(history: &[Op], log: &Log) -> String {
    check(history, log).expect_err("it is wrong")
}

#[test]
fn a_right_history_passes() {
    let log = log(vec![created("a"), was_set("b", 1), deleted(), created("c")]);
    let history = [
        op(0, (0, 1), create("a"), done(1)),
        op(0, (2, 3), set("b", Some(0)), done(2)),
        // The set is not there yet where it is read, which only a sync would change.
        op(1, (4, 5), Request::Read, saw(1, "a", 0, 1)),
        op(1, (5, 6), Request::SyncedRead, saw(2, "b", 1, 2)),
        op(
            0,
            (7, 8),
            Request::Delete { expected: None },
            Outcome::Unknown,
        ),
        op(1, (9, 9), create("c"), Outcome::Unknown),
        op(2, (9, 9), set("z", None), Outcome::Unknown),
    ];
    let summary = check(&history, &log).expect("it is right");
    assert_eq!(
        summary.to_string(),
        "2 reads, 2 writes done, 0 refused, 3 unanswered of which 2 happened"
    );
}

#[test]
fn a_lost_write_is_found() {
    let history = [
        op(0, (0, 1), create("a"), done(1)),
        op(0, (2, 3), set("b", None), done(2)),
    ];
    let found = finding(&history, &log(vec![created("a")]));
    assert!(found.contains("acknowledged write is lost"), "{found}");
}

#[test]
fn a_write_done_twice_or_by_nobody_is_found() {
    let log = log(vec![created("a"), was_set("b", 1), was_set("b", 2)]);
    let first = op(0, (0, 1), create("a"), done(1));
    let found = finding(std::slice::from_ref(&first), &log);
    assert!(found.contains("nobody asked"), "{found}");
    let second = op(0, (2, 3), set("b", None), Outcome::Unknown);
    let found = finding(&[first, second], &log);
    assert!(found.contains("and again at"), "{found}");
}

#[test]
fn a_set_at_another_version_is_found() {
    let log = log(vec![created("a"), was_set("b", 1), was_set("c", 2)]);
    let history = [
        op(0, (0, 1), create("a"), done(1)),
        op(0, (2, 3), set("b", Some(0)), done(2)),
        op(1, (2, 3), set("c", Some(0)), done(3)),
    ];
    let found = finding(&history, &log);
    assert!(found.contains("not what was asked for"), "{found}");
}

#[test]
fn a_refused_write_that_happened_is_found() {
    let history = [op(
        0,
        (0, 1),
        create("a"),
        refused(1, ErrorCode::NodeExists),
    )];
    let found = finding(&history, &log(vec![created("a")]));
    assert!(found.contains("refused happened"), "{found}");
}

#[test]
fn a_write_before_its_time_is_found() {
    let log = log(vec![created("a"), was_set("b", 1), was_set("c", 2)]);
    let history = [
        op(0, (0, 1), create("a"), done(1)),
        op(0, (2, 3), set("c", None), done(3)),
        op(1, (4, 5), set("b", None), Outcome::Unknown),
    ];
    let found = finding(&history, &log);
    assert!(found.contains("a write at 0x2 was asked after"), "{found}");
}

#[test]
fn a_stale_read_after_a_sync_is_found() {
    let log = log(vec![created("a"), was_set("b", 1)]);
    let history = [
        op(0, (0, 1), create("a"), done(1)),
        op(0, (2, 3), set("b", None), done(2)),
        op(1, (4, 5), Request::SyncedRead, saw(1, "a", 0, 1)),
    ];
    let found = finding(&history, &log);
    assert!(found.contains("read after a sync at 0x1"), "{found}");
}

#[test]
fn a_client_that_goes_back_is_found() {
    let log = log(vec![created("a"), was_set("b", 1)]);
    let history = [
        op(0, (0, 1), create("a"), done(1)),
        op(0, (2, 3), set("b", None), done(2)),
        op(0, (4, 5), Request::Read, saw(1, "a", 0, 1)),
    ];
    let found = finding(&history, &log);
    assert!(found.contains("back in time"), "{found}");
}

#[test]
fn a_read_of_what_never_was_is_found() {
    let log = log(vec![created("a"), was_set("b", 1)]);
    let history = [
        op(0, (0, 1), create("a"), done(1)),
        op(0, (2, 3), set("b", None), done(2)),
        op(1, (4, 5), Request::Read, saw(2, "a", 0, 1)),
    ];
    let found = finding(&history, &log);
    assert!(found.contains("not the state"), "{found}");
}
