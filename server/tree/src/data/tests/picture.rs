//! A snapshot is the tree at the moment it began, whatever happens while it is taken.

use bytes::BytesMut;
use proptest::prelude::*;
use zoowarden_shared::SessionId;

use super::{
    random::{Request, request},
    world::{Body, Picture, World, assert_consistent, picture_of, snapshot},
};

#[derive(Clone, Debug)]
enum Step {
    Ask(Request),
    Begin,
    Slice(usize),
    Abort,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => request().prop_map(Step::Ask),
        1 => Just(Step::Begin),
        8 => (1..200_usize).prop_map(Step::Slice),
        1 => Just(Step::Abort),
    ]
}

/// What a snapshot must be, and what there is of it.
struct Expected {
    picture: Picture,
    bytes: BytesMut,
}

proptest! {
    #[test]
    fn a_snapshot_is_the_tree_at_the_moment_it_began(
        steps in prop::collection::vec(step(), 1..200),
    ) {
        let mut world = World::new();
        let mut expected: Option<Expected> = None;
        let last = Step::Slice(usize::MAX / 2);
        for step in steps.into_iter().chain([last]) {
            match step {
                Step::Ask(request) => world.ask(&request),
                Step::Begin => {
                    let start = world.tree.snapshot_begin(&[]);
                    prop_assert_eq!(start.zxid, world.tree.last_processed_zxid());
                    prop_assert_eq!(start.digest, world.tree.txn_digest());
                    expected = Some(Expected {
                        picture: picture_of(&world.tree),
                        bytes: BytesMut::new(),
                    });
                }
                Step::Slice(max_bytes) => {
                    prop_assert_eq!(world.tree.snapshot_in_progress(), expected.is_some());
                    let mut slice = BytesMut::new();
                    let done = world.tree.snapshot_slice(max_bytes, &mut slice);
                    prop_assert!(slice.len() <= max_bytes);
                    if let Some(snapshot) = &mut expected {
                        snapshot.bytes.extend_from_slice(&slice);
                        if done {
                            let body = Body::parse(std::mem::take(&mut snapshot.bytes));
                            prop_assert_eq!(&body.picture(), &snapshot.picture);
                            expected = None;
                        }
                    } else {
                        prop_assert!(done && slice.is_empty());
                    }
                }
                Step::Abort => {
                    world.tree.snapshot_abort();
                    expected = None;
                }
            }
        }
        prop_assert!(expected.is_none());
        assert_consistent(&world.tree);
    }
}

/// Wherever the walk stands, the node that it stands on may go.
#[test]
fn a_snapshot_keeps_what_is_deleted_under_its_feet() {
    let paths = ["/a", "/a/b", "/a/b/c", "/a/d", "/e", "/e/f", "/g"];
    for slices_before in 0..40 {
        let mut world = World::new();
        for path in paths {
            world.create(path);
        }
        let expected = picture_of(&world.tree);
        world.tree.snapshot_begin(&[]);
        let mut bytes = BytesMut::new();
        let mut slice = |world: &mut World| world.tree.snapshot_slice(50, &mut bytes);
        let mut done = (0..slices_before).any(|_| slice(&mut world));
        for path in paths.iter().rev() {
            world.delete(path);
            world.create("/new");
            world.delete("/new");
            done = done || slice(&mut world);
        }
        while !done {
            done = slice(&mut world);
        }
        assert_eq!(Body::parse(bytes).picture(), expected, "{slices_before}");
        assert_eq!(world.tree.node_count(), 5);
    }
}

#[test]
fn a_body_is_sessions_lists_nodes_and_an_end_mark() {
    let mut world = World::new();
    world.create("/a");
    let sessions = [(SessionId(7), 4000), (SessionId(9), 6000)];
    world.tree.snapshot_begin(&sessions);
    let mut bytes = BytesMut::new();
    assert!(world.tree.snapshot_slice(usize::MAX, &mut bytes));
    let body = Body::parse(bytes);
    assert_eq!(body.sessions, sessions);
    let ids: Vec<_> = body.acls.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, [1, 2]);
    let root = &body.nodes[0];
    assert_eq!((root.0.as_str(), root.2), ("", -1));
    assert_eq!(body.nodes.len(), 5);
}

#[test]
fn a_snapshot_taken_and_loaded_is_the_same_tree() {
    let mut world = World::new();
    for path in ["/a", "/a/b", "/a/b/c", "/d"] {
        world.create(path);
    }
    world.create_ephemeral(SessionId(3), "/a/e");
    world.create_container("/box");
    world.create_ttl("/short", 10);
    let body = snapshot(&mut world.tree, 33);
    let zxid = world.tree.last_processed_zxid();
    let digest = world.tree.txn_digest().map(|digest| (zxid, digest));
    let loaded = body.load(zxid, digest);
    assert_eq!(picture_of(&loaded), picture_of(&world.tree));
    assert_eq!(loaded.digest(), world.tree.digest());
    assert_eq!(loaded.digest_mismatches(), 0);
    assert_eq!(loaded.last_processed_zxid(), zxid);
    assert_eq!(loaded.container_candidates(i64::MAX, 0), ["/short"]);
    let ephemerals: Vec<_> = loaded.ephemerals(SessionId(3)).collect();
    assert_eq!(ephemerals, ["/a/e"]);
    assert_consistent(&loaded);
}
