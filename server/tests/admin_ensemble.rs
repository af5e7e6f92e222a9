//! What members of an ensemble of ours tell operators, beside what Apache 3.8.0 told.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by them"
)]

use zoowarden_testkit::{Ensemble, Kind, Options, words::ask};

#[track_caller]
fn assert_lines(text: &str, expected: &[&str]) {
    for line in expected {
        assert!(
            text.lines().any(|found| found == *line),
            "{line:?} in {text}"
        );
    }
}

#[test]
fn members_tell_their_part() {
    let options = Options {
        observers: vec![4],
        ..Options::default()
    };
    let mut ensemble = Ensemble::started(&[Kind::Ours; 4], &options);
    let leader = ensemble.wait_settled();
    ensemble.client(leader).make("/a");
    ensemble.wait_level();
    let follower = (1..=3).find(|sid| *sid != leader).unwrap();
    let [leader, follower, observer] = [leader, follower, 4].map(|sid| ensemble.address(sid));

    let said = ask(leader, "mntr");
    assert_lines(
        &said,
        &[
            "zk_server_state\tleader",
            "zk_peer_state\tleading - broadcast",
            "zk_quorum_size\t3",
            "zk_learners\t3",
            "zk_synced_followers\t2",
            "zk_synced_non_voting_followers\t0",
            "zk_synced_observers\t1",
            "zk_pending_syncs\t0",
            "zk_digest_mismatches_count\t0",
            "zk_cnt_leader_unavailable_time\t1",
        ],
    );
    assert!(!said.contains("zk_last_proposal_size\t-1"), "{said}");
    let said = ask(follower, "mntr");
    assert_lines(
        &said,
        &["zk_peer_state\tfollowing - broadcast", "zk_quorum_size\t3"],
    );
    assert!(!said.contains("zk_synced_followers"), "{said}");
    assert!(ask(leader, "srvr").contains("\nProposal sizes last/min/max: "));
    assert!(!ask(follower, "srvr").contains("Proposal sizes"));
    assert_lines(
        &ask(observer, "conf"),
        &[
            "initLimit=10",
            "syncLimit=5",
            "electionAlg=3",
            "peerType=1",
            "membership: ",
            "version=0",
        ],
    );
    assert!(ask(follower, "dump").contains("\nGlobal Sessions("));
}

#[test]
fn without_a_leader_a_member_still_answers() {
    let mut ensemble = Ensemble::started(&[Kind::Ours; 3], &Options::default());
    for sid in [1, 2] {
        ensemble.kill(sid);
    }
    let left = ensemble.address(3);
    let refusal = "This ZooKeeper instance is not currently serving requests\n";
    ensemble.wait("it has lost its quorum", |_| {
        (ask(left, "srvr") == refusal).then_some(())
    });
    for word in ["stat", "mntr", "conf", "cons", "dump"] {
        assert_eq!(ask(left, word), refusal, "{word}");
    }
    assert_eq!(ask(left, "isro"), "null");
    assert_eq!(ask(left, "ruok"), "imok");
}
