//! What the disk threads tell the operator: how long syncs take, which snapshot is the last.

use std::{
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use hdrhistogram::Histogram;
use zoowarden_shared::Zxid;

/// The longest sync that the histogram tells apart, microseconds.
const LONGEST_US: u64 = 3_600_000_000;

/// A snapshot that is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotInfo {
    /// The transaction that its name gives.
    pub zxid: Zxid,
    /// When it was finished.
    pub written: SystemTime,
    /// Its length, bytes.
    pub len: u64,
}

/// Figures of the disk, shared between its threads and the admin commands.
#[derive(Debug)]
pub struct DiskStats {
    /// `fsync.warningthresholdms`.
    warning_threshold: Duration,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// Microseconds.
    sync_times: Option<Histogram<u64>>,
    last_sync: Option<Duration>,
    slow_syncs: u64,
    last_snapshot: Option<SnapshotInfo>,
    last_snapshot_took: Option<Duration>,
    snapshots_failed: u64,
}

/// How long syncs of the log took since the start or the last reset.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SyncTimes {
    /// How many there were.
    pub count: u64,
    /// The last one.
    pub last: Option<Duration>,
    /// The shortest one.
    pub min: Duration,
    /// The longest one.
    pub max: Duration,
    /// Their mean.
    pub mean: Duration,
    /// Half of them took at most this.
    pub p50: Duration,
    /// 95 of 100 took at most this.
    pub p95: Duration,
    /// 99 of 100 took at most this.
    pub p99: Duration,
    /// 999 of 1000 took at most this.
    pub p999: Duration,
    /// How many took longer than `fsync.warningthresholdms`
    /// (`fsync_threshold_exceed_count`).
    pub slow: u64,
}

impl DiskStats {
    /// No figures yet; syncs that take longer than `warning_threshold` are warned of.
    #[must_use]
    pub fn new(warning_threshold: Duration) -> Self {
        Self {
            warning_threshold,
            inner: Mutex::new(Inner {
                // Two digits are plenty for a time; the bounds are valid, so it is there.
                sync_times: Histogram::new_with_max(LONGEST_US, 2).ok(),
                last_sync: None,
                slow_syncs: 0,
                last_snapshot: None,
                last_snapshot_took: None,
                snapshots_failed: 0,
            }),
        }
    }

    /// How long syncs took.
    #[must_use]
    pub fn sync_times(&self) -> SyncTimes {
        let inner = self.lock();
        let Some(times) = &inner.sync_times else {
            return SyncTimes::default();
        };
        let at = |quantile| Duration::from_micros(times.value_at_quantile(quantile));
        SyncTimes {
            count: times.len(),
            last: inner.last_sync,
            min: Duration::from_micros(times.min()),
            max: Duration::from_micros(times.max()),
            mean: Duration::from_micros(times.mean() as u64),
            p50: at(0.5),
            p95: at(0.95),
            p99: at(0.99),
            p999: at(0.999),
            slow: inner.slow_syncs,
        }
    }

    /// Forgets how long syncs took (`srst`); the count of slow ones goes on, as Apache's does
    /// until the server restarts.
    pub fn reset_sync_times(&self) {
        if let Some(times) = &mut self.lock().sync_times {
            times.reset();
        }
    }

    /// The last snapshot that was written or loaded.
    #[must_use]
    pub fn last_snapshot(&self) -> Option<SnapshotInfo> {
        self.lock().last_snapshot
    }

    /// How long the last snapshot took from its first slice to its durable name.
    #[must_use]
    pub fn last_snapshot_took(&self) -> Option<Duration> {
        self.lock().last_snapshot_took
    }

    /// How many snapshots could not be written.
    #[must_use]
    pub fn snapshots_failed(&self) -> u64 {
        self.lock().snapshots_failed
    }

    /// Notes the snapshot from which the member was started.
    pub fn set_last_snapshot(&self, snapshot: SnapshotInfo) {
        self.lock().last_snapshot = Some(snapshot);
    }

    pub(super) fn snapshot_written(&self, snapshot: SnapshotInfo, took: Duration) {
        let mut inner = self.lock();
        inner.last_snapshot = Some(snapshot);
        inner.last_snapshot_took = Some(took);
    }

    pub(super) fn snapshot_failed(&self) {
        self.lock().snapshots_failed += 1;
    }

    pub(super) fn log_synced(&self, took: Duration, path: &Path, file_len: u64) {
        let slow = took > self.warning_threshold;
        {
            let mut inner = self.lock();
            inner.last_sync = Some(took);
            inner.slow_syncs += u64::from(slow);
            if let Some(times) = &mut inner.sync_times {
                let micros = u64::try_from(took.as_micros()).unwrap_or(LONGEST_US);
                times.saturating_record(micros);
            }
        }
        if slow {
            tracing::warn!(
                file = %path.display(),
                file_len,
                took_ms = took.as_millis() as u64,
                "syncing the transaction log took long: every write waits for it"
            );
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Figures are whole after every statement.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
