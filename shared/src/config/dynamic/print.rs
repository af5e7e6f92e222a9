//! Printing a dynamic configuration as Apache does, to the order of its lines.

use std::{collections::BTreeMap, fmt};

use super::DynamicConfig;

impl fmt::Display for DynamicConfig {
    /// The text of `/zookeeper/config`: `QuorumMaj.toString` or `QuorumHierarchical.toString`,
    /// whose lines come in the order of Java's `HashMap`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (sid, server) in hash_map_order(&self.servers, |sid| sid.0) {
            writeln!(f, "server.{sid}={server}")?;
        }
        for (group, members) in hash_map_order(&self.groups, |group| *group) {
            // Apache lists a group's members in the order of one map over all groups.
            let size = self.groups.values().map(Vec::len).sum();
            let mut members: Vec<_> = members.iter().map(|sid| sid.0).collect();
            members.sort_by_key(|sid| (bucket(*sid, size), *sid));
            let members: Vec<_> = members.iter().map(i64::to_string).collect();
            writeln!(f, "group.{group}={}", members.join(":"))?;
        }
        for (sid, weight) in hash_map_order(&self.weights, |sid| sid.0) {
            writeln!(f, "weight.{sid}={weight}")?;
        }
        write!(f, "version={:x}", self.version)
    }
}

/// Entries in the order in which a `HashMap<Long, _>` that has grown to their number is walked.
/// Keys of one bucket come in ascending order here; in Java, in that of their insertion.
fn hash_map_order<K: Ord, V>(map: &BTreeMap<K, V>, key: impl Fn(&K) -> i64) -> Vec<(&K, &V)> {
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_by_key(|(k, _)| bucket(key(k), map.len()));
    entries
}

/// The bucket of a `Long` in a `HashMap` of so many entries: at least 16 buckets, at most three
/// quarters of them taken.
fn bucket(key: i64, entries: usize) -> u32 {
    let mut buckets: usize = 16;
    while entries * 4 > buckets * 3 {
        buckets *= 2;
    }
    let hash = (key ^ (key as u64 >> 32) as i64) as u32;
    (hash ^ (hash >> 16)) & (buckets as u32 - 1)
}
