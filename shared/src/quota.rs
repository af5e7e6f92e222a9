//! Where a quota lies, and the text that its limits and counts are written in (`StatsTrack`).
//!
//! A quota of `/a` is two znodes: `/zookeeper/quota/a/zookeeper_limits`, which clients write,
//! and `/zookeeper/quota/a/zookeeper_stats`, which every member counts for itself.

use std::collections::BTreeMap;

const COUNT: &str = "count";
const BYTES: &str = "bytes";
const COUNT_HARD: &str = "countHardLimit";
const BYTES_HARD: &str = "byteHardLimit";

/// Above all quotas (`Quotas.quotaZookeeper`).
pub const QUOTA_ROOT: &str = "/zookeeper/quota";

/// The name of a quota's limits.
pub const LIMITS: &str = "zookeeper_limits";

/// The name of a quota's counts.
pub const STATS: &str = "zookeeper_stats";

/// Where the counts of a znode's quota are (`Quotas.statPath`).
#[must_use]
pub fn stats_path(path: &str) -> String {
    format!("{QUOTA_ROOT}{path}/{STATS}")
}

/// Where the limits of a znode's quota are (`Quotas.limitPath`).
#[must_use]
pub fn limits_path(path: &str) -> String {
    format!("{QUOTA_ROOT}{path}/{LIMITS}")
}

/// Named numbers: `count=4,bytes=5` or, since 3.7,
/// `count=4,bytes=5=;byteHardLimit=10;countHardLimit=10`. What is not there is -1: no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatsTrack {
    values: BTreeMap<String, i64>,
}

impl StatsTrack {
    /// Reads the text. What is no `name=number` is left out: clients may write anything into
    /// these znodes, and Apache fails the operation that meets it.
    #[must_use]
    pub fn parse(text: &[u8]) -> Self {
        let text = String::from_utf8_lossy(text);
        let pair = |pair: &str| {
            let mut parts = pair.split('=');
            let (name, value) = (parts.next()?, parts.next()?);
            let value = if value.is_empty() { "-1" } else { value };
            let number = value.parse().ok()?;
            (!name.is_empty()).then(|| (name.to_owned(), number))
        };
        Self {
            values: text.split([',', ';']).filter_map(pair).collect(),
        }
    }

    fn value(&self, name: &str) -> i64 {
        self.values.get(name).copied().unwrap_or(-1)
    }

    /// Znodes.
    #[must_use]
    pub fn count(&self) -> i64 {
        self.value(COUNT)
    }

    /// Bytes of data.
    #[must_use]
    pub fn bytes(&self) -> i64 {
        self.value(BYTES)
    }

    /// The hard limit of znodes.
    #[must_use]
    pub fn count_hard(&self) -> i64 {
        self.value(COUNT_HARD)
    }

    /// The hard limit of bytes.
    #[must_use]
    pub fn bytes_hard(&self) -> i64 {
        self.value(BYTES_HARD)
    }

    /// Sets the number of znodes.
    pub fn set_count(&mut self, count: i64) {
        self.values.insert(COUNT.to_owned(), count);
    }

    /// Sets the number of bytes.
    pub fn set_bytes(&mut self, bytes: i64) {
        self.values.insert(BYTES.to_owned(), bytes);
    }

    /// Sets the hard limit of znodes; -1 for none.
    pub fn set_count_hard(&mut self, count: i64) {
        self.values.insert(COUNT_HARD.to_owned(), count);
    }

    /// Sets the hard limit of bytes; -1 for none.
    pub fn set_bytes_hard(&mut self, bytes: i64) {
        self.values.insert(BYTES_HARD.to_owned(), bytes);
    }
}

/// Count first, bytes second, the rest by name behind a `=` that makes readers before 3.7
/// overlook it.
impl std::fmt::Display for StatsTrack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{COUNT}={},{BYTES}={}", self.count(), self.bytes())?;
        let is_new = |name: &str| name != COUNT && name != BYTES;
        let mut rest = self
            .values
            .iter()
            .filter(|(name, _)| is_new(name))
            .peekable();
        if rest.peek().is_some() {
            f.write_str("=")?;
        }
        rest.try_for_each(|(name, value)| write!(f, ";{name}={value}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_both_ages() {
        let old = StatsTrack::parse(b"count=4,bytes=5");
        assert_eq!((old.count(), old.bytes(), old.count_hard()), (4, 5, -1));
        assert_eq!(old.to_string(), "count=4,bytes=5");
        let text = "count=4,bytes=5=;byteHardLimit=10;countHardLimit=7";
        let new = StatsTrack::parse(text.as_bytes());
        assert_eq!(
            (new.bytes(), new.bytes_hard(), new.count_hard()),
            (5, 10, 7)
        );
        assert_eq!(new.to_string(), text);
    }

    #[test]
    fn limits_are_written_as_setquota_writes_them() {
        let mut limits = StatsTrack::default();
        limits.set_bytes_hard(-1);
        limits.set_count_hard(7);
        limits.set_count(5);
        limits.set_bytes(-1);
        let text = "count=5,bytes=-1=;byteHardLimit=-1;countHardLimit=7";
        assert_eq!(limits.to_string(), text);
    }

    #[test]
    fn what_is_missing_or_malformed_is_no_limit() {
        for text in ["", "count=", "count", "=", "count=x;;,"] {
            let track = StatsTrack::parse(text.as_bytes());
            assert_eq!((track.count(), track.bytes()), (-1, -1), "{text}");
            assert_eq!(track.to_string(), "count=-1,bytes=-1", "{text}");
        }
    }
}
