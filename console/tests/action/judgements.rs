//! Every action, permitted and refused, with its arithmetic.

use zoowarden_console::{
    action::{
        Action, Availability, End, Facts, Finding, Gate, GateCommand, HookKind, Judgement, Kind,
        Means, Order, Proposal, SessionFacts, Writes, facts::Room, for_what_is_wrong, judge,
    },
    keymap::Key,
    model::clock::Now,
};
use zoowarden_shared::{SessionId, Sid};

use super::ensemble::{action, facts, judged, means, voters};

const SPARE: &str = "server.4=zk4:2888:3888:participant;zk4:2181";

/// The ensemble, the action, and what its gate says: nothing where it lets it through.
const TABLE: &[(&str, &str, &str)] = &[
    ("1L 2F 3x", "start 3", ""),
    ("1L 2F 3F", "start 3", "down: 3 runs"),
    ("1L 2F 3x", "start 9", "member: 9 is no member"),
    ("1L 2F 3F", "restart 2", ""),
    ("1L 2F 3F", "restart 1", ""),
    ("1L 2F 3x", "restart 3", ""),
    (
        "1L 2F 3x",
        "restart 2",
        "quorum: would leave 1 of 3, need 2",
    ),
    (
        "1L 2B 3F",
        "restart 3",
        "quorum: would leave 1 of 3, need 2",
    ),
    ("1L 2F 3F 4F 5x", "restart 4", ""),
    ("1L 2F 3F 4Oa 5Oa", "restart 4", ""),
    // Observers never count.
    (
        "1L 2F 3x 4O 5O",
        "restart 2",
        "quorum: would leave 1 of 3, need 2",
    ),
    // Two hang, and the leader has not noticed yet: nothing less can be left.
    ("1? 2L 3?", "restart 1", ""),
    ("1? 2~ 3x", "restart 1", ""),
    // Who is alive may be needed for an election.
    (
        "1? 2~ 3~",
        "restart 2",
        "quorum: would leave 0 of 3, need 2",
    ),
    (
        "1? 2L 3?",
        "quorum-loss",
        "no quorum: 2 leads still, with 1 of 3, need 2",
    ),
    ("1L 2F 3F", "rolling-restart", ""),
    ("1L 2F 3x", "rolling-restart", "all stable: 3 refused"),
    ("1L 2F", "rolling-restart", "margin: margin 0"),
    (
        "1l 2F 3L",
        "rolling-restart",
        "one leader: 1 and 3 say that they lead",
    ),
    ("1L 2L 3F", "rolling-restart", "one leader: 1 and 2 say"),
    (
        "1L 2C 3F 4F 5F",
        "rolling-restart",
        "all stable: 2 is cut off from the leader",
    ),
    // Who is cut off counts for nothing: the margin is that of the others.
    (
        "1l 2F 3L",
        "restart 2",
        "quorum: would leave 1 of 3, need 2",
    ),
    ("1L 2F 3F", "transfer-leadership 2", ""),
    (
        "1L 2F 3F",
        "transfer-leadership 1",
        "voter: 1 leads already",
    ),
    (
        "1L 2F 3F 4O",
        "transfer-leadership 4",
        "voter: 4 has no vote",
    ),
    ("1L 2B 3F", "transfer-leadership 2", "caught up: 2 is 50000"),
    (
        "1L 2F 3Fa",
        "transfer-leadership 2",
        "nomination: 3 is Apache's",
    ),
    (
        "1L 2Fa 3F",
        "transfer-leadership 2",
        "nomination: 2 is not ours",
    ),
    ("1Fa 2F 3L", "transfer-leadership 2", ""),
    // Apache's leader is restarted, and the highest (zxid, id) wins.
    ("1La 2Fa 3Fa", "transfer-leadership 3", ""),
    (
        "1La 2Fa 3Fa",
        "transfer-leadership 2",
        "who wins: 1 is Apache's: it cannot name an heir, and 3",
    ),
    ("1L 2F 3x 4O", "replace 3 by 4", ""),
    (
        "1L 2F 3x",
        "replace 3 by server.4=zk4:2888:3888:participant;zk4:2181",
        "",
    ),
    (
        "1L 2F 3x",
        "replace 3 by server.2=zk4:2888:3888:participant;zk4:2181",
        "id: 2 is in the configuration",
    ),
    ("1L 2F 3F 4O", "replace 4 by 3", "vote: 4 has no vote"),
    // Under its own id: first without a vote.
    ("1L 2F 3x", "replace 3 by 3", ""),
    (
        "1L 2F 3x",
        "replace 3 by server.3=zk9:2888:3888:participant;zk9:2181",
        "",
    ),
    (
        "1L 2F 3F",
        "replace 3 by 3",
        "not running: zk3:2181 runs under the id 3",
    ),
    (
        "1L 2F 3F 4x 5x 6x",
        "replace 4 by 4",
        "quorum: 3 of 6, need 4",
    ),
    ("1~ 2x 3x 4~", "replace 3 by 4", "quorum: nobody leads"),
    (
        "1L 2F 3F",
        "add server.4=zk4:2888:3888:participant;zk4:2181",
        "",
    ),
    (
        "1L 2F 3F",
        "add server.3=zk4:2888:3888:participant;zk4:2181",
        "id: 3 is in the configuration",
    ),
    ("1L 2F 3F 4O", "promote 4", ""),
    ("1L 2F 3F 4O", "promote 3", "observer: 3 votes already"),
    ("1L 2F 3F", "promote 4", "member: 4 is no member"),
    ("1L 2F 3F", "remove 3", ""),
    ("1L 2F 3x", "remove 3", ""),
    (
        "1L 2F 3x",
        "remove 2",
        "new quorum: would leave 1 of 2, need 2",
    ),
    ("1L 2F", "remove 2", "size: 1 voter would stay"),
    ("1L 2F 3F", "demote 2", ""),
    ("1L 2F 3F 4O", "demote 4", "voter: 4 has no vote"),
    (
        "1L 2F 3x",
        "demote 2",
        "new quorum: would leave 1 of 2, need 2",
    ),
    ("1L 2F 3F", "kill-session 0x1000abcd", ""),
    (
        "1~ 2x 3x",
        "kill-session 0x1000abcd",
        "quorum: nobody leads",
    ),
    ("1L 2F 3F", "rebalance 1 11", "step: 11 % at once"),
    (
        "1L 2F 3F",
        "rebalance 1",
        "skew: 1 has 20 connections, the mean is 20",
    ),
    (
        "1L 2F 3F",
        "snapshot 2",
        "2 does not offer the command snapshot",
    ),
    ("1L 2Fa 3F", "snapshot 2", "2 is Apache's"),
    ("1L 2F 3x", "snapshot 3", "serves: 3 refused"),
    ("1L 2F 3F", "resync 1", "not the leader: 1 leads"),
    ("1L 2F 3x", "resync 2", "quorum: would leave 1 of 3, need 2"),
    (
        "1L 2F 3F",
        "resync 2",
        "2 does not offer the command resync",
    ),
    (
        "1L 2Fa 3F",
        "restore snapshot.1",
        "everywhere: 2: only members of ours",
    ),
    (
        "1L 2F 3x",
        "restore snapshot.1",
        "everywhere: 3: only members of ours",
    ),
    (
        "1La 2Fa 3Fa",
        "restore snapshot.1",
        "clients: 60 clients are connected",
    ),
    ("1L 2F 3F", "quorum-loss", "no quorum: there is a quorum"),
    // An ensemble of which one address is known.
    (
        "1F 2! 3!",
        "quorum-loss",
        "all asked: 2, 3 were never asked: name them in --connect",
    ),
    ("1F 2! 3!", "start 2", "asked: 2 was never asked"),
    ("1F 2! 3!", "remove 2", "quorum: the leader was never asked"),
    ("1~ 2~ 3x", "quorum-loss", "no election: 2 voters are alive"),
];

