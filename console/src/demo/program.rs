//! What the supervisor of a demo's member runs: the bundled server, with its log in a file.

use std::{
    fs,
    io::{self, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::process::{Child, Command};
use zoowarden_server::supervise::{Program, last_lines};

use super::{room::Room, slowness::Slowness};
use crate::own_program::OwnProgram;

/// Of the log, what is looked at for its last lines.
const QUOTED_BYTES: u64 = 4096;

/// The bundled server on the configuration that is there already.
#[derive(Debug)]
pub(super) struct OwnServer {
    pub(super) config: PathBuf,
    /// Takes its standard error; one process writes after the other.
    pub(super) log: PathBuf,
    /// What its disk has for it.
    pub(super) room: Room,
    /// How slow that is.
    pub(super) slowness: Slowness,
}

impl Program for OwnServer {
    fn spawn(&mut self) -> io::Result<Child> {
        let mut log = fs::File::options();
        let log = log.create(true).append(true).open(&self.log)?;
        let own = OwnProgram::find()?;
        let child = Command::new(own.path)
            .arg0(own.name)
            .arg("server")
            .arg("--exit-with-parent")
            .arg("--sync-delay-from")
            .arg(self.slowness.file())
            .arg(&self.config)
            // The pipe whose end tells the child that this process is gone.
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(log)
            // An interrupt at the terminal is for the console, which ends the child in order.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        if let Some(pid) = child.id() {
            self.room.hold(pid)?;
        }
        Ok(child)
    }

    async fn last_words(&mut self) -> Vec<String> {
        last_words(&self.log)
    }
}

/// The end of a log; nothing where there is none.
pub(super) fn last_words(log: &Path) -> Vec<String> {
    let read = || -> io::Result<Vec<u8>> {
        let mut file = fs::File::open(log)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(QUOTED_BYTES)))?;
        let mut bytes = Vec::new();
        file.take(QUOTED_BYTES).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    last_lines(&read().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_words_are_few_however_long_the_log() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("server.log");
        assert!(last_words(&log).is_empty());
        let lines: Vec<String> = (0..10_000).map(|n| format!("line {n}")).collect();
        fs::write(&log, lines.join("\n")).unwrap();
        assert_eq!(last_words(&log), &lines[9995..]);
    }
}
