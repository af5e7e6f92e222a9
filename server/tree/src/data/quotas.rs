//! Counts of the subtrees that have a quota: kept by each member, without transactions, and
//! counted anew when a tree is loaded.

use zoowarden_shared::path;

use super::{
    DataTree,
    node::{Node, NodeId},
};
use crate::quota::{self, QUOTA_ROOT, QuotaExceeded, QuotaPart, StatsTrack};

impl DataTree {
    /// The limits that an operation at `path` would exceed by adding so many bytes of data and
    /// so many znodes (`ZooKeeperServer.checkQuota`): to be logged, and the operation to be
    /// refused where one is hard. Apache asks only where `enforceQuota` is set.
    #[must_use]
    pub fn check_quota(&self, path: &str, bytes: i64, count: i64) -> Vec<QuotaExceeded> {
        let track = |path: String| {
            let node = self.node(&path)?;
            Some(StatsTrack::parse(node.data().unwrap_or_default()))
        };
        let check = |path| {
            let limits = track(quota::limits_path(path))?;
            let now = track(quota::stats_path(path))?;
            Some(quota::check(path, &limits, &now, bytes, count))
        };
        self.quota_above(path).and_then(check).unwrap_or_default()
    }

    /// The nearest znode with a quota, from `path` upwards. The root has none.
    fn quota_above<'a>(&self, path: &'a str) -> Option<&'a str> {
        if self.quotas.is_empty() {
            return None;
        }
        let up = |path: &&'a str| path::split(path).map(|(parent, _)| parent);
        std::iter::successors(Some(path), up).find(|path| self.quotas.contains(*path))
    }

    pub(super) fn quota_after_create(&mut self, id: NodeId) {
        let node = self.nodes.get(id);
        if self.quotas.is_empty() && !node.path.starts_with(QUOTA_ROOT) {
            return;
        }
        let bytes = node.data_len() as i64;
        let path = node.path.clone();
        match quota::quota_of(&path) {
            Some((path, QuotaPart::Limits)) => {
                self.quotas.insert(path.into());
            }
            Some((path, QuotaPart::Stats)) => self.count_quota(path),
            None => {}
        }
        self.add_to_quota(&path, bytes, 1);
    }

    pub(super) fn quota_after_delete(&mut self, node: &Node) {
        if let Some((path, QuotaPart::Limits)) = quota::quota_of(&node.path) {
            self.quotas.remove(path);
        }
        self.add_to_quota(&node.path, -(node.data_len() as i64), -1);
    }

    pub(super) fn quota_after_set(&mut self, id: NodeId, bytes_before: usize) {
        if self.quotas.is_empty() {
            return;
        }
        let node = self.nodes.get(id);
        let bytes = node.data_len() as i64 - bytes_before as i64;
        let path = node.path.clone();
        self.add_to_quota(&path, bytes, 0);
    }

    fn add_to_quota(&mut self, path: &str, bytes: i64, count: i64) {
        let Some(id) = self
            .quota_above(path)
            .and_then(|path| self.find(&quota::stats_path(path)))
        else {
            return;
        };
        let mut track = StatsTrack::parse(self.nodes.get(id).data.as_deref().unwrap_or_default());
        track.set_count(track.count().wrapping_add(count));
        track.set_bytes(track.bytes().wrapping_add(bytes));
        self.write_stats(id, &track);
    }

    /// Counts a subtree anew (`DataTree.updateQuotaForPath`).
    fn count_quota(&mut self, path: &str) {
        let Some(stats) = self.find(&quota::stats_path(path)) else {
            return;
        };
        let (mut bytes, mut count) = (0, 0);
        if let Some(top) = self.find(path) {
            for id in self.nodes.subtree(top) {
                bytes += self.nodes.get(id).data_len() as i64;
                count += 1;
            }
        }
        let mut track = StatsTrack::default();
        track.set_count(count);
        track.set_bytes(bytes);
        self.write_stats(stats, &track);
    }

    /// Neither stat nor digest changes: what is below `/zookeeper/` does not count.
    fn write_stats(&mut self, id: NodeId, track: &StatsTrack) {
        let text = track.to_string().into_bytes();
        self.replace_data(id, Some(text.into()));
    }

    /// Finds the quotas of a tree that was loaded, and counts their subtrees
    /// (`DataTree.setupQuota`).
    pub(super) fn find_quotas(&mut self) {
        let Some(top) = self.find(QUOTA_ROOT) else {
            return;
        };
        let limited = |id| match quota::quota_of(&self.nodes.get(id).path) {
            Some((path, QuotaPart::Limits)) => Some(path.to_owned()),
            _ => None,
        };
        let paths: Vec<String> = self.nodes.subtree(top).filter_map(limited).collect();
        for path in paths {
            self.count_quota(&path);
            self.quotas.insert(path.into());
        }
    }
}
