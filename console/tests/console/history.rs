//! What happened, line by line: elections with their gaps, members that went and came back,
//! and in the demo what that cost its clients.

use zoowarden_console::{
    demo::MemberEnd,
    event::Event,
    model::{
        crowd::{Cost, FaultCost},
        happening::What,
        probe::{Fault, Outcome, Probe, Via},
    },
};
use zoowarden_shared::{
    Zxid,
    admin::{MemberReport, Role},
};

use crate::{
    fixture::{Console, on_members},
    screens::check,
};

fn poll(console: &mut Console, at_mono_ms: u64, address: &str, outcome: Outcome) {
    let probe = Probe {
        address: address.into(),
        at_mono_ms,
        outcome,
        round_trip_us: Some(1000),
        interval_ms: 1000,
        closed: Vec::new(),
    };
    console.at(at_mono_ms, Event::Probe(probe));
}

fn serving(role: Role, epoch: i32, counter: u32) -> Outcome {
    let facts = MemberReport {
        role: Some(role),
        zxid: Some(Zxid::new(epoch, counter)),
        ..MemberReport::default()
    };
    Outcome::Serving {
        facts: Box::new(facts),
        via: Via::Srvr,
    }
}

fn lines(console: &Console) -> Vec<String> {
    let entries = console.model.history.entries();
    entries
        .map(|entry| format!("{} {}", entry.what.kind(), entry.what.sentence()))
        // What was told has tests of its own.
        .filter(|line| !line.starts_with("alarm "))
        .collect()
}

fn cost(console: &Console) -> Cost {
    let now_ms = console.model.now.mono_ms;
    Cost {
        clients: 38,
        connected: 38,
        acknowledged: 6212,
        refused: 0,
        unknown: 2,
        lost: 0,
        sessions_lost: 0,
        gap_us: 4000,
        longest_gap_us: 118_000,
        last_fault: Some(FaultCost {
            number: 1,
            began_ms_ago: now_ms - 30_020,
            is_over: false,
            cut_off: 38,
            refused: 0,
            unknown: 2,
            lost: 0,
            sessions_lost: 0,
            longest_gap_us: 118_000,
        }),
    }
}

#[test]
fn an_election_is_one_line_with_who_the_epochs_and_the_gap() {
    let mut console = on_members("healthy");
    assert_eq!(lines(&console), ["leader 2 zk2:2181 leads, epoch 5"]);
    let at = console.model.now.mono_ms;
    let last_word = console.model.leader().unwrap().heard_mono_ms.unwrap();
    poll(
        &mut console,
        at + 100,
        "zk2:2181",
        Outcome::Silent(Fault::Refused),
    );
    poll(&mut console, at + 110, "zk1:2181", Outcome::NotServing);
    poll(&mut console, at + 120, "zk3:2181", Outcome::NotServing);
    // First seen with its last transaction of the old epoch.
    poll(
        &mut console,
        at + 900,
        "zk3:2181",
        serving(Role::Leader, 5, 31),
    );
    poll(
        &mut console,
        at + 1900,
        "zk3:2181",
        serving(Role::Leader, 6, 0),
    );
    poll(
        &mut console,
        at + 2000,
        "zk1:2181",
        serving(Role::Follower, 5, 31),
    );
    poll(
        &mut console,
        at + 5000,
        "zk2:2181",
        serving(Role::Follower, 6, 1),
    );
    let gap_ms = at + 900 - last_word;
    assert_eq!(
        lines(&console)[1..],
        [
            "down 2 zk2:2181: refused".to_owned(),
            format!(
                "election 2 → 3 zk3:2181, epoch 5 → 6, at most {}.{:03} s without a leader \
                 (2 died, inferred)",
                gap_ms / 1000,
                gap_ms % 1000
            ),
            "back 2 zk2:2181 serves again, after 4.9 s".to_owned(),
        ]
    );
}

#[test]
fn the_same_leader_in_a_new_epoch_is_an_election_too() {
    let mut console = on_members("healthy");
    let at = console.model.now.mono_ms;
    poll(&mut console, at + 20_000, "zk2:2181", Outcome::NotServing);
    poll(
        &mut console,
        at + 22_000,
        "zk2:2181",
        serving(Role::Leader, 6, 0),
    );
    let last = lines(&console).pop().unwrap();
    assert!(
        last.starts_with("election 2 zk2:2181 leads again, epoch 5 → 6, "),
        "{last}"
    );
}

#[test]
fn a_leader_that_wakes_up_and_does_not_know_it_yet_is_marked() {
    let mut console = on_members("healthy");
    let at = console.model.now.mono_ms;
    poll(
        &mut console,
        at + 100,
        "zk2:2181",
        Outcome::Silent(Fault::Timeout),
    );
    poll(
        &mut console,
        at + 900,
        "zk3:2181",
        serving(Role::Leader, 6, 0),
    );
    poll(
        &mut console,
        at + 950,
        "zk2:2181",
        serving(Role::Leader, 5, 31),
    );
    let screen = console.screen(120, 35);
    let row = screen
        .lines()
        .skip_while(|line| !line.starts_with("── members"))
        .find(|line| line.contains(" 2 zk2:2181 "))
        .unwrap();
    assert!(
        row.contains("old leader") && row.contains("5:0000001f"),
        "{row}"
    );
    let elections = console.model.history.entries();
    let elections = elections.filter(|entry| entry.what.kind() == "election");
    assert_eq!(elections.count(), 1);
}

#[test]
fn a_lasting_loss_of_the_quorum_is_said_once() {
    let mut console = on_members("no-quorum");
    let at = console.model.now.mono_ms;
    for ms in [0, 5000, 10_000] {
        console.at(at + ms, Event::Tick);
    }
    let told = lines(&console);
    let told = told.iter().filter(|line| line.starts_with("quorum "));
    assert_eq!(told.count(), 1);
}

#[test]
fn the_demo_tells_what_a_fault_cost_its_clients() {
    let mut console = on_members("demo-three");
    let now = cost(&console);
    console.now(Event::Crowd(now));
    let end = MemberEnd {
        address: "127.0.0.1:40003".into(),
        pid: 4711,
        how: "signal: 9 (SIGKILL)".into(),
        last_words: vec!["serving on 127.0.0.1:40003".into()],
    };
    console.now(Event::MemberEnded(end));
    console.keys("G");
    check("demo-three-120x35", &console.screen(120, 35));
    check("demo-three-80x24", &console.screen(80, 24));

    let later = Cost {
        unknown: 3,
        last_fault: now.last_fault.map(|fault| FaultCost {
            unknown: 3,
            is_over: true,
            ..fault
        }),
        ..now
    };
    console.now(Event::Crowd(later));
    let history = console.model.history.entries();
    let costs: Vec<_> = history
        .filter_map(|entry| match &entry.what {
            What::Cost(cost) => Some(*cost),
            _ => None,
        })
        .collect();
    assert_eq!(
        costs,
        [later.last_fault.unwrap()],
        "one line, brought up to date"
    );
}

#[test]
fn a_stall_of_the_writes_is_said_where_their_number_stands() {
    let mut console = on_members("demo-three");
    let now = Cost {
        gap_us: 3_200_000,
        connected: 12,
        ..cost(&console)
    };
    console.now(Event::Crowd(now));
    let screen = console.screen(120, 35);
    assert!(
        screen.contains("clients 12 of 38   no write for 3.200 s, 0 lost, 2 unanswered"),
        "{screen}"
    );
}
