//! Tells a write that a crash tore from a log that was damaged later.
//!
//! Only the last commit can be torn: everything before it was synced. A crash keeps some of
//! the commit's bytes, and where it lost bytes the file reads as the zeros with which it was
//! grown, from some byte to the end or in whole sectors. Such a tail was never acknowledged
//! and is cut. Anything else, such as one flipped bit, is damage to transactions that may have
//! been acknowledged: those are never dropped silently.

use zoowarden_shared::{
    Zxid,
    file::log::{Found, end_mark, find_record, is_whole_but_for_its_length},
};

/// What disks write at once; a crash keeps or loses it whole.
const SECTOR: u64 = 512;
/// How much of a file can be the rest of one commit: amply what a commit writes at most
/// ([`super::txn_log::MAX_COMMIT_BYTES`]), and what Apache flushes at once.
const TORN_REACH: usize = 64 << 20;
/// How much of a file behind a damaged record is looked at.
pub(super) const LOOK_AT: u64 = 2 * TORN_REACH as u64;

/// What stands behind the last good record of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing was ever written there.
    Unwritten,
    /// Only transactions that the snapshot holds.
    Covered,
    /// The rest of a commit that was never acknowledged: to be cut.
    Torn,
    /// Transactions that may have been acknowledged, in words.
    Corrupt(String),
}

/// Judges `tail`, which begins at `offset` of its file, where reading found no good record
/// but `found`. `last` is the last transaction that is known, from a record or the snapshot;
/// `covered` says that the one which should stand here is not behind it.
pub(super) fn judge(tail: &[u8], offset: u64, found: Found, last: Zxid, covered: bool) -> Verdict {
    let Some(end) = tail.iter().rposition(|byte| *byte != 0).map(|at| at + 1) else {
        return Verdict::Unwritten;
    };
    let written = &tail[..end];
    if let Some((at, zxid)) = find_record(written.get(1..).unwrap_or_default(), last) {
        let at = at + 1;
        // The record itself may begin with the zeros of the sector before it.
        let sector_end = ((offset + at as u64) / SECTOR + 1) * SECTOR - offset;
        let before = &tail[..tail.len().min(sector_end as usize)];
        if end <= TORN_REACH && lost_sector(before, offset) {
            return Verdict::Torn;
        }
        let at = offset + at as u64;
        return Verdict::Corrupt(format!(
            "{found}, but an intact record, of transaction {zxid}, stands behind it at byte {at}"
        ));
    }
    if end > TORN_REACH {
        return Verdict::Corrupt(format!("{found}, but {end} bytes are written behind it"));
    }
    if covered {
        return Verdict::Covered;
    }
    if lost_sector(written, offset) {
        return Verdict::Torn;
    }
    match found {
        Found::BadChecksum { .. } => Verdict::Corrupt(found.to_string()),
        Found::NoEndMark if end_mark(tail).is_some_and(|mark| mark != 0) => {
            Verdict::Corrupt(found.to_string())
        }
        _ if is_whole_but_for_its_length(written) => {
            Verdict::Corrupt(format!("{found}: the record's length is wrong"))
        }
        _ => Verdict::Torn,
    }
}

/// Whether a sector of these bytes is all zeros although something was written to it. The
/// bytes begin at `offset` of their file.
fn lost_sector(bytes: &[u8], offset: u64) -> bool {
    let first = (SECTOR - offset % SECTOR) as usize;
    let (head, rest) = bytes.split_at(first.min(bytes.len()));
    // A record begins with four zeros anyway, and hardly ever with more.
    let head_lost = head.len() == first && head.len() > 4 && is_zero(head);
    head_lost || rest.chunks_exact(SECTOR as usize).any(is_zero)
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}
