//! A member's settings, whichever file they came from, with Apache's defaults.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use super::{ConfigWarning, DynamicConfig, HostPort, Role};

/// All that a member is told when it starts (`QuorumPeerConfig` and the system properties).
///
/// Beside each field stands its zoo.cfg key or system property. A system property may be given
/// in zoo.cfg too, and with `--set`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerConfig {
    /// `dataDir`: snapshots, epoch files, `myid`.
    pub data_dir: PathBuf,
    /// `dataLogDir`: transaction logs; the data directory where not given.
    pub data_log_dir: PathBuf,
    /// `clientPort` and `clientPortAddress`; `None` where there is no plain client port. Port 0,
    /// which only member.toml can ask for, means any free one.
    pub client_address: Option<HostPort>,
    /// `secureClientPort` and `secureClientPortAddress`. Not served yet: see [`Self::warnings`].
    pub secure_client_address: Option<HostPort>,
    /// `clientPortListenBacklog`; `None` leaves it to the system.
    pub client_listen_backlog: Option<u32>,
    /// `tickTime`, milliseconds.
    pub tick_time_ms: i32,
    /// `minSessionTimeout`, milliseconds; two ticks where not given.
    pub min_session_timeout_ms: i32,
    /// `maxSessionTimeout`, milliseconds; twenty ticks where not given.
    pub max_session_timeout_ms: i32,
    /// `autopurge.*`.
    pub autopurge: Autopurge,
    /// How much the server takes on.
    pub limits: Limits,
    /// How the log and the snapshots are written and read.
    pub storage: Storage,
    /// Who may do what.
    pub access: Access,
    /// What Apache switches by system properties in the data tree and the protocol.
    pub features: Features,
    /// `znode.container.*`.
    pub containers: Containers,
    /// `admin.*`.
    pub admin: AdminServer,
    /// Where `/metrics` is served apart from the AdminServer: `metricsProvider.httpHost` and
    /// `httpPort`, where `metricsProvider.className` is the PrometheusMetricsProvider.
    pub prometheus_address: Option<HostPort>,
    /// `4lw.commands.whitelist`.
    pub four_letter_words: FourLetterWhitelist,
    /// What concerns the ensemble.
    pub ensemble: EnsembleSettings,
    /// Every system property that was set, under its name without `zookeeper.`, supported or not.
    pub system_properties: BTreeMap<String, String>,
    /// What was found odd while reading.
    pub warnings: Vec<ConfigWarning>,
}

/// `autopurge.*`: old snapshots and logs are removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Autopurge {
    /// `autopurge.snapRetainCount`: snapshots kept, at least 3.
    pub snap_retain_count: u32,
    /// `autopurge.purgeInterval`, hours; 0 for never.
    pub purge_interval_hours: u32,
}

/// How much the server takes on. 0 means no bound where it says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// `maxClientCnxns`: connections from one address; 0 for no bound.
    pub max_client_cnxns: u32,
    /// `maxCnxns`: connections in all; 0 for no bound.
    pub max_cnxns: u32,
    /// `jute.maxbuffer`: a request's largest size, bytes.
    pub jute_max_buffer_bytes: u32,
    /// `globalOutstandingLimit`: requests in the pipeline above which reading pauses.
    pub global_outstanding_limit: u32,
    /// `nio.sessionlessCnxnTimeout`: how long a connection may go without opening a session,
    /// milliseconds.
    pub sessionless_timeout_ms: u32,
}

/// How the log and the snapshots are written and read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Storage {
    /// `snapCount`: transactions between snapshots, at least 2.
    pub snap_count: u32,
    /// `snapSizeLimitInKb`: log size between snapshots, KiB; 0 for no bound.
    pub snap_size_limit_kib: u64,
    /// `preAllocSize`: by how much the log file grows, KiB.
    pub pre_alloc_size_kib: u64,
    /// `txnLogSizeLimitInKb`: size at which a new log is begun, KiB; 0 for no bound.
    pub txn_log_size_limit_kib: u64,
    /// `forceSync`: whether a transaction is synced to disk before it is acknowledged.
    pub force_sync: bool,
    /// `fsync.warningthresholdms`: a sync that takes longer is warned of, milliseconds.
    pub fsync_warning_threshold_ms: u64,
    /// `snapshot.trust.empty`: whether logs without any snapshot are replayed into an empty tree.
    pub snapshot_trust_empty: bool,
    /// `snapshot.compression.method`.
    pub snapshot_compression: SnapshotCompression,
    /// `db.autocreate`: whether a member without data may start with an empty tree.
    pub db_autocreate: bool,
    /// `datadir.autocreate`: whether missing data directories are made.
    pub datadir_autocreate: bool,
}

