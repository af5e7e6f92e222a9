//! The two last resorts: what lets them through, what refuses them, and their plans.

use std::path::PathBuf;

use zoowarden_console::action::{
    Availability, End, Facts, Field, Gate, GateCommand, HookKind, Judgement, Means, Order, Stage,
    Step,
    disk::{Disk, DiskFacts, Found, Heard},
    file::SnapshotFile,
    judge,
};
use zoowarden_console::{keymap::Key, model::clock::Now};
use zoowarden_shared::{Epoch, Sid, Zxid};

use super::ensemble::{EPOCH, action, facts, judged, means};

const WRITTEN_MS: i64 = 1_800_000_000_000 - 60_000;

fn history(epoch: Epoch, counter: u32) -> DiskFacts {
    DiskFacts {
        current_epoch: epoch,
        accepted_epoch: epoch,
        last_zxid: Some(Zxid::new(epoch, counter)),
        last_written_ms: Some(WRITTEN_MS),
        ..DiskFacts::default()
    }
}

fn running(sid: i64, facts: DiskFacts) -> Disk {
    let admin = format!("zk{sid}:8080");
    disk(sid, Found::Running { admin, facts })
}

fn unread(sid: i64) -> Disk {
    let why = "no route to host".to_owned();
    disk(
        sid,
        Found::Unread {
            why,
            open_port: None,
        },
    )
}

fn disk(sid: i64, found: Found) -> Disk {
    Disk {
        sid: Sid(sid),
        found,
        last_heard: None,
    }
}

/// Two of five are left; 2 has the higher history.
fn two_of_five() -> Facts {
    let mut facts = facts("1~ 2~ 3x 4x 5x");
    facts.disks = Some(vec![
        running(1, history(5, 40)),
        running(2, history(5, 42)),
        unread(3),
        unread(4),
        disk(5, Found::Inspected(DiskFacts::default())),
    ]);
    facts
}

fn with_disk(place: usize, found: Found) -> Facts {
    let mut facts = two_of_five();
    if let Some(disks) = &mut facts.disks {
        disks[place].found = found;
    }
    facts
}

fn wizard(facts: &Facts) -> Judgement {
    judged("quorum-loss", facts)
}

fn why_not(judgement: &Judgement) -> String {
    judgement.why_not().unwrap_or_default()
}

#[test]
fn the_highest_history_is_forced_first_and_the_absent_are_typed() {
    let judgement = wizard(&two_of_five());
    assert_eq!(judgement.why_not(), None);
    let powered_off = judgement.powered_off.as_ref().unwrap();
    assert_eq!(
        powered_off.text, "3 4",
        "5 was reached, and its data are set aside"
    );
    assert_eq!(judgement.confirm.delay_ms, 10_000);
    assert_eq!(
        judgement.confirm.text,
        "prod I accept the loss of all since 07:59:00"
    );
    let forced: Vec<(&str, &str, bool)> = judgement
        .plan
        .iter()
        .filter_map(|step| match &step.order {
            Order::Force { admin, body, .. } => Some((&**admin, &**body, step.seals)),
            _ => None,
        })
        .collect();
    let members = "server.1=zk1:2888:3888:participant;zk1:2181\n\
                   server.2=zk2:2888:3888:participant;zk2:2181\n";
    assert_eq!(
        forced,
        [("zk2:8080", members, true), ("zk1:8080", members, false)]
    );
    // Before anything is forced all stand aside, and that is taken back where it fails.
    let aside = judgement.plan.iter().take(2);
    assert!(
        aside
            .clone()
            .all(|step| matches!(step.order, Order::Reserve { .. }))
    );
    assert!(aside.clone().all(|step| step.undo.is_some()));
    let Some(Order::Advise { lines }) = judgement.plan.last().map(|step| &step.order) else {
        panic!("{:?}", judgement.plan);
    };
    assert_eq!(lines.len(), 1 + 2 * 3, "three are told how to come back");
}

