//! What operators order through the AdminServer, with real processes: the whole state out and
//! in, a member that takes all it has anew, and the audit log of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by them"
)]

mod audit;
mod restore;
mod resync;
mod snapshot;

use std::{path::PathBuf, time::Duration};

use serde_json::Value;
use zoowarden_client::http;
use zoowarden_shared::audit::{Entry, Outcome};
use zoowarden_testkit::{Ensemble, Kind, Options, words::srvr};

const PATIENCE: Duration = Duration::from_secs(20);
const OPERATOR: &str = "digest operator:secret";

/// Three members of ours with an AdminServer each.
fn three() -> Ensemble {
    three_with("")
}

fn three_with(settings: &'static str) -> Ensemble {
    let options = Options {
        admin: true,
        settings,
        ..Options::default()
    };
    Ensemble::started(&[Kind::Ours; 3], &options)
}

/// What the AdminServer of a member answers to a POST.
fn order(ensemble: &Ensemble, sid: usize, who: &str, command: &str) -> (u16, Value) {
    order_with(ensemble, sid, who, command, Vec::new())
}

fn order_with(
    ensemble: &Ensemble,
    sid: usize,
    who: &str,
    command: &str,
    body: Vec<u8>,
) -> (u16, Value) {
    let admin = ensemble.member(sid).admin_address().to_string();
    let path = format!("/commands/{command}");
    let posting = http::post(&admin, &path, who, body.into(), PATIENCE);
    let answer = ensemble.handle().block_on(posting).unwrap();
    (answer.status, serde_json::from_str(&answer.body).unwrap())
}

/// What it answers to a GET without credentials; nothing while it is not there.
fn look(ensemble: &Ensemble, sid: usize, command: &str) -> Option<Value> {
    let admin = ensemble.member(sid).admin_address().to_string();
    let path = format!("/commands/{command}");
    let getting = http::get(&admin, &path, PATIENCE);
    let answer = ensemble.handle().block_on(getting).ok()?;
    serde_json::from_str(&answer.body).ok()
}

fn epoch(ensemble: &Ensemble, leader: usize) -> i64 {
    srvr(ensemble.address(leader)).unwrap().zxid as i64 >> 32
}

fn refused(ensemble: &Ensemble, sid: usize, who: &str, command: &str, status: u16, because: &str) {
    let (found, answer) = order(ensemble, sid, who, command);
    let error = answer["error"].as_str().unwrap_or_default();
    assert_eq!(found, status, "{command}: {answer}");
    assert!(error.contains(because), "{command}: {error}");
}

/// Waits until all members show the same digest at the same zxid.
fn wait_equal(ensemble: &mut Ensemble) -> Value {
    ensemble.wait("all show one digest at one zxid", |ensemble| {
        let seen: Vec<_> = ensemble
            .sids()
            .map(|sid| {
                let status = look(ensemble, sid, "resync_status")?;
                Some((status["zxid"].clone(), status["digest"].clone()))
            })
            .collect::<Option<_>>()?;
        let (zxid, digest) = seen.first()?;
        let is_equal = !digest.is_null() && seen.iter().all(|other| other == &seen[0]);
        is_equal.then(|| serde_json::json!({ "zxid": zxid, "digest": digest }))
    })
}

fn audit_log(ensemble: &Ensemble, sid: usize) -> PathBuf {
    ensemble.member(sid).data().join("zoowarden-audit.jsonl")
}

/// What the audit log of a member says was done, and with what end.
fn audited(ensemble: &Ensemble, sid: usize) -> Vec<(String, Outcome)> {
    let mut lines = Vec::new();
    zoowarden_audit::entries(&audit_log(ensemble, sid), |entry| {
        let Entry { record, .. } = entry.unwrap();
        lines.push((record.what, record.outcome));
    })
    .unwrap();
    lines
}

/// Of the process's own log: a server inside a test's process has none.
#[test]
fn the_last_log_lines_are_told() {
    let ensemble = three();
    let answer = look(&ensemble, 1, "log_tail").unwrap();
    let lines = answer["lines"].as_array().unwrap();
    let told = |line: &Value| line.as_str().is_some_and(|line| line.contains("INFO"));
    assert!(lines.len() <= 200, "{}", lines.len());
    assert!(lines.iter().any(told), "{lines:?}");
}
