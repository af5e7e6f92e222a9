//! Writes a snapshot, slice by slice, under a name that no reader takes for one until it is
//! whole and durable (`AtomicFileOutputStream`; Apache takes its own `.tmp` files for
//! snapshots, hence another name).

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use zoowarden_shared::{
    Zxid,
    file::{
        name::snapshot_name,
        snapshot::{SnapshotSum, ZxidDigest},
    },
    txn::TxnDigest,
};

use super::{
    device::{Disk, DiskFile},
    error::{Context, DiskError},
    stats::SnapshotInfo,
};

/// What an unfinished snapshot's name begins with.
const PARTIAL: &str = "partial-";

/// How much is written between syncs. One sync at the end would have the disk busy with
/// hundreds of megabytes at once, and the log's syncs wait behind it.
const SYNC_STEP: u64 = 16 << 20;

/// A snapshot that is whole and durable, but for its name.
#[derive(Debug)]
pub(super) struct SealedSnapshot {
    /// Where it is.
    pub(super) path: PathBuf,
    /// What it will be.
    pub(super) info: SnapshotInfo,
}

/// A snapshot that is being written.
#[derive(Debug)]
pub struct SnapshotWriter {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    partial: PathBuf,
    zxid: Zxid,
    file: Box<dyn DiskFile>,
    sum: SnapshotSum,
    written: u64,
    synced: u64,
}

impl SnapshotWriter {
    /// Makes the file and writes its header.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn begin(disk: Arc<dyn Disk>, dir: &Path, zxid: Zxid) -> Result<Self, DiskError> {
        let partial = dir.join(format!("{PARTIAL}{}", snapshot_name(zxid)));
        Self::begin_at(disk, dir, partial, zxid)
    }

    /// The same for a snapshot that a leader sends, the `number`th: one of the same
    /// transaction may be under way, or waiting to be put in place.
    pub(super) fn begin_sent(
        disk: Arc<dyn Disk>,
        dir: &Path,
        zxid: Zxid,
        number: u64,
    ) -> Result<Self, DiskError> {
        let partial = dir.join(format!("{PARTIAL}{number}-{}", snapshot_name(zxid)));
        Self::begin_at(disk, dir, partial, zxid)
    }

    fn begin_at(
        disk: Arc<dyn Disk>,
        dir: &Path,
        partial: PathBuf,
        zxid: Zxid,
    ) -> Result<Self, DiskError> {
        let file = disk.create(&partial).context("create", &partial)?;
        let (sum, header) = SnapshotSum::begin();
        let mut writer = Self {
            disk,
            dir: dir.to_owned(),
            partial,
            zxid,
            file,
            sum,
            written: 0,
            synced: 0,
        };
        writer.write(&header)?;
        Ok(writer)
    }

    /// The transaction that the snapshot is named for.
    #[must_use]
    pub fn zxid(&self) -> Zxid {
        self.zxid
    }

    /// Writes the next part of the body.
    ///
    /// # Errors
    /// Those of the file system; the snapshot is to be abandoned.
    pub fn slice(&mut self, bytes: &[u8]) -> Result<(), DiskError> {
        self.sum.chunk(bytes);
        self.write(bytes)
    }

    /// Seals the snapshot, adds the digest where there is one, and gives the file its name.
    /// It is durable when this returns.
    ///
    /// # Errors
    /// Those of the file system. The file may then be there or not; it is whole if it is.
    pub fn finish(mut self, digest: Option<TxnDigest>) -> Result<SnapshotInfo, DiskError> {
        let sealed = self.seal(digest);
        let SealedSnapshot { path, info } = match sealed {
            Ok(sealed) => sealed,
            Err(error) => {
                self.abandon();
                return Err(error);
            }
        };
        let Self { disk, dir, .. } = self;
        let named = dir.join(snapshot_name(info.zxid));
        disk.rename(&path, &named).context("rename", &path)?;
        disk.sync_dir(&dir).context("sync", &dir)?;
        Ok(info)
    }

    /// Seals the snapshot and makes its bytes durable, still under a name that does not count.
    /// Nothing more can be written to it.
    pub(super) fn seal(&mut self, digest: Option<TxnDigest>) -> Result<SealedSnapshot, DiskError> {
        let digest = digest.map(|digest| ZxidDigest {
            zxid: self.zxid,
            version: digest.version,
            digest: digest.tree_digest,
        });
        let (empty, _) = SnapshotSum::begin();
        let end = std::mem::replace(&mut self.sum, empty).end(digest);
        self.write(&end)?;
        self.file.sync().context("sync", &self.partial)?;
        Ok(SealedSnapshot {
            path: self.partial.clone(),
            info: SnapshotInfo {
                zxid: self.zxid,
                written: SystemTime::now(),
                len: self.written,
            },
        })
    }

    /// Gives the space back of a snapshot that cannot be finished, as far as that works.
    pub fn abandon(self) {
        let Self {
            disk,
            partial,
            file,
            ..
        } = self;
        drop(file);
        if let Err(error) = disk.remove(&partial) {
            tracing::warn!(file = %partial.display(), %error, "an unfinished snapshot is left");
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), DiskError> {
        self.file.append(bytes).context("write", &self.partial)?;
        self.written += bytes.len() as u64;
        if self.written - self.synced >= SYNC_STEP {
            self.file.sync().context("sync", &self.partial)?;
            self.synced = self.written;
        }
        Ok(())
    }
}

/// Removes what snapshots of an earlier run left unfinished.
///
/// # Errors
/// Those of the file system.
pub fn remove_partial_snapshots(disk: &dyn Disk, dir: &Path) -> Result<(), DiskError> {
    for entry in disk.list(dir).context("list", dir)? {
        if entry.name.starts_with(PARTIAL) {
            let path = dir.join(&entry.name);
            disk.remove(&path).context("remove", &path)?;
        }
    }
    Ok(())
}
