//! Finds the newest snapshot that loads, and loads it.

use std::path::{Path, PathBuf};

use zoowarden_shared::{
    Zxid,
    file::{
        name::Packing,
        snapshot::{SnapshotError, SnapshotItem, SnapshotReader},
    },
};

use super::{
    device::Disk,
    error::{Context, DiskError},
    layout::SnapshotFile,
    purge::is_finished,
    recovery::Visitor,
    recovery_error::RecoveryError,
};

/// The outcome of a search.
#[derive(Debug)]
pub(super) struct Loaded {
    /// The snapshot that the visitor now holds.
    pub(super) snapshot: Option<SnapshotFile>,
    /// Newer ones, which could not be used.
    pub(super) skipped: Vec<Skipped>,
}

/// A snapshot that could not be used.
#[derive(Clone, Debug)]
pub(super) struct Skipped {
    pub(super) zxid: Zxid,
    pub(super) path: PathBuf,
    pub(super) why: String,
    /// Whether it was once whole, so that the logs from an older one must be proved to reach
    /// it. One that was never finished proves nothing: Apache writes snapshots in place, and
    /// takes one that it is sent aside first.
    pub(super) provable: bool,
}

/// Loads the newest snapshot that is whole into the visitor. They come newest first.
///
/// # Errors
/// Where the file system fails, or where snapshots are there that were once whole and none
/// can be used.
pub(super) fn load_newest(
    disk: &dyn Disk,
    snapshots: impl IntoIterator<Item = SnapshotFile>,
    visitor: &mut dyn Visitor,
) -> Result<Loaded, RecoveryError> {
    let mut skipped = Vec::new();
    for snapshot in snapshots {
        let (why, provable) = if snapshot.name.packing != Packing::Plain {
            let advice = "it is compressed: let ZooKeeper write one without \
                          snapshot.compression.method, or unpack it";
            (advice.to_owned(), true)
        } else if !is_finished(disk, &snapshot)? {
            ("it was never finished".to_owned(), false)
        } else {
            match load(disk, &snapshot, visitor)? {
                Ok(()) => {
                    return Ok(Loaded {
                        snapshot: Some(snapshot),
                        skipped,
                    });
                }
                Err(why) => (why, true),
            }
        };
        tracing::warn!(file = %snapshot.path.display(), why, "a snapshot cannot be used");
        skipped.push(Skipped {
            zxid: snapshot.name.zxid,
            path: snapshot.path,
            why,
            provable,
        });
    }
    match skipped.iter().find(|skipped| skipped.provable) {
        None => Ok(Loaded {
            snapshot: None,
            skipped,
        }),
        Some(newest) => Err(RecoveryError::NoUsableSnapshot {
            path: newest.path.clone(),
            why: newest.why.clone(),
        }),
    }
}

/// The outer error is the file system's, the inner one the file's content.
fn load(
    disk: &dyn Disk,
    snapshot: &SnapshotFile,
    visitor: &mut dyn Visitor,
) -> Result<Result<(), String>, DiskError> {
    let file = disk.read(&snapshot.path).context("open", &snapshot.path)?;
    visitor.begin(snapshot.name.zxid);
    Ok(stream(file, visitor))
}

/// Whether a file is a snapshot whose sums are right. The outer error is the file system's,
/// the inner one says why it is none.
pub(super) fn check(disk: &dyn Disk, path: &Path) -> Result<Result<(), String>, DiskError> {
    let file = disk.read(path).context("open", path)?;
    let read_through = || {
        let mut reader = SnapshotReader::new(file)?;
        while reader.step()?.is_some() {}
        Ok(())
    };
    Ok(read_through().map_err(|error: SnapshotError| error.to_string()))
}

/// Shows a snapshot's content to the visitor.
pub(super) fn stream(file: impl std::io::Read, visitor: &mut dyn Visitor) -> Result<(), String> {
    let mut reader = SnapshotReader::new(file).map_err(|error| error.to_string())?;
    while let Some(item) = reader.step().map_err(|error| error.to_string())? {
        match item {
            SnapshotItem::Session {
                session,
                timeout_ms,
            } => visitor.session(session, timeout_ms),
            SnapshotItem::Acl { id, acl } => visitor.acl(id, acl),
            SnapshotItem::Node(node) => visitor
                .node(&node)
                .map_err(|why| format!("znode {:?}: {why}", node.path))?,
        }
    }
    visitor.snapshot_end(&reader.end())
}
