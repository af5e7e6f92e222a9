//! Operations of a change, put together into transactions that fit into a packet.

use bytes::Bytes;
use zoowarden_shared::{
    acl::Acl,
    proto::{
        CreateMode, CreateRequest, CreateTtlRequest, MultiOp, OpCode, PathVersionRequest,
        SetDataRequest,
    },
    quota::{StatsTrack, limits_path, stats_path},
};

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

pub(super) fn set_data(path: &str, data: Bytes, version: i32) -> MultiOp {
    MultiOp::SetData(SetDataRequest {
        path: path.to_owned(),
        data: Some(data),
        version,
    })
}

pub(super) fn delete(path: &str, version: i32) -> MultiOp {
    MultiOp::Delete(PathVersionRequest {
        path: path.to_owned(),
        version,
    })
}

pub(super) fn create(path: &str, data: Bytes, acl: Vec<Acl>, kind: Kind) -> MultiOp {
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
pub(super) fn batches(ops: impl Iterator<Item = MultiOp>) -> Vec<Vec<MultiOp>> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn path(op: &MultiOp) -> &str {
        match op {
            MultiOp::Create(_, body) => &body.path,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn transactions_fit_into_a_packet() {
        let paths = (0..=MAX_OPS).map(|n| delete(&format!("/a/{n}"), 0));
        let sizes: Vec<usize> = batches(paths).iter().map(Vec::len).collect();
        assert_eq!(sizes, [MAX_OPS, 1]);
        let large = || set_data("/a", Bytes::from(vec![0; MAX_OPS_BYTES / 2]), 0);
        let sizes: Vec<usize> = batches([large(), large(), large()].into_iter())
            .iter()
            .map(Vec::len)
            .collect();
        assert_eq!(sizes, [1, 1, 1]);
    }

    #[test]
    fn a_quota_is_made_from_the_top_and_its_counts_are_the_servers() {
        let limits = StatsTrack::parse(b"count=5,bytes=-1=;byteHardLimit=-1;countHardLimit=-1");
        let missing = ["/zookeeper/quota/a".to_owned()];
        let ops = new_quota("/a", &limits, &missing);
        let made: Vec<&str> = ops.iter().map(path).collect();
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
