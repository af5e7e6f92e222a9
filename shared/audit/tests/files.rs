//! A log's files over restarts, crashes, tampering and rotation, on a real file system.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by them"
)]

use std::{fs, os::unix::fs::PermissionsExt, path::Path, thread};

use zoowarden_audit::{AuditFile, CheckError, DEFAULT_LIMIT_BYTES, check, entries};
use zoowarden_shared::audit::{Fault, Outcome, Record};

fn record(what: &str) -> Record {
    Record {
        unix_ms: 1_782_894_600_250,
        principal: "os:ops".into(),
        host: "desk".into(),
        reason: None,
        what: what.into(),
        arguments: [].into(),
        command: "zoowarden act".into(),
        gates: Vec::new(),
        before: None,
        after: None,
        outcome: Outcome::Begun,
        sentence: String::new(),
        duration_ms: None,
    }
}

fn open(path: &Path) -> AuditFile {
    AuditFile::open(path, DEFAULT_LIMIT_BYTES, 1_782_894_600_250).unwrap()
}

fn actions(path: &Path) -> Vec<String> {
    let mut found = Vec::new();
    entries(path, |entry| found.push(entry.unwrap().record.what)).unwrap();
    found
}

#[test]
fn a_restart_goes_on_with_the_chain_and_only_the_owner_reads_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("audit.jsonl");
    open(&path).append(&record("a")).unwrap();
    let mut log = open(&path);
    log.append(&record("b")).unwrap();
    let head = log.head();
    let whole = check(&path, Some(head.hash)).unwrap();
    assert_eq!((whole.lines, whole.head), (2, head));
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[test]
fn a_torn_line_is_cut_off_and_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("audit.jsonl");
    open(&path).append(&record("a")).unwrap();
    open(&path).append(&record("b")).unwrap();
    let text = fs::read(&path).unwrap();
    fs::write(&path, &text[..text.len() - 30]).unwrap();
    assert!(check(&path, None).unwrap().torn_bytes > 0);
    open(&path).append(&record("c")).unwrap();
    assert_eq!(actions(&path), ["a", "audit_torn_line", "c"]);
    assert_eq!(check(&path, None).unwrap().torn_bytes, 0);
    assert!(
        fs::read_to_string(&path)
            .unwrap()
            .contains(r#"\"what\":\"b\""#)
    );
}

#[test]
fn nothing_is_appended_to_a_broken_chain() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("audit.jsonl");
    let mut log = open(&path);
    log.append(&record("good")).unwrap();
    let good = log.head();
    log.append(&record("altered")).unwrap();
    log.append(&record("c")).unwrap();
    drop(log);
    let tampered = fs::read_to_string(&path)
        .unwrap()
        .replace("altered", "ALTERED");
    fs::write(&path, &tampered).unwrap();
    open(&path).append(&record("d")).unwrap();
    assert_eq!(actions(&path), ["audit_begun_anew", "d"]);
    assert_eq!(check(&path, None).unwrap().after, Some(good.hash));
    let broken = dir.path().join("audit.jsonl.broken-1782894600250");
    assert_eq!(fs::read_to_string(&broken).unwrap(), tampered);
    match check(&broken, None).unwrap_err() {
        CheckError::Broken { broken, .. } => {
            assert_eq!(broken.line, 2);
            assert!(matches!(broken.fault, Fault::Altered { .. }));
        }
        error @ CheckError::Io { .. } => panic!("{error}"),
    }
}

#[test]
fn a_full_file_is_gone_on_from_and_all_files_are_one_chain() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("audit.jsonl");
    let mut log = AuditFile::open(&path, 1000, 0).unwrap();
    log.append(&record("0")).unwrap();
    let first = log.head();
    for n in 1..12 {
        // The growing file may be missing between two of them, too.
        let mut log = AuditFile::open(&path, 1000, 0).unwrap();
        log.append(&record(&n.to_string())).unwrap();
    }
    assert!(dir.path().join("audit.jsonl.3").exists());
    let whole = check(&path, Some(first.hash)).unwrap();
    assert_eq!((whole.lines, whole.since_remembered), (12, Some(11)));
    fs::remove_file(&path).unwrap();
    open(&path).append(&record("on")).unwrap();
    assert!(check(&path, None).is_ok());
    fs::remove_file(dir.path().join("audit.jsonl.6")).unwrap();
    let error = check(&path, None).unwrap_err();
    assert!(
        error.to_string().contains("audit.jsonl.9: line 1"),
        "{error}"
    );
}

#[test]
fn processes_that_append_together_make_one_chain() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("audit.jsonl");
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let path = path.clone();
            thread::spawn(move || {
                let mut log = AuditFile::open(&path, 3000, 0).unwrap();
                for n in 0..10 {
                    log.append(&record(&format!("{writer}-{n}"))).unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.join().unwrap();
    }
    assert_eq!(check(&path, None).unwrap().lines, 40);
}

#[test]
fn a_line_without_an_end_is_no_memory_to_fill() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("audit.jsonl");
    fs::write(&path, "x".repeat(1 << 20)).unwrap();
    let error = check(&path, None).unwrap_err();
    assert!(
        error.to_string().contains("line 1: it is longer than"),
        "{error}"
    );
}
