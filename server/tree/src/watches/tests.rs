//! Who is told what, and what is left of the watches afterwards.

use zoowarden_shared::{
    SessionId, Zxid,
    proto::{OpCode, SetWatches2Request},
    txn::{CreateTxn, SetDataTxn, Txn, TxnHeader, TxnRecord},
};

use super::*;
use crate::{DataTree, TreeConfig};

const CREATED: EventType = EventType::NodeCreated;
const DELETED: EventType = EventType::NodeDeleted;
const DATA: EventType = EventType::NodeDataChanged;
const CHILDREN: EventType = EventType::NodeChildrenChanged;

/// What a change tells, the watchers of each event sorted.
fn told(
    watches: &mut Watches<u64>,
    kind: ChangeKind,
    path: &str,
) -> Vec<(EventType, String, Vec<u64>)> {
    let change = Change {
        kind,
        path: path.to_owned(),
    };
    let mut out = Vec::new();
    watches.trigger(&change, &mut out);
    let sorted = |mut notification: Notification<u64>| {
        notification.watchers.sort_unstable();
        (notification.event, notification.path, notification.watchers)
    };
    out.into_iter().map(sorted).collect()
}

fn event(kind: EventType, path: &str, watchers: &[u64]) -> (EventType, String, Vec<u64>) {
    (kind, path.to_owned(), watchers.to_vec())
}

#[test]
fn a_standard_watch_is_told_once() {
    let mut watches = Watches::new();
    watches.add_data("/a", 1);
    watches.add_data("/a", 1);
    watches.add_data("/a", 2);
    assert_eq!(watches.len(), 2);
    let first = told(&mut watches, ChangeKind::DataChanged, "/a");
    assert_eq!(first, [event(DATA, "/a", &[1, 2])]);
    assert_eq!(told(&mut watches, ChangeKind::DataChanged, "/a"), []);
    assert!(watches.is_empty());
    assert_eq!(watches.summary(), WatchSummary::default());
}

#[test]
fn a_creation_is_told_to_exists_and_to_the_parents_children() {
    let mut watches = Watches::new();
    watches.add_data("/a", 1);
    watches.add_children("/", 1);
    watches.add_children("/a", 1);
    assert_eq!(
        told(&mut watches, ChangeKind::Created, "/a"),
        [event(CREATED, "/a", &[1]), event(CHILDREN, "/", &[1])]
    );
    // The watch for children of the node itself has heard nothing.
    assert_eq!(watches.len(), 1);
}

#[test]
fn a_deletion_is_told_once_to_who_watches_data_and_children() {
    let mut watches = Watches::new();
    watches.add_data("/p/a", 1);
    watches.add_children("/p/a", 1);
    watches.add_children("/p/a", 2);
    watches.add_children("/p", 3);
    assert_eq!(
        told(&mut watches, ChangeKind::Deleted, "/p/a"),
        [event(DELETED, "/p/a", &[1, 2]), event(CHILDREN, "/p", &[3])]
    );
    assert!(watches.is_empty());
}

#[test]
fn a_persistent_watch_stays_and_hears_of_data_and_children() {
    let mut watches = Watches::new();
    watches.add("/a", 1, AddWatchMode::Persistent);
    assert_eq!(watches.len(), 2);
    for _ in 0..2 {
        assert_eq!(
            told(&mut watches, ChangeKind::DataChanged, "/a"),
            [event(DATA, "/a", &[1])]
        );
        assert_eq!(
            told(&mut watches, ChangeKind::Created, "/a/b"),
            [event(CHILDREN, "/a", &[1])]
        );
        assert_eq!(
            told(&mut watches, ChangeKind::Deleted, "/a"),
            [event(DELETED, "/a", &[1])]
        );
    }
}

#[test]
fn a_recursive_watch_hears_of_what_is_below_but_not_of_children_changed() {
    let mut watches = Watches::new();
    watches.add("/a", 1, AddWatchMode::PersistentRecursive);
    watches.add("/", 2, AddWatchMode::PersistentRecursive);
    for (kind, event_type) in [
        (ChangeKind::Created, CREATED),
        (ChangeKind::DataChanged, DATA),
        (ChangeKind::Deleted, DELETED),
    ] {
        assert_eq!(
            told(&mut watches, kind, "/a/b/c"),
            [event(event_type, "/a/b/c", &[1, 2])]
        );
    }
    assert_eq!(
        told(&mut watches, ChangeKind::DataChanged, "/ab"),
        [event(DATA, "/ab", &[2])]
    );
    watches.remove_watcher(2);
    assert_eq!(told(&mut watches, ChangeKind::DataChanged, "/ab"), []);
}

#[test]
fn a_watcher_in_several_sets_is_told_once() {
    let mut watches = Watches::new();
    watches.add("/", 1, AddWatchMode::PersistentRecursive);
    watches.add("/a", 1, AddWatchMode::PersistentRecursive);
    watches.add_data("/a/b", 1);
    assert_eq!(
        told(&mut watches, ChangeKind::DataChanged, "/a/b"),
        [event(DATA, "/a/b", &[1])]
    );
    assert_eq!(watches.len(), 2);
}

