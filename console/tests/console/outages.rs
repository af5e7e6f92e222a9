//! What the header says at each moment of an outage. It must never lie, least of all for a
//! second after the leader died.

use zoowarden_console::{
    action::{Action, HookKind, Means, Who, judge, propose, seen},
    demo::{MemberEnd, Supervised},
    event::{Command, Event, SessionEvent},
    model::{
        member::State,
        next_step::{Weighed, next_step},
        probe::{Closed, Fault, Outcome, Probe, Via},
        recovery,
        rows::{self, said, verdict_lines},
    },
};
use zoowarden_server::supervise::Phase;
use zoowarden_shared::{
    Sid,
    admin::{MemberReport, Role, verdict::Verdict},
};

use crate::{
    alarm_stage::{Speaks, Stage},
    fixture::{Console, on_members},
    recover::able,
    troupe::{
        cut_off_and_lost, elected, leader_lost, no_quorum, one_dead, three_of_apaches,
        three_of_ours, writes,
    },
};

fn probe(address: &str, at_mono_ms: u64, outcome: Outcome) -> Event {
    Event::Probe(Probe {
        address: address.into(),
        at_mono_ms,
        outcome,
        round_trip_us: Some(1000),
        interval_ms: 1000,
        closed: Vec::new(),
    })
}

fn serving(role: Role, zxid: i64) -> Outcome {
    let report = MemberReport {
        role: Some(role),
        zxid: Some(zoowarden_shared::Zxid(zxid)),
        ..MemberReport::default()
    };
    Outcome::Serving {
        facts: Box::new(report),
        via: Via::Srvr,
    }
}

/// What a list would say of a rolling restart, with hooks for it.
fn rolling_restart(console: &Console) -> &'static str {
    let means = Means {
        hooks: [HookKind::Start, HookKind::Restart].into(),
        ..Means::default()
    };
    let action = Action::RollingRestart { done: Vec::new() };
    let facts = seen(&console.model);
    propose::one(action, &facts, &means, &[]).verdict.word()
}

fn verdict(console: &Console) -> Verdict {
    console.model.verdict.verdict
}

#[test]
fn followers_words_from_before_the_leaders_end_prove_no_quorum() {
    let mut console = on_members("healthy");
    let at = console.model.now.mono_ms;
    assert_eq!(verdict(&console), Verdict::Healthy);
    console.at(
        at + 100,
        probe("zk2:2181", at + 100, Outcome::Silent(Fault::Refused)),
    );
    assert_eq!(
        verdict(&console),
        Verdict::Unknown,
        "{}",
        console.model.verdict.sentence
    );
    assert!(
        console.commands.contains(&Command::PollNow),
        "the others are asked at once"
    );
    console.at(at + 110, probe("zk1:2181", at + 110, Outcome::NotServing));
    assert_eq!(
        verdict(&console),
        Verdict::NoQuorum,
        "two of three are lost: that is proof"
    );
    console.at(at + 120, probe("zk3:2181", at + 120, Outcome::NotServing));
    assert_eq!(verdict(&console), Verdict::NoQuorum);
    console.at(
        at + 900,
        probe("zk3:2181", at + 900, serving(Role::Leader, 0x6_0000_0000)),
    );
    console.at(
        at + 910,
        probe("zk1:2181", at + 910, serving(Role::Follower, 0x5_0000_001f)),
    );
    assert_eq!(verdict(&console), Verdict::Degraded);
    assert!(console.model.verdict.sentence.contains("leader 3;"));
}

