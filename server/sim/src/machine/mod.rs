//! One machine: a disk that outlives its process, clocks, and the process while it runs.

mod damage;
mod files;
mod lane;
mod shadow;
mod store;

use std::{path::Path, sync::Arc, time::Duration};

use zoowarden_peer::{DiskEvent, Effect, Now, Peer, PeerConfig};
use zoowarden_server::disk::{
    BootOptions, DataDirs, Disk, DiskSide, DiskStats, Fault, ModelDisk, RecoveryOptions, boot,
};
use zoowarden_shared::{Sid, Zxid};
use zoowarden_tree::TreeConfig;
use zoowarden_zab::DiskEvent as Replicated;

pub(crate) use self::{
    files::{ConfigFiles, server_spec},
    lane::{Lane, Work},
    shadow::Shadow,
    store::{Store, appended, lane_of},
};
use crate::{event::Event, flaw::Flaw};

/// Virtual time begins here on every wall, Unix milliseconds.
const WALL_ORIGIN_MS: i64 = 1_700_000_000_000;

/// What its disk is fit for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    Sound,
    /// A bit was flipped on it, or files were removed: a start may be refused.
    Damaged,
    /// A start was refused, as it should be: the machine stays down until it is wiped.
    Refused(String),
}

/// A machine.
#[derive(Debug)]
pub(crate) struct Machine {
    pub(crate) index: usize,
    pub(crate) sid: Sid,
    pub(crate) disk: ModelDisk,
    dirs: DataDirs,
    pub(crate) files: ConfigFiles,
    /// Whether its process is to run: somebody starts it again when it has ended.
    pub(crate) is_wanted: bool,
    /// `None` while it is down.
    pub(crate) process: Option<Process>,
    /// Counts its starts: what was meant for an earlier process is dropped.
    pub(crate) boot: u32,
    pub(crate) health: Health,
    pub(crate) is_paused: bool,
    /// What came while it was paused.
    pub(crate) backlog: Vec<Event>,
    pub(crate) wall_offset_ms: i64,
    /// Effects until it is killed, and for how long.
    pub(crate) killed_after: Option<(u64, u64)>,
    /// How long it stays down after its disk stopped it, milliseconds.
    pub(crate) down_after_disk_ms: u64,
    /// A fault of the disk is planned: it may come while the process starts.
    pub(crate) disk_may_fail: bool,
    pub(crate) stalled_until_us: u64,
    pub(crate) shadow: Shadow,
    /// The last transaction that the disk reported as flushed.
    pub(crate) flushed: Zxid,
    /// Its start found a leader's snapshot without all that was to follow it: no vote.
    pub(crate) is_halfway: bool,
    stats: Arc<DiskStats>,
}

/// A running process.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) peer: Peer,
    pub(crate) store: Store,
    pub(crate) log: Lane,
    pub(crate) snapshots: Lane,
    pub(crate) started_us: u64,
    pub(crate) next_link: u64,
    /// When the next tick is scheduled.
    pub(crate) wake_at_us: Option<u64>,
    /// Up to where its deliveries were compared with those of others; `None` where the state
    /// was loaded and nobody was served from it yet.
    pub(crate) compared: Option<Zxid>,
}

impl Machine {
    pub(crate) fn new(index: usize, seed: u64, files: ConfigFiles) -> Self {
        Self {
            index,
            sid: Sid(index as i64 + 1),
            disk: ModelDisk::new(seed),
            dirs: DataDirs::new(Path::new("/data"), None),
            files,
            is_wanted: true,
            process: None,
            boot: 0,
            health: Health::Sound,
            is_paused: false,
            backlog: Vec::new(),
            wall_offset_ms: 0,
            killed_after: None,
            down_after_disk_ms: 0,
            disk_may_fail: false,
            stalled_until_us: 0,
            shadow: Shadow::default(),
            flushed: Zxid::ZERO,
            is_halfway: false,
            stats: Arc::new(DiskStats::new(Duration::from_secs(3600))),
        }
    }

    /// Whether this is its present process.
    pub(crate) fn runs(&self, boot: u32) -> bool {
        self.process.is_some() && self.boot == boot
    }

    /// Its clocks.
    pub(crate) fn now(&self, now_us: u64) -> Now {
        let started_us = self.process.as_ref().map_or(now_us, |it| it.started_us);
        Now {
            mono_us: now_us - started_us,
            wall_ms: WALL_ORIGIN_MS + self.wall_offset_ms + (now_us / 1000) as i64,
        }
    }

