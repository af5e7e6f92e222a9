//! Client ports that nobody told: what is assumed, and what must not be concluded from it.

use zoowarden_console::{
    action::{Answer, seen},
    event::Event,
    model::{
        Cluster, Model,
        clock::Now,
        member::State,
        probe::{Fault, Outcome, Probe, Via},
        recovery::proposals,
    },
};
use zoowarden_shared::{
    Zxid,
    admin::{LearnerCounts, MemberReport, Role},
    config::DynamicConfig,
};

use crate::fixture::{Console, WALL_MS};

/// A console that was given these addresses, of three members whose client ports no
/// configuration lists.
fn of_three(seeds: &[&str], hosts: [&str; 3]) -> Console {
    let now = Now {
        mono_ms: 0,
        wall_ms: WALL_MS,
    };
    let seeds = seeds.iter().map(|seed| (*seed).to_owned()).collect();
    let model = Model::new(now, Cluster::default(), seeds, Default::default());
    let mut console = Console {
        model,
        commands: Vec::new(),
        told: Vec::new(),
    };
    let lines = (1..).zip(hosts);
    let lines: Vec<String> = lines
        .map(|(n, host)| format!("server.{n}={host}:2888:3888:participant"))
        .collect();
    let config = DynamicConfig::parse_lenient(&lines.join("\n"));
    console.at(0, Event::Config(config));
    console
}

/// Each is asked once a second, five times.
fn asked(console: &mut Console, answers: &[(&str, Outcome)]) {
    for at_ms in (1000..=5000).step_by(1000) {
        for (address, outcome) in answers {
            let probe = Probe {
                address: (*address).to_owned(),
                at_mono_ms: at_ms,
                outcome: outcome.clone(),
                round_trip_us: Some(900),
                interval_ms: 1000,
                closed: Vec::new(),
            };
            console.at(at_ms, Event::Probe(probe));
        }
        console.at(at_ms, Event::Tick);
    }
}

fn leads() -> Outcome {
    let report = MemberReport {
        role: Some(Role::Leader),
        zxid: Some(Zxid(0x5_0000_001f)),
        learners: Some(LearnerCounts {
            synced_followers: Some(2),
            ..LearnerCounts::default()
        }),
        ..MemberReport::default()
    };
    Outcome::Serving {
        facts: Box::new(report),
        via: Via::Mntr,
    }
}

fn alarms(console: &Console) -> Vec<&str> {
    let active = console.model.alarms.active();
    active.map(|alarm| alarm.key.as_str()).collect()
}

/// "DOWN refused", a critical alarm of margin 0, and the advice to start a member that ran.
#[test]
fn nobody_is_down_who_only_does_not_listen_at_an_assumed_port() {
    let mut console = of_three(&["zk1:2181"], ["zk1", "zk2", "zk3"]);
    let refused = Outcome::Silent(Fault::Refused);
    let answers = [
        ("zk1:2181", leads()),
        ("zk2:2181", refused.clone()),
        ("zk3:2181", refused),
    ];
    asked(&mut console, &answers);
    let model = &console.model;
    let states: Vec<State> = model
        .members
        .iter()
        .map(|one| one.state(model.now))
        .collect();
    assert_eq!(
        states,
        [State::Serving, State::Unaddressed, State::Unaddressed]
    );
    assert_eq!(alarms(&console), [] as [&str; 0]);
    assert_eq!(model.verdict.survives, Some(1), "the leader vouches");
    let facts = seen(model);
    let answer = &facts.members[1].answer;
    assert_eq!(*answer, Answer::NotAsked("client port unknown".into()));
    let all = proposals(model);
    let starts = all
        .iter()
        .filter(|one| one.action.to_string().starts_with("start"));
    assert_eq!(starts.count(), 0, "{all:?}");

    // Once somebody has answered there, its end is one.
    asked_on(&mut console);
    assert_eq!(
        console.model.members[1].state(console.model.now),
        State::Silent(Fault::Refused)
    );
}

/// zk2 answers at its assumed port, and is gone.
fn asked_on(console: &mut Console) {
    for (at_ms, outcome) in [
        (6000, Outcome::NotServing),
        (7000, Outcome::Silent(Fault::Refused)),
    ] {
        let probe = Probe {
            address: "zk2:2181".into(),
            at_mono_ms: at_ms,
            outcome,
            round_trip_us: Some(900),
            interval_ms: 1000,
            closed: Vec::new(),
        };
        console.at(at_ms, Event::Probe(probe));
    }
}

#[test]
fn a_seed_that_is_no_member_stands_in_nobodys_place() {
    let seeds = [
        "10.255.255.1:2181",
        "nosuch.invalid:2181",
        "127.0.0.1:22181",
    ];
    let mut console = of_three(&seeds, ["127.0.0.1"; 3]);
    let answers = [
        ("10.255.255.1:2181", Outcome::Silent(Fault::Timeout)),
        ("nosuch.invalid:2181", Outcome::Silent(Fault::NoSuchHost)),
        ("127.0.0.1:22181", leads()),
    ];
    asked(&mut console, &answers);
    let addresses = console.model.to_watch().0;
    assert!(!addresses.contains(&"127.0.0.1:2181".to_owned()));
    let active = alarms(&console);
    assert!(!active.contains(&"quorum-margin/ensemble"), "{active:?}");
    let screen = console.screen(120, 35);
    assert!(
        screen.contains("voters ■ ? ?  3 of 3, need 2  +2 no members"),
        "{screen}"
    );
}
