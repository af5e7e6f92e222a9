//! Members in every role: writes through each are seen through all.

use zoowarden_shared::proto::CreateMode;

use crate::harness::{Ensemble, zkcli};

/// Sequential znodes through each member are numbered in one row, and all members show them.
pub(crate) fn writes_through_each(mut ensemble: Ensemble) {
    let sids: Vec<usize> = ensemble.sids().collect();
    ensemble.client(sids[0]).make("/queue");
    let mut made = Vec::new();
    for _ in 0..3 {
        for &sid in &sids {
            let client = ensemble.client(sid);
            let entry = client.create("/queue/entry-", b"", CreateMode::PersistentSequential);
            made.push(entry.expect("it is created"));
            client.close();
        }
    }
    let numbers: Vec<String> = (0..made.len())
        .map(|n| format!("/queue/entry-{n:010}"))
        .collect();
    assert_eq!(made, numbers);
    ensemble.assert_agreed(&[]);
}

/// Watches fire on every member for a write through any other.
pub(crate) fn watches_fire_everywhere(mut ensemble: Ensemble) {
    let sids: Vec<usize> = ensemble.sids().collect();
    ensemble.client(sids[0]).make("/watched");
    for &writer in &sids {
        let mut watchers: Vec<_> = sids.iter().map(|&sid| ensemble.client(sid)).collect();
        for watcher in &watchers {
            watcher.sync();
            watcher.watch("/watched");
        }
        let value = format!("by {writer}");
        ensemble.client(writer).set("/watched", value.as_bytes());
        for watcher in &mut watchers {
            assert_eq!(watcher.event().path, "/watched");
            assert_eq!(watcher.read("/watched"), Some(value.clone().into_bytes()));
        }
    }
    ensemble.assert_agreed(&[]);
}

/// zkCli creates through each member and reads through every other.
pub(crate) fn zkcli_through_each(mut ensemble: Ensemble) {
    ensemble.wait_level();
    for sid in ensemble.sids() {
        let (path, value) = (format!("/of{sid}"), format!("value{sid}"));
        let said = zkcli(ensemble.address(sid), &["create", &path, &value]);
        assert!(
            said.contains(&format!("Created {path}")),
            "member {sid}: {said}"
        );
        ensemble.wait_level();
        for other in ensemble.sids() {
            let said = zkcli(ensemble.address(other), &["get", "-s", &path]);
            assert!(said.contains(&value), "member {other}: {said}");
        }
    }
    ensemble.assert_agreed(&[]);
}