    /// Starts the process from what the disk holds.
    ///
    /// # Errors
    /// Why the data is refused.
    pub(crate) fn start(
        &mut self,
        now_us: u64,
        config: PeerConfig,
        seed: u64,
        flaw: Option<Flaw>,
    ) -> Result<(), String> {
        let disk: Arc<dyn Disk> = Arc::new(self.disk.clone());
        self.dirs
            .prepare(&*disk, true)
            .map_err(|error| error.to_string())?;
        let options = BootOptions {
            recovery: RecoveryOptions::default(),
            tree: TreeConfig {
                extended_types_enabled: config.extended_types_enabled,
                digest_enabled: config.digest_enabled,
            },
            replicated: config.replication.is_some(),
        };
        let booted =
            boot(&disk, &self.dirs, options, &self.stats).map_err(|error| error.to_string())?;
        let recovered = booted.state;
        let last = recovered.last_zxid;
        // Who says that something is missing may go on: without a vote, until it has it all.
        let loss = booted.loss.as_ref();
        self.is_halfway = loss.is_some_and(|loss| loss.durable.counter() == u32::MAX);
        let is_told = loss.is_some() || flaw == Some(Flaw::LossUnnoticed);
        if !is_told && self.health == Health::Damaged && last < self.flushed {
            return Err(format!(
                "the damage was not seen: {last} is the last transaction, {} was flushed",
                self.flushed
            ));
        }
        self.boot += 1;
        self.flushed = last;
        self.shadow.restarted(last);
        let stats = Arc::clone(&self.stats);
        let store = Store::new(disk, &self.dirs, stats, (options, last), flaw);
        let now = Now {
            mono_us: 0,
            wall_ms: self.now(now_us).wall_ms,
        };
        self.process = Some(Process {
            peer: Peer::new(config, recovered, seed, now),
            store,
            log: Lane::default(),
            snapshots: Lane::default(),
            started_us: now_us,
            next_link: 1,
            wake_at_us: None,
            compared: None,
        });
        Ok(())
    }

    /// The process is gone; the disk keeps what it must.
    pub(crate) fn stop(&mut self) {
        self.process = None;
        self.is_paused = false;
        self.backlog.clear();
        self.killed_after = None;
        self.stalled_until_us = 0;
        self.crash_disk();
    }

    /// What was not synced is lost, kept or torn; faults that were planned do not come.
    pub(crate) fn crash_disk(&mut self) {
        self.disk.crash();
        self.disk_may_fail = false;
    }

    /// Plans a fault for the disk.
    pub(crate) fn plan_disk_fault(&mut self, ahead: u64, fault: Fault, down_ms: u64) {
        self.disk.plan(ahead, fault);
        self.disk_may_fail = true;
        self.down_after_disk_ms = down_ms;
    }

    /// Lets the disk do all of this; what the member is to be told of it.
    pub(crate) fn work(&mut self, batch: Vec<Effect>) -> Vec<DiskEvent> {
        let Some(process) = &mut self.process else {
            return Vec::new();
        };
        let pretends = process.store.flaw() == Some(Flaw::SkipTrunc);
        let events = process.store.perform(batch);
        for event in &events {
            match event {
                DiskEvent::Replication(Replicated::Truncated(zxid)) if !pretends => {
                    self.shadow.truncated(*zxid);
                }
                DiskEvent::Replication(Replicated::Staged(_)) => self.shadow.replaced(),
                DiskEvent::Reloaded(recovered) => {
                    self.shadow.truncated(recovered.last_zxid);
                    process.compared = None;
                }
                _ => {}
            }
        }
        events
    }

    /// Removes old snapshots and logs.
    pub(crate) fn purge(&mut self) {
        if let Some(process) = &mut self.process {
            process.store.purge();
        }
    }

    /// Raises the mark of what is durable.
    pub(crate) fn raise_mark(&mut self) {
        if let Some(process) = &mut self.process {
            process.store.raise_mark();
        }
    }

    /// The thread of the process's disk.
    pub(crate) fn lane(&mut self, side: DiskSide) -> Option<&mut Lane> {
        let process = self.process.as_mut()?;
        Some(match side {
            DiskSide::Log => &mut process.log,
            DiskSide::Snapshots => &mut process.snapshots,
        })
    }

    /// An empty disk in the place of the old one, and no memory of it.
    pub(crate) fn wipe(&mut self, seed: u64) {
        self.disk = ModelDisk::new(seed);
        self.health = Health::Sound;
        self.shadow = Shadow::default();
        self.flushed = Zxid::ZERO;
    }
}

impl Machine {
    /// What its replication says of itself; `None` for a standalone server, or none.
    pub(crate) fn replication_status(&self) -> Option<zoowarden_zab::Status> {
        let peer = &self.process.as_ref()?.peer;
        // The time is only for how long it has served.
        Some(peer.replication_view(Now::default())?.status)
    }
}

impl Process {
    /// The last transaction that its clients see; `None` while it serves none, or without a
    /// leader.
    pub(crate) fn served_zxid(&self, now: Now) -> Option<Zxid> {
        let view = self.peer.server_view(now);
        let is_serving = view.serving && !view.is_read_only();
        is_serving.then(|| self.peer.applied_zxid())
    }
}
