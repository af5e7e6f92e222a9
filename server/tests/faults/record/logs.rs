//! The members' transaction logs: what really happened, in order.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::BufReader,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use zoowarden_shared::{
    Zxid,
    file::log::{LogReader, LogStep, zxid_of},
    jute::{Jute, Reader},
    txn::TxnRecord,
};

/// All transactions, by zxid.
pub(crate) type Log = BTreeMap<Zxid, TxnRecord>;

/// Puts together what the members of these `version-2` directories have logged. They must be
/// stopped and in agreement: no zxid stands for two transactions, and none is missing.
pub(crate) fn merge(directories: &[PathBuf]) -> Result<Log, String> {
    let mut merged: BTreeMap<Zxid, (&Path, Bytes)> = BTreeMap::new();
    for directory in directories {
        for (zxid, txn) in read(directory) {
            let (other, first) = merged
                .entry(zxid)
                .or_insert_with(|| (directory, txn.clone()));
            if *first != txn {
                return Err(format!(
                    "{zxid} is one transaction in {} and another in {}:\n  {:?}\n  {:?}",
                    other.display(),
                    directory.display(),
                    decode(first),
                    decode(&txn)
                ));
            }
        }
    }
    let mut last = Zxid::ZERO;
    for &zxid in merged.keys() {
        let begins_epoch = zxid.epoch() > last.epoch() && zxid.counter() == 1;
        if zxid != last.next() && !begins_epoch {
            return Err(format!(
                "no member has what stood between {last} and {zxid}"
            ));
        }
        last = zxid;
    }
    let decoded = |(zxid, (_, txn)): (Zxid, (_, Bytes))| (zxid, decode(&txn));
    Ok(merged.into_iter().map(decoded).collect())
}

fn decode(txn: &Bytes) -> TxnRecord {
    TxnRecord::decode(&mut Reader::new(txn.clone())).expect("a logged transaction is one")
}

fn read(directory: &Path) -> Vec<(Zxid, Bytes)> {
    let mut txns = Vec::new();
    for file in fs::read_dir(directory).expect("it is there").flatten() {
        if !file.file_name().to_string_lossy().starts_with("log.") {
            continue;
        }
        let input = BufReader::new(File::open(file.path()).expect("it can be read"));
        // A log that was only just made may be without its header.
        let Ok(mut log) = LogReader::new(input) else {
            continue;
        };
        while let LogStep::Record(record) = log.step().expect("it can be read") {
            txns.push((zxid_of(&record.txn).expect("it has a header"), record.txn));
        }
    }
    txns
}