fn refusal(judgement: &Judgement) -> Option<String> {
    judgement.why_not()
}

#[test]
fn every_action_is_let_through_and_refused_with_its_arithmetic() {
    for (ensemble, line, expected) in TABLE {
        let judgement = judged(line, &with_session(facts(ensemble)));
        let said = refusal(&judgement).unwrap_or_default();
        let holds = if expected.is_empty() {
            said.is_empty()
        } else {
            said.starts_with(expected)
        };
        assert!(
            holds,
            "{ensemble}: {line}: expected {expected:?}, said {said:?}"
        );
        if expected.is_empty() {
            assert!(!judgement.plan.is_empty(), "{line}");
            assert!(!judgement.consequence.sentence.is_empty(), "{line}");
        }
    }
}

/// One session lives, and the others do not.
fn with_session(facts: Facts) -> Facts {
    let id = SessionId(0x1000_abcd);
    let session = |id, lives| SessionFacts {
        id,
        is_ours: false,
        lives: Some(lives),
        client: Some(("10.0.0.9:1".to_owned(), "2".to_owned())),
        ephemerals: Ok(vec!["/locks/a".to_owned()]),
    };
    Facts {
        session: Some(session(id, true)),
        ..facts
    }
}

#[test]
fn the_consoles_own_session_is_refused_and_anothers_says_what_vanishes() {
    let mut all = with_session(facts("1L 2F 3F"));
    let judgement = judged("kill-session 0x1000abcd", &all);
    assert_eq!(refusal(&judgement), None);
    assert_eq!(
        judgement.consequence.sentence,
        "1 ephemeral vanishes: session 0x1000abcd of 10.0.0.9:1 at 2 ends"
    );
    if let Some(session) = &mut all.session {
        session.is_ours = true;
    }
    let judgement = judged("kill-session 0x1000abcd", &all);
    let why = refusal(&judgement).unwrap();
    assert!(
        why.starts_with("another's: it is this console's own"),
        "{why}"
    );
}

