//! The transaction log, the writing side (`FileTxnLog`).
//!
//! Transactions are gathered by [`TxnLog::append`] and made durable together by
//! [`TxnLog::commit`], which is one write and one sync however many they are. A file is made
//! when its first transaction is committed, and named for it. Nothing is ever written behind
//! a failed write or sync, and a failed sync is never tried again.

use std::{path::PathBuf, sync::Arc, time::Instant};

use bytes::BytesMut;
use zoowarden_shared::{
    Zxid,
    file::{
        header::FileType,
        log::{put_record, record_len},
        name::log_name,
    },
};

use super::{
    device::{Disk, DiskFile},
    error::{Context, DiskError},
    stats::DiskStats,
};

/// A file is grown when less than this is left of it (`FilePadding`).
const GROW_MARGIN: u64 = 4096;
/// How much a commit may write at most, but for a single larger transaction. What a crash
/// tears is then within this many bytes of the log's end, which recovery relies on to tell a
/// torn write from a damaged file.
pub const MAX_COMMIT_BYTES: usize = 4 << 20;

/// How a log is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TxnLogConfig {
    /// `preAllocSize`, bytes: how much a file grows at a time; 0 for not ahead.
    pub prealloc_bytes: u64,
    /// `forceSync`: whether a commit waits for the disk. Without, acknowledged transactions
    /// are lost when the machine (not the process) fails.
    pub force_sync: bool,
    /// `txnLogSizeLimitInKb`, bytes: a file that exceeds it is closed.
    pub size_limit_bytes: Option<u64>,
}

impl Default for TxnLogConfig {
    /// Apache's defaults: 64 MiB, synced, unlimited.
    fn default() -> Self {
        Self {
            prealloc_bytes: 64 << 20,
            force_sync: true,
            size_limit_bytes: None,
        }
    }
}

/// The log of a member, open for appending.
#[derive(Debug)]
pub struct TxnLog {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    config: TxnLogConfig,
    stats: Arc<DiskStats>,
    current: Option<OpenFile>,
    /// Records not yet written, and the first and last transaction among them.
    pending: BytesMut,
    pending_first: Option<Zxid>,
    last: Zxid,
    poisoned: bool,
}

#[derive(Debug)]
struct OpenFile {
    path: PathBuf,
    file: Box<dyn DiskFile>,
    written: u64,
    grown: u64,
    /// Whether its name survives a crash.
    named: bool,
}

impl TxnLog {
    /// A log to be continued behind `last`, the transaction up to which recovery came.
    #[must_use]
    pub fn new(
        disk: Arc<dyn Disk>,
        dir: PathBuf,
        config: TxnLogConfig,
        stats: Arc<DiskStats>,
        last: Zxid,
    ) -> Self {
        Self {
            disk,
            dir,
            config,
            stats,
            current: None,
            pending: BytesMut::new(),
            pending_first: None,
            last,
            poisoned: false,
        }
    }

    /// Takes a transaction for the next commit. It must be the one after the last: the next
    /// counter, or the first of a later epoch. What is gathered is committed here where it
    /// would exceed [`MAX_COMMIT_BYTES`].
    ///
    /// # Errors
    /// [`DiskError::NotNext`], after which the log takes nothing more: what the caller
    /// believes to be in it is not. Those of [`Self::commit`].
    pub fn append(&mut self, zxid: Zxid, txn: &[u8]) -> Result<(), DiskError> {
        self.check()?;
        if !follows(self.last, zxid) {
            self.poisoned = true;
            let last = self.last;
            return Err(DiskError::NotNext { zxid, last });
        }
        let len = self.pending.len() + record_len(txn.len());
        if !self.pending.is_empty() && len > MAX_COMMIT_BYTES {
            self.commit()?;
        }
        put_record(&mut self.pending, txn);
        self.pending_first.get_or_insert(zxid);
        self.last = zxid;
        Ok(())
    }

