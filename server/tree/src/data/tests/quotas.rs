//! Counts of subtrees that have a quota, and what they are checked for.

use bytes::Bytes;
use zoowarden_shared::txn::{SetDataTxn, Txn};

use super::world::{World, assert_consistent, delete_txn, multi, snapshot};

const LIMITS: &str = "/zookeeper/quota/app/zookeeper_limits";
const STATS: &str = "/zookeeper/quota/app/zookeeper_stats";

/// A quota of `/app` as zkCli's setquota makes it; `/app` holds 2 znodes and 10 bytes then.
fn world_with_quota(limits: &str) -> World {
    let mut world = World::new();
    world.create("/app");
    world.create("/app/x");
    for path in ["/zookeeper/quota/app", LIMITS, STATS] {
        world.create(path);
    }
    world.set(LIMITS, limits);
    world
}

fn stats(world: &World) -> String {
    let data = world.tree.node(STATS).unwrap().data().unwrap();
    String::from_utf8(data.to_vec()).unwrap()
}

#[test]
fn a_new_quota_counts_what_is_there() {
    let world = world_with_quota("count=5,bytes=100");
    assert_eq!(stats(&world), "count=2,bytes=10");
}

#[test]
fn counts_follow_creates_sets_and_deletes() {
    let mut world = world_with_quota("count=5,bytes=100");
    world.create("/app/y");
    assert_eq!(stats(&world), "count=3,bytes=16");
    world.set("/app/y", "123456789");
    assert_eq!(stats(&world), "count=3,bytes=19");
    world.delete("/app/x");
    assert_eq!(stats(&world), "count=2,bytes=13");
    world.create("/application");
    assert_eq!(stats(&world), "count=2,bytes=13");
    let null = SetDataTxn {
        path: "/app/y".to_owned(),
        data: None,
        version: 2,
    };
    world.apply(multi(vec![Txn::SetData(null), delete_txn("/app/y")]));
    assert_eq!(stats(&world), "count=1,bytes=4");
    assert_consistent(&world.tree);
}

#[test]
fn counting_changes_neither_stat_nor_digest() {
    let mut world = world_with_quota("count=5,bytes=100");
    let before = world.stat(STATS);
    let digest = world.tree.digest();
    world
        .tree
        .set_config_node("x", zoowarden_shared::Zxid(1), 1);
    assert_eq!(world.tree.digest(), digest);
    world.create("/app/y");
    assert_eq!(world.stat(STATS), before);
}

#[test]
fn the_nearest_quota_counts() {
    let mut world = world_with_quota("count=5,bytes=100");
    for path in [
        "/zookeeper/quota/app/x",
        "/zookeeper/quota/app/x/zookeeper_limits",
        "/zookeeper/quota/app/x/zookeeper_stats",
    ] {
        world.create(path);
    }
    world.create("/app/x/z");
    assert_eq!(stats(&world), "count=2,bytes=10");
    let inner = world.tree.node("/zookeeper/quota/app/x/zookeeper_stats");
    assert_eq!(inner.unwrap().data(), Some(&b"count=2,bytes=14"[..]));
}

#[test]
fn a_deleted_quota_counts_no_more() {
    let mut world = world_with_quota("count=0,bytes=-1");
    assert_eq!(world.tree.check_quota("/app/y", 1, 1).len(), 1);
    world.delete(LIMITS);
    world.create("/app/y");
    assert_eq!(stats(&world), "count=2,bytes=10");
    assert!(world.tree.check_quota("/app/y", 1, 1).is_empty());
}

#[test]
fn an_operation_is_checked_against_the_nearest_quota() {
    let world = world_with_quota("count=2,bytes=-1=;byteHardLimit=12");
    let exceeded = world.tree.check_quota("/app/y", 3, 1);
    let told: Vec<_> = exceeded
        .iter()
        .map(|e| (e.hard, e.detail.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (
                false,
                "Quota exceeded: /app [current count=3, softCountLimit=2]"
            ),
            (
                true,
                "Quota exceeded: /app [current bytes=13, hardByteLimit=12]"
            ),
        ]
    );
    assert_eq!(exceeded[0].path, "/app");
    assert!(world.tree.check_quota("/app", 2, 0).is_empty());
    assert!(world.tree.check_quota("/other", 1000, 1000).is_empty());
}

#[test]
fn quotas_are_found_and_counted_anew_when_a_tree_is_loaded() {
    let mut world = world_with_quota("count=5,bytes=100");
    world.apply(Txn::SetData(SetDataTxn {
        path: STATS.to_owned(),
        data: Some(Bytes::from_static(b"count=77,bytes=77")),
        version: 1,
    }));
    let zxid = world.tree.last_processed_zxid();
    world.tree = snapshot(&mut world.tree, usize::MAX).load(zxid, None);
    assert_eq!(stats(&world), "count=2,bytes=10");
    world.create("/app/y");
    assert_eq!(stats(&world), "count=3,bytes=16");
}
