//! A member's disk in memory: a snapshot, a log of which a part is durable, two epochs.

use bytes::{Bytes, BytesMut};
use zoowarden_peer::{DiskEvent, PeerConfig, Recovered};
use zoowarden_shared::{
    Epoch, SessionId, Zxid,
    jute::{Buffer, Jute, Reader},
    txn::{Txn, TxnRecord},
};
use zoowarden_tree::{DataTree, TreeLoader};
use zoowarden_zab::{DiskEvent as ZabDiskEvent, Effect, LinkId};

use crate::support::tree_config;

/// What a crash leaves, and what it does not.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    /// What a restart begins with; an empty tree where there is none.
    pub(crate) snapshot: Option<(Zxid, Bytes)>,
    pub(crate) log: Vec<(Zxid, Bytes)>,
    /// How much of the log survives a crash.
    flushed: usize,
    accepted_epoch: Epoch,
    current_epoch: Epoch,
    /// Whether something is missing, for which only a leader can make up.
    is_lossy: bool,
    /// Whether the current epoch is not saved any more: the disk does not answer.
    pub(crate) keeps_epoch: bool,
    staged: BytesMut,
    own_snapshot: BytesMut,
    /// How often each of the slow things was done.
    pub(crate) truncations: usize,
    pub(crate) stagings: usize,
}

impl Disk {
    pub(crate) fn append(&mut self, zxid: Zxid, txn: Bytes) {
        if let Some((last, _)) = self.log.last() {
            assert!(*last < zxid, "{last} is followed by {zxid}");
        }
        self.log.push((zxid, txn));
    }

    /// Makes durable what was appended; up to which transaction, if that is news.
    pub(crate) fn flush(&mut self) -> Option<DiskEvent> {
        if self.flushed == self.log.len() {
            return None;
        }
        self.flushed = self.log.len();
        let upto = self.log.last()?.0;
        Some(DiskEvent::Flushed { upto })
    }

    pub(crate) fn crash(&mut self) {
        self.log.truncate(self.flushed);
        self.staged.clear();
        self.own_snapshot.clear();
    }

    /// Loses what it was told, but not that it was told something.
    pub(crate) fn lose_all(&mut self) {
        self.snapshot = None;
        self.log.clear();
        self.flushed = 0;
        self.is_lossy = true;
    }

    /// Removes what a restart does not need, as a purge does.
    pub(crate) fn purge_log(&mut self) {
        let covered = self.snapshot.as_ref().map_or(Zxid::ZERO, |(zxid, _)| *zxid);
        let before = self.log.len();
        self.log.retain(|(zxid, _)| *zxid > covered);
        assert!(self.log.len() < before, "there is a snapshot");
        self.flushed -= before - self.log.len();
    }

    pub(crate) fn snapshot_slice(&mut self, slice: &[u8]) -> DiskEvent {
        self.own_snapshot.extend_from_slice(slice);
        DiskEvent::SnapshotSliceWritten
    }

    pub(crate) fn snapshot_begin(&mut self) {
        self.own_snapshot.clear();
    }

    pub(crate) fn snapshot_end(&mut self, zxid: Zxid) -> DiskEvent {
        let body = std::mem::take(&mut self.own_snapshot).freeze();
        if self
            .snapshot
            .as_ref()
            .is_none_or(|(newest, _)| zxid >= *newest)
        {
            self.snapshot = Some((zxid, body));
        }
        DiskEvent::SnapshotDone { zxid }
    }

