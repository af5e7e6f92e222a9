//! The member's audit log: `zoowarden-audit.jsonl`, beside `version-2`, and syslog where asked.
//!
//! The file is made by the first order; a member that was never given one leaves none behind.

mod syslog;
pub(super) mod tail;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use zoowarden_audit::{AuditError, AuditFile, DEFAULT_LIMIT_BYTES};
use zoowarden_shared::audit::Record;

/// The file's name in the data directory.
const FILE_NAME: &str = "zoowarden-audit.jsonl";
/// Refusals of those who did not prove who they are are written so often in
/// [`STRANGERS_PERIOD`] at most: anybody can cause them, and each costs a sync and space.
const MAX_STRANGERS: u32 = 60;
const STRANGERS_PERIOD: Duration = Duration::from_secs(60);

/// Writes who ordered what, and what came of it.
#[derive(Clone, Debug)]
pub(crate) struct Audit {
    path: PathBuf,
    syslog: Option<PathBuf>,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    file: Option<AuditFile>,
    strangers: Option<(Instant, u32)>,
}

impl Audit {
    /// The log of the member with this data directory.
    pub(crate) fn new(data_dir: &Path, syslog: Option<PathBuf>) -> Self {
        Self {
            path: data_dir.join(FILE_NAME),
            syslog,
            inner: Arc::default(),
        }
    }

    /// Where it is, whether it was ever begun or not.
    fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a line, durably. What it tells of as begun may only be done after that.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) async fn write(&self, record: Record) -> Result<(), AuditError> {
        let audit = self.clone();
        // It waits for the disk.
        let writing = tokio::task::spawn_blocking(move || audit.write_now(&record));
        match writing.await {
            Ok(written) => written,
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
    }

    /// Writes that somebody who did not prove who he is was refused, unless there were too many
    /// of them.
    pub(crate) async fn write_of_stranger(&self, record: Record) -> Result<(), AuditError> {
        if self.has_room_for_stranger(Instant::now()) {
            self.write(record).await
        } else {
            Ok(())
        }
    }

    fn has_room_for_stranger(&self, now: Instant) -> bool {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, count) = inner.strangers.get_or_insert((now, 0));
        if now.duration_since(*since) > STRANGERS_PERIOD {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        *count <= MAX_STRANGERS
    }

    fn write_now(&self, record: &Record) -> Result<(), AuditError> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let file = match &mut inner.file {
            Some(file) => file,
            none => none.insert(AuditFile::open(
                &self.path,
                DEFAULT_LIMIT_BYTES,
                record.unix_ms,
            )?),
        };
        let line = file.append(record)?;
        drop(inner);
        if let Some(socket) = &self.syslog {
            syslog::send(socket, &line);
        }
        Ok(())
    }
}

/// The time now, milliseconds since 1970.
pub(crate) fn unix_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    i64::try_from(now.unwrap_or_default().as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_cannot_fill_the_disk() {
        let audit = Audit::new(Path::new("/nowhere"), None);
        let now = Instant::now();
        let told = (0..1000).filter(|_| audit.has_room_for_stranger(now));
        assert_eq!(told.count(), MAX_STRANGERS as usize);
        assert!(audit.has_room_for_stranger(now + 2 * STRANGERS_PERIOD));
    }
}
