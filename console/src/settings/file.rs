//! Where console.toml is, and its text.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use super::{Settings, SettingsError, parse};

/// A configuration is a few lines a cluster; what is larger is another file.
const MAX_BYTES: u64 = 1 << 20;

/// Where the file is looked for when none is named: the XDG configuration directory.
#[must_use]
pub fn usual_file() -> Option<PathBuf> {
    let home = || Some(PathBuf::from(env::var_os("HOME")?).join(".config"));
    let config = env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
    Some(
        config
            .filter(|dir| dir.is_absolute())
            .or_else(home)?
            .join("zoowarden/console.toml"),
    )
}

/// The settings of a file that the operator named, or of the usual one, which may be missing.
///
/// # Errors
/// [`SettingsError`].
pub fn load(named: Option<PathBuf>) -> Result<Settings, SettingsError> {
    let may_be_missing = named.is_none();
    let Some(file) = named.or_else(usual_file) else {
        return Ok(Settings::default());
    };
    let shown = file.display().to_string();
    match read(&file) {
        Ok(text) => parse(&text, &shown),
        Err(SettingsError::Read { source, .. })
            if may_be_missing && source.kind() == io::ErrorKind::NotFound =>
        {
            Ok(Settings::default())
        }
        Err(error) => Err(error),
    }
}

/// The text of a file.
///
/// # Errors
/// [`SettingsError::Read`]; also for what is larger than any configuration is.
pub(crate) fn read(file: &Path) -> Result<String, SettingsError> {
    let fault = |source| SettingsError::Read {
        file: file.display().to_string(),
        source,
    };
    match fs::metadata(file) {
        Ok(meta) if meta.len() > MAX_BYTES => Err(fault(io::Error::other("larger than 1 MiB"))),
        _ => fs::read_to_string(file).map_err(fault),
    }
}
