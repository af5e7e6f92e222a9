//! What members of ours tell beside Apache's commands: `:snapshots`, `:audit`, `:autopilot`, and
//! the other consoles in the header.

use zoowarden_console::{
    event::{Command, Event},
    model::{
        next_step::next_step,
        survey::{Answer, Question},
    },
};
use zoowarden_shared::{
    admin::{
        AuditLine, AuditTail, Chain, MemberEnd, Presence, SnapshotFacts, SnapshotList, Supervised,
        Supervision,
    },
    audit::{Outcome, Record},
};

use crate::{
    alarm_stage::Stage,
    fixture::{Console, WALL_MS},
    screens::check,
    troupe::{mixed, three_of_ours},
};

/// The members that were asked this since the last look.
fn asked(console: &mut Console, question: &Question) -> Vec<String> {
    let commands = std::mem::take(&mut console.commands);
    let addresses = commands.into_iter().filter_map(|command| match command {
        Command::Ask {
            address,
            question: asked,
        } if asked == *question => Some(address),
        _ => None,
    });
    addresses.collect()
}

fn answer(stage: &mut Stage, question: &Question, answers: Vec<Result<Answer, String>>) {
    let addresses = asked(&mut stage.console, question);
    assert_eq!(addresses.len(), answers.len(), "{addresses:?}");
    for (address, answer) in addresses.into_iter().zip(answers) {
        stage.console.now(Event::Answered {
            address,
            question: question.clone(),
            answer,
        });
    }
}

fn snapshot(zxid: i64, finished: bool) -> SnapshotFacts {
    SnapshotFacts {
        name: format!("snapshot.{zxid:x}"),
        zxid,
        bytes: 1_234_567,
        modified_unix_ms: Some(WALL_MS - 3_600_000),
        finished,
    }
}

#[test]
fn snapshots_are_listed_where_a_member_tells_and_said_to_be_untold_where_not() {
    let mut stage = mixed();
    stage.console.keys(":snapshots<enter>");
    let many = (0..150).map(|n| snapshot(0x2_0000_0100 - n, n != 0));
    let list = SnapshotList {
        snapshots: many.take(100).collect(),
        left_out: 50,
        logs: 3,
        log_bytes: 201_326_592,
        free_bytes: Some(40_000_000_000),
    };
    let ours = asked(&mut stage.console, &Question::Snapshots);
    assert!(!ours.is_empty(), "members of ours are asked");
    stage.console.now(Event::Answered {
        address: ours[0].clone(),
        question: Question::Snapshots,
        answer: Ok(Answer::Snapshots(list)),
    });
    let screen = stage.console.screen(120, 35);
    assert!(
        screen.contains("150 snapshots; 3 logs of 201 MB, 40 GB free"),
        "{screen}"
    );
    assert!(screen.contains("not finished"), "{screen}");
    stage.console.keys("G");
    let screen = stage.console.screen(120, 35);
    assert!(
        screen.contains("only members of ours list their files"),
        "{screen}"
    );
    assert!(
        screen.contains("curl -H 'Authorization: digest USER:PASSWORD'"),
        "{screen}"
    );
    assert!(screen.contains(":act restore FILE"), "{screen}");
}

fn line(sequence: u64, what: &str, outcome: Outcome, unix_ms: i64) -> AuditLine {
    AuditLine {
        sequence,
        record: Record {
            unix_ms,
            principal: "digest:ann".to_owned(),
            host: "10.0.0.7".to_owned(),
            reason: Some("CHG-17\u{1b}[31m".to_owned()),
            what: what.to_owned(),
            arguments: [("to".to_owned(), "3".to_owned())].into(),
            command: String::new(),
            gates: Vec::new(),
            before: None,
            after: None,
            outcome,
            sentence: "leadership is with 3".to_owned(),
            duration_ms: Some(120),
        },
    }
}

fn whole(lines: Vec<AuditLine>) -> AuditTail {
    AuditTail {
        chain: Chain::Whole {
            lines: lines.len() as u64,
            head: "a1b2c3d4e5f60718293a4b5c6d7e8f90".to_owned(),
        },
        lines,
    }
}

#[test]
fn all_logs_are_one_list_the_newest_first_and_a_broken_chain_is_said() {
    let mut stage = three_of_ours();
    stage.console.commands.clear();
    stage.console.keys(":audit<enter>");
    assert!(stage.console.commands.contains(&Command::ReadAudit));
    let own = whole(vec![line(
        7,
        "transfer-leadership",
        Outcome::Done,
        WALL_MS + 9000,
    )]);
    stage.console.now(Event::OwnAudit(Ok(own)));
    let broken = AuditTail {
        chain: Chain::Broken("line 12: its hash is not the one of its bytes".to_owned()),
        lines: vec![line(13, "close_session", Outcome::Refused, WALL_MS + 5000)],
    };
    let none = AuditTail {
        chain: Chain::None,
        lines: Vec::new(),
    };
    let member = whole(vec![line(
        4,
        "transfer_leadership",
        Outcome::Done,
        WALL_MS + 8000,
    )]);
    let answers = [member, broken, none].map(|tail| Ok(Answer::Audit(tail)));
    answer(&mut stage, &Question::Audit, answers.into());
    let screen = stage.console.screen(120, 35);
    assert!(!screen.contains('\u{1b}'));
    check("audit-120x35", &screen);
    stage.console.keys("<esc>:audit close<enter>");
    let screen = stage.console.screen(80, 24);
    assert!(
        screen.contains("filter: close") && screen.contains("lines: 1,"),
        "{screen}"
    );
    assert!(!screen.contains("transfer"), "{screen}");
    stage.console.now(Event::OwnAudit(Err(
        "audit.jsonl: permission denied".to_owned()
    )));
    let screen = stage.console.screen(80, 24);
    assert!(
        screen.contains("this console: audit.jsonl: permission denied"),
        "{screen}"
    );
}

