//! From a data directory to the state that a peer starts with (`ZKDatabase.loadDataBase`).

use std::{io, sync::Arc};

use bytes::BytesMut;
use rustc_hash::FxHashMap;
use zoowarden_peer::Recovered as PeerState;
use zoowarden_shared::{
    SessionId, Zxid,
    acl::Acl,
    file::snapshot::{SnapshotEnd, SnapshotNode},
    txn::{Txn, TxnDigest, TxnRecord},
};
use zoowarden_tree::{DataTree, ExpectedDigest, TreeConfig, TreeLoader};

use super::{
    device::Disk,
    epochs::{self, Epochs},
    error::{Context, DiskError},
    layout::DataDirs,
    mark::{Loss, find_loss},
    recovery::{Recovered, RecoveryOptions, Refusal, Visitor, recover},
    recovery_error::RecoveryError,
    repair,
    snapshot_writer::{SnapshotWriter, remove_partial_snapshots},
    stats::{DiskStats, SnapshotInfo},
};

/// How much of a snapshot is written at once.
const SLICE_LEN: usize = 1 << 20;
/// More transactions than this to replay, and the next start is spared them by a snapshot at
/// once: a server that is restarted again and again may never come to take one. (Apache takes
/// one at every start.)
const MAX_REPLAY: u64 = 200_000;

/// What a member is told about its data directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BootOptions {
    /// What to do where data seems to be missing.
    pub recovery: RecoveryOptions,
    /// Of the tree.
    pub tree: TreeConfig,
    /// Whether it is a member of an ensemble, whose epochs must agree with its data; those of
    /// a standalone server mean nothing.
    pub replicated: bool,
}

/// A member's state as its directory had it.
#[derive(Debug)]
pub struct Booted {
    /// The peer's part.
    pub state: PeerState,
    /// Transactions replayed behind the snapshot: so many does the next start replay again
    /// unless a snapshot is written.
    pub replayed: u64,
    /// Where some of it is missing: the member cannot vouch for its data, the state is empty
    /// and its last transaction is -1.
    pub loss: Option<Loss>,
}

/// A tree and the sessions, as a directory had them.
#[derive(Debug)]
pub struct RecoveredTree {
    /// The tree after the last transaction.
    pub tree: DataTree,
    /// The sessions with their timeouts in milliseconds, by id.
    pub sessions: Vec<(SessionId, i32)>,
    /// Where it came from.
    pub found: Recovered,
}

/// Recovers the state of a member, and makes its directory fit to go on from: torn writes
/// are cut, and where there is no snapshot one is written, without which the logs to come
/// would be refused. The directories must be there ([`DataDirs::prepare`]).
///
/// A member of an ensemble that has lost some of its data waits for a leader's snapshot, and
/// what is left stays as it is until then. A standalone server is refused.
///
/// # Errors
/// [`RecoveryError`] where the data is damaged or has a hole, or cannot be read or written.
pub fn boot(
    disk: &Arc<dyn Disk>,
    dirs: &DataDirs,
    options: BootOptions,
    stats: &DiskStats,
) -> Result<Booted, RecoveryError> {
    remove_partial_snapshots(&**disk, dirs.snapshots())?;
    if repair::go_on(&**disk, dirs, options.replicated)? {
        let epochs = epochs::read_both(&**disk, dirs.snapshots())?;
        return Ok(Booted {
            state: nothing_vouched(options, epochs),
            replayed: 0,
            loss: None,
        });
    }
    let RecoveredTree {
        mut tree,
        sessions,
        found,
    } = recover_into_tree(&**disk, dirs, options)?;
    if let Some(loss) = find_loss(&**disk, dirs, found.last_zxid)? {
        return without_data(&**disk, dirs, options, loss);
    }
    let snapshot = match found.snapshot {
        Some(_) if found.replayed > MAX_REPLAY => {
            Some(write_snapshot(disk, dirs, &mut tree, &sessions)?)
        }
        Some(snapshot) => Some(snapshot),
        None if found.last_zxid >= Zxid::ZERO => {
            Some(write_snapshot(disk, dirs, &mut tree, &sessions)?)
        }
        // Data may be missing: nothing here may look like a database.
        None => None,
    };
    if let Some(snapshot) = snapshot {
        stats.set_last_snapshot(snapshot);
        // It has served: this database is no longer empty.
        remove_initialize(&**disk, dirs)?;
    }
    let (accepted_epoch, current_epoch) = if options.replicated {
        let epochs = epochs::load(&**disk, dirs.snapshots(), found.last_zxid)?;
        (epochs.accepted, epochs.current)
    } else {
        epochs::peek(&**disk, dirs.snapshots())
    };
    Ok(Booted {
        state: PeerState {
            tree,
            sessions,
            last_zxid: found.last_zxid,
            accepted_epoch,
            current_epoch,
        },
        replayed: found.replayed,
        loss: None,
    })
}

/// A member that cannot vouch for what it has starts as one that has nothing.
fn without_data(
    disk: &dyn Disk,
    dirs: &DataDirs,
    options: BootOptions,
    loss: Loss,
) -> Result<Booted, RecoveryError> {
    if !options.replicated {
        return Err(RecoveryError::Lost(loss));
    }
    tracing::error!(
        last = %loss.last, durable = %loss.durable,
        "cannot vouch for this disk: {loss}; not voting, waiting for a leader's snapshot; \
         where no quorum can form without this member and what is missing is to be given up, \
         remove {} and start again",
        loss.mark_file.display()
    );
    let epochs = epochs::load(disk, dirs.snapshots(), loss.last)?;
    Ok(Booted {
        state: nothing_vouched(options, epochs),
        replayed: 0,
        loss: Some(loss),
    })
}

