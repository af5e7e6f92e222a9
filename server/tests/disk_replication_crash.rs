//! Random lives of a member of an ensemble on a disk that loses and tears what was not synced:
//! its log is cut, its history replaced by a leader's, its epochs saved, and it may stop at
//! any step. What it finds then is the history before the step or the one after it, and never
//! less than was flushed, nor less than its mark of what is durable claims. A failing seed is
//! replayed with `ZOOWARDEN_SEED=<seed>`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

mod disk_support;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use disk_support::{
    Memory,
    bench::{link, small},
    dirs,
    history::History,
    random_txn, snapshot_body, stats, write_snapshot,
};
use zoowarden_peer::{DiskEvent, Effect as PeerEffect};
use zoowarden_server::disk::{
    DataDirs, Disk, DiskError, DiskWorker, EpochsError, Fault, ModelDisk, RecoveryError,
    RecoveryOptions, Rng, load_epochs, recover, remove_partial_snapshots,
};
use zoowarden_shared::{Epoch, Zxid};
use zoowarden_zab::{DiskEvent as Replicated, Effect};

const SEEDS: u64 = 2000;

/// How often what is tested really came about, over all seeds.
#[derive(Debug, Default)]
struct Seen {
    truncated: u64,
    staged: u64,
    reloaded: u64,
    read_back: u64,
    marked: u64,
    changed_by_crash: u64,
}

