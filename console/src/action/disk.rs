//! What is left of an ensemble that has lost its quorum: each voter's disk, as its AdminServer
//! tells it, or the operator's hook `inspect`, which runs `zoowarden-server --inspect`.

use std::collections::BTreeMap;

use serde::Deserialize;
use zoowarden_shared::{Epoch, Sid, Zxid, config::DynamicConfig};

/// One voter of the configuration, and what could be learned of its disk.
#[derive(Clone, Debug, PartialEq)]
pub struct Disk {
    pub sid: Sid,
    pub found: Found,
    /// The last that was heard from it while it served, by this console or an earlier one.
    pub last_heard: Option<Heard>,
}

/// How a disk was reached.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// It runs without a leader, and its AdminServer told: it can be given orders.
    Running {
        /// `host:port` of the AdminServer.
        admin: String,
        facts: DiskFacts,
    },
    /// The hook read it; its AdminServer did not answer.
    Inspected(DiskFacts),
    Unread {
        why: String,
        /// A port of it that takes connections: whatever it is, it is not powered off.
        open_port: Option<u16>,
    },
}

/// What a data directory holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiskFacts {
    /// Of the process of ours that serves from it.
    pub running_pid: Option<u32>,
    pub myid: Option<i64>,
    /// `None` where nothing is in it.
    pub last_zxid: Option<Zxid>,
    pub current_epoch: Epoch,
    pub accepted_epoch: Epoch,
    /// Why a start would not vouch for it.
    pub fault: Option<String>,
    /// Of the tree, and after which transaction; as the data says.
    pub digest: Option<String>,
    /// When the last transaction was written, by its leader's clock.
    pub last_written_ms: Option<i64>,
    /// It stands aside for somebody's attempt until then.
    pub reserved_until_ms: Option<u64>,
    /// The configuration that it would start with.
    pub config: Option<DynamicConfig>,
}

/// What a member last told while it served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    pub zxid: Zxid,
    pub at_wall_ms: i64,
}

/// The same of all members, by their ids.
pub type LastHeard = BTreeMap<Sid, Heard>;

impl Disk {
    /// What was read of it, however.
    #[must_use]
    pub fn facts(&self) -> Option<&DiskFacts> {
        match &self.found {
            Found::Running { facts, .. } | Found::Inspected(facts) => Some(facts),
            Found::Unread { .. } => None,
        }
    }

    /// By what the better of two histories is found: `currentEpoch`, then the zxid, then the
    /// id, as in an election.
    #[must_use]
    pub fn history(&self) -> Option<(Epoch, Zxid, Sid)> {
        let facts = self.facts()?;
        Some((facts.current_epoch, facts.last_zxid?, self.sid))
    }

    /// Whether a start would vouch for what is on it, and something is.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let facts = self.facts();
        facts.is_some_and(|facts| facts.fault.is_none() && facts.last_zxid.is_some())
    }

    /// Whether its member runs and tells of it.
    #[must_use]
    pub fn runs(&self) -> bool {
        matches!(self.found, Found::Running { .. })
    }

    /// Whether it was read while no server of ours runs on it, and something is there.
    #[must_use]
    pub fn is_stopped_with_data(&self) -> bool {
        match &self.found {
            Found::Inspected(facts) => facts.running_pid.is_none() && facts.last_zxid.is_some(),
            _ => false,
        }
    }
}

/// As our servers write it.
#[derive(Deserialize)]
struct Written {
    running_pid: Option<u32>,
    myid: Option<i64>,
    last_zxid: Option<String>,
    accepted_epoch: Epoch,
    current_epoch: Epoch,
    is_sound: bool,
    fault: Option<String>,
    digest: Option<String>,
    digest_zxid: Option<String>,
    last_written_ms: Option<i64>,
    config_in_data: Option<String>,
    config_in_force: Option<String>,
    reserved_until_ms: Option<u64>,
}

impl DiskFacts {
    /// From the JSON of `zoowarden/disk` or `--inspect --json`; what follows it is passed over.
    #[must_use]
    pub fn from_json(text: &str) -> Option<Self> {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<Written>();
        let written = values.next()?.ok()?;
        let config = written.config_in_force.or(written.config_in_data);
        let config = config.map(|text| DynamicConfig::parse_lenient(&text));
        let unsound = || "a start would not vouch for it".to_owned();
        Some(Self {
            running_pid: written.running_pid,
            myid: written.myid,
            last_zxid: written.last_zxid.as_deref().and_then(parse_zxid),
            current_epoch: written.current_epoch,
            accepted_epoch: written.accepted_epoch,
            fault: written.fault.or_else(|| (!written.is_sound).then(unsound)),
            digest: written
                .digest
                .zip(written.digest_zxid)
                .map(|(digest, zxid)| format!("{digest} after {zxid}")),
            last_written_ms: written.last_written_ms,
            reserved_until_ms: written.reserved_until_ms,
            config: config.filter(|config| !config.is_empty()),
        })
    }
}

/// `0x` and hexadecimal digits.
#[must_use]
pub fn parse_zxid(text: &str) -> Option<Zxid> {
    let digits = text.strip_prefix("0x")?;
    i64::from_str_radix(digits, 16).ok().map(Zxid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_our_server_prints_is_read_and_what_follows_it_is_not() {
        let text = r#"{"data_dir": "/d", "running_pid": null, "myid": 3, "last_zxid": "0x500000007",
            "snapshot_zxid": null, "accepted_epoch": 6, "current_epoch": 5, "durable_zxid": null,
            "is_sound": false, "fault": null, "has_torn_tail": false, "digest": "0x1",
            "digest_zxid": "0x500000007", "config_in_data": null,
            "config_in_force": "server.3=a:1:2;3", "config_seen": null, "reserved_until_ms": null}
            (zoowarden-server: exit status: 65: )"#;
        let facts = DiskFacts::from_json(text).unwrap();
        assert_eq!(facts.last_zxid, Some(Zxid::new(5, 7)));
        assert_eq!((facts.myid, facts.accepted_epoch), (Some(3), 6));
        assert!(facts.fault.is_some() && facts.config.is_some());
        assert_eq!(DiskFacts::from_json("no such file"), None);
    }
}
