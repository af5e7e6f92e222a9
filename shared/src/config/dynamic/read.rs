//! Reading the text of a dynamic configuration.

use std::collections::BTreeSet;

use super::{DynamicConfig, Role, ServerSpec, ServerSpecError};
use crate::{
    config::{
        ConfigError, Place,
        properties::{self, Property},
    },
    ids::Sid,
};

impl DynamicConfig {
    /// Reads a dynamic configuration file. Its version stands in its name, after the last dot,
    /// as in `zoo.cfg.dynamic.100000000` (`QuorumPeerConfig.getVersionFromFilename`).
    ///
    /// # Errors
    /// [`ConfigError`] for a key that is none of `server.N`, `group.N` and `weight.N`, for a
    /// `version`, and for a value that does not have its key's form.
    pub fn parse_file(text: &str, file: &str) -> Result<Self, ConfigError> {
        let properties = properties::parse(text, file)?;
        if let Some(version) = properties.iter().find(|p| p.key == "version") {
            return Err(ConfigError::new(
                Place::new(file, Some(version.line)),
                "version: expected the version in the file's name, not in the file",
            ));
        }
        let mut config = Self::from_properties(properties, file)?;
        let suffix = file.rsplit_once('.').map(|(_, suffix)| suffix);
        if let Some(version) = suffix.and_then(hexadecimal) {
            config.version = version;
        }
        Ok(config)
    }

    /// Reads a whole configuration, its `version` included: the data of `/zookeeper/config`
    /// and of the packets that carry a configuration.
    ///
    /// # Errors
    /// [`ConfigError`] as for [`Self::parse_file`].
    pub fn parse(text: &str, file: &str) -> Result<Self, ConfigError> {
        Self::from_properties(properties::parse(text, file)?, file)
    }

    /// What can be understood of `/zookeeper/config`, for those who only look: lines of
    /// versions to come are passed over.
    #[must_use]
    pub fn parse_lenient(text: &str) -> Self {
        let mut reading = Reading::default();
        let lines = text
            .lines()
            .filter_map(|line| properties::parse(line, "").ok());
        for Property { key, value, .. } in lines.flatten() {
            // Passing over what is not understood is the purpose.
            let _ = reading.line(&key, &value);
        }
        reading.config
    }

    /// The configuration that these properties make, all of which must belong to one.
    pub(in crate::config) fn from_properties(
        properties: Vec<Property>,
        file: &str,
    ) -> Result<Self, ConfigError> {
        let (properties, _) = properties::last_of_each(properties);
        let mut reading = Reading::default();
        for Property { key, value, line } in &properties {
            reading.line(key, value).map_err(|message| {
                ConfigError::new(Place::new(file, Some(*line)), format!("{key}: {message}"))
            })?;
        }
        reading.finish().map_err(|message| {
            let group = properties.iter().find(|p| p.key.starts_with("group."));
            ConfigError::new(Place::new(file, group.map(|p| p.line)), message)
        })
    }
}

/// A version, which no sign precedes.
fn hexadecimal(text: &str) -> Option<i64> {
    i64::from_str_radix(text, 16)
        .ok()
        .filter(|version| *version >= 0)
}

fn number(text: &str, what: &str) -> Result<i64, String> {
    let number = text.trim().parse();
    number.map_err(|_| format!("expected {what}, found \"{text}\""))
}

/// A configuration of which some lines were read.
#[derive(Default)]
struct Reading {
    config: DynamicConfig,
    /// The members of all groups so far.
    grouped: BTreeSet<Sid>,
}

impl Reading {
    /// Takes in a line. A message, as everywhere here, tells what was expected.
    fn line(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key.split_once('.') {
            Some(("server", sid)) => {
                let sid = Sid(number(sid, "server.N with N a server's id")?);
                let server: Result<ServerSpec, ServerSpecError> = value.parse();
                let server = server.map_err(|error| error.to_string())?;
                self.config.servers.insert(sid, server);
            }
            Some(("group", group)) => {
                let group = number(group, "group.N with N a number")?;
                let mut members = Vec::new();
                for sid in value.split(':') {
                    let sid = Sid(number(sid, "server ids with colons between")?);
                    if !self.grouped.insert(sid) {
                        return Err(format!("server {sid} is in more than one group"));
                    }
                    members.push(sid);
                }
                self.config.groups.insert(group, members);
            }
            Some(("weight", sid)) => {
                let sid = Sid(number(sid, "weight.N with N a server's id")?);
                let expected = "a weight, 0 or more";
                let weight = number(value, expected)?;
                if weight < 0 {
                    return Err(format!("expected {expected}, found \"{value}\""));
                }
                self.config.weights.insert(sid, weight);
            }
            _ if key == "version" => {
                self.config.version = hexadecimal(value)
                    .ok_or_else(|| format!("expected hexadecimal digits, found \"{value}\""))?;
            }
            _ => return Err("expected server.N, group.N, weight.N or version".to_owned()),
        }
        Ok(())
    }

    /// Requires and fills in what `QuorumHierarchical.parse` does at the end.
    fn finish(self) -> Result<DynamicConfig, String> {
        let Self {
            mut config,
            grouped,
        } = self;
        if !config.is_hierarchical() {
            return Ok(config);
        }
        for (sid, server) in &config.servers {
            if server.role == Role::Participant {
                if !grouped.contains(sid) {
                    return Err(format!("server {sid} is in no group"));
                }
                config.weights.entry(*sid).or_insert(1);
            }
        }
        // Apache fails with a null pointer here.
        let stranger = |sid: &&Sid| !config.weights.contains_key(sid);
        match grouped.iter().find(stranger) {
            Some(sid) => Err(format!("server {sid} of a group is no participant")),
            None => Ok(config),
        }
    }
}
