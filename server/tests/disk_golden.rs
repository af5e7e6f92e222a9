//! What a running Apache 3.8.0 left behind: recovered as Apache would, and written again by
//! our writers to the same bytes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

mod disk_support;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use disk_support::{open_log, stats};
use serde_json::Value;
use zoowarden_server::disk::{
    BootOptions, DataDirs, Disk, RealDisk, RecoveredTree, RecoveryOptions, SnapshotWriter, boot,
    recover_into_tree,
};
use zoowarden_shared::{
    SessionId, Zxid,
    file::{
        log::{LogReader, LogStep, zxid_of},
        name::{parse_log_name, parse_snapshot_name},
        snapshot::SnapshotReader,
    },
    txn::TxnDigest,
};
use zoowarden_tree::TreeConfig;

const GOLDEN: [&str; 2] = ["data-3.8.0", "data-3.8.0-ensemble"];

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/tests/golden")
        .join(name)
}

/// A copy that may be written to.
fn copy_of(name: &str) -> (tempfile::TempDir, DataDirs) {
    let dir = tempfile::tempdir().unwrap();
    let to = dir.path().join("version-2");
    std::fs::create_dir(&to).unwrap();
    for entry in std::fs::read_dir(golden(name).join("version-2")).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
    let dirs = DataDirs::new(dir.path(), None);
    (dir, dirs)
}

