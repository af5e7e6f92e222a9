//! What replication asks of the disk, through the threads: in order with the appends, and
//! with an end to what waits in memory.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

mod disk_support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

use bytes::Bytes;
use disk_support::{
    bench::{link, small, txn, zxid},
    dirs, snapshot_body, stats, write_snapshot,
};
use zoowarden_peer::{DiskEvent, Effect as PeerEffect};
use zoowarden_server::disk::{Disk, DiskHandle, DiskSide, Fault, ModelDisk};
use zoowarden_shared::Zxid;
use zoowarden_zab::{DiskEvent as Replicated, Effect};

const PATIENCE: Duration = Duration::from_secs(60);

struct Threads {
    model: ModelDisk,
    handle: DiskHandle,
    events: mpsc::Receiver<DiskEvent>,
}

impl Threads {
    fn new() -> Self {
        let model = ModelDisk::new(1);
        let disk: Arc<dyn Disk> = Arc::new(model.clone());
        let dirs = dirs();
        dirs.prepare(&*disk, true).unwrap();
        write_snapshot(&disk, &dirs, Zxid::ZERO, b"").unwrap();
        let (sender, events) = mpsc::channel();
        let sink = Arc::new(move |event| drop(sender.send(event)));
        let handle = DiskHandle::start(disk, &dirs, small(), Zxid::ZERO, stats(), sink).unwrap();
        Self {
            model,
            handle,
            events,
        }
    }

    fn append(&self, epoch: i32, counters: std::ops::RangeInclusive<i64>) {
        for counter in counters {
            let zxid = zxid(epoch, counter);
            self.handle.perform(Effect::Append {
                zxid,
                txn: txn(zxid),
            });
        }
    }

    fn event(&self) -> DiskEvent {
        self.events.recv_timeout(PATIENCE).expect("an event comes")
    }

    /// The next event that is no flush, and what was flushed before it.
    fn event_after_flushes(&self) -> (Zxid, DiskEvent) {
        let mut flushed = Zxid::ZERO;
        loop {
            match self.event() {
                DiskEvent::Flushed { upto } => flushed = upto,
                other => return (flushed, other),
            }
        }
    }
}

#[test]
fn appends_come_before_a_cut_and_before_epochs_zookeeper_4643() {
    let threads = Threads::new();
    threads.append(1, 1..=5);
    threads.handle.perform(Effect::SaveCurrentEpoch(1));
    threads.append(1, 6..=9);
    threads.handle.perform(Effect::Truncate(zxid(1, 7)));
    threads.handle.perform(Effect::Reload);
    threads.append(2, 1..=2);
    let (flushed, event) = threads.event_after_flushes();
    assert_eq!(flushed, zxid(1, 5));
    let DiskEvent::Replication(Replicated::CurrentEpochSaved(1)) = event else {
        panic!("{event:?}");
    };
    let (flushed, event) = threads.event_after_flushes();
    assert_eq!(flushed, zxid(1, 9));
    let DiskEvent::Replication(Replicated::Truncated(cut)) = event else {
        panic!("{event:?}");
    };
    assert_eq!(cut, zxid(1, 7));
    let DiskEvent::Reloaded(recovered) = threads.event() else {
        panic!("it is loaded anew");
    };
    assert_eq!((recovered.last_zxid, recovered.current_epoch), (cut, 1));
    while !matches!(threads.event(), DiskEvent::Flushed { upto } if upto == zxid(2, 2)) {}
}

/// A part of a snapshot that says when nobody holds it any more.
struct Part(Bytes, Arc<AtomicUsize>);

impl AsRef<[u8]> for Part {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.1.fetch_sub(1, Ordering::SeqCst);
    }
}