#[test]
fn a_former_leader_that_comes_back_casts_no_doubt_on_the_others() {
    let mut console = on_members("healthy");
    let at = console.model.now.mono_ms;
    console.at(
        at + 100,
        probe("zk2:2181", at + 100, Outcome::Silent(Fault::Refused)),
    );
    console.at(
        at + 900,
        probe("zk3:2181", at + 900, serving(Role::Leader, 0x6_0000_0000)),
    );
    console.at(
        at + 910,
        probe("zk1:2181", at + 910, serving(Role::Follower, 0x5_0000_001f)),
    );
    // Its process is back and has not joined yet.
    console.at(at + 950, probe("zk2:2181", at + 950, Outcome::NotServing));
    assert_eq!(verdict(&console), Verdict::Degraded);
    assert_eq!(console.model.verdict.voters_serving, 2);
    // It was proposed to restart what had only just been started.
    let step = next_step(&console.model).unwrap();
    assert_eq!(step.what, "wait for 2", "{step:?}");
    assert!(!console.screen(120, 35).contains("one way"));
    console.at(
        at + 990,
        probe("zk2:2181", at + 990, serving(Role::Follower, 0x5_0000_001f)),
    );
    assert_eq!(verdict(&console), Verdict::Healthy);
}

#[test]
fn a_frozen_leader_that_wakes_up_is_told_from_the_one_that_leads() {
    let mut console = on_members("healthy");
    let at = console.model.now.mono_ms;
    console.at(
        at + 100,
        probe("zk2:2181", at + 100, Outcome::Silent(Fault::Timeout)),
    );
    console.at(
        at + 900,
        probe("zk3:2181", at + 900, serving(Role::Leader, 0x6_0000_0000)),
    );
    console.at(
        at + 910,
        probe("zk1:2181", at + 910, serving(Role::Follower, 0x5_0000_001f)),
    );
    // Awake, it still thinks that it leads, until it hears that it has no quorum.
    console.at(
        at + 950,
        probe("zk2:2181", at + 950, serving(Role::Leader, 0x5_0000_001f)),
    );
    let sentence = &console.model.verdict.sentence;
    let former =
        "2 zk2:2181 is still in an epoch that is over; 2 of 3 voters serve under leader 3;";
    assert!(sentence.starts_with(former), "{sentence}");
    assert_eq!(console.model.leader().unwrap().address, "zk3:2181");
    // Nobody acknowledges what it proposes, and it acknowledges nothing itself.
    let judged = &console.model.verdict;
    assert_eq!((judged.voters_serving, judged.survives), (2, Some(0)));
    assert_eq!(rolling_restart(&console), "REFUSED");
    let step = next_step(&console.model).map(|step| step.what);
    assert_ne!(step.as_deref(), Some("rolling restart"));
    console.at(
        at + 999,
        probe("zk2:2181", at + 999, serving(Role::Follower, 0x5_0000_001f)),
    );
    assert_eq!(
        verdict(&console),
        Verdict::Healthy,
        "{}",
        console.model.verdict.sentence
    );
}

#[test]
fn a_leader_that_hangs_while_its_followers_serve_is_no_promise_of_writes() {
    let mut console = on_members("healthy");
    let at = console.model.now.mono_ms;
    console.at(
        at + 100,
        probe("zk2:2181", at + 100, Outcome::Silent(Fault::Timeout)),
    );
    console.at(
        at + 110,
        probe("zk1:2181", at + 110, serving(Role::Follower, 0x5_0000_001f)),
    );
    console.at(
        at + 120,
        probe("zk3:2181", at + 120, serving(Role::Follower, 0x5_0000_001f)),
    );
    assert_eq!(verdict(&console), Verdict::Degraded);
    assert_eq!(
        console.model.verdict.sentence,
        "Leader 2 zk2:2181 does not answer here; 2 others still serve reads, writes may hang."
    );
}

#[test]
fn our_own_sessions_end_asks_all_members_at_once() {
    let mut console = on_members("healthy");
    console.commands.clear();
    console.now(Event::Session(SessionEvent::Lost {
        why: "the server hung up".into(),
    }));
    assert_eq!(console.commands, [Command::PollNow]);
    console.commands.clear();
    console.now(Event::Session(SessionEvent::Lost {
        why: "still gone".into(),
    }));
    assert!(
        !console.commands.contains(&Command::PollNow),
        "once, not at each failed try"
    );
}

