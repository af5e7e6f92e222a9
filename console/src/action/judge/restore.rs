//! Restore a snapshot in the place of the tree: members of ours are all brought the same file,
//! keep their clients out, and put it in place once each of them has found the same in it. On
//! Apache's members the steps are printed and not done.

use std::cmp::Reverse;

use super::{
    super::{
        facts::{Facts, MemberFacts},
        file::SnapshotFile,
        judgement::{Availability, Check, Confirm, Finding, Judgement},
        means::Means,
        plan::{Expectation, Order, Step},
    },
    checks::{decide, quorum_now},
    snapshot,
    steps::{admin_for, by_hand, post, probe_write},
};

/// A large file over a slow line takes its time.
const BRING_MS: u64 = 3_600_000;
const COMMIT_MS: u64 = 60_000;
const ELECTION_MS: u64 = 120_000;
const ABORT_MS: u64 = 10_000;

pub(super) fn judge(judgement: &mut Judgement, file: &str, facts: &Facts, means: &Means) {
    let connections: Option<u64> = facts.members.iter().map(|member| member.connections).sum();
    let newest = facts.leader().and_then(|leader| leader.zxid);
    judgement.consequence.connections_move = connections;
    judgement.consequence.writes = "stop until all members serve the snapshot".to_owned();
    judgement.consequence.meanwhile.in_sync = 0;
    judgement.hard.push(quorum_now(facts));
    let found = facts.file.as_ref();
    if let Some(Err(why)) = found {
        judgement
            .hard
            .push(Check::new("file", Finding::Fail, why.clone()));
    }
    let loss = loss(facts, found.and_then(|found| found.as_ref().ok()));
    judgement.consequence.sentence =
        format!("the tree becomes that of {file}; lost {}", loss.sentence);
    judgement.confirm = Confirm::typed(
        "the ensemble and the loss",
        format!("{} I accept the loss of {}", means.cluster, loss.typed),
    );
    let apaches = || facts.members.iter().filter(|one| one.is_ours != Some(true));
    let ours = facts.members.len() - apaches().count();
    if ours == 0 {
        return by_the_operator(
            judgement,
            file,
            newest.map(|zxid| zxid.to_string()),
            connections,
        );
    }
    let strange: Vec<&str> = apaches().map(|one| one.name.as_str()).collect();
    judgement.hard.push(decide(
        "everywhere",
        strange.is_empty(),
        format!("all {ours} members are ours and answer: each is brought the same file"),
        format!(
            "{}: only members of ours that answer can be brought a file, and it must be the same \
             on all",
            strange.join(", ")
        ),
    ));
    judgement.hard.push(Check::new(
        "clients",
        Finding::Pass,
        "the members let their clients go, and keep them out until it is in place or given up",
    ));
    let snapshot = match found {
        Some(Ok(snapshot)) => snapshot,
        Some(Err(_)) => return,
        None => {
            judgement.soft.push(Check::new(
                "file",
                Finding::Unmeasured,
                "it is looked at when the gate is opened",
            ));
            return;
        }
    };
    let size = format!("{} bytes, {}", snapshot.len, contents(snapshot));
    judgement.hard.push(Check::new("file", Finding::Pass, size));
    match steps(facts, snapshot, means) {
        Ok(steps) => {
            judgement.plan = copy_first(judgement, facts);
            judgement.plan.extend(steps);
        }
        Err(unavailable) => judgement.availability = unavailable,
    }
}

/// What is about to be replaced is written down once more, where the leader can: its files are
/// set aside by the restore, and nothing of them is removed.
fn copy_first(judgement: &mut Judgement, facts: &Facts) -> Vec<Step> {
    let leader = facts.leader();
    let admin = leader.and_then(|leader| Some((leader, leader.admin_with("snapshot")?)));
    match admin {
        Some((leader, admin)) => vec![snapshot::step(&leader.name, admin)],
        None => {
            judgement.soft.push(Check::new(
                "copy",
                Finding::Unmeasured,
                "the leader does not offer the command snapshot: none is taken before",
            ));
            Vec::new()
        }
    }
}

fn contents(file: &SnapshotFile) -> String {
    match file.zxid {
        Some(zxid) => format!("of {zxid} by its name"),
        None => "of which its name does not say the zxid: the members tell what they find".into(),
    }
}

/// What is lost, as a sentence and as it is typed.
struct Loss {
    sentence: String,
    typed: String,
}

