//! What can be done to a stopped member's data: a bit of its log turned over, and the order to
//! take everything anew from the leader.

use std::{
    env, fs,
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::process::Command;
use zoowarden_server::disk::{DataDirs, RealDisk};

use super::member::Place;

/// Read at a time while the end of what is written is looked for, bytes.
const BLOCK: u64 = 64 << 10;

/// Turns over a bit in the middle of the newest log: a record is there, and others behind it, so
/// no start can take it for an end that a crash has torn. The file's name.
///
/// # Errors
/// The file system's; or there is no log with anything in it.
pub(super) fn flip_a_bit(place: &Place) -> io::Result<String> {
    let log = newest_log(place)?;
    let middle = written(&log)? / 2;
    let mut file = fs::File::options().read(true).write(true).open(&log)?;
    let mut byte = [0];
    file.seek(SeekFrom::Start(middle))?;
    file.read_exact(&mut byte)?;
    file.seek(SeekFrom::Start(middle))?;
    file.write_all(&[byte[0] ^ 0x10])?;
    let name = log.file_name().unwrap_or_default();
    Ok(name.to_string_lossy().into_owned())
}

/// How much is written into a member's newest log, bytes.
///
/// # Errors
/// As [`flip_a_bit`].
pub(super) fn logged(place: &Place) -> io::Result<u64> {
    written(&newest_log(place)?)
}

/// Orders a resync, as an operator does on the host of a stopped member.
///
/// # Errors
/// What the server says against it.
pub(super) async fn order_resync(place: &Place) -> Result<(), String> {
    let run = async {
        Command::new(env::current_exe()?)
            .args(["server", "--resync"])
            .arg(&place.config)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
    };
    let output: std::process::Output = run.await.map_err(|fault: io::Error| fault.to_string())?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    }
}

fn newest_log(place: &Place) -> io::Result<PathBuf> {
    let dirs = DataDirs::new(&place.data_dir, None);
    let logs = dirs.log_files(&RealDisk).map_err(io::Error::other)?;
    let newest = logs.into_iter().max_by_key(|log| log.first);
    newest
        .map(|log| log.path)
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "there is no log"))
}

/// Up to where anything but padding is in it.
fn written(log: &Path) -> io::Result<u64> {
    let mut file = fs::File::open(log)?;
    let mut end = file.metadata()?.len();
    let mut block = Vec::new();
    while end > 0 {
        let begin = end.saturating_sub(BLOCK);
        block.clear();
        file.seek(SeekFrom::Start(begin))?;
        io::Read::by_ref(&mut file)
            .take(end - begin)
            .read_to_end(&mut block)?;
        if let Some(last) = block.iter().rposition(|byte| *byte != 0) {
            return Ok(begin + last as u64 + 1);
        }
        end = begin;
    }
    Err(io::Error::new(io::ErrorKind::NotFound, "the log is empty"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_not_written() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut bytes = vec![7; 100_000];
        bytes.resize(1 << 20, 0);
        fs::write(file.path(), bytes).unwrap();
        assert_eq!(written(file.path()).unwrap(), 100_000);
        fs::write(file.path(), [0; 10]).unwrap();
        assert!(written(file.path()).is_err());
    }
}