#[test]
fn a_poller_that_hangs_is_told_from_a_member_that_answers() {
    let mut console = on_members("healthy");
    let at = console.model.now.mono_ms;
    console.at(at + 4000, Event::Tick);
    let state = |console: &Console| console.model.members[0].state(console.model.now);
    assert_eq!(state(&console), State::Serving);
    console.at(at + 9000, Event::Tick);
    assert_eq!(state(&console), State::Silent(Fault::Timeout));
}

#[test]
fn a_silent_members_picture_stays_with_its_age() {
    let console = on_members("one-silent");
    let member = console.model.member("zk3:2181").unwrap();
    assert!(member.is_stale(console.model.now));
    assert_eq!(
        member.facts.connections,
        Some(42),
        "the old picture is kept"
    );
    assert_eq!(
        member.current_role(console.model.now),
        None,
        "and is not taken for the present"
    );
}

#[test]
fn a_memory_draws_an_outage_without_claiming_anything() {
    let console = on_members("remembered");
    assert_ne!(verdict(&console), Verdict::Healthy);
    assert_eq!(console.model.members.len(), 3);
    assert!(
        console.model.leader().is_none(),
        "who led when it was last seen leads no more"
    );
}

#[test]
fn what_is_kept_on_disk_is_what_was_last_seen_serving() {
    let mut console = on_members("one-silent");
    let later = console.model.now.mono_ms + 60_000;
    console.at(later, Event::Tick);
    let memory = console
        .commands
        .iter()
        .rev()
        .find_map(|command| match command {
            Command::Remember(memory) => Some(memory.clone()),
            _ => None,
        });
    let memory = memory.expect("it is kept every 10 s");
    let silent = memory
        .members
        .iter()
        .find(|member| member.address == "zk3:2181")
        .unwrap();
    assert_eq!(silent.role.as_deref(), Some("follower"));
    let age_ms = memory.saved_wall_ms - silent.seen_wall_ms;
    assert!(
        age_ms >= 60_000,
        "with its own age, not the file's: {age_ms}"
    );
}

#[test]
fn ids_that_members_tell_reorder_the_roster_and_keep_what_was_seen() {
    let mut console = on_members("only-srvr");
    let before = console.model.member("127.0.0.1:25012").unwrap().beats.len();
    console.now(Event::Identity {
        address: "127.0.0.1:25012".into(),
        sid: Sid(3),
    });
    let member = console.model.member("127.0.0.1:25012").unwrap();
    assert_eq!(
        (member.sid.map(|sid| sid.0), member.beats.len()),
        (Some(3), before)
    );
}

/// What is proposed where all are well mends nothing, and a restart makes it worse.
#[test]
fn two_leaders_of_one_epoch_are_looked_at_and_nobody_is_restarted() {
    let mut stage = able(three_of_apaches());
    assert_eq!(rolling_restart(&stage.console), "SOFT");
    stage.member(1).report.role = Some(Role::Leader);
    stage.play(1500);
    assert_eq!(verdict(&stage.console), Verdict::Degraded);
    assert_eq!(rolling_restart(&stage.console), "REFUSED");
    let step = next_step(&stage.console.model).unwrap();
    assert_eq!(
        (step.weighed, step.what.as_str()),
        (Weighed::Look, "look at Members")
    );
}

fn sentence(stage: &Stage) -> &str {
    &stage.console.model.verdict.sentence
}

/// A second without a beat takes a member off the count, and its alarm is there at once.
#[test]
fn a_follower_that_stands_still_counts_for_nothing_within_a_second() {
    let mut stage = three_of_ours();
    stage.freeze(1);
    let silent = "1 zk1:2181 does not answer; 2 of 3 voters serve under leader 3; one more \
                  loss stops writes.";
    assert_eq!(sentence(&stage), silent);
    assert_eq!(stage.console.model.verdict.survives, Some(0));
    stage.play(100);
    assert_eq!(
        stage.active(),
        ["quorum-margin/ensemble", "member-down/zk1:2181"]
    );
    stage.play(2000);
    assert_eq!(sentence(&stage), silent.replace("does not answer", "hangs"));
    let down = stage.alarm("member-down/zk1:2181").finding.sentence.clone();
    assert!(down.contains("takes connections"), "{down}");
    stage.revive(1, Speaks::Beats);
    writes(&mut stage, 1000);
    assert_eq!(verdict(&stage.console), Verdict::Healthy);
}

