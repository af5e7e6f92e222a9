//! Logs that are gone while the snapshots are there: what is left looks whole. The member says
//! that it cannot vouch for it, votes for nobody, and is sent what it lost.

use std::{fs, time::Duration};

use zoowarden_testkit::{wait_until, words};

use super::SOME;
use crate::harness::Ensemble;

/// What it says.
const SAYS: &str = "cannot vouch for this disk";
/// Long enough for an election, had there been one.
const LASTING: Duration = Duration::from_secs(4);
/// How long what must come may take: the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn a_member_without_its_log_says_so_and_is_sent_what_it_lost() {
    let mut ensemble = Ensemble::started(3);
    let clients = ensemble.clients();
    clients.wait_for_writes(3 * SOME, &ensemble.sids());
    let victim = 1;
    wait_for_mark(&ensemble, victim);
    ensemble.kill(victim);
    remove_logs(&ensemble, victim);
    let before = ensemble.member(victim).said().len();
    ensemble.start(victim);
    ensemble.wait_settled();
    let said = ensemble.member(victim).said().split_off(before);
    let mark = ensemble.member(victim).data().join("zoowarden.durable");
    for part in [SAYS, &mark.display().to_string()] {
        assert!(said.contains(part), "{part} is not in: {said}");
    }
    assert_vouches(&ensemble, victim);
    // Once it has a leader's snapshot there is nothing to be said any more.
    wait_for_mark(&ensemble, victim);
    ensemble.kill(victim);
    let before = ensemble.member(victim).said().len();
    ensemble.start(victim);
    ensemble.wait_settled();
    let said = ensemble.member(victim).said().split_off(before);
    assert!(!said.contains(SAYS), "{said}");
    ensemble.assert_nothing_lost(clients);
}

/// Of three, one was away while the others wrote, and one of those has lost it. These two must
/// not go on without the third, which alone has what was acknowledged.
#[test]
fn a_member_without_its_log_makes_no_leader_of_one_that_was_away() {
    let mut ensemble = Ensemble::started(3);
    let clients = ensemble.clients();
    let (away, robbed, whole) = (1, 2, 3);
    clients.wait_for_writes(SOME, &ensemble.sids());
    ensemble.kill(away);
    clients.wait_for_writes(3 * SOME, &[robbed, whole]);
    wait_for_mark(&ensemble, robbed);
    ensemble.kill(robbed);
    ensemble.kill(whole);
    remove_logs(&ensemble, robbed);
    ensemble.start(away);
    ensemble.start(robbed);
    wait_until("it says what it lost", PATIENCE, || {
        ensemble.member(robbed).said().contains(SAYS)
    });
    let acknowledged = clients.writes_within(LASTING, &[away, robbed]);
    assert_eq!(acknowledged, 0, "without what was acknowledged before");
    assert_eq!(ensemble.leader_among(&[away, robbed]), None);
    ensemble.start(whole);
    assert_ne!(ensemble.wait_settled(), robbed);
    assert_vouches(&ensemble, robbed);
    ensemble.assert_nothing_lost(clients);
}

/// Two of five that would outrank the others by their sids: they wait until three have agreed.
#[test]
fn members_without_their_logs_wait_for_a_quorum_of_others() {
    let mut ensemble = Ensemble::started(5);
    let clients = ensemble.clients();
    let (robbed, others) = ([4, 5], [1, 2, 3]);
    clients.wait_for_writes(SOME, &ensemble.sids());
    for sid in robbed {
        wait_for_mark(&ensemble, sid);
        ensemble.kill(sid);
    }
    ensemble.wait_settled();
    clients.wait_for_writes(SOME, &others);
    for sid in others {
        ensemble.kill(sid);
    }
    for sid in robbed {
        remove_logs(&ensemble, sid);
        ensemble.start(sid);
    }
    ensemble.start(1);
    ensemble.start(2);
    assert_eq!(clients.writes_within(LASTING, &ensemble.sids()), 0);
    assert_eq!(ensemble.leader_among(&[1, 2, 4, 5]), None);
    ensemble.start(3);
    let leader = ensemble.wait_settled();
    assert!(others.contains(&leader), "{leader} has lost its log");
    ensemble.assert_nothing_lost(clients);
}

/// Waits until a member has noted how far its log reaches.
fn wait_for_mark(ensemble: &Ensemble, sid: usize) {
    let mark = ensemble.member(sid).data().join("zoowarden.durable");
    let epoch = || {
        let text = fs::read_to_string(&mark).ok()?;
        let line = text.lines().next_back()?;
        let zxid = line.strip_prefix("durable 0x")?.split(' ').next()?;
        Some(i64::from_str_radix(zxid, 16).ok()? >> 32)
    };
    let current = ensemble.member(sid).files().join("currentEpoch");
    let current = || {
        fs::read_to_string(&current)
            .ok()?
            .trim()
            .parse::<i64>()
            .ok()
    };
    wait_until("its mark is of this epoch", PATIENCE, || {
        epoch().is_some() && epoch() == current()
    });
}

fn assert_vouches(ensemble: &Ensemble, sid: usize) {
    let said = words::mntr(ensemble.member(sid).address());
    let vouches = said.get("zoowarden_vouches").map(String::as_str);
    assert_eq!(vouches, Some("1"), "member {sid}");
}

fn remove_logs(ensemble: &Ensemble, sid: usize) {
    let logs = ensemble.member(sid).logs();
    assert!(!logs.is_empty(), "member {sid} has no log to lose");
    for log in logs {
        fs::remove_file(log).expect("it is removed");
    }
}
