//! What Apache takes as `-Dzookeeper.KEY`, or as any key of zoo.cfg that is none of its own.
//!
//! `jute.maxbuffer`, `readonlymode.enabled` and `znode.container.*` Apache reads without the
//! prefix, and so not from zoo.cfg, where it loses them without a word: here they count there
//! too.

use super::{Setting, only_property, only_toml, property, set, value::*};
use crate::config::{FourLetterWhitelist, SnapshotCompression};

/// Where a host's syslog listens.
const SYSLOG_SOCKET: &str = "/dev/log";

pub(super) const SETTINGS: &[Setting] = &[
    property(
        "jute.maxbuffer",
        "limits.jute_max_buffer_bytes",
        "a number of bytes, 1 or more",
        set!(config.limits.jute_max_buffer_bytes = positive),
    ),
    property(
        "globalOutstandingLimit",
        "limits.global_outstanding_limit",
        "a number of requests, 1 or more",
        set!(config.limits.global_outstanding_limit = positive),
    ),
    property(
        "maxCnxns",
        "limits.max_cnxns",
        COUNT,
        set!(config.limits.max_cnxns = bound),
    ),
    property(
        "nio.sessionlessCnxnTimeout",
        "limits.sessionless_timeout_ms",
        MILLISECONDS,
        set!(config.limits.sessionless_timeout_ms = count),
    ),
    property(
        "snapCount",
        "storage.snap_count",
        "a number of transactions, 2 or more",
        set!(config.storage.snap_count = two_or_more),
    ),
    property(
        "snapSizeLimitInKb",
        "storage.snap_size_limit_kib",
        KIBIBYTES,
        set!(config.storage.snap_size_limit_kib = long_bound),
    ),
    property(
        "preAllocSize",
        "storage.pre_alloc_size_kib",
        KIBIBYTES,
        set!(config.storage.pre_alloc_size_kib = long_bound),
    ),
    property(
        "txnLogSizeLimitInKb",
        "storage.txn_log_size_limit_kib",
        KIBIBYTES,
        set!(config.storage.txn_log_size_limit_kib = long_bound),
    ),
    only_property(
        "forceSync",
        YES_NO,
        set!(config.storage.force_sync = yes_no),
    ),
    only_toml(
        "storage.force_sync",
        FLAG,
        set!(config.storage.force_sync = flag),
    ),
    property(
        "fsync.warningthresholdms",
        "storage.fsync_warning_threshold_ms",
        MILLISECONDS,
        set!(config.storage.fsync_warning_threshold_ms = long_bound),
    ),
    property(
        "snapshot.trust.empty",
        "storage.snapshot_trust_empty",
        FLAG,
        set!(config.storage.snapshot_trust_empty = flag),
    ),
    property(
        "snapshot.compression.method",
        "storage.snapshot_compression",
        "gz, snappy, or nothing for none",
        |draft, text| {
            draft.config.storage.snapshot_compression = match text {
                "" => SnapshotCompression::None,
                "gz" => SnapshotCompression::Gzip,
                "snappy" => SnapshotCompression::Snappy,
                _ => return None,
            };
            Some(())
        },
    ),
    property(
        "db.autocreate",
        "storage.db_autocreate",
        FLAG,
        set!(config.storage.db_autocreate = flag),
    ),
    property(
        "datadir.autocreate",
        "storage.datadir_autocreate",
        FLAG,
        set!(config.storage.datadir_autocreate = flag),
    ),
    only_property("skipACL", YES_NO, set!(config.access.skip_acl = yes_no)),
    only_toml("access.skip_acl", FLAG, set!(config.access.skip_acl = flag)),
    property(
        "DigestAuthenticationProvider.enabled",
        "access.digest_auth_enabled",
        FLAG,
        set!(config.access.digest_auth_enabled = flag),
    ),
    property(
        "DigestAuthenticationProvider.superDigest",
        "access.super_digest",
        "super:<base64 of the hash>",
        |draft, text| {
            draft.config.access.super_digest = Some(text.to_owned());
            Some(())
        },
    ),
    property(
        "extendedTypesEnabled",
        "features.extended_types_enabled",
        FLAG,
        set!(config.features.extended_types_enabled = flag),
    ),
    property(
        "digest.enabled",
        "features.digest_enabled",
        FLAG,
        set!(config.features.digest_enabled = flag),
    ),
    property(
        "closeSessionTxn.enabled",
        "features.close_session_txn_enabled",
        FLAG,
        set!(config.features.close_session_txn_enabled = flag),
    ),
    property(
        "enforceQuota",
        "features.enforce_quota",
        FLAG,
        set!(config.features.enforce_quota = flag),
    ),
    property(
        "readonlymode.enabled",
        "features.read_only_mode_enabled",
        FLAG,
        set!(config.features.read_only_mode_enabled = flag),
    ),
    property(
        "znode.container.checkIntervalMs",
        "containers.check_interval_ms",
        "a number of milliseconds, 1 or more",
        set!(config.containers.check_interval_ms = long_positive),
    ),
    property(
        "znode.container.maxPerMinute",
        "containers.max_per_minute",
        "a number of removals, 1 or more",
        set!(config.containers.max_per_minute = positive),
    ),
    property(
        "znode.container.maxNeverUsedIntervalMs",
        "containers.max_never_used_interval_ms",
        MILLISECONDS,
        set!(config.containers.max_never_used_interval_ms = long_bound),
    ),
    property(
        "admin.enableServer",
        "admin.enabled",
        FLAG,
        set!(config.admin.enabled = flag),
    ),
    only_property(
        "admin.serverAddress",
        HOST,
        set!(config.admin.address.host = host),
    ),
    only_property(
        "admin.serverPort",
        PORT,
        set!(config.admin.address.port = number),
    ),
    only_toml(
        "admin.address",
        ADDRESS,
        set!(config.admin.address = address),
    ),
    property(
        "admin.commandURL",
        "admin.command_url",
        "a path that begins with a slash",
        |draft, text| {
            draft.config.admin.command_url = text.starts_with('/').then(|| text.to_owned())?;
            Some(())
        },
    ),
    property(
        "admin.idleTimeout",
        "admin.idle_timeout_ms",
        MILLISECONDS,
        set!(config.admin.idle_timeout_ms = count),
    ),
    property(
        "admin.snapshot.enabled",
        "admin.snapshot_enabled",
        FLAG,
        set!(config.admin.snapshot_enabled = flag),
    ),
    property(
        "admin.restore.enabled",
        "admin.restore_enabled",
        FLAG,
        set!(config.admin.restore_enabled = flag),
    ),
    property(
        "admin.rateLimiterIntervalInMS",
        "admin.rate_limit_ms",
        MILLISECONDS,
        set!(config.admin.rate_limit_ms = count),
    ),
    property(
        "zoowarden.auditSyslog",
        "admin.audit_syslog",
        "true, false, or the path of a socket",
        |draft, text| {
            draft.config.admin.audit_syslog = match text {
                "true" => Some(SYSLOG_SOCKET.into()),
                "false" => None,
                path if path.starts_with('/') => Some(path.into()),
                _ => return None,
            };
            Some(())
        },
    ),
    property(
        "4lw.commands.whitelist",
        "four_letter_words",
        "four-letter words with commas between, or *",
        |draft, text| {
            draft.config.four_letter_words = FourLetterWhitelist::parse(text);
            Some(())
        },
    ),
];
