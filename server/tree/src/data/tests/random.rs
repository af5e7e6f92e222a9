//! Random transactions, as a leader would make them: each is valid for the tree it meets.

use proptest::prelude::*;
use zoowarden_shared::{
    SessionId,
    acl::{Acl, Id},
    stat::EphemeralOwner,
    txn::Txn,
};

use super::world::{World, delete_txn, multi};

/// Something that a client may ask for.
#[derive(Clone, Debug)]
pub(super) enum Request {
    Create {
        path: String,
        kind: NodeKind,
        perms: i32,
    },
    Delete(String),
    Set(String, u8),
    SetAcl(String, i32),
    CloseSession(SessionId),
    /// Deletes and creates a path in one transaction.
    Replace(String),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum NodeKind {
    Persistent,
    Ephemeral(SessionId),
    Container,
    Ttl,
}

fn path() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(vec!["a", "b", "c"]), 1..4)
        .prop_map(|names| format!("/{}", names.join("/")))
}

fn session() -> impl Strategy<Value = SessionId> {
    (1..4_i64).prop_map(SessionId)
}

pub(super) fn request() -> impl Strategy<Value = Request> {
    let kind = prop_oneof![
        4 => Just(NodeKind::Persistent),
        2 => session().prop_map(NodeKind::Ephemeral),
        1 => Just(NodeKind::Container),
        1 => Just(NodeKind::Ttl),
    ];
    prop_oneof![
        6 => (path(), kind, 1..6_i32)
            .prop_map(|(path, kind, perms)| Request::Create { path, kind, perms }),
        3 => path().prop_map(Request::Delete),
        2 => (path(), any::<u8>()).prop_map(|(path, byte)| Request::Set(path, byte)),
        2 => (path(), 1..6_i32).prop_map(|(path, perms)| Request::SetAcl(path, perms)),
        1 => session().prop_map(Request::CloseSession),
        1 => path().prop_map(Request::Replace),
    ]
}

fn acl(perms: i32) -> Vec<Acl> {
    vec![Acl {
        perms,
        id: Id::anyone(),
    }]
}

impl World {
    /// Applies what is asked for, if it can be had.
    pub(super) fn ask(&mut self, request: &Request) {
        match request {
            Request::Create { path, kind, perms } if self.may_create(path) => {
                self.create_kind(path, *kind, &acl(*perms));
            }
            Request::Delete(path) if self.may_delete(path) => {
                self.delete(path);
            }
            Request::Set(path, byte) if self.tree.node(path).is_some() => {
                self.set(path, &format!("{byte}"));
            }
            Request::SetAcl(path, perms) if self.tree.node(path).is_some() => {
                self.set_acl(path, &acl(*perms));
            }
            Request::CloseSession(session) => {
                self.close_session(*session);
            }
            Request::Replace(path) if self.may_delete(path) => {
                let create = self.create_txn(path, false, &acl(1));
                self.apply(multi(vec![delete_txn(path), Txn::Create(create)]));
            }
            _ => {}
        }
    }

    fn create_kind(&mut self, path: &str, kind: NodeKind, acl: &[Acl]) {
        let create = |world: &Self, ephemeral| world.create_txn(path, ephemeral, acl);
        match kind {
            NodeKind::Persistent => {
                let txn = create(self, false);
                self.apply(Txn::Create2(txn));
            }
            NodeKind::Ephemeral(session) => {
                let txn = create(self, true);
                self.apply_as(session, Txn::Create(txn));
            }
            NodeKind::Container => {
                let txn = create(self, false);
                self.apply(Txn::CreateContainer(txn));
            }
            NodeKind::Ttl => {
                self.create_ttl(path, 1000);
            }
        }
    }

    fn may_create(&self, path: &str) -> bool {
        let parent = zoowarden_shared::path::split(path).map(|(parent, _)| parent);
        let parent = parent.and_then(|parent| self.tree.node(parent));
        self.tree.node(path).is_none()
            && parent.is_some_and(|node| !matches!(node.owner(), EphemeralOwner::Session(_)))
    }

    fn may_delete(&self, path: &str) -> bool {
        self.tree
            .node(path)
            .is_some_and(|node| node.child_count() == 0)
    }
}
