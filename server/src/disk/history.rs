//! Keeps the two sides of the disk, the log's and the snapshots', out of each other's files
//! where one of them changes what the files tell: a truncation, a leader's snapshot.
//!
//! A snapshot that was begun before such a change must not appear after it, since it may hold
//! what was cut away. So each change is counted when it is asked for and again when it is
//! done, and a snapshot ends only in the count in which it was begun.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

/// Shared by both sides, and by whoever gives them commands.
#[derive(Clone, Debug, Default)]
pub(super) struct History(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    changes: AtomicU64,
    files: Mutex<()>,
}

impl History {
    /// How many changes there were.
    pub(super) fn changes(&self) -> u64 {
        self.0.changes.load(Ordering::SeqCst)
    }

    /// Counts one.
    pub(super) fn change(&self) {
        self.0.changes.fetch_add(1, Ordering::SeqCst);
    }

    /// Holds off the other side from making, removing or renaming files. Appending to the log
    /// needs no such care.
    pub(super) fn hold_files(&self) -> MutexGuard<'_, ()> {
        // Nothing is guarded that a panic could leave half done in memory.
        self.0.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
