//! The rules that measure: disks, latency, limits, storms, versions.

use zoowarden_console::{
    event::{Command, Event, SessionEvent},
    model::{
        alarm::{CanTell, notice::Urgency},
        next_step::next_step,
        probe::Via,
        survey::{Answer, Question},
    },
};
use zoowarden_shared::{
    SessionId,
    admin::{ClientConnection, LearnerBeat, SnapshotList, Summary},
};

use crate::{
    alarm_stage::{Stage, until_begun, until_over},
    recover::able,
    troupe::three_of_ours,
};

#[test]
fn a_disk_that_is_slower_than_its_peers_is_told_after_half_a_minute() {
    let mut stage = Stage::of_ours(3);
    for ms in 0..600u64 {
        for id in 1..=3 {
            let slow = if id == 2 && ms >= 200 { 400_000 } else { 800 };
            stage.member(id).beat.fsync_last_us = Some(slow + ms);
        }
        stage.play(100);
    }
    until_begun(&mut stage, "slow-fsync/zk2:2181", 0);
    let alarm = stage.alarm("slow-fsync/zk2:2181");
    assert!(
        alarm.finding.sentence.contains("fsync 401 ms"),
        "{}",
        alarm.finding.sentence
    );
    for ms in 600..1200u64 {
        for id in 1..=3 {
            stage.member(id).beat.fsync_last_us = Some(800 + ms);
        }
        stage.play(100);
    }
    assert_eq!(stage.active(), Vec::<String>::new());
}

/// "Nothing to do, all is well" stood beside the alarm.
#[test]
fn a_leaders_slow_disk_makes_a_transfer_the_next_step_and_a_followers_a_look() {
    for (slow_id, expected) in [(3, "hand the leadership to"), (2, "look at Alarms: 9")] {
        let mut stage = able(three_of_ours());
        stage.play(60_000);
        for ms in 0..600u64 {
            for id in 1..=3 {
                let slow = if id == slow_id { 400_000 } else { 800 };
                stage.member(id).beat.fsync_last_us = Some(slow + ms);
            }
            stage.play(100);
        }
        let model = &mut stage.console.model;
        for member in &mut model.members {
            member.via = Some(Via::AdminServer);
        }
        let step = next_step(model).unwrap();
        assert!(step.what.starts_with(expected), "{step:?}");
        // The verdict does not say that all is well meanwhile, until somebody has seen it.
        let told =
            format!("▲ WATCH       The disk of {slow_id} zk{slow_id}:2181 is slow; all 3 voters");
        let screen = stage.console.screen(120, 35);
        assert!(screen.contains(&told), "{screen}");
        for (columns, rows) in [(80, 24), (40, 10)] {
            let screen = stage.console.screen(columns, rows);
            assert!(screen.contains("▲ WATCH"), "{screen}");
        }
        stage.console.keys("9a");
        let screen = stage.console.screen(120, 35);
        assert!(
            screen.contains("● HEALTHY     All 3 voters serve"),
            "{screen}"
        );
    }
}

#[test]
fn apaches_fsyncs_are_judged_by_what_is_new_in_their_mean() {
    let mut stage = Stage::of_apache(3);
    let mut sums = [50_000.0; 3];
    for second in 0..80i64 {
        let count = 50_000 + 20 * second;
        for (id, sum) in (1..).zip(&mut sums) {
            *sum += 20.0 * if id == 1 && second > 10 { 300.0 } else { 1.0 };
            stage.member(id).report.fsync_ms = Some(Summary {
                count,
                avg: *sum / count as f64,
                min: 0.0,
                max: 400.0,
            });
        }
        stage.play(1000);
    }
    until_begun(&mut stage, "slow-fsync/zk1:2181", 0);
}

/// Three of Apache's, and our session on the first.
fn with_our_session() -> Stage {
    let mut stage = Stage::of_apache(3);
    stage.event(Event::Session(SessionEvent::Connected {
        address: "zk1:2181".into(),
        id: SessionId(1),
        timeout_ms: 15_000,
        read_only: false,
    }));
    stage
}

#[test]
fn our_own_pings_are_judged_by_their_own_past() {
    let mut stage = with_our_session();
    let ping = |stage: &mut Stage, us| {
        stage.event(Event::Session(SessionEvent::Ping { us }));
        stage.play(2000);
    };
    for _ in 0..30 {
        ping(&mut stage, 1000);
    }
    for _ in 0..60 {
        ping(&mut stage, 300_000);
    }
    // After two minutes it is still not usual.
    until_begun(&mut stage, "latency/console", 0);
    for _ in 0..10 {
        ping(&mut stage, 1000);
    }
    until_over(&mut stage, "latency/console", 12_000);
}

