//! A driver for one peer in a test: it feeds frames, keeps what is appended, flushes at once
//! or only when told, and hands out what each client was sent.

pub(crate) mod client;

use std::collections::{BTreeMap, BTreeSet};

use bytes::{Bytes, BytesMut};
pub(crate) use client::{Client, Reply};
use zoowarden_peer::{
    ClientEvent, CloseReason, ConnId, DiskEvent, Effect, Effects, Event, Input, Now, Peer,
    PeerConfig, Recovered,
};
use zoowarden_shared::{
    SessionId, Zxid,
    jute::{Jute, Reader},
    proto::Frames,
    txn::TxnRecord,
};
use zoowarden_tree::{DataTree, TreeConfig};

/// A snapshot as the disk got it.
#[derive(Debug, Default)]
pub(crate) struct SnapshotFile {
    pub(crate) zxid: Zxid,
    pub(crate) body: BytesMut,
    pub(crate) slices: usize,
    pub(crate) is_whole: bool,
}

/// One peer, its clock, its disk and its clients.
#[derive(Debug)]
pub(crate) struct Harness {
    pub(crate) peer: Peer,
    pub(crate) now: Now,
    /// Whether the disk answers at once.
    pub(crate) auto_flush: bool,
    pub(crate) auto_snapshot: bool,
    pub(crate) log: Vec<TxnRecord>,
    pub(crate) rolls: usize,
    pub(crate) snapshots: Vec<SnapshotFile>,
    pub(crate) closed: BTreeMap<ConnId, CloseReason>,
    pub(crate) paused: BTreeSet<ConnId>,
    pub(crate) events: Vec<Event>,
    config: PeerConfig,
    flushed: Zxid,
    inboxes: BTreeMap<ConnId, BytesMut>,
    next_conn: u64,
}

pub(crate) fn tree_config(config: &PeerConfig) -> TreeConfig {
    TreeConfig {
        extended_types_enabled: config.extended_types_enabled,
        digest_enabled: config.digest_enabled,
    }
}

impl Harness {
    /// A peer with an empty tree.
    pub(crate) fn new(config: PeerConfig) -> Self {
        let tree = DataTree::new(tree_config(&config));
        Self::recovered(config, tree, Vec::new(), Zxid::ZERO)
    }

    pub(crate) fn recovered(
        config: PeerConfig,
        tree: DataTree,
        sessions: Vec<(SessionId, i32)>,
        last_zxid: Zxid,
    ) -> Self {
        let now = Now {
            mono_us: 1_000_000_000,
            wall_ms: 1_700_000_000_000,
        };
        let recovered = Recovered {
            tree,
            sessions,
            last_zxid,
            accepted_epoch: 0,
            current_epoch: 0,
        };
        Self {
            peer: Peer::new(config.clone(), recovered, 42, now),
            now,
            auto_flush: true,
            auto_snapshot: true,
            log: Vec::new(),
            rolls: 0,
            snapshots: Vec::new(),
            closed: BTreeMap::new(),
            paused: BTreeSet::new(),
            events: Vec::new(),
            config,
            flushed: last_zxid,
            inboxes: BTreeMap::new(),
            next_conn: 1,
        }
    }

    /// What a restart finds: everything flushed, replayed over an empty tree.
    pub(crate) fn restart(&self, config: PeerConfig) -> Self {
        let mut tree = DataTree::new(tree_config(&self.config));
        let mut sessions = BTreeMap::new();
        for record in self
            .log
            .iter()
            .filter(|record| record.header.zxid <= self.flushed)
        {
            assert!(!tree.apply(record).digest_mismatch, "{record:?}");
            use zoowarden_shared::txn::Txn;
            match &record.txn {
                Txn::CreateSession(txn) => {
                    sessions.insert(record.header.session, txn.timeout_ms);
                }
                Txn::CloseSession(_) => {
                    sessions.remove(&record.header.session);
                }
                _ => {}
            }
        }
        Self::recovered(config, tree, sessions.into_iter().collect(), self.flushed)
    }

    pub(crate) fn input(&mut self, input: Input) {
        let mut out = Effects::new();
        self.peer.handle(self.now, input, &mut out);
        self.perform(out);
    }

