//! Settings while they are being read: what only makes sense together is put together here.

use super::{
    ConfigError, ConfigWarning, DynamicConfig, HostPort, Place, ServerConfig, SnapshotCompression,
};

/// A configuration in the making.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) config: ServerConfig,
    pub(super) client: PortAndAddress,
    pub(super) secure_client: PortAndAddress,
    /// -1 where not given.
    pub(super) min_session_timeout_ms: i32,
    /// -1 where not given.
    pub(super) max_session_timeout_ms: i32,
    /// `metricsProvider.className` is the PrometheusMetricsProvider.
    pub(super) prometheus: bool,
    pub(super) prometheus_address: HostPort,
}

/// zoo.cfg gives an address in two keys.
#[derive(Debug, Default)]
pub(super) struct PortAndAddress {
    /// 0 where not given.
    pub(super) port: u16,
    pub(super) host: Option<String>,
}

/// The names of keys that a message must know, in the words of the file that was read.
#[derive(Debug)]
pub(super) struct Spelling {
    pub(super) data_dir: &'static str,
    pub(super) init_limit: &'static str,
    pub(super) sync_limit: &'static str,
    pub(super) min_session_timeout: &'static str,
    pub(super) max_session_timeout: &'static str,
    pub(super) secure_client: &'static str,
    pub(super) snap_retain_count: &'static str,
    pub(super) snapshot_compression: &'static str,
}

impl Draft {
    pub(super) fn new() -> Self {
        Self {
            config: ServerConfig::default(),
            client: PortAndAddress::default(),
            secure_client: PortAndAddress::default(),
            min_session_timeout_ms: -1,
            max_session_timeout_ms: -1,
            prometheus: false,
            prometheus_address: HostPort::any(7000),
        }
    }

    pub(super) fn warn(&mut self, place: Place, key: &str, message: impl Into<String>) {
        self.config.warnings.push(ConfigWarning {
            place,
            key: key.to_owned(),
            message: message.into(),
        });
    }

    /// Puts together what belongs together and checks it, as the end of
    /// `QuorumPeerConfig.parseProperties` does.
    pub(super) fn finish(
        mut self,
        file: &str,
        spelling: &Spelling,
    ) -> Result<ServerConfig, ConfigError> {
        let fault = |message: String| ConfigError::new(Place::new(file, None), message);
        if self.config.data_dir.as_os_str().is_empty() {
            let key = spelling.data_dir;
            return Err(fault(format!("{key}: expected a directory, it is not set")));
        }
        if self.config.data_log_dir.as_os_str().is_empty() {
            self.config.data_log_dir = self.config.data_dir.clone();
        }
        self.client
            .join("clientPort", &mut self.config.client_address)
            .map_err(fault)?;
        self.secure_client
            .join("secureClientPort", &mut self.config.secure_client_address)
            .map_err(fault)?;
        if self.config.secure_client_address.is_some() {
            let message = "TLS is not supported yet: the secure port is not opened";
            self.warn(Place::new(file, None), spelling.secure_client, message);
        }
        self.session_timeouts(spelling).map_err(fault)?;
        if self.config.autopurge.snap_retain_count < 3 {
            self.config.autopurge.snap_retain_count = 3;
            let message = "fewer than 3 snapshots are never kept: 3 are";
            self.warn(Place::new(file, None), spelling.snap_retain_count, message);
        }
        if self.config.storage.snapshot_compression != SnapshotCompression::None {
            let message = "compression is not supported yet: snapshots are written plain";
            self.warn(
                Place::new(file, None),
                spelling.snapshot_compression,
                message,
            );
        }
        if self.config.features.read_only_mode_enabled {
            // Clients that look for a writable server ask with it.
            self.config
                .four_letter_words
                .words
                .insert("isro".to_owned());
        }
        if self.prometheus {
            self.config.prometheus_address = Some(self.prometheus_address.clone());
        }
        check_ensemble(&self.config, spelling).map_err(fault)?;
        Ok(self.config)
    }

    fn session_timeouts(&mut self, spelling: &Spelling) -> Result<(), String> {
        let tick_time_ms = self.config.tick_time_ms;
        let ticks = |given, ticks| match given {
            -1 => tick_time_ms.saturating_mul(ticks),
            given => given,
        };
        self.config.min_session_timeout_ms = ticks(self.min_session_timeout_ms, 2);
        self.config.max_session_timeout_ms = ticks(self.max_session_timeout_ms, 20);
        let (min, max) = (
            self.config.min_session_timeout_ms,
            self.config.max_session_timeout_ms,
        );
        if min > max {
            return Err(format!(
                "{}: expected at most {}, {max}, found {min}",
                spelling.min_session_timeout, spelling.max_session_timeout
            ));
        }
        Ok(())
    }
}

impl PortAndAddress {
    /// Sets `address`, unless no port was given.
    fn join(&mut self, key: &str, address: &mut Option<HostPort>) -> Result<(), String> {
        match (self.port, self.host.take()) {
            (0, Some(host)) => Err(format!(
                "{key}Address: expected {key} with it, which is not set; found \"{host}\""
            )),
            (0, None) => Ok(()),
            (port, Some(host)) => {
                *address = Some(HostPort::new(&host, port));
                Ok(())
            }
            (port, None) => {
                *address = Some(HostPort::any(port));
                Ok(())
            }
        }
    }
}

/// The rules of `QuorumPeerConfig.parseDynamicConfig` and `checkValidity`, but for `myid`.
pub(super) fn check_ensemble(config: &ServerConfig, spelling: &Spelling) -> Result<(), String> {
    let servers: &DynamicConfig = &config.ensemble.servers;
    if !config.ensemble.multi_address_enabled
        && let Some((sid, _)) = servers.servers.iter().find(|(_, s)| s.addresses.len() > 1)
    {
        return Err(format!(
            "server.{sid}: expected one address, as multiAddress.enabled is not set"
        ));
    }
    let observers = servers.observers().count();
    match servers.voters().count() {
        0 if observers > 0 => {
            return Err("expected at least one participant, found only observers".to_owned());
        }
        1 if observers > 0 && config.ensemble.standalone_enabled => {
            return Err(
                "expected more than one participant, or standaloneEnabled=false, since there \
                 are observers"
                    .to_owned(),
            );
        }
        _ => {}
    }
    // Apache creates a cluster of nobody's here, and fails: only a dynamic file may be missing.
    let unread = config.ensemble.dynamic_config_file.is_some() && servers.is_empty();
    if !config.ensemble.standalone_enabled && servers.is_empty() && !unread {
        return Err("expected at least one server.N, as standaloneEnabled is false".to_owned());
    }
    if config.is_distributed() {
        for (key, ticks) in [
            (spelling.init_limit, config.ensemble.init_limit_ticks),
            (spelling.sync_limit, config.ensemble.sync_limit_ticks),
        ] {
            if ticks == 0 {
                return Err(format!("{key}: expected a number of ticks, it is not set"));
            }
        }
    }
    Ok(())
}