/// Of seven with three left: two are a quorum of the new ensemble, the third follows.
#[test]
fn no_more_are_forced_before_there_is_a_leader_than_it_needs() {
    let mut facts = facts("1~ 2~ 3~ 4x 5x 6x 7x");
    let left = [(1, 42), (2, 40), (3, 41)].map(|(sid, n)| running(sid, history(5, n)));
    facts.disks = Some(left.into_iter().chain([4, 5, 6, 7].map(unread)).collect());
    let plan = wizard(&facts).plan;
    let short: Vec<String> = plan
        .iter()
        .map(|step| match &step.order {
            Order::Reserve { admin, .. } => format!("aside {admin}"),
            Order::Force { admin, .. } => format!("force {admin}"),
            Order::Expect(_) => "leads".to_owned(),
            Order::ProbeWrite => "write".to_owned(),
            _ => "tell".to_owned(),
        })
        .collect();
    let expected = "aside zk1:8080, aside zk3:8080, aside zk2:8080, force zk1:8080, \
                    force zk3:8080, leads, force zk2:8080, write, tell";
    assert_eq!(short.join(", "), expected);
}

#[test]
fn nobody_goes_on_while_a_voter_is_not_accounted_for() {
    let unread = |open_port| Found::Unread {
        why: "refused".to_owned(),
        open_port,
    };
    let admin = || "zk1:8080".to_owned();
    let unsound = DiskFacts {
        fault: Some("log.1: byte 70".to_owned()),
        ..history(5, 40)
    };
    let reserved = DiskFacts {
        reserved_until_ms: Some(u64::MAX / 2),
        ..history(5, 40)
    };
    let runs = DiskFacts {
        running_pid: Some(4711),
        ..history(5, 40)
    };
    for (place, found, expected) in [
        (
            2,
            unread(Some(3888)),
            "fence: 3 takes connections at port 3888",
        ),
        (
            2,
            Found::Inspected(history(5, 1)),
            "no start: start 3: stopped and sound",
        ),
        (
            2,
            Found::Inspected(history(6, 1)),
            "no start: start 3: stopped and sound",
        ),
        (2, Found::Inspected(runs), "fence: 3 runs as process 4711"),
        // A member of Apache's, or one whose AdminServer is shut, could still vote.
        (
            0,
            unread(None),
            "all are ours: 1 is alive and tells nothing",
        ),
        (
            0,
            Found::Running {
                admin: admin(),
                facts: unsound,
            },
            "disk: 1 runs and cannot vouch",
        ),
        (
            0,
            Found::Running {
                admin: admin(),
                facts: reserved,
            },
            "disk: 1 stands aside for another",
        ),
        (
            0,
            Found::Running {
                admin: admin(),
                facts: DiskFacts::default(),
            },
            "disk: 1 runs and has nothing",
        ),
    ] {
        let judgement = wizard(&with_disk(place, found));
        let why = why_not(&judgement);
        assert!(why.starts_with(expected), "{expected}: {why}");
    }
    let nobody_may = Means {
        has_credentials: false,
        ..means()
    };
    let judgement = judge(&action("quorum-loss"), &two_of_five(), &nobody_may);
    assert!(why_not(&judgement).contains("[cluster.auth] digest"));
}

/// 1 runs, 2 is stopped and has the higher history, 3 is stopped and damaged; 4 and 5 are gone.
fn one_runs_and_two_are_stopped() -> Facts {
    let mut facts = facts("1~ 2x 3x 4x 5x");
    let damaged = DiskFacts {
        fault: Some("log.1: byte 70".to_owned()),
        ..history(5, 12)
    };
    facts.disks = Some(vec![
        running(1, history(5, 40)),
        disk(2, Found::Inspected(history(5, 42))),
        disk(3, Found::Inspected(damaged)),
        unread(4),
        unread(5),
    ]);
    facts
}

/// What reaches stopped members' files: 2 is on this host, a hook sets aside elsewhere.
fn reaching() -> Means {
    let mut means = means();
    means.local.insert(Sid(2));
    means.hooks.insert(HookKind::SetAside);
    means
}

