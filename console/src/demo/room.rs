//! A full disk for one member, without a volume of its own and without a right to one: its
//! process may not write a file beyond a length (`RLIMIT_FSIZE`). It is told EFBIG in the place
//! of ENOSPC, and both end it in the same way: it cannot log, so it cannot vouch.
//!
//! Deliberately absent: anything that fills the disk of this machine.

use std::{
    fs, io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// What its own words still need, bytes: why it ended must be told.
const FOR_LAST_WORDS: u64 = 16 << 10;

/// Whether a member's disk takes anything more; shared by who fills it and who starts processes.
#[derive(Clone, Debug)]
pub(super) struct Room {
    is_full: Arc<AtomicBool>,
    /// The member's words, which are no part of its data.
    log: PathBuf,
}

impl Room {
    pub(super) fn new(log: PathBuf) -> Self {
        Self {
            is_full: Arc::default(),
            log,
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.is_full.load(Ordering::Relaxed)
    }

    /// Fills or frees it, for the process that runs and for those to come. What the running one
    /// has `written` into its newest log is all that it will.
    ///
    /// # Errors
    /// When this system has no such limit for another process.
    pub(super) fn set(&self, is_full: bool, pid: Option<u32>, written: u64) -> io::Result<()> {
        if is_full && !IS_POSSIBLE {
            return Err(io::Error::from(io::ErrorKind::Unsupported));
        }
        self.is_full.store(is_full, Ordering::Relaxed);
        let Some(pid) = pid else { return Ok(()) };
        let longest = is_full.then(|| self.words_len().max(written));
        limit(pid, longest)
    }

    /// What a process may write that was just started. It cannot make a new log: one is begun
    /// with far more than what is left here (`preAllocSize`).
    ///
    /// # Errors
    /// The system's.
    pub(super) fn hold(&self, pid: u32) -> io::Result<()> {
        match self.is_full() {
            true => limit(pid, Some(self.words_len())),
            false => Ok(()),
        }
    }

    fn words_len(&self) -> u64 {
        fs::metadata(&self.log).map_or(0, |log| log.len()) + FOR_LAST_WORDS
    }
}

/// Whether a process can be held so here.
pub(crate) const IS_POSSIBLE: bool = cfg!(any(target_os = "linux", target_os = "android"));

#[cfg(any(target_os = "linux", target_os = "android"))]
fn limit(pid: u32, longest: Option<u64>) -> io::Result<()> {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let new = Rlimit {
        current: longest,
        // What is taken back must be given again: only root may raise this one.
        maximum: rustix::process::getrlimit(Resource::Fsize).maximum,
    };
    match pid {
        Some(pid) => Ok(prlimit(Some(pid), Resource::Fsize, new).map(drop)?),
        None => Err(io::Error::from(io::ErrorKind::NotFound)),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn limit(_pid: u32, _longest: Option<u64>) -> io::Result<()> {
    Ok(())
}
