//! What a loader takes and refuses.

use zoowarden_shared::{
    SessionId, Zxid,
    acl::{Acl, perms},
    stat::StatPersisted,
    txn::{CreateTxn, Txn},
};

use super::world::{CONFIG, World, assert_consistent, read_only};
use crate::{LoadError, TreeConfig, TreeLoader, acl::is_permitted};

fn loader_with_root() -> TreeLoader {
    let mut loader = TreeLoader::new(CONFIG);
    let root = loader.add_node("", Some(b""), -1, &StatPersisted::default());
    assert_eq!(root, Ok(()));
    loader
}

#[test]
fn parents_come_first_and_nothing_comes_twice() {
    let stat = StatPersisted::default();
    let mut loader = loader_with_root();
    assert_eq!(loader.add_node("/a", None, -1, &stat), Ok(()));
    assert_eq!(loader.add_node("/a/b", None, -1, &stat), Ok(()));
    let orphan = loader.add_node("/x/b", None, -1, &stat);
    assert_eq!(orphan, Err(LoadError::NoParent("/x/b".to_owned())));
    let relative = loader.add_node("a", None, -1, &stat);
    assert_eq!(relative, Err(LoadError::NoParent("a".to_owned())));
    let twice = loader.add_node("/a", None, -1, &stat);
    assert_eq!(twice, Err(LoadError::Duplicate("/a".to_owned())));
    let twice = loader.add_node("", None, -1, &stat);
    assert_eq!(twice, Err(LoadError::Duplicate("/".to_owned())));
    let tree = loader.finish(Zxid(9)).unwrap();
    assert_eq!(tree.node("/a").unwrap().child_count(), 1);
    assert_consistent(&tree);
}

#[test]
fn a_snapshot_without_a_root_is_none() {
    let loader = TreeLoader::new(CONFIG);
    assert_eq!(loader.finish(Zxid(1)).unwrap_err(), LoadError::NoRoot);
}

/// ZOOKEEPER-3306, ZOOKEEPER-4846.
#[test]
fn a_list_that_the_snapshot_lacks_comes_with_the_replayed_create() {
    let mut loader = loader_with_root();
    let stat = StatPersisted {
        czxid: Zxid(5),
        ..StatPersisted::default()
    };
    assert_eq!(loader.add_node("/a", None, 7, &stat), Ok(()));
    let tree = loader.finish(Zxid(4)).unwrap();
    let acl = tree.node("/a").unwrap().acl();
    assert!(
        !is_permitted(acl, perms::ALL, &[]),
        "closed until the list is known"
    );
    let mut world = World {
        tree,
        log: Vec::new(),
    };
    let create = CreateTxn {
        path: "/a".to_owned(),
        acl: read_only(),
        parent_cversion: 1,
        ..CreateTxn::default()
    };
    world.apply(Txn::Create(create));
    let acl = world.tree.node("/a").unwrap().acl();
    assert_eq!(acl[..], read_only()[..]);
}

#[test]
fn owners_are_found_again() {
    let owned = |ephemeral_owner| StatPersisted {
        ephemeral_owner,
        cversion: 1,
        ..StatPersisted::default()
    };
    let ttl = 0xff00_0000_0000_0064_u64 as i64;
    for extended_types_enabled in [true, false] {
        let mut loader = TreeLoader::new(TreeConfig {
            extended_types_enabled,
            ..CONFIG
        });
        for (path, owner) in [("", 0), ("/e", 5), ("/c", i64::MIN), ("/t", ttl)] {
            loader.add_node(path, None, -1, &owned(owner)).unwrap();
        }
        let tree = loader.finish(Zxid(1)).unwrap();
        let due = tree.container_candidates(1000, 0);
        let as_session: Vec<_> = tree.ephemerals(SessionId(ttl)).collect();
        if extended_types_enabled {
            assert_eq!(due, ["/c", "/t"]);
            assert!(as_session.is_empty());
        } else {
            assert_eq!(due, ["/c"]);
            assert_eq!(as_session, ["/t"]);
        }
        assert!(tree.ephemerals(SessionId(5)).eq(["/e"]));
    }
}

#[test]
fn one_list_under_two_ids_stays_two() {
    let mut loader = TreeLoader::new(CONFIG);
    loader.add_acl(2, Acl::open());
    loader.add_acl(3, Acl::open());
    let stat = StatPersisted::default();
    for (path, id) in [("", -1), ("/a", 2), ("/b", 3)] {
        loader.add_node(path, None, id, &stat).unwrap();
    }
    let mut world = World {
        tree: loader.finish(Zxid(1)).unwrap(),
        log: Vec::new(),
    };
    world.delete("/b");
    world.create("/c");
    let body = super::world::snapshot(&mut world.tree, usize::MAX);
    let ids: Vec<_> = body.acls.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, [2, 4]);
}