#[test]
fn autopilot_says_what_it_is_not_and_what_supervisors_did() {
    let mut stage = three_of_ours();
    stage.console.commands.clear();
    stage.console.keys(":autopilot<enter>");
    let end = MemberEnd {
        at_ms: WALL_MS as u64,
        how: "signal: 9 (SIGKILL)".to_owned(),
        ordered: false,
    };
    let report = |phase: &str, starts, ends| Supervision {
        phase: phase.to_owned(),
        sentence: format!("It is {phase}."),
        starts,
        ended: starts - 1,
        ends,
    };
    let answers = vec![
        Ok(Answer::Supervisor(Supervised {
            report: Some(report("running", 3, vec![end.clone(), end.clone()])),
        })),
        Ok(Answer::Supervisor(Supervised {
            report: Some(report("quarantined", 6, vec![end])),
        })),
        Ok(Answer::Supervisor(Supervised::default())),
    ];
    answer(&mut stage, &Question::Supervisor, answers);
    check("autopilot-120x35", &stage.console.screen(120, 35));
}

fn other(id: u64, who: &str, gate: Option<&str>) -> Presence {
    Presence {
        id,
        who: who.to_owned(),
        for_ms: 840_000,
        gate: gate.map(str::to_owned),
        acts: false,
        leaves: false,
    }
}

#[test]
fn this_console_tells_members_of_ours_that_it_is_here_and_shows_who_else_is() {
    let mut stage = three_of_ours();
    let announced = |console: &mut Console| {
        let commands = std::mem::take(&mut console.commands);
        commands.into_iter().find_map(|command| match command {
            Command::Announce {
                addresses,
                presence,
            } => Some((addresses.len(), presence.gate)),
            _ => None,
        })
    };
    stage.play(1000);
    assert_eq!(
        announced(&mut stage.console),
        None,
        "nobody has said who we are"
    );
    stage.console.model.others.me = Some((1, "bob@here".to_owned()));
    stage.play(1000);
    assert_eq!(announced(&mut stage.console), Some((3, None)));
    stage.play(1000);
    assert_eq!(announced(&mut stage.console), None, "not so often");
    stage.console.keys(":act transfer-leadership 1<enter>");
    let told = announced(&mut stage.console);
    assert_eq!(
        told,
        Some((3, Some("transfer-leadership".to_owned()))),
        "a gate is told at once"
    );
    stage.console.keys("<esc><esc><esc>");

    let members: Vec<String> = stage
        .console
        .model
        .members
        .iter()
        .map(|m| m.address.clone())
        .collect();
    let me = other(1, "bob@here", None);
    for address in &members {
        stage.console.now(Event::Consoles {
            address: address.clone(),
            consoles: vec![me.clone(), other(2, "ann@desk\u{1b}[31m", None)],
        });
    }
    let first = |stage: &mut Stage, columns| {
        let screen = stage.console.screen(columns, 35);
        screen.lines().next().unwrap_or_default().to_owned()
    };
    let line = first(&mut stage, 120);
    assert!(
        line.contains("2 here: you, ann@desk\\x1b[31m 14 m 0 s"),
        "{line}"
    );
    stage.console.now(Event::Consoles {
        address: members[0].clone(),
        consoles: vec![me.clone(), other(2, "ann@desk", Some("restart"))],
    });
    let line = first(&mut stage, 160);
    assert!(
        line.contains("ann@desk 14 m 0 s at the gate of restart"),
        "{line}"
    );
    let line = first(&mut stage, 62);
    assert!(!line.contains("ann"), "{line}");
    stage.play(16_000);
    let line = first(&mut stage, 120);
    assert!(!line.contains("here"), "they have gone: {line}");
}

#[test]
fn while_another_acts_the_lists_offer_nothing_and_the_timeline_tells_of_it() {
    let mut stage = three_of_ours();
    stage.console.model.others.me = Some((1, "bob@here".to_owned()));
    let tell = |stage: &mut Stage, does: &str, acts: bool| {
        let address = stage.console.model.members[0].address.clone();
        let ann = Presence {
            acts,
            ..other(2, "ann@desk", Some(does))
        };
        let consoles = vec![ann];
        stage.console.now(Event::Consoles { address, consoles });
    };
    let recover = |stage: &mut Stage| {
        stage.console.keys("0");
        stage.console.screen(160, 35)
    };
    assert!(!recover(&mut stage).contains("ann@desk: "));
    // Taking a snapshot hinders nobody.
    tell(&mut stage, "snapshot, step 1 of 1", true);
    assert!(!recover(&mut stage).contains("let that end first"));
    tell(&mut stage, "restart, step 1 of 2", true);
    let screen = recover(&mut stage);
    assert!(
        screen.contains("let that end first: ann@desk: restart, step 1 of 2"),
        "{screen}"
    );
    assert!(!screen.contains("SAFE"), "{screen}");
    let step = next_step(&stage.console.model).unwrap();
    assert_eq!(
        (step.what.as_str(), step.why.as_str()),
        ("let it end", "ann@desk: restart, step 1 of 2")
    );
    tell(&mut stage, "restart, step 2 of 2", true);
    tell(&mut stage, "restart, step 2 of 2", false);
    assert!(!recover(&mut stage).contains("let that end first"));
    stage.console.keys("4");
    let screen = stage.console.screen(120, 35);
    assert!(screen.contains("ann@desk: restart: goes on"), "{screen}");
    assert!(screen.contains("ann@desk: restart: has ended"), "{screen}");
    let told = screen.matches("restart: goes on").count();
    assert_eq!(told, 1, "{screen}");
}
