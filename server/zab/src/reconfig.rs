//! Which configuration counts, and how a new one comes into force (`QuorumPeer.processReconfig`,
//! `setLastSeenQuorumVerifier`).
//!
//! ```text
//!   PROPOSAL of a reconfig, CONFIG, NEWLEADER ──> seen  it must agree to anything, too
//!   COMMITANDACTIVATE, UPTODATE, a vote ──> active      neither those before it any more
//!   TRUNC ──> forgotten                                 those whose transaction is cut off
//!   UPTODATE without it ──> forgotten
//! ```
//!
//! A reconfig is a transaction like any other: it comes into force where it is delivered. This
//! is the one kind of transaction that replication looks into.
//!
//! Whose history reaches behind a reconfig must ask its configuration, whichever way the
//! history came: by proposals, or as a snapshot, before which a leader of ours tells all that
//! it asks itself. More than one may have been seen: a member that was away hears of one that
//! is in force and, before it is told so, of the next. Each must agree, since any may be in
//! force elsewhere: by the newest alone, whoever missed the one between could lead a second
//! ensemble.
//!
//! Apache takes the old configuration alone for discovery; here both must agree there too: an
//! epoch that only one of them knows of could have two leaders.

use bytes::Bytes;
use zoowarden_shared::{
    Epoch, Sid, Zxid,
    config::DynamicConfig,
    jute::Jute,
    proto::OpCode,
    txn::{Txn, TxnRecord},
};

use crate::{
    common::{Common, Lost},
    config::Config,
    effect::{Effect, Outputs, Upcall},
    history::Position,
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
    /// The newest configuration that a reconfig under way may bring, if there is one.
    pub(crate) fn pending(&self) -> Option<&DynamicConfig> {
        self.seen.last()
    }

    /// The newest configuration that is known, in force or not.
    pub(crate) fn newest(&self) -> &DynamicConfig {
        self.pending().unwrap_or(self.members())
    }

    /// Each configuration that must agree.
    pub(crate) fn asked(&self) -> impl Iterator<Item = &DynamicConfig> {
        std::iter::once(self.members()).chain(&self.seen)
    }

    /// A newer configuration may come into force, or is in force elsewhere: from now on it
    /// must agree too. It must be durable before whatever is appended next.
    pub(crate) fn see(&mut self, config: DynamicConfig, out: &mut Outputs) {
        if config.version <= self.members().version {
            return;
        }
        let at = self
            .seen
            .binary_search_by_key(&config.version, |seen| seen.version);
        if let Err(at) = at {
            self.seen.insert(at, config);
            self.seen_changed(out);
        }
    }

    /// The log ends with `last` now: a reconfig behind it never was.
    pub(crate) fn forget_seen_behind(&mut self, last: Zxid, out: &mut Outputs) {
        let kept = (self.seen.iter()).filter(|config| Zxid(config.version) <= last);
        self.keep_seen(kept.cloned().collect(), out);
    }

    /// The established leader of `epoch` goes by this configuration. Where that is the one in
    /// force here, a newer one is in nobody's history, and will not be, if its transaction is
    /// not in the history that this leader began with: that one is decided as a whole, and so
    /// is all that is delivered. (A leader's snapshot takes the history's place, and the
    /// reconfigs of the old one stay seen.) Before a leader says so, it may be in force
    /// elsewhere, and must agree.
    pub(crate) fn forget_undone_seen(&mut self, epoch: Epoch, leaders: i64, out: &mut Outputs) {
        if self.members().version != leaders {
            return;
        }
        let history = &self.history;
        let is_undone = |config: &DynamicConfig| {
            let zxid = Zxid(config.version);
            let is_missing = || matches!(history.position(zxid), Position::Unknown { .. });
            // The number of an ensemble's first configuration is no transaction.
            zxid.counter() != 0
                && (zxid <= history.delivered() || (zxid.epoch() < epoch && is_missing()))
        };
        let kept = self.seen.iter().filter(|config| !is_undone(config));
        self.keep_seen(kept.cloned().collect(), out);
    }

    fn keep_seen(&mut self, kept: Vec<DynamicConfig>, out: &mut Outputs) {
        if kept.len() != self.seen.len() {
            self.seen = kept;
            self.seen_changed(out);
        }
    }

    /// A crash took the transaction of a configuration that was seen last: it never was, also
    /// once the log has grown beyond it.
    pub(crate) fn forget_lost_seen(&self, out: &mut Outputs) {
        if self.config.seen != self.seen {
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
        self.seen.retain(|seen| seen.version > config.version);
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
        self.quorums = Quorums::joint(self.members(), &self.seen);
        self.config_changed = true;
    }
}

/// Those of what was written down that count after a restart, oldest first: the log holds their
/// transactions, and they are newer than what is in force.
pub(crate) fn still_seen(config: &Config, last: Zxid) -> Vec<DynamicConfig> {
    let is_newer = |seen: &&DynamicConfig| seen.version > config.members.version;
    // A reconfig that did not reach the log was never acknowledged.
    let is_logged = |seen: &&DynamicConfig| Zxid(seen.version) <= last;
    let seen = config.seen.iter().filter(is_newer).filter(is_logged);
    let mut seen: Vec<DynamicConfig> = seen.cloned().collect();
    seen.sort_by_key(|config| config.version);
    seen.dedup_by_key(|config| config.version);
    seen
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