/// ZOOKEEPER-4466: until 3.8 the standard watch took the persistent one's place.
#[test]
fn modes_at_one_path_stand_side_by_side() {
    let mut watches = Watches::new();
    watches.add("/a", 1, AddWatchMode::Persistent);
    watches.add_data("/a", 1);
    assert!(watches.contains("/a", 1, WatcherType::Data));
    for _ in 0..2 {
        assert_eq!(
            told(&mut watches, ChangeKind::DataChanged, "/a"),
            [event(DATA, "/a", &[1])]
        );
        assert!(!watches.contains("/a", 1, WatcherType::Data));
    }
    assert!(watches.contains("/a", 1, WatcherType::Any));
}

#[test]
fn watches_are_checked_and_removed_by_kind() {
    let mut watches = Watches::new();
    watches.add_data("/a", 1);
    watches.add_children("/a", 1);
    assert!(!watches.contains("/a", 2, WatcherType::Any));
    assert!(!watches.contains("/b", 1, WatcherType::Any));
    assert!(watches.contains("/a", 1, WatcherType::Children));
    assert!(watches.remove("/a", 1, WatcherType::Children));
    assert!(!watches.remove("/a", 1, WatcherType::Children));
    assert!(!watches.contains("/a", 1, WatcherType::Children));
    assert!(watches.contains("/a", 1, WatcherType::Data));
    watches.add("/a", 1, AddWatchMode::Persistent);
    // ZOOKEEPER-4472: the persistent one is not taken along.
    assert!(watches.remove("/a", 1, WatcherType::Data));
    assert!(watches.contains("/a", 1, WatcherType::Any));
    assert!(watches.remove("/a", 1, WatcherType::Any));
    assert!(!watches.remove("/a", 1, WatcherType::Any));
    assert!(watches.is_empty());
}

#[test]
fn operators_see_data_watches_both_ways() {
    let mut watches = Watches::new();
    watches.add_data("/a", 1);
    watches.add_data("/a", 2);
    watches.add_data("/b", 1);
    watches.add_children("/c", 3);
    let summary = WatchSummary {
        connections: 2,
        paths: 2,
        watches: 3,
    };
    assert_eq!(watches.summary(), summary);
    assert_eq!(watches.len(), 4);
    watches.add_children("/a", 1);
    assert_eq!([1, 3, 4].map(|who| watches.count_of(who)), [3, 1, 0]);
    watches.remove("/a", 1, WatcherType::Children);
    assert_eq!(watches.count_of(1), 2);
    let mut by_path: Vec<_> = watches.by_path().collect();
    by_path.iter_mut().for_each(|(_, who)| who.sort_unstable());
    by_path.sort_unstable();
    assert_eq!(by_path, [("/a", vec![1, 2]), ("/b", vec![1])]);
    let mut by_watcher: Vec<_> = watches.by_watcher().collect();
    by_watcher
        .iter_mut()
        .for_each(|(_, paths)| paths.sort_unstable());
    by_watcher.sort_unstable();
    assert_eq!(by_watcher, [(1, vec!["/a", "/b"]), (2, vec!["/a"])]);
    watches.remove_watcher(1);
    assert_eq!(watches.by_path().count(), 1);
    assert_eq!(watches.by_watcher().count(), 1);
    assert_eq!(watches.len(), 2);
}

fn apply(tree: &mut DataTree, zxid: i64, txn: Txn) {
    let header = TxnHeader {
        session: SessionId(1),
        zxid: Zxid(zxid),
        op: txn.opcode().code(),
        ..TxnHeader::default()
    };
    let applied = tree.apply(&TxnRecord {
        header,
        txn,
        digest: None,
    });
    assert_ne!(applied.op, OpCode::Error);
}

fn create(path: &str) -> Txn {
    Txn::Create(CreateTxn {
        path: path.to_owned(),
        parent_cversion: -1,
        ..CreateTxn::default()
    })
}

#[test]
fn a_client_that_reconnects_is_told_what_it_missed() {
    let mut tree = DataTree::new(TreeConfig::default());
    apply(&mut tree, 1, create("/same"));
    apply(&mut tree, 2, create("/set"));
    apply(&mut tree, 3, create("/same/old"));
    let set = SetDataTxn {
        path: "/set".to_owned(),
        data: None,
        version: 1,
    };
    apply(&mut tree, 5, Txn::SetData(set));
    apply(&mut tree, 6, create("/set/new"));
    let strings = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect();
    let request = SetWatches2Request {
        relative_zxid: Zxid(4),
        data: strings(&["/same", "/set", "/gone"]),
        exist: strings(&["/set", "/not-yet"]),
        child: strings(&["/same", "/set", "/gone"]),
        persistent: strings(&["/p"]),
        persistent_recursive: strings(&["/r"]),
    };
    let mut watches = Watches::new();
    let missed = watches.set_watches(&tree, &request, 9);
    let expected = [
        (DATA, "/set"),
        (DELETED, "/gone"),
        (CREATED, "/set"),
        (CHILDREN, "/set"),
        (DELETED, "/gone"),
    ];
    let expected = expected.map(|(kind, path)| (kind, path.to_owned()));
    assert_eq!(missed, expected);
    // "/same" and "/not-yet" in data, "/same" in children, "/p" in both, "/r" in data.
    assert_eq!(watches.len(), 6);
    assert!(watches.contains("/same", 9, WatcherType::Data));
    assert!(watches.contains("/same", 9, WatcherType::Children));
    assert!(watches.contains("/not-yet", 9, WatcherType::Data));
}
