//! Reads a log's files and says whether they are one whole chain.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use zoowarden_shared::audit::{
    Broken, Entry, Fault, Hash, MAX_LINE_BYTES, Unreadable, Verifier, Whole,
};

use crate::places::full_files;

/// Why a log cannot be called whole.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// A file could not be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The chain is broken in this file.
    #[error("{}: {broken}", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// Where in it, and how.
        broken: Broken,
    },
}

/// Checks the chain in this file and in the full ones before it, and looks for a remembered hash
/// in them, where one is given.
///
/// # Errors
///
/// The first file that cannot be read, and the first fault.
pub fn check(path: &Path, remembered: Option<Hash>) -> Result<Whole, CheckError> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| CheckError::Io { path, source }
    };
    let broken = |path: &Path| {
        let path = path.to_owned();
        move |broken| CheckError::Broken { path, broken }
    };
    let mut verifier = Verifier::remembering(remembered);
    for full in full_files(path).map_err(io(path))? {
        let read = read_lines(&full, |line| verifier.line(line)).map_err(io(&full))?;
        // A full file was whole when it was renamed.
        let torn_bytes = read.map_err(broken(&full))?;
        if torn_bytes > 0 {
            verifier.line(b"").map_err(broken(&full))?;
        }
        verifier.next_file();
    }
    let read = read_lines(path, |line| verifier.line(line)).map_err(io(path))?;
    let torn_bytes = read.map_err(broken(path))?;
    verifier.finish(torn_bytes).map_err(broken(path))
}

/// The lines of one file, read back, in their order; the chain is not looked at. Those that are
/// no lines of a log are told as such.
///
/// # Errors
///
/// The file cannot be read.
pub fn entries(path: &Path, mut take: impl FnMut(Result<Entry, Unreadable>)) -> io::Result<()> {
    let read = read_lines(path, |line| {
        take(Entry::read(line));
        Ok(())
    });
    read.map(drop)
}

/// Hands each whole line on, until one is refused; the bytes behind the last newline.
pub(crate) fn read_lines(
    path: &Path,
    take: impl FnMut(&[u8]) -> Result<(), Broken>,
) -> io::Result<Result<usize, Broken>> {
    read_lines_of(&File::open(path)?, take)
}

/// The same from an open file, from where it stands.
pub(crate) fn read_lines_of(
    file: &File,
    mut take: impl FnMut(&[u8]) -> Result<(), Broken>,
) -> io::Result<Result<usize, Broken>> {
    let mut reader = BufReader::new(file);
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        line.clear();
        let limit = MAX_LINE_BYTES as u64 + 1;
        reader.by_ref().take(limit).read_until(b'\n', &mut line)?;
        number += 1;
        let fault = match line.split_last() {
            Some((b'\n', line)) => take(line).err(),
            Some(_) if line.len() > MAX_LINE_BYTES => Some(Broken {
                line: number,
                fault: Fault::TooLong,
            }),
            _ => return Ok(Ok(line.len())),
        };
        if let Some(fault) = fault {
            return Ok(Err(fault));
        }
    }
}
