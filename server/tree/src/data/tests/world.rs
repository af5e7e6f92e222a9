//! A tree and what a leader does for it: headers, zxids, and parents' counters.

use std::collections::BTreeMap;

use bytes::{Buf, Bytes, BytesMut};
use zoowarden_shared::{
    SessionId, Zxid,
    acl::{Acl, Id, perms},
    jute::{Buffer, Jute, Reader},
    stat::{EphemeralOwner, StatPersisted},
    txn::{
        CloseSessionTxn, CreateTtlTxn, CreateTxn, DeleteTxn, ErrorTxn, MultiTxn, SetAclTxn,
        SetDataTxn, Txn, TxnDigest, TxnHeader, TxnRecord,
    },
};

use crate::{Applied, DataTree, ExpectedDigest, TreeConfig, TreeLoader, digest};

pub(super) const CONFIG: TreeConfig = TreeConfig {
    extended_types_enabled: true,
    digest_enabled: true,
};

/// The session of all transactions that do not say another.
pub(super) const SESSION: SessionId = SessionId(0x1000);

/// A node as a snapshot has it, its list in the place of the list's id.
pub(super) type Picture = BTreeMap<String, (Option<Bytes>, Vec<Acl>, StatPersisted)>;

#[derive(Debug)]
pub(super) struct World {
    pub(super) tree: DataTree,
    pub(super) log: Vec<TxnRecord>,
}

impl World {
    pub(super) fn new() -> Self {
        Self {
            tree: DataTree::new(CONFIG),
            log: Vec::new(),
        }
    }

    pub(super) fn apply_as(&mut self, session: SessionId, txn: Txn) -> Applied {
        let zxid = self.tree.last_processed_zxid().next();
        let header = TxnHeader {
            session,
            cxid: 0,
            zxid,
            time_ms: 1_000_000 + zxid.0,
            op: txn.opcode().code(),
        };
        let record = TxnRecord {
            header,
            txn,
            digest: None,
        };
        let applied = self.tree.apply(&record);
        // What a leader would have computed beforehand; replays are held against it.
        let digest = self.tree.txn_digest();
        self.log.push(TxnRecord { digest, ..record });
        applied
    }

    pub(super) fn apply(&mut self, txn: Txn) -> Applied {
        self.apply_as(SESSION, txn)
    }

    pub(super) fn create(&mut self, path: &str) -> Applied {
        let txn = self.create_txn(path, false, &Acl::open());
        self.apply(Txn::Create2(txn))
    }

    pub(super) fn create_ephemeral(&mut self, session: SessionId, path: &str) -> Applied {
        let txn = self.create_txn(path, true, &Acl::open());
        self.apply_as(session, Txn::Create(txn))
    }

    pub(super) fn create_txn(&self, path: &str, ephemeral: bool, acl: &[Acl]) -> CreateTxn {
        CreateTxn {
            path: path.to_owned(),
            data: Some(Bytes::copy_from_slice(path.as_bytes())),
            acl: acl.to_vec(),
            ephemeral,
            parent_cversion: self.next_cversion(path),
        }
    }

    pub(super) fn create_ttl(&mut self, path: &str, ttl_ms: i64) -> Applied {
        let parent_cversion = self.next_cversion(path);
        self.apply(Txn::CreateTtl(CreateTtlTxn {
            path: path.to_owned(),
            data: None,
            acl: Acl::open(),
            parent_cversion,
            ttl_ms,
        }))
    }

    pub(super) fn create_container(&mut self, path: &str) -> Applied {
        let txn = self.create_txn(path, false, &Acl::open());
        self.apply(Txn::CreateContainer(txn))
    }

    /// The parent's cversion after a create at this path.
    fn next_cversion(&self, path: &str) -> i32 {
        let parent = zoowarden_shared::path::split(path).map(|(parent, _)| parent);
        let parent = parent.and_then(|parent| self.tree.node(parent));
        parent.map_or(0, |parent| parent.persisted().cversion + 1)
    }

    pub(super) fn delete(&mut self, path: &str) -> Applied {
        self.apply(delete_txn(path))
    }

    pub(super) fn set(&mut self, path: &str, data: &str) -> Applied {
        let txn = self.set_txn(path, data);
        self.apply(txn)
    }

    pub(super) fn set_txn(&self, path: &str, data: &str) -> Txn {
        let version = self.tree.node(path).map_or(0, |n| n.persisted().version);
        Txn::SetData(SetDataTxn {
            path: path.to_owned(),
            data: Some(Bytes::copy_from_slice(data.as_bytes())),
            version: version + 1,
        })
    }

    pub(super) fn set_acl(&mut self, path: &str, acl: &[Acl]) -> Applied {
        let version = self.tree.node(path).map_or(0, |n| n.persisted().aversion);
        self.apply(Txn::SetAcl(SetAclTxn {
            path: path.to_owned(),
            acl: acl.to_vec(),
            version: version + 1,
        }))
    }

    pub(super) fn close_session(&mut self, session: SessionId) -> Applied {
        let paths = self.tree.ephemerals(session).map(str::to_owned).collect();
        let body = CloseSessionTxn {
            paths_to_delete: paths,
        };
        self.apply_as(session, Txn::CloseSession(Some(body)))
    }

    pub(super) fn stat(&self, path: &str) -> StatPersisted {
        self.tree.node(path).unwrap().persisted()
    }
}