/// `snapshot.compression.method` (`SnapStream.StreamMode`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SnapshotCompression {
    /// Plain, `CHECKED` in Apache.
    #[default]
    None,
    /// `gz`.
    Gzip,
    /// `snappy`.
    Snappy,
}

/// Who may do what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// `skipACL`: no ACL is checked.
    pub skip_acl: bool,
    /// `DigestAuthenticationProvider.enabled`: the `digest` scheme.
    pub digest_auth_enabled: bool,
    /// `DigestAuthenticationProvider.superDigest`: `super:<base64 of the hash>`.
    pub super_digest: Option<String>,
}

/// What Apache switches by system properties in the data tree and the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Features {
    /// `extendedTypesEnabled`: TTL znodes.
    pub extended_types_enabled: bool,
    /// `digest.enabled`: transactions and snapshots carry the tree's digest.
    pub digest_enabled: bool,
    /// `closeSessionTxn.enabled`: closeSession carries the paths that it deletes.
    pub close_session_txn_enabled: bool,
    /// `enforceQuota`: hard quotas refuse instead of only being logged.
    pub enforce_quota: bool,
    /// `readonlymode.enabled`: serves reads to those who will, without a quorum.
    pub read_only_mode_enabled: bool,
}

/// `znode.container.*`: the cleaner of container and TTL znodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Containers {
    /// `znode.container.checkIntervalMs`.
    pub check_interval_ms: u64,
    /// `znode.container.maxPerMinute`: removals.
    pub max_per_minute: u32,
    /// `znode.container.maxNeverUsedIntervalMs`: a container that never had a child is removed
    /// after that; 0 for never.
    pub max_never_used_interval_ms: u64,
}

/// `admin.*`: the AdminServer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminServer {
    /// `admin.enableServer`.
    pub enabled: bool,
    /// `admin.serverAddress` and `admin.serverPort`.
    pub address: HostPort,
    /// `admin.commandURL`: before the commands' names.
    pub command_url: String,
    /// `admin.idleTimeout`: of a connection, milliseconds.
    pub idle_timeout_ms: u32,
    /// `admin.snapshot.enabled`.
    pub snapshot_enabled: bool,
    /// `admin.restore.enabled`.
    pub restore_enabled: bool,
    /// `admin.rateLimiterIntervalInMS`: between two snapshots, and between two restores,
    /// milliseconds.
    pub rate_limit_ms: u32,
    /// `zoowarden.auditSyslog`: the socket to which the audit log's lines go too.
    pub audit_syslog: Option<PathBuf>,
}

/// What concerns the ensemble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnsembleSettings {
    /// The `server.N`, `group.N` and `weight.N` lines; empty where there are none.
    pub servers: DynamicConfig,
    /// `dynamicConfigFile`: where those lines stand instead. Whoever reads files gives its text
    /// to [`ServerConfig::read_dynamic`].
    pub dynamic_config_file: Option<PathBuf>,
    /// `peerType`.
    pub peer_type: Role,
    /// `initLimit`, ticks; 0 where not given, which only a standalone server may leave so.
    pub init_limit_ticks: u32,
    /// `syncLimit`, ticks; 0 where not given.
    pub sync_limit_ticks: u32,
    /// `connectToLearnerMasterLimit`, ticks; 0 for `initLimit`.
    pub connect_to_learner_master_limit_ticks: u32,
    /// `standaloneEnabled`: a single server runs without replication.
    pub standalone_enabled: bool,
    /// `reconfigEnabled`.
    pub reconfig_enabled: bool,
    /// `localSessionsEnabled`.
    pub local_sessions_enabled: bool,
    /// `localSessionsUpgradingEnabled`.
    pub local_sessions_upgrading_enabled: bool,
    /// `quorumListenOnAllIPs`.
    pub quorum_listen_on_all_ips: bool,
    /// `zoowarden.quorumListenAddress`: where the member listens for learners, in the place of
    /// the addresses in its own line, which the others dial (behind NAT, or a mapped port).
    pub quorum_listen_address: Option<HostPort>,
    /// `zoowarden.electionListenAddress`: likewise for votes.
    pub election_listen_address: Option<HostPort>,
    /// `multiAddress.enabled`.
    pub multi_address_enabled: bool,
    /// `syncEnabled`: whether an observer logs and snapshots too.
    pub sync_enabled: bool,
    /// `zoowarden.heartbeatMs`: between two beats of members of ours, milliseconds.
    pub heartbeat_ms: u32,
    /// `zoowarden.reconfigMixed`: a leader of ours changes the members also with Apache members
    /// among its learners.
    pub reconfig_mixed: bool,
}

