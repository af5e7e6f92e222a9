//! What clients and operators are told.

use std::collections::BTreeSet;

use zoowarden_shared::{SessionId, Zxid, acl::perms};

use super::world::{SESSION, World, assert_consistent};
use crate::{DataTree, TreeConfig, is_special_path};

#[test]
fn a_fresh_tree_is_apaches() {
    let tree = DataTree::new(TreeConfig::default());
    let paths: BTreeSet<_> = tree
        .node("/")
        .unwrap()
        .subtree()
        .map(|n| n.path())
        .collect();
    let expected = ["/", "/zookeeper", "/zookeeper/config", "/zookeeper/quota"];
    assert!(paths.iter().eq(&expected));
    assert_eq!(tree.node_count(), 5);
    assert_eq!(tree.approximate_data_size(), 44);
    assert_eq!(tree.last_processed_zxid(), Zxid::ZERO);
    let config = tree.node("/zookeeper/config").unwrap();
    assert_eq!(config.stat().aversion, -1);
    assert_eq!(config.acl()[0].perms, perms::READ);
    assert_eq!(config.data(), Some(&b""[..]));
    assert_eq!(tree.node("/").unwrap().stat().cversion, -1);
    assert_eq!(tree.node("/zookeeper").unwrap().stat().cversion, -2);
    assert!(expected.iter().all(|path| is_special_path(path)));
    assert!(!is_special_path("/zookeeper/quota/a"));
    assert_consistent(&tree);
}

#[test]
fn digests_can_be_off() {
    let mut tree = DataTree::new(TreeConfig {
        digest_enabled: false,
        ..TreeConfig::default()
    });
    let mut world = World::new();
    world.create("/a");
    assert!(!tree.apply(&world.log[0]).digest_mismatch);
    assert_eq!((tree.digest(), tree.txn_digest()), (0, None));
}

#[test]
fn the_config_node_is_set_without_a_transaction() {
    let mut world = World::new();
    world.create("/a");
    let (digest, size) = (world.tree.digest(), world.tree.approximate_data_size());
    world
        .tree
        .set_config_node("server.1=a:1:2", Zxid(0x100), 77);
    let stat = world.tree.node("/zookeeper/config").unwrap().stat();
    assert_eq!(
        (stat.version, stat.mzxid, stat.mtime),
        (-1, Zxid(0x100), 77)
    );
    assert_eq!(stat.data_length, 14);
    assert_eq!(world.tree.digest(), digest);
    assert_eq!(world.tree.approximate_data_size(), size + 14);
    assert_eq!(world.tree.last_processed_zxid(), Zxid(1));
}

#[test]
fn a_config_node_that_is_missing_is_made() {
    let mut world = World::new();
    world.delete("/zookeeper/config");
    world.tree.set_config_node("x", Zxid(1), 77);
    let config = world.tree.node("/zookeeper/config").unwrap();
    assert_eq!(
        (config.stat().aversion, config.acl()[0].perms),
        (-1, perms::READ)
    );
    assert_eq!(config.data(), Some(&b"x"[..]));
}

#[test]
fn children_and_descendants_are_counted() {
    let mut world = World::new();
    for path in ["/a", "/a/b", "/a/b/c", "/a/d", "/ab"] {
        world.create(path);
    }
    let node = world.tree.node("/a").unwrap();
    let children: BTreeSet<_> = node.children().collect();
    assert!(children.into_iter().eq(["b", "d"]));
    assert_eq!((node.child_count(), node.descendant_count()), (2, 3));
    let root = world.tree.node("/").unwrap();
    let children: BTreeSet<_> = root.children().collect();
    assert!(children.into_iter().eq(["a", "ab", "zookeeper"]));
    assert_eq!(root.descendant_count(), 8);
    assert_eq!(world.tree.node("/ab").unwrap().descendant_count(), 0);
    assert!(world.tree.node("/none").is_none());
}

#[test]
fn a_client_is_told_the_owner_only_where_it_is_a_session() {
    let mut world = World::new();
    world.create_ephemeral(SESSION, "/e");
    world.create_container("/c");
    world.create_ttl("/t", 1000);
    let owner = |path| world.tree.node(path).unwrap().stat().ephemeral_owner;
    assert_eq!([owner("/e"), owner("/c"), owner("/t")], [SESSION.0, 0, 0]);
}

#[test]
fn ephemerals_are_listed_by_session_and_prefix() {
    let mut world = World::new();
    world.create("/a");
    for path in ["/a/x", "/a/y", "/b"] {
        world.create_ephemeral(SESSION, path);
    }
    world.create_ephemeral(SessionId(2), "/other");
    let under = |prefix: &str| {
        let mut paths = world.tree.ephemerals_under(SESSION, prefix);
        paths.sort_unstable();
        paths
    };
    for all in ["", " ", "/", " / "] {
        assert_eq!(under(all), ["/a/x", "/a/y", "/b"]);
    }
    assert_eq!(under("/a"), ["/a/x", "/a/y"]);
    assert_eq!(under("/a/x"), ["/a/x"]);
    assert!(under("/none").is_empty());
    let owners: BTreeSet<_> = world.tree.ephemeral_owners().collect();
    assert_eq!(owners, BTreeSet::from([SESSION, SessionId(2)]));
    assert_eq!(world.tree.ephemerals_count(), 4);
    world.delete("/other");
    assert_eq!(world.tree.ephemeral_owners().count(), 1);
}

#[test]
fn containers_are_due_once_they_had_a_child_and_have_none() {
    let mut world = World::new();
    world.create_container("/c");
    let now_ms = world.stat("/c").mtime;
    let due = |world: &World, after_ms, never_used_ms| {
        world
            .tree
            .container_candidates(now_ms + after_ms, never_used_ms)
    };
    assert!(due(&world, i64::MAX / 2, 0).is_empty());
    assert!(due(&world, 100, 100).is_empty());
    assert_eq!(due(&world, 101, 100), ["/c"]);
    world.create("/c/x");
    assert!(due(&world, 101, 100).is_empty());
    world.delete("/c/x");
    assert_eq!(due(&world, 0, 0), ["/c"]);
    world.delete("/c");
    assert!(due(&world, 0, 0).is_empty());
}

#[test]
fn ttl_znodes_are_due_when_their_time_since_the_last_set_is_over() {
    let mut world = World::new();
    world.create_ttl("/t", 50);
    let set_ms = world.stat("/t").mtime;
    assert!(world.tree.container_candidates(set_ms + 50, 0).is_empty());
    assert_eq!(world.tree.container_candidates(set_ms + 51, 0), ["/t"]);
    world.create("/t/x");
    assert!(world.tree.container_candidates(set_ms + 51, 0).is_empty());
    world.delete("/t/x");
    world.set("/t", "");
    assert!(world.tree.container_candidates(set_ms + 51, 0).is_empty());
}
