//! Which configuration counts, and how a new one comes into force (`QuorumPeer.processReconfig`,
//! `setLastSeenQuorumVerifier`).
//!
//! ```text
//!   PROPOSAL of a reconfig, NEWLEADER ──> seen      both configurations must agree to anything
//!   COMMITANDACTIVATE, UPTODATE, a vote ──> active  the new one alone
//!   TRUNC, SNAP ──> forgotten                       the old one alone
//!   UPTODATE without it ──> forgotten
//! ```
//!
//! A reconfig is a transaction like any other: it comes into force where it is delivered. This
//! is the one kind of transaction that replication looks into.
//!
//! Apache takes the old configuration alone for discovery; here both must agree there too: an
//! epoch that only one of them knows of could have two leaders.

use bytes::Bytes;
use zoowarden_shared::{
    Sid, Zxid,
    config::DynamicConfig,
    jute::Jute,
    proto::OpCode,
    txn::{Txn, TxnRecord},
};

use crate::{
    common::{Common, Lost},
    effect::{Effect, Outputs, Upcall},
    quorums::Quorums,
};

/// Where the type stands in a transaction's header.
const TYPE_AT: std::ops::Range<usize> = 28..32;
/// For how long a member tries to follow the leader that a reconfig named, who may hear of its
/// office later than its followers, microseconds.
const APPOINTMENT_US: u64 = 1_000_000;

/// The configuration that a transaction carries, if it is a reconfig.
pub(crate) fn config_of(txn: &Bytes) -> Option<Result<DynamicConfig, Lost>> {
    if txn.get(TYPE_AT) != Some(&OpCode::Reconfig.code().to_be_bytes()) {
        return None;
    }
    let unreadable = |what: String| Lost::new(format!("a reconfig that cannot be read: {what}"));
    Some(match TxnRecord::from_bytes(txn.clone()) {
        Ok(record) => match record.txn {
            Txn::Reconfig(set) => parse(&set.data.unwrap_or_default()).map_err(unreadable),
            _ => Err(unreadable("its body is another's".to_owned())),
        },
        Err(error) => Err(unreadable(error.to_string())),
    })
}

/// The text of a configuration in which somebody votes.
pub(crate) fn parse(text: &[u8]) -> Result<DynamicConfig, String> {
    let text = std::str::from_utf8(text).map_err(|error| error.to_string())?;
    let config = DynamicConfig::parse(text, "its text").map_err(|error| error.to_string())?;
    if config.voters().next().is_none() {
        return Err("nobody votes in it".to_owned());
    }
    Ok(config)
}

/// A leader that a reconfig named: it leads without an election.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Appointment {
    pub(crate) leader: Sid,
    /// Since the first try.
    until_us: Option<u64>,
}

impl Appointment {
    pub(crate) fn new(leader: Sid) -> Self {
        Self {
            leader,
            until_us: None,
        }
    }

    /// Whether it is to be tried, once more perhaps.
    pub(crate) fn may_be_tried(&mut self, now_us: u64) -> bool {
        let until_us = self.until_us.get_or_insert(now_us + APPOINTMENT_US);
        now_us < *until_us
    }
}

impl Common {
    /// The configuration that a reconfig under way will bring, if there is one.
    pub(crate) fn pending(&self) -> Option<&DynamicConfig> {
        (self.seen.version > self.members().version).then_some(&self.seen)
    }

    /// The newest configuration that is known, in force or not.
    pub(crate) fn seen(&self) -> &DynamicConfig {
        &self.seen
    }

    /// A newer configuration may come into force: from now on it must agree too. It must be
    /// durable before whatever is appended next.
    pub(crate) fn see(&mut self, config: DynamicConfig, out: &mut Outputs) {
        if config.version > self.seen.version {
            self.seen = config;
            self.seen_changed(out);
        }
    }

    /// The log ends with `last` now: a reconfig behind it never was.
    pub(crate) fn forget_seen_behind(&mut self, last: Zxid, out: &mut Outputs) {
        if Zxid(self.seen.version) > last {
            self.forget_seen(out);
        }
    }

    /// The log was given up for a leader's snapshot; NEWLEADER will tell what is known.
    pub(crate) fn forget_seen(&mut self, out: &mut Outputs) {
        if self.pending().is_some() {
            self.seen = self.members().clone();
            self.seen_changed(out);
        }
    }