#[test]
fn pings_that_a_stall_held_back_are_no_slowness_of_their_own() {
    let mut stage = with_our_session();
    let stalled = [8_000_000, 6_000_000, 4_000_000, 2_000_000];
    let pings = [1000; 30].into_iter().chain(stalled).chain([1000; 10]);
    for us in pings {
        stage.event(Event::Session(SessionEvent::Ping { us }));
        if us == 1000 {
            stage.play(2000);
        }
    }
    assert_eq!(stage.notices(), []);
}

#[test]
fn descriptors_are_told_from_85_per_cent_on() {
    let mut stage = Stage::of_apache(3);
    stage.member(2).report.fd_open = Some(849);
    stage.play(6000);
    assert_eq!(stage.active(), Vec::<String>::new());
    stage.member(2).report.fd_open = Some(850);
    until_begun(&mut stage, "descriptors/zk2:2181", 6000);
    stage.member(2).report.fd_open = Some(100);
    until_over(&mut stage, "descriptors/zk2:2181", 15_000);
}

#[test]
fn a_client_host_near_its_limit_is_told_while_connections_are_listed() {
    let mut stage = Stage::of_apache(3);
    stage.play(2000);
    let listed = |n: i64| {
        let connection = |id| ClientConnection {
            remote: format!("10.0.0.9:{}", 40_000 + id),
            session: Some(SessionId(id)),
            ..ClientConnection::default()
        };
        Event::Connections {
            address: "zk2:2181".into(),
            answer: Ok((0..n).map(connection).collect()),
        }
    };
    stage.event(listed(55));
    let alarm = stage.alarm("connection-limit/zk2:2181");
    assert!(
        alarm.finding.sentence.contains("10.0.0.9 has 55"),
        "{}",
        alarm.finding.sentence
    );
    stage.event(listed(5));
    until_over(&mut stage, "connection-limit/zk2:2181", 16_000);
}

#[test]
fn storms_are_growth_beyond_what_ever_was() {
    let mut stage = Stage::of_apache(3);
    stage.play(20_000);
    for second in 0..15i64 {
        stage.member(1).report.connections = Some(20 + second * 100);
        stage.member(2).report.watches = Some(10 + second * 2000);
        stage.play(1000);
    }
    until_begun(&mut stage, "session-storm/ensemble", 0);
    until_begun(&mut stage, "watch-storm/ensemble", 0);
    until_over(&mut stage, "session-storm/ensemble", 30_000);
    until_over(&mut stage, "watch-storm/ensemble", 30_000);
}

#[test]
fn clients_that_move_off_a_dead_member_are_no_storm() {
    let mut stage = Stage::of_apache(3);
    for id in 1..=3 {
        stage.member(id).report.connections = Some(2000);
    }
    stage.play(20_000);
    stage.kill(1);
    for id in 2..=3 {
        stage.member(id).report.connections = Some(3000);
    }
    stage.play(20_000);
    let storms = stage
        .active()
        .into_iter()
        .filter(|key| key.contains("storm"));
    assert_eq!(storms.count(), 0);
}

#[test]
fn versions_may_differ_for_an_upgrades_time() {
    let mut stage = Stage::of_apache(3);
    stage.member(1).report.version = Some("3.8.4".into());
    stage.play(59 * 60_000);
    assert_eq!(stage.active(), Vec::<String>::new());
    until_begun(&mut stage, "version-skew/ensemble", 120_000);
    assert_eq!(
        stage.alarm("version-skew/ensemble").finding.urgency,
        Urgency::Low
    );
    stage.member(1).report.version = Some("3.8.0".into());
    until_over(&mut stage, "version-skew/ensemble", 15_000);
}

#[test]
fn a_rule_that_cannot_be_evaluated_says_so() {
    let mut stage = Stage::of_apache(3);
    for id in 1..=3 {
        stage.member(id).report.fd_open = None;
    }
    stage.play(2000);
    let model = &stage.console.model;
    let word = |name: &str| {
        let mut rules = model.alarms.rules();
        let rule = rules.find(|rule| rule.about().name == name);
        rule.unwrap().can_tell(model)
    };
    assert!(matches!(word("descriptors"), CanTell::No(why) if why.contains("whitelist=mntr")));
    assert!(matches!(word("disk-filling"), CanTell::No(why) if why.contains("Apache's")));
    assert!(matches!(word("clock-offset"), CanTell::No(why) if why.contains("AdminServer")));
    assert_eq!(word("member-down"), CanTell::Yes);
}