/// What each fault is called, in the verdict and in the next step.
#[test]
fn a_silence_is_called_what_it_is() {
    let cases = [
        (Fault::Refused, "2 zk2:2181 is down;", "start 2"),
        (Fault::Hangs, "2 zk2:2181 hangs;", "look at 2"),
        (
            Fault::NoSuchHost,
            "2 zk2:2181 is no known host;",
            "look at the address of 2",
        ),
        (Fault::Timeout, "2 zk2:2181 does not answer;", "look at 2"),
    ];
    for (fault, begins, step) in cases {
        let mut stage = three_of_apaches();
        stage.member(2).speaks = Speaks::Answers;
        let (at, last) = (stage.at_ms, stage.actors.len() - 1);
        let address = stage.actors[1].address.clone();
        stage.actors.remove(1);
        assert_eq!(stage.actors.len(), last);
        stage.event(probe(&address, at, Outcome::Silent(fault)));
        stage.play(1900);
        assert!(sentence(&stage).starts_with(begins), "{}", sentence(&stage));
        let next = next_step(&stage.console.model).unwrap();
        assert_eq!(next.what, step);
        assert!(
            !begins.contains("known host") || !next.why.contains("hangs"),
            "{}",
            next.why
        );
    }
}

/// In an election the old leader and the new one may be heard at once: no alarm. One that woke up
/// in another epoch was lost before and is lost still.
#[test]
fn a_leader_of_an_epoch_that_is_over_is_marked_and_counts_as_lost() {
    let mut stage = elected();
    let margin = "quorum-margin/ensemble";
    assert!(stage.active().contains(&margin.to_owned()));
    let old = stage.member(3);
    old.speaks = Speaks::Beats;
    assert_eq!(old.beat.role, "leader");
    for (id, role) in [(1, Role::Follower), (2, Role::Leader)] {
        let report = &mut stage.member(id).report;
        report.role = Some(role);
        report.zxid = Some(zoowarden_shared::Zxid(0x6_0000_0001));
    }
    for _ in 0..40 {
        stage.play(100);
        assert!(stage.active().contains(&margin.to_owned()), "it never ends");
    }
    let over = "3 zk3:2181 is still in an epoch that is over;";
    assert!(sentence(&stage).starts_with(over), "{}", sentence(&stage));
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("voters ■ ■ ▲ "), "{screen}");

    let mut stage = three_of_apaches();
    stage.member(2).report.role = Some(Role::Leader);
    stage.member(2).report.zxid = Some(zoowarden_shared::Zxid(0x6_0000_0000));
    stage.play(1000);
    stage.member(3).speaks = Speaks::NotServing;
    stage.play(1000);
    assert_eq!(stage.active(), Vec::<String>::new(), "an election is none");
}

/// Killed, and back without serving: one trouble, not two.
#[test]
fn what_comes_back_is_lost_until_it_serves() {
    let mut stage = three_of_ours();
    stage.kill(1);
    writes(&mut stage, 5000);
    let margin = "quorum-margin/ensemble".to_owned();
    assert!(stage.active().contains(&margin));
    stage.member(1).beat.serving = false;
    stage.member(1).speaks = Speaks::Beats;
    for _ in 0..60 {
        writes(&mut stage, 100);
        assert!(stage.active().contains(&margin), "{:?}", stage.active());
    }
}

