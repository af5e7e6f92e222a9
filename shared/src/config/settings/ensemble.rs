//! Keys of zoo.cfg that concern the ensemble, but for its `server.N` lines.

use super::{Setting, key, only_zoo_cfg, property, set, value::*};
use crate::config::Role;

pub(super) const SETTINGS: &[Setting] = &[
    key(
        "initLimit",
        "ensemble.init_limit_ticks",
        TICKS,
        set!(config.ensemble.init_limit_ticks = count),
    ),
    key(
        "syncLimit",
        "ensemble.sync_limit_ticks",
        TICKS,
        set!(config.ensemble.sync_limit_ticks = count),
    ),
    key(
        "connectToLearnerMasterLimit",
        "ensemble.connect_to_learner_master_limit_ticks",
        TICKS,
        set!(config.ensemble.connect_to_learner_master_limit_ticks = count),
    ),
    only_zoo_cfg(
        "electionAlg",
        "3, the only election algorithm there is",
        |_, text| (text == "3").then_some(()),
    ),
    key(
        "dynamicConfigFile",
        "ensemble.dynamic_config_file",
        "a file",
        set!(config.ensemble.dynamic_config_file = Some(directory)),
    ),
    key(
        "peerType",
        "ensemble.peer_type",
        "participant or observer",
        |draft, text| {
            draft.config.ensemble.peer_type = Role::parse(text)?;
            Some(())
        },
    ),
    key(
        "standaloneEnabled",
        "ensemble.standalone_enabled",
        FLAG,
        set!(config.ensemble.standalone_enabled = flag),
    ),
    key(
        "reconfigEnabled",
        "ensemble.reconfig_enabled",
        FLAG,
        set!(config.ensemble.reconfig_enabled = flag),
    ),
    key(
        "localSessionsEnabled",
        "ensemble.local_sessions_enabled",
        FLAG,
        set!(config.ensemble.local_sessions_enabled = flag),
    ),
    key(
        "localSessionsUpgradingEnabled",
        "ensemble.local_sessions_upgrading_enabled",
        FLAG,
        set!(config.ensemble.local_sessions_upgrading_enabled = flag),
    ),
    key(
        "quorumListenOnAllIPs",
        "ensemble.quorum_listen_on_all_ips",
        FLAG,
        set!(config.ensemble.quorum_listen_on_all_ips = flag),
    ),
    property(
        "zoowarden.quorumListenAddress",
        "ensemble.quorum_listen_address",
        LISTEN_ADDRESS,
        set!(config.ensemble.quorum_listen_address = Some(listen_address)),
    ),
    property(
        "zoowarden.electionListenAddress",
        "ensemble.election_listen_address",
        LISTEN_ADDRESS,
        set!(config.ensemble.election_listen_address = Some(listen_address)),
    ),
    property(
        "multiAddress.enabled",
        "ensemble.multi_address_enabled",
        FLAG,
        set!(config.ensemble.multi_address_enabled = flag),
    ),
    key(
        "syncEnabled",
        "ensemble.sync_enabled",
        FLAG,
        set!(config.ensemble.sync_enabled = flag),
    ),
    property(
        "zoowarden.heartbeatMs",
        "ensemble.heartbeat_ms",
        "a number of milliseconds, 1 or more",
        set!(config.ensemble.heartbeat_ms = positive),
    ),
    property(
        "zoowarden.reconfigMixed",
        "ensemble.reconfig_mixed",
        FLAG,
        set!(config.ensemble.reconfig_mixed = flag),
    ),
];
