//! What each kind of transaction does, also when it comes again.

use zoowarden_shared::{
    ErrorCode, SessionId, Zxid,
    acl::Acl,
    proto::OpCode,
    txn::{
        CheckVersionTxn, CloseSessionTxn, CreateSessionTxn, CreateTxn, DeleteTxn, SetDataTxn, Txn,
    },
};

use super::world::{
    SESSION, World, assert_consistent, delete_txn, error_txn, multi, picture_of, read_only,
};
use crate::{Applied, ChangeKind};

fn changes(applied: &Applied) -> Vec<(ChangeKind, &str)> {
    let changes = applied.changes.iter();
    changes.map(|change| (change.kind, &*change.path)).collect()
}

#[test]
fn a_create_makes_a_node_and_raises_its_parents_counters() {
    let mut world = World::new();
    let root_before = world.stat("/");
    let applied = world.create("/a");
    assert_eq!((applied.op, applied.err), (OpCode::Create2, ErrorCode::Ok));
    assert_eq!(applied.path.as_deref(), Some("/a"));
    assert_eq!(changes(&applied), [(ChangeKind::Created, "/a")]);
    let stat = applied.stat.unwrap();
    assert_eq!(
        (stat.czxid, stat.mzxid, stat.pzxid),
        (Zxid(1), Zxid(1), Zxid(1))
    );
    assert_eq!((stat.version, stat.cversion, stat.data_length), (0, 0, 2));
    assert_eq!((stat.ctime, stat.mtime), (1_000_001, 1_000_001));
    let root = world.stat("/");
    assert_eq!(
        (root.cversion, root.pzxid),
        (root_before.cversion + 1, Zxid(1))
    );
    // Creations and deletions: one creation, two children, neither deleted.
    assert_eq!(world.tree.node("/").unwrap().stat().cversion, 0);
}

#[test]
fn only_the_oldest_create_is_answered_without_a_stat() {
    let mut world = World::new();
    assert_eq!(world.create_ephemeral(SESSION, "/e").stat, None);
    assert!(world.create_container("/c").stat.is_some());
    assert!(world.create_ttl("/t", 1000).stat.is_some());
    assert_eq!(world.stat("/c").ephemeral_owner, i64::MIN);
    assert_eq!(
        world.stat("/t").ephemeral_owner as u64,
        0xff00_0000_0000_03e8
    );
}

#[test]
fn null_and_empty_data_stay_apart() {
    let mut world = World::new();
    let create = |path: &str, data| {
        let path = path.to_owned();
        Txn::Create(CreateTxn {
            path,
            data,
            parent_cversion: -1,
            ..CreateTxn::default()
        })
    };
    world.apply(create("/null", None));
    world.apply(create("/empty", Some(bytes::Bytes::new())));
    assert_eq!(world.tree.node("/null").unwrap().data(), None);
    assert_eq!(world.tree.node("/empty").unwrap().data(), Some(&[][..]));
    // The oldest form of a create, and jute's null list: one more, and the open list.
    assert_eq!(world.stat("/").cversion, 2);
    assert_eq!(world.tree.node("/null").unwrap().acl()[..], Acl::open()[..]);
}

#[test]
fn what_cannot_be_done_is_an_error_and_changes_nothing() {
    let mut world = World::new();
    world.create("/a");
    let before = picture_of(&world.tree);
    let set = Txn::SetData(SetDataTxn {
        path: "/none".to_owned(),
        data: None,
        version: 1,
    });
    for txn in [delete_txn("/none/x"), set] {
        let applied = world.apply(txn);
        assert_eq!(applied.err, ErrorCode::NoNode);
        assert!(applied.changes.is_empty() && applied.stat.is_none());
    }
    assert_eq!(world.create("/none/x").err, ErrorCode::NoNode);
    assert_eq!(world.create("/").err, ErrorCode::NodeExists);
    assert_eq!(world.set_acl("/none", &read_only()).err, ErrorCode::NoNode);
    assert_eq!(world.delete("/").err, ErrorCode::NoNode);
    assert_eq!(picture_of(&world.tree), before);
    assert_consistent(&world.tree);
}

