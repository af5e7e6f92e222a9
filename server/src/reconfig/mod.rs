//! What a reconfig changes outside the core: where this member listens, and the files that it
//! leaves, as Apache leaves them (`QuorumPeerConfig`), so that either server starts from them.
//!
//! ```text
//!   zoo.cfg.dynamic.next        the newest configuration seen, its version included
//!   zoo.cfg.dynamic.next.<v>    ours: one seen before it that may be in force elsewhere
//!   zoo.cfg.dynamic.<version>   one that was in force: the lines of its servers
//!   zoo.cfg                     without those lines, and with the name of that file
//!   zoo.cfg.bak                 as the operator wrote it
//! ```
//!
//! - `static_file`: zoo.cfg's text without what the other file says.
//! - `own_ports`: where this member listens.
//! - `seen_files`: what was seen and may not be in force.
//!
//! Each file is replaced whole: written aside, synced, renamed. Members that are configured
//! otherwise than by a zoo.cfg remember nothing.

mod own_ports;
mod seen_files;
mod static_file;

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

pub(crate) use own_ports::{ListenSettings, OwnPorts, PeerPort};
pub(crate) use seen_files::read as seen;
use zoowarden_shared::{Sid, config::DynamicConfig};

/// A member's configuration files.
#[derive(Debug)]
pub(crate) struct ConfigFiles {
    sid: Sid,
    /// Its zoo.cfg, if that is what it was started with.
    zoo_cfg: Option<PathBuf>,
    active_version: i64,
}

impl ConfigFiles {
    /// The files beside this zoo.cfg, for a member that begins with a configuration of this
    /// version.
    pub(crate) fn new(sid: Sid, zoo_cfg: Option<PathBuf>, active_version: i64) -> Self {
        Self {
            sid,
            zoo_cfg,
            active_version,
        }
    }

    /// Remembers these configurations as seen, oldest first, and no others.
    pub(crate) fn seen(&self, configs: &[DynamicConfig]) {
        if let Some(zoo_cfg) = &self.zoo_cfg {
            seen_files::write(zoo_cfg, configs);
        }
    }

    /// Has a restart begin with this configuration.
    pub(crate) fn activate(&mut self, config: &DynamicConfig) {
        self.active_version = config.version;
        let Some(zoo_cfg) = &self.zoo_cfg else {
            tracing::warn!("a restart will not know the new configuration: there is no zoo.cfg");
            return;
        };
        let file = dynamic_file(zoo_cfg, config);
        if report(&file, &self.write_active(zoo_cfg, config)) {
            tracing::info!(file = %file.display(), "another configuration is in force");
            seen_files::forget_older(zoo_cfg, config.version);
        }
    }

    fn write_active(&self, zoo_cfg: &Path, config: &DynamicConfig) -> io::Result<()> {
        let file = dynamic_file(zoo_cfg, config);
        replace(&file, &sorted_lines(config, false))?;
        self.point_to(zoo_cfg, &file, config)
    }

    fn point_to(&self, zoo_cfg: &Path, file: &Path, config: &DynamicConfig) -> io::Result<()> {
        let text = fs::read(zoo_cfg)?;
        let backup = with_suffix(zoo_cfg, ".bak");
        if static_file::has_servers(&text) {
            replace(&backup, &text)?;
        }
        let own = config.servers.get(&self.sid);
        let serves_elsewhere = own.is_some_and(|own| own.client_address.is_some());
        let file = fs::canonicalize(file)?;
        replace(
            zoo_cfg,
            &static_file::pointing_to(&text, &file, serves_elsewhere),
        )
    }
}

/// Has the next start begin with this configuration, which an operator has chosen: whatever
/// else was seen is forgotten, and one voter alone is an ensemble to which others can be added.
///
/// # Errors
/// Those of the file system.
pub(crate) fn force(sid: Sid, zoo_cfg: &Path, config: &DynamicConfig) -> io::Result<()> {
    let files = ConfigFiles::new(sid, Some(zoo_cfg.to_owned()), config.version);
    files.write_active(zoo_cfg, config)?;
    if config.voters().nth(1).is_none() {
        let text = fs::read(zoo_cfg)?;
        replace(zoo_cfg, &static_file::never_standalone(&text))?;
    }
    seen_files::write(zoo_cfg, &[]);
    Ok(())
}

fn report(file: &Path, written: &io::Result<()>) -> bool {
    if let Err(fault) = written {
        tracing::error!(file = %file.display(), %fault, "cannot write the configuration");
    }
    written.is_ok()
}

fn dynamic_file(zoo_cfg: &Path, config: &DynamicConfig) -> PathBuf {
    with_suffix(zoo_cfg, &format!(".dynamic.{:x}", config.version))
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The lines of a dynamic configuration file (`QuorumPeerConfig.writeDynamicConfig`): sorted,
/// without an end of line behind the last.
fn sorted_lines(config: &DynamicConfig, with_version: bool) -> Vec<u8> {
    let text = config.to_string();
    let lines = text.lines();
    let mut lines: Vec<_> = lines
        .filter(|line| with_version || !line.starts_with("version="))
        .collect();
    lines.sort_unstable();
    lines.join("\n").into_bytes()
}

/// Replaces a file whole, durably.
fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let aside = with_suffix(file, ".tmp");
    let mut out = File::create(&aside)?;
    out.write_all(bytes)?;
    out.sync_all()?;
    fs::rename(&aside, file)?;
    sync_directory_of(file)
}

fn sync_directory_of(file: &Path) -> io::Result<()> {
    let directory = file
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
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

    #[test]
    fn a_restart_begins_with_what_was_in_force() {
        let directory = tempfile::tempdir().unwrap();
        let zoo_cfg = directory.path().join("zoo.cfg");
        let text = "# ours\ntickTime=2000\nclientPort=2181\nserver.1=a:1:2\n";
        fs::write(&zoo_cfg, text).unwrap();
        let mut files = ConfigFiles::new(Sid(1), Some(zoo_cfg.clone()), 0);
        files.seen(&[config(0x1_0000_0005)]);
        assert_eq!(seen(&zoo_cfg).unwrap(), [config(0x1_0000_0005)]);
        files.activate(&config(0x1_0000_0005));
        assert_eq!(seen(&zoo_cfg).unwrap(), []);
        let dynamic = with_suffix(&zoo_cfg, ".dynamic.100000005");
        assert_eq!(
            fs::read_to_string(&dynamic).unwrap(),
            "server.1=a:1:2:participant;0.0.0.0:2181\nserver.2=b:1:2:observer;0.0.0.0:2182"
        );
        assert_eq!(
            fs::read_to_string(&zoo_cfg).unwrap(),
            format!(
                "# ours\ntickTime=2000\ndynamicConfigFile={}\n",
                fs::canonicalize(&dynamic).unwrap().display()
            )
        );
        let backup = with_suffix(&zoo_cfg, ".bak");
        assert_eq!(fs::read_to_string(&backup).unwrap(), text);
        // The second time there is nothing of the operator's to keep.
        files.activate(&config(0x1_0000_0009));
        assert_eq!(fs::read_to_string(&backup).unwrap(), text);
    }
}