#[test]
fn a_crash_leaves_the_old_history_or_the_new_one() {
    let mut seen = Seen::default();
    if let Some(seed) = std::env::var("ZOOWARDEN_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
    {
        run(seed, &mut seen);
        return;
    }
    for seed in 0..SEEDS {
        if catch_unwind(AssertUnwindSafe(|| run(seed, &mut seen))).is_err() {
            panic!(
                "replay with: ZOOWARDEN_SEED={seed} cargo test -p zoowarden-server \
                 --test disk_replication_crash -- --nocapture"
            );
        }
    }
    let Seen {
        truncated,
        staged,
        reloaded,
        read_back,
        marked,
        changed_by_crash,
    } = seen;
    for count in [
        truncated,
        staged,
        reloaded,
        read_back,
        marked,
        changed_by_crash,
    ] {
        assert!(count > SEEDS / 10, "too little was tested: {seen:?}");
    }
}

fn run(seed: u64, seen: &mut Seen) {
    let mut member = Member::new(seed);
    for _ in 0..6 {
        member.live(seen);
        member.die();
    }
    // A last start, with no fault planned, must succeed.
    member.model.crash();
    member.start(seen).expect("it starts on what is left");
}

/// A member's files and what is known of them.
struct Member {
    rng: Rng,
    model: ModelDisk,
    disk: Arc<dyn Disk>,
    dirs: DataDirs,
    history: History,
    /// The leader's that is being put in its place.
    next: Option<History>,
    /// The highest epoch of all: histories that differ have different epochs.
    highest: Epoch,
    /// The one that the member has accepted, durably.
    epoch: Epoch,
    /// A leader's snapshot of less may be there, and the epoch not be saved: the mark is out of
    /// the history's reach then.
    is_incomplete: bool,
}

fn is_out_of_reach(mark: Zxid) -> bool {
    mark.counter() == u32::MAX
}

/// The process ends: something failed.
struct Over;

impl Member {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let model = ModelDisk::new(rng.number());
        let disk: Arc<dyn Disk> = Arc::new(model.clone());
        let dirs = dirs();
        dirs.prepare(&*disk, true).unwrap();
        Self {
            rng,
            model,
            disk,
            dirs,
            history: History::default(),
            next: None,
            highest: 0,
            epoch: 0,
            is_incomplete: false,
        }
    }

    fn live(&mut self, seen: &mut Seen) {
        let fault = [Fault::Crash, Fault::Crash, Fault::Io, Fault::Full][self.rng.below(4)];
        self.model.plan(self.rng.below(150) as u64, fault);
        if let Ok(last) = self.start(seen)
            && self.gives_up_what_is_missing()
        {
            let disk = Arc::clone(&self.disk);
            let mut worker = DiskWorker::new(disk, &self.dirs, small(), last, stats());
            for _ in 0..self.rng.below(60) {
                if self.step(&mut worker, seen).is_err() {
                    break;
                }
            }
        }
    }

    /// Recovers, and checks what was recovered.
    fn start(&mut self, seen: &mut Seen) -> Result<Zxid, DiskError> {
        let mut memory = Memory::default();
        let options = RecoveryOptions::default();
        let recovered = match recover(&*self.disk, &self.dirs, options, &mut memory) {
            Ok(recovered) => recovered,
            Err(RecoveryError::Disk(error)) => return Err(error),
            Err(error) => panic!("the data was refused: {error}"),
        };
        let last = recovered.last_zxid;
        if !self.history.explains(&recovered, &memory) {
            let next = self
                .next
                .clone()
                .filter(|next| next.explains(&recovered, &memory));
            let next = next.unwrap_or_else(|| {
                panic!(
                    "{recovered:?} is neither {:?}, {} of it durable, nor {:?}",
                    self.history.zxids(),
                    self.history.durable,
                    self.next.as_ref().map(History::zxids)
                )
            });
            self.history = next;
            seen.changed_by_crash += 1;
        }
        if let Some(claimed) = self.claimed() {
            assert!(
                claimed <= last || self.is_incomplete && is_out_of_reach(claimed),
                "the mark is {claimed}, the data ends at {last}"
            );
            seen.marked += u64::from(claimed == last && last > Zxid::ZERO);
        }
        self.next = None;
        let count = self.history.count_upto(last);
        self.history.cut(count);
        remove_partial_snapshots(&*self.disk, self.dirs.snapshots())?;
        if recovered.snapshot.is_none() {
            write_snapshot(&self.disk, &self.dirs, last, &self.history.content(0))?;
        }
        match load_epochs(&*self.disk, self.dirs.snapshots(), last) {
            Ok(epochs) => {
                let possible = self.epoch..=self.highest;
                assert!(
                    possible.contains(&epochs.accepted),
                    "{epochs:?} {possible:?}"
                );
                self.epoch = epochs.accepted;
                assert!(epochs.current >= last.epoch(), "{epochs:?} {last}");
            }
            Err(EpochsError::Disk(error)) => return Err(error),
            Err(error) => panic!("the epochs contradict the data: {error}"),
        }
        Ok(last)
    }

    /// What an operator does where the mark is out of reach. Whether it was possible.
    fn gives_up_what_is_missing(&mut self) -> bool {
        if !self.claimed().is_some_and(is_out_of_reach) {
            return true;
        }
        let mark = self.dirs.mark_file();
        let removed = self.disk.remove(&mark);
        let removed = removed.and_then(|()| self.disk.sync_dir(mark.parent().unwrap()));
        self.is_incomplete = removed.is_err();
        removed.is_ok()
    }

    /// What a start would believe of the file with the marks, or more.
    fn claimed(&self) -> Option<Zxid> {
        let content = self.model.content(&self.dirs.mark_file())?;
        let text = String::from_utf8(content).ok()?;
        let whole = text.lines().filter_map(|line| {
            let (claim, crc) = line.split_once(" epoch ")?.1.split_once(" crc ")?;
            (!claim.is_empty() && crc.len() == 8).then_some(line)
        });
        let zxids = whole.filter_map(|line| {
            let zxid = line.strip_prefix("durable 0x")?.split(' ').next()?;
            Some(Zxid(i64::from_str_radix(zxid, 16).ok()?))
        });
        zxids.max()
    }

    fn step(&mut self, worker: &mut DiskWorker, seen: &mut Seen) -> Result<(), Over> {
        match self.rng.below(24) {
            0..9 => self.append(worker)?,
            9..13 => {
                let events = worker.commit();
                self.hear(events)?;
            }
            13 => self.new_leader(worker)?,
            14 => {
                let events = worker.perform(Effect::SaveCurrentEpoch(self.epoch));
                self.hear(events)?;
            }
            15 => self.snapshot(worker)?,
            16 => worker.purge(3),
            17 => self.truncate(worker, seen)?,
            18 => self.stage(worker, seen)?,
            19 => self.reload(worker, seen)?,
            20 => self.read_log(worker, seen)?,
            21..23 => worker.raise_mark(),
            _ => self.model.free_space(),
        }
        Ok(())
    }

    fn append(&mut self, worker: &mut DiskWorker) -> Result<(), Over> {
        let last = self.history.last();
        let zxid = if last.epoch() == self.epoch {
            last.next()
        } else {
            Zxid::new(self.epoch, 1)
        };
        let txn = random_txn(zxid, &mut self.rng);
        self.history.txns.push((zxid, txn.clone()));
        let events = worker.perform(PeerEffect::Append { zxid, txn });
        self.hear(events)
    }

    fn new_leader(&mut self, worker: &mut DiskWorker) -> Result<(), Over> {
        self.highest += 1;
        let events = worker.perform(Effect::SaveAcceptedEpoch(self.highest));
        self.hear(events)?;
        self.epoch = self.highest;
        Ok(())
    }

    /// Of what is flushed, as the peer does: a new log file for what follows it.
    fn snapshot(&mut self, worker: &mut DiskWorker) -> Result<(), Over> {
        let events = worker.perform(PeerEffect::RollLog);
        self.hear(events)?;
        let zxid = self.history.last();
        let body = snapshot_body(&self.history.content(self.history.txns.len())).freeze();
        worker.perform(PeerEffect::SnapshotBegin { zxid });
        worker.perform(PeerEffect::SnapshotSlice(body));
        // One that fails is tried again later; the log goes on.
        let digest = None;
        worker.perform(PeerEffect::SnapshotEnd { zxid, digest });
        Ok(())
    }

    fn truncate(&mut self, worker: &mut DiskWorker, seen: &mut Seen) -> Result<(), Over> {
        // What was appended before is flushed first, but need not survive the cut.
        let count = self.rng.below(self.history.txns.len() + 1);
        let zxid = match count.checked_sub(1) {
            Some(last) => self.history.txns[last].0,
            None => Zxid::ZERO,
        };
        if zxid < self.history.position {
            return Ok(());
        }
        // From here on any part of the tail may be gone.
        let durable = self.history.durable;
        self.history.durable = durable.min(count);
        for event in worker.perform(Effect::Truncate(zxid)) {
            match event {
                DiskEvent::Flushed { .. } => {}
                DiskEvent::Replication(Replicated::Truncated(cut)) => {
                    assert_eq!(cut, zxid);
                    self.history.cut(count);
                    seen.truncated += 1;
                }
                DiskEvent::Replication(Replicated::TruncateRefused(_)) => {
                    self.history.durable = self.history.durable.max(durable);
                }
                DiskEvent::LogFailed => return Err(Over),
                other => panic!("{other:?}"),
            }
        }
        Ok(())
    }

    fn stage(&mut self, worker: &mut DiskWorker, seen: &mut Seen) -> Result<(), Over> {
        self.new_leader(worker)?;
        let sent = self.leaders_history();
        let (zxid, body) = (
            sent.position,
            snapshot_body(&sent.content(sent.txns.len())).freeze(),
        );
        self.is_incomplete |= zxid < self.history.last();
        self.next = Some(sent);
        let mut events = worker.perform(Effect::StageBegin(zxid));
        for at in (0..body.len()).step_by(50) {
            let chunk = body.slice(at..body.len().min(at + 50));
            events.extend(worker.perform(Effect::StageChunk(chunk)));
        }
        if self.rng.one_in(5) {
            events.extend(worker.perform(Effect::StageAbort));
        }
        events.extend(worker.perform(Effect::StageEnd(zxid)));
        for event in events {
            match event {
                DiskEvent::Flushed { .. } => self.history.durable = self.history.txns.len(),
                DiskEvent::Replication(Replicated::StageFailed) => {}
                DiskEvent::Replication(Replicated::Staged(staged)) => {
                    assert_eq!(staged, zxid);
                    self.history = self.next.take().unwrap();
                    seen.staged += 1;
                }
                DiskEvent::LogFailed => return Err(Over),
                other => panic!("{other:?}"),
            }
        }
        if self.next.take().is_some() {
            // Nobody else may use the epoch in which it was written.
            self.new_leader(worker)?;
        }
        Ok(())
    }

    /// A part of ours, and what others wrote since.
    fn leaders_history(&mut self) -> History {
        let mut sent = self.history.clone();
        sent.txns.truncate(self.rng.below(sent.txns.len() + 1));
        let written = self.rng.below(4) as u32;
        for counter in 1..=written {
            let zxid = Zxid::new(self.epoch, counter);
            sent.txns.push((zxid, random_txn(zxid, &mut self.rng)));
        }
        // A leader that has written nothing yet stands at the front of its epoch, or where it
        // stood before.
        sent.position = match sent.txns.last() {
            Some(last) if written > 0 || self.rng.one_in(3) => last.0,
            _ => Zxid::new(self.epoch, 0),
        };
        sent.durable = sent.txns.len();
        sent
    }

    fn reload(&mut self, worker: &mut DiskWorker, seen: &mut Seen) -> Result<(), Over> {
        for event in worker.perform(Effect::Reload) {
            match event {
                DiskEvent::Flushed { .. } => self.history.durable = self.history.txns.len(),
                DiskEvent::Reloaded(recovered) => {
                    assert_eq!(recovered.last_zxid, self.history.last());
                    assert_eq!(recovered.accepted_epoch, self.epoch);
                    seen.reloaded += 1;
                }
                DiskEvent::LogFailed => return Err(Over),
                other => panic!("{other:?}"),
            }
        }
        Ok(())
    }

    fn read_log(&mut self, worker: &mut DiskWorker, seen: &mut Seen) -> Result<(), Over> {
        let events = worker.commit();
        self.hear(events)?;
        let Some(upto) = self.history.txns.last().map(|txn| txn.0) else {
            return Ok(());
        };
        let some = Zxid::new(
            self.rng.below(self.epoch as usize + 1) as Epoch,
            self.rng.below(9) as u32,
        );
        let known = self.history.txns[self.rng.below(self.history.txns.len())].0;
        let after = if self.rng.one_in(2) { some } else { known };
        if after > upto {
            return Ok(());
        }
        let link = link(1);
        for event in worker.perform(Effect::ReadLog { link, after, upto }) {
            let DiskEvent::Replication(Replicated::LogRead { txns, complete, .. }) = event else {
                panic!("{event:?}");
            };
            if complete {
                assert!(self.history.has(after) || after == Zxid::ZERO, "{after}");
                assert_eq!(txns, self.history.txns[self.history.count_upto(after)..]);
                seen.read_back += 1;
            } else {
                assert!(txns.is_empty());
            }
        }
        Ok(())
    }

    fn hear(&mut self, events: Vec<DiskEvent>) -> Result<(), Over> {
        for event in events {
            match event {
                DiskEvent::Flushed { upto } => {
                    self.history.durable = self.history.count_upto(upto);
                }
                DiskEvent::Replication(Replicated::CurrentEpochSaved(_)) => {
                    self.is_incomplete = false;
                }
                DiskEvent::LogFailed => return Err(Over),
                _ => {}
            }
        }
        Ok(())
    }

    /// The machine stops, or only the process.
    fn die(&mut self) {
        if self.model.is_down() || self.rng.one_in(2) {
            self.model.crash();
        } else {
            self.model.free_space();
        }
    }
}
