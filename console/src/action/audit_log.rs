//! The console's own audit log: a file of hash-chained lines, which `zoowarden audit` reads.
//! It is opened with the first record, so that a console that only watches writes none.

use std::{
    fs::DirBuilder,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use zoowarden_audit::{AuditFile, DEFAULT_LIMIT_BYTES};
use zoowarden_shared::audit::Record;

use super::{recorder::Recorder, syslog};
use crate::source::state_dir;

/// Where this console's log of what it did is; `None` where there is no home.
#[must_use]
pub fn own_log() -> Option<PathBuf> {
    Some(state_dir()?.join("audit.jsonl"))
}

/// The same of demos: what is played there is not to be read between the real.
#[must_use]
pub fn demo_log() -> Option<PathBuf> {
    Some(state_dir()?.join("audit-demo.jsonl"))
}

/// Keeps records in a file; each is synced before what it tells of is done.
#[derive(Debug)]
pub struct AuditLog {
    path: Option<PathBuf>,
    /// Who takes a copy of each line.
    syslog: Option<PathBuf>,
    file: Mutex<Option<AuditFile>>,
}

impl AuditLog {
    /// The log at this path. Nothing is opened yet.
    #[must_use]
    pub fn at(path: Option<PathBuf>) -> Self {
        Self {
            path,
            syslog: None,
            file: Mutex::default(),
        }
    }

    /// The same, with a copy of each line for this syslog's socket.
    #[must_use]
    pub fn copied_to(self, syslog: Option<PathBuf>) -> Self {
        Self { syslog, ..self }
    }
}

impl Recorder for AuditLog {
    fn record(&self, record: &Record) -> Result<(), String> {
        tracing::info!(
            what = record.what,
            outcome = record.outcome.word(),
            "{}",
            record.sentence
        );
        let Some(path) = &self.path else {
            return Err("there is no place for the audit log: XDG_STATE_HOME names one".to_owned());
        };
        let mut open = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut file = match open.take() {
            Some(file) => file,
            None => open_file(path, record.unix_ms)
                .map_err(|fault| format!("{fault}; XDG_STATE_HOME names another place"))?,
        };
        let appended = file.append(record).map_err(|fault| fault.to_string());
        *open = Some(file);
        drop(open);
        let line = appended?;
        if let Some(socket) = &self.syslog
            && let Err(fault) = syslog::send(socket, &line)
        {
            tracing::warn!(socket = %socket.display(), %fault, "syslog does not take the audit log");
        }
        Ok(())
    }
}

fn open_file(path: &Path, unix_ms: i64) -> Result<AuditFile, String> {
    if let Some(directory) = path.parent() {
        let mut builder = DirBuilder::new();
        let made = builder.recursive(true).mode(0o700).create(directory);
        made.map_err(|fault| format!("{}: {fault}", directory.display()))?;
    }
    AuditFile::open(path, DEFAULT_LIMIT_BYTES, unix_ms).map_err(|fault| fault.to_string())
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fs};

    use zoowarden_audit::check;
    use zoowarden_shared::audit::Outcome;

    use super::*;

    fn record(what: &str) -> Record {
        Record {
            unix_ms: 1,
            principal: "os:test".to_owned(),
            host: "here".to_owned(),
            reason: None,
            what: what.to_owned(),
            arguments: BTreeMap::new(),
            command: String::new(),
            gates: Vec::new(),
            before: None,
            after: None,
            outcome: Outcome::Done,
            sentence: String::new(),
            duration_ms: None,
        }
    }

    #[test]
    fn records_make_a_chain_that_verifies() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("state/audit.jsonl");
        let log = AuditLog::at(Some(path.clone()));
        assert!(!path.exists(), "who does nothing writes nothing");
        log.record(&record("restart")).unwrap();
        log.record(&record("transfer")).unwrap();
        assert!(check(&path, None).is_ok());
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 2);
    }

    #[test]
    fn syslog_takes_a_copy_and_is_not_waited_for() {
        let home = tempfile::tempdir().unwrap();
        let (path, socket) = (home.path().join("audit.jsonl"), home.path().join("log"));
        let log = AuditLog::at(Some(path.clone())).copied_to(Some(socket.clone()));
        log.record(&record("restart")).expect("nobody listens yet");
        let listening = std::os::unix::net::UnixDatagram::bind(&socket).unwrap();
        log.record(&record("transfer")).unwrap();
        let mut buffer = [0; 4096];
        let len = listening.recv(&mut buffer).unwrap();
        let message = String::from_utf8_lossy(&buffer[..len]).into_owned();
        let written = fs::read_to_string(&path).unwrap();
        assert!(message.starts_with("<85>zoowarden["), "{message}");
        assert!(
            message.ends_with(written.lines().last().unwrap()),
            "{message}"
        );
    }

    #[test]
    fn what_cannot_be_written_down_is_an_error() {
        assert!(AuditLog::at(None).record(&record("restart")).is_err());
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        fs::write(&file, "").unwrap();
        let below = AuditLog::at(Some(file.join("audit.jsonl")));
        assert!(below.record(&record("restart")).is_err());
    }
}
