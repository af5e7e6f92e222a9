//! What is in a log's file already when it is opened, and what becomes of it.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::Path,
};

use zoowarden_shared::audit::{Head, Outcome, Record, Verifier};

use crate::{
    check::{read_lines, read_lines_of},
    places::{broken_name, full_files, sync_directory},
};

/// Only its owner may read what operators did.
const MODE: u32 = 0o600;
/// How much of a torn line is kept, in the line that tells of it.
const TORN_BYTES_KEPT: u64 = 400;

/// A file that is whole, locked, and ends with a whole line.
pub(crate) struct Found {
    pub(crate) file: File,
    pub(crate) head: Head,
    pub(crate) len: u64,
    /// What is to be told first of what was found.
    pub(crate) note: Option<Record>,
}

/// Opens and locks the file of this name, or makes one. What cannot be gone on from is renamed.
pub(crate) fn find(path: &Path, unix_ms: i64) -> io::Result<Found> {
    let mut begun_anew = None;
    loop {
        let mut file = open(path)?;
        file.lock()?;
        if !is_at(&file, path) {
            // Another process renamed it in between.
            continue;
        }
        let mut verifier = Verifier::default();
        let torn_bytes = match read_lines_of(&file, |line| verifier.line(line))? {
            Ok(torn_bytes) => torn_bytes as u64,
            Err(broken) => {
                let aside = broken_name(path, unix_ms);
                fs::rename(path, &aside)?;
                sync_directory(path)?;
                let head = verifier.head().unwrap_or(Head::START);
                let sentence = format!(
                    "the file before this one is broken, line {broken}; its last good line is \
                     the one before this",
                );
                let arguments = [
                    ("file", aside.display().to_string()),
                    ("last_good_hash", head.hash.to_string()),
                ];
                let note = note(unix_ms, "audit_begun_anew", arguments, sentence);
                begun_anew = Some((head, note));
                continue;
            }
        };
        let len = file.metadata()?.len() - torn_bytes;
        let mut torn_note = None;
        if torn_bytes > 0 {
            torn_note = Some(cut(&mut file, len, unix_ms)?);
        }
        let (head, note) = match (verifier.head(), begun_anew) {
            (Some(head), _) => (head, torn_note),
            (None, Some((head, note))) => (head, Some(note)),
            (None, None) => (end_of_full_files(path)?, torn_note),
        };
        if len == 0 {
            sync_directory(path)?;
        }
        return Ok(Found {
            file,
            head,
            len,
            note,
        });
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true).mode(MODE);
    options.open(path)
}

/// Whether this file still has this name.
pub(crate) fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::metadata(path)) {
        (Ok(own), Ok(named)) => (own.dev(), own.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

/// Cuts off a line that a crash tore: nobody was told that it was written.
fn cut(file: &mut File, len: u64, unix_ms: i64) -> io::Result<Record> {
    let mut torn = Vec::new();
    file.seek(SeekFrom::Start(len))?;
    file.by_ref().take(TORN_BYTES_KEPT).read_to_end(&mut torn)?;
    file.set_len(len)?;
    file.sync_all()?;
    let arguments = [("torn", String::from_utf8_lossy(&torn).into_owned())];
    let sentence = "a line that was being written when the process ended was cut off".to_owned();
    Ok(note(unix_ms, "audit_torn_line", arguments, sentence))
}

/// Where a log goes on whose growing file is not there: behind its last full one.
fn end_of_full_files(path: &Path) -> io::Result<Head> {
    let Some(last) = full_files(path)?.pop() else {
        return Ok(Head::START);
    };
    let mut verifier = Verifier::default();
    // Where it is broken, `check` will say so; what verifies is gone on from.
    let _ = read_lines(&last, |line| verifier.line(line))?;
    Ok(verifier.head().unwrap_or(Head::START))
}

/// A line about the log itself.
fn note<const N: usize>(
    unix_ms: i64,
    what: &str,
    arguments: [(&str, String); N],
    sentence: String,
) -> Record {
    let arguments = arguments.map(|(name, value)| (name.to_owned(), value));
    Record {
        unix_ms,
        principal: "zoowarden".into(),
        host: String::new(),
        reason: None,
        what: what.into(),
        arguments: BTreeMap::from(arguments),
        command: String::new(),
        gates: Vec::new(),
        before: None,
        after: None,
        outcome: Outcome::Done,
        sentence,
        duration_ms: None,
    }
}
