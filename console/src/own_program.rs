//! This binary, as what it starts again: a demo's members, a plan's process. It stays the same
//! one when the file was replaced or removed meanwhile, as an upgrade does.

use std::{
    env, io,
    path::{Path, PathBuf},
};

/// Linux's name for the running binary, which outlives its file's name.
const RUNNING: &str = "/proc/self/exe";

/// What to start, and the name to give it.
#[derive(Clone, Debug)]
pub(crate) struct OwnProgram {
    pub(crate) path: PathBuf,
    /// As `ps` shows it.
    pub(crate) name: PathBuf,
}

impl OwnProgram {
    /// This process's own.
    ///
    /// # Errors
    /// When it cannot be found: where there is no `/proc`, the file was replaced or removed.
    pub(crate) fn find() -> io::Result<Self> {
        let name = env::current_exe();
        if Path::new(RUNNING).exists() {
            return Ok(Self {
                path: PathBuf::from(RUNNING),
                name: name.unwrap_or_else(|_| PathBuf::from("zoowarden")),
            });
        }
        let path = name?;
        if !path.exists() {
            let text = format!(
                "{}: this zoowarden was replaced or removed on disk, so it starts nothing any \
                 more: quit and start it again",
                path.display()
            );
            return Err(io::Error::new(io::ErrorKind::NotFound, text));
        }
        let name = path.clone();
        Ok(Self { path, name })
    }
}
