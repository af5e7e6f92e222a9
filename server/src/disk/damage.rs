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

#[cfg(test)]
mod tests {
    use bytes::BytesMut;
    use zoowarden_shared::file::log::put_record;

    use super::*;

    /// Where the record of transaction 5 should begin.
    const AT: u64 = 1000;

    /// Records of transactions 5, 6 and 7, each of 600 bytes that are not zeros.
    fn tail() -> Vec<u8> {
        let mut out = BytesMut::new();
        for zxid in 5..8_i64 {
            let mut txn = vec![7; 600];
            txn[12..20].copy_from_slice(&zxid.to_be_bytes());
            put_record(&mut out, &txn);
        }
        out.to_vec()
    }

    fn judge_tail(tail: &[u8], found: Found) -> Verdict {
        judge(tail, AT, found, Zxid(4), false)
    }

    fn bad_checksum() -> Found {
        Found::BadChecksum {
            stored: 1,
            computed: 2,
        }
    }

    #[test]
    fn zeros_were_never_written() {
        assert_eq!(judge_tail(&[], Found::EndOfFile), Verdict::Unwritten);
        assert_eq!(judge_tail(&[0; 3000], Found::Padding), Verdict::Unwritten);
    }

    #[test]
    fn a_commit_that_lost_a_sector_is_torn() {
        // Sectors end at bytes 24 and 536 of the tail.
        let mut lost = tail();
        lost[24..536].fill(0);
        assert_eq!(judge_tail(&lost, bad_checksum()), Verdict::Torn);
        let mut lost = tail();
        lost[..24].fill(0);
        assert_eq!(judge_tail(&lost, Found::Padding), Verdict::Torn);
    }

    #[test]
    fn a_record_damaged_before_intact_ones_is_corrupt() {
        let mut flipped = tail();
        flipped[100] ^= 1;
        let Verdict::Corrupt(why) = judge_tail(&flipped, bad_checksum()) else {
            panic!("it may have been acknowledged");
        };
        assert!(why.contains("0x6") && why.contains("byte 1613"), "{why}");
    }

    #[test]
    fn zeros_within_a_sector_are_no_evidence_of_a_torn_write() {
        let mut damaged = tail();
        damaged[30..500].fill(0);
        assert!(matches!(
            judge_tail(&damaged, bad_checksum()),
            Verdict::Corrupt(_)
        ));
    }

    #[test]
    fn what_the_snapshot_holds_may_be_damaged() {
        let mut flipped = tail();
        flipped[100] ^= 1;
        let verdict = judge(&flipped, AT, bad_checksum(), Zxid(7), true);
        assert_eq!(verdict, Verdict::Covered);
        // Transaction 7 is not in a snapshot of 6.
        let verdict = judge(&flipped, AT, bad_checksum(), Zxid(6), true);
        assert!(matches!(verdict, Verdict::Corrupt(_)));
    }

    #[test]
    fn the_last_record_is_corrupt_where_only_its_length_is_wrong() {
        let mut damaged = tail();
        damaged.truncate(613);
        damaged[9] ^= 1;
        assert!(matches!(
            judge_tail(&damaged, Found::CutShort),
            Verdict::Corrupt(_)
        ));
        damaged.pop();
        assert_eq!(judge_tail(&damaged, Found::CutShort), Verdict::Torn);
    }
}