pub(super) fn delete_txn(path: &str) -> Txn {
    Txn::Delete(DeleteTxn {
        path: path.to_owned(),
    })
}

pub(super) fn error_txn(err: zoowarden_shared::ErrorCode) -> Txn {
    Txn::Error(ErrorTxn { err })
}

pub(super) fn multi(txns: Vec<Txn>) -> Txn {
    Txn::Multi(MultiTxn { txns })
}

pub(super) fn read_only() -> Vec<Acl> {
    vec![Acl {
        perms: perms::READ,
        id: Id::anyone(),
    }]
}

/// The tree as it is, root as in snapshots.
pub(super) fn picture_of(tree: &DataTree) -> Picture {
    let root = tree.node("/").unwrap();
    let entry = |node: crate::NodeRef<'_>| {
        let path = if node.path() == "/" { "" } else { node.path() };
        let data = node.data().map(Bytes::copy_from_slice);
        (
            path.to_owned(),
            (data, node.acl().to_vec(), node.persisted()),
        )
    };
    root.subtree().map(entry).collect()
}

/// Checks whatever the tree keeps in step as it goes against what its nodes say.
pub(super) fn assert_consistent(tree: &DataTree) {
    let mut digests = 0_u64;
    let (mut count, mut bytes, mut ephemerals) = (0, 0, 0);
    for node in tree.node("/").unwrap().subtree() {
        let digest = digest::node_digest(node.path(), node.data(), &node.persisted());
        assert_eq!(node.digest(), digest, "{}", node.path());
        digests = digests.wrapping_add(digest.into());
        count += 1;
        bytes += node.path().len() + node.data().map_or(0, <[u8]>::len);
        assert_eq!(
            node.children().count(),
            node.child_count(),
            "{}",
            node.path()
        );
        assert_eq!(tree.node(node.path()).unwrap().path(), node.path());
        if let EphemeralOwner::Session(session) = node.owner() {
            ephemerals += 1;
            let mut paths = tree.ephemerals(SessionId(session));
            assert!(paths.any(|path| path == node.path()));
        }
    }
    assert_eq!(tree.digest(), digests);
    assert_eq!(tree.node_count(), count + 1);
    assert_eq!(tree.approximate_data_size(), bytes as u64);
    assert_eq!(tree.ephemerals_count(), ephemerals);
}

/// A snapshot's body, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Body {
    pub(super) sessions: Vec<(SessionId, i32)>,
    pub(super) acls: Vec<(i64, Vec<Acl>)>,
    pub(super) nodes: Vec<(String, Buffer, i64, StatPersisted)>,
}

impl Body {
    pub(super) fn parse(bytes: BytesMut) -> Self {
        let mut input = Reader::new(bytes.freeze());
        let count = |input: &mut Reader| i32::decode(input).unwrap();
        let sessions = (0..count(&mut input))
            .map(|_| {
                let session = SessionId::decode(&mut input).unwrap();
                (session, count(&mut input))
            })
            .collect();
        let acls = (0..count(&mut input))
            .map(|_| {
                let id = i64::decode(&mut input).unwrap();
                (id, Vec::decode(&mut input).unwrap())
            })
            .collect();
        let mut nodes = Vec::new();
        loop {
            let path = String::decode(&mut input).unwrap();
            if path == "/" {
                break;
            }
            let data = Buffer::decode(&mut input).unwrap();
            let acl = i64::decode(&mut input).unwrap();
            nodes.push((path, data, acl, StatPersisted::decode(&mut input).unwrap()));
        }
        input.finish().unwrap();
        Self {
            sessions,
            acls,
            nodes,
        }
    }

    /// Checks that parents come first and nothing twice, and gives what there is.
    pub(super) fn picture(&self) -> Picture {
        let acl = |id: i64| match id {
            -1 => Acl::open(),
            id => self
                .acls
                .iter()
                .find(|(known, _)| *known == id)
                .unwrap()
                .1
                .clone(),
        };
        let mut picture = Picture::new();
        for (path, data, id, stat) in &self.nodes {
            if let Some((parent, _)) = path.rsplit_once('/') {
                assert!(picture.contains_key(parent), "{path} before its parent");
            }
            let entry = (data.clone(), acl(*id), *stat);
            assert!(
                picture.insert(path.clone(), entry).is_none(),
                "{path} twice"
            );
        }
        picture
    }

    pub(super) fn load(&self, zxid: Zxid, digest: Option<(Zxid, TxnDigest)>) -> DataTree {
        let mut loader = TreeLoader::new(CONFIG);
        for (id, acl) in &self.acls {
            loader.add_acl(*id, acl.clone());
        }
        for (path, data, acl, stat) in &self.nodes {
            loader.add_node(path, data.as_deref(), *acl, stat).unwrap();
        }
        if let Some((zxid, digest)) = digest {
            loader.expect_digest(ExpectedDigest { zxid, digest });
        }
        loader.finish(zxid).unwrap()
    }
}

/// A whole snapshot, in slices of this size.
pub(super) fn snapshot(tree: &mut DataTree, slice_len: usize) -> Body {
    tree.snapshot_begin(&[]);
    let mut bytes = BytesMut::new();
    while !tree.snapshot_slice(slice_len, &mut bytes) {}
    assert!(bytes.has_remaining());
    Body::parse(bytes)
}