    /// An established leader goes by this configuration, and all that is delivered is decided.
    /// Where that is the one in force here, a newer one with a transaction behind which all is
    /// decided is in nobody's history: it would have come into force with it. (A crash may fall
    /// between a leader's snapshot, which takes the history's place, and the end of what was
    /// seen in the old one.) Before a leader says so, it may be in force elsewhere, and must
    /// agree.
    pub(crate) fn forget_undone_seen(&mut self, leaders: i64, out: &mut Outputs) {
        let zxid = Zxid(self.seen.version);
        // The number of an ensemble's first configuration is no transaction.
        let is_decided = zxid.counter() != 0 && zxid <= self.history.delivered();
        if is_decided && self.members().version == leaders {
            self.forget_seen(out);
        }
    }

    /// A crash took the transaction of the configuration that was seen last: it never was, also
    /// once the log has grown beyond it.
    pub(crate) fn forget_lost_seen(&self, out: &mut Outputs) {
        let written = self.config.seen.as_ref();
        if written.is_some_and(|written| written.version > self.seen.version) {
            out.effects.push(Effect::ConfigSeen(self.seen.clone()));
        }
    }

    fn seen_changed(&mut self, out: &mut Outputs) {
        out.effects.push(Effect::ConfigSeen(self.seen.clone()));
        self.recount();
    }

    /// A configuration is in force, unless it is older than the present one.
    pub(crate) fn activate(&mut self, config: DynamicConfig, out: &mut Outputs) {
        if config.version <= self.members().version {
            return;
        }
        if config.version >= self.seen.version {
            self.seen = config.clone();
        }
        // Who is not among the servers goes on as it was, though its word does not count.
        if let Some(server) = config.servers.get(&self.me()) {
            self.config.role = server.role;
        }
        self.config.members = config;
        self.recount();
        let members = &self.config.members;
        out.effects.push(Effect::ConfigActive(members.clone()));
        out.upcalls.push(Upcall::ConfigChanged(members.clone()));
    }

    fn recount(&mut self) {
        self.quorums = quorums(self.members(), &self.seen);
        self.config_changed = true;
    }
}

/// The quorums while the newest known configuration is this one.
pub(crate) fn quorums(members: &DynamicConfig, seen: &DynamicConfig) -> Quorums {
    if seen.version > members.version {
        Quorums::joint(members, seen)
    } else {
        Quorums::new(members)
    }
}

#[cfg(test)]
mod tests {
    use zoowarden_shared::{
        SessionId,
        txn::{SetDataTxn, TxnHeader},
    };

    use super::*;

    fn txn(op: OpCode, text: &str) -> Bytes {
        let set = SetDataTxn {
            path: "/zookeeper/config".to_owned(),
            data: Some(Bytes::copy_from_slice(text.as_bytes())),
            version: -1,
        };
        let header = TxnHeader {
            session: SessionId(7),
            cxid: 1,
            zxid: Zxid::new(1, 5),
            time_ms: 9,
            op: op.code(),
        };
        let txn = match op {
            OpCode::Reconfig => Txn::Reconfig(set),
            _ => Txn::SetData(set),
        };
        TxnRecord {
            header,
            txn,
            digest: None,
        }
        .to_bytes()
    }

    const TEXT: &str = "server.1=a:2888:3888:participant;2181\nversion=100000005";

    #[test]
    fn a_reconfig_is_known_by_its_type() {
        let config = config_of(&txn(OpCode::Reconfig, TEXT)).unwrap().unwrap();
        assert_eq!(config.version, 0x1_0000_0005);
        assert!(config_of(&txn(OpCode::SetData, TEXT)).is_none());
        assert!(config_of(&Bytes::from_static(b"short")).is_none());
    }

    /// ZOOKEEPER-4787, 3769: what a peer calls a configuration may be anything.
    #[test]
    fn a_text_that_is_no_configuration_is_refused() {
        for text in ["", "version=1", "server.1=x", "server.1=a:1:2:observer"] {
            let read = config_of(&txn(OpCode::Reconfig, text)).unwrap();
            assert!(read.is_err(), "{text}");
        }
        assert!(parse(b"\xff").is_err());
    }

    #[test]
    fn an_appointment_is_tried_for_so_long_and_no_longer() {
        let mut appointment = Appointment::new(Sid(2));
        assert!(appointment.may_be_tried(7));
        assert!(appointment.may_be_tried(6 + APPOINTMENT_US));
        assert!(!appointment.may_be_tried(7 + APPOINTMENT_US));
    }
}
