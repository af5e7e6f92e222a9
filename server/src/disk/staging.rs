//! Writes the snapshot that a leader sends (SNAP) aside, and looks whether it is one before it
//! may replace anything (ZOOKEEPER-3642): the stream carries no checksum of its own.

use std::{path::PathBuf, sync::Arc};

use zoowarden_shared::Zxid;

use super::{
    device::Disk,
    error::DiskError,
    load::check,
    snapshot_writer::{SealedSnapshot, SnapshotWriter},
};

/// A leader's snapshot, if one is being written. After an error none is.
#[derive(Debug)]
pub(super) struct Staging {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    writer: Option<SnapshotWriter>,
    /// How many there were.
    count: u64,
}

impl Staging {
    pub(super) fn new(disk: Arc<dyn Disk>, dir: PathBuf) -> Self {
        Self {
            disk,
            dir,
            writer: None,
            count: 0,
        }
    }

    /// Begins one; another under way is given up.
    pub(super) fn begin(&mut self, zxid: Zxid) -> Result<(), DiskError> {
        self.abort();
        self.count += 1;
        let disk = Arc::clone(&self.disk);
        let writer = SnapshotWriter::begin_sent(disk, &self.dir, zxid, self.count)?;
        self.writer = Some(writer);
        Ok(())
    }

    /// Writes the next part of its body; none is under way once it has failed.
    pub(super) fn chunk(&mut self, bytes: &[u8]) -> Result<(), DiskError> {
        let Some(writer) = &mut self.writer else {
            return Ok(());
        };
        let written = writer.slice(bytes);
        if written.is_err() {
            self.abort();
        }
        written
    }

    /// Completes it; `None` where none is under way (any more).
    pub(super) fn end(&mut self, zxid: Zxid) -> Result<Option<SealedSnapshot>, DiskError> {
        let Some(mut writer) = self.writer.take() else {
            return Ok(None);
        };
        let sealed = self.seal(&mut writer, zxid);
        if sealed.is_err() {
            writer.abandon();
        }
        sealed.map(Some)
    }

    fn seal(&self, writer: &mut SnapshotWriter, zxid: Zxid) -> Result<SealedSnapshot, DiskError> {
        if writer.zxid() != zxid {
            let begun = writer.zxid();
            return Err(DiskError::OtherSnapshot { begun, ended: zxid });
        }
        // The stream has the tree alone, and nothing that its digest could be taken from.
        let sealed = writer.seal(None)?;
        match check(&*self.disk, &sealed.path)? {
            Ok(()) => Ok(sealed),
            Err(why) => Err(DiskError::BadSnapshot {
                path: sealed.path,
                why,
            }),
        }
    }

    /// Gives up the one under way.
    pub(super) fn abort(&mut self) {
        if let Some(writer) = self.writer.take() {
            writer.abandon();
        }
    }
}
