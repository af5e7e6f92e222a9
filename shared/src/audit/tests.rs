//! What a chain tells of what was done to it.

use proptest::prelude::*;

use super::*;
use crate::Sid;

fn record(unix_ms: i64, what: &str) -> Record {
    Record {
        unix_ms,
        principal: "digest:ops".into(),
        host: "192.0.2.7:40112".into(),
        reason: Some("CHG-17".into()),
        what: what.into(),
        arguments: [("to".into(), "2".into())].into(),
        command: "POST /commands/transfer_leadership?to=2&epoch=5".into(),
        gates: vec![Gate {
            name: "epoch".into(),
            weight: Weight::Hard,
            passed: true,
            sentence: "epoch 5 is in force".into(),
        }],
        before: Some(Standing {
            leader: Some(Sid(1)),
            epoch: Some(5),
            config_version: Some(0),
        }),
        after: None,
        outcome: Outcome::Begun,
        sentence: "about to be done".into(),
        duration_ms: None,
    }
}

/// A log of four lines, and where it ends.
fn log() -> (Vec<String>, Head) {
    let mut head = Head::START;
    let mut lines = Vec::new();
    for (at, what) in ["transfer_leadership", "close_session", "resync", "restore"]
        .into_iter()
        .enumerate()
    {
        let (line, next) = head
            .line(&record(1_782_894_600_250 + at as i64, what))
            .unwrap();
        lines.push(line);
        head = next;
    }
    (lines, head)
}

fn verify_lines(lines: &[String]) -> Result<Whole, Broken> {
    verify(lines.concat().as_bytes(), None)
}

#[test]
fn a_line_says_all_and_reads_back() {
    let (lines, _) = log();
    assert!(
        lines[0].starts_with(
            r#"{"sequence":1,"time":"2026-07-01T08:30:00.250Z","principal":"digest:ops""#
        ),
        "{}",
        lines[0]
    );
    let entry = Entry::read(lines[1].trim_end().as_bytes()).unwrap();
    assert_eq!(entry.sequence, 2);
    assert_eq!(entry.record, record(1_782_894_600_251, "close_session"));
    let first = Entry::read(lines[0].trim_end().as_bytes()).unwrap();
    assert_eq!(entry.previous, first.hash);
    assert_eq!(first.previous, Hash::NONE);
}

#[test]
fn a_whole_log_says_where_it_ends() {
    let (lines, head) = log();
    let whole = verify_lines(&lines).unwrap();
    assert_eq!((whole.lines, whole.head, whole.after), (4, head, None));
    assert_eq!(verify(b"", None).unwrap().head, Head::START);
}

#[test]
fn any_altered_byte_is_found_in_its_line() {
    let (lines, _) = log();
    let text = lines.concat().into_bytes();
    let mut line = 1;
    for at in 0..text.len() {
        let mut altered = text.clone();
        altered[at] ^= 1;
        let found = verify(&altered, None);
        // The last newline gone is a torn line, and told as such.
        if at + 1 == text.len() {
            assert!(found.unwrap().torn_bytes > 0);
        } else {
            assert_eq!(found.unwrap_err().line, line, "byte {at}");
        }
        if text[at] == b'\n' {
            line += 1;
        }
    }
}

#[test]
fn a_removed_line_and_swapped_lines_are_found() {
    let (mut lines, _) = log();
    let second = lines.remove(1);
    let broken = verify_lines(&lines).unwrap_err();
    assert!(
        matches!(
            broken,
            Broken {
                line: 2,
                fault: Fault::NotNext { .. }
            }
        ),
        "{broken}"
    );
    lines.insert(2, second);
    assert_eq!(verify_lines(&lines).unwrap_err().line, 2);
}

#[test]
fn a_line_in_front_that_is_gone_shows_as_a_log_that_goes_on() {
    let (lines, head) = log();
    let first = Entry::read(lines[0].trim_end().as_bytes()).unwrap();
    let whole = verify_lines(&lines[1..]).unwrap();
    assert_eq!((whole.after, whole.head), (Some(first.hash), head));
}

#[test]
fn a_cut_tail_is_known_from_a_remembered_head_alone() {
    let (lines, head) = log();
    let cut = lines[..3].concat();
    assert!(verify(cut.as_bytes(), None).is_ok());
    let broken = verify(cut.as_bytes(), Some(head.hash)).unwrap_err();
    assert!(
        matches!(
            broken,
            Broken {
                line: 4,
                fault: Fault::HeadMissing { .. }
            }
        ),
        "{broken}"
    );
    let third = verify_lines(&lines[..3]).unwrap().head.hash;
    let whole = verify(lines.concat().as_bytes(), Some(third)).unwrap();
    assert_eq!(whole.since_remembered, Some(1));
}

#[test]
fn a_line_cut_by_a_crash_is_torn_not_broken() {
    let (lines, _) = log();
    let text = lines.concat();
    let whole = verify(&text.as_bytes()[..text.len() - 20], None).unwrap();
    assert_eq!((whole.lines, whole.torn_bytes), (3, lines[3].len() - 20));
}

#[test]
fn the_longest_record_fits_in_a_line() {
    let long = "\"\\".repeat(10_000);
    let mut longest = record(0, &long);
    for text in [
        &mut longest.principal,
        &mut longest.host,
        &mut longest.command,
        &mut longest.sentence,
    ] {
        text.clone_from(&long);
    }
    longest.reason = Some(long.clone());
    longest.arguments = (0..100)
        .map(|n| (format!("{n}{long}"), long.clone()))
        .collect();
    longest.gates = vec![
        Gate {
            name: long.clone(),
            weight: Weight::Soft,
            passed: false,
            sentence: long,
        };
        100
    ];
    let (line, _) = Head::START.line(&longest).unwrap();
    assert!(line.len() < MAX_LINE_BYTES, "{}", line.len());
    assert!(line.contains(r#""arguments left out":"68""#));
}

proptest! {
    #[test]
    fn whatever_is_said_verifies_and_is_one_printable_line(
        said in ".{0,600}", reason in proptest::option::of(".{0,80}"), unix_ms in 0..4_102_444_800_000_i64,
    ) {
        let record = Record { sentence: said.clone(), command: said, reason, ..record(unix_ms, "x") };
        let (line, head) = Head::START.line(&record).unwrap();
        prop_assert_eq!(verify(line.as_bytes(), Some(head.hash)).unwrap().lines, 1);
        prop_assert!(!line.trim_end_matches('\n').chars().any(char::is_control));
        prop_assert_eq!(Entry::read(line.trim_end().as_bytes()).unwrap().record.unix_ms, unix_ms);
    }

    #[test]
    fn nothing_makes_the_verifier_panic(text in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = verify(&text, None);
    }
}