#[test]
fn a_session_that_nobody_knows_is_refused_with_what_was_asked() {
    let mut all = with_session(facts("1L 2F 3F"));
    let judgement = judged("kill-session 0x1000abcd", &all);
    assert_eq!(judgement.confirm.text, "abcd");
    assert_eq!(judgement.consequence.vanishes, ["/locks/a"]);
    if let Some(session) = &mut all.session {
        session.lives = Some(false);
    }
    let judgement = judged("kill-session 0x1000abcd", &all);
    assert_eq!(
        refusal(&judgement).unwrap(),
        "session: no member knows 0x1000abcd"
    );
}

#[test]
fn rebalancing_wants_a_member_with_more_than_its_share() {
    let mut all = facts("1L 2F 3F");
    all.members[0].connections = Some(200);
    let judgement = judged("rebalance 1", &all);
    assert_eq!(refusal(&judgement), None);
    assert_eq!(judgement.consequence.connections_move, Some(20));
    let last = judgement.plan.last().map(|step| step.order.clone());
    let watched = Order::WatchExpiries {
        had: 7,
        more: 2,
        for_ms: 30_000,
    };
    assert_eq!(last, Some(watched), "expiries are looked after");
    all.members[0].expired = None;
    assert_eq!(open("rebalance 1", &all), ["expiries"]);
    all.members[0].connections = Some(21);
    assert_eq!(
        refusal(&judged("rebalance 1", &all)).unwrap(),
        "skew: 1 has 21 connections, the mean is 20: 10 % fewer would be less than its share"
    );
    all.members[0].connections = Some(200);
    all.storm = Some("connections grow by 900 a second".to_owned());
    let said = refusal(&judged("rebalance 1", &all)).unwrap();
    assert_eq!(said, "no storm: connections grow by 900 a second");
    // Apache 3.8 has no such command.
    let mut apache = facts("1La 2Fa 3Fa");
    apache.members[0].connections = Some(200);
    let said = refusal(&judged("rebalance 1", &apache)).unwrap();
    assert!(said.contains("no AdminServer that sheds"), "{said}");
}

#[test]
fn resync_is_available_once_the_member_offers_it_and_never_done_on_apaches() {
    let mut all = facts("1L 2F 3F");
    let admin = all.members[1].admin.as_mut().unwrap();
    admin.commands.push("resync".to_owned());
    assert_eq!(refusal(&judged("resync 2", &all)), None);
    let apache = judged("resync 2", &facts("1La 2Fa 3Fa"));
    assert!(matches!(apache.availability, Availability::ByHand { .. }));
    assert!(apache.plan.iter().all(|step| step.order == Order::ByHand));
}

#[test]
fn a_snapshot_is_taken_by_whoever_offers_it_and_stops_nothing() {
    let mut all = facts("1L 2F 3F");
    let admin = all.members[1].admin.as_mut().unwrap();
    admin.commands.push("snapshot".to_owned());
    let judgement = judged("snapshot 2", &all);
    assert_eq!(refusal(&judgement), None);
    assert_eq!(judgement.confirm.text, "y");
    let orders: Vec<&Order> = judgement.plan.iter().map(|step| &step.order).collect();
    let admin = "zk2:8080".to_owned();
    assert_eq!(orders, [&Order::Snapshot { admin }]);
}

