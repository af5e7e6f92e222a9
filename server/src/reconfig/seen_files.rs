//! The configurations that were seen and may not be in force, beside zoo.cfg: the newest where
//! Apache has its own, those before it each in a file of ours. A restart asks all of them.
//!
//! A crash between two of these files leaves one too many rather than one too few: what is in
//! force already is not asked, and what is not in the log was never acknowledged.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::Context;
use zoowarden_shared::config::DynamicConfig;

use super::{replace, report, sorted_lines, sync_directory_of, with_suffix};

/// Behind the name of zoo.cfg.
const NEXT: &str = ".dynamic.next";

/// Remembers these, oldest first, and no others.
pub(super) fn write(zoo_cfg: &Path, configs: &[DynamicConfig]) {
    let newest = configs.len().saturating_sub(1);
    let mut kept = Vec::new();
    for (index, config) in configs.iter().enumerate() {
        let file = match index == newest {
            true => next_file(zoo_cfg),
            false => earlier_file(zoo_cfg, config.version),
        };
        let written = replace(&file, &sorted_lines(config, true));
        report(&file, &written);
        kept.push(file);
    }
    remove_all_but(zoo_cfg, &kept);
}

/// One of this version is in force: those up to it are no longer asked, and one behind it is,
/// of which only this member and a few may know.
pub(super) fn forget_older(zoo_cfg: &Path, version: i64) {
    let Ok(configs) = read(zoo_cfg) else {
        // It stays in the way of a start, for an operator to look at.
        return;
    };
    let newer = configs.into_iter();
    let newer: Vec<_> = newer.filter(|seen| seen.version > version).collect();
    write(zoo_cfg, &newer);
}

/// The configurations that were seen, oldest first.
///
/// # Errors
/// When a file is there and cannot be read as one: what it would say decides who must agree.
pub(crate) fn read(zoo_cfg: &Path) -> anyhow::Result<Vec<DynamicConfig>> {
    let mut configs = Vec::new();
    for file in present(zoo_cfg).with_context(|| zoo_cfg.display().to_string())? {
        let name = file.display().to_string();
        let text = fs::read_to_string(&file).with_context(|| name.clone())?;
        configs.push(DynamicConfig::parse(&text, &name)?);
    }
    configs.sort_by_key(|config| config.version);
    configs.dedup_by_key(|config| config.version);
    Ok(configs)
}

fn next_file(zoo_cfg: &Path) -> PathBuf {
    with_suffix(zoo_cfg, NEXT)
}

fn earlier_file(zoo_cfg: &Path, version: i64) -> PathBuf {
    with_suffix(zoo_cfg, &format!("{NEXT}.{version:x}"))
}

/// The files that are there.
fn present(zoo_cfg: &Path) -> io::Result<Vec<PathBuf>> {
    let next = next_file(zoo_cfg);
    let (Some(directory), Some(next)) = (next.parent(), next.file_name()) else {
        return Ok(Vec::new());
    };
    let directory = match directory.as_os_str().is_empty() {
        true => Path::new("."),
        false => directory,
    };
    let next = next.as_encoded_bytes();
    let mut files = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        let version = name.as_encoded_bytes().strip_prefix(next);
        if version.is_some_and(is_none_or_version) {
            files.push(directory.join(name));
        }
    }
    Ok(files)
}

/// Whether this is nothing, or a point and a number: not what is being written aside.
fn is_none_or_version(suffix: &[u8]) -> bool {
    match suffix {
        [] => true,
        [b'.', version @ ..] => !version.is_empty() && version.iter().all(u8::is_ascii_hexdigit),
        _ => false,
    }
}

fn remove_all_but(zoo_cfg: &Path, kept: &[PathBuf]) {
    let files = present(zoo_cfg).unwrap_or_default();
    let next = next_file(zoo_cfg);
    let is_kept = |file: &PathBuf| kept.iter().any(|kept| kept.file_name() == file.file_name());
    let gone: Vec<_> = files.into_iter().filter(|file| !is_kept(file)).collect();
    if gone.is_empty() {
        return;
    }
    for file in &gone {
        report(file, &fs::remove_file(file));
    }
    // A power cut must not bring one back: it would be taken for a reconfig under way.
    report(&next, &sync_directory_of(&next));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(version: i64) -> DynamicConfig {
        let text = "server.2=b:1:2:observer;2182\nserver.1=a:1:2:participant;2181\n";
        let mut config = DynamicConfig::parse(text, "test").unwrap();
        config.version = version;
        config
    }

    fn versions(zoo_cfg: &Path) -> Vec<i64> {
        let configs = read(zoo_cfg).unwrap();
        configs.iter().map(|config| config.version).collect()
    }

    #[test]
    fn each_configuration_that_was_seen_is_remembered_until_it_is_in_force() {
        let directory = tempfile::tempdir().unwrap();
        let zoo_cfg = directory.path().join("zoo.cfg");
        assert!(versions(&zoo_cfg).is_empty());
        write(&zoo_cfg, &[config(9)]);
        write(&zoo_cfg, &[config(9), config(11), config(12)]);
        assert_eq!(read(&zoo_cfg).unwrap(), [9, 11, 12].map(config));
        let newest = fs::read_to_string(directory.path().join("zoo.cfg.dynamic.next")).unwrap();
        assert!(
            newest.contains("version=c"),
            "Apache reads the newest: {newest}"
        );
        // A member that takes over what others have in force must not forget the reconfig
        // behind it: the next configuration must go on to agree.
        forget_older(&zoo_cfg, 11);
        assert_eq!(versions(&zoo_cfg), [12]);
        write(&zoo_cfg, &[]);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn other_files_are_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let zoo_cfg = directory.path().join("zoo.cfg");
        for name in [
            "zoo.cfg.dynamic.next.tmp",
            "zoo.cfg.dynamic.9",
            "zoo.cfg.dynamic.nextly",
        ] {
            fs::write(directory.path().join(name), "not one").unwrap();
        }
        write(&zoo_cfg, &[config(7)]);
        write(&zoo_cfg, &[]);
        assert!(versions(&zoo_cfg).is_empty());
        // The first is what such a file is written to aside.
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_file_that_cannot_be_understood_stops_the_start() {
        for name in ["zoo.cfg.dynamic.next", "zoo.cfg.dynamic.next.10000000a"] {
            let directory = tempfile::tempdir().unwrap();
            let zoo_cfg = directory.path().join("zoo.cfg");
            fs::write(directory.path().join(name), "server.1=nonsense").unwrap();
            let told = read(&zoo_cfg).unwrap_err();
            assert!(format!("{told:#}").contains(name), "{told:#}");
        }
    }
}
