//! What the disk tests share: transactions, snapshots with a checkable content, and a visitor
//! that remembers what recovery gave it.

#![allow(dead_code, reason = "each test binary uses its part")]

pub(crate) mod bench;
pub(crate) mod history;

use std::{path::Path, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use zoowarden_server::disk::{
    DataDirs, Disk, DiskError, DiskStats, Refusal, Rng, SnapshotWriter, TxnLog, TxnLogConfig,
    Visitor,
};
use zoowarden_shared::{
    SessionId, Zxid,
    acl::Acl,
    file::snapshot::{SnapshotEnd, SnapshotNode, body},
    jute::Jute,
    stat::StatPersisted,
    txn::{SetDataTxn, Txn, TxnDigest, TxnHeader, TxnRecord},
};

/// Remembers everything.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) begun: Option<Zxid>,
    pub(crate) sessions: Vec<(SessionId, i32)>,
    pub(crate) acls: Vec<(i64, Vec<Acl>)>,
    pub(crate) nodes: Vec<(String, Option<Vec<u8>>)>,
    pub(crate) end: Option<SnapshotEnd>,
    pub(crate) txns: Vec<TxnRecord>,
}

impl Visitor for Memory {
    fn begin(&mut self, zxid: Zxid) {
        *self = Self {
            begun: Some(zxid),
            ..Self::default()
        };
    }

    fn session(&mut self, session: SessionId, timeout_ms: i32) {
        self.sessions.push((session, timeout_ms));
    }

    fn acl(&mut self, id: i64, acl: Vec<Acl>) {
        self.acls.push((id, acl));
    }

    fn node(&mut self, node: &SnapshotNode<'_>) -> Result<(), Refusal> {
        let data = node.data.map(<[u8]>::to_vec);
        self.nodes.push((node.path.clone().into_owned(), data));
        Ok(())
    }

    fn snapshot_end(&mut self, end: &SnapshotEnd) -> Result<(), Refusal> {
        self.end = Some(*end);
        Ok(())
    }

    fn txn(&mut self, txn: TxnRecord) -> Result<(), Refusal> {
        self.txns.push(txn);
        Ok(())
    }
}

impl Memory {
    pub(crate) fn zxids(&self) -> Vec<i64> {
        self.txns.iter().map(|txn| txn.header.zxid.0).collect()
    }
}

pub(crate) fn dirs() -> DataDirs {
    DataDirs::new(Path::new("/data"), Some(Path::new("/log")))
}

/// A transaction with this data.
pub(crate) fn txn_of(zxid: Zxid, data: Vec<u8>) -> Bytes {
    TxnRecord {
        header: TxnHeader {
            session: SessionId(0x0100_0000_0000_0001),
            cxid: zxid.counter() as i32,
            zxid,
            time_ms: 1_700_000_000_000,
            op: 5,
        },
        txn: Txn::SetData(SetDataTxn {
            path: "/a".into(),
            data: Some(data.into()),
            version: zxid.counter() as i32,
        }),
        digest: Some(TxnDigest {
            version: TxnDigest::VERSION,
            tree_digest: zxid.0,
        }),
    }
    .to_bytes()
}

/// A transaction whose data has many zeros, as lost sectors have.
pub(crate) fn random_txn(zxid: Zxid, rng: &mut Rng) -> Bytes {
    let len = match rng.below(8) {
        0 => rng.below(4000),
        1 => 0,
        _ => rng.below(200),
    };
    let mut data: Vec<u8> = (0..len).map(|_| rng.number() as u8).collect();
    if rng.one_in(3) && len > 0 {
        let from = rng.below(len);
        data[from..].fill(if rng.one_in(2) { 0 } else { b'B' });
    }
    txn_of(zxid, data)
}

pub(crate) fn stats() -> Arc<DiskStats> {
    Arc::new(DiskStats::new(Duration::from_secs(3600)))
}

pub(crate) fn open_log(
    disk: &Arc<dyn Disk>,
    dirs: &DataDirs,
    prealloc_bytes: u64,
    last: Zxid,
) -> TxnLog {
    let config = TxnLogConfig {
        prealloc_bytes,
        ..TxnLogConfig::default()
    };
    let dir = dirs.logs().to_owned();
    TxnLog::new(Arc::clone(disk), dir, config, stats(), last)
}

/// The body of a snapshot of a tree that is its root alone, with this data.
pub(crate) fn snapshot_body(data: &[u8]) -> BytesMut {
    let mut out = BytesMut::new();
    body::put_count(&mut out, 1);
    body::put_session(&mut out, SessionId(7), 4000);
    body::put_count(&mut out, 1);
    body::put_acl(&mut out, 1, &Acl::open());
    body::put_node(&mut out, "", Some(data), -1, &StatPersisted::default());
    body::put_end(&mut out);
    out
}

/// Writes such a snapshot in slices.
pub(crate) fn write_snapshot(
    disk: &Arc<dyn Disk>,
    dirs: &DataDirs,
    zxid: Zxid,
    data: &[u8],
) -> Result<(), DiskError> {
    let mut writer = SnapshotWriter::begin(Arc::clone(disk), dirs.snapshots(), zxid)?;
    let digest = TxnDigest {
        version: TxnDigest::VERSION,
        tree_digest: zxid.0,
    };
    for slice in snapshot_body(data).chunks(64) {
        if let Err(error) = writer.slice(slice) {
            writer.abandon();
            return Err(error);
        }
    }
    writer.finish(Some(digest))?;
    Ok(())
}
