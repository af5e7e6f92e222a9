//! The memory's file: one per ensemble, in the state directory of the XDG specification.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use crate::model::memory::Memory;

/// A memory is a few kilobytes; what is larger is not ours.
const MAX_BYTES: u64 = 1 << 20;
/// More ensembles than an operator has; what is beyond is not looked through.
const MOST_FILES: usize = 500;

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
pub(super) fn load(file: &Path) -> Option<Memory> {
    let is_sane = fs::metadata(file).is_ok_and(|meta| meta.len() <= MAX_BYTES);
    let text = is_sane.then(|| fs::read_to_string(file).ok()).flatten()?;
    serde_json::from_str(&text)
        .inspect_err(|error| tracing::warn!(file = %file.display(), %error, "not understood"))
        .ok()
}

/// What an earlier console has seen of an ensemble: under this name, else the newest picture of
/// one that has members at all of these addresses.
#[must_use]
pub(crate) fn recall(name: &str, seeds: &[String]) -> Option<Memory> {
    let file = file_of(name)?;
    load(&file).or_else(|| newest_of(file.parent()?, seeds))
}

fn newest_of(directory: &Path, seeds: &[String]) -> Option<Memory> {
    let is_of_them = |memory: &Memory| {
        let mut seeds = seeds.iter();
        seeds.all(|seed| memory.members.iter().any(|one| one.address == *seed))
    };
    let files = fs::read_dir(directory).ok()?.flatten();
    files
        .map(|entry| entry.path())
        .filter(|file| file.extension().is_some_and(|kind| kind == "json"))
        .take(MOST_FILES)
        .filter_map(|file| load(&file))
        .filter(is_of_them)
        .max_by_key(|memory| memory.saved_wall_ms)
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
    use crate::model::memory::RememberedMember;

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
    fn a_picture_is_found_by_the_members_too_the_newest_first() {
        let directory = tempfile::tempdir().unwrap();
        let of = |saved_wall_ms, addresses: &[&str]| Memory {
            saved_wall_ms,
            config: String::new(),
            members: addresses.iter().map(|address| member(address)).collect(),
        };
        fn member(address: &str) -> RememberedMember {
            RememberedMember {
                address: address.to_owned(),
                sid: Some(1),
                role: None,
                zxid: None,
                seen_wall_ms: 0,
            }
        }
        for (name, memory) in [
            ("a.json", of(5, &["a:1", "b:1"])),
            ("b.json", of(7, &["a:1", "b:1", "c:1"])),
            ("c.json", of(9, &["c:1"])),
        ] {
            save(&directory.path().join(name), &memory).unwrap();
        }
        let found = |seeds: &[&str]| {
            let seeds: Vec<String> = seeds.iter().map(|&seed| seed.to_owned()).collect();
            newest_of(directory.path(), &seeds).map(|memory| memory.saved_wall_ms)
        };
        assert_eq!(found(&["b:1", "a:1"]), Some(7));
        assert_eq!(found(&["c:1"]), Some(9));
        assert_eq!(found(&["a:1", "d:1"]), None);
    }

    #[test]
    fn names_become_safe_file_names_and_stay_distinct() {
        assert!(file_name("../../etc/passwd").starts_with("_.._etc_passwd-"));
        assert_ne!(file_name("a/b"), file_name("a:b"));
    }
}