/// The state of a member that cannot vouch for its data, or has set it aside for a resync
/// (`db.autocreate=false` is another reason). It keeps its promise not to follow older leaders, but holds no epoch's history:
/// whoever leads without it is not behind it.
pub(super) fn nothing_vouched(options: BootOptions, epochs: Epochs) -> PeerState {
    PeerState {
        tree: DataTree::new(options.tree),
        sessions: Vec::new(),
        last_zxid: Zxid(-1),
        accepted_epoch: epochs.accepted,
        current_epoch: 0,
    }
}

/// Recovers a tree and the sessions. Besides the repairs of [`recover`] nothing is written.
///
/// # Errors
/// Those of [`recover`].
pub fn recover_into_tree(
    disk: &dyn Disk,
    dirs: &DataDirs,
    options: BootOptions,
) -> Result<RecoveredTree, RecoveryError> {
    let mut builder = Builder::new(options.tree);
    let found = recover(disk, dirs, options.recovery, &mut builder)?;
    if builder.mismatches > 0 {
        tracing::error!(
            transactions = builder.mismatches,
            "the digests in the log are not those of the tree that was recovered from it"
        );
    }
    let mut sessions: Vec<_> = builder.sessions.into_iter().collect();
    sessions.sort_unstable();
    let mut tree = builder.tree.unwrap_or_else(|| DataTree::new(options.tree));
    tree.set_last_processed_zxid(found.last_zxid);
    Ok(RecoveredTree {
        tree,
        sessions,
        found,
    })
}

/// Puts a tree and a session table together from what recovery yields.
pub(super) struct Builder {
    config: TreeConfig,
    zxid: Zxid,
    loader: TreeLoader,
    /// There once the snapshot is complete, or the first transaction has come without one.
    pub(super) tree: Option<DataTree>,
    pub(super) sessions: FxHashMap<SessionId, i32>,
    mismatches: u64,
}

impl Builder {
    pub(super) fn new(config: TreeConfig) -> Self {
        Self {
            config,
            zxid: Zxid::ZERO,
            loader: TreeLoader::new(config),
            tree: None,
            sessions: FxHashMap::default(),
            mismatches: 0,
        }
    }
}

impl Visitor for Builder {
    fn begin(&mut self, zxid: Zxid) {
        self.zxid = zxid;
        self.loader = TreeLoader::new(self.config);
        self.tree = None;
        self.sessions.clear();
    }

    fn session(&mut self, session: SessionId, timeout_ms: i32) {
        self.sessions.insert(session, timeout_ms);
    }

    fn acl(&mut self, id: i64, acl: Vec<Acl>) {
        self.loader.add_acl(id, acl);
    }

    fn node(&mut self, node: &SnapshotNode<'_>) -> Result<(), Refusal> {
        self.loader
            .add_node(&node.path, node.data, node.acl, &node.stat)
            .map_err(|error| error.to_string())
    }

    fn snapshot_end(&mut self, end: &SnapshotEnd) -> Result<(), Refusal> {
        let empty = TreeLoader::new(self.config);
        let mut loader = std::mem::replace(&mut self.loader, empty);
        // Apache writes a digest of transaction 0 where it has none.
        if let Some(digest) = end.digest.filter(|digest| digest.zxid > Zxid::ZERO) {
            loader.expect_digest(ExpectedDigest {
                zxid: digest.zxid,
                digest: TxnDigest {
                    version: digest.version,
                    tree_digest: digest.digest,
                },
            });
        }
        let tree = loader
            .finish(self.zxid)
            .map_err(|error| error.to_string())?;
        self.tree = Some(tree);
        Ok(())
    }

    fn txn(&mut self, txn: TxnRecord) -> Result<(), Refusal> {
        match &txn.txn {
            Txn::CreateSession(body) => {
                self.sessions.insert(txn.header.session, body.timeout_ms);
            }
            Txn::CloseSession(_) => {
                self.sessions.remove(&txn.header.session);
            }
            _ => {}
        }
        let config = self.config;
        let tree = self.tree.get_or_insert_with(|| DataTree::new(config));
        // An error is what it was when the transaction was first applied, or comes from a
        // snapshot that has it already (`FileTxnSnapLog.processTransaction`).
        if tree.apply(&txn).digest_mismatch {
            self.mismatches += 1;
        }
        Ok(())
    }
}

fn write_snapshot(
    disk: &Arc<dyn Disk>,
    dirs: &DataDirs,
    tree: &mut DataTree,
    sessions: &[(SessionId, i32)],
) -> Result<SnapshotInfo, DiskError> {
    let start = tree.snapshot_begin(sessions);
    let mut writer = SnapshotWriter::begin(Arc::clone(disk), dirs.snapshots(), start.zxid)?;
    let mut slice = BytesMut::new();
    loop {
        let is_last = tree.snapshot_slice(SLICE_LEN, &mut slice);
        writer.slice(&slice)?;
        slice.clear();
        if is_last {
            return writer.finish(start.digest);
        }
    }
}

fn remove_initialize(disk: &dyn Disk, dirs: &DataDirs) -> Result<(), DiskError> {
    let path = dirs.initialize_file();
    match disk.remove(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other.context("remove", &path),
    }
}
