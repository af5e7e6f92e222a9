//! What a member is told about itself when it starts.

use zoowarden_shared::Sid;

/// A member's settings, in ZooKeeper's terms. The names of zoo.cfg keys and system properties
/// stand beside each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerConfig {
    /// `myid`; 0 where no file gives one.
    pub sid: Sid,
    /// `tickTime`, milliseconds.
    pub tick_time_ms: i32,
    /// `minSessionTimeout`, milliseconds; by default two ticks.
    pub min_session_timeout_ms: i32,
    /// `maxSessionTimeout`, milliseconds; by default twenty ticks.
    pub max_session_timeout_ms: i32,
    /// `maxClientCnxns`: connections per client address, 0 for no bound.
    pub max_client_cnxns: u32,
    /// `maxCnxns`: connections in all, 0 for no bound.
    pub max_cnxns: u32,
    /// `globalOutstandingLimit`: requests in the pipeline above which reading pauses.
    pub global_outstanding_limit: u32,
    /// `snapCount`: transactions between snapshots (the moment is drawn from the upper half).
    pub snap_count: u32,
    /// `snapSizeLimitInKb`: bytes of log between snapshots; 0 for no bound.
    pub snap_size_limit_bytes: u64,
    /// `extendedTypesEnabled`: TTL znodes.
    pub extended_types_enabled: bool,
    /// `digest.enabled`.
    pub digest_enabled: bool,
    /// `closeSessionTxn.enabled`: closeSession carries the paths it deletes.
    pub close_session_txn_enabled: bool,
    /// `skipACL`.
    pub skip_acl: bool,
    /// `enforceQuota`: hard limits refuse instead of being logged.
    pub enforce_quota: bool,
    /// `DigestAuthenticationProvider.superDigest`: `super:<hash>`.
    pub super_digest: Option<String>,
    /// `DigestAuthenticationProvider.enabled`: the `digest` scheme, and with it the super user.
    pub digest_auth_enabled: bool,
    /// `znode.container.checkIntervalMs`.
    pub container_check_interval_ms: u64,
    /// `znode.container.maxPerMinute`.
    pub container_max_per_minute: u32,
    /// `znode.container.maxNeverUsedIntervalMs`, 0 for never.
    pub container_max_never_used_ms: u64,
    /// `reconfigEnabled`; a standalone server answers reconfig as its kind does.
    pub reconfig_enabled: bool,
    /// `zoowarden.reconfigMixed`: reconfig also with Apache members among the learners, all of
    /// which have `reconfigEnabled=true`, as the operator knows.
    pub reconfig_mixed: bool,
    /// `standaloneEnabled`: a configuration must have two voters at least.
    pub standalone_enabled: bool,
    /// The text of `/zookeeper/config` that the configuration prescribes, if any.
    pub config_node: Option<String>,
    /// The member's part in an ensemble; `None` for a standalone server.
    pub replication: Option<zoowarden_zab::Config>,
    /// `localSessionsEnabled`.
    pub local_sessions_enabled: bool,
    /// `localSessionsUpgradingEnabled`.
    pub local_sessions_upgrading_enabled: bool,
    /// `readonlymode.enabled`.
    pub read_only_mode_enabled: bool,
}

impl Default for PeerConfig {
    /// Apache's defaults.
    fn default() -> Self {
        Self {
            sid: Sid(0),
            tick_time_ms: 3000,
            min_session_timeout_ms: 6000,
            max_session_timeout_ms: 60_000,
            max_client_cnxns: 60,
            max_cnxns: 0,
            global_outstanding_limit: 1000,
            snap_count: 100_000,
            snap_size_limit_bytes: 4 << 30,
            extended_types_enabled: false,
            digest_enabled: true,
            close_session_txn_enabled: true,
            skip_acl: false,
            enforce_quota: false,
            super_digest: None,
            digest_auth_enabled: true,
            container_check_interval_ms: 60_000,
            container_max_per_minute: 10_000,
            container_max_never_used_ms: 0,
            reconfig_enabled: false,
            reconfig_mixed: false,
            standalone_enabled: true,
            config_node: None,
            replication: None,
            local_sessions_enabled: false,
            local_sessions_upgrading_enabled: false,
            read_only_mode_enabled: false,
        }
    }
}