    /// Bytes that the next commit will write.
    #[must_use]
    pub fn pending_bytes(&self) -> usize {
        self.pending.len()
    }

    /// Makes all transactions appended so far durable, and returns the last of them; `None`
    /// where there was none.
    ///
    /// # Errors
    /// [`DiskError`], after which the log takes nothing more.
    pub fn commit(&mut self) -> Result<Option<Zxid>, DiskError> {
        self.check()?;
        let Some(first) = self.pending_first.take() else {
            return Ok(None);
        };
        let result = self.write_and_sync(first);
        self.poisoned = result.is_err();
        self.pending.clear();
        result?;
        if let (Some(limit), Some(current)) = (self.config.size_limit_bytes, &self.current)
            && current.written > limit
        {
            self.current = None;
        }
        Ok(Some(self.last))
    }

    /// Commits, and closes the current file: the next transaction opens a new one. The old
    /// file is durable before a new one can be, so that a crash leaves no hole between them.
    ///
    /// # Errors
    /// Those of [`Self::commit`].
    pub fn roll(&mut self) -> Result<Option<Zxid>, DiskError> {
        let committed = self.commit()?;
        self.current = None;
        Ok(committed)
    }

    /// Closes the current file. All that was appended is committed.
    pub(super) fn close_file(&mut self) {
        self.current = None;
    }

    /// Goes on behind `last`, in a new file: the files were changed beneath. All that was
    /// appended is committed.
    pub(super) fn restart(&mut self, last: Zxid) {
        self.current = None;
        self.last = last;
    }

    fn check(&self) -> Result<(), DiskError> {
        if self.poisoned {
            return Err(DiskError::LogPoisoned);
        }
        Ok(())
    }

    fn write_and_sync(&mut self, first: Zxid) -> Result<(), DiskError> {
        let mut open = match self.current.take() {
            Some(open) => open,
            None => self.create(first)?,
        };
        let pending = std::mem::take(&mut self.pending);
        let end = open.written + pending.len() as u64;
        if let Some(grown) = self.grown_len(end, open.grown) {
            open.file.grow(grown).context("grow", &open.path)?;
            open.grown = grown;
        }
        open.file.append(&pending).context("write", &open.path)?;
        open.written = end;
        // The buffer is kept for the next commit, unless this one was exceptional.
        if pending.capacity() <= MAX_COMMIT_BYTES {
            self.pending = pending;
        }
        if self.config.force_sync {
            let started = Instant::now();
            open.file.sync().context("sync", &open.path)?;
            self.stats
                .log_synced(started.elapsed(), &open.path, open.grown);
            if !open.named {
                self.disk.sync_dir(&self.dir).context("sync", &self.dir)?;
                open.named = true;
            }
        }
        self.current = Some(open);
        Ok(())
    }

    fn create(&self, first: Zxid) -> Result<OpenFile, DiskError> {
        let path = self.dir.join(log_name(first));
        let header = FileType::Log.header();
        let mut file = self.disk.create(&path).context("create", &path)?;
        file.append(&header).context("write", &path)?;
        tracing::info!(file = %path.display(), "new transaction log");
        Ok(OpenFile {
            path,
            file,
            written: header.len() as u64,
            grown: 0,
            named: false,
        })
    }

    /// To which length a file is to be grown before this much is written to it.
    fn grown_len(&self, end: u64, grown: u64) -> Option<u64> {
        let step = self.config.prealloc_bytes;
        if step == 0 || end + GROW_MARGIN < grown {
            return None;
        }
        Some((end + GROW_MARGIN).next_multiple_of(step))
    }
}

/// Whether a transaction may come next in a log: no hole within an epoch, and a new epoch
/// begins at its first counter.
pub(super) fn follows(last: Zxid, next: Zxid) -> bool {
    if next.epoch() == last.epoch() {
        next == last.next()
    } else {
        next.epoch() > last.epoch() && next.counter() == 1
    }
}
