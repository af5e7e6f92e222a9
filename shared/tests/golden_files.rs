//! The files that a running Apache 3.8.0 left behind decode, and encode again to the same
//! bytes: logs record by record, snapshots part by part with their seals.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail as the test does")]

use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};
use zoowarden_shared::{
    Zxid,
    file::{
        header::FileType,
        log::{Found, LogReader, LogStep, put_record, zxid_of},
        name::{parse_log_name, parse_snapshot_name},
        snapshot::{SnapshotErrorKind, SnapshotItem, SnapshotReader, SnapshotSum, body},
    },
    jute::Jute,
    txn::TxnRecord,
};

fn golden(names_it: impl Fn(&str) -> Option<Zxid>) -> Vec<(Zxid, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut found = Vec::new();
    for data_dir in ["data-3.8.0", "data-3.8.0-ensemble"] {
        for entry in std::fs::read_dir(root.join(data_dir).join("version-2")).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if let Some(zxid) = names_it(name) {
                found.push((zxid, path));
            }
        }
    }
    assert!(!found.is_empty());
    found
}

#[test]
fn logs_encode_to_the_bytes_they_came_from() {
    for (first, path) in golden(parse_log_name) {
        let file = std::fs::read(&path).unwrap();
        let mut again = BytesMut::from(FileType::Log.header().as_slice());
        let mut reader = LogReader::new(file.as_slice()).unwrap();
        let mut next = first;
        loop {
            match reader.step().unwrap() {
                LogStep::Record(record) => {
                    assert_eq!(record.offset, again.len() as u64);
                    assert_eq!(zxid_of(&record.txn), Some(next));
                    let txn = TxnRecord::from_bytes(record.txn).unwrap();
                    assert_eq!(txn.header.zxid, next);
                    put_record(&mut again, &txn.to_bytes());
                    next = next.next();
                }
                LogStep::End(end) => {
                    assert_eq!(end.found, Found::Padding);
                    break;
                }
            }
        }
        assert!(next > first, "{path:?} holds something");
        again.resize(file.len(), 0);
        assert!(again == file, "{path:?} encodes to other bytes");
    }
}

/// Decodes a whole snapshot and writes it again.
fn rewrite(file: &[u8]) -> Result<BytesMut, SnapshotErrorKind> {
    let (mut sessions, mut acls, mut nodes) = (BytesMut::new(), BytesMut::new(), BytesMut::new());
    let (mut session_count, mut acl_count) = (0, 0);
    let mut reader = SnapshotReader::new(file).map_err(|error| error.kind)?;
    while let Some(item) = reader.step().map_err(|error| error.kind)? {
        match item {
            SnapshotItem::Session {
                session,
                timeout_ms,
            } => {
                session_count += 1;
                body::put_session(&mut sessions, session, timeout_ms);
            }
            SnapshotItem::Acl { id, acl } => {
                acl_count += 1;
                body::put_acl(&mut acls, id, &acl);
            }
            SnapshotItem::Node(node) => {
                body::put_node(&mut nodes, &node.path, node.data, node.acl, &node.stat);
            }
        }
    }
    let mut out = BytesMut::new();
    body::put_count(&mut out, session_count);
    out.extend_from_slice(&sessions);
    body::put_count(&mut out, acl_count);
    out.extend_from_slice(&acls);
    out.extend_from_slice(&nodes);
    body::put_end(&mut out);

    let (mut sum, header) = SnapshotSum::begin();
    let mut again = BytesMut::from(header.as_slice());
    // In slices, as the server writes it.
    for slice in out.chunks(100) {
        sum.chunk(slice);
        again.extend_from_slice(slice);
    }
    again.extend_from_slice(&sum.end(reader.end().digest));
    Ok(again)
}

fn golden_snapshots() -> Vec<(Zxid, PathBuf)> {
    golden(|name| parse_snapshot_name(name).map(|name| name.zxid))
}

#[test]
fn snapshots_encode_to_the_bytes_they_came_from() {
    for (zxid, path) in golden_snapshots() {
        let file = std::fs::read(&path).unwrap();
        let again = rewrite(&file).unwrap();
        assert!(again == file, "{path:?} encodes to other bytes");
        let mut reader = SnapshotReader::new(file.as_slice()).unwrap();
        while reader.step().unwrap().is_some() {}
        let digest = reader.end().digest.expect("3.8.0 writes digests");
        assert_eq!(digest.zxid, zxid, "{path:?} was taken at rest");
        assert_eq!(reader.end().last_zxid, None);
    }
}

#[test]
fn a_flipped_bit_anywhere_in_a_snapshot_is_found() {
    let (_, path) = golden_snapshots().pop().unwrap();
    let file = std::fs::read(path).unwrap();
    for at in 0..file.len() {
        for bit in 0..8 {
            let mut damaged = file.clone();
            damaged[at] ^= 1 << bit;
            assert!(rewrite(&damaged).is_err(), "byte {at} bit {bit}");
        }
    }
}

#[test]
fn a_snapshot_cut_anywhere_is_refused_or_lacks_only_its_digest() {
    for (_, path) in golden_snapshots() {
        let file = std::fs::read(&path).unwrap();
        let body_alone = file.len() - 33;
        for cut in 0..file.len() {
            match rewrite(&file[..cut]) {
                Ok(again) => {
                    assert_eq!(cut, body_alone, "{path:?}");
                    assert_eq!(again, file[..cut]);
                }
                Err(_) => assert_ne!(cut, body_alone, "{path:?}"),
            }
        }
    }
}

#[test]
fn sections_of_3_9_are_read() {
    let (zxid, path) = golden_snapshots().pop().unwrap();
    let file = std::fs::read(path).unwrap();
    // The section that serializeLastProcessedZxid.enabled adds: the zxid, sealed like all.
    let mut newer = BytesMut::from(file.as_slice());
    newer.extend_from_slice(&zxid.0.to_be_bytes());
    let sum = i64::from(adler(&newer));
    newer.extend_from_slice(&sum.to_be_bytes());
    newer.extend_from_slice(b"\0\0\0\x01/");
    let newer = Bytes::from(newer);

    let mut reader = SnapshotReader::new(newer.as_ref()).unwrap();
    while reader.step().unwrap().is_some() {}
    assert_eq!(reader.end().last_zxid, Some(zxid));
    assert!(reader.end().digest.is_some());

    let mut longer = newer.to_vec();
    longer.push(0);
    assert!(rewrite(&longer).is_err(), "nothing may follow");
}

/// Adler-32 as RFC 1950 defines it, apart from the code under test.
fn adler(bytes: &[u8]) -> u32 {
    let (mut a, mut b) = (1u32, 0u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65521;
        b = (b + a) % 65521;
    }
    (b << 16) | a
}
