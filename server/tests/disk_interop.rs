//! Apache 3.8.0 reads what our disk code wrote: its own tools for logs and snapshots, and a
//! server started on the directory.
//!
//! Needs Java and Debian's `zookeeper` package:
//! `cargo test -p zoowarden-server --test disk_interop -- --ignored`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

mod disk_support;

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use bytes::BytesMut;
use disk_support::{open_log, stats};
use zoowarden_peer::DiskEvent;
use zoowarden_server::disk::{
    BootOptions, DataDirs, Disk, DiskConfig, DiskWorker, RealDisk, SnapshotWriter, TxnLog, boot,
    recover_into_tree,
};
use zoowarden_shared::{
    SessionId, Zxid,
    acl::Acl,
    jute::Jute,
    txn::{CreateSessionTxn, CreateTxn, Txn, TxnHeader, TxnRecord},
};
use zoowarden_testkit::{Kind, Setup, Standalone, apache, words::ask};
use zoowarden_tree::DataTree;
use zoowarden_zab::{DiskEvent as Replicated, Effect};

const SESSION: SessionId = SessionId(0x0100_0000_0000_0001);

/// A tree and the log of what is done to it.
struct Writer {
    disk: Arc<dyn Disk>,
    dirs: DataDirs,
    tree: DataTree,
    log: TxnLog,
}

impl Writer {
    fn new(dir: &Path) -> Self {
        let disk: Arc<dyn Disk> = Arc::new(RealDisk);
        let dirs = DataDirs::new(dir, None);
        dirs.prepare(&*disk, true).unwrap();
        let booted = boot(&disk, &dirs, BootOptions::default(), &stats()).unwrap();
        let log = open_log(&disk, &dirs, 64 << 20, booted.state.last_zxid);
        Self {
            disk,
            dirs,
            tree: booted.state.tree,
            log,
        }
    }

    fn txn(&mut self, txn: Txn) {
        let mut record = TxnRecord {
            header: TxnHeader {
                session: SESSION,
                cxid: 1,
                zxid: self.tree.last_processed_zxid().next(),
                time_ms: 1_700_000_000_000,
                op: txn.opcode().code(),
            },
            txn,
            digest: None,
        };
        self.tree.apply(&record);
        record.digest = self.tree.txn_digest();
        self.log
            .append(record.header.zxid, &record.to_bytes())
            .unwrap();
    }

    fn create(&mut self, path: &str, ephemeral: bool) {
        self.txn(Txn::Create(CreateTxn {
            path: path.into(),
            data: Some(path.to_owned().into()),
            acl: Acl::open(),
            ephemeral,
            parent_cversion: self.tree.node("/").unwrap().persisted().cversion + 1,
        }));
    }

    fn snapshot(&mut self) -> PathBuf {
        self.log.roll().unwrap();
        let start = self.tree.snapshot_begin(&[(SESSION, 60_000)]);
        let disk = Arc::clone(&self.disk);
        let mut writer = SnapshotWriter::begin(disk, self.dirs.snapshots(), start.zxid).unwrap();
        let mut slice = BytesMut::new();
        while !self.tree.snapshot_slice(100, &mut slice) {
            writer.slice(&slice).unwrap();
            slice.clear();
        }
        writer.slice(&slice).unwrap();
        writer.finish(start.digest).unwrap();
        self.dirs.snapshot_files(&*self.disk).unwrap()[0]
            .path
            .clone()
    }
}

fn java(class: &str) -> Command {
    apache::java(&[], &format!("org.apache.zookeeper.server.{class}"))
}

/// A server of Apache's on our files.
fn apache_on(directory: &Path) -> Standalone {
    Standalone::start_on(directory, Kind::Apache, Setup::default())
}

fn output(mut command: Command) -> String {
    let output = command.output().expect("java runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}\n{output:?}");
    text
}

