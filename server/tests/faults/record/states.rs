//! Each key's value after each transaction, and what of the log is whose.

use std::collections::BTreeMap;

use zoowarden_shared::{SessionId, Zxid, txn::Txn};

use super::{ROOT, logs::Log};

/// A znode as a read shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) data: String,
    pub(super) version: i32,
    pub(super) created: Zxid,
    pub(super) modified: Zxid,
}

/// What a transaction did to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Create,
    Set,
    Delete,
}

/// One change of one key.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) zxid: Zxid,
    pub(super) session: SessionId,
    pub(super) key: String,
    pub(super) kind: Kind,
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
}

/// All changes of all keys.
#[derive(Debug, Default)]
pub(super) struct States {
    pub(super) changes: BTreeMap<Zxid, Change>,
    keys: BTreeMap<String, BTreeMap<Zxid, Option<Value>>>,
    pub(super) last: Zxid,
}

impl States {
    /// Replays a log.
    pub(super) fn replay(log: &Log) -> Result<Self, String> {
        let mut states = Self::default();
        for (&zxid, record) in log {
            states.last = zxid;
            let (key, kind, data) = match &record.txn {
                Txn::Create(body) | Txn::Create2(body) => (&body.path, Kind::Create, &body.data),
                Txn::SetData(body) => (&body.path, Kind::Set, &body.data),
                Txn::Delete(body) => (&body.path, Kind::Delete, &None),
                _ => continue,
            };
            if !key.starts_with(ROOT) || key == ROOT {
                continue;
            }
            let before = states.at(key, zxid).cloned();
            let after = apply(
                zxid,
                kind,
                before.as_ref(),
                data.as_deref().unwrap_or_default(),
            )
            .map_err(|why| format!("{zxid} does {kind:?} to {key}: {why}"))?;
            let history = states.keys.entry(key.clone()).or_default();
            history.insert(zxid, after.clone());
            let change = Change {
                zxid,
                session: record.header.session,
                key: key.clone(),
                kind,
                before,
                after,
            };
            states.changes.insert(zxid, change);
        }
        Ok(states)
    }

    /// A key as it is after this transaction.
    pub(super) fn at(&self, key: &str, zxid: Zxid) -> Option<&Value> {
        let (_, value) = self.keys.get(key)?.range(..=zxid).next_back()?;
        value.as_ref()
    }

    /// The changes of a key around a transaction, for a report.
    pub(super) fn around(&self, key: &str, zxid: Zxid) -> String {
        let Some(history) = self.keys.get(key) else {
            return format!("the log has nothing of {key}");
        };
        let before: Vec<_> = history.range(..=zxid).rev().take(4).collect();
        let after = history.range(Zxid(zxid.0 + 1)..).take(4);
        let mut text = format!("the log of {key} around {zxid}:");
        for (zxid, value) in before.into_iter().rev().chain(after) {
            text += &format!("\n    {zxid}: {value:?}");
        }
        text
    }
}

fn apply(
    zxid: Zxid,
    kind: Kind,
    before: Option<&Value>,
    data: &[u8],
) -> Result<Option<Value>, String> {
    let data = String::from_utf8_lossy(data).into_owned();
    match (kind, before) {
        (Kind::Create, None) => Ok(Some(Value {
            data,
            version: 0,
            created: zxid,
            modified: zxid,
        })),
        (Kind::Set, Some(value)) => Ok(Some(Value {
            data,
            version: value.version + 1,
            created: value.created,
            modified: zxid,
        })),
        (Kind::Delete, Some(_)) => Ok(None),
        (_, before) => Err(format!("but before it stands {before:?}")),
    }
}
