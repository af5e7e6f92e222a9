//! What a writer was promised, and whether a tree keeps it.

use std::time::{Duration, Instant};

use zoowarden_shared::Zxid;

use crate::tree::Tree;

/// One writer's memory.
#[derive(Debug, Default)]
pub struct Record {
    name: String,
    /// Acknowledged creations: path and number.
    created: Vec<(String, u64)>,
    /// The number last acknowledged by a setData.
    set: Option<u64>,
    last_zxid: Zxid,
    /// Sessions that a member said are gone.
    pub lost_sessions: u32,
    last_ack: Option<Instant>,
    /// The longest time between two acknowledgements.
    pub longest_gap: Duration,
}

impl Record {
    /// Of the writer of this name, before its first write.
    pub(crate) fn of(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// How many creations were acknowledged.
    pub(crate) fn creations(&self) -> usize {
        self.created.len()
    }

    /// All that was acknowledged is in this tree.
    pub fn assert_in(&self, sid: usize, tree: &Tree) {
        let number = |path: &str| {
            let data = &tree.0.get(path)?.data;
            String::from_utf8_lossy(data).parse::<u64>().ok()
        };
        let lost: Vec<_> = self
            .created
            .iter()
            .filter(|(path, written)| number(path) != Some(*written))
            .collect();
        assert!(
            lost.is_empty(),
            "member {sid} lost {} of {} acknowledged creations: {:?}",
            lost.len(),
            self.created.len(),
            &lost[..lost.len().min(5)]
        );
        // A later one may have happened without its acknowledgement having come.
        let found = number(&own_znode(&self.name));
        assert!(
            self.set.is_none() || found >= self.set,
            "member {sid} has {found:?} where {:?} was acknowledged",
            self.set
        );
    }

    /// Any write was acknowledged: zxids only grow.
    pub(crate) fn acknowledge(&mut self, zxid: Zxid) {
        assert!(
            zxid > self.last_zxid,
            "a write was acknowledged at {zxid}, after an earlier one at {}",
            self.last_zxid
        );
        self.last_zxid = zxid;
        let now = Instant::now();
        if let Some(last) = self.last_ack.replace(now) {
            self.longest_gap = self.longest_gap.max(now - last);
        }
    }

    pub(crate) fn add_creation(&mut self, path: String, number: u64) {
        self.created.push((path, number));
    }

    pub(crate) fn add_set(&mut self, number: u64) {
        self.set = Some(number);
    }
}

/// The znode that the writer of this name sets.
pub(crate) fn own_znode(name: &str) -> String {
    format!("/written/{name}")
}
