//! Quotas: limits of subtrees, and the counts that are held against them.
//!
//! A quota of `/a` lies in `/zookeeper/quota/a/zookeeper_limits`, which clients write, and
//! `/zookeeper/quota/a/zookeeper_stats`, which every member keeps for itself, without
//! transactions. Both hold a [`StatsTrack`]. The counting is in [`crate::data`].

pub(crate) use zoowarden_shared::quota::{LIMITS, QUOTA_ROOT, STATS};
pub use zoowarden_shared::quota::{StatsTrack, limits_path, stats_path};

use zoowarden_shared::path;

/// A limit that an operation would exceed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaExceeded {
    /// The znode with the quota.
    pub path: String,
    /// Apache's log line: `Quota exceeded: /a [current count=3, softCountLimit=2]`.
    pub detail: String,
    /// A hard limit: the operation is refused. A soft one is only logged.
    pub hard: bool,
}

/// The znode whose limits or counts are at a path, and which of them.
pub(crate) fn quota_of(quota_path: &str) -> Option<(&str, QuotaPart)> {
    let (parent, name) = path::split(quota_path)?;
    let part = match name {
        LIMITS => QuotaPart::Limits,
        STATS => QuotaPart::Stats,
        _ => return None,
    };
    let path = parent.strip_prefix(QUOTA_ROOT)?;
    // Neither the root, which has no quota, nor "/zookeeper/quotation".
    path.starts_with('/').then_some((path, part))
}

/// Half of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QuotaPart {
    Limits,
    Stats,
}

/// What a quota says of adding so many bytes and znodes (`ZooKeeperServer.checkQuota`).
///
/// A hard limit, where there is one, stands in the soft one's place. After a hard limit that
/// is exceeded nothing more is looked at.
pub(crate) fn check(
    path: &str,
    limits: &StatsTrack,
    now: &StatsTrack,
    bytes: i64,
    count: i64,
) -> Vec<QuotaExceeded> {
    let mut exceeded = Vec::new();
    let kinds = [
        (
            "count",
            "Count",
            limits.count(),
            limits.count_hard(),
            now.count(),
            count,
        ),
        (
            "bytes",
            "Byte",
            limits.bytes(),
            limits.bytes_hard(),
            now.bytes(),
            bytes,
        ),
    ];
    for (noun, name, soft_limit, hard_limit, now, more) in kinds {
        let hard = hard_limit > -1;
        let limit = if hard { hard_limit } else { soft_limit };
        let then = now.wrapping_add(more);
        if more == 0 || limit <= -1 || then <= limit {
            continue;
        }
        let kind = if hard { "hard" } else { "soft" };
        exceeded.push(QuotaExceeded {
            path: path.to_owned(),
            detail: format!(
                "Quota exceeded: {path} [current {noun}={then}, {kind}{name}Limit={limit}]"
            ),
            hard,
        });
        if hard {
            break;
        }
    }
    exceeded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quota_paths_name_their_znode() {
        assert_eq!(
            quota_of("/zookeeper/quota/a/b/zookeeper_limits"),
            Some(("/a/b", QuotaPart::Limits))
        );
        assert_eq!(quota_of(&stats_path("/a")), Some(("/a", QuotaPart::Stats)));
        for none in [
            "/zookeeper/quota/zookeeper_limits",
            "/zookeeper/quotation/a/zookeeper_limits",
            "/zookeeper/quota/a",
            "/a/zookeeper_stats",
            "/",
        ] {
            assert_eq!(quota_of(none), None, "{none}");
        }
    }

    fn track(text: &str) -> StatsTrack {
        StatsTrack::parse(text.as_bytes())
    }

    #[test]
    fn soft_limits_are_told_and_hard_ones_end_the_check() {
        let now = track("count=2,bytes=10");
        let soft = check("/a", &track("count=2,bytes=10"), &now, 1, 1);
        let details: Vec<_> = soft.iter().map(|e| (e.hard, e.detail.as_str())).collect();
        assert_eq!(
            details,
            [
                (
                    false,
                    "Quota exceeded: /a [current count=3, softCountLimit=2]"
                ),
                (
                    false,
                    "Quota exceeded: /a [current bytes=11, softByteLimit=10]"
                ),
            ]
        );
        let limits = track("count=1,bytes=10=;byteHardLimit=10;countHardLimit=2");
        let hard = check("/a", &limits, &now, 1, 1);
        assert_eq!(hard.len(), 1);
        assert_eq!(
            (hard[0].hard, hard[0].detail.as_str()),
            (
                true,
                "Quota exceeded: /a [current count=3, hardCountLimit=2]"
            )
        );
    }

    #[test]
    fn what_does_not_grow_is_not_checked() {
        let over = track("count=9,bytes=9");
        let limits = track("count=1,bytes=1");
        assert!(check("/a", &limits, &over, 0, 0).is_empty());
        assert_eq!(check("/a", &limits, &over, -1, 0).len(), 1);
        assert!(check("/a", &track(""), &over, 1, 1).is_empty());
    }
}
