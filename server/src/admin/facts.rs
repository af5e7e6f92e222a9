//! What does not change while the member runs: its version, its configuration, its host.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use zoowarden_shared::config::{ConfigWarning, FourLetterWhitelist, HostPort};

use super::java;
use crate::configure::Configured;

/// The Apache release whose answers this server gives. Clients read it out of the version.
const ANSWERS_AS: &str = "3.9.4";

/// What `conf` tells (`ZooKeeperServerConf`).
#[derive(Clone, Debug)]
pub(crate) struct Configuration {
    /// Where snapshots are, `version-2` included, as an absolute path.
    pub(super) data_dir: PathBuf,
    /// Where logs are, likewise.
    pub(super) data_log_dir: PathBuf,
    pub(super) tick_time_ms: i32,
    pub(super) max_client_cnxns: u32,
    pub(super) min_session_timeout_ms: i32,
    pub(super) max_session_timeout_ms: i32,
    /// -1 where the system decides.
    pub(super) listen_backlog: i64,
    pub(super) server_id: i64,
    /// Where clients are served; the port is that of the socket.
    pub(super) client_address: HostPort,
    pub(super) init_limit_ticks: u32,
    pub(super) sync_limit_ticks: u32,
}

/// The facts of one member.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(super) version: String,
    pub(super) configuration: Configuration,
    pub(super) initial_config: String,
    pub(super) system_properties: Vec<(String, String)>,
    pub(super) warnings: Vec<ConfigWarning>,
    pub(super) whitelist: FourLetterWhitelist,
    pub(super) command_url: String,
    /// Where the AdminServer listens, if it does: `mntr` tells it to who knows only the client
    /// port.
    pub(super) admin_port: Option<u16>,
    /// As the member was started.
    pub(super) configured: Configured,
    pub(super) rates: Rates,
}

/// Whether and how often the whole state may go out or in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rates {
    /// `admin.snapshot.enabled`.
    pub(super) snapshot: bool,
    /// `admin.restore.enabled`.
    pub(super) restore: bool,
    /// `admin.rateLimiterIntervalInMS`.
    pub(super) interval: Duration,
}

impl Facts {
    /// The facts of a member with this configuration, which serves clients on this port.
    pub(crate) fn new(configured: &Configured, client_port: u16) -> Self {
        let config = &configured.config;
        let version_dir = |dir: &Path| {
            std::path::absolute(dir)
                .unwrap_or_else(|_| dir.into())
                .join("version-2")
        };
        Self {
            version: version(),
            configuration: Configuration {
                data_dir: version_dir(&config.data_dir),
                data_log_dir: version_dir(&config.data_log_dir),
                tick_time_ms: config.tick_time_ms,
                max_client_cnxns: config.limits.max_client_cnxns,
                min_session_timeout_ms: config.min_session_timeout_ms,
                max_session_timeout_ms: config.max_session_timeout_ms,
                listen_backlog: config.client_listen_backlog.map_or(-1, i64::from),
                server_id: configured.sid.0,
                client_address: match &config.client_address {
                    Some(address) => HostPort::new(&address.host, client_port),
                    None => HostPort::any(client_port),
                },
                init_limit_ticks: config.ensemble.init_limit_ticks,
                sync_limit_ticks: config.ensemble.sync_limit_ticks,
            },
            initial_config: configured.text.clone(),
            system_properties: config
                .system_properties
                .iter()
                .map(|(key, value)| (full_property_name(key), value.clone()))
                .collect(),
            warnings: config.warnings.clone(),
            whitelist: config.four_letter_words.clone(),
            command_url: config.admin.command_url.clone(),
            admin_port: None,
            configured: configured.clone(),
            rates: Rates {
                snapshot: config.admin.snapshot_enabled,
                restore: config.admin.restore_enabled,
                interval: Duration::from_millis(config.admin.rate_limit_ms.into()),
            },
        }
    }

    /// The same of a member whose AdminServer listens on this port.
    pub(crate) fn with_admin_port(self, admin_port: Option<u16>) -> Self {
        Self { admin_port, ..self }
    }

    /// Sizes of the snapshot and the log directory, bytes (`getDataDirSize`, `getLogDirSize`).
    pub(super) fn directory_sizes(&self) -> (u64, u64) {
        let Configuration {
            data_dir,
            data_log_dir,
            ..
        } = &self.configuration;
        (
            directory_size(data_dir).unwrap_or(0),
            directory_size(data_log_dir).unwrap_or(0),
        )
    }
}

/// `Environment.list`, with `<NA>` where only a Java virtual machine has an answer. The
/// memory is the machine's: there is no heap of a fixed size.
pub(super) fn environment(version: &str) -> Vec<(String, String)> {
    let system = rustix::system::uname();
    let text = |text: &std::ffi::CStr| text.to_string_lossy().into_owned();
    let variable = |name: &str| std::env::var(name).unwrap_or_else(|_| "<NA>".into());
    let directory = std::env::current_dir().map(|dir| dir.display().to_string());
    let memory = |field: &str| {
        memory_mb(field).map_or_else(|| "<NA>".into(), |megabytes| format!("{megabytes}MB"))
    };
    [
        ("zookeeper.version", version.to_owned()),
        ("host.name", text(system.nodename())),
        ("java.version", "<NA>".into()),
        ("java.vendor", "<NA>".into()),
        ("java.home", "<NA>".into()),
        ("java.class.path", "<NA>".into()),
        ("java.library.path", "<NA>".into()),
        ("java.io.tmpdir", std::env::temp_dir().display().to_string()),
        ("java.compiler", "<NA>".into()),
        ("os.name", text(system.sysname())),
        ("os.arch", java_architecture().into()),
        ("os.version", text(system.release())),
        ("user.name", variable("USER")),
        ("user.home", variable("HOME")),
        ("user.dir", directory.unwrap_or_else(|_| "<NA>".into())),
        ("os.memory.free", memory("MemAvailable:")),
        ("os.memory.max", memory("MemTotal:")),
        ("os.memory.total", memory("MemTotal:")),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into()
}

/// `3.9.4-zoowarden-0.1.0, built on 2026-11-22 17:40 UTC`, in the form of Apache's
/// `Version.getFullVersion`, which others parse. "Built" is when the program's file was written.
fn version() -> String {
    let built = std::env::current_exe()
        .and_then(fs::metadata)
        .and_then(|metadata| metadata.modified())
        .map_or(0, unix_seconds);
    format!(
        "{ANSWERS_AS}-zoowarden-{}, built on {}",
        env!("CARGO_PKG_VERSION"),
        java::build_date(built)
    )
}

pub(super) fn unix_seconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs() as i64
}

/// The name under which Apache would have been told of a property.
fn full_property_name(key: &str) -> String {
    if key.starts_with("jute.") || key.starts_with("zookeeper.") {
        key.into()
    } else {
        format!("zookeeper.{key}")
    }
}

fn java_architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        other => other,
    }
}

fn memory_mb(field: &str) -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(field))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes / 1024)
}

fn directory_size(directory: &Path) -> io::Result<u64> {
    let mut size = 0;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        size += if metadata.is_dir() {
            directory_size(&entry.path())?
        } else {
            metadata.len()
        };
    }
    Ok(size)
}
