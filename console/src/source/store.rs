//! The memory's file: one per ensemble, in the state directory of the XDG specification.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use crate::model::memory::Memory;

/// A memory is a few kilobytes; what is larger is not ours.
const MAX_BYTES: u64 = 1 << 20;

/// The file of an ensemble: `$XDG_STATE_HOME/zoowarden/NAME.json`, NAME made of its name or
/// addresses. `None` where there is no home.
#[must_use]
pub fn file_of(name: &str) -> Option<PathBuf> {
    Some(state_dir()?.join(format!("{}.json", file_name(name))))
}

/// Where the console keeps what outlives it: `$XDG_STATE_HOME/zoowarden`. `None` where there is
/// no home.
#[must_use]
pub fn state_dir() -> Option<PathBuf> {
    let home = || Some(PathBuf::from(env::var_os("HOME")?).join(".local/state"));
    let state = env::var_os("XDG_STATE_HOME")
        .map(PathBuf::from)
        .filter(|dir| dir.is_absolute());
    Some(state.or_else(home)?.join("zoowarden"))
}

/// Writes a text that the operator wants to a file beside the memory: `name` in
/// `$XDG_STATE_HOME/zoowarden`, readable by the operator alone. Tells the file.
pub(super) fn keep(name: &str, text: &str) -> Result<String, String> {
    let of_memory = file_of("").ok_or("there is no home directory")?;
    let file = of_memory.with_file_name(name);
    let write = || -> io::Result<()> {
        use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _};
        if let Some(directory) = file.parent() {
            fs::create_dir_all(directory)?;
        }
        let mut options = fs::OpenOptions::new();
        let options = options.write(true).create(true).truncate(true).mode(0o600);
        options.open(&file)?.write_all(text.as_bytes())
    };
    write().map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(file.display().to_string())
}

/// Letters, digits, dots and dashes, with a sum of the rest so that two names stay two.
fn file_name(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let safe: String = name
        .chars()
        .take(80)
        .map(|c| if plain(c) { c } else { '_' })
        .collect();
    // FNV-1a: any stable hash will do.
    let sum = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{}-{:08x}", safe.trim_start_matches('.'), sum as u32)
}

/// Reads it. A file that cannot be read or understood is no reason to keep an operator from
/// the screen: it is logged and passed over.
#[must_use]
pub fn load(file: &Path) -> Option<Memory> {
    let is_sane = fs::metadata(file).is_ok_and(|meta| meta.len() <= MAX_BYTES);
    let text = is_sane.then(|| fs::read_to_string(file).ok()).flatten()?;
    serde_json::from_str(&text)
        .inspect_err(|error| tracing::warn!(file = %file.display(), %error, "not understood"))
        .ok()
}

/// Writes it whole or not at all.
pub(super) fn save(file: &Path, memory: &Memory) -> io::Result<()> {
    if let Some(directory) = file.parent() {
        fs::create_dir_all(directory)?;
    }
    let draft = file.with_extension("tmp");
    fs::write(&draft, serde_json::to_vec_pretty(memory)?)?;
    fs::rename(&draft, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_memory_is_read_back_and_a_broken_one_passed_over() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("state").join("x.json");
        assert_eq!(load(&file), None);
        let memory = Memory {
            saved_wall_ms: 7,
            ..Memory::default()
        };
        save(&file, &memory).unwrap();
        assert_eq!(load(&file), Some(memory));
        fs::write(&file, "{").unwrap();
        assert_eq!(load(&file), None);
    }

    #[test]
    fn names_become_safe_file_names_and_stay_distinct() {
        assert!(file_name("../../etc/passwd").starts_with("_.._etc_passwd-"));
        assert_ne!(file_name("a/b"), file_name("a:b"));
    }
}
