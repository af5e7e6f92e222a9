//! Configuration: text to types. Whoever calls reads the files and resolves the names.
//!
//! ```text
//!   zoo.cfg ──properties──┐                        ┌─> ServerConfig
//!   --set KEY=VALUE ──────┼──> settings (a table)──┤
//!   member.toml ──────────┘                        └─> ConfigError, ConfigWarning
//!   server.N lines, /zookeeper/config ──dynamic──> DynamicConfig
//! ```
//!
//! Both files set the same things: `settings` is the one table of what can be set, under which
//! name in either file, and what is expected there. `unsupported` knows Apache's keys that do
//! nothing here yet: they become warnings, in zoo.cfg only.
//!
//! Deliberately absent: files, name resolution, and Apache's silence about values that it
//! cannot read (`Boolean.parseBoolean("yes")` is false): those are errors here.

mod address;
mod draft;
mod dynamic;
mod error;
mod format;
mod member_toml;
mod own_line;
mod properties;
mod server;
mod settings;
mod unsupported;
mod zoo_cfg;

pub use address::HostPort;
pub use dynamic::{DynamicConfig, PeerAddress, Role, ServerSpec, ServerSpecError};
pub use error::{ConfigError, ConfigWarning, Place};
pub use format::ConfigFormat;
pub use server::{
    Access, AdminServer, Autopurge, Containers, EnsembleSettings, Features, FourLetterWhitelist,
    Limits, ServerConfig, SnapshotCompression, Storage,
};

use crate::ids::Sid;

impl ServerConfig {
    /// Reads a configuration file of either format, which messages call `file`, on top of the
    /// system properties `set`: `KEY=VALUE` each, KEY with or without `zookeeper.`. As in
    /// Apache, where both give a value the file's counts.
    ///
    /// # Errors
    /// [`ConfigError`] for the first thing that is not as expected.
    pub fn parse(text: &str, file: &str, set: &[String]) -> Result<Self, ConfigError> {
        match ConfigFormat::of(text) {
            ConfigFormat::ZooCfg => zoo_cfg::parse(text, file, set),
            ConfigFormat::MemberToml => member_toml::parse(text, file, set),
        }
    }
}

/// Reads `myid`: its first line is the server's id.
///
/// # Errors
/// [`ConfigError`] where that line is no number.
pub fn parse_myid(text: &str, file: &str) -> Result<Sid, ConfigError> {
    let line = text.lines().next().unwrap_or_default();
    line.trim().parse().map(Sid).map_err(|_| {
        let message = format!("expected the server's id, a number, found \"{line}\"");
        ConfigError::new(Place::new(file, Some(1)), message)
    })
}