#[test]
fn a_member_that_its_supervisor_gave_up_is_offered_with_that_and_its_last_words() {
    let mut stage = able(three_of_ours());
    let address = "zk1:2181".to_owned();
    stage.kill(1);
    stage.event(Event::MemberEnded(MemberEnd {
        address: address.clone(),
        pid: 7,
        how: "exit status: 1".into(),
        last_words: vec!["starts".into(), "cannot log: No space left".into()],
    }));
    stage.event(Event::Supervised(Supervised {
        address,
        phase: Phase::Quarantined,
        pid: None,
        said: "quarantined: it ended 3 times within 10 min and stays down. See its last words"
            .into(),
        is_by_itself: false,
    }));
    writes(&mut stage, 500);
    let given_up = "1 zk1:2181 is down, given up by its supervisor;";
    assert!(
        sentence(&stage).starts_with(given_up),
        "{}",
        sentence(&stage)
    );
    let step = next_step(&stage.console.model).unwrap();
    assert_eq!(
        (step.weighed, step.what.as_str()),
        (Weighed::Soft, "start 1")
    );
    let rows = rows::recover::listed(&stage.console.model);
    let wait = rows.iter().find(|row| row.what == "wait").unwrap();
    assert_eq!(wait.verdict.word(), "NO GAIN", "nobody starts it");
    let why = "it ended 3 times within 10 min and stays down; its last words: cannot log: No space \
               left";
    assert_eq!(step.why, format!("given up: {why}"));
    let alarm = &stage.alarm("member-down/zk1:2181").finding;
    assert!(alarm.sentence.contains(why), "{}", alarm.sentence);
    // Its log is not told by itself any more.
    stage.console.keys("2t");
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("cannot log: No space left"), "{screen}");
}

/// Cut off, it gives its leader up in the end: the same cut, the same sentence.
#[test]
fn a_cut_that_lasts_is_one_fault_with_one_sentence() {
    let mut stage = three_of_ours();
    let silent = |stage: &mut Stage, ms| {
        for id in [1, 3] {
            let Some(ensemble) = &mut stage.member(id).beat.ensemble else {
                continue;
            };
            match id {
                1 => ensemble.leader_silent_ms = Some(ms),
                _ => ensemble.learners[0].silent_ms = Some(ms),
            }
        }
        stage.play(100);
    };
    silent(&mut stage, 1000);
    let cut = "1 zk1:2181 answers here, yet nothing passes between it and its leader; 2 of 3 voters \
               serve under leader 3; one more loss stops writes.";
    assert_eq!(sentence(&stage), cut);
    stage.member(1).beat.serving = false;
    if let Some(ensemble) = &mut stage.member(1).beat.ensemble {
        (ensemble.leader, ensemble.leader_silent_ms) = (None, None);
    }
    if let Some(ensemble) = &mut stage.member(3).beat.ensemble {
        ensemble.learners.remove(0);
    }
    for _ in 0..120 {
        stage.play(100);
        assert_eq!(sentence(&stage), cut);
        assert!(
            stage
                .active()
                .contains(&"quorum-margin/ensemble".to_owned()),
            "{:?}",
            stage.active()
        );
    }
    let step = next_step(&stage.console.model).unwrap();
    assert_eq!(step.what, "look at Links: 3", "no restart mends a cut");
}

/// No fact of the verdict is cut in its middle, in any window that shows screens.
#[test]
fn the_verdict_is_whole_or_shorter_by_whole_facts_in_every_window() {
    let mut frozen = three_of_ours();
    frozen.freeze(1);
    for mut stage in [frozen, one_dead(), no_quorum(), three_of_apaches()] {
        let whole = said(&stage.console.model).to_owned();
        for columns in 60..=80 {
            for rows in 15..=24 {
                let screen = stage.console.screen(columns, rows);
                let lines = verdict_lines(&stage.console.model);
                let told = lines.join(" ");
                let facts = told.trim_end_matches('.').split("; ");
                for fact in facts {
                    assert!(whole.contains(fact), "{columns}x{rows}: {fact}");
                }
                assert!(told.ends_with('.'), "{columns}x{rows}: {told}");
                for line in lines {
                    assert!(screen.contains(&line), "{columns}x{rows}: {line}\n{screen}");
                }
            }
        }
    }
}

/// Until `syncLimit` ticks are over the leader leads on, and counts them.
#[test]
fn two_of_three_that_stand_still_leave_one_and_that_is_too_few() {
    let mut stage = three_of_ours();
    stage.freeze(1);
    stage.freeze(2);
    stage.play(2000);
    assert_eq!(
        sentence(&stage),
        "1 zk1:2181 and 2 zk2:2181 hang; 1 of 3 voters serve under leader 3; 2 must serve for \
         writes."
    );
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("too few for a write"), "{screen}");
    assert!(!screen.contains("survives 0 more"), "{screen}");
}

