//! What is left of a damaged log: records by their checksums, whatever stands before them.

use super::{END_MARK, FRONT_LEN, TXN_HEADER_LEN, believable, split_front, zxid_of};
use crate::ids::Zxid;

/// Whether these bytes are a record as it should be but for the length that it states: with
/// the right checksum and the end mark at their end. A write that was torn never is.
#[must_use]
pub fn is_whole_but_for_its_length(bytes: &[u8]) -> bool {
    let Some((front, rest)) = bytes.split_first_chunk::<FRONT_LEN>() else {
        return false;
    };
    let (stored, _) = split_front(*front);
    match rest.split_last() {
        Some((&END_MARK, txn)) if !txn.is_empty() => {
            i64::from(adler2::adler32_slice(txn)) == stored
        }
        _ => false,
    }
}

/// The byte that should be the end mark of the record that these bytes begin with, going by
/// the length that it states.
#[must_use]
pub fn end_mark(bytes: &[u8]) -> Option<u8> {
    let (front, rest) = bytes.split_first_chunk::<FRONT_LEN>()?;
    let (_, length) = split_front(*front);
    rest.get(usize::try_from(length).ok()?).copied()
}

/// Looks for a whole record with a later zxid than `after` at any offset of these bytes, which
/// stand behind a damaged record: its offset and its zxid.
///
/// A record found means that the damage is not the end of what was written.
#[must_use]
pub fn find_record(bytes: &[u8], after: Zxid) -> Option<(usize, Zxid)> {
    let mut at = 0;
    while at + FRONT_LEN + TXN_HEADER_LEN < bytes.len() {
        // Most of what is searched is padding.
        if let Some(zeros) = bytes[at..].iter().position(|byte| *byte != 0) {
            // The checksum's own front is zeros, four to eight of them.
            at = (at + zeros).saturating_sub(8).max(at);
        } else {
            return None;
        }
        for start in at..(at + 9).min(bytes.len()) {
            if let Some(zxid) = record_at(&bytes[start..]).filter(|zxid| *zxid > after) {
                return Some((start, zxid));
            }
        }
        at += 9;
    }
    None
}

fn record_at(bytes: &[u8]) -> Option<Zxid> {
    let (front, rest) = bytes.split_first_chunk::<FRONT_LEN>()?;
    let (stored, length) = split_front(*front);
    let length = believable(length)?;
    let stored = u32::try_from(stored).ok()?;
    if rest.get(length) != Some(&END_MARK) {
        return None;
    }
    let txn = &rest[..length];
    let zxid = zxid_of(txn)?;
    (adler2::adler32_slice(txn) == stored).then_some(zxid)
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;

    use super::{super::put_record, *};

    /// A transaction without a body.
    fn txn(zxid: i64) -> Vec<u8> {
        let mut bytes = vec![0; TXN_HEADER_LEN];
        bytes[12..20].copy_from_slice(&zxid.to_be_bytes());
        bytes
    }

    #[test]
    fn a_record_is_found_at_any_offset_behind_damage() {
        let mut record = BytesMut::new();
        put_record(&mut record, &txn(9));
        for front in 0..40 {
            for filler in [0, 1, b'B', 0xff] {
                let mut bytes = vec![filler; front];
                bytes.extend_from_slice(&record);
                bytes.resize(bytes.len() + 64, 0);
                assert_eq!(find_record(&bytes, Zxid(8)), Some((front, Zxid(9))));
                assert_eq!(find_record(&bytes, Zxid(9)), None, "only later ones count");
                bytes[front + FRONT_LEN] ^= 1;
                assert_eq!(find_record(&bytes, Zxid(8)), None);
            }
        }
    }
}
