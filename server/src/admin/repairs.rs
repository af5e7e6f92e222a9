//! Repairs that go over a restart of the member, as its AdminServer sees them: ordering one,
//! how far it is, and its end. What the disk does of it is `disk::repair`'s.

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::{Value as Json, json};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use zoowarden_shared::{
    Epoch,
    audit::{Outcome, Record},
};
use zoowarden_tree::TreeConfig;

use super::{Admin, audit::unix_ms};
use crate::{
    configure::Configured,
    disk::{Candidate, DataDirs, RealDisk, Repair, RepairKind, RepairStage},
    driver::DriverHandle,
};

/// How often a member that was repaired is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// For how long clients are kept out while a snapshot that was brought waits to be put in place.
const CANDIDATE_HOLDS: Duration = Duration::from_secs(600);

/// What repairs need of a member.
#[derive(Debug)]
pub(crate) struct Repairs {
    dirs: DataDirs,
    tree: TreeConfig,
    /// Cancelled where the member is to be started again.
    again: CancellationToken,
    candidate: Arc<Mutex<Option<Held>>>,
    /// Whoever brings a snapshot, or puts it in place, is alone with its file.
    turn: tokio::sync::Mutex<()>,
}

/// A snapshot that was brought and is sound, and until when it waits.
#[derive(Clone, Copy, Debug)]
struct Held {
    candidate: Candidate,
    /// The epoch in force when it was brought: in another it is nothing any more.
    epoch: Epoch,
    until: Instant,
}

impl Repairs {
    /// Of the member with this configuration; `again` is cancelled where it is to be started
    /// again.
    pub(crate) fn new(configured: &Configured, again: CancellationToken) -> Self {
        let config = &configured.config;
        Self {
            dirs: DataDirs::new(&config.data_dir, Some(&config.data_log_dir)),
            tree: TreeConfig {
                extended_types_enabled: config.features.extended_types_enabled,
                digest_enabled: config.features.digest_enabled,
            },
            again,
            candidate: Arc::default(),
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// The candidate's file, for one order alone; none where another has it, or the member is
    /// about to start with it.
    pub(super) fn turn(&self) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        let turn = self.turn.try_lock().ok()?;
        (!self.again.is_cancelled()).then_some(turn)
    }

    pub(super) fn dirs(&self) -> &DataDirs {
        &self.dirs
    }

    pub(super) fn tree(&self) -> TreeConfig {
        self.tree
    }

    /// Notes, durably, what the next start has to do, and brings it about.
    pub(super) fn order(&self, kind: RepairKind, order: Record) -> Result<(), String> {
        let stage = RepairStage::Wanted;
        let repair = Repair { kind, stage, order };
        let written = repair.write(&RealDisk, &self.dirs);
        written.map_err(|error| error.to_string())?;
        self.again.cancel();
        Ok(())
    }

    /// Keeps a snapshot, and clients out, for a while: until another epoch than this one begins.
    pub(super) fn hold(&self, candidate: Candidate, epoch: Epoch, driver: DriverHandle) {
        let until = Instant::now() + CANDIDATE_HOLDS;
        *self.held() = Some(Held {
            candidate,
            epoch,
            until,
        });
        let candidate = Arc::clone(&self.candidate);
        tokio::spawn(async move {
            let held = || lock(&candidate).is_some_and(|held| held.epoch == epoch);
            while held() {
                match driver.ask(|peer, _| peer.epoch()).await {
                    // None is in force while there is no leader.
                    Ok(now) if now == epoch || now == 0 => sleep(LOOK_AGAIN).await,
                    _ => {
                        tracing::warn!("another epoch has begun: what was brought is given up");
                        *lock(&candidate) = None;
                    }
                }
            }
        });
    }

    /// Gives up what was brought.
    pub(super) fn release(&self) {
        *self.held() = None;
        // Where it cannot go now, the next start removes it.
        let _ = fs::remove_file(self.dirs.candidate_file());
    }

    /// The epoch in which the one that is kept was brought.
    pub(super) fn held_epoch(&self) -> Option<Epoch> {
        self.held().map(|held| held.epoch)
    }

    /// The snapshot that waits to be put in place.
    pub(super) fn candidate(&self) -> Option<Candidate> {
        let held = *self.held();
        held.filter(|held| Instant::now() < held.until)
            .map(|held| held.candidate)
    }

    fn held(&self) -> MutexGuard<'_, Option<Held>> {
        lock(&self.candidate)
    }