/// A process that crashes at each start takes a connection and drops it now and then.
#[test]
fn a_member_in_a_loop_of_crashes_is_down_all_the_while() {
    let mut stage = three_of_ours();
    stage.kill(1);
    let running = Supervised {
        address: "zk1:2181".into(),
        phase: Phase::Running,
        pid: Some(8),
        said: "it runs as process 8".into(),
        is_by_itself: true,
    };
    stage.event(Event::Supervised(running));
    for fault in [Fault::HungUp, Fault::Refused, Fault::HungUp] {
        let at = stage.at_ms;
        stage.event(probe("zk1:2181", at, Outcome::Silent(fault)));
        assert!(
            sentence(&stage).starts_with("1 zk1:2181 is down;"),
            "{}",
            sentence(&stage)
        );
    }
}

#[test]
fn in_the_moment_of_an_election_nobody_is_said_not_to_answer_who_does() {
    let mut stage = three_of_ours();
    for id in [1, 2, 3] {
        stage.member(id).speaks = Speaks::NotServing;
    }
    stage.member(1).beat.serving = false;
    stage.play(1200);
    stage.member(1).speaks = Speaks::Answers;
    stage.play(1000);
    let told = sentence(&stage);
    assert!(
        told.ends_with("who leads it has not said so here yet."),
        "{told}"
    );
}

/// No election comes of voters that do not reach each other.
#[test]
fn voters_that_were_cut_off_from_each_other_are_not_waited_for() {
    let stage = cut_off_and_lost();
    assert_eq!(verdict(&stage.console), Verdict::NoQuorum);
    assert!(
        sentence(&stage).contains("nothing passes"),
        "{}",
        sentence(&stage)
    );
    let step = next_step(&stage.console.model).unwrap();
    assert_eq!(step.what, "look at Links: 3");
}

/// Screen 0's first and the Overview's next step are one.
fn next_is_the_best(stage: &Stage) -> String {
    let step = next_step(&stage.console.model).unwrap();
    let best = &recovery::proposals(&stage.console.model)[0];
    assert_eq!(
        (step.weighed, &step.what),
        (Weighed::Safe, &best.action.to_string()),
        "{best:?}"
    );
    step.what
}

/// 1 was told to take everything anew, and its leader is gone: two of three are alive, and one
/// alone has a vote to give.
#[test]
fn who_was_started_anew_is_not_waited_for_to_elect() {
    for is_able in [true, false] {
        let mut stage = leader_lost();
        if is_able {
            stage = able(stage);
        }
        let beat = &mut stage.member(1).beat;
        beat.ensemble.as_mut().unwrap().abstains = true;
        stage.play(2000);
        let step = next_step(&stage.console.model).unwrap();
        assert_eq!(step.what, "start 3");
        assert_eq!(step.why, "with it there is a quorum again: 2 of 3");
        if is_able {
            assert_eq!(next_is_the_best(&stage), "start 3");
        }
        let rows = rows::recover::listed(&stage.console.model);
        assert!(rows.iter().all(|row| row.what != "wait"), "{rows:?}");
    }
}

/// 2 is dead, 1 is cut off from 3: the dead one is started, whoever owns the network.
#[test]
fn a_dead_member_is_started_though_another_is_cut_off() {
    let mut stage = able(cut_off_and_lost());
    assert_eq!(next_is_the_best(&stage), "start 2");
    let step = next_step(&stage.console.model).unwrap();
    assert_eq!(step.why, "with it there is a quorum again: 2 of 3");
    // A gate that polls afresh finds two that answer, and knows of the cut.
    stage.console.keys(":act start 2<enter>");
    let mut commands = stage.console.commands.iter();
    let cut_off = commands.find_map(|command| match command {
        Command::Act { before, .. } => Some(before.cut_off.iter().cloned().collect::<Vec<_>>()),
        _ => None,
    });
    assert_eq!(cut_off.unwrap(), ["zk1:2181"]);
}

