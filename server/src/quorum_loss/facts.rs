//! What an operator is told of a data directory, as JSON and in words.

use std::{
    fmt, fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use serde::Serialize;
use zoowarden_shared::{Epoch, Zxid, config::DynamicConfig};

use super::reservation::Reservation;
use crate::{
    admin::java::date,
    configure::Configured,
    disk::{DataDirs, Look, RealDisk, look, peek_epochs},
    lock,
};

/// What is in a data directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct DiskFacts {
    pub(crate) data_dir: PathBuf,
    /// The process that serves from it now; the end of the log may move.
    pub(crate) running_pid: Option<u32>,
    pub(crate) myid: Option<i64>,
    /// The last transaction of snapshot and logs; of damaged logs the last one before the damage.
    pub(crate) last_zxid: Option<String>,
    /// When it was written, milliseconds since 1970 by its leader's clock; of a snapshot alone
    /// nobody knows it.
    pub(crate) last_written_ms: Option<i64>,
    pub(crate) snapshot_zxid: Option<String>,
    /// 0 where the file is missing or unreadable.
    pub(crate) accepted_epoch: Epoch,
    pub(crate) current_epoch: Epoch,
    /// A transaction that was durable here once.
    pub(crate) durable_zxid: Option<String>,
    /// Whether a start would vouch for all of it.
    pub(crate) is_sound: bool,
    /// Why not: which file, from which byte on.
    pub(crate) fault: Option<String>,
    /// The log ends with a write that was never acknowledged, which a start cuts off.
    pub(crate) has_torn_tail: bool,
    /// The tree's digest by the data's own word, and the transaction after which it was.
    pub(crate) digest: Option<String>,
    pub(crate) digest_zxid: Option<String>,
    /// The configuration of the ensemble in the data.
    pub(crate) config_in_data: Option<String>,
    /// The one that a start would begin with, from CONFIG.
    pub(crate) config_in_force: Option<String>,
    /// A newer one that was seen and may not have come into force.
    pub(crate) config_seen: Option<String>,
    /// Until when it stands aside, milliseconds since 1970.
    pub(crate) reserved_until_ms: Option<u64>,
}

impl DiskFacts {
    /// Reads a data directory and changes nothing; all of its logs behind the newest snapshot
    /// are read.
    pub(crate) fn of(data_dir: &Path, configured: Option<&Configured>) -> Self {
        let log_dir = configured.map(|configured| configured.config.data_log_dir.as_path());
        let dirs = DataDirs::new(data_dir, log_dir);
        let Look {
            snapshot,
            last,
            last_time_ms,
            is_torn,
            digest,
            config,
            durable,
            fault,
            ..
        } = look(&RealDisk, &dirs);
        let (accepted_epoch, current_epoch) = peek_epochs(&RealDisk, dirs.snapshots());
        let hex = |zxid: Zxid| zxid.to_string();
        let text = |config: &DynamicConfig| config.to_string();
        let myid = fs::read_to_string(data_dir.join("myid"));
        let in_force = configured.map(|configured| &configured.config.ensemble.servers);
        let in_force = in_force.filter(|config| !config.is_empty());
        let seen = configured.and_then(|configured| configured.seen.last());
        let reservation = Reservation::read(data_dir).ok().flatten();
        Self {
            data_dir: data_dir.to_owned(),
            running_pid: running_pid(data_dir),
            myid: myid.ok().and_then(|text| text.trim().parse().ok()),
            last_zxid: last.map(hex),
            last_written_ms: last_time_ms,
            snapshot_zxid: snapshot.map(hex),
            accepted_epoch,
            current_epoch,
            durable_zxid: durable.map(|(zxid, _)| hex(zxid)),
            is_sound: fault.is_none(),
            fault,
            has_torn_tail: is_torn,
            digest: digest.map(|(_, digest)| format!("{digest:#x}")),
            digest_zxid: digest.map(|(zxid, _)| hex(zxid)),
            config_in_data: config.filter(|text| !text.is_empty()),
            config_in_force: in_force.map(text),
            config_seen: seen.map(text),
            reserved_until_ms: reservation.map(|found| found.until_ms()),
        }
    }
}

impl fmt::Display for DiskFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        writeln!(f, "data directory  {}", self.data_dir.display())?;
        match self.running_pid {
            Some(pid) => writeln!(f, "server          process {pid} runs: its log goes on")?,
            None => writeln!(f, "server          none of ours runs on it")?,
        }
        if let Some(myid) = self.myid {
            writeln!(f, "myid            {myid}")?;
        }
        writeln!(f, "last zxid       {}", or_none(&self.last_zxid))?;
        writeln!(f, "snapshot        {}", or_none(&self.snapshot_zxid))?;
        writeln!(f, "currentEpoch    {}", self.current_epoch)?;
        writeln!(f, "acceptedEpoch   {}", self.accepted_epoch)?;
        writeln!(f, "durable once    {}", or_none(&self.durable_zxid))?;
        let state = match (&self.fault, self.has_torn_tail) {
            (Some(fault), _) => format!("NOT SOUND: {fault}"),
            (None, true) => "sound; ends with a write that nobody was promised".to_owned(),
            (None, false) => "sound: all sums are right".to_owned(),
        };
        writeln!(f, "state           {state}")?;
        if let (Some(digest), Some(zxid)) = (&self.digest, &self.digest_zxid) {
            writeln!(f, "digest          {digest} after {zxid}")?;
        }
        if let Some(until_ms) = self.reserved_until_ms {
            let until = date(i64::try_from(until_ms).unwrap_or(i64::MAX));
            writeln!(f, "reserved        until {until}")?;
        }
        for (name, config) in [
            ("configuration in the data", &self.config_in_data),
            ("configuration in force", &self.config_in_force),
            (
                "configuration seen, perhaps not in force",
                &self.config_seen,
            ),
        ] {
            if let Some(config) = config {
                writeln!(f, "{name}:")?;
                for line in config.lines() {
                    writeln!(f, "  {line}")?;
                }
            }
        }
        Ok(())
    }
}

/// The process of ours that holds the directory's lock, by the kernel's table of locks: to try
/// the lock would make a server fail that starts at that moment.
fn running_pid(data_dir: &Path) -> Option<u32> {
    let inode = fs::metadata(lock::path(data_dir)).ok()?.ino().to_string();
    let locks = fs::read_to_string("/proc/locks").ok()?;
    // 1: FLOCK  ADVISORY  WRITE 4711 08:01:1234567 0 EOF
    locks.lines().find_map(|line| {
        let mut words = line.split_whitespace().skip(4);
        let (pid, file) = (words.next()?, words.next()?);
        let is_it = file.rsplit(':').next() == Some(inode.as_str());
        is_it.then(|| pid.parse().ok()).flatten()
    })
}