    fn read(&self) -> Option<Repair> {
        Repair::read(&RealDisk, &self.dirs).unwrap_or_else(|error| {
            tracing::error!(%error, "the last repair cannot be read");
            None
        })
    }
}

fn lock(candidate: &Mutex<Option<Held>>) -> MutexGuard<'_, Option<Held>> {
    candidate.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Admin {
    /// Whether clients are kept out, because a snapshot is about to replace what they would
    /// write on.
    pub(crate) fn keeps_clients_out(&self) -> bool {
        self.repairs.candidate().is_some()
    }

    /// The last repair, how far it is, and what the member holds: a repaired one and the leader
    /// show the same digest at the same zxid.
    pub(super) async fn repair_status(&self) -> Json {
        let held = self
            .driver
            .ask(|peer, _| (peer.applied_zxid(), peer.tree_digest()))
            .await;
        let (zxid, digest) = match held {
            Ok((zxid, digest)) => (Some(zxid.to_string()), digest),
            Err(_) => (None, None),
        };
        let repair = self.repairs.read();
        let candidate = self.repairs.candidate();
        json!({
            "repair": repair.as_ref().map(|repair| match repair.kind {
                RepairKind::Resync => "resync",
                RepairKind::Restore { .. } => "restore",
            }),
            "stage": repair.as_ref().map(|repair| match repair.stage {
                RepairStage::Wanted => "wanted",
                RepairStage::Installed => "installed",
                RepairStage::Done => "done",
            }),
            "ordered": repair.as_ref().map(|repair| repair.order.time()),
            "ordered_by": repair.as_ref().map(|repair| repair.order.principal.clone()),
            "received_bytes": received_bytes(self.repairs.dirs.snapshots()),
            "candidate": candidate.map(shown),
            "zxid": zxid,
            "digest": digest,
        })
    }

    /// Waits until a repaired member serves again, and writes the end of it to the audit log.
    pub(crate) async fn see_repair_through(&self, closing: CancellationToken) {
        let pending = |repair: &Repair| repair.stage != RepairStage::Done;
        if self.repairs.read().filter(pending).is_none() {
            return;
        }
        loop {
            tokio::select! {
                () = sleep(LOOK_AGAIN) => {}
                () = closing.cancelled() => return,
            }
            let installed = self
                .repairs
                .read()
                .filter(|repair| repair.stage == RepairStage::Installed);
            if let Some(repair) = installed
                && self.is_serving().await
            {
                return self.finish(repair).await;
            }
        }
    }

    async fn finish(&self, repair: Repair) {
        let held = self
            .driver
            .ask(|peer, _| (peer.applied_zxid(), peer.tree_digest()))
            .await;
        let Ok((zxid, digest)) = held else { return };
        let digest = digest.map_or("unknown".to_owned(), |digest| digest.to_string());
        let now = unix_ms();
        let record = Record {
            unix_ms: now,
            after: self.standing().await,
            outcome: Outcome::Done,
            sentence: format!("serving again at zxid {zxid}, digest {digest}"),
            duration_ms: Some(u64::try_from(now - repair.order.unix_ms).unwrap_or_default()),
            ..repair.order.clone()
        };
        tracing::info!(?repair.kind, %zxid, digest, "the repair is done");
        if let Err(error) = self.audit.write(record).await {
            tracing::error!(%error, "the end of a repair is not in the audit log");
        }
        let reached = repair.reach(RepairStage::Done, &RealDisk, &self.repairs.dirs);
        if let Err(error) = reached {
            tracing::error!(%error, "a repair is done, which could not be noted");
        }
    }
}

/// A candidate as JSON.
pub(super) fn shown(candidate: Candidate) -> Json {
    json!({
        "zxid": candidate.zxid.to_string(),
        "digest": candidate.digest,
        "znodes": candidate.znodes,
        "sessions": candidate.sessions,
    })
}

/// Bytes of a leader's snapshot so far, while one is being received.
fn received_bytes(snapshots: &Path) -> Option<u64> {
    let partial = |entry: fs::DirEntry| {
        let is_partial = entry.file_name().to_str()?.starts_with("partial-");
        is_partial.then(|| entry.metadata().ok().map(|file| file.len()))?
    };
    let entries = fs::read_dir(snapshots).ok()?;
    entries.flatten().filter_map(partial).max()
}
