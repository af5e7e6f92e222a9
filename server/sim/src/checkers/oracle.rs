//! What every znode was after every transaction: the agreed log, replayed by a model of a few
//! lines that shares no code with the members' tree.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use zoowarden_shared::{
    ErrorCode, SessionId, Zxid,
    config::DynamicConfig,
    jute::Jute,
    proto::EventType,
    txn::{CreateTxn, SetDataTxn, Txn, TxnHeader, TxnRecord},
};

use super::prefix::Prefix;

/// A znode at some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) data: Bytes,
    pub(super) version: i32,
    pub(super) owner: i64,
    pub(super) created: Zxid,
    pub(super) modified: Zxid,
    pub(super) children_modified: Zxid,
    pub(super) children: BTreeSet<String>,
}

/// A change that a watch can tell of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trigger {
    pub(super) zxid: Zxid,
    pub(super) kind: EventType,
}

/// When a session was open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lifetime {
    pub(super) opened: Zxid,
    pub(super) closed: Option<Zxid>,
}

/// The history of everything.
#[derive(Debug, Default)]
pub(super) struct Oracle {
    /// The transactions, in order.
    pub(super) txns: BTreeMap<Zxid, TxnRecord>,
    pub(super) sessions: BTreeMap<SessionId, Lifetime>,
    /// What was wrong with ephemerals while they came and went.
    pub(super) ephemeral_faults: Vec<String>,
    nodes: BTreeMap<String, Node>,
    versions: BTreeMap<String, Vec<(Zxid, Option<Node>)>>,
    triggers: BTreeMap<String, Vec<Trigger>>,
    ephemerals: BTreeMap<i64, BTreeSet<String>>,
}

impl Oracle {
    /// Replays the agreed log.
    ///
    /// # Errors
    /// Where a transaction is not one, or cannot be applied to what was before.
    pub(super) fn replay(prefix: &Prefix) -> Result<Self, String> {
        let mut oracle = Self::default();
        let root = Node {
            data: Bytes::new(),
            version: 0,
            owner: 0,
            created: Zxid::ZERO,
            modified: Zxid::ZERO,
            children_modified: Zxid::ZERO,
            children: BTreeSet::from(["zookeeper".to_owned()]),
        };
        oracle.nodes.insert("/".into(), root);
        for (zxid, delivered) in prefix.log() {
            let record = TxnRecord::from_bytes(delivered.txn.clone())
                .map_err(|error| format!("oracle: transaction {zxid} is unreadable: {error}"))?;
            if record.header.zxid != zxid {
                return Err(format!(
                    "oracle: transaction {zxid} calls itself {}",
                    record.header.zxid
                ));
            }
            oracle
                .apply(&record.header, &record.txn)
                .map_err(|what| format!("oracle: transaction {zxid}: {what}"))?;
            oracle.txns.insert(zxid, record);
        }
        Ok(oracle)
    }

    /// The znode as it was after this transaction.
    pub(super) fn node(&self, path: &str, at: Zxid) -> Option<&Node> {
        let versions = self.versions.get(path)?;
        let behind = versions.partition_point(|(zxid, _)| *zxid <= at);
        versions.get(behind.checked_sub(1)?)?.1.as_ref()
    }

    /// The changes of a path behind `after` up to `upto`.
    pub(super) fn triggers(&self, path: &str, after: Zxid, upto: Zxid) -> &[Trigger] {
        let Some(triggers) = self.triggers.get(path) else {
            return &[];
        };
        let from = triggers.partition_point(|trigger| trigger.zxid <= after);
        let to = triggers.partition_point(|trigger| trigger.zxid <= upto);
        triggers.get(from..to).unwrap_or_default()
    }

    /// The last transaction.
    pub(super) fn last(&self) -> Zxid {
        self.txns
            .last_key_value()
            .map_or(Zxid::ZERO, |(zxid, _)| *zxid)
    }

    fn apply(&mut self, header: &TxnHeader, txn: &Txn) -> Result<(), String> {
        let zxid = header.zxid;
        match txn {
            Txn::Create(body) | Txn::Create2(body) => self.create(header, body),
            Txn::Delete(body) => self.delete(zxid, &body.path),
            Txn::SetData(body) => {
                let node = self
                    .nodes
                    .get_mut(&body.path)
                    .ok_or_else(|| format!("sets {}, which is not there", body.path))?;
                if body.version != node.version + 1 {
                    return Err(format!(
                        "makes version {} of {}, whose version is {}",
                        body.version, body.path, node.version
                    ));
                }
                node.data = body.data.clone().unwrap_or_default();
                node.version = body.version;
                node.modified = zxid;
                self.note(&body.path, zxid);
                self.trigger(&body.path, zxid, EventType::NodeDataChanged);
                Ok(())
            }
            Txn::Check(body) => match self.nodes.get(&body.path) {
                Some(_) => Ok(()),
                None => Err(format!("checks {}, which is not there", body.path)),
            },
            Txn::Multi(body) => {
                let failed = body.txns.iter().any(|txn| matches!(txn, Txn::Error(_)));
                if failed {
                    return Ok(());
                }
                body.txns.iter().try_for_each(|txn| self.apply(header, txn))
            }
            Txn::CreateSession(_) => {
                let lifetime = Lifetime {
                    opened: zxid,
                    closed: None,
                };
                match self.sessions.insert(header.session, lifetime) {
                    None => Ok(()),
                    Some(_) => Err(format!("opens session {} again", header.session)),
                }
            }
            Txn::CloseSession(body) => {
                let named = body
                    .as_ref()
                    .map(|body| body.paths_to_delete.iter().cloned().collect());
                self.close_session(zxid, header.session, named)
            }
            Txn::Error(_) => Ok(()),
            Txn::Reconfig(body) => reconfig(zxid, body),
            other => Err(format!("is of a kind that no client asked for: {other:?}")),
        }
    }