impl ServerConfig {
    /// Whether the configuration asks for replication (`QuorumPeerConfig.isDistributed`).
    #[must_use]
    pub fn is_distributed(&self) -> bool {
        let voters = self.ensemble.servers.voters().count();
        voters > 1 || (!self.ensemble.standalone_enabled && !self.ensemble.servers.is_empty())
    }
}

impl Default for ServerConfig {
    /// Apache 3.8's defaults; the data directories are empty paths.
    fn default() -> Self {
        Self {
            data_dir: PathBuf::new(),
            data_log_dir: PathBuf::new(),
            client_address: None,
            secure_client_address: None,
            client_listen_backlog: None,
            tick_time_ms: 3000,
            min_session_timeout_ms: 6000,
            max_session_timeout_ms: 60_000,
            autopurge: Autopurge {
                snap_retain_count: 3,
                purge_interval_hours: 0,
            },
            limits: Limits {
                max_client_cnxns: 60,
                max_cnxns: 0,
                jute_max_buffer_bytes: 0xf_ffff,
                global_outstanding_limit: 1000,
                sessionless_timeout_ms: 10_000,
            },
            storage: Storage::default(),
            access: Access {
                skip_acl: false,
                digest_auth_enabled: true,
                super_digest: None,
            },
            features: Features {
                extended_types_enabled: false,
                digest_enabled: true,
                close_session_txn_enabled: true,
                enforce_quota: false,
                read_only_mode_enabled: false,
            },
            containers: Containers {
                check_interval_ms: 60_000,
                max_per_minute: 10_000,
                max_never_used_interval_ms: 0,
            },
            admin: AdminServer {
                enabled: true,
                address: HostPort::any(8080),
                command_url: "/commands".to_owned(),
                idle_timeout_ms: 30_000,
                snapshot_enabled: true,
                restore_enabled: true,
                rate_limit_ms: 300_000,
                audit_syslog: None,
            },
            prometheus_address: None,
            four_letter_words: FourLetterWhitelist::default(),
            ensemble: EnsembleSettings::default(),
            system_properties: BTreeMap::new(),
            warnings: Vec::new(),
        }
    }
}

impl Default for Storage {
    fn default() -> Self {
        Self {
            snap_count: 100_000,
            snap_size_limit_kib: 4 << 20,
            pre_alloc_size_kib: 64 << 10,
            txn_log_size_limit_kib: 0,
            force_sync: true,
            fsync_warning_threshold_ms: 1000,
            snapshot_trust_empty: false,
            snapshot_compression: SnapshotCompression::None,
            db_autocreate: true,
            datadir_autocreate: true,
        }
    }
}

impl Default for EnsembleSettings {
    fn default() -> Self {
        Self {
            servers: DynamicConfig::default(),
            dynamic_config_file: None,
            peer_type: Role::Participant,
            init_limit_ticks: 0,
            sync_limit_ticks: 0,
            connect_to_learner_master_limit_ticks: 0,
            standalone_enabled: true,
            reconfig_enabled: false,
            local_sessions_enabled: false,
            local_sessions_upgrading_enabled: false,
            quorum_listen_on_all_ips: false,
            quorum_listen_address: None,
            election_listen_address: None,
            multi_address_enabled: false,
            sync_enabled: true,
            heartbeat_ms: 100,
            reconfig_mixed: false,
        }
    }
}

/// Which four-letter words are answered (`FourLetterCommands.isEnabled`).
///
/// `srvr` always is; `isro` is where the read-only mode is on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FourLetterWhitelist {
    /// `*` was given.
    pub all: bool,
    /// The words given.
    pub words: BTreeSet<String>,
}

impl FourLetterWhitelist {
    /// The whitelist of a comma-separated list.
    #[must_use]
    pub fn parse(list: &str) -> Self {
        let words = list.split(',').map(str::trim);
        Self {
            all: words.clone().any(|word| word == "*"),
            words: words
                .filter(|word| !word.is_empty() && *word != "*")
                .map(str::to_owned)
                .collect(),
        }
    }

    /// Whether the word (one that exists) is answered.
    #[must_use]
    pub fn allows(&self, word: &str) -> bool {
        self.all || word == "srvr" || self.words.contains(word)
    }
}