#[test]
fn a_spares_clock_and_disk_want_a_reason_and_its_work_is_looked_after() {
    let open = |all: &Facts| -> Vec<&'static str> {
        let judgement = judged("replace 3 by 4", all);
        assert_eq!(refusal(&judgement), None);
        judgement.open_soft().map(|check| check.name).collect()
    };
    let mut all = facts("1L 2F 3x 4O");
    // A list does not look at disks, and clocks are told.
    assert_eq!(open(&all), ["proven off", "disk"]);
    let room = |free_bytes| Room {
        free_bytes: Some(free_bytes),
        snapshot_bytes: Some(1 << 30),
    };
    all.room = Some(room(8 << 30));
    assert_eq!(open(&all), ["proven off"]);
    all.room = Some(room(3 << 30));
    assert_eq!(open(&all), ["proven off", "disk"]);
    all.room = Some(room(8 << 30));
    all.members[3].admin.as_mut().unwrap().clock_ahead_ms = Some(-9_000);
    assert_eq!(open(&all), ["proven off", "clock"]);

    let plan = judged("replace 3 by 4", &all).plan;
    let [.., digest, write, watch] = plan.as_slice() else {
        panic!("{plan:?}");
    };
    assert_eq!(digest.order, Order::CompareDigest { member: Sid(4) });
    assert_eq!(write.order, Order::ProbeWrite);
    let Order::Watch { for_ms, undo, .. } = &watch.order else {
        panic!("{watch:?}");
    };
    assert_eq!(*for_ms, 60_000);
    assert!(
        undo.contains("replace 4 by \"server.3=zk3:2888:3888:participant;zk3:2181\""),
        "{undo}"
    );
}

/// After a lost quorum the members that were left behind are known by their addresses still.
#[test]
fn nobody_outside_the_configuration_is_started_without_a_reason() {
    let mut all = facts("1L 2F 3x");
    assert!(judged("start 3", &all).open_soft().next().is_none());
    let config = all.config.as_mut().unwrap();
    config.servers.remove(&Sid(3));
    let open = |all: &Facts, line: &str| -> Vec<&'static str> {
        let judgement = judged(line, all);
        judgement.open_soft().map(|check| check.name).collect()
    };
    assert_eq!(open(&all, "start 3"), ["in the ensemble"]);
    all.members[2].sid = None;
    assert_eq!(open(&all, "start zk3:2181"), ["in the ensemble"]);
    let offered = for_what_is_wrong(&all, &means(), &[]);
    let is_start = |one: &Proposal| matches!(one.action, Action::Start { .. });
    assert!(!offered.iter().any(is_start), "{offered:?}");
}

#[test]
fn quorum_checks_yield_for_the_stuck_member_once_writes_have_stopped() {
    let stopped = |for_ms| Facts {
        writes: Writes::Stopped { for_ms },
        ..facts("1~ 2~ 3x")
    };
    let refused = judged("restart 1", &stopped(9_999));
    assert!(refusal(&refused).unwrap().starts_with("quorum"));
    let judgement = judged("restart 1", &stopped(10_000));
    assert_eq!(refusal(&judgement), None);
    let open: Vec<_> = judgement.open_soft().map(|check| check.name).collect();
    assert!(open.contains(&"quorum"), "{open:?}: it wants a reason");
    // The only living one waits for the others, and is what is left of the quorum.
    let alone = Facts {
        writes: Writes::Stopped { for_ms: 60_000 },
        ..facts("1~ 2x 3x")
    };
    let said = refusal(&judged("restart 1", &alone)).unwrap();
    assert_eq!(said, "quorum: would leave 0 of 3, need 2");
    // So does a leader who has lost its followers and has not noticed yet.
    let left = Facts {
        writes: Writes::Stopped { for_ms: 60_000 },
        ..facts("1L 2x 3x")
    };
    assert!(refusal(&judged("restart 1", &left)).is_some());
    assert!(judgement.quorum_yields());
    // A plan that takes others away too is halted by the quorum at each of its steps.
    let slow = Facts {
        writes: Writes::Stopped { for_ms: 60_000 },
        ..facts("1L 2F 3F")
    };
    let rolling = judged("rolling-restart", &slow);
    assert!(rolling.may_go_on() && !rolling.quorum_yields());
    // Who is not stuck is protected all the same: nothing is won by restarting it.
    let mut zombie = facts("1L 2F 3x");
    zombie.writes = Writes::Stopped { for_ms: 60_000 };
    assert!(refusal(&judged("restart 2", &zombie)).is_some());
    assert_eq!(refusal(&judged("restart 1", &zombie)), None);
}

