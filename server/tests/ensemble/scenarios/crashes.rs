//! Crashes and stalls of members under writes.

use crate::harness::{Ensemble, Record};

/// How many writes it takes to see that things go on.
const SOME: usize = 20;

/// Kills the leader while nothing is under way, so that the sid decides, and brings it back.
/// Returns who leads in its place.
pub(crate) fn leader_killed(ensemble: &mut Ensemble) -> usize {
    let sids: Vec<usize> = ensemble.sids().collect();
    let writer = ensemble.writer("before", &sids);
    writer.wait_for_more(SOME);
    let before = writer.finish();
    let old = ensemble.wait_level();
    ensemble.kill(old);
    let next = ensemble.wait_settled();
    let others: Vec<usize> = sids.iter().copied().filter(|&sid| sid != old).collect();
    let writer = ensemble.writer("between", &others);
    writer.wait_for_more(SOME);
    let between = writer.finish();
    ensemble.start(old);
    assert_eq!(
        ensemble.wait_settled(),
        next,
        "who comes back does not take over"
    );
    let after = written(ensemble, "after");
    ensemble.assert_agreed(&[&before, &between, &after]);
    next
}

/// Kills each member in turn under a continuous writer, the leader among them.
pub(crate) fn each_killed_in_turn(mut ensemble: Ensemble) {
    let sids: Vec<usize> = ensemble.sids().collect();
    let writer = ensemble.writer("writer", &sids);
    for &sid in &sids {
        writer.wait_for_more(SOME);
        ensemble.kill(sid);
        writer.wait_for_more(SOME);
        ensemble.start(sid);
        ensemble.wait_settled();
    }
    writer.wait_for_more(SOME);
    let record = writer.finish();
    assert_eq!(record.lost_sessions, 0, "sessions outlive a member");
    ensemble.assert_agreed(&[&record]);
}

/// Kills all at once under writers on each member, and starts them again.
pub(crate) fn all_killed_at_once(mut ensemble: Ensemble) {
    let sids: Vec<usize> = ensemble.sids().collect();
    let writers: Vec<_> = sids
        .iter()
        .map(|&sid| ensemble.writer(&format!("on{sid}"), &[sid]))
        .collect();
    for writer in &writers {
        writer.wait_for_more(SOME);
    }
    for &sid in &sids {
        ensemble.kill(sid);
    }
    for &sid in &sids {
        ensemble.start(sid);
    }
    ensemble.wait_settled();
    for writer in &writers {
        writer.wait_for_more(SOME);
    }
    let records: Vec<Record> = writers.into_iter().map(|writer| writer.finish()).collect();
    ensemble.assert_agreed(&records.iter().collect::<Vec<_>>());
}

/// Stops the leader's process for as long as it takes the others to go on, and lets it run
/// again: it must find out that it leads no longer.
pub(crate) fn leader_paused(mut ensemble: Ensemble) {
    let old = ensemble.wait_settled();
    let others: Vec<usize> = ensemble.sids().filter(|&sid| sid != old).collect();
    let writer = ensemble.writer("writer", &others);
    writer.wait_for_more(SOME);
    ensemble.pause(old);
    let next = ensemble.wait("another leads", |ensemble| {
        ensemble
            .leader_among(&others)
            .filter(|&leader| leader != old)
    });
    writer.wait_for_more(SOME);
    ensemble.resume(old);
    assert_eq!(ensemble.wait_settled(), next);
    writer.wait_for_more(SOME);
    let record = writer.finish();
    ensemble.assert_agreed(&[&record]);
}

/// What a writer leaves that writes for a short while through all.
pub(crate) fn written(ensemble: &mut Ensemble, name: &str) -> Record {
    let sids: Vec<usize> = ensemble.sids().collect();
    let writer = ensemble.writer(name, &sids);
    writer.wait_for_more(SOME);
    writer.finish()
}
