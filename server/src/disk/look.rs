//! Reads what a start would begin with, and changes nothing: no torn write is cut, no name made
//! durable. For an operator who must choose among the directories that survived, perhaps while
//! a server works on them.

use zoowarden_shared::{
    SessionId, Zxid,
    acl::Acl,
    file::snapshot::{SnapshotEnd, SnapshotNode},
    txn::{Txn, TxnRecord},
};

use super::{
    device::Disk,
    layout::DataDirs,
    load::load_newest,
    mark::{self, find_loss},
    recovery::{Refusal, Visitor, prove_fallback},
    recovery_error::RecoveryError,
    replay::{From, replay},
};

/// Where the ensemble's configuration stands in the data.
const CONFIG_NODE: &str = "/zookeeper/config";

/// What is in a data directory.
#[derive(Debug, Default)]
pub struct Look {
    /// The newest snapshot that loads.
    pub snapshot: Option<Zxid>,
    /// The last transaction that could be read, of snapshot and logs.
    pub last: Option<Zxid>,
    /// When the last transaction behind the snapshot was written, by its leader's clock.
    pub last_time_ms: Option<i64>,
    /// Transactions behind the snapshot.
    pub replayed: u64,
    /// Whether the log ends with a write that a start cuts off: it was never acknowledged.
    pub is_torn: bool,
    /// The tree's digest as the data itself says, and after which transaction.
    pub digest: Option<(Zxid, i64)>,
    /// The text of the newest configuration in the data.
    pub config: Option<String>,
    /// How far the history once reached, and `currentEpoch` then.
    pub durable: Option<(Zxid, zoowarden_shared::Epoch)>,
    /// Why a start would refuse it, or not vouch for it.
    pub fault: Option<String>,
}

impl Look {
    /// Whether a start would vouch for all of it.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.fault.is_none()
    }
}

/// Looks at a data directory; what is wrong is part of what is found.
#[must_use]
pub fn look(disk: &dyn Disk, dirs: &DataDirs) -> Look {
    let mut looker = Looker::default();
    let read = read(disk, dirs, &mut looker);
    let mut found = looker.found;
    if let Err(fault) = read {
        found.fault = Some(fault.to_string());
    } else if let Ok(Some(loss)) = find_loss(disk, dirs, found.last.unwrap_or_default()) {
        found.fault = Some(loss.to_string());
    }
    let mark = mark::read(disk, dirs).ok().flatten();
    found.durable = mark.map(|mark| (mark.zxid, mark.epoch));
    found
}

fn read(disk: &dyn Disk, dirs: &DataDirs, looker: &mut Looker) -> Result<(), RecoveryError> {
    let loaded = load_newest(disk, dirs.snapshot_files(disk)?, looker)?;
    let logs = dirs.log_files(disk)?;
    let from = match &loaded.snapshot {
        Some(snapshot) => From::Snapshot(snapshot.name.zxid),
        None => match logs.first() {
            Some(first) => {
                return Err(RecoveryError::LogsWithoutSnapshot {
                    path: dirs.logs().to_owned(),
                    first: first.first,
                });
            }
            None => return Ok(()),
        },
    };
    looker.found.snapshot = loaded.snapshot.as_ref().map(|snapshot| snapshot.name.zxid);
    let replayed = replay(disk, &logs, from, looker)?;
    if let Some(snapshot) = &loaded.snapshot {
        prove_fallback(snapshot, &loaded.skipped, replayed.last)?;
    }
    looker.found.last = Some(replayed.last);
    looker.found.is_torn = !replayed.repairs.is_empty();
    Ok(())
}

/// Remembers what is worth telling, and builds no tree.
#[derive(Default)]
struct Looker {
    found: Look,
}

impl Visitor for Looker {
    fn begin(&mut self, zxid: Zxid) {
        self.found = Look {
            last: Some(zxid),
            ..Look::default()
        };
    }

    fn session(&mut self, _: SessionId, _: i32) {}

    fn acl(&mut self, _: i64, _: Vec<Acl>) {}

    fn node(&mut self, node: &SnapshotNode<'_>) -> Result<(), Refusal> {
        if node.path == CONFIG_NODE {
            self.found.config = node.data.map(text_of);
        }
        Ok(())
    }

    fn snapshot_end(&mut self, end: &SnapshotEnd) -> Result<(), Refusal> {
        let digest = end.digest.filter(|digest| digest.zxid > Zxid::ZERO);
        self.found.digest = digest.map(|digest| (digest.zxid, digest.digest));
        Ok(())
    }

    fn txn(&mut self, txn: TxnRecord) -> Result<(), Refusal> {
        let zxid = txn.header.zxid;
        self.found.last = Some(zxid);
        self.found.last_time_ms = Some(txn.header.time_ms);
        self.found.replayed += 1;
        if let Some(digest) = txn.digest {
            self.found.digest = Some((zxid, digest.tree_digest));
        }
        if let Txn::Reconfig(set) = &txn.txn {
            self.found.config = set.data.as_deref().map(text_of);
        }
        Ok(())
    }
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