#[test]
fn under_its_own_id_a_newcomer_joins_without_a_vote_and_one_that_runs_already_is_refused() {
    let orders = |judgement: &Judgement| -> Vec<String> {
        let plan = judgement.plan.iter();
        let plan = plan.map(|step| match &step.order {
            Order::Reconfig {
                joining, version, ..
            } => {
                let role = joining.as_deref().unwrap_or_default().contains(":observer");
                format!("observer {role}, by {version:?}")
            }
            Order::Hook { hook, member } => format!("{} {member}", hook.key()),
            Order::Advise { .. } => "advise".to_owned(),
            _ => "look".to_owned(),
        });
        plan.take(5).collect()
    };
    let all = facts("1L 2F 3x");
    let here = judged("replace 3 by 3", &all);
    assert_eq!(here.confirm.text, "1 2 3");
    assert_eq!(
        orders(&here),
        [
            "observer true, by Some(4294967301)",
            "look",
            "start 3",
            "look",
            "observer false, by None"
        ]
    );
    assert_eq!(here.consequence.meanwhile.to_string(), "2 of 2, need 2");
    assert_eq!(here.consequence.after.to_string(), "3 of 3, need 2");
    // One that runs counts once, and so does a newcomer by an id that is taken.
    let whole = facts("1F 2F 3L");
    let runs = judged("replace 1 by 1", &whole).consequence;
    assert_eq!(runs.meanwhile.to_string(), "2 of 2, need 2");
    assert_eq!(runs.after.to_string(), "3 of 3, need 2");
    let line = "replace 1 by server.2=zk9:2888:3888:participant;zk9:2181";
    let taken = judged(line, &whole).consequence.after;
    assert!(taken.in_sync <= taken.voters, "{taken}");
    // On another host nothing here starts it.
    let line = "replace 3 by server.3=zk9:2888:3888:participant;zk9:2181";
    assert_eq!(orders(&judged(line, &all))[2], "advise");
    let mut early = all.clone();
    let mut stranger = facts("1L 2F 3F").members.remove(2);
    stranger.address = "zk9:2181".to_owned();
    early.strangers = vec![stranger];
    let said = refusal(&judged(line, &early)).unwrap();
    assert!(said.starts_with("not running: zk9:2181 runs"), "{said}");
}

#[test]
fn who_is_added_as_a_participant_is_told_what_gives_it_its_vote() {
    let judgement = judged(&format!("add {SPARE}"), &facts("1L 2F 3F"));
    let said = &judgement.consequence.sentence;
    assert!(
        said.starts_with("4 joins as an observer, without a vote"),
        "{said}"
    );
    assert!(said.contains("promote 4 gives it one"), "{said}");
    let last = judgement.plan.last().map(|step| &step.order);
    assert!(
        matches!(last, Some(Order::Advise { lines }) if lines[0].contains("zoowarden act promote 4")),
        "{last:?}"
    );
    let observer = SPARE.replace(":participant", ":observer");
    let judgement = judged(&format!("add {observer}"), &facts("1L 2F 3F"));
    assert!(
        judgement
            .plan
            .iter()
            .all(|step| !matches!(step.order, Order::Advise { .. }))
    );
}

/// The soft checks that want a reason.
fn open(line: &str, all: &Facts) -> Vec<&'static str> {
    let judgement = judged(line, all);
    judgement.open_soft().map(|check| check.name).collect()
}

#[test]
fn a_leader_that_brings_a_learner_into_step_keeps_its_leadership() {
    let mut all = facts("1L 2F 3F");
    all.members[0].syncing = Some(1);
    assert_eq!(
        refusal(&judged("transfer-leadership 2", &all)).unwrap(),
        "no sync: 1 brings 1 learner into step: let that end"
    );
    all.members[0].syncing = None;
    assert_eq!(open("transfer-leadership 2", &all), ["no sync"]);
    all.members[0].syncing = Some(0);
    assert_eq!(refusal(&judged("transfer-leadership 2", &all)), None);
    all.members[2].config_version = Some(0x1_0000_0001);
    let said = refusal(&judged("transfer-leadership 2", &all)).unwrap();
    assert!(
        said.starts_with("one at a time: 3 has configuration"),
        "{said}"
    );
}

#[test]
fn whoever_would_change_the_leader_once_more_says_why() {
    let mut all = facts("1L 2F 3F");
    all.elections.seen = 1;
    assert!(open("transfer-leadership 2", &all).is_empty());
    all.elections.seen = 2;
    for line in [
        "transfer-leadership 2",
        "restart 1",
        "rolling-restart",
        "remove 1",
    ] {
        let open = open(line, &all);
        assert!(open.contains(&"election window"), "{line}: {open:?}");
    }
    assert!(open("restart 2", &all).is_empty());
}

