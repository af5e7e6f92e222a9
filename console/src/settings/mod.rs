//! `console.toml`: the clusters that bare `zoowarden` opens, and how the operator is told (the
//! sections `[notify]`, `[alarms]` and `[record]` are described in [`crate::notify::settings`],
//! [`crate::model::alarm::settings`] and [`crate::record::settings`]). A mistake is told with the file, the line, and what was
//! expected there.
//!
//! ```toml
//! [[cluster]]
//! name = "prod-eu/orders"
//! connect = ["zk1:2181", "zk2:2181", "zk3:2181"]
//! tag = "PROD"                      # drawn as [PROD]
//! colour = "red"
//! admin_port = 8080                 # where the members' AdminServer listens
//! [cluster.admin_ports]             # where members of one host have one each
//! "localhost:2182" = 8082
//! # via, [cluster.tls], [cluster.auth]: in [`crate::reach::settings`]
//! # [cluster.hooks], what restarts a member, [cluster.local], members of this host: in
//! # [`crate::action::exec::hooks`]
//! [cluster.addresses]               # where something is reached from here
//! "3" = "localhost:12183"           # a server's id ...
//! "10.0.0.2:2181" = "localhost:12182"   # ... or an address of its configuration
//!
//! [cluster.zones]                   # where the members stand: ids by zone
//! a = [1, 4]
//!
//! [read_only_hooks]                 # H runs one for a member; t runs "log" where nobody else tells
//! iostat = "ssh {host} iostat -x 1 2"
//! log = "ssh {host} journalctl -n 200 -u zookeeper"
//! [ui]                              # theme, ascii, mouse: in [`UiSettings`]
//! theme = "colour-blind"
//! [keys]                            # over the keymap's table, by the actions' names
//! next-fault = "N"
//! [runbooks]                        # by the names of the rules, as screen 9 lists them
//! slow-fsync = "https://wiki.example/zk/slow-disk"
//! ```
//!
//! - `file`: where it is, and its text;  `parse`: the text, checked;  `hosts`: `--connect` as well
//! - `choose`: which cluster is meant
//! - `lists`: `[read_only_hooks]` and `[runbooks]`;  `keys`: `[keys]`;  `ui`: `[ui]`;  `zones`: `[cluster.zones]`;  `audit`: `[audit]`

mod audit;
mod choose;
mod file;
mod hosts;
mod keys;
mod lists;
mod parse;
mod ui;
mod zones;

use std::{collections::BTreeMap, io, path::PathBuf};

use crate::{
    action::exec::hooks::Hooks,
    keymap::bound::Rebinding,
    model::{alarm::settings::AlarmSettings, zones::Zones},
    notify::settings::NotifySettings,
    reach::settings::ReachSettings,
    record::settings::RecordSettings,
    source::AdminPorts,
};

pub(crate) use choose::{choose, place_of};
pub(crate) use file::read;
pub use file::{load, usual_file};
pub use hosts::parse_hosts;
pub use parse::parse;
pub use ui::UiSettings;

/// All that the file says, checked; what it does not say is as it is without a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    pub clusters: Vec<ClusterSettings>,
    pub notify: NotifySettings,
    pub alarms: AlarmSettings,
    /// Read-only hooks: program and arguments, by name.
    pub read_only_hooks: BTreeMap<String, Vec<String>>,
    /// Addresses of runbooks, by the rule's name.
    pub runbooks: BTreeMap<String, String>,
    pub ui: UiSettings,
    /// What is bound to other keys than the table's.
    pub keys: Vec<Rebinding>,
    pub record: RecordSettings,
    /// The socket of a syslog that takes a copy of the console's own audit log.
    pub audit_syslog: Option<PathBuf>,
}

/// One cluster, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterSettings {
    pub name: String,
    /// At least one `host:port`.
    pub connect: Vec<String>,
    pub tag: Option<String>,
    /// A name that [`crate::view::colour`] knows.
    pub colour: Option<String>,
    /// Where its members' AdminServers listen.
    pub admin: AdminPorts,
    pub addresses: BTreeMap<String, String>,
    /// Where its members stand.
    pub zones: Zones,
    pub reach: ReachSettings,
    /// How its members' processes are started, and stopped members' files are reached.
    pub hooks: Hooks,
}

/// What is wrong with the file.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// It cannot be read.
    #[error("{file}: {source}")]
    Read { file: String, source: io::Error },
    /// It is not as expected.
    #[error("{file}:{line}: {message}")]
    Content {
        file: String,
        line: usize,
        message: String,
    },
}
