//! From files to a checked configuration: what the pure parsers of `shared` leave to whoever
//! may read files and resolve names.
//!
//! - `files`: the texts, and who this server is by `myid`
//! - `peer`: what the peer and its replication are told
//! - `addresses`: where this member listens and what it says of itself

mod addresses;
mod files;
mod peer;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use anyhow::{bail, ensure};
use zoowarden_shared::{
    Sid,
    config::{ConfigFormat, DynamicConfig, ServerConfig},
};

use crate::reconfig::{self, ConfigFiles};
pub(crate) use addresses::listen_address;
use files::{own_sid, read_text};

/// A member's configuration, read and found fit to run.
#[derive(Clone, Debug)]
pub struct Configured {
    /// What the files and the command line say.
    pub config: ServerConfig,
    /// `myid`; 0 where there is none, as for a standalone server.
    pub sid: Sid,
    /// The configuration file's text, for `initial_configuration`.
    pub text: String,
    /// The zoo.cfg that it was read from: a reconfig rewrites it. `None` of a member that is
    /// configured otherwise, whose ensemble cannot be changed through it.
    pub zoo_cfg: Option<PathBuf>,
    /// Newer configurations of the ensemble that this member has seen, oldest first, which may
    /// not be in force.
    pub seen: Vec<DynamicConfig>,
    /// Of a demo: what says by how many milliseconds each sync takes longer.
    pub sync_delay: Option<PathBuf>,
    /// Whether it follows the ensemble from outside.
    is_shadow: bool,
}

impl Configured {
    /// Reads a configuration file, and the files that it names, on top of the system
    /// properties `set` (`KEY=VALUE` each).
    ///
    /// # Errors
    /// What is wrong, with its file and line, and what was expected there.
    pub fn read(file: &Path, set: &[String]) -> anyhow::Result<Self> {
        let text = read_text(file)?;
        let mut config = ServerConfig::parse(&text, &file.display().to_string(), set)?;
        if let Some(dynamic) = config.ensemble.dynamic_config_file.clone() {
            let servers = read_text(&dynamic)?;
            config.read_dynamic(&servers, &dynamic.display().to_string())?;
        }
        let sid = own_sid(&mut config, file)?;
        let is_zoo_cfg = ConfigFormat::of(&text) == ConfigFormat::ZooCfg;
        let seen = match is_zoo_cfg && config.is_distributed() {
            true => reconfig::seen(file)?,
            false => Vec::new(),
        };
        Self {
            config,
            sid,
            text,
            zoo_cfg: is_zoo_cfg.then(|| file.to_owned()),
            seen,
            sync_delay: None,
            is_shadow: false,
        }
        .checked(file)
    }

    /// A configuration made in memory, as tests and the demo do.
    #[must_use]
    pub fn standalone(config: ServerConfig) -> Self {
        Self {
            config,
            sid: Sid(0),
            text: String::new(),
            zoo_cfg: None,
            seen: Vec::new(),
            sync_delay: None,
            is_shadow: false,
        }
    }

    /// A member of an ensemble, made in memory.
    ///
    /// # Errors
    /// When the configuration has no line for this server.
    pub fn member(mut config: ServerConfig, sid: Sid) -> anyhow::Result<Self> {
        config.apply_own_line(sid, "the configuration")?;
        ensure!(
            config.ensemble.servers.servers.contains_key(&sid),
            "expected a line server.{sid}"
        );
        Ok(Self {
            config,
            sid,
            text: String::new(),
            zoo_cfg: None,
            seen: Vec::new(),
            sync_delay: None,
            is_shadow: false,
        })
    }

    /// A shadow of the ensemble in this configuration, which has no line for it.
    pub(crate) fn shadow(config: ServerConfig, sid: Sid) -> Self {
        Self {
            config,
            sid,
            text: String::new(),
            zoo_cfg: None,
            seen: Vec::new(),
            sync_delay: None,
            is_shadow: true,
        }
    }

    fn checked(self, file: &Path) -> anyhow::Result<Self> {
        let file = file.display();
        if self.config.client_address.is_none() {
            match &self.config.secure_client_address {
                // Opening a plain port instead would let in what the operator keeps out.
                Some(secure) => bail!(
                    "{file}: nothing to serve: TLS (secureClientPort {}) is not supported yet, \
                     and there is no clientPort",
                    secure.port
                ),
                None => bail!("{file}: nothing to serve: expected a clientPort"),
            }
        }
        Ok(self)
    }

    /// The files that a reconfig changes.
    pub(crate) fn config_files(&self) -> ConfigFiles {
        let version = self.config.ensemble.servers.version;
        ConfigFiles::new(self.sid, self.zoo_cfg.clone(), version)
    }
}