#[test]
#[ignore = "needs Java and Debian's zookeeper package; see the top of the file"]
fn apache_reads_what_we_wrote() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Writer::new(dir.path());
    writer.txn(Txn::CreateSession(CreateSessionTxn { timeout_ms: 60_000 }));
    for index in 0..50 {
        writer.create(&format!("/before-{index}"), false);
    }
    let snapshot = writer.snapshot();
    for index in 0..50 {
        writer.create(&format!("/after-{index}"), index % 2 == 0);
    }
    writer.log.commit().unwrap();
    let logs = writer.dirs.log_files(&*writer.disk).unwrap();
    let last = logs.last().unwrap();

    let mut toolkit = java("persistence.TxnLogToolkit");
    toolkit.args(["-d"]).arg(&last.path);
    let dump = output(toolkit);
    assert!(!dump.contains("CRC"), "{dump}");
    assert!(dump.contains("/after-49"), "{dump}");

    let mut formatter = java("SnapshotFormatter");
    formatter.arg(&snapshot);
    let dump = output(formatter);
    assert!(
        dump.contains("/before-49") && dump.contains("0x100000000000001"),
        "{dump}"
    );

    // A commit that a crash tore, cut by our recovery: Apache must start behind it.
    let mut bytes = std::fs::read(&last.path).unwrap();
    let end = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    bytes[end - 20..=end].fill(0);
    std::fs::write(&last.path, bytes).unwrap();
    let recover = || recover_into_tree(&RealDisk, &writer.dirs, BootOptions::default()).unwrap();
    let recovered = recover();
    assert_eq!(recovered.found.last_zxid, Zxid(100));
    let tree = recovered.tree;

    let apache = apache_on(dir.path());
    let mntr = ask(apache.address(), "mntr");
    let nodes = format!("zk_znode_count\t{}", tree.node_count());
    assert!(mntr.contains(&nodes), "{nodes} in {mntr}");
    assert!(mntr.contains("zk_digest_mismatches_count\t0"), "{mntr}");
    let ephemerals = format!("zk_ephemerals_count\t{}", tree.ephemerals_count());
    assert!(mntr.contains(&ephemerals), "{ephemerals} in {mntr}");
    let srvr = ask(apache.address(), "srvr");
    assert!(srvr.contains("Zxid: 0x64"), "{srvr}");
    drop(apache);

    // And back: what Apache added to the directory is ours again.
    let again = recover();
    assert_eq!(again.tree.digest(), tree.digest());
    assert_eq!(again.sessions, [(SESSION, 60_000)]);
}

#[test]
#[ignore = "needs Java and Debian's zookeeper package; see the top of the file"]
fn apache_goes_on_from_a_cut_log_and_from_a_leaders_snapshot() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Writer::new(dir.path());
    for index in 0..20 {
        writer.create(&format!("/kept-{index}"), false);
    }
    writer.log.roll().unwrap();
    for index in 0..20 {
        writer.create(&format!("/cut-{index}"), false);
    }
    writer.snapshot();
    writer.create("/behind", false);
    writer.log.commit().unwrap();
    let Writer { disk, dirs, .. } = writer;
    let config = DiskConfig::default;
    let last = |zxid| DiskWorker::new(Arc::clone(&disk), &dirs, config(), Zxid(zxid), stats());
    let events = last(41).perform(Effect::Truncate(Zxid(22)));
    assert!(matches!(
        events[..],
        [DiskEvent::Replication(Replicated::Truncated(Zxid(22)))]
    ));
    let logs = dirs.log_files(&*disk).unwrap();
    let mut toolkit = java("persistence.TxnLogToolkit");
    toolkit.arg("-d").arg(&logs.last().unwrap().path);
    let dump = output(toolkit);
    assert!(
        dump.contains("/cut-1") && !dump.contains("/cut-2"),
        "{dump}"
    );
    let apache = apache_on(dir.path());
    let srvr = ask(apache.address(), "srvr");
    assert!(srvr.contains("Zxid: 0x16"), "{srvr}");
    assert!(
        ask(apache.address(), "mntr").contains("zk_znode_count\t27"),
        "{srvr}"
    );
    drop(apache);

    // A leader of the next epoch has another history.
    let mut tree = recover_into_tree(&*disk, &dirs, BootOptions::default())
        .unwrap()
        .tree;
    let sent = Zxid::new(1, 0);
    tree.set_last_processed_zxid(sent);
    tree.snapshot_begin(&[(SESSION, 60_000)]);
    let mut body = BytesMut::new();
    while !tree.snapshot_slice(100, &mut body) {}
    let mut worker = last(22);
    worker.perform(Effect::StageBegin(sent));
    worker.perform(Effect::StageChunk(body.freeze()));
    let events = worker.perform(Effect::StageEnd(sent));
    assert!(matches!(
        events[..],
        [DiskEvent::Replication(Replicated::Staged(_))]
    ));
    let apache = apache_on(dir.path());
    let srvr = ask(apache.address(), "srvr");
    assert!(srvr.contains("Zxid: 0x100000000"), "{srvr}");
    let mntr = ask(apache.address(), "mntr");
    assert!(mntr.contains("zk_znode_count\t27"), "{mntr}");
    assert!(mntr.contains("zk_digest_mismatches_count\t0"), "{mntr}");
}
