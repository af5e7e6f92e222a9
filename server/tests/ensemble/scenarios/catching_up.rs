//! A member that has missed something, or has too much: DIFF, SNAP and TRUNC.

use crate::{
    harness::{Ensemble, Kind},
    scenarios::crashes::written,
};

/// More transactions than Apache's leader keeps in memory for a DIFF.
const BEYOND_THE_COMMITTED_LOG: usize = 700;

/// A follower misses a few writes and gets just those.
pub(crate) fn by_diff(mut ensemble: Ensemble) {
    let leader = ensemble.wait_settled();
    let behind = follower_of(&ensemble, leader);
    let before = written(&mut ensemble, "before");
    ensemble.kill(behind);
    let missed = write_without(&mut ensemble, behind, 20);
    let said = Said::so_far(&ensemble, behind);
    ensemble.start(behind);
    ensemble.wait_settled();
    said.assert_synced(&ensemble, "DIFF");
    let after = written(&mut ensemble, "after");
    ensemble.assert_agreed(&[&before, &missed, &after]);
}

/// A follower loses all its data and gets a whole snapshot.
pub(crate) fn by_snapshot_after_a_wipe(mut ensemble: Ensemble) {
    let leader = ensemble.wait_settled();
    let behind = follower_of(&ensemble, leader);
    let before = written(&mut ensemble, "before");
    ensemble.kill(behind);
    ensemble.member(behind).wipe();
    let missed = write_without(&mut ensemble, behind, BEYOND_THE_COMMITTED_LOG);
    // A leader of ours keeps more than that, but nothing from before it started.
    ensemble.wait_level();
    let others: Vec<usize> = ensemble.sids().filter(|&sid| sid != behind).collect();
    for &sid in &others {
        ensemble.kill(sid);
    }
    for &sid in &others {
        ensemble.start(sid);
    }
    ensemble.wait_level();
    let said = Said::so_far(&ensemble, behind);
    ensemble.start(behind);
    ensemble.wait_settled();
    said.assert_synced(&ensemble, "SNAP");
    let after = written(&mut ensemble, "after");
    ensemble.assert_agreed(&[&before, &missed, &after]);
    // What it was sent must also be on its disk.
    ensemble.kill(behind);
    ensemble.start(behind);
    ensemble.assert_agreed(&[&before, &missed, &after]);
}

/// What the others do after the old leader's loss: its tail goes by TRUNC, or, behind writes of
/// a new epoch, by TRUNC and DIFF or by SNAP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Since {
    Nothing,
    Writes,
}

/// A leader has logged a write that nobody acknowledged, and dies; the others go on without
/// it. When it comes back its tail must go, by TRUNC or SNAP.
pub(crate) fn without_its_uncommitted_tail(mut ensemble: Ensemble, since: Since) {
    const LOST: &[u8] = b"a write that only the old leader has";
    let before = written(&mut ensemble, "before");
    let old = ensemble.wait_level();
    let client = ensemble.client(old);
    client.make("/contended");
    ensemble.wait_level();
    let others: Vec<usize> = ensemble.sids().filter(|&sid| sid != old).collect();
    for &sid in &others {
        ensemble.pause(sid);
    }
    client.set_and_forget("/contended", LOST);
    ensemble.wait("the leader has logged it", |ensemble| {
        ensemble.member(old).has_logged(LOST).then_some(())
    });
    // What waits in the others' sockets dies with them.
    for &sid in &others {
        ensemble.kill(sid);
    }
    ensemble.kill(old);
    for &sid in &others {
        ensemble.start(sid);
    }
    ensemble.wait_settled();
    let mut records = vec![before];
    if since == Since::Writes {
        records.push(write_without(&mut ensemble, old, 20));
    }
    let said = Said::so_far(&ensemble, old);
    ensemble.start(old);
    ensemble.wait_settled();
    // Behind writes of a new epoch ours still cuts where Apache sends a snapshot.
    if since == Since::Nothing {
        said.assert_synced(&ensemble, "TRUNC");
    }
    records.push(written(&mut ensemble, "after"));
    ensemble.assert_agreed(&records.iter().collect::<Vec<_>>());
    assert_eq!(ensemble.client(old).read("/contended"), Some(Vec::new()));
    // Nor does it come back from its own disk.
    ensemble.kill(old);
    ensemble.start(old);
    ensemble.assert_agreed(&records.iter().collect::<Vec<_>>());
}

/// The last follower by sid: it cannot be the one that the leader needs to outrank.
fn follower_of(ensemble: &Ensemble, leader: usize) -> usize {
    ensemble
        .sids()
        .rev()
        .find(|&sid| sid != leader)
        .expect("there is a follower")
}

fn write_without(ensemble: &mut Ensemble, absent: usize, writes: usize) -> crate::harness::Record {
    let others: Vec<usize> = ensemble.sids().filter(|&sid| sid != absent).collect();
    let writer = ensemble.writer("missed", &others);
    writer.wait_for_more(writes);
    writer.finish()
}

/// How much a learner had said before it came back.
struct Said {
    learner: usize,
    before: usize,
}

impl Said {
    fn so_far(ensemble: &Ensemble, learner: usize) -> Self {
        let before = ensemble.member(learner).said().len();
        Self { learner, before }
    }

    /// The learner has logged this way of catching up since then.
    fn assert_synced(&self, ensemble: &Ensemble, way: &str) {
        let wanted = match (ensemble.kind(self.learner), way) {
            (Kind::Ours, way) => format!("how=\"{way}\""),
            (Kind::Apache, "DIFF") => "Getting a diff from the leader".to_owned(),
            (Kind::Apache, "SNAP") => "Getting a snapshot from leader".to_owned(),
            (Kind::Apache, _) => "Truncating log to get in sync with the leader".to_owned(),
        };
        let log = ensemble.member(self.learner).said();
        assert!(
            log.get(self.before..)
                .is_some_and(|new| new.contains(&wanted)),
            "member {} did not say {wanted:?}",
            self.learner
        );
    }
}
