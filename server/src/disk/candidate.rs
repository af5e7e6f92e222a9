//! A snapshot that an operator brings: read through and built into a tree before it may take
//! anything's place.

use std::path::Path;

use zoowarden_shared::{
    Zxid,
    file::snapshot::{SnapshotEnd, SnapshotError, SnapshotReader},
};
use zoowarden_tree::TreeConfig;

use super::{
    boot::Builder,
    device::Disk,
    error::{Context, DiskError},
    load::stream,
    recovery::Visitor,
};

/// What a snapshot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The last transaction in it.
    pub zxid: Zxid,
    /// The digest of its tree; `None` where digests are off.
    pub digest: Option<i64>,
    /// Its znodes.
    pub znodes: usize,
    /// Its sessions.
    pub sessions: usize,
}

/// Reads a snapshot and builds its tree: its sums, its structure, and its digest where it has
/// one. `named` says its transaction where it does not itself, as those of servers without
/// digests. The outer error is the file system's, the inner one says why it is none.
///
/// # Errors
/// Those of the file system.
pub fn inspect(
    disk: &dyn Disk,
    path: &Path,
    config: TreeConfig,
    named: Option<Zxid>,
) -> Result<Result<Candidate, String>, DiskError> {
    let end = match read_through(disk, path)? {
        Ok(end) => end,
        Err(why) => return Ok(Err(why.to_string())),
    };
    let Some(zxid) = transaction_of(&end).or(named) else {
        let why = "it does not say which transaction is its last: expected a parameter zxid";
        return Ok(Err(why.to_owned()));
    };
    if named.is_some_and(|named| named != zxid) {
        return Ok(Err(format!(
            "its last transaction is {zxid}, not the one named"
        )));
    }
    let mut builder = Builder::new(config);
    builder.begin(zxid);
    let file = disk.read(path).context("open", path)?;
    Ok(stream(file, &mut builder).and_then(|()| builder.candidate(zxid, &end)))
}

fn read_through(
    disk: &dyn Disk,
    path: &Path,
) -> Result<Result<SnapshotEnd, SnapshotError>, DiskError> {
    let file = disk.read(path).context("open", path)?;
    let read = || {
        let mut reader = SnapshotReader::new(file)?;
        while reader.step()?.is_some() {}
        Ok(reader.end())
    };
    Ok(read())
}

fn transaction_of(end: &SnapshotEnd) -> Option<Zxid> {
    let of_digest = end.digest.map(|digest| digest.zxid);
    end.last_zxid
        .or(of_digest.filter(|zxid| *zxid > Zxid::ZERO))
}

impl Builder {
    /// What was built, if it is what the file says.
    fn candidate(self, zxid: Zxid, end: &SnapshotEnd) -> Result<Candidate, String> {
        let tree = self.tree.ok_or("it has no root")?;
        let digest = tree.txn_digest();
        let said = end.digest.filter(|said| said.zxid == zxid);
        if let (Some(found), Some(said)) = (digest, said)
            && found.version == said.version
            && found.tree_digest != said.digest
        {
            return Err(format!(
                "its tree's digest is {}, and it says {}: it was written while its server went \
                 on, and is nothing without that server's log",
                found.tree_digest, said.digest
            ));
        }
        Ok(Candidate {
            zxid,
            digest: digest.map(|digest| digest.tree_digest),
            znodes: tree.node_count(),
            sessions: self.sessions.len(),
        })
    }
}