/// ZOOKEEPER-4743: the version comes from the transaction, also where it wraps.
#[test]
fn a_set_takes_its_version_from_the_transaction() {
    let mut world = World::new();
    world.create("/a");
    let applied = world.apply(Txn::SetData(SetDataTxn {
        path: "/a".to_owned(),
        data: Some(bytes::Bytes::from_static(b"new")),
        version: i32::MIN,
    }));
    let stat = applied.stat.unwrap();
    assert_eq!(
        (stat.version, stat.mzxid, stat.data_length),
        (i32::MIN, Zxid(2), 3)
    );
    assert_eq!((stat.czxid, stat.pzxid), (Zxid(1), Zxid(1)));
    assert_eq!(changes(&applied), [(ChangeKind::DataChanged, "/a")]);
}

#[test]
fn an_acl_is_set_without_telling_watches() {
    let mut world = World::new();
    world.create("/a");
    let applied = world.set_acl("/a", &read_only());
    assert_eq!(applied.stat.unwrap().aversion, 1);
    assert!(applied.changes.is_empty());
    assert_eq!(world.tree.node("/a").unwrap().acl()[..], read_only()[..]);
    assert_eq!(world.stat("/a").mzxid, Zxid(1));
}

#[test]
fn a_delete_raises_the_parents_pzxid_and_not_its_cversion() {
    let mut world = World::new();
    world.create("/a");
    let applied = world.delete("/a");
    assert_eq!(changes(&applied), [(ChangeKind::Deleted, "/a")]);
    assert!(world.tree.node("/a").is_none());
    let root = world.stat("/");
    assert_eq!((root.cversion, root.pzxid), (1, Zxid(2)));
    let container = Txn::DeleteContainer(DeleteTxn {
        path: "/c".to_owned(),
    });
    world.create_container("/c");
    assert_eq!(world.apply(container).err, ErrorCode::Ok);
    assert_consistent(&world.tree);
}

#[test]
fn a_multi_is_applied_in_order_under_one_zxid() {
    let mut world = World::new();
    world.create("/old");
    let check = CheckVersionTxn {
        path: "/old".to_owned(),
        version: 1,
    };
    let create = world.create_txn("/new", false, &Acl::open());
    let set = SetDataTxn {
        path: "/new".to_owned(),
        data: None,
        version: 1,
    };
    let applied = world.apply(multi(vec![
        Txn::Check(check),
        Txn::Create(create),
        Txn::SetData(set),
        delete_txn("/old"),
    ]));
    assert_eq!((applied.op, applied.err), (OpCode::Multi, ErrorCode::Ok));
    let parts: Vec<_> = applied
        .parts
        .iter()
        .map(|part| (part.op, part.err))
        .collect();
    let ops = [
        OpCode::Check,
        OpCode::Create,
        OpCode::SetData,
        OpCode::Delete,
    ];
    assert_eq!(parts, ops.map(|op| (op, ErrorCode::Ok)));
    assert_eq!(applied.parts[2].stat.unwrap().version, 1);
    assert_eq!(
        changes(&applied),
        [
            (ChangeKind::Created, "/new"),
            (ChangeKind::DataChanged, "/new"),
            (ChangeKind::Deleted, "/old"),
        ]
    );
    assert_eq!(world.stat("/new").mzxid, Zxid(2));
}

#[test]
fn a_failed_multi_changes_nothing() {
    let mut world = World::new();
    let ok = error_txn(ErrorCode::Ok);
    let culprit = error_txn(ErrorCode::BadVersion);
    let after = error_txn(ErrorCode::RuntimeInconsistency);
    let create = world.create_txn("/never", false, &Acl::open());
    let applied = world.apply(multi(vec![ok, culprit, Txn::Create(create), after]));
    assert_eq!(applied.err, ErrorCode::BadVersion);
    let errors: Vec<_> = applied
        .parts
        .iter()
        .map(|part| (part.op, part.err))
        .collect();
    let expected = [
        ErrorCode::Ok,
        ErrorCode::BadVersion,
        ErrorCode::RuntimeInconsistency,
        ErrorCode::RuntimeInconsistency,
    ];
    assert_eq!(errors, expected.map(|err| (OpCode::Error, err)));
    assert!(world.tree.node("/never").is_none());
    assert_eq!(world.tree.last_processed_zxid(), Zxid(1));
}

