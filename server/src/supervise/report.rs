//! What a supervisor says of its member: the state file's content and the answer to `status`.
//!
//! The file stands in the data directory, beside `version-2`, so that a console on the machine
//! knows why a member is down also where no supervisor answers any more. It is replaced whole.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

/// Apache ignores it.
const FILE_NAME: &str = "zoowarden.supervisor.json";
/// Ends that are remembered.
const KEPT_ENDS: usize = 10;
/// A state file is never longer: what is longer is not ours.
const MAX_FILE_LEN: u64 = 1 << 20;

/// How the member is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It runs, or is being started.
    #[default]
    Running,
    /// It crashed, and is started again at [`Report::until_ms`].
    BackingOff,
    /// Somebody stopped it.
    Stopped,
    /// It does not start until an operator has mended what it says: see its last words.
    Refused,
    /// It crashed too often: an operator is to find out why, and to release it.
    Quarantined,
}

/// One end of the member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndRecord {
    /// The process that ended; 0 where there never was one.
    pub pid: u32,
    /// When, milliseconds since 1970.
    pub at_ms: u64,
    /// For how long it had run, milliseconds.
    pub ran_ms: u64,
    /// Such as `signal: 9 (SIGKILL)`.
    pub how: String,
    /// Whether it had been told to end.
    pub ordered: bool,
    /// The last lines of its log, the newest last.
    pub last_words: Vec<String>,
}

/// The state of one member's supervision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// How the member is doing.
    pub phase: Phase,
    /// In one sentence, with what an operator can do.
    pub sentence: String,
    /// The supervisor's process.
    pub supervisor_pid: u32,
    /// The member's, while it runs.
    pub pid: Option<u32>,
    /// Since when the phase is this, milliseconds since 1970.
    pub since_ms: u64,
    /// While backing off: when the member is started, milliseconds since 1970.
    pub until_ms: Option<u64>,
    /// How often the member was started.
    pub starts: u64,
    /// How often of these by the supervisor alone, after a crash.
    #[serde(default)]
    pub restarts: u64,
    /// How often it has ended.
    pub ended: u64,
    /// Its last ends, the newest last.
    pub ends: Vec<EndRecord>,
}

impl Report {
    pub(super) fn add_end(&mut self, end: EndRecord) {
        self.pid = None;
        self.ended += 1;
        if self.ends.len() == KEPT_ENDS {
            self.ends.remove(0);
        }
        self.ends.push(end);
    }

    /// The state file of a data directory.
    #[must_use]
    pub fn path(data_dir: &Path) -> PathBuf {
        data_dir.join(FILE_NAME)
    }

    /// What the last supervisor of this data directory wrote; `None` where there was none.
    ///
    /// # Errors
    /// When the file cannot be read, or is not one.
    pub fn read(data_dir: &Path) -> io::Result<Option<Self>> {
        let path = Self::path(data_dir);
        match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
            Ok(found) if found.len() > MAX_FILE_LEN => {
                return Err(io::Error::other("too long for a supervisor's state"));
            }
            Ok(_) => {}
        }
        Ok(Some(serde_json::from_slice(&fs::read(path)?)?))
    }

    /// Makes this the state file of a data directory.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write(&self, data_dir: &Path) -> io::Result<()> {
        let path = Self::path(data_dir);
        let aside = path.with_extension("tmp");
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        let mut file = File::create(&aside)?;
        file.write_all(&text)?;
        file.sync_data()?;
        fs::rename(aside, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(pid: u32) -> EndRecord {
        EndRecord {
            pid,
            at_ms: 1,
            ran_ms: 2,
            how: "signal: 9 (SIGKILL)".to_owned(),
            ordered: false,
            last_words: vec!["goodbye".to_owned()],
        }
    }

    #[test]
    fn a_report_reads_as_it_was_written() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(Report::read(directory.path()).unwrap(), None);
        let mut report = Report {
            phase: Phase::BackingOff,
            until_ms: Some(7),
            ..Report::default()
        };
        report.add_end(end(3));
        report.write(directory.path()).unwrap();
        assert_eq!(Report::read(directory.path()).unwrap(), Some(report));
        fs::write(Report::path(directory.path()), "{").unwrap();
        assert!(Report::read(directory.path()).is_err());
    }

    #[test]
    fn only_the_last_ends_are_kept() {
        let mut report = Report::default();
        (0..25).for_each(|pid| report.add_end(end(pid)));
        let pids: Vec<_> = report.ends.iter().map(|end| end.pid).collect();
        assert_eq!(pids, (15..25).collect::<Vec<_>>());
        assert_eq!(report.ended, 25);
    }
}