    fn create(&mut self, header: &TxnHeader, body: &CreateTxn) -> Result<(), String> {
        let (zxid, path) = (header.zxid, &body.path);
        if self.nodes.contains_key(path) {
            return Err(format!("creates {path}, which is there"));
        }
        let (parent, name) = split(path);
        let above = self
            .nodes
            .get_mut(parent)
            .ok_or_else(|| format!("creates {path}, whose parent is not there"))?;
        above.children.insert(name.to_owned());
        above.children_modified = zxid;
        let owner = if body.ephemeral { header.session.0 } else { 0 };
        if body.ephemeral {
            let is_open = self
                .sessions
                .get(&header.session)
                .is_some_and(|session| session.closed.is_none());
            if !is_open {
                self.ephemeral_faults.push(format!(
                    "{zxid} creates {path} for session {}, which is not open",
                    header.session
                ));
            }
            self.ephemerals
                .entry(owner)
                .or_default()
                .insert(path.clone());
        }
        let node = Node {
            data: body.data.clone().unwrap_or_default(),
            version: 0,
            owner,
            created: zxid,
            modified: zxid,
            children_modified: zxid,
            children: BTreeSet::new(),
        };
        self.nodes.insert(path.clone(), node);
        self.note(path, zxid);
        self.note(parent, zxid);
        self.trigger(path, zxid, EventType::NodeCreated);
        self.trigger(parent, zxid, EventType::NodeChildrenChanged);
        Ok(())
    }

    fn delete(&mut self, zxid: Zxid, path: &str) -> Result<(), String> {
        let node = self
            .nodes
            .remove(path)
            .ok_or_else(|| format!("deletes {path}, which is not there"))?;
        if !node.children.is_empty() {
            return Err(format!("deletes {path}, which has children"));
        }
        if let Some(paths) = self.ephemerals.get_mut(&node.owner) {
            paths.remove(path);
        }
        let (parent, name) = split(path);
        if let Some(above) = self.nodes.get_mut(parent) {
            above.children.remove(name);
            above.children_modified = zxid;
        }
        self.note(path, zxid);
        self.note(parent, zxid);
        self.trigger(path, zxid, EventType::NodeDeleted);
        self.trigger(parent, zxid, EventType::NodeChildrenChanged);
        Ok(())
    }

    fn close_session(
        &mut self,
        zxid: Zxid,
        session: SessionId,
        named: Option<BTreeSet<String>>,
    ) -> Result<(), String> {
        match self.sessions.get_mut(&session) {
            Some(lifetime) if lifetime.closed.is_none() => lifetime.closed = Some(zxid),
            // The end of a session that has ended is harmless, and must have no effect.
            _ => {
                if named.is_some_and(|named| !named.is_empty()) {
                    self.ephemeral_faults
                        .push(format!("{zxid} closes session {session} once more"));
                }
                return Ok(());
            }
        }
        let owned = self.ephemerals.remove(&session.0).unwrap_or_default();
        if let Some(named) = named
            && named != owned
        {
            self.ephemeral_faults.push(format!(
                "{zxid} closes session {session} with {named:?}, it has {owned:?}"
            ));
        }
        owned.iter().try_for_each(|path| self.delete(zxid, path))
    }

    fn note(&mut self, path: &str, zxid: Zxid) {
        let node = self.nodes.get(path).cloned();
        let versions = self.versions.entry(path.to_owned()).or_default();
        match versions.last_mut() {
            Some((last, its)) if *last == zxid => *its = node,
            _ => versions.push((zxid, node)),
        }
    }

    fn trigger(&mut self, path: &str, zxid: Zxid, kind: EventType) {
        let trigger = Trigger { zxid, kind };
        self.triggers
            .entry(path.to_owned())
            .or_default()
            .push(trigger);
    }
}

/// The error that a transaction tells its client of.
pub(super) fn error_of(txn: &Txn) -> ErrorCode {
    match txn {
        Txn::Error(body) => body.err,
        Txn::Multi(body) => body
            .txns
            .iter()
            .find_map(|part| match part {
                Txn::Error(body) if is_culprit(body.err) => Some(body.err),
                _ => None,
            })
            .unwrap_or(ErrorCode::Ok),
        _ => ErrorCode::Ok,
    }
}

fn is_culprit(err: ErrorCode) -> bool {
    !matches!(err, ErrorCode::Ok | ErrorCode::RuntimeInconsistency)
}

/// A configuration bears the number of the transaction that brings it. (Its znode is no
/// client's to read here: a member writes it by what it knows, too.)
fn reconfig(zxid: Zxid, body: &SetDataTxn) -> Result<(), String> {
    let text = body.data.as_deref().unwrap_or_default();
    let text = std::str::from_utf8(text).map_err(|error| error.to_string())?;
    let config = DynamicConfig::parse(text, "a reconfig").map_err(|error| error.to_string())?;
    if config.version != zxid.0 {
        return Err(format!("brings configuration {:x}", config.version));
    }
    Ok(())
}

fn split(path: &str) -> (&str, &str) {
    match path.rsplit_once('/') {
        Some(("", name)) => ("/", name),
        Some((parent, name)) => (parent, name),
        None => ("/", path),
    }
}
