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
//! # via, [cluster.tls], [cluster.auth]: in [`crate::reach::settings`]
//! # [cluster.hooks], what restarts a member, [cluster.local], members of this host: in
//! # [`crate::action::exec::hooks`]
//! [cluster.addresses]               # where something is reached from here
//! "3" = "localhost:12183"           # a server's id ...
//! "10.0.0.2:2181" = "localhost:12182"   # ... or an address of its configuration
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

mod keys;
mod ui;

use std::{
    collections::BTreeMap,
    env, fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use toml::Spanned;

use crate::{
    action::exec::{
        hook_settings::RawHooks,
        hooks::{self, Hooks},
    },
    keymap::bound::Rebinding,
    model::{
        alarm::settings::{AlarmSettings, RawAlarms},
        roster::split,
    },
    notify::settings::{NotifySettings, RawNotify},
    reach::settings::{RawAuth, RawTls, ReachSettings, check as check_reach},
    record::settings::{RawRecord, RecordSettings},
    view::{COLOURS, colour},
};

pub use ui::UiSettings;

/// A configuration is a few lines a cluster; what is larger is another file.
const MAX_BYTES: u64 = 1 << 20;

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
}

/// One cluster, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterSettings {
    pub name: String,
    /// At least one `host:port`.
    pub connect: Vec<String>,
    pub tag: Option<String>,
    /// A name that [`colour`] knows.
    pub colour: Option<String>,
    pub admin_port: u16,
    pub addresses: BTreeMap<String, String>,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    cluster: Vec<RawCluster>,
    notify: Option<RawNotify>,
    #[serde(default)]
    alarms: RawAlarms,
    #[serde(default)]
    read_only_hooks: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    runbooks: BTreeMap<Spanned<String>, String>,
    #[serde(default)]
    ui: ui::RawUi,
    #[serde(default)]
    keys: keys::RawKeys,
    #[serde(default)]
    record: RawRecord,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCluster {
    name: Spanned<String>,
    connect: Spanned<Vec<Spanned<String>>>,
    tag: Option<String>,
    colour: Option<Spanned<String>>,
    admin_port: Option<u16>,
    #[serde(default)]
    addresses: BTreeMap<String, Spanned<String>>,
    via: Option<Spanned<Vec<String>>>,
    via_name: Option<String>,
    tls: Option<RawTls>,
    #[serde(default)]
    auth: RawAuth,
    #[serde(default)]
    hooks: RawHooks,
    #[serde(default)]
    local: BTreeMap<String, Spanned<String>>,
}

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

