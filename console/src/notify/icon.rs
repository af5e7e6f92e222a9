//! The icon of a desktop notification. The desktop reads it from a file, so the picture that
//! the binary carries is laid into the cache directory.

use std::{env, fs, io, path::PathBuf};

/// Drawn from the picture beside it: `rsvg-convert -w 96 zoowarden.svg -o zoowarden.png`.
const PNG: &[u8] = include_bytes!("../../../assets/zoowarden.png");

/// The icon's path; written where it is missing or another version's.
///
/// # Errors
/// Where there is no cache directory or it cannot be written.
pub(super) fn file() -> io::Result<PathBuf> {
    let home = || Some(PathBuf::from(env::var_os("HOME")?).join(".cache"));
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let directory = cache
        .filter(|directory| directory.is_absolute())
        .or_else(home)
        .ok_or_else(|| io::Error::other("neither XDG_CACHE_HOME nor HOME is set"))?
        .join("zoowarden");
    let file = directory.join("zoowarden.png");
    if fs::read(&file).is_ok_and(|found| found == PNG) {
        return Ok(file);
    }
    fs::create_dir_all(&directory)?;
    // Renamed into place: the desktop may be reading it.
    let mut whole = tempfile::NamedTempFile::new_in(&directory)?;
    io::Write::write_all(&mut whole, PNG)?;
    whole.persist(&file).map_err(|error| error.error)?;
    Ok(file)
}
