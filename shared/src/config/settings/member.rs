//! Keys of zoo.cfg that concern one member alone (`QuorumPeerConfig.parseProperties`).

use super::{Setting, key, only_toml, only_zoo_cfg, set, value::*};

const PROMETHEUS: &str = "org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider";
/// Classes that export nothing.
const SILENT: [&str; 2] = [
    "org.apache.zookeeper.metrics.impl.DefaultMetricsProvider",
    "org.apache.zookeeper.metrics.impl.NullMetricsProvider",
];

pub(super) const SETTINGS: &[Setting] = &[
    key(
        "dataDir",
        "data_dir",
        DIRECTORY,
        set!(config.data_dir = directory),
    ),
    key(
        "dataLogDir",
        "data_log_dir",
        DIRECTORY,
        set!(config.data_log_dir = directory),
    ),
    only_zoo_cfg("clientPort", PORT, set!(client.port = number)),
    only_zoo_cfg("clientPortAddress", HOST, set!(client.host = Some(host))),
    only_toml(
        "client_address",
        ADDRESS,
        set!(config.client_address = Some(address)),
    ),
    only_zoo_cfg("secureClientPort", PORT, set!(secure_client.port = number)),
    only_zoo_cfg(
        "secureClientPortAddress",
        HOST,
        set!(secure_client.host = Some(host)),
    ),
    only_toml(
        "secure_client_address",
        ADDRESS,
        set!(config.secure_client_address = Some(address)),
    ),
    key(
        "clientPortListenBacklog",
        "client_listen_backlog",
        "a number of connections, or -1 for the system's",
        |draft, text| {
            let given: i32 = number(text)?;
            draft.config.client_listen_backlog = u32::try_from(given).ok().filter(|n| *n > 0);
            Some(())
        },
    ),
    key(
        "tickTime",
        "tick_time_ms",
        "a number of milliseconds, 1 or more",
        set!(config.tick_time_ms = tick),
    ),
    key(
        "minSessionTimeout",
        "min_session_timeout_ms",
        MILLISECONDS,
        set!(min_session_timeout_ms = session_timeout),
    ),
    key(
        "maxSessionTimeout",
        "max_session_timeout_ms",
        MILLISECONDS,
        set!(max_session_timeout_ms = session_timeout),
    ),
    key(
        "maxClientCnxns",
        "limits.max_client_cnxns",
        COUNT,
        set!(config.limits.max_client_cnxns = bound),
    ),
    key(
        "autopurge.snapRetainCount",
        "autopurge.snap_retain_count",
        "a number of snapshots, 3 or more",
        set!(config.autopurge.snap_retain_count = bound),
    ),
    key(
        "autopurge.purgeInterval",
        "autopurge.purge_interval_hours",
        "a number of hours, 0 for never",
        set!(config.autopurge.purge_interval_hours = bound),
    ),
    only_zoo_cfg(
        "metricsProvider.className",
        "the DefaultMetricsProvider, NullMetricsProvider or PrometheusMetricsProvider class",
        |draft, text| {
            draft.prometheus = text == PROMETHEUS;
            (draft.prometheus || SILENT.contains(&text)).then_some(())
        },
    ),
    only_zoo_cfg(
        "metricsProvider.httpHost",
        HOST,
        set!(prometheus_address.host = host),
    ),
    only_zoo_cfg(
        "metricsProvider.httpPort",
        PORT,
        set!(prometheus_address.port = number),
    ),
    only_toml(
        "prometheus_address",
        ADDRESS,
        set!(config.prometheus_address = Some(address)),
    ),
];
