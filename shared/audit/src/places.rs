//! The files of one log: the one that grows, the full ones before it, those that were broken.
//!
//! `audit.jsonl` grows; `audit.jsonl.812` is full, and its last line has sequence 812;
//! `audit.jsonl.broken-1782894600250` was found broken at that time.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

/// The full files of a log, oldest first.
pub(crate) fn full_files(path: &Path) -> io::Result<Vec<PathBuf>> {
    let (Some(dir), Some(name)) = (directory(path), path.file_name()) else {
        return Ok(Vec::new());
    };
    let prefix = format!("{}.", name.to_string_lossy());
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        let number = name
            .to_str()
            .and_then(|name| name.strip_prefix(&prefix)?.parse::<u64>().ok());
        if let Some(number) = number {
            found.push((number, entry.path()));
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// The name of a file that ends with this sequence.
pub(crate) fn full_name(path: &Path, sequence: u64) -> PathBuf {
    with_suffix(path, &format!(".{sequence}"))
}

/// A name that no file has yet, for a broken file.
pub(crate) fn broken_name(path: &Path, unix_ms: i64) -> PathBuf {
    let mut name = with_suffix(path, &format!(".broken-{unix_ms}"));
    while name.exists() {
        name = with_suffix(&name, "-again");
    }
    name
}

/// Makes a file's name, or its new one, durable.
pub(crate) fn sync_directory(path: &Path) -> io::Result<()> {
    directory(path).map_or(Ok(()), |dir| fs::File::open(dir)?.sync_all())
}

fn directory(path: &Path) -> Option<&Path> {
    let dir = path.parent()?;
    Some(if dir.as_os_str().is_empty() {
        Path::new(".")
    } else {
        dir
    })
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}