#[test]
fn the_parts_of_a_snapshot_are_let_go_as_they_are_written() {
    let threads = Threads::new();
    threads.append(1, 1..=5);
    let held = Arc::new(AtomicUsize::new(0));
    let sent = zxid(2, 3);
    let body = snapshot_body(&[7; 500]).freeze();
    let send = || {
        threads.handle.perform(Effect::StageBegin(sent));
        for at in (0..body.len()).step_by(100) {
            let part = body.slice(at..body.len().min(at + 100));
            held.fetch_add(1, Ordering::SeqCst);
            let part = Bytes::from_owner(Part(part, Arc::clone(&held)));
            threads.handle.perform(Effect::StageChunk(part));
        }
        threads.handle.perform(Effect::StageEnd(sent));
    };
    send();
    let (flushed, event) = threads.event_after_flushes();
    assert_eq!(flushed, zxid(1, 5), "what was appended is durable first");
    let DiskEvent::Replication(Replicated::Staged(staged)) = event else {
        panic!("{event:?}");
    };
    assert_eq!((staged, held.load(Ordering::SeqCst)), (sent, 0));
    threads.handle.perform(Effect::Reload);
    let DiskEvent::Reloaded(recovered) = threads.event() else {
        panic!("it is loaded anew");
    };
    assert_eq!(recovered.last_zxid, sent);
    // The same where the disk does not take them.
    threads.model.plan(1, Fault::Io);
    send();
    let event = threads.event();
    assert!(
        matches!(event, DiskEvent::Replication(Replicated::StageFailed)),
        "{event:?}"
    );
    threads.append(2, 4..=4);
    let event = threads.event();
    assert!(matches!(event, DiskEvent::Flushed { upto } if upto == zxid(2, 4)));
    let mut threads = threads;
    threads.handle.close();
    assert_eq!(held.load(Ordering::SeqCst), 0);
}

#[test]
fn a_member_that_cannot_install_a_snapshot_stops() {
    // The rename that makes it count, its directory, what follows: then it is for the next
    // start to say what the member has.
    for ahead in 0..4 {
        let threads = Threads::new();
        threads.append(1, 1..=5);
        while !matches!(threads.event(), DiskEvent::Flushed { upto } if upto == zxid(1, 5)) {}
        let sent = zxid(2, 3);
        // Behind file, header, part, end, sync.
        threads.model.plan(5 + ahead, Fault::Io);
        threads.handle.perform(Effect::StageBegin(sent));
        let body = snapshot_body(b"sent").freeze();
        threads.handle.perform(Effect::StageChunk(body));
        threads.handle.perform(Effect::StageEnd(sent));
        let event = threads.event();
        assert!(matches!(event, DiskEvent::LogFailed), "{ahead}: {event:?}");
    }
}

#[test]
fn the_log_is_read_back_while_it_is_written() {
    let threads = Threads::new();
    threads.append(1, 1..=50);
    while !matches!(threads.event(), DiskEvent::Flushed { upto } if upto == zxid(1, 50)) {}
    threads.append(1, 51..=2000);
    for number in 0..20 {
        let (link, after, upto) = (link(number), zxid(1, 20), zxid(1, 50));
        threads
            .handle
            .perform(Effect::ReadLog { link, after, upto });
    }
    let mut read = 0;
    let mut flushed = Zxid::ZERO;
    while read < 20 || flushed < zxid(1, 2000) {
        match threads.event() {
            DiskEvent::Flushed { upto } => flushed = upto,
            DiskEvent::Replication(Replicated::LogRead {
                link: asked,
                txns,
                complete,
            }) => {
                assert_eq!(asked, link(read));
                assert!(complete);
                let zxids: Vec<i64> = txns.iter().map(|(zxid, _)| zxid.0 & 0xffff).collect();
                assert_eq!(zxids, (21..=50).collect::<Vec<_>>());
                read += 1;
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn effects_are_performed_by_the_side_that_is_named() {
    let zxid = Zxid::ZERO;
    let of = |effect| DiskSide::of(&PeerEffect::Replication(effect));
    assert_eq!(DiskSide::of(&PeerEffect::RollLog), Some(DiskSide::Log));
    assert_eq!(of(Effect::Reload), Some(DiskSide::Log));
    assert_eq!(of(Effect::StageEnd(zxid)), Some(DiskSide::Snapshots));
    assert_eq!(of(Effect::Hangup(link(1))), None);
}