#[test]
fn a_failed_write_is_an_error_that_consumes_a_zxid() {
    let mut world = World::new();
    let applied = world.apply(error_txn(ErrorCode::NoNode));
    assert_eq!(
        (applied.op, applied.err),
        (OpCode::Error, ErrorCode::NoNode)
    );
    assert_eq!(world.tree.last_processed_zxid(), Zxid(1));
}

#[test]
fn sessions_are_not_the_trees() {
    let mut world = World::new();
    let before = picture_of(&world.tree);
    let txn = Txn::CreateSession(CreateSessionTxn { timeout_ms: 4000 });
    let applied = world.apply_as(SessionId(9), txn);
    assert_eq!(
        (applied.op, applied.err),
        (OpCode::CreateSession, ErrorCode::Ok)
    );
    assert_eq!(picture_of(&world.tree), before);
}

#[test]
fn a_closed_session_takes_its_ephemerals_along() {
    let mut world = World::new();
    world.create("/p");
    world.create_ephemeral(SessionId(5), "/p/b");
    world.create_ephemeral(SessionId(5), "/a");
    world.create_ephemeral(SessionId(6), "/other");
    let listed = CloseSessionTxn {
        paths_to_delete: vec!["/p/b".to_owned()],
    };
    // What the leader did not list, but the tree knows, goes too.
    let applied = world.apply_as(SessionId(5), Txn::CloseSession(Some(listed)));
    assert_eq!(
        changes(&applied),
        [(ChangeKind::Deleted, "/p/b"), (ChangeKind::Deleted, "/a")]
    );
    assert_eq!(world.tree.ephemerals(SessionId(5)).count(), 0);
    assert_eq!(world.stat("/p").pzxid, applied.zxid);
    // From a server before 3.6: no list.
    let applied = world.apply_as(SessionId(6), Txn::CloseSession(None));
    assert_eq!(changes(&applied), [(ChangeKind::Deleted, "/other")]);
    assert_consistent(&world.tree);
}

/// ZOOKEEPER-3145.
#[test]
fn a_listed_ephemeral_that_is_gone_still_raises_its_parents_pzxid() {
    let mut world = World::new();
    world.create("/p");
    let listed = CloseSessionTxn {
        paths_to_delete: vec!["/p/gone".to_owned()],
    };
    let applied = world.apply_as(SessionId(5), Txn::CloseSession(Some(listed)));
    assert!(applied.changes.is_empty());
    assert_eq!(world.stat("/p").pzxid, applied.zxid);
}

/// ZOOKEEPER-3249.
#[test]
fn a_replay_never_lowers_a_parents_counters() {
    let mut world = World::new();
    for path in ["/a", "/b"] {
        world.create(path);
    }
    world.delete("/a");
    let before = picture_of(&world.tree);
    for record in world.log.clone() {
        world.tree.apply(&record);
        let root = world.stat("/");
        assert_eq!((root.cversion, root.pzxid), (2, Zxid(3)));
    }
    assert_eq!(picture_of(&world.tree), before);
    assert_eq!(world.tree.last_processed_zxid(), Zxid(3));
    assert_consistent(&world.tree);
}

#[test]
fn a_digest_that_differs_is_counted() {
    let mut world = World::new();
    world.create("/a");
    let mut record = world.log[0].clone();
    let mut other = World::new();
    assert!(!other.tree.apply(&record).digest_mismatch);
    record.header.zxid = Zxid(2);
    record.header.time_ms += 1;
    if let Txn::Create2(body) = &mut record.txn {
        body.path = "/b".to_owned();
    }
    assert!(other.tree.apply(&record).digest_mismatch);
    assert_eq!(other.tree.digest_mismatches(), 1);
}
