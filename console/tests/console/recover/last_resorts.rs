//! The quorum-loss wizard and a restore on the screen: every disk is a line, who is powered off
//! and what is lost are typed, and the delay can be taken back.

use std::path::PathBuf;

use zoowarden_console::action::{
    disk::{Disk, DiskFacts, Found},
    file::SnapshotFile,
};

use super::*;

/// What a poll finds of three of which only 1 is left.
fn disks(stage: &Stage) -> Facts {
    let mut facts = polled(stage);
    let left = DiskFacts {
        current_epoch: 5,
        accepted_epoch: 5,
        last_zxid: Some(Zxid::new(5, 42)),
        digest: Some("0x1f0f after 0x50000002a".into()),
        last_written_ms: Some(facts.at.wall_ms - 60_000),
        ..DiskFacts::default()
    };
    let gone = |sid| Disk {
        sid: Sid(sid),
        found: Found::Unread {
            why: "no route to host".into(),
            open_port: None,
        },
        last_heard: None,
    };
    let one = Disk {
        found: Found::Running {
            admin: "zk1:8080".into(),
            facts: left,
        },
        ..gone(1)
    };
    facts.disks = Some(vec![one, gone(2), gone(3)]);
    facts
}

fn tell_polled(stage: &mut Stage, facts: Facts) {
    tell(stage, GateEvent::Polled(Ok(Box::new(facts))));
}

#[test]
fn a_lost_quorum_is_brought_back_by_who_types_the_names_and_the_loss() {
    let mut stage = able(no_quorum());
    stage.console.keys(":act quorum-loss<enter>");
    let facts = disks(&stage);
    tell_polled(&mut stage, facts.clone());
    both("wizard-shown", &mut stage);
    asked(&mut stage);
    let gate = stage.console.model.recovery.gate.as_ref().unwrap();
    let confirm = gate.judgement.as_ref().unwrap().confirm.text.clone();
    stage.console.keys("2<enter><enter>");
    stage.event(Event::Paste(confirm));
    stage.console.keys("<enter>");
    let screen = stage.console.screen(120, 35);
    assert!(
        screen.contains("not yet: type who is powered off"),
        "{screen}"
    );
    stage.console.keys("<tab> 3<enter><enter>");
    let screen = stage.console.screen(120, 35);
    assert!(
        screen.contains("confirmed: it begins in 10 s; Esc takes it back"),
        "{screen}"
    );
    stage.play(11_000);
    let asks = asked(&mut stage);
    assert!(matches!(asks[..], [GateCommand::Poll(_)]), "{asks:?}");
    tell_polled(&mut stage, facts);
    let run = asked(&mut stage);
    assert!(matches!(run[..], [GateCommand::Run(_)]), "{run:?}");
    let last = stage.console.model.recovery.gate.as_ref().unwrap();
    let last = last.judgement.as_ref().unwrap().plan.len() - 1;
    progress(&mut stage, Progress::Step(last));
    for line in [
        "2: before it is started again, move its version-2 aside",
        "3: the same",
    ] {
        progress(&mut stage, Progress::Line(line.into()));
    }
    let command = "3: then start it, zoowarden act add \"server.3=zk3.prod.example.com:2888:3888:observer;\
                   0.0.0.0:2181\", and once it follows zoowarden act promote 3";
    progress(&mut stage, Progress::Line(command.into()));
    progress(&mut stage, Progress::Ended(Outcome::Done { took_ms: 4200 }));
    both("wizard-done", &mut stage);
    stage.console.keys("<pgdn>");
    let screen = stage.console.screen(80, 24);
    assert!(screen.contains("act promote 3"), "nothing is cut: {screen}");
}

/// What ssh and sockets say takes lines; the column of checks has few columns.
#[test]
fn an_error_is_a_few_words_in_the_wizards_checks_and_whole_below_them() {
    let mut stage = able(no_quorum());
    stage.console.keys(":act quorum-loss<enter>");
    let mut facts = disks(&stage);
    let raw = "ssh: exit status: 255: ssh: connect to host zk2 port 22: Connection refused";
    let until_ms = u64::try_from(facts.at.wall_ms + 299_000).unwrap();
    for disk in facts.disks.iter_mut().flatten() {
        match &mut disk.found {
            Found::Unread { why, .. } if disk.sid == Sid(2) => *why = raw.into(),
            Found::Running { facts, .. } => facts.reserved_until_ms = Some(until_ms),
            _ => {}
        }
    }
    tell_polled(&mut stage, facts);
    let screen = stage.console.screen(80, 24);
    assert!(screen.contains("REFUSED: disk: 1 stands aside"), "{screen}");
    assert!(
        screen.contains("attempt until 14:07:50") && screen.contains(" UTC, 4 m 59 s"),
        "a time and what is left of it: {screen}"
    );
    assert!(
        screen.contains("2 is not reached (nobody listens)"),
        "{screen}"
    );
    assert!(!screen.contains("connect to host"), "{screen}");
    assert!(screen.contains("d errors in full"), "{screen}");
    stage.console.keys("d");
    let screen = stage.console.screen(80, 24);
    assert!(
        screen.contains("in full   2: ssh: exit status: 255: ssh:"),
        "{screen}"
    );
}

#[test]
fn a_restore_says_what_is_lost_and_refuses_a_file_that_is_not_there() {
    let mut stage = able(three_of_ours());
    stage
        .console
        .keys(":act restore /backup/snapshot.100000005<enter>");
    let mut facts = polled(&stage);
    facts.file = Some(Err("/backup/snapshot.100000005: no such file".into()));
    tell_polled(&mut stage, facts.clone());
    let screen = stage.console.screen(80, 24);
    assert!(
        screen.contains("REFUSED: file: /backup/snapshot.100000005: no such"),
        "{screen}"
    );
    stage
        .console
        .keys("<esc>:act restore /backup/snapshot.100000005<enter>");
    for member in &mut facts.members {
        let admin = member.admin.as_mut().unwrap();
        admin.commands.push("restore_commit".into());
    }
    facts.file = Some(Ok(SnapshotFile {
        path: PathBuf::from("/backup/snapshot.100000005"),
        len: 40_960,
        modified_ms: 1,
        zxid: Some(Zxid::new(1, 5)),
    }));
    tell_polled(&mut stage, facts);
    both("restore-shown", &mut stage);
}
