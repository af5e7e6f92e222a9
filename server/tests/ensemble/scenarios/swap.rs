//! The rolling swap: one program in the other's place, member by member, under load.

use crate::harness::{Ensemble, Kazoo, Kind, Writer};

/// Turns every member into `there`, then back into `back`, the leader last each time.
pub(crate) fn there_and_back(mut ensemble: Ensemble, there: Kind, back: Kind) {
    let sids: Vec<usize> = ensemble.sids().collect();
    let mut kazoo = Kazoo::connect(&ensemble.addresses(), 15);
    let session = kazoo.ask("session");
    assert_eq!(kazoo.ask("ephemeral /held"), "done");
    let writer = ensemble.writer("writer", &sids);
    writer.wait_for_more(20);
    for kind in [there, back] {
        let leader = ensemble.wait_settled();
        let followers = sids.iter().copied().filter(|&sid| sid != leader);
        for sid in followers.chain([leader]) {
            ensemble.swap(sid, kind);
            ensemble.wait_settled();
            writer.wait_for_more(20);
            compare(&mut ensemble, &writer);
        }
    }
    let record = writer.finish();
    assert_eq!(record.lost_sessions, 0, "the writer's session was lost");
    eprintln!("the writer's longest wait: {:?}", record.longest_gap);
    assert_eq!(kazoo.ask("session"), session);
    let states = kazoo.ask("states");
    assert!(!states.contains("LOST"), "kazoo was told: {states}");
    assert!(
        ensemble.client(1).read("/held").is_some(),
        "kazoo's ephemeral is gone"
    );
    ensemble.assert_agreed(&[&record]);
}

/// All trees and digests are equal at this step.
fn compare(ensemble: &mut Ensemble, writer: &Writer) {
    writer.hold(true);
    ensemble.assert_agreed(&[]);
    writer.hold(false);
}
