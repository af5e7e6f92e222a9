//! One change of the tree: the transaction that makes it, and the change that takes it back.
//!
//! Each names the versions that were seen (compare-and-set). A deletion of many znodes is one
//! transaction while it fits into a packet, then several, deepest first.

use std::collections::BTreeSet;

use bytes::Bytes;
use zoowarden_shared::{
    ErrorCode,
    acl::Acl,
    proto::{
        CreateMode, CreateRequest, CreateTtlRequest, MultiOp, MultiResult, OpCode,
        PathVersionRequest, SetDataRequest,
    },
    quota::{StatsTrack, limits_path, stats_path},
    stat::EphemeralOwner,
};

use super::holding::{Held, Holding, counted, session};
use crate::{model::tree::parent, text::count};

/// Operations in one transaction at most: a member applies it in one piece.
const MAX_OPS: usize = 500;
/// And bytes of it; a packet may have 1 MiB.
const MAX_OPS_BYTES: usize = 512 << 10;
/// What an operation takes beside its path and data.
const OP_BYTES: usize = 64;

/// Which kind of znode is made. Ephemerals are none of them: they would go with the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Persistent,
    /// A number is put behind its name.
    Sequential,
    Container,
    Ttl {
        ttl_ms: i64,
    },
}

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

/// How far a change went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Done,
    /// Refused here: no member has heard of it.
    NotSent,
    /// Refused by the server; nothing was changed.
    Refused,
    /// Some of its transactions were made, the next was refused.
    Stopped,
    /// No answer came: it may have been done.
    Unknown,
}

/// How a change went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What was done, or why nothing or not all was.
    pub says: String,
    pub end: End,
    /// What takes back as much as was done.
    pub undo: Option<Change>,
    /// The znode that was made, with its number.
    pub made: Option<String>,
}

impl Outcome {
    /// Refused before it was sent.
    #[must_use]
    pub fn not_sent(why: impl Into<String>) -> Self {
        Self::without(End::NotSent, why)
    }