/// Who opens the console in the middle of an incident has not seen the elections before it.
#[test]
fn changes_of_the_leader_that_nobody_saw_are_unmeasured() {
    let mut all = facts("1L 2F 3F");
    let transfer = |all: &Facts| open("transfer-leadership 2", all);
    assert!(transfer(&all).is_empty(), "it has led for an hour");
    all.members[0].leads_ms = Some(120_000);
    assert_eq!(transfer(&all), ["election window"]);
    all.elections.watched_ms = 600_000;
    assert!(transfer(&all).is_empty());
    // All that there ever was, was seen: the members are hardly older than the console.
    all.elections.watched_ms = 115_000;
    assert_eq!(transfer(&all), ["election window"]);
    for member in &mut all.members {
        member.run.uptime_ms = Some(121_000);
    }
    assert!(transfer(&all).is_empty());
}

#[test]
fn a_young_leader_wants_a_reason_only_of_what_touches_it_or_the_quorum() {
    let young = |line: &str, ensemble: &str| {
        let mut all = with_session(facts(ensemble));
        for member in all.members.iter_mut().filter(|member| member.leads()) {
            member.leads_ms = Some(5_000);
            member.connections = Some(200);
        }
        open(line, &all).contains(&"stability")
    };
    for (line, ensemble) in [
        ("restart 1", "1L 2F 3F"),
        ("restart 2", "1L 2F 3F"),
        ("rolling-restart", "1L 2F 3F"),
        ("transfer-leadership 2", "1L 2F 3F"),
        ("resync 2", "1L 2F 3F"),
        ("replace 3 by 4", "1L 2F 3x 4O"),
        ("promote 4", "1L 2F 3F 4O"),
        ("remove 3", "1L 2F 3F"),
        ("demote 3", "1L 2F 3F"),
    ] {
        assert!(young(line, ensemble), "{line}");
    }
    for (line, ensemble) in [
        ("start 3", "1L 2F 3x"),
        ("restart 3", "1L 2F 3?"),
        ("restart 3", "1L 2F 3C"),
        ("restart 4", "1L 2F 3F 4O"),
        ("resync 3", "1L 2F 3x"),
        ("kill-session 0x1000abcd", "1L 2F 3F"),
        ("rebalance 1", "1L 2F 3F"),
        ("snapshot 2", "1L 2F 3F"),
        (
            "add server.4=zk4:2888:3888:participant;zk4:2181",
            "1L 2F 3F",
        ),
    ] {
        assert!(!young(line, ensemble), "{line}");
    }
}

#[test]
fn each_kind_wants_typed_what_its_table_says() {
    let wants = |line: &str, ensemble: &str| {
        let judgement = judged(line, &with_session(facts(ensemble)));
        let confirm = judgement.confirm;
        assert_eq!(confirm.needs_no_enter(), confirm.text == "y", "{line}");
        confirm.text
    };
    for (line, ensemble, text) in [
        ("start 3", "1L 2F 3x", "y"),
        ("restart 2", "1L 2F 3F", "2"),
        ("rolling-restart", "1L 2F 3F", "prod"),
        ("transfer-leadership 2", "1L 2F 3F", "2"),
        ("replace 3 by 4", "1L 2F 3x 4O", "1 2 4"),
        (
            "add server.4=zk4:2888:3888:participant;zk4:2181",
            "1L 2F 3F",
            "y",
        ),
        ("promote 4", "1L 2F 3F 4O", "y"),
        ("remove 3", "1L 2F 3F", "3 2"),
        ("demote 3", "1L 2F 3F", "3 2"),
        ("kill-session 0x1000abcd", "1L 2F 3F", "abcd"),
        ("rebalance 1", "1L 2F 3F", "y"),
        ("snapshot 2", "1L 2F 3F", "y"),
        ("resync 2", "1L 2F 3F", "2"),
        ("resync 3", "1L 2F 3x", "3"),
        (
            "restore snapshot.1",
            "1L 2F 3F",
            "prod I accept the loss of all since the snapshot",
        ),
        ("quorum-loss", "1~ 2x 3x", "prod I accept an unknown loss"),
    ] {
        assert_eq!(wants(line, ensemble), text, "{line}");
    }
    let judgement = judged("quorum-loss", &facts("1~ 2x 3x"));
    assert_eq!(judgement.confirm.delay_ms, 10_000);
}