fn short(plan: &[Step]) -> String {
    let word = |step: &Step| match &step.order {
        Order::Reserve { admin, .. } => format!("stands aside {admin}"),
        Order::SetAside { member } => format!("data aside {member}"),
        Order::ForceStopped { member, zxid, .. } => format!("files {member} {zxid}"),
        Order::Force { admin, .. } => format!("force {admin}"),
        Order::Hook { hook, member } => format!("{} {member}", hook.key()),
        Order::Expect(_) => "leads".to_owned(),
        Order::ProbeWrite => "write".to_owned(),
        _ => "tell".to_owned(),
    };
    plan.iter().map(word).collect::<Vec<_>>().join(", ")
}

#[test]
fn a_stopped_member_goes_on_by_its_files_and_a_damaged_one_is_set_aside() {
    let facts = one_runs_and_two_are_stopped();
    let judgement = judge(&action("quorum-loss"), &facts, &reaching());
    assert_eq!(judgement.why_not(), None);
    assert_eq!(
        short(&judgement.plan),
        "stands aside zk1:8080, data aside 3, files 2 0x50000002a, start 2, force zk1:8080, \
         leads, write, tell"
    );
    // Until the first is forced all can be taken back but the names.
    let sealed = judgement.plan.iter().position(|step| step.seals);
    assert_eq!(sealed, Some(2));
    let sentence = &judgement.consequence.sentence;
    assert!(
        sentence.contains("goes on with 2 and 1 alone")
            && sentence.contains("the data of 3 are set aside"),
        "{sentence}"
    );
    let off = judgement.powered_off.map(|confirm| confirm.text);
    assert_eq!(off.as_deref(), Some("4 5"), "3 was reached");
    let Some(Order::Advise { lines }) = judgement.plan.last().map(|step| &step.order) else {
        panic!("{:?}", judgement.plan);
    };
    assert!(
        lines
            .iter()
            .any(|line| line.contains("3: its data are set aside; keep")),
        "{lines:?}"
    );
}

/// Its files are enough: nobody is asked for a password that no member could check.
#[test]
fn where_all_that_is_left_is_stopped_no_member_is_told_anything() {
    let mut facts = facts("1x 2x 3x");
    let stopped = disk(2, Found::Inspected(history(5, 42)));
    facts.disks = Some(vec![unread(1), stopped, unread(3)]);
    let means = Means {
        has_credentials: false,
        ..reaching()
    };
    let judgement = judge(&action("quorum-loss"), &facts, &means);
    assert_eq!(judgement.why_not(), None);
    assert_eq!(
        short(&judgement.plan),
        "files 2 0x50000002a, start 2, leads, write, tell"
    );
}

#[test]
fn a_stopped_disk_that_nothing_reaches_or_that_has_more_refuses() {
    let facts = one_runs_and_two_are_stopped();
    let why = |facts: &Facts, means: &Means| why_not(&judge(&action("quorum-loss"), facts, means));
    let no_files = Means {
        local: [].into(),
        ..reaching()
    };
    // 2 is only moved aside then, and it is the one that has the most.
    let told = why(&facts, &no_files);
    assert!(told.starts_with("highest: a higher history"), "{told}");
    let told = why(&facts, &means());
    assert!(told.starts_with("fence: 2 is stopped"), "{told}");
    assert!(told.contains("[cluster.hooks] force ="), "{told}");
    let cannot_start = Means {
        hooks: [HookKind::SetAside].into(),
        ..reaching()
    };
    let told = why(&facts, &cannot_start);
    assert!(told.starts_with("highest: a higher history"), "{told}");
    // One more sound one, and they elect by themselves.
    let mut more = facts.clone();
    if let Some(disks) = &mut more.disks {
        disks[2] = disk(3, Found::Inspected(history(5, 12)));
    }
    let told = why(&more, &reaching());
    assert!(told.starts_with("no start: start 2 and 3"), "{told}");
}

/// Apache's members cannot be told: the steps are printed.
#[test]
fn without_a_member_of_ours_the_steps_are_printed() {
    let mut facts = facts("1~ 2~ 3x 4x 5x");
    facts.disks = Some([1, 2, 3, 4, 5].map(unread).into());
    let judgement = wizard(&facts);
    assert!(matches!(
        judgement.availability,
        Availability::ByHand { .. }
    ));
    assert!(
        judgement
            .plan
            .iter()
            .all(|step| step.order == Order::ByHand)
    );
    assert_eq!(judgement.powered_off, None);
}