    /// Performs the effects, and what they lead to.
    pub(crate) fn perform(&mut self, mut out: Effects) {
        let mut disk = Vec::new();
        for (conn, bytes) in out.take_to_clients() {
            assert!(
                !self.closed.contains_key(&conn),
                "bytes for a closed {conn:?}"
            );
            self.inboxes
                .entry(conn)
                .or_default()
                .extend_from_slice(&bytes);
        }
        for effect in out.take() {
            match effect {
                Effect::CloseClient(conn, reason) => {
                    assert!(self.closed.insert(conn, reason).is_none());
                }
                Effect::PauseReading(conn) => assert!(self.paused.insert(conn)),
                Effect::ResumeReading(conn) => assert!(self.paused.remove(&conn)),
                Effect::Append { zxid, txn } => {
                    let record = TxnRecord::from_bytes(txn).unwrap();
                    assert_eq!(record.header.zxid, zxid);
                    let before = self.log.last().map_or(self.flushed, |r| r.header.zxid);
                    assert_eq!(zxid, before.next(), "zxids are contiguous");
                    self.log.push(record);
                }
                Effect::RollLog => self.rolls += 1,
                Effect::SnapshotBegin { zxid } => self.snapshots.push(SnapshotFile {
                    zxid,
                    ..SnapshotFile::default()
                }),
                Effect::SnapshotSlice(bytes) => {
                    let file = self.snapshots.last_mut().unwrap();
                    assert!(!file.is_whole);
                    file.body.extend_from_slice(&bytes);
                    file.slices += 1;
                    disk.push(DiskEvent::SnapshotSliceWritten);
                }
                Effect::SnapshotEnd { zxid, .. } => {
                    self.snapshots.last_mut().unwrap().is_whole = true;
                    disk.push(DiskEvent::SnapshotDone { zxid });
                }
                Effect::Event(event) => self.events.push(event),
                effect @ (Effect::Replication(_) | Effect::SendRaw(..)) => {
                    panic!("a standalone server asks for {effect:?}");
                }
            }
        }
        if self.auto_snapshot {
            for event in disk {
                self.input(Input::Disk(event));
            }
        }
        if self.auto_flush {
            self.flush();
        }
    }

    /// The disk has everything that was appended.
    pub(crate) fn flush(&mut self) {
        if let Some(last) = self.log.last().map(|record| record.header.zxid)
            && last > self.flushed
        {
            self.flush_upto(last);
        }
    }

    pub(crate) fn flush_upto(&mut self, upto: Zxid) {
        self.flushed = upto;
        self.input(Input::Disk(DiskEvent::Flushed { upto }));
    }

    /// Time passes, and ticks come when they are due.
    pub(crate) fn advance_ms(&mut self, ms: u64) {
        let end = self.now.mono_us + ms * 1000;
        while let Some(deadline) = self.peer.deadline().filter(|&deadline| deadline <= end) {
            let passed = deadline.saturating_sub(self.now.mono_us);
            self.now.mono_us += passed;
            self.now.wall_ms += (passed / 1000) as i64;
            self.input(Input::Tick);
        }
        self.now.wall_ms += ((end - self.now.mono_us) / 1000) as i64;
        self.now.mono_us = end;
    }

    pub(crate) fn open(&mut self) -> ConnId {
        self.open_from("127.0.0.1:40000")
    }

    pub(crate) fn open_from(&mut self, remote: &str) -> ConnId {
        let conn = ConnId(self.next_conn);
        self.next_conn += 1;
        let remote = remote.parse().unwrap();
        self.input(Input::Client(conn, ClientEvent::Opened { remote }));
        conn
    }

    pub(crate) fn send(&mut self, conn: ConnId, frames: Bytes) {
        self.input(Input::Client(conn, ClientEvent::Frames(frames)));
    }

    pub(crate) fn drop_client(&mut self, conn: ConnId) {
        self.input(Input::Client(conn, ClientEvent::Closed));
    }

    /// The bodies of the frames that a client was sent since the last call.
    pub(crate) fn received(&mut self, conn: ConnId) -> Vec<Bytes> {
        let Some(inbox) = self.inboxes.get_mut(&conn) else {
            return Vec::new();
        };
        let mut bodies = Vec::new();
        while let Some(body) = Frames::new(inbox, usize::MAX).next_frame().unwrap() {
            bodies.push(body);
        }
        assert!(inbox.is_empty(), "half a frame");
        bodies
    }

    /// Reads a snapshot's body back into a tree and sessions.
    pub(crate) fn load(&self, file: &SnapshotFile) -> (DataTree, Vec<(SessionId, i32)>) {
        assert!(file.is_whole);
        let mut input = Reader::new(file.body.clone().freeze());
        let count = i32::decode(&mut input).unwrap();
        let sessions = (0..count)
            .map(|_| {
                let id = SessionId::decode(&mut input).unwrap();
                (id, i32::decode(&mut input).unwrap())
            })
            .collect();
        let mut loader = zoowarden_tree::TreeLoader::new(tree_config(&self.config));
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
            let data = zoowarden_shared::jute::Buffer::decode(&mut input).unwrap();
            let acl = i64::decode(&mut input).unwrap();
            let stat = Jute::decode(&mut input).unwrap();
            loader.add_node(&path, data.as_deref(), acl, &stat).unwrap();
        }
        input.finish().unwrap();
        (loader.finish(file.zxid).unwrap(), sessions)
    }
}