/// The settings of a text that messages call `file`.
///
/// # Errors
/// [`SettingsError::Content`] for the first thing that is not as expected.
pub fn parse(text: &str, file: &str) -> Result<Settings, SettingsError> {
    let wrong = |at: usize, message: String| SettingsError::Content {
        file: file.to_owned(),
        line: text[..at.min(text.len())].lines().count().max(1),
        message,
    };
    let raw: File = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start + 1);
        wrong(at, error.message().to_owned())
    })?;
    let mut clusters: Vec<ClusterSettings> = Vec::new();
    for cluster in raw.cluster {
        let at = |spanned: std::ops::Range<usize>| spanned.start + 1;
        let name_at = at(cluster.name.span());
        let name = cluster.name.into_inner();
        if clusters.iter().any(|other| other.name == name) {
            return Err(wrong(
                name_at,
                format!("name: \"{name}\" is taken by a cluster above"),
            ));
        }
        if let Some(spanned) = &cluster.colour
            && colour(spanned.get_ref()).is_none()
        {
            let found = spanned.get_ref();
            let message = format!("colour: expected {COLOURS}, found \"{found}\"");
            return Err(wrong(at(spanned.span()), message));
        }
        let connect_at = at(cluster.connect.span());
        let connect = cluster.connect.into_inner();
        if connect.is_empty() {
            return Err(wrong(
                connect_at,
                "connect: expected at least one host:port".to_owned(),
            ));
        }
        let bad = connect
            .iter()
            .chain(cluster.addresses.values())
            .find(|one| !is_address(one.get_ref()));
        if let Some(spanned) = bad {
            let message = format!("expected host:port, found \"{}\"", spanned.get_ref());
            return Err(wrong(at(spanned.span()), message));
        }
        let reach = check_reach(cluster.via, cluster.via_name, cluster.tls, cluster.auth)
            .map_err(|(at, message)| wrong(at + 1, message))?;
        let named = cluster.hooks.check();
        let hooks = Hooks {
            named: named.map_err(|(at, message)| wrong(at, message))?,
            local: hooks::local(cluster.local).map_err(|(at, message)| wrong(at, message))?,
        };
        clusters.push(ClusterSettings {
            hooks,
            reach,
            name,
            connect: connect.into_iter().map(Spanned::into_inner).collect(),
            tag: cluster.tag,
            colour: cluster.colour.map(Spanned::into_inner),
            admin_port: cluster.admin_port.unwrap_or(8080),
            addresses: cluster
                .addresses
                .into_iter()
                .map(|(from, to)| (from, to.into_inner()))
                .collect(),
        });
    }
    let read_only_hooks =
        read_only_hooks(raw.read_only_hooks).map_err(|(at, message)| wrong(at + 1, message))?;
    let runbooks = runbooks(raw.runbooks).map_err(|(at, message)| wrong(at + 1, message))?;
    let record = raw.record.check();
    let record = record.map_err(|(at, message)| wrong(at + 1, message))?;
    let notify = raw.notify.map(RawNotify::check).transpose();
    Ok(Settings {
        clusters,
        notify: notify
            .map_err(|(at, message)| wrong(at, message))?
            .unwrap_or_default(),
        alarms: raw
            .alarms
            .check()
            .map_err(|mistake| wrong(mistake.at + 1, mistake.message))?,
        read_only_hooks,
        runbooks,
        ui: raw
            .ui
            .check()
            .map_err(|(at, message)| wrong(at + 1, message))?,
        keys: keys::check(raw.keys).map_err(|(at, message)| wrong(at + 1, message))?,
        record,
    })
}

/// Each as a program and its arguments.
fn read_only_hooks(
    raw: BTreeMap<String, Spanned<String>>,
) -> Result<BTreeMap<String, Vec<String>>, (usize, String)> {
    let words = |(name, line): (String, Spanned<String>)| {
        let at = line.span().start;
        let line = line.into_inner();
        if line.contains(['"', '\'', '\\', '$', '`', '|', '&', ';', '<', '>']) {
            let message =
                format!("read_only_hooks.{name}: no shell reads it, and nothing is quoted");
            return Err((at, message));
        }
        let argv: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        if argv.is_empty() {
            let message = format!("read_only_hooks.{name}: expected a program and its arguments");
            return Err((at, message));
        }
        Ok((name, argv))
    };
    raw.into_iter().map(words).collect()
}

/// Each for a rule that there is.
fn runbooks(
    raw: BTreeMap<Spanned<String>, String>,
) -> Result<BTreeMap<String, String>, (usize, String)> {
    let rules = crate::model::alarm::rules::all();
    let checked = |(rule, url): (Spanned<String>, String)| {
        let at = rule.span().start;
        let rule = rule.into_inner();
        if rules.iter().all(|known| known.about().name != rule) {
            return Err((
                at,
                format!("runbooks: no rule \"{rule}\"; screen 9 lists them"),
            ));
        }
        Ok((rule, url))
    };
    raw.into_iter().map(checked).collect()
}