/// `BY HAND resync 1: nothing stops; margin 0 -> 1`, where nobody leads and screen 0 refuses it.
#[test]
fn a_resync_that_is_refused_is_no_next_step() {
    let mut stage = able(no_quorum());
    let damaged = |stage: &mut Stage, address: &str| {
        let damaged = &mut stage.console.model.recovery.means.damaged;
        damaged.insert(address.to_owned());
    };
    damaged(&mut stage, "zk2:2181");
    assert_eq!(next_is_the_best(&stage), "start 3");
    damaged(&mut stage, "zk3:2181");
    let step = next_step(&stage.console.model).unwrap();
    assert!(!step.what.contains("resync"), "{step:?}");
    assert!(!step.why.contains("nothing stops"), "{step:?}");
}

/// `start 1` of a damaged log promised `margin no quorum -> 1`, and a start finds the same.
#[test]
fn a_start_that_finds_the_same_damage_promises_no_gain_and_waiting_is_no_way() {
    let mut stage = able(one_dead());
    let damaged = &mut stage.console.model.recovery.means.damaged;
    damaged.insert("zk1:2181".to_owned());
    stage.console.keys("0");
    let rows = rows::recover::listed(&stage.console.model);
    let row = |what: &str| rows.iter().find(|row| row.what == what).unwrap();
    let told = (row("start 1").verdict.word(), row("wait").verdict.word());
    assert_eq!(told, ("NO GAIN", "NO GAIN"));
    assert_eq!(
        row("wait").sentence,
        "1 will not come back unaided: the margin stays 0"
    );
    let facts = seen(&stage.console.model);
    let start = Action::Start {
        member: Who::Sid(Sid(1)),
    };
    let judgement = judge(&start, &facts, &stage.console.model.recovery.means);
    let forecast = &judgement.consequence;
    assert_eq!(forecast.after, forecast.before);
    assert!(
        forecast.sentence.starts_with("it would end as before"),
        "{}",
        forecast.sentence
    );
    // Nor is a resync of it a way to a quorum where nobody leads.
    let mut stage = able(no_quorum());
    let model = &mut stage.console.model;
    model.recovery.means.damaged.insert("zk2:2181".to_owned());
    let resync = Action::Resync { member: Sid(2) };
    let judgement = judge(&resync, &seen(model), &model.recovery.means);
    assert_eq!(
        judgement.consequence.sentence,
        "2 has no vote until a leader gives it everything anew"
    );
    assert_eq!(judgement.consequence.after.margin(), None);
}

/// A name that nobody has: it is told, and no vote is lost with it.
#[test]
fn a_slip_in_the_list_of_hosts_costs_no_vote() {
    let mut stage = three_of_ours();
    let model = &mut stage.console.model;
    model.known.seeds.push("nosuch:2181".into());
    model.reroster();
    let at = stage.at_ms;
    stage.event(probe("nosuch:2181", at, Outcome::Silent(Fault::NoSuchHost)));
    writes(&mut stage, 3000);
    assert_eq!(stage.active(), ["member-down/nosuch:2181"]);
    let told = "nosuch:2181 is no known host; 3 of 3 voters serve under leader 3";
    assert!(sentence(&stage).starts_with(told), "{}", sentence(&stage));
}

/// Nobody has told who else votes: the header, the alarms and the Overview may not differ.
#[test]
fn where_all_refuse_and_nobody_told_the_configuration_no_sentence_says_more_than_the_verdict() {
    let mut stage = three_of_apaches();
    stage.console.model.known.config = Default::default();
    stage.console.model.reroster();
    stage.play(2000);
    for id in 1..=3 {
        stage.kill(id);
    }
    stage.play(5000);
    assert_eq!(verdict(&stage.console), Verdict::Unknown);
    let alarm = &stage.alarm("quorum-margin/ensemble").finding;
    assert_eq!(alarm.title, "no quorum in sight");
    assert_eq!(
        alarm.sentence,
        "0 of 3 voters serve and 2 are needed: whether anything can be written cannot be told \
         from here."
    );
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("writes: cannot tell"), "{screen}");
    assert!(!screen.contains("nothing can be written"), "{screen}");
    assert!(!screen.contains("there is no leader"), "{screen}");
}

