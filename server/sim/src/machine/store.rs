//! The real log, snapshot and epoch code over the model disk, one command at a time; and the
//! flaws that such code could have.

use std::sync::Arc;

use bytes::Bytes;
use zoowarden_peer::{DiskEvent, Effect};
use zoowarden_server::disk::{
    BootOptions, DataDirs, Disk, DiskConfig, DiskSide, DiskStats, DiskWorker, MIN_RETAINED,
    TxnLogConfig,
};
use zoowarden_shared::Zxid;
use zoowarden_zab::{DiskEvent as Replicated, Effect as Replication};

use crate::flaw::Flaw;

/// Small files: a run writes little, and a crash looks at every byte.
const PREALLOC_BYTES: u64 = 8192;

/// A member's files, open.
#[derive(Debug)]
pub(crate) struct Store {
    worker: DiskWorker,
    flaw: Option<Flaw>,
}

/// Which thread of the disk does something; `None` where it is not the disk's.
pub(crate) fn lane_of(effect: &Effect) -> Option<DiskSide> {
    DiskSide::of(effect)
}

/// The transaction that is to be appended, if it is that.
pub(crate) fn appended(effect: &Effect) -> Option<(Zxid, &Bytes)> {
    match effect {
        Effect::Append { zxid, txn } | Effect::Replication(Replication::Append { zxid, txn }) => {
            Some((*zxid, txn))
        }
        _ => None,
    }
}

impl Store {
    pub(crate) fn new(
        disk: Arc<dyn Disk>,
        dirs: &DataDirs,
        stats: Arc<DiskStats>,
        (boot, last): (BootOptions, Zxid),
        flaw: Option<Flaw>,
    ) -> Self {
        let config = DiskConfig {
            log: TxnLogConfig {
                prealloc_bytes: PREALLOC_BYTES,
                ..TxnLogConfig::default()
            },
            boot,
            autopurge: None,
        };
        Self {
            worker: DiskWorker::new(disk, dirs, config, last, stats),
            flaw,
        }
    }

    pub(crate) fn flaw(&self) -> Option<Flaw> {
        self.flaw
    }

    /// Does all of this; what the member is to be told of it.
    pub(crate) fn perform(&mut self, batch: Vec<Effect>) -> Vec<DiskEvent> {
        let mut events = Vec::new();
        for effect in batch {
            match self.pretended(&effect) {
                Some(event) => events.push(DiskEvent::Replication(event)),
                None => events.extend(self.worker.perform(effect)),
            }
        }
        if self.worker.has_pending() {
            events.extend(self.worker.commit());
        }
        events
    }

    /// Raises the mark of what is durable.
    pub(crate) fn raise_mark(&mut self) {
        self.worker.raise_mark();
    }

    /// Removes what no restart needs.
    pub(crate) fn purge(&mut self) {
        self.worker.purge(MIN_RETAINED);
    }

    /// What a flaw answers without doing it.
    fn pretended(&self, effect: &Effect) -> Option<Replicated> {
        let Effect::Replication(effect) = effect else {
            return None;
        };
        match (self.flaw?, effect) {
            (Flaw::SkipTrunc, Replication::Truncate(zxid)) => Some(Replicated::Truncated(*zxid)),
            (Flaw::EpochNotPersisted, Replication::SaveAcceptedEpoch(epoch)) => {
                Some(Replicated::AcceptedEpochSaved(*epoch))
            }
            (Flaw::EpochNotPersisted, Replication::SaveCurrentEpoch(epoch)) => {
                Some(Replicated::CurrentEpochSaved(*epoch))
            }
            _ => None,
        }
    }
}
