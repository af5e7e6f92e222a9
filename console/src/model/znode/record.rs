//! What is written down of a change of the tree. Paths and sizes; never data, which may be
//! secret.

use std::collections::BTreeMap;

use zoowarden_shared::audit::{Outcome as Word, Record};

use super::{
    change::Change,
    outcome::{End, Outcome},
};
use crate::action::recorder::Operator;

/// Before it is sent.
#[must_use]
pub fn begun(change: &Change, operator: &Operator, cluster: &str, unix_ms: i64) -> Record {
    Record {
        unix_ms,
        principal: operator.principal.clone(),
        host: operator.host.clone(),
        reason: None,
        what: name(change).to_owned(),
        arguments: arguments(change, cluster),
        command: change.title(),
        gates: Vec::new(),
        before: None,
        after: None,
        outcome: Word::Begun,
        sentence: format!("about to {}", change.title()),
        duration_ms: None,
    }
}

/// Once it is over, or was refused before it was sent.
#[must_use]
pub fn ended(begun: Record, outcome: &Outcome, took_ms: u64) -> Record {
    Record {
        unix_ms: begun.unix_ms + i64::try_from(took_ms).unwrap_or(0),
        outcome: match outcome.end {
            End::Done => Word::Done,
            End::NotSent => Word::Refused,
            End::Refused | End::Stopped => Word::Failed,
            End::Unknown => Word::Unknown,
        },
        sentence: outcome.says.clone(),
        duration_ms: Some(took_ms),
        ..begun
    }
}

fn name(change: &Change) -> &'static str {
    match change {
        Change::SetData { .. } => "set-data",
        Change::Create { .. } => "create",
        Change::Delete(_) => "delete",
        Change::Recreate(_) => "bring-back",
        Change::SetAcl { .. } => "set-acl",
        Change::SetQuota { .. } => "set-quota",
    }
}

fn arguments(change: &Change, cluster: &str) -> BTreeMap<String, String> {
    let mut arguments = BTreeMap::from([
        ("cluster".to_owned(), cluster.to_owned()),
        ("path".to_owned(), change.path().to_owned()),
    ]);
    let mut put = |name: &str, value: String| arguments.insert(name.to_owned(), value);
    match change {
        Change::SetData {
            data,
            seen,
            version,
            ..
        } => {
            put("version", version.to_string());
            put("bytes_before", seen.len().to_string());
            put("bytes_after", data.len().to_string());
        }
        Change::Create { data, kind, .. } => {
            put("kind", format!("{kind:?}").to_lowercase());
            put("bytes_after", data.len().to_string());
        }
        Change::Delete(holding) => {
            put("znodes", holding.znodes().len().to_string());
            put("ephemerals", holding.ephemerals().0.to_string());
        }
        Change::Recreate(znodes) => {
            put("znodes", znodes.len().to_string());
        }
        Change::SetAcl { acl, version, .. } => {
            put("version", version.to_string());
            put("entries", acl.len().to_string());
        }
        Change::SetQuota { limits, .. } => {
            let text = limits
                .as_ref()
                .map_or("none".to_owned(), ToString::to_string);
            put("limits", text);
        }
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_down_and_data_is_not() {
        let change = Change::SetData {
            path: "/secret".into(),
            data: "password".into(),
            seen: "old".into(),
            version: 3,
        };
        let operator = Operator {
            principal: "os:ops".into(),
            host: "here".into(),
        };
        let begun = begun(&change, &operator, "prod", 1000);
        assert_eq!(begun.arguments["bytes_after"], "8");
        assert!(!format!("{begun:?}").contains("password"));
        let ended = ended(begun, &Outcome::not_sent("read-only"), 5);
        assert_eq!((ended.outcome, ended.unix_ms), (Word::Refused, 1005));
    }
}