/// Two followers serve: somebody leads, and the third keeps its words shut.
#[test]
fn a_leader_that_cannot_be_asked_is_not_said_to_be_missing() {
    let mut stage = three_of_apaches();
    stage.member(3).speaks = Speaks::Quiet;
    let at_mono_ms = stage.at_ms;
    stage.event(Event::Probe(Probe {
        address: "zk3:2181".into(),
        at_mono_ms,
        outcome: Outcome::Shut,
        round_trip_us: Some(1000),
        interval_ms: 1000,
        closed: vec![Closed {
            what: "srvr is shut".into(),
            line: "4lw.commands.whitelist=srvr,mntr".into(),
        }],
    }));
    let screen = stage.console.screen(120, 35);
    for told in [
        "who leads is not known: 3 zk3:2181 tells nothing;",
        "4lw.commands.whitelist=srvr,mntr opens it",
        "a quorum holds",
    ] {
        assert!(screen.contains(told), "{told}:\n{screen}");
    }
    assert!(!screen.contains("there is no leader"), "{screen}");
}

/// A pause of its process passes; a process that stands for longer does not come back by itself.
#[test]
fn a_member_that_hangs_is_looked_at_first_and_then_restarted() {
    let mut stage = able(three_of_ours());
    writes(&mut stage, 3000);
    stage.freeze(1);
    stage.play(3000);
    let step = next_step(&stage.console.model).unwrap();
    assert_eq!(
        (step.weighed, step.what.as_str()),
        (Weighed::Look, "look at 1")
    );
    stage.play(10_000);
    let step = next_step(&stage.console.model).unwrap();
    assert_eq!(
        (step.weighed, step.what.as_str()),
        (Weighed::Safe, "restart 1")
    );
    assert!(step.why.starts_with("it has hung for 1"), "{}", step.why);
}

/// It may be where something was written to.
#[test]
fn what_a_key_has_said_is_whole_beside_the_alarms() {
    let mut stage = one_dead();
    let file = "/home/operator/.local/state/zoowarden/handover-2026-11-23-23-26-32-prod-eu.md";
    stage.console.model.say(format!("written to {file}"));
    let screen = stage.console.screen(80, 24);
    let mut foot = screen.lines().rev();
    let (last, before) = (foot.next().unwrap(), foot.next().unwrap());
    assert!(before.starts_with(" alarms 2 ✕  ● written to"), "{screen}");
    let told: String = [before, last].concat().split(' ').collect();
    assert!(told.ends_with(file), "{screen}");
}

/// Its process is well: screen 0 and the next step say one thing of it.
#[test]
fn no_restart_is_proposed_for_a_member_that_is_cut_off() {
    let mut stage = able(three_of_ours());
    writes(&mut stage, 3000);
    let beat = &mut stage.member(1).beat;
    beat.ensemble.as_mut().unwrap().leader_silent_ms = Some(5000);
    stage.play(1000);
    let step = next_step(&stage.console.model).unwrap();
    assert_eq!(step.what, "look at Links: 3");
    let proposals = recovery::proposals(&stage.console.model);
    let restart = proposals
        .iter()
        .find(|one| one.action.to_string() == "restart 1");
    assert_eq!(restart.unwrap().verdict.word(), "NO GAIN");
    let screen = stage.console.screen(80, 24);
    assert!(
        screen.contains("▲ 1 zk1  CUT OFF") && screen.contains("hears no leader"),
        "{screen}"
    );
    stage.console.keys("2");
    let screen = stage.console.screen(80, 24);
    assert!(
        screen.contains(">▲   1 zk1:2181") && screen.contains(" cut off "),
        "{screen}"
    );
    assert!(
        screen.contains("It answers here, and nothing passes between"),
        "{screen}"
    );
}