#[test]
fn how_much_is_lost_is_said_as_far_as_anybody_heard() {
    let mut facts = two_of_five();
    let mut heard = |zxid| {
        let disks = facts.disks.as_mut().unwrap();
        disks[3].last_heard = Some(Heard {
            zxid,
            at_wall_ms: WRITTEN_MS + 5_000,
        });
        wizard(&facts)
    };
    let judgement = heard(Zxid::new(5, 54));
    let typed = "prod I accept the loss of up to 12 and of all since 07:59:05";
    assert_eq!(judgement.confirm.text, typed);
    assert!(
        judgement
            .consequence
            .sentence
            .contains("up to 12 transactions after 0x50000002a")
    );
    // How long a later epoch was, nobody knows.
    let text = heard(Zxid::new(6, 3)).confirm.text;
    assert_eq!(text, "prod I accept the loss of all since 07:59:00");
    let judgement = heard(Zxid::new(6, 3));
    let forces = judgement.plan.iter().find_map(|step| match &step.order {
        Order::Force { command, .. } => Some(command.clone()),
        _ => None,
    });
    assert!(
        forces.unwrap().contains("&epoch=106&"),
        "above all that was heard of"
    );
}

#[test]
fn the_names_and_the_loss_are_typed_and_the_delay_can_be_taken_back() {
    let now = Now {
        mono_ms: 5_000,
        wall_ms: 0,
    };
    let (mut gate, _) = Gate::open(action("quorum-loss"), Some(Key::Enter));
    gate.polled(Ok(two_of_five()), &means());
    assert_eq!(gate.field, Field::PoweredOff, "that is asked for first");
    // Tab goes as the fields are drawn: what was meant for the last one went into the ticket.
    for next in [Field::Ticket, Field::Confirm, Field::PoweredOff] {
        gate.key(now, Key::Tab);
        assert_eq!(gate.field, next);
    }
    gate.paste("3");
    gate.key(now, Key::Enter);
    gate.paste("prod I accept the loss of all since 07:59:00");
    assert_eq!(gate.key(now, Key::Enter), None);
    assert!(
        gate.missing()[0].contains("powered off"),
        "{:?}",
        gate.missing()
    );
    gate.field = Field::PoweredOff;
    gate.paste(" 4");
    gate.field = Field::Confirm;
    assert_eq!(gate.key(now, Key::Enter), None);
    assert_eq!(
        gate.stage,
        Stage::Holding {
            until_mono_ms: 15_000
        }
    );
    gate.key(now, Key::Esc);
    assert_eq!(gate.stage, Stage::Shown);
    gate.paste("prod I accept the loss of all since 07:59:00");
    gate.key(now, Key::Enter);
    let later = Now {
        mono_ms: 15_000,
        ..now
    };
    assert!(matches!(gate.tick(later), Some(GateCommand::Poll(_))));
    // Somebody's disk has moved on meanwhile: the loss is another one.
    let mut moved = two_of_five();
    if let Some(disks) = &mut moved.disks {
        let newer = DiskFacts {
            last_written_ms: Some(WRITTEN_MS + 1_000),
            ..history(5, 43)
        };
        disks[1] = running(2, newer);
    }
    let command = gate.polled(Ok(moved), &means());
    let Some(GateCommand::Record(_, End::Aborted { changed })) = command else {
        panic!("{command:?}");
    };
    assert!(changed.contains("something else"), "{changed}");
}

/// Members that offer a restore, and a file.
fn able_to_restore(line: &str) -> Facts {
    let mut facts = facts(line);
    for member in &mut facts.members {
        if let Some(admin) = &mut member.admin {
            let more = ["restore_commit", "snapshot"];
            admin.commands.extend(more.map(str::to_owned));
        }
    }
    facts.file = Some(Ok(SnapshotFile {
        path: PathBuf::from("/backup/snapshot.700000005"),
        len: 4096,
        modified_ms: 1,
        zxid: Some(Zxid::new(EPOCH, 5)),
    }));
    facts
}

