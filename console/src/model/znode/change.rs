//! One change of the tree: the transaction that makes it, and the change that takes it back.
//!
//! Each names the versions that were seen (compare-and-set). A deletion of many znodes is one
//! transaction while it fits into a packet, then several, deepest first.

use bytes::Bytes;
use zoowarden_shared::{
    acl::Acl,
    proto::{MultiOp, MultiResult},
    quota::StatsTrack,
    stat::EphemeralOwner,
};

use super::{
    holding::{Held, Holding, counted, lost_of, named, recreatable},
    transaction::{Kind, batches, create, delete, set_data},
};
use crate::text::count;

/// A change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    SetData {
        path: String,
        data: Bytes,
        /// What was there when the operator began.
        seen: Bytes,
        version: i32,
    },
    Create {
        path: String,
        data: Bytes,
        acl: Vec<Acl>,
        kind: Kind,
    },
    Delete(Holding),
    /// Brings deleted znodes back, each before its children; all have their content.
    Recreate(Vec<Held>),
    SetAcl {
        path: String,
        acl: Vec<Acl>,
        seen: Vec<Acl>,
        /// The version of the ACL, not of the data.
        version: i32,
    },
    SetQuota {
        path: String,
        /// `None` takes the quota away.
        limits: Option<StatsTrack>,
        /// The limits that are there, and their znode's version.
        seen: Option<(StatsTrack, i32)>,
    },
}

impl Change {
    /// The znode that it is about.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            Self::SetData { path, .. }
            | Self::Create { path, .. }
            | Self::SetAcl { path, .. }
            | Self::SetQuota { path, .. } => path,
            Self::Delete(holding) => holding.znodes().first().map_or("/", |held| &held.path),
            Self::Recreate(znodes) => znodes.first().map_or("/", |held| &held.path),
        }
    }

    /// What it does, as a title: `delete /a`.
    #[must_use]
    pub fn title(&self) -> String {
        let verb = match self {
            Self::SetData { .. } => "set the data of",
            Self::Create { .. } => "create",
            Self::Delete(_) => "delete",
            Self::Recreate(_) => "bring back",
            Self::SetAcl { .. } => "set the ACL of",
            Self::SetQuota { limits: None, .. } => "take away the quota of",
            Self::SetQuota { .. } => "set the quota of",
        };
        format!("{verb} {}", self.path())
    }

    /// Its operations, in transactions: all of one or nothing of it. Empty where it is no
    /// multi: an ACL has its own request, a quota is read before it is written.
    #[must_use]
    pub fn transactions(&self) -> Vec<Vec<MultiOp>> {
        match self {
            Self::SetData {
                path,
                data,
                version,
                ..
            } => vec![vec![set_data(path, data.clone(), *version)]],
            Self::Create {
                path,
                data,
                acl,
                kind,
            } => vec![vec![create(path, data.clone(), acl.clone(), *kind)]],
            Self::Delete(holding) => {
                let deepest_first = holding.znodes().iter().rev();
                batches(deepest_first.map(|held| delete(&held.path, held.version)))
            }
            Self::Recreate(znodes) => batches(znodes.iter().filter_map(|held| {
                let (data, acl) = held.kept.clone()?;
                let kind = match held.owner {
                    EphemeralOwner::Persistent | EphemeralOwner::Session(_) => Kind::Persistent,
                    EphemeralOwner::Container => Kind::Container,
                    EphemeralOwner::Ttl { ttl_ms } => Kind::Ttl { ttl_ms },
                };
                Some(create(&held.path, data, acl, kind))
            })),
            Self::SetAcl { .. } | Self::SetQuota { .. } => Vec::new(),
        }
    }

    /// What takes it back, `results` being those of the operations that were done.
    #[must_use]
    pub fn undo(&self, results: &[MultiResult]) -> Option<Self> {
        match (self, results.first()?) {
            (
                Self::SetData {
                    path, data, seen, ..
                },
                MultiResult::SetData(answer),
            ) => Some(Self::SetData {
                path: path.clone(),
                data: seen.clone(),
                seen: data.clone(),
                version: answer.stat.version,
            }),
            (Self::Create { data, acl, .. }, first) => {
                let stat = zoowarden_shared::stat::Stat {
                    data_length: i32::try_from(data.len()).unwrap_or(i32::MAX),
                    ..Default::default()
                };
                let mut holding = Holding::default();
                holding.add(made(first)?, &stat, Some((data.clone(), acl.clone())));
                Some(Self::Delete(holding))
            }
            (Self::Delete(holding), _) => {
                let brought_back = recreatable(deleted(holding, results.len()));
                let brought_back: Vec<Held> = brought_back.into_iter().cloned().collect();
                (!brought_back.is_empty()).then_some(Self::Recreate(brought_back))
            }
            _ => None,
        }
    }

    /// What was done, for the operator; `done` operations of it.
    #[must_use]
    pub fn says_done(&self, done: usize) -> String {
        match self {
            Self::SetData { path, data, .. } => {
                format!("{path} set: {} bytes", count(data.len() as u64))
            }
            Self::Create { path, .. } => format!("{path} created"),
            Self::Delete(_) => format!("{}: {} deleted", self.path(), counted(done, "znode")),
            Self::Recreate(_) => {
                format!("{}: {} brought back", self.path(), counted(done, "znode"))
            }
            Self::SetAcl { path, .. } => format!("ACL of {path} set"),
            Self::SetQuota { path, limits, .. } => match limits {
                Some(_) => format!("quota of {path} set"),
                None => format!("quota of {path} taken away"),
            },
        }
    }

    /// That it can be taken back, and what of its `done` operations cannot.
    #[must_use]
    pub fn says_undo(&self, done: usize) -> String {
        let lost = match self {
            Self::Delete(holding) => lost_of(deleted(holding, done)),
            _ => Vec::new(),
        };
        match lost.as_slice() {
            [] => "u takes it back".to_owned(),
            lost => format!("u takes it back, but for {}", named(lost)),
        }
    }

    /// The bytes of data that it holds.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::SetData { data, seen, .. } => data.len() + seen.len(),
            Self::Create { data, .. } => data.len(),
            Self::Delete(holding) => holding.kept_bytes(),
            Self::Recreate(znodes) => {
                let kept = znodes.iter().filter_map(|held| held.kept.as_ref());
                kept.map(|(data, _)| data.len()).sum()
            }
            Self::SetAcl { .. } | Self::SetQuota { .. } => 0,
        }
    }
}

