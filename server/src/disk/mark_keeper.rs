//! Keeps a member's [`Mark`] close behind its log.
//!
//! It is raised behind syncs of the log, without a sync of its own: what a crash takes back of
//! it makes it lower, never wrong. It is lowered durably before the history is cut or replaced:
//! a cut that a leader ordered is no loss.
//!
//! A member that cannot vouch for its history, or is sent a snapshot of less than it has, may
//! have acknowledged what the leader sends behind the snapshot only. Should the leader be gone
//! before that has come, even across a restart the member must not be taken for one that has
//! it: until `currentEpoch` is saved the mark is out of the history's reach.

use std::{path::PathBuf, sync::Arc};

use zoowarden_shared::{Epoch, Zxid, file::epoch::TMP_SUFFIX};

use super::{
    device::{Disk, DiskFile},
    epochs,
    error::{Context, DiskError},
    layout::DataDirs,
    mark::{self, Mark, end_of},
};

/// A file that is longer is begun anew.
const MAX_LEN: usize = 64 << 10;

/// The mark of a member that runs.
#[derive(Debug)]
pub(super) struct MarkKeeper {
    disk: Arc<dyn Disk>,
    dirs: DataDirs,
    /// Whether marks may be raised: the log is synced, and no mark failed to be written.
    raises: bool,
    /// How far the history reaches, durably; below 0 where there is none.
    reached: Mark,
    /// Whether the member can vouch for it, and that much may be claimed.
    vouches: bool,
    open: Option<OpenFile>,
}

/// The file as this process has begun it.
#[derive(Debug)]
struct OpenFile {
    path: PathBuf,
    file: Box<dyn DiskFile>,
    /// The last line.
    mark: Mark,
    len: usize,
    is_synced: bool,
}

impl MarkKeeper {
    /// Of a history whose last transaction is durable. Without `force_sync` nobody knows what
    /// is, and no mark is raised.
    pub(super) fn new(disk: Arc<dyn Disk>, dirs: DataDirs, last: Zxid, force_sync: bool) -> Self {
        let (_, epoch) = epochs::peek(&*disk, dirs.snapshots());
        Self {
            disk,
            dirs,
            raises: force_sync,
            reached: Mark { zxid: last, epoch },
            vouches: last >= Zxid::ZERO,
            open: None,
        }
    }

    /// The history ends with this transaction, which is durable.
    pub(super) fn reach(&mut self, zxid: Zxid) {
        self.reached.zxid = zxid;
    }

    /// `currentEpoch` is about to be this one.
    pub(super) fn set_epoch(&mut self, epoch: Epoch) {
        self.reached.epoch = epoch;
    }

    /// Whether there is something to claim that the file does not.
    pub(super) fn is_behind(&self) -> bool {
        let written = self.open.as_ref().map(|open| open.mark);
        self.raises && self.vouches && written != Some(self.reached)
    }

    /// Claims what may be claimed, soon to be durable.
    pub(super) fn raise(&mut self) {
        if self.is_behind() {
            let raised = self.append();
            self.settle_for(raised);
        }
    }

    /// Claims it durably, for when nobody waits for the disk.
    pub(super) fn settle(&mut self) {
        self.raise();
        let synced = match &mut self.open {
            Some(open) if !open.is_synced => open.sync(),
            _ => Ok(()),
        };
        self.settle_for(synced);
    }

    /// Something was lost: nothing is claimed, and the mark stays, which tells of it.
    pub(super) fn disown(&mut self) {
        self.reached.zxid = Zxid(-1);
        self.vouches = false;
    }

    /// Whether a leader's snapshot is there, and nothing may be claimed before
    /// [`Self::confirm`].
    pub(super) fn awaits_epoch(&self) -> bool {
        !self.vouches && self.reached.zxid >= Zxid::ZERO
    }

    /// A leader's snapshot of the state after this transaction is about to take the history's
    /// place.
    ///
    /// # Errors
    /// Those of the file system: nothing must be replaced then.
    pub(super) fn begin_anew(&mut self, zxid: Zxid) -> Result<(), DiskError> {
        if self.vouches && zxid >= self.reached.zxid {
            return self.lower(zxid);
        }
        self.vouches = false;
        let (accepted, current) = epochs::peek(&*self.disk, self.dirs.snapshots());
        let newest = accepted.max(current).max(zxid.epoch());
        self.replace(Mark {
            zxid: end_of(newest),
            ..self.reached
        })
    }

    /// `currentEpoch` is saved, and so is all that the leader had when it began.
    ///
    /// # Errors
    /// Those of the file system: a restart must not find the mark out of reach.
    pub(super) fn confirm(&mut self) -> Result<(), DiskError> {
        if !self.awaits_epoch() {
            return Ok(());
        }
        self.vouches = true;
        let nothing = Mark {
            zxid: Zxid::ZERO,
            ..self.reached
        };
        self.replace(if self.raises { self.reached } else { nothing })
    }

    /// Takes back, durably, what was claimed behind this transaction.
    ///
    /// # Errors
    /// Those of the file system: what the mark claims must not be cut then.
    pub(super) fn lower(&mut self, zxid: Zxid) -> Result<(), DiskError> {
        let written = match &self.open {
            Some(open) => Some(open.mark),
            None => mark::read(&*self.disk, &self.dirs)?,
        };
        match written {
            Some(mark) if mark.zxid > zxid => self.replace(Mark { zxid, ..mark }),
            _ => Ok(()),
        }
    }

    /// A mark that stays where it is, is true. Better none that is newer than a member that
    /// stops for it.
    fn settle_for(&mut self, written: Result<(), DiskError>) {
        if let Err(error) = written {
            tracing::warn!(%error, "the mark of what is durable is not raised any more");
            self.raises = false;
            self.open = None;
        }
    }

    fn append(&mut self) -> Result<(), DiskError> {
        match &mut self.open {
            Some(open) if open.len < MAX_LEN => open.append(self.reached),
            _ => self.replace(self.reached),
        }
    }

    /// Makes it the only mark, durably.
    fn replace(&mut self, mark: Mark) -> Result<(), DiskError> {
        self.open = None;
        let path = self.dirs.mark_file();
        let mut aside = path.clone().into_os_string();
        aside.push(TMP_SUFFIX);
        let aside = PathBuf::from(aside);
        let file = self.disk.create(&aside).context("create", &aside)?;
        let mut open = OpenFile {
            path: aside,
            file,
            mark,
            len: 0,
            is_synced: false,
        };
        open.append(mark)?;
        open.sync()?;
        let aside = std::mem::replace(&mut open.path, path);
        self.disk
            .rename(&aside, &open.path)
            .context("rename", &aside)?;
        if let Some(dir) = open.path.parent() {
            self.disk.sync_dir(dir).context("sync", dir)?;
        }
        self.open = Some(open);
        Ok(())
    }
}

impl OpenFile {
    fn append(&mut self, mark: Mark) -> Result<(), DiskError> {
        let line = mark.to_line();
        self.file
            .append(line.as_bytes())
            .context("write", &self.path)?;
        self.len += line.len();
        self.mark = mark;
        self.is_synced = false;
        Ok(())
    }

    fn sync(&mut self) -> Result<(), DiskError> {
        self.file.sync().context("sync", &self.path)?;
        self.is_synced = true;
        Ok(())
    }
}
