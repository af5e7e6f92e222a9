//! What the disk gave back at the start.

use zoowarden_shared::{Epoch, SessionId, Zxid};
use zoowarden_tree::DataTree;

/// A member's state as its snapshot and log had it.
#[derive(Debug)]
pub struct Recovered {
    /// The tree after the last transaction.
    pub tree: DataTree,
    /// The sessions that were open, with their timeouts in milliseconds.
    pub sessions: Vec<(SessionId, i32)>,
    /// The last transaction that the log holds.
    pub last_zxid: Zxid,
    /// `acceptedEpoch`; 0 for a member that was never part of an ensemble.
    pub accepted_epoch: Epoch,
    /// `currentEpoch`; likewise.
    pub current_epoch: Epoch,
}