fn expected(name: &str) -> Value {
    let text = std::fs::read_to_string(golden(name).join("expected.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn options() -> BootOptions {
    BootOptions {
        recovery: RecoveryOptions::default(),
        tree: TreeConfig {
            extended_types_enabled: true,
            digest_enabled: true,
        },
        replicated: false,
    }
}

#[test]
fn the_tree_is_the_one_that_clients_saw() {
    for name in GOLDEN {
        let (_dir, dirs) = copy_of(name);
        let RecoveredTree {
            tree,
            sessions,
            found,
        } = recover_into_tree(&RealDisk, &dirs, options()).unwrap();
        let expected = expected(name);
        let sessions: Vec<Value> = sessions
            .iter()
            .map(|(id, timeout_ms)| {
                serde_json::json!({"id": id.to_string(), "timeout_ms": timeout_ms})
            })
            .collect();
        assert_eq!(Value::Array(sessions), expected["sessions"], "{name}");
        assert_eq!(found.last_zxid.0, expected["last_zxid"].as_i64().unwrap());
        let digest = format!("{:016x}", tree.digest());
        assert_eq!(digest, expected["tree_digest"].as_str().unwrap(), "{name}");
        assert_eq!(tree.digest_mismatches(), 0, "{name}");
        let nodes = expected["nodes"].as_object().unwrap();
        let unseen: Vec<&str> = tree
            .node("/")
            .unwrap()
            .subtree()
            .map(|node| node.path())
            .filter(|path| !nodes.contains_key(*path))
            .collect();
        assert_eq!(unseen, [] as [&str; 0], "{name}");
        for (path, wanted) in nodes {
            let node = tree
                .node(path)
                .unwrap_or_else(|| panic!("{name}: {path} is missing"));
            let data = node.data().map(hex);
            assert_eq!(data.as_deref(), wanted["data"].as_str(), "{name}: {path}");
            let acl = node.acl().iter();
            let acl: Vec<Value> = acl
                .map(|acl| serde_json::json!([acl.perms, acl.id.scheme, acl.id.id]))
                .collect();
            assert_eq!(Value::Array(acl), wanted["acl"], "{name}: {path}");
            let stat = node.stat();
            let field = |field: &str| wanted["stat"][field].as_i64().unwrap();
            let got = [
                stat.czxid.0,
                stat.mzxid.0,
                stat.pzxid.0,
                stat.ctime,
                stat.mtime,
                stat.version.into(),
                stat.cversion.into(),
                stat.aversion.into(),
                stat.ephemeral_owner,
                stat.data_length.into(),
                stat.num_children.into(),
            ];
            let wanted = [
                "czxid",
                "mzxid",
                "pzxid",
                "ctime",
                "mtime",
                "version",
                "cversion",
                "aversion",
                "ephemeralOwner",
                "dataLength",
                "numChildren",
            ];
            assert_eq!(got, wanted.map(field), "{name}: {path}");
        }
    }
}

#[test]
fn every_ephemeral_has_its_session() {
    for name in GOLDEN {
        let (_dir, dirs) = copy_of(name);
        let recovered = recover_into_tree(&RealDisk, &dirs, options()).unwrap();
        let sessions = recovered.sessions;
        let owners: Vec<SessionId> = recovered.tree.ephemeral_owners().collect();
        for owner in &owners {
            assert!(
                sessions.iter().any(|(id, _)| id == owner),
                "{name}: {owner}"
            );
        }
    }
}

#[test]
fn any_snapshot_and_the_logs_behind_it_give_the_same_tree() {
    let (_dir, dirs) = copy_of("data-3.8.0");
    let newest = recover_into_tree(&RealDisk, &dirs, options()).unwrap().tree;
    for snapshot in dirs.snapshot_files(&RealDisk).unwrap() {
        if snapshot.name.zxid == Zxid::ZERO {
            break;
        }
        std::fs::remove_file(snapshot.path).unwrap();
        let recovered = recover_into_tree(&RealDisk, &dirs, options()).unwrap();
        let older = recovered.tree;
        assert!(recovered.found.replayed > 0);
        assert_eq!(older.digest(), newest.digest());
        assert_eq!(older.node_count(), newest.node_count());
        assert_eq!(older.digest_mismatches(), 0);
    }
}

#[test]
fn a_start_on_apaches_files_changes_none_of_them() {
    for name in GOLDEN {
        let (dir, dirs) = copy_of(name);
        let disk: Arc<dyn Disk> = Arc::new(RealDisk);
        let booted = boot(&disk, &dirs, options(), &stats()).unwrap();
        assert_eq!(
            booted.state.tree.last_processed_zxid(),
            booted.state.last_zxid
        );
        for entry in std::fs::read_dir(golden(name).join("version-2")).unwrap() {
            let entry = entry.unwrap();
            let original = std::fs::read(entry.path()).unwrap();
            let now = std::fs::read(dir.path().join("version-2").join(entry.file_name()));
            assert!(now.unwrap() == original, "{:?}", entry.file_name());
        }
    }
}

#[test]
fn our_log_of_the_same_transactions_has_the_same_bytes() {
    for name in GOLDEN {
        for entry in std::fs::read_dir(golden(name).join("version-2")).unwrap() {
            let entry = entry.unwrap();
            let Some(first) = parse_log_name(entry.file_name().to_str().unwrap()) else {
                continue;
            };
            let theirs = std::fs::read(entry.path()).unwrap();
            let dir = tempfile::tempdir().unwrap();
            let dirs = DataDirs::new(dir.path(), None);
            let disk: Arc<dyn Disk> = Arc::new(RealDisk);
            dirs.prepare(&*disk, true).unwrap();
            let mut log = open_log(&disk, &dirs, 16 << 10, Zxid(first.0 - 1));
            let mut reader = LogReader::new(theirs.as_slice()).unwrap();
            while let LogStep::Record(record) = reader.step().unwrap() {
                log.append(zxid_of(&record.txn).unwrap(), &record.txn)
                    .unwrap();
            }
            log.commit().unwrap();
            let ours = std::fs::read(dirs.logs().join(entry.file_name())).unwrap();
            let (front, padding) = theirs.split_at(ours.len().min(theirs.len()));
            assert!(front == &ours[..front.len()], "{:?}", entry.file_name());
            assert!(padding.iter().all(|byte| *byte == 0));
        }
    }
}

#[test]
fn our_snapshot_of_the_same_body_has_the_same_bytes() {
    for name in GOLDEN {
        for entry in std::fs::read_dir(golden(name).join("version-2")).unwrap() {
            let entry = entry.unwrap();
            let Some(parsed) = parse_snapshot_name(entry.file_name().to_str().unwrap()) else {
                continue;
            };
            let theirs = std::fs::read(entry.path()).unwrap();
            let mut reader = SnapshotReader::new(theirs.as_slice()).unwrap();
            while reader.step().unwrap().is_some() {}
            let digest = reader.end().digest.unwrap();
            // Behind the body: a seal, the digest, a seal.
            let body = &theirs[16..theirs.len() - 13 - 20 - 13];

            let dir = tempfile::tempdir().unwrap();
            let disk: Arc<dyn Disk> = Arc::new(RealDisk);
            let mut writer = SnapshotWriter::begin(disk, dir.path(), parsed.zxid).unwrap();
            for slice in body.chunks(1000) {
                writer.slice(slice).unwrap();
            }
            let digest = TxnDigest {
                version: digest.version,
                tree_digest: digest.digest,
            };
            writer.finish(Some(digest)).unwrap();
            let ours = std::fs::read(dir.path().join(entry.file_name())).unwrap();
            assert!(ours == theirs, "{:?}", entry.file_name());
        }
    }
}
