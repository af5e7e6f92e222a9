//! What a configuration tells the peer, which is pure, and its replication.

use zoowarden_peer::PeerConfig;
use zoowarden_shared::config::ServerConfig;

use super::Configured;

impl Configured {
    /// What the peer is told.
    #[must_use]
    pub(crate) fn peer_config(&self) -> PeerConfig {
        let ServerConfig {
            limits,
            features,
            containers,
            access,
            ..
        } = &self.config;
        let replication = self.replication();
        PeerConfig {
            sid: self.sid,
            tick_time_ms: self.config.tick_time_ms,
            min_session_timeout_ms: self.config.min_session_timeout_ms,
            max_session_timeout_ms: self.config.max_session_timeout_ms,
            max_client_cnxns: limits.max_client_cnxns,
            max_cnxns: limits.max_cnxns,
            global_outstanding_limit: limits.global_outstanding_limit,
            snap_count: self.config.storage.snap_count,
            snap_size_limit_bytes: self.config.storage.snap_size_limit_kib.saturating_mul(1024),
            extended_types_enabled: features.extended_types_enabled,
            digest_enabled: features.digest_enabled,
            close_session_txn_enabled: features.close_session_txn_enabled,
            skip_acl: access.skip_acl,
            enforce_quota: features.enforce_quota,
            super_digest: access.super_digest.clone(),
            digest_auth_enabled: access.digest_auth_enabled,
            container_check_interval_ms: containers.check_interval_ms,
            container_max_per_minute: containers.max_per_minute,
            container_max_never_used_ms: containers.max_never_used_interval_ms,
            reconfig_enabled: self.is_reconfig_enabled(),
            reconfig_mixed: self.config.ensemble.reconfig_mixed,
            standalone_enabled: self.config.ensemble.standalone_enabled,
            config_node: replication
                .as_ref()
                .map(|replication| replication.members.to_string()),
            replication,
            local_sessions_enabled: self.config.ensemble.local_sessions_enabled,
            local_sessions_upgrading_enabled: self.config.ensemble.local_sessions_upgrading_enabled,
            read_only_mode_enabled: features.read_only_mode_enabled,
        }
    }

    /// The member's part in its ensemble; `None` for a standalone server.
    fn replication(&self) -> Option<zoowarden_zab::Config> {
        let ensemble = &self.config.ensemble;
        self.config.is_distributed().then(|| zoowarden_zab::Config {
            tick_time_ms: self.config.tick_time_ms.unsigned_abs(),
            init_limit_ticks: ensemble.init_limit_ticks,
            sync_limit_ticks: ensemble.sync_limit_ticks,
            heartbeat_ms: ensemble.heartbeat_ms,
            shadow: self.is_shadow,
            seen: self.seen.clone(),
            reconfig_enabled: self.is_reconfig_enabled(),
            ..zoowarden_zab::Config::new(self.sid, ensemble.servers.clone())
        })
    }

    /// Where a restart would not know the new configuration, there is no reconfig.
    fn is_reconfig_enabled(&self) -> bool {
        let is_remembered = self.zoo_cfg.is_some() || !self.config.is_distributed();
        self.config.ensemble.reconfig_enabled && is_remembered
    }
}
