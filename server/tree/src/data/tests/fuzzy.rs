//! Apache's snapshots are fuzzy: every node is as it was when the writer came by, the list of
//! a node's children too. A log that is replayed over one must give the tree as it was.

use proptest::prelude::*;
use zoowarden_shared::{Zxid, acl::Acl, txn::TxnDigest};

use super::{
    random::{Request, request},
    world::{Body, World, assert_consistent, picture_of, snapshot},
};

/// Takes a fuzzy snapshot: after each node that is written, some requests are done.
struct FuzzyWriter<'a> {
    world: &'a mut World,
    requests: std::slice::Iter<'a, Request>,
    between: usize,
    body: Body,
}

impl FuzzyWriter<'_> {
    /// Ids of lists that the map at the start did not have.
    const NEW_LISTS: i64 = 1000;

    /// As `DataTree.serializeNode`: the children are those of the moment the parent is written.
    fn write(&mut self, path: &str) {
        let Some(node) = self.world.tree.node(path) else {
            return;
        };
        let name = if path == "/" { "" } else { path };
        let data = node.data().map(bytes::Bytes::copy_from_slice);
        let id = self.acl_id(node.acl());
        let stat = node.persisted();
        let children: Vec<String> = node.children().map(str::to_owned).collect();
        self.body.nodes.push((name.to_owned(), data, id, stat));
        for _ in 0..self.between {
            if let Some(request) = self.requests.next() {
                self.world.ask(request);
            }
        }
        for child in children {
            self.write(&format!("{name}/{child}"));
        }
    }

    fn acl_id(&self, list: &[Acl]) -> i64 {
        if list == Acl::open() {
            return -1;
        }
        let known = self.body.acls.iter().find(|(_, known)| known == list);
        known.map_or(Self::NEW_LISTS + i64::from(list[0].perms), |(id, _)| *id)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    /// ZOOKEEPER-3249, 3145, 3306, 4846, 3127 at once.
    #[test]
    fn a_log_replayed_over_a_fuzzy_snapshot_gives_the_tree(
        before in prop::collection::vec(request(), 0..60),
        during in prop::collection::vec(request(), 0..60),
        between in 1..8_usize,
    ) {
        let mut world = World::new();
        before.iter().for_each(|request| world.ask(request));
        let start = world.tree.last_processed_zxid();
        let acls = snapshot(&mut world.tree, usize::MAX).acls;
        let mut writer = FuzzyWriter {
            world: &mut world,
            requests: during.iter(),
            between,
            body: Body { sessions: Vec::new(), acls, nodes: Vec::new() },
        };
        writer.write("/");
        let body = writer.body;
        let end = world.tree.last_processed_zxid();
        let digest = world.tree.txn_digest().map(|digest| (end, digest));
        // Some more, whose digests are compared one by one.
        during.iter().for_each(|request| world.ask(request));
        let mut loaded = body.load(start, digest);
        for record in world.log.iter().filter(|record| record.header.zxid > start) {
            loaded.apply(record);
        }
        prop_assert_eq!(picture_of(&loaded), picture_of(&world.tree));
        prop_assert_eq!(loaded.digest(), world.tree.digest());
        prop_assert_eq!(loaded.digest_mismatches(), 0);
        assert_consistent(&loaded);
    }
}

#[test]
fn digests_are_not_compared_before_the_snapshots_own_is_reached() {
    let wrong = TxnDigest {
        version: TxnDigest::VERSION,
        tree_digest: 1,
    };
    let mut world = World::new();
    let start = world.tree.last_processed_zxid();
    let body = snapshot(&mut world.tree, usize::MAX);
    for path in ["/a", "/b", "/c"] {
        world.create(path);
    }
    let mut loaded = body.load(start, Some((Zxid(2), wrong)));
    let mut log = world.log.clone();
    log.iter_mut()
        .for_each(|record| record.digest = Some(wrong));
    let mismatches: Vec<_> = log
        .iter()
        .map(|record| {
            (
                loaded.apply(record).digest_mismatch,
                loaded.digest_mismatches(),
            )
        })
        .collect();
    assert_eq!(mismatches, [(false, 0), (true, 2), (true, 3)]);
}

#[test]
fn digests_of_another_version_say_nothing() {
    let mut world = World::new();
    world.create("/a");
    let mut record = world.log[0].clone();
    record.digest = Some(TxnDigest {
        version: 3,
        tree_digest: 1,
    });
    assert!(
        !super::super::DataTree::new(super::world::CONFIG)
            .apply(&record)
            .digest_mismatch
    );
}