    /// Nothing that could be taken back was done.
    #[must_use]
    pub fn without(end: End, why: impl Into<String>) -> Self {
        Self {
            says: why.into(),
            end,
            undo: None,
            made: None,
        }
    }
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
                let znodes = holding.znodes();
                let gone = &znodes[znodes.len().saturating_sub(results.len())..];
                let brought_back = recreatable(gone);
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

/// The transaction that gives a znode limits that had none: `missing` are the znodes above
/// them that are not there yet, from the top. Counts are written as 0, and counted by the
/// servers.
#[must_use]
pub fn new_quota(path: &str, limits: &StatsTrack, missing: &[String]) -> Vec<MultiOp> {
    let open =
        |path: &str, text: String| create(path, Bytes::from(text), Acl::open(), Kind::Persistent);
    let counts = "count=0,bytes=0".to_owned();
    missing
        .iter()
        .map(|path| open(path, String::new()))
        .chain([
            open(&limits_path(path), limits.to_string()),
            open(&stats_path(path), counts),
        ])
        .collect()
}

/// The transaction that changes limits, or takes them away.
#[must_use]
pub fn changed_quota(path: &str, limits: Option<&StatsTrack>, version: i32) -> Vec<MultiOp> {
    match limits {
        Some(limits) => {
            let text = Bytes::from(limits.to_string());
            vec![set_data(&limits_path(path), text, version)]
        }
        // The counts are each member's own, under no version that could be compared.
        None => vec![
            delete(&limits_path(path), version),
            delete(&stats_path(path), -1),
        ],
    }
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

/// Why a server refused an operation on a znode, and that nothing was done.
#[must_use]
pub fn refused(path: &str, code: ErrorCode) -> String {
    let why = match code {
        ErrorCode::BadVersion => "somebody has changed it since it was read here",
        ErrorCode::NoNode => "it, or what it stands in, is gone",
        ErrorCode::NotEmpty => "it has a child that was not counted",
        ErrorCode::NodeExists => "it is there already",
        ErrorCode::NoAuth => "no right to do that",
        ErrorCode::QuotaExceeded => "a hard quota would be exceeded",
        ErrorCode::InvalidAcl => "the server takes no such ACL",
        ErrorCode::NoChildrenForEphemerals => "an ephemeral has no children",
        ErrorCode::Unimplemented => {
            "the server has no such znodes (zookeeper.extendedTypesEnabled=true opens TTLs)"
        }
        other => return format!("{path}: {other}; nothing was changed"),
    };
    format!("{path}: {why}; nothing was changed")
}

fn set_data(path: &str, data: Bytes, version: i32) -> MultiOp {
    MultiOp::SetData(SetDataRequest {
        path: path.to_owned(),
        data: Some(data),
        version,
    })
}

fn delete(path: &str, version: i32) -> MultiOp {
    MultiOp::Delete(PathVersionRequest {
        path: path.to_owned(),
        version,
    })
}

fn create(path: &str, data: Bytes, acl: Vec<Acl>, kind: Kind) -> MultiOp {
    let request = |mode: CreateMode| CreateRequest {
        path: path.to_owned(),
        data: Some(data.clone()),
        acl: acl.clone(),
        flags: mode.flags(),
    };
    match kind {
        Kind::Persistent => MultiOp::Create(OpCode::Create, request(CreateMode::Persistent)),
        Kind::Sequential => {
            MultiOp::Create(OpCode::Create, request(CreateMode::PersistentSequential))
        }
        Kind::Container => MultiOp::Create(OpCode::CreateContainer, request(CreateMode::Container)),
        Kind::Ttl { ttl_ms } => MultiOp::CreateTtl(CreateTtlRequest {
            path: path.to_owned(),
            data: Some(data),
            acl,
            flags: CreateMode::PersistentWithTtl.flags(),
            ttl_ms,
        }),
    }
}

/// Operations in transactions that fit into a packet.
fn batches(ops: impl Iterator<Item = MultiOp>) -> Vec<Vec<MultiOp>> {
    let mut batches: Vec<Vec<MultiOp>> = Vec::new();
    let mut bytes = 0;
    for op in ops {
        let size = OP_BYTES + size(&op);
        match batches.last_mut() {
            Some(batch) if batch.len() < MAX_OPS && bytes + size <= MAX_OPS_BYTES => {
                batch.push(op);
                bytes += size;
            }
            _ => {
                batches.push(vec![op]);
                bytes = size;
            }
        }
    }
    batches
}

fn size(op: &MultiOp) -> usize {
    match op {
        MultiOp::Create(_, body) => {
            body.path.len() + body.data.as_ref().map_or(0, Bytes::len) + 64 * body.acl.len()
        }
        MultiOp::CreateTtl(body) => {
            body.path.len() + body.data.as_ref().map_or(0, Bytes::len) + 64 * body.acl.len()
        }
        MultiOp::SetData(body) => body.path.len() + body.data.as_ref().map_or(0, Bytes::len),
        MultiOp::Delete(body) | MultiOp::Check(body) => body.path.len(),
        MultiOp::GetData(body) | MultiOp::GetChildren(body) => body.path.len(),
    }
}

/// Of deleted znodes, those that can be made again: kept, no session's, and below nothing
/// that cannot be.
fn recreatable(gone: &[Held]) -> Vec<Held> {
    let all: BTreeSet<&str> = gone.iter().map(|held| held.path.as_str()).collect();
    let mut made: BTreeSet<&str> = BTreeSet::new();
    let mut znodes = Vec::new();
    for held in gone {
        let above = parent(&held.path);
        let has_parent = !all.contains(above) || made.contains(above);
        if has_parent && held.kept.is_some() && session(held).is_none() {
            made.insert(&held.path);
            znodes.push(held.clone());
        }
    }
    znodes
}

#[cfg(test)]
mod tests {
    use zoowarden_shared::{
        proto::{PathResponse, StatResponse},
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

    fn path(op: &MultiOp) -> (&str, Option<i32>) {
        match op {
            MultiOp::Delete(body) => (body.path.as_str(), Some(body.version)),
            MultiOp::Create(_, body) => (body.path.as_str(), None),
            other => panic!("{other:?}"),
        }
    }

    fn paths(ops: &[MultiOp]) -> Vec<(&str, Option<i32>)> {
        ops.iter().map(path).collect()
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

    #[test]
    fn transactions_fit_into_a_packet() {
        let names: Vec<String> = (0..MAX_OPS + 1).map(|n| format!("/a/{n}")).collect();
        let znodes: Vec<(&str, i64, bool)> =
            names.iter().map(|path| (path.as_str(), 0, false)).collect();
        let sizes: Vec<usize> = Change::Delete(holding(&znodes))
            .transactions()
            .iter()
            .map(Vec::len)
            .collect();
        assert_eq!(sizes, [MAX_OPS, 1]);
    }

    #[test]
    fn a_quota_is_made_from_the_top_and_its_counts_are_the_servers() {
        let limits = StatsTrack::parse(b"count=5,bytes=-1=;byteHardLimit=-1;countHardLimit=-1");
        let missing = ["/zookeeper/quota/a".to_owned()];
        let ops = new_quota("/a", &limits, &missing);
        let made: Vec<&str> = paths(&ops).into_iter().map(|(path, _)| path).collect();
        assert_eq!(
            made,
            [
                "/zookeeper/quota/a",
                "/zookeeper/quota/a/zookeeper_limits",
                "/zookeeper/quota/a/zookeeper_stats"
            ]
        );
    }
}