    /// What replication asks of it; `None` where that is the network's.
    pub(crate) fn perform(&mut self, effect: &Effect, config: &PeerConfig) -> Option<DiskEvent> {
        let event = match effect {
            Effect::Truncate(zxid) => {
                self.truncations += 1;
                self.log.retain(|(logged, _)| logged <= zxid);
                self.flushed = self.log.len();
                ZabDiskEvent::Truncated(*zxid)
            }
            Effect::SaveAcceptedEpoch(epoch) => {
                self.accepted_epoch = *epoch;
                ZabDiskEvent::AcceptedEpochSaved(*epoch)
            }
            Effect::SaveCurrentEpoch(_) if self.keeps_epoch => return None,
            Effect::SaveCurrentEpoch(epoch) => {
                self.is_lossy = false;
                self.current_epoch = *epoch;
                ZabDiskEvent::CurrentEpochSaved(*epoch)
            }
            Effect::StageBegin(_) | Effect::StageAbort => {
                self.staged.clear();
                return None;
            }
            Effect::StageChunk(bytes) => {
                self.staged.extend_from_slice(bytes);
                return None;
            }
            Effect::StageEnd(zxid) => {
                self.stagings += 1;
                self.snapshot = Some((*zxid, std::mem::take(&mut self.staged).freeze()));
                self.log.clear();
                self.flushed = 0;
                ZabDiskEvent::Staged(*zxid)
            }
            Effect::Reload => return Some(DiskEvent::Reloaded(Box::new(self.load(config)))),
            Effect::ReadLog { link, after, upto } => self.read_log(*link, *after, *upto),
            _ => return None,
        };
        Some(DiskEvent::Replication(event))
    }

    fn read_log(&self, link: LinkId, after: Zxid, upto: Zxid) -> ZabDiskEvent {
        let begins_there = self.log.iter().any(|(zxid, _)| *zxid == after);
        let txns: Vec<(Zxid, Bytes)> = self
            .log
            .iter()
            .filter(|(zxid, _)| begins_there && *zxid > after && *zxid <= upto)
            .cloned()
            .collect();
        let complete = begins_there && txns.last().is_none_or(|(zxid, _)| *zxid == upto);
        ZabDiskEvent::LogRead {
            link,
            txns,
            complete,
        }
    }

    /// What a start or a reload finds.
    pub(crate) fn load(&self, config: &PeerConfig) -> Recovered {
        let (mut tree, mut sessions, mut last_zxid) = match &self.snapshot {
            Some((zxid, body)) => {
                let (tree, sessions) = load_snapshot(*zxid, body.clone(), config);
                (tree, sessions, *zxid)
            }
            None => {
                let last = if self.is_lossy { Zxid(-1) } else { Zxid::ZERO };
                (DataTree::new(tree_config(config)), Vec::new(), last)
            }
        };
        for (zxid, txn) in &self.log {
            if *zxid <= last_zxid {
                continue;
            }
            let record = TxnRecord::from_bytes(txn.clone()).unwrap();
            assert!(!tree.apply(&record).digest_mismatch, "{record:?}");
            let session = record.header.session;
            sessions.retain(|(known, _)| {
                *known != session || !matches!(record.txn, Txn::CloseSession(_))
            });
            if let Txn::CreateSession(txn) = &record.txn {
                sessions.push((session, txn.timeout_ms));
            }
            last_zxid = *zxid;
        }
        Recovered {
            tree,
            sessions,
            last_zxid,
            accepted_epoch: self.accepted_epoch,
            current_epoch: self.current_epoch,
        }
    }
}

fn load_snapshot(
    zxid: Zxid,
    body: Bytes,
    config: &PeerConfig,
) -> (DataTree, Vec<(SessionId, i32)>) {
    let mut input = Reader::new(body);
    let count = i32::decode(&mut input).unwrap();
    let sessions = (0..count)
        .map(|_| {
            let id = SessionId::decode(&mut input).unwrap();
            (id, i32::decode(&mut input).unwrap())
        })
        .collect();
    let mut loader = TreeLoader::new(tree_config(config));
    let count = i32::decode(&mut input).unwrap();
    for _ in 0..count {
        let id = i64::decode(&mut input).unwrap();
        loader.add_acl(id, Jute::decode(&mut input).unwrap());
    }
    loop {
        let path = String::decode(&mut input).unwrap();
        if path == "/" {
            break;
        }
        let data = Buffer::decode(&mut input).unwrap();
        let acl = i64::decode(&mut input).unwrap();
        let stat = Jute::decode(&mut input).unwrap();
        loader.add_node(&path, data.as_deref(), acl, &stat).unwrap();
    }
    input.finish().unwrap();
    (loader.finish(zxid).unwrap(), sessions)
}