/// `HOST[:PORT],...` of the command line as addresses; 2181 where no port is given.
///
/// # Errors
/// In words, what was expected.
pub fn parse_hosts(hosts: &str) -> Result<Vec<String>, String> {
    let mut addresses: Vec<String> = Vec::new();
    for host in hosts
        .split(',')
        .map(str::trim)
        .filter(|host| !host.is_empty())
    {
        if host.contains('/') {
            return Err(format!(
                "expected HOST:PORT,..., found a path in \"{host}\""
            ));
        }
        let address = match split(host) {
            (_, Some(_)) => host.to_owned(),
            (name, None) if !name.is_empty() && name.parse::<std::net::Ipv6Addr>().is_ok() => {
                format!("[{name}]:2181")
            }
            (name, None) if name == host && !name.contains(':') => format!("{name}:2181"),
            _ => return Err(format!("expected HOST:PORT, found \"{host}\"")),
        };
        if !is_address(&address) {
            return Err(format!("expected HOST:PORT, found \"{host}\""));
        }
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        return Err("expected at least one HOST:PORT".to_owned());
    }
    Ok(addresses)
}

fn is_address(text: &str) -> bool {
    let (host, port) = split(text);
    !host.is_empty() && !host.contains(char::is_whitespace) && port.is_some_and(|port| port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        parse(text, "console.toml").unwrap_err().to_string()
    }

    #[test]
    fn a_whole_file_is_read() {
        let text = "[[cluster]]\nname = \"prod\"\nconnect = [\"zk1:2181\"]\ntag = \"PROD\"\n\
                    colour = \"red\"\n[cluster.addresses]\n3 = \"localhost:12183\"\n\
                    [[cluster]]\nname = \"test\"\nconnect = [\"[::1]:2181\"]\nadmin_port = 8081\n";
        let clusters = parse(text, "console.toml").unwrap().clusters;
        assert_eq!(clusters.len(), 2);
        assert_eq!(clusters[0].addresses["3"], "localhost:12183");
        assert_eq!(
            (clusters[0].admin_port, clusters[1].admin_port),
            (8080, 8081)
        );
    }

    #[test]
    fn a_mistake_is_told_with_its_line_and_what_was_expected() {
        let cluster = "[[cluster]]\nname = \"a\"\n";
        assert_eq!(
            wrong(&format!("{cluster}connect = [\"zk1:2181\",\n \"zk2\"]\n")),
            "console.toml:4: expected host:port, found \"zk2\""
        );
        assert_eq!(
            wrong(&format!(
                "{cluster}connect = [\"a:1\"]\ncolour = \"mauve\"\n"
            )),
            "console.toml:4: colour: expected red, green, yellow, blue, magenta, cyan or white, \
             found \"mauve\""
        );
        assert!(wrong(&format!("{cluster}conect = [\"a:1\"]\n")).starts_with("console.toml:3: "));
        assert!(wrong("[[cluster]]\nname = \"a\"\n").contains("connect"));
        let twice = "[[cluster]]\nname = \"a\"\nconnect = [\"a:1\"]\n".repeat(2);
        assert_eq!(
            wrong(&twice),
            "console.toml:5: name: \"a\" is taken by a cluster above"
        );
    }

    #[test]
    fn hooks_are_words_and_runbooks_are_of_rules() {
        let text = "[read_only_hooks]\niostat = \"ssh {host} iostat -x\"\n\
                    [runbooks]\nslow-fsync = \"https://wiki.example/disk\"\n";
        let settings = parse(text, "console.toml").unwrap();
        let hook = &settings.read_only_hooks["iostat"];
        assert_eq!(hook, &["ssh", "{host}", "iostat", "-x"]);
        assert_eq!(settings.runbooks["slow-fsync"], "https://wiki.example/disk");
        let shell = "[read_only_hooks]\nx = \"df | sort\"\n";
        assert!(wrong(shell).starts_with("console.toml:2: read_only_hooks.x: no shell"));
        assert!(wrong("[runbooks]\nslow-disk = \"x\"\n").contains("no rule \"slow-disk\""));
    }

    #[test]
    fn hosts_get_zookeepers_port_where_they_name_none() {
        let hosts = |text| parse_hosts(text);
        assert_eq!(hosts("a, b:1,a").unwrap(), ["a:2181", "b:1"]);
        assert_eq!(hosts("::1,[::2]:7").unwrap(), ["[::1]:2181", "[::2]:7"]);
        assert!(hosts("").is_err() && hosts("a:b").is_err() && hosts("a:1/chroot").is_err());
        assert!(hosts("a:0").is_err());
    }
}
