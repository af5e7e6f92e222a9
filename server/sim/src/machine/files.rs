//! A member's configuration files: what a restart knows of the ensemble. The real ones are
//! `zoo.cfg.dynamic.<version>` and `zoo.cfg.dynamic.next`; like them these are replaced whole,
//! durably, in the moment in which the member asks for it.

use zoowarden_shared::{
    Sid,
    config::{DynamicConfig, Role, ServerSpec},
};

/// The files.
#[derive(Clone, Debug)]
pub(crate) struct ConfigFiles {
    /// The configuration with which a start begins.
    pub(crate) active: DynamicConfig,
    /// Newer ones that were seen.
    pub(crate) seen: Vec<DynamicConfig>,
    /// As what it joins (`peerType`).
    pub(crate) joins_as: Role,
}

impl ConfigFiles {
    pub(crate) fn new(active: DynamicConfig, joins_as: Role) -> Self {
        Self {
            active,
            seen: Vec::new(),
            joins_as,
        }
    }

    /// These newer configurations may come into force, and no others.
    pub(crate) fn see(&mut self, configs: Vec<DynamicConfig>) {
        self.seen = configs;
    }

    /// A configuration is in force; those that were seen behind it are still to come.
    pub(crate) fn activate(&mut self, config: DynamicConfig) {
        self.seen.retain(|seen| seen.version > config.version);
        self.active = config;
    }

    /// Whether this member knows where that one is.
    pub(crate) fn names(&self, sid: Sid) -> bool {
        self.all().any(|config| config.servers.contains_key(&sid))
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &DynamicConfig> {
        std::iter::once(&self.active).chain(&self.seen)
    }

    /// What an operator writes by hand for a server that is to join: the members, itself, and
    /// no version, so that it believes whatever the members say.
    pub(crate) fn enlist(&mut self, sid: Sid) {
        if self.active.servers.contains_key(&sid) {
            return;
        }
        if let Some(spec) = server_spec(sid, self.joins_as) {
            self.active.servers.insert(sid, spec);
            self.active.version = 0;
        }
    }
}

/// The line of a server.
pub(crate) fn server_spec(sid: Sid, role: Role) -> Option<ServerSpec> {
    let text = format!("10.0.0.{sid}:2888:3888:{role};2181");
    text.parse().ok()
}