/// Of a deletion, which goes deepest first, what so many operations have deleted.
fn deleted(holding: &Holding, done: usize) -> &[Held] {
    let znodes = holding.znodes();
    &znodes[znodes.len().saturating_sub(done)..]
}

/// The path of a znode that an operation made.
#[must_use]
pub fn made(result: &MultiResult) -> Option<&str> {
    match result {
        MultiResult::Create(answer) => Some(&answer.path),
        MultiResult::Create2(_, answer) => Some(&answer.path),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use zoowarden_shared::{
        proto::{OpCode, PathResponse, StatResponse},
        stat::Stat,
    };

    use super::*;

    fn holding(znodes: &[(&str, i64, bool)]) -> Holding {
        let mut holding = Holding::default();
        for (path, ephemeral_owner, is_kept) in znodes {
            let stat = Stat {
                ephemeral_owner: *ephemeral_owner,
                version: 3,
                ..Stat::default()
            };
            let content = is_kept.then(|| (Bytes::from_static(b"x"), Acl::open()));
            holding.add(path, &stat, content);
        }
        holding
    }

    fn paths(ops: &[MultiOp]) -> Vec<(&str, Option<i32>)> {
        ops.iter()
            .map(|op| match op {
                MultiOp::Delete(body) => (body.path.as_str(), Some(body.version)),
                MultiOp::Create(_, body) => (body.path.as_str(), None),
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn data_is_taken_back_only_while_the_version_is_still_ours() {
        let change = Change::SetData {
            path: "/a".into(),
            data: "new".into(),
            seen: "old".into(),
            version: 4,
        };
        let stat = Stat {
            version: 5,
            ..Stat::default()
        };
        let undo = change.undo(&[MultiResult::SetData(StatResponse { stat })]);
        let expected = Change::SetData {
            path: "/a".into(),
            data: "old".into(),
            seen: "new".into(),
            version: 5,
        };
        assert_eq!(undo, Some(expected));
    }

    #[test]
    fn a_deletion_goes_deepest_first_with_the_versions_seen() {
        let change = Change::Delete(holding(&[("/a", 0, true), ("/a/b", 0, true)]));
        let transactions = change.transactions();
        assert_eq!(transactions.len(), 1);
        assert_eq!(
            paths(&transactions[0]),
            [("/a/b", Some(3)), ("/a", Some(3))]
        );
    }

    #[test]
    fn what_was_deleted_comes_back_but_for_ephemerals_and_what_stood_below_the_lost() {
        let all = [
            ("/a", 0, true),
            ("/a/e", 7, true),
            ("/a/shut", 0, false),
            ("/a/shut/in", 0, true),
            ("/a/b", i64::MIN, true),
        ];
        let change = Change::Delete(holding(&all));
        let done = vec![MultiResult::Delete; all.len()];
        let Some(Change::Recreate(znodes)) = change.undo(&done) else {
            panic!("nothing comes back");
        };
        let back: Vec<&str> = znodes.iter().map(|held| held.path.as_str()).collect();
        assert_eq!(back, ["/a", "/a/b"]);
        assert_eq!(
            change.says_undo(all.len()),
            "u takes it back, but for /a/e, /a/shut, /a/shut/in"
        );
        assert_eq!(change.says_undo(1), "u takes it back");
        let ops = Change::Recreate(znodes).transactions().concat();
        assert!(matches!(
            &ops[1],
            MultiOp::Create(OpCode::CreateContainer, _)
        ));
    }

    #[test]
    fn of_a_deletion_that_stopped_only_what_is_gone_comes_back() {
        let change = Change::Delete(holding(&[("/a", 0, true), ("/a/b", 0, true)]));
        let Some(Change::Recreate(znodes)) = change.undo(&[MultiResult::Delete]) else {
            panic!("nothing comes back");
        };
        assert_eq!(znodes.len(), 1);
        assert_eq!(znodes[0].path, "/a/b");
        assert_eq!(change.undo(&[]), None);
    }

    #[test]
    fn a_creation_is_taken_back_under_the_name_the_server_gave() {
        let change = Change::Create {
            path: "/q/n-".into(),
            data: "x".into(),
            acl: Acl::open(),
            kind: Kind::Sequential,
        };
        let answer = PathResponse {
            path: "/q/n-0000000001".into(),
        };
        let undo = change.undo(&[MultiResult::Create(answer)]).unwrap();
        assert_eq!(
            paths(&undo.transactions().concat()),
            [("/q/n-0000000001", Some(0))]
        );
    }
}