fn loss(facts: &Facts, file: Option<&SnapshotFile>) -> Loss {
    let newest = facts.leader().and_then(|leader| leader.zxid);
    match (file.and_then(|file| file.zxid), newest) {
        (Some(from), Some(newest)) if from.epoch() == newest.epoch() => {
            let n = newest.counter().saturating_sub(from.counter());
            Loss {
                sentence: format!(
                    "are the {n} transactions after {from}, up to {newest}, and any later one"
                ),
                // Not the number: each write while the operator types would change it.
                typed: format!("all after {from}"),
            }
        }
        (Some(from), newest) => {
            let up_to = newest.map_or(String::new(), |zxid| format!(", up to {zxid}"));
            Loss {
                sentence: format!(
                    "are all transactions after {from}{up_to}: some epochs, how many is not known"
                ),
                typed: format!("all after {from}"),
            }
        }
        (None, _) => Loss {
            sentence: "is all that was written since the snapshot: its name does not say when"
                .into(),
            typed: "all since the snapshot".into(),
        },
    }
}

/// Bring it to all, then commit: followers first, the leader last.
fn steps(facts: &Facts, file: &SnapshotFile, means: &Means) -> Result<Vec<Step>, Availability> {
    let epoch = facts.epoch().unwrap_or_default();
    let mut members: Vec<&MemberFacts> = facts.members.iter().collect();
    members.sort_by_key(|member| (member.leads(), member.votes, Reverse(member.sid)));
    let mut bring = Vec::new();
    let mut commit = Vec::new();
    let mut admins = Vec::new();
    for member in members {
        let shut = Availability::No {
            why: format!("{} does not offer the command restore", member.name),
            opens: Some("admin.enableServer=true, and a server that has it".to_owned()),
        };
        let admin = admin_for(member, "restore_commit", means, shut)?;
        let address = admin.address.clone();
        let zxid = file
            .zxid
            .map_or(String::new(), |zxid| format!("&zxid={zxid}"));
        let command = format!("restore?epoch={epoch}{zxid}");
        let mut step = Step::new(
            format!(
                "{} is brought it and lets its clients go: POST {address}/commands/{command}",
                member.name
            ),
            Order::Bring {
                admin: address.clone(),
                command,
                file: file.clone(),
            },
            BRING_MS,
        );
        step.undo = Some(post(admin, "restore_abort".to_owned(), ABORT_MS).order);
        bring.push(step);
        commit.push(Step::new(
            format!(
                "{} puts it in place: POST {address}/commands/restore_commit",
                member.name
            ),
            Order::CommitRestore {
                admin: address.clone(),
                epoch,
            },
            COMMIT_MS,
        ));
        admins.push(address);
    }
    if let Some(first) = commit.first_mut() {
        first.seals = true;
    }
    let leads = Expectation::SomebodyLeads { above: epoch };
    let proofs = [
        Step::new(
            format!("a leader in an epoch above {epoch}"),
            Order::Expect(leads),
            ELECTION_MS,
        ),
        probe_write(),
        Step::new(
            "equal zxid and digest on all",
            Order::AwaitEqual {
                admins,
                above: epoch,
            },
            ELECTION_MS,
        ),
    ];
    Ok(bring.into_iter().chain(commit).chain(proofs).collect())
}

fn by_the_operator(
    judgement: &mut Judgement,
    file: &str,
    newest: Option<String>,
    connections: Option<u64>,
) {
    judgement.hard.retain(|check| check.name != "file");
    judgement.hard.push(match connections {
        Some(0) => Check::new("clients", Finding::Pass, "no client is connected"),
        Some(n) => Check::new(
            "clients",
            Finding::Fail,
            format!("{n} clients are connected: they must be kept out while the tree changes"),
        ),
        None => Check::new(
            "clients",
            Finding::Unmeasured,
            "whether clients are kept out cannot be seen from here",
        ),
    });
    judgement.hard.push(Check::new(
        "same file",
        Finding::Unmeasured,
        format!("that {file} is the same on every member cannot be seen from here"),
    ));
    let newest = newest.map_or("what is there".to_owned(), |zxid| {
        format!("all up to {zxid}")
    });
    judgement.consequence.sentence =
        format!("the tree becomes that of {file}; {newest} beyond it is lost");
    judgement.plan = vec![
        by_hand("keep all clients out: firewall their ports, or stop them"),
        by_hand("stop every member"),
        by_hand("on every member move version-2 aside, logs and snapshots both"),
        by_hand(format!(
            "copy {file} into the empty version-2 of every member"
        )),
        by_hand("start every member; wait for equal zxids and digests"),
        by_hand("let the clients in again"),
    ];
    judgement.availability = Availability::ByHand {
        why: "a restore takes the disks of all members: follow the steps on their hosts".to_owned(),
    };
}