/// What stands in the table of refusals is refused by the gate, written down, and nothing of it
/// is sent; and no kind of action is missing there.
#[test]
fn every_kind_is_refused_by_its_gate_and_that_is_written_down() {
    let mut refused = Vec::new();
    for (ensemble, line, expected) in TABLE.iter().filter(|row| !row.2.is_empty()) {
        let action = action(line);
        refused.push(action.kind());
        let (mut gate, _) = Gate::open(action, None);
        let all = with_session(facts(ensemble));
        let command = gate.polled(Ok(all), &means());
        assert!(
            matches!(&command, Some(GateCommand::Record(_, End::Refused { why })) if why.starts_with(expected)),
            "{ensemble}: {line}: {command:?}"
        );
        for key in [Key::Char('y'), Key::Tab, Key::Char('s'), Key::PageDown] {
            assert_eq!(gate.key(Now::default(), key), None, "{line}");
        }
    }
    let missing: Vec<Kind> = Kind::ALL
        .into_iter()
        .filter(|kind| !refused.contains(kind))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_read_only_console_judges_and_acts_on_nothing() {
    let read_only = Means {
        is_read_only: true,
        ..means()
    };
    let judgement = judge(&action("restart 2"), &facts("1L 2F 3F"), &read_only);
    assert!(!judgement.may_go_on());
    assert_eq!(refusal(&judgement).unwrap(), "this console is read-only");
}

#[test]
fn what_is_missing_to_act_is_named_with_the_line_that_opens_it() {
    let said = |means: Means, line: &str| {
        refusal(&judge(&action(line), &facts("1L 2F 3F"), &means)).unwrap()
    };
    let no_hooks = Means {
        hooks: [].into(),
        ..means()
    };
    assert!(said(no_hooks.clone(), "restart 2").contains("[cluster.hooks] restart = "));
    // What it would do to writes is told though nothing can be done.
    let rolling = judge(&action("rolling-restart"), &facts("1L 2F 3F"), &no_hooks);
    assert!(rolling.plan.is_empty());
    assert_ne!(rolling.consequence.writes, "no pause");
    let no_credentials = Means {
        has_credentials: false,
        ..means()
    };
    assert!(said(no_credentials, "transfer-leadership 2").contains("[cluster.auth] digest"));
    // What restarts a service starts one that is down.
    let restart_only = Means {
        hooks: [HookKind::Restart].into(),
        ..means()
    };
    let judgement = judge(&action("start 3"), &facts("1L 2F 3x"), &restart_only);
    assert_eq!(refusal(&judgement), None);
}

#[test]
fn a_leader_of_ours_hands_over_before_it_is_restarted() {
    let judgement = judged("restart 1", &facts("1L 2F 3F"));
    let first = judgement.plan.first().unwrap();
    assert!(
        first.does.contains("transfer_leadership?to=3&epoch=7"),
        "{}",
        first.does
    );
    assert!(judgement.consequence.writes.contains("0.1 s"));
    // Apache's cannot, and its followers' links are not measured: a reason is wanted.
    let apache = judged("restart 1", &facts("1La 2Fa 3Fa"));
    let open: Vec<_> = apache.open_soft().map(|check| check.name).collect();
    assert_eq!(open, ["links"]);
}

#[test]
fn a_rolling_restart_takes_the_leader_last_and_can_be_taken_up_again() {
    let order = |line: &str| -> Vec<String> {
        let plan = judged(line, &facts("1L 2F 3F 4O")).plan;
        let steps = plan.iter().filter_map(|step| match &step.order {
            Order::Hook { member, .. } => Some(member.to_string()),
            Order::Post { command, .. } => Some(command.clone()),
            _ => None,
        });
        steps.collect()
    };
    let handover = "transfer_leadership?to=3&epoch=7";
    assert_eq!(order("rolling-restart"), ["4", "2", "3", handover, "1"]);
    assert_eq!(order("rolling-restart after 4,2"), ["3", handover, "1"]);
    let plan = judged("rolling-restart", &facts("1L 2F 3F")).plan;
    let guarded = plan.iter().filter(|step| step.quorum_without.is_some());
    assert_eq!(guarded.count(), 3, "a quorum is looked for before each");
}

#[test]
fn a_reconfig_is_compare_and_set_and_a_spare_first_observes() {
    let judgement = judged(&format!("replace 3 by {SPARE}"), &facts("1L 2F 3x"));
    let reconfigs: Vec<_> = judgement
        .plan
        .iter()
        .filter_map(|step| match &step.order {
            Order::Reconfig {
                joining,
                leaving,
                version,
            } => Some((
                joining.as_deref().unwrap_or(""),
                leaving.as_deref(),
                *version,
            )),
            _ => None,
        })
        .collect();
    let line = "server.4=zk4:2888:3888";
    assert_eq!(
        reconfigs,
        [
            (
                &*format!("{line}:observer;zk4:2181"),
                None,
                Some(0x1_0000_0005)
            ),
            (&*format!("{line}:participant;zk4:2181"), Some("3"), None),
        ]
    );
    assert_eq!(judgement.confirm.text, "1 2 4");
    assert_eq!(judgement.consequence.before.margin(), Some(0));
    assert_eq!(judgement.consequence.after.margin(), Some(1));
    assert_eq!(
        voters(facts("1L 2F 3x 4O").config.as_ref().unwrap()),
        [1, 2, 3]
    );
}

#[test]
fn a_reconfig_under_way_and_groups_of_voters_are_not_acted_on() {
    let mut half = facts("1L 2F 3F 4O");
    half.members[2].config_version = Some(0x1_0000_0001);
    assert!(
        refusal(&judged("promote 4", &half))
            .unwrap()
            .contains("a reconfig is under way")
    );
    let mut groups = facts("1L 2F 3F");
    let config = groups.config.as_mut().unwrap();
    config.groups = [(1, config.servers.keys().copied().collect())].into();
    let judgement = judged("restart 2", &groups);
    assert_eq!(
        judgement.refusal().map(|check| check.finding),
        Some(Finding::Unmeasured)
    );
}

#[test]
fn nothing_is_confirmed_by_what_opens_it() {
    for (ensemble, line, _) in TABLE.iter().filter(|(_, _, expected)| expected.is_empty()) {
        let Judgement { confirm, .. } = judged(line, &with_session(facts(ensemble)));
        assert!(!confirm.text.trim().is_empty(), "{line}: an Enter would do");
    }
}

/// What the step is for: the table by which an operator decides must show what it brings.
#[test]
fn what_comes_back_counts_after_a_start_and_a_restart() {
    let after = |ensemble: &str, line: &str| {
        let after = judged(line, &facts(ensemble)).consequence.after;
        (after.in_sync, after.margin())
    };
    for (ensemble, line, expected) in [
        ("1? 2F 3L", "restart 1", (3, Some(1))),
        ("1x 2F 3L", "start 1", (3, Some(1))),
        ("1L 2F 3F", "restart 2", (3, Some(1))),
        ("1L 2F 3F 4O", "restart 4", (3, Some(1))),
        // Without a quorum: whether the living can elect with it.
        ("1x 2~ 3x", "start 1", (2, Some(0))),
        ("1? 2~ 3x", "restart 1", (2, Some(0))),
        ("1? 2~ 3~ 4x 5x", "restart 1", (3, Some(0))),
        ("1? 2L 3?", "restart 1", (2, Some(0))),
        ("1x 2~ 3x 4x 5x", "start 1", (0, None)),
        ("1~ 2x 3x", "start 2", (2, Some(0))),
        ("1A 2~ 3x", "start 3", (2, Some(0))),
        ("1c 2~ 3x", "start 3", (2, Some(0))),
        ("1A 2x 3x", "start 3", (0, None)),
    ] {
        assert_eq!(after(ensemble, line), expected, "{ensemble}: {line}");
    }
    let sentence = judged("restart 1", &facts("1? 2~ 3x")).consequence.sentence;
    assert!(
        sentence.starts_with("voters in sync 0 → 2, margin no quorum → 0"),
        "{sentence}"
    );
}

#[test]
fn an_action_that_leaves_no_quorum_does_not_say_that_writes_go_on() {
    for line in ["restart 1", "restart 2"] {
        let judgement = judged(line, &facts("1F 2L 3x"));
        let writes = &judgement.consequence.writes;
        assert!(writes.starts_with("stop"), "{line}: {writes}");
    }
}

#[test]
fn a_leader_of_ours_with_followers_of_apaches_changes_the_members_only_for_a_reason() {
    let ours = facts("1L 2F 3F 4O");
    assert!(!open("promote 4", &ours).contains(&"mixed"));
    let mixed = facts("1L 2Fa 3F 4O");
    assert!(open("promote 4", &mixed).contains(&"mixed"));
    let theirs = facts("1La 2F 3F 4O");
    assert!(
        !open("promote 4", &theirs).contains(&"mixed"),
        "its leader does"
    );
}

/// The console of a rolling restart, or `zoowarden act` beside it, is at work.
#[test]
fn while_somebody_acts_nothing_else_is_begun_that_may_take_the_quorum() {
    let mut all = facts("1L 2F 3x");
    all.acting = Some("ann@desk, process 71: restart 3, since 23:10:02 UTC".to_owned());
    for line in [
        "start 3",
        "restart 2",
        "transfer-leadership 2",
        "quorum-loss",
    ] {
        let said = refusal(&judged(line, &all)).unwrap();
        let is_it = said.starts_with("no other actor: let that end first: ann@desk");
        assert!(
            is_it || line == "restart 2" || line == "quorum-loss",
            "{line}: {said}"
        );
    }
    assert_eq!(refusal(&judged("kill-session 0x1000abcd", &all)), None);
}
