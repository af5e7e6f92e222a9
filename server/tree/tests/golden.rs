//! Data directories that Apache 3.8.0 wrote: from each of their snapshots, and the log after
//! it, comes the tree that a client saw, with its digest and its sessions.

#![cfg(test)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use bytes::BytesMut;
use serde_json::{Value, json};
use zoowarden_shared::{
    SessionId, Zxid,
    file::{
        header::FileType,
        log::{LogReader, LogStep},
        snapshot::{SnapshotItem, SnapshotReader},
    },
    jute::Jute,
    txn::{Txn, TxnDigest, TxnRecord},
};
use zoowarden_tree::{DataTree, ExpectedDigest, NodeRef, SessionTracker, TreeConfig, TreeLoader};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/tests/golden")
        .join(name)
}

/// The files of a kind in a directory, by the zxid in their names.
fn files(dir: &Path, kind: &str) -> BTreeMap<i64, PathBuf> {
    let paths = fs::read_dir(dir.join("version-2")).unwrap();
    let paths = paths.map(|entry| entry.unwrap().path());
    let zxid = |path: &PathBuf| {
        let name = path.file_name()?.to_str()?;
        i64::from_str_radix(name.strip_prefix(kind)?, 16).ok()
    };
    paths
        .filter_map(|path| Some((zxid(&path)?, path)))
        .collect()
}

/// A member's state: what a boot makes of a data directory.
struct Booted {
    tree: DataTree,
    sessions: SessionTracker,
}

fn load(path: &Path, zxid: i64) -> Booted {
    let file = fs::read(path).unwrap();
    let mut reader = SnapshotReader::new(&file[..]).unwrap();
    let mut loader = TreeLoader::new(TreeConfig {
        extended_types_enabled: true,
        digest_enabled: true,
    });
    let mut sessions = SessionTracker::new(2000, SessionId(0));
    while let Some(item) = reader.step().unwrap() {
        match item {
            SnapshotItem::Session {
                session,
                timeout_ms,
            } => {
                sessions.commit(session, timeout_ms, 0);
            }
            SnapshotItem::Acl { id, acl } => loader.add_acl(id, acl),
            SnapshotItem::Node(node) => {
                let added = loader.add_node(&node.path, node.data, node.acl, &node.stat);
                added.unwrap();
            }
        }
    }
    if let Some(section) = reader.end().digest {
        loader.expect_digest(ExpectedDigest {
            zxid: section.zxid,
            digest: TxnDigest {
                version: section.version,
                tree_digest: section.digest,
            },
        });
    }
    let tree = loader.finish(Zxid(zxid)).unwrap();
    Booted { tree, sessions }
}

fn replay(booted: &mut Booted, log: &Path) {
    let file = fs::read(log).unwrap();
    let mut reader = LogReader::new(&file[..]).unwrap();
    while let LogStep::Record(record) = reader.step().unwrap() {
        let record = TxnRecord::from_bytes(record.txn).unwrap();
        if record.header.zxid <= booted.tree.last_processed_zxid() {
            continue;
        }
        let session = record.header.session;
        match &record.txn {
            Txn::CreateSession(body) => {
                booted.sessions.commit(session, body.timeout_ms, 0);
            }
            Txn::CloseSession(_) => booted.sessions.remove(session),
            _ => {}
        }
        let applied = booted.tree.apply(&record);
        assert!(!applied.digest_mismatch, "{:?}", record.header);
    }
}

/// A node in the words of `expected.json`.
fn describe(node: NodeRef<'_>) -> Value {
    let stat = node.stat();
    let hex = |data: &[u8]| data.iter().map(|byte| format!("{byte:02x}")).collect();
    let data: Option<String> = node.data().map(hex);
    let acl = node.acl().iter();
    let acl = acl.map(|entry| json!([entry.perms, entry.id.scheme, entry.id.id]));
    let mut described = json!({
        "data": data,
        "stat": {
            "czxid": stat.czxid.0,
            "mzxid": stat.mzxid.0,
            "ctime": stat.ctime,
            "mtime": stat.mtime,
            "version": stat.version,
            "cversion": stat.cversion,
            "aversion": stat.aversion,
            "ephemeralOwner": stat.ephemeral_owner,
            "dataLength": stat.data_length,
            "numChildren": stat.num_children,
            "pzxid": stat.pzxid.0,
        },
        "acl": acl.collect::<Vec<_>>(),
    });
    let stored = node.persisted().ephemeral_owner;
    if stored != stat.ephemeral_owner {
        described["stored_owner"] = json!(stored);
    }
    described
}

fn assert_boots_as_expected(name: &str) {
    let dir = golden(name);
    let expected = fs::read(dir.join("expected.json")).unwrap();
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let snapshots = files(&dir, "snapshot.");
    assert!(!snapshots.is_empty());
    for (zxid, snapshot) in snapshots {
        let mut booted = load(&snapshot, zxid);
        for log in files(&dir, "log.").values() {
            replay(&mut booted, log);
        }
        let tree = &booted.tree;
        assert_eq!(tree.digest_mismatches(), 0);
        assert_eq!(json!(tree.last_processed_zxid().0), expected["last_zxid"]);
        assert_eq!(
            json!(format!("{:016x}", tree.digest())),
            expected["tree_digest"]
        );
        let nodes = expected["nodes"].as_object().unwrap();
        for (path, node) in nodes {
            let found = tree.node(path).map(describe);
            assert_eq!(found.as_ref(), Some(node), "{path} from {snapshot:?}");
        }
        assert_eq!(tree.node_count(), nodes.len() + 1);
        let table = booted.sessions.table().into_iter();
        let table =
            table.map(|(id, timeout_ms)| json!({"id": id.to_string(), "timeout_ms": timeout_ms}));
        assert_eq!(json!(table.collect::<Vec<_>>()), expected["sessions"]);
    }
}

#[test]
fn a_standalone_servers_directory_boots() {
    assert_boots_as_expected("data-3.8.0");
}

#[test]
fn a_followers_directory_boots() {
    assert_boots_as_expected("data-3.8.0-ensemble");
}

/// The parts of a snapshot's body as text, in no order.
fn parts(file: &[u8]) -> BTreeSet<String> {
    let mut reader = SnapshotReader::new(file).unwrap();
    let mut parts = BTreeSet::new();
    // The seals behind the body are the caller's.
    while let Ok(Some(item)) = reader.step() {
        parts.insert(format!("{item:?}"));
    }
    parts
}

#[test]
fn a_snapshot_that_is_loaded_and_taken_again_has_the_same_parts() {
    for (zxid, path) in files(&golden("data-3.8.0"), "snapshot.") {
        let mut booted = load(&path, zxid);
        let mut ours = BytesMut::from(&FileType::Snapshot.header()[..]);
        booted.tree.snapshot_begin(&booted.sessions.table());
        assert!(booted.tree.snapshot_slice(usize::MAX, &mut ours));
        assert_eq!(parts(&ours), parts(&fs::read(&path).unwrap()));
    }
}
