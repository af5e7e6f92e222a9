//! From a data directory to a peer that knows what is in it, with the disk threads behind.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, ensure};
use zoowarden_peer::Peer;
use zoowarden_shared::{Zxid, config::ServerConfig};
use zoowarden_tree::TreeConfig;

use crate::{
    configure::Configured,
    disk::{
        Autopurge, BootOptions, DataDirs, Disk, DiskConfig, DiskHandle, DiskStats, RealDisk,
        RecoveryOptions, SlowDisk, TxnLogConfig, boot,
    },
    driver::{Clock, Control, Inbox},
    lock::DirectoryLock,
};

const SECONDS_PER_HOUR: u64 = 3600;

/// What stands on a data directory, and what it is told by.
pub(crate) struct Started {
    pub(crate) clock: Clock,
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) peer: Peer,
    pub(crate) disk: DiskHandle,
    pub(crate) stats: Arc<DiskStats>,
    pub(crate) locks: Vec<DirectoryLock>,
}

/// Locks the member's directories, recovers what they hold, and starts the disk threads, whose
/// events go to the inbox.
///
/// # Errors
/// When a directory is another process's, cannot be read or written, or holds damaged data.
pub(crate) async fn start(configured: &Configured) -> anyhow::Result<Started> {
    let configured = configured.clone();
    // It may take long, and never waits for anything but the disk.
    let recovering = tokio::task::spawn_blocking(move || recover(&configured));
    recovering.await.context("the recovery failed")?
}

fn recover(configured: &Configured) -> anyhow::Result<Started> {
    let clock = Clock::start();
    let inbox = Arc::new(Inbox::new());
    let config = &configured.config;
    let disk: Arc<dyn Disk> = match &configured.sync_delay {
        Some(file) => Arc::new(SlowDisk::new(file.clone())),
        None => Arc::new(RealDisk),
    };
    let dirs = DataDirs::new(&config.data_dir, Some(&config.data_log_dir));
    dirs.prepare(&*disk, config.storage.datadir_autocreate)?;
    let mut locks = vec![DirectoryLock::take(&config.data_dir)?];
    if config.data_log_dir != config.data_dir {
        locks.push(DirectoryLock::take(&config.data_log_dir)?);
    }

    let threshold = Duration::from_millis(config.storage.fsync_warning_threshold_ms);
    let stats = Arc::new(DiskStats::new(threshold));
    let began = Instant::now();
    let booted = boot(&disk, &dirs, boot_options(config), &stats)
        .with_context(|| format!("cannot recover {}", config.data_dir.display()))?;
    let last = booted.state.last_zxid;
    // A member of an ensemble gets its data from the others, and votes accordingly
    // (ZOOKEEPER-3781).
    ensure!(
        last >= Zxid::ZERO || config.is_distributed(),
        "{}: no data, and db.autocreate is off: expected a database, or a file named initialize",
        config.data_dir.display()
    );
    tracing::info!(
        zxid = %last,
        znodes = booted.state.tree.node_count(),
        sessions = booted.state.sessions.len(),
        replayed = booted.replayed,
        took_ms = began.elapsed().as_millis() as u64,
        "recovered"
    );

    let for_events = Arc::clone(&inbox);
    let events = Arc::new(move |event| {
        // A driver that is gone needs no more events.
        let _ = for_events.send_control(Control::Disk(event));
    });
    let handle = DiskHandle::start(
        disk,
        &dirs,
        disk_config(config),
        last,
        Arc::clone(&stats),
        events,
    )?;
    let peer = Peer::new(configured.peer_config(), booted.state, seed(), clock.now());
    Ok(Started {
        clock,
        inbox,
        peer,
        disk: handle,
        stats,
        locks,
    })
}

fn boot_options(config: &ServerConfig) -> BootOptions {
    BootOptions {
        recovery: RecoveryOptions {
            trust_empty_snapshot: config.storage.snapshot_trust_empty,
            db_autocreate: config.storage.db_autocreate,
        },
        tree: TreeConfig {
            extended_types_enabled: config.features.extended_types_enabled,
            digest_enabled: config.features.digest_enabled,
        },
        replicated: config.is_distributed(),
    }
}

fn disk_config(config: &ServerConfig) -> DiskConfig {
    let limit_bytes = config.storage.txn_log_size_limit_kib * 1024;
    let interval_hours = u64::from(config.autopurge.purge_interval_hours);
    DiskConfig {
        boot: boot_options(config),
        log: TxnLogConfig {
            prealloc_bytes: config.storage.pre_alloc_size_kib * 1024,
            force_sync: config.storage.force_sync,
            size_limit_bytes: (limit_bytes > 0).then_some(limit_bytes),
        },
        autopurge: (interval_hours > 0).then(|| Autopurge {
            retain: config.autopurge.snap_retain_count as usize,
            interval: Duration::from_secs(interval_hours * SECONDS_PER_HOUR),
        }),
    }
}

/// Draws the moments of snapshots, so that the members of an ensemble do not write theirs
/// together.
fn seed() -> u64 {
    let time = SystemTime::now().duration_since(UNIX_EPOCH);
    time.unwrap_or_default().as_nanos() as u64 ^ u64::from(std::process::id())
}