#[test]
fn a_clock_that_is_off_the_others_is_told_and_so_is_this_consoles() {
    let mut stage = Stage::of_apache(3);
    let tell = |stage: &mut Stage, ahead: [i64; 3]| {
        for (id, ahead_ms) in (1..).zip(ahead) {
            let address = format!("zk{id}:2181");
            stage.event(Event::Clock {
                address,
                at_mono_ms: stage.at_ms,
                ahead_ms,
            });
        }
        stage.play(5000);
    };
    for _ in 0..8 {
        tell(&mut stage, [300, -400, 63_000]);
    }
    assert_eq!(stage.active(), ["clock-offset/zk3:2181"]);
    let finding = &stage.alarm("clock-offset/zk3:2181").finding;
    assert!(
        finding.sentence.ends_with("1 m 2 s ahead of the others'."),
        "{}",
        finding.sentence
    );
    for _ in 0..12 {
        tell(&mut stage, [300, -400, 100]);
    }
    assert_eq!(stage.active(), Vec::<String>::new());
    for _ in 0..12 {
        tell(&mut stage, [9000, 9300, 8900]);
    }
    assert_eq!(stage.active(), ["clock-offset/console"]);
    let finding = &stage.alarm("clock-offset/console").finding;
    assert!(
        finding.sentence.contains("9.0 s behind"),
        "{}",
        finding.sentence
    );
}

#[test]
fn a_disk_is_told_of_before_it_is_full_by_what_is_left_and_by_its_pace() {
    let mut stage = Stage::of_ours(3);
    let look = |stage: &mut Stage, id: usize, free_bytes: u64| {
        let list = SnapshotList {
            logs: 3,
            log_bytes: 200_000_000,
            free_bytes: Some(free_bytes),
            ..SnapshotList::default()
        };
        stage.event(Event::Answered {
            address: format!("zk{id}:2181"),
            question: Question::Snapshots,
            answer: Ok(Answer::Snapshots(list)),
        });
    };
    stage.play(1000);
    let asked = stage.console.commands.iter().filter(|command| {
        matches!(command, Command::Ask { question, .. } if *question == Question::Snapshots)
    });
    assert_eq!(asked.count(), 3, "each is asked without any page");
    look(&mut stage, 1, 50_000_000_000);
    look(&mut stage, 2, 300_000_000);
    stage.play(1000);
    assert_eq!(stage.active(), ["disk-filling/zk2:2181"]);
    let sentence = &stage.alarm("disk-filling/zk2:2181").finding.sentence;
    assert_eq!(sentence, "The disk of 2 zk2:2181 has 300 MB left.");
    stage.console.keys("2");
    let screen = stage.console.screen(160, 35);
    let mut rows = screen.lines().skip_while(|line| !line.contains(" fsync "));
    assert!(
        rows.next()
            .is_some_and(|titles| titles.contains(" fd   disk ")),
        "{screen}"
    );
    let row = rows.nth(1).unwrap_or_default();
    assert!(
        row.contains("0.80ms") && row.contains(" 10% 300 MB"),
        "{row}"
    );

    // 1 GB a minute: it is full within the hour.
    for minute in 1..=12 {
        stage.play(60_000);
        look(&mut stage, 1, 50_000_000_000 - minute * 1_000_000_000);
        look(&mut stage, 2, 20_000_000_000);
        look(&mut stage, 3, 5_000_000_000);
    }
    stage.play(1000);
    assert_eq!(stage.active(), ["disk-filling/zk1:2181"]);
    let sentence = &stage.alarm("disk-filling/zk1:2181").finding.sentence;
    assert!(
        sentence.contains("has 38 GB left, and is full in 38 m"),
        "{sentence}"
    );
}

#[test]
fn a_slow_disk_says_whether_writes_wait_for_it() {
    let mut stage = Stage::of_ours(3);
    for turn in 0..600i64 {
        let committed = 0x5_0000_0100 + turn * 5;
        for id in 1..=3 {
            let slow = if id == 2 { 400_000 } else { 800 };
            stage.member(id).beat.fsync_last_us = Some(slow + turn.unsigned_abs());
        }
        if let Some(ensemble) = &mut stage.member(3).beat.ensemble {
            (ensemble.committed, ensemble.flushed) = (committed, committed);
            let acked = [(1, committed), (2, committed - 20)].into_iter();
            ensemble.learners = acked
                .map(|(sid, acked)| LearnerBeat {
                    sid,
                    votes: true,
                    synced: true,
                    acked,
                    ..LearnerBeat::default()
                })
                .collect();
        }
        stage.play(100);
    }
    let why = &stage.alarm("slow-fsync/zk2:2181").finding.why;
    let costs = "no write waits for it, 1 3 carry them; if one of 1 3 goes, every write waits for the slower";
    assert!(why.iter().any(|line| line == costs), "{why:?}");
    stage.console.keys("2gj");
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains(costs), "{screen}");
}