#[test]
fn a_restore_is_brought_to_all_before_any_commits_and_the_leader_is_last() {
    let restore = "restore /backup/snapshot.700000005";
    let judgement = judged(restore, &able_to_restore("1L 2F 3F 4O"));
    assert_eq!(judgement.why_not(), None);
    assert_eq!(
        judgement.confirm.text,
        "prod I accept the loss of all after 0x700000005"
    );
    let sentence = &judgement.consequence.sentence;
    assert!(sentence.contains("the 37 transactions after"), "{sentence}");
    let order: Vec<String> = judgement
        .plan
        .iter()
        .map(|step| match &step.order {
            Order::Bring { admin, .. } => format!("bring {admin}"),
            Order::CommitRestore { admin, .. } => format!("commit {admin}"),
            Order::AwaitEqual { .. } => "equal".to_owned(),
            Order::Snapshot { admin } => format!("copy {admin}"),
            Order::ProbeWrite => "write".to_owned(),
            _ => "leads".to_owned(),
        })
        .collect();
    let hosts = ["zk4:8080", "zk3:8080", "zk2:8080", "zk1:8080"];
    let bring = hosts.iter().map(|host| format!("bring {host}"));
    let expected: Vec<String> = ["copy zk1:8080".to_owned()]
        .into_iter()
        .chain(bring)
        .chain(hosts.iter().map(|host| format!("commit {host}")))
        .chain(["leads", "write", "equal"].map(str::to_owned))
        .collect();
    assert_eq!(order, expected);
    let seals: Vec<usize> = (0..)
        .zip(&judgement.plan)
        .filter(|(_, step)| step.seals)
        .map(|(at, _)| at)
        .collect();
    assert_eq!(seals, [5], "until the first commit all can be given up");

    let mut unreadable = able_to_restore("1L 2F 3F");
    unreadable.file = Some(Err("/backup/x: no such file".to_owned()));
    assert!(why_not(&judged(restore, &unreadable)).starts_with("file: /backup/x"));
    let old = why_not(&judged(restore, &{
        let mut facts = able_to_restore("1L 2F 3F");
        facts.members[1].admin = None;
        facts
    }));
    assert!(
        old.contains("2 does not offer the command restore"),
        "{old}"
    );
}

#[test]
fn a_list_says_what_is_looked_at_when_the_gate_is_opened() {
    for (line, ensemble) in [("quorum-loss", "1~ 2x 3x"), ("restore /x", "1L 2F 3F")] {
        let judgement = judged(line, &facts(ensemble));
        let open: Vec<_> = judgement.open_soft().map(|check| check.name).collect();
        assert_eq!(open.len(), 1, "{line}: {open:?}");
        assert!(judgement.plan.is_empty());
    }
}

#[test]
fn a_process_that_goes_on_with_it_judges_the_same_a_moment_later() {
    let before = two_of_five();
    let mut after = before.clone();
    after.at.wall_ms += 3_000;
    let digest = |facts: &Facts| zoowarden_console::detached::shown(&wizard(facts), facts);
    assert_eq!(
        digest(&before),
        digest(&after),
        "the word of a reservation is each attempt's own"
    );
    let reserves = |facts: &Facts| format!("{:?}", wizard(facts).plan[0].order);
    assert_ne!(reserves(&before), reserves(&after));
    let changed = with_disk(1, Found::Inspected(DiskFacts::default()));
    assert_ne!(digest(&before), digest(&changed));
}

/// It is refused then, and what it shows may not speak of a loss.
#[test]
fn where_no_voter_is_absent_nothing_is_said_to_be_lost() {
    let mut facts = facts("1~ 2x 3x");
    facts.disks = Some(vec![
        running(1, history(5, 42)),
        disk(2, Found::Inspected(history(5, 40))),
        disk(3, Found::Inspected(history(5, 42))),
    ]);
    let mut means = reaching();
    means.local.insert(Sid(3));
    let judgement = judge(&action("quorum-loss"), &facts, &means);
    assert!(why_not(&judgement).starts_with("no start: "));
    let sentence = &judgement.consequence.sentence;
    assert!(sentence.contains("nothing is lost"), "{sentence}");
    assert!(
        sentence.starts_with("the ensemble goes on with 3, 1 and 2, from"),
        "{sentence}"
    );
}
