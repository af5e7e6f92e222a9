//! The quorum-loss wizard: an ensemble goes on with the voters that are left, from the highest
//! history that can still be read. Only where there is no quorum on any path.
//!
//! ```text
//!   disks ──> fate     who goes on, running or stopped, and whose data are set aside
//!         ──> fences   each voter goes on, is reached and empty, or is typed as powered off
//!         ──> loss     what the others alone may have acknowledged
//!         ──> plan     stand aside, set aside, force the highest first, lead, write, rejoin
//! ```

mod fate;
mod fences;
mod loss;
mod plain;
mod plan;

use super::{
    super::{
        disk::{Disk, Found},
        facts::{Facts, Writes},
        judgement::{Availability, Check, Confirm, Finding, Judgement, Quorum},
        means::Means,
    },
    checks::{all_asked, decide, plain_majority},
    steps::{CREDENTIALS_LINE, by_hand},
};
use crate::{model::clock::time_of_day, text::many};
use fate::Fates;
use loss::Loss;

/// Between the confirmation and the first step.
const DELAY_MS: u64 = 10_000;

pub(super) fn judge(judgement: &mut Judgement, facts: &Facts, means: &Means) {
    let quorum = facts.quorum();
    // Who has no vote to give elects nobody, alive or not.
    let alive = facts.voters().filter(|one| one.could_vote()).count();
    judgement.hard.extend(all_asked(facts));
    judgement.hard.push(decide(
        "no quorum",
        quorum.margin().is_none() && facts.leader().is_none() && !facts.leader_is_unseen(),
        format!("{quorum}, and nobody leads"),
        match (quorum.margin(), facts.leader()) {
            (None, Some(leader)) => format!(
                "{} leads still, with {quorum}: let it give up, or bring the others back",
                leader.name
            ),
            _ if facts.leader_is_unseen() => {
                "a quorum holds, under a leader that was never asked".to_owned()
            }
            _ => format!("there is a quorum: {quorum}"),
        },
    ));
    let voters = many(alive as u64, "voter is", "voters are");
    judgement.hard.push(decide(
        "no election",
        alive < quorum.need(),
        format!("{voters} alive, an election needs {}", quorum.need()),
        format!(
            "{voters} alive and an election needs {}: let them elect",
            quorum.need()
        ),
    ));
    judgement.hard.extend(plain_majority(facts));
    judgement.consequence.writes = match facts.writes {
        Writes::Stopped { .. } => "are stopped already".to_owned(),
        Writes::Succeed => "stop".to_owned(),
    };
    judgement.consequence.sentence =
        "the ensemble goes on with the voters that are left; what only the others had \
         acknowledged is lost"
            .to_owned();
    judgement.confirm = Confirm {
        delay_ms: DELAY_MS,
        ..Confirm::typed(
            "the ensemble and the loss",
            format!("{} I accept an unknown loss", means.cluster),
        )
    };
    let is_lost = judgement.refusal().is_none();
    match &facts.disks {
        None if is_lost => judgement.soft.push(Check::new(
            "disks",
            Finding::Unmeasured,
            "those that are left are read and compared when the gate is opened",
        )),
        Some(disks) if is_lost => by_disks(judgement, facts, disks, means),
        _ => {}
    }
}

fn by_disks(judgement: &mut Judgement, facts: &Facts, disks: &[Disk], means: &Means) {
    let fates = Fates::of(facts, disks, means);
    judgement.hard.extend(no_election_by_a_start(facts, disks));
    let fences = fences::checks(facts, disks, &fates, means);
    judgement.hard.extend(fences);
    judgement.powered_off = fences::to_be_typed(facts, disks);
    let Some(chosen) = fates.go_on.first() else {
        return by_the_operator(judgement, facts);
    };
    judgement.hard.push(chosen_check(chosen, disks));
    let loss = Loss::of(chosen, disks, &fates);
    let now_ms = facts.at.wall_ms;
    let aside = match fates.aside.as_slice() {
        [] => String::new(),
        aside => format!("; the data of {} are set aside", list(aside)),
    };
    let consequence = &mut judgement.consequence;
    let is_whole = fates.go_on.len() == facts.voters().count();
    let (alone, lost) = match is_whole {
        true => (
            "",
            "nothing is lost: every voter's disk was read".to_owned(),
        ),
        false => (" alone", loss.sentence(now_ms)),
    };
    consequence.sentence = format!(
        "the ensemble goes on with {}{alone}, from {}{aside}; {lost}",
        list(&fates.go_on),
        written(chosen),
    );
    consequence.after = Quorum {
        voters: fates.go_on.len(),
        in_sync: fates.go_on.len(),
    };
    judgement.confirm = Confirm {
        delay_ms: DELAY_MS,
        ..Confirm::typed(
            "the ensemble and the loss",
            format!("{} {}", means.cluster, loss.acceptance(now_ms)),
        )
    };
    // Who has the files of a stopped one needs no other right.
    let is_told = fates.go_on.iter().any(|disk| disk.runs());
    if is_told && !means.has_credentials {
        judgement.availability = Availability::No {
            why: "changing commands need digest credentials".to_owned(),
            opens: Some(CREDENTIALS_LINE.to_owned()),
        };
        return;
    }
    match plan::steps(facts, disks, &fates, means) {
        Ok(steps) => judgement.plan = steps,
        Err(why) => judgement.availability = Availability::No { why, opens: None },
    }
}

/// `1 and 2`.
fn list(disks: &[&Disk]) -> String {
    let sids: Vec<String> = disks.iter().map(|disk| disk.sid.to_string()).collect();
    match sids.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        few => few.concat(),
    }
}

/// A quorum that only has to be started loses nothing; a check where anything could be.
fn no_election_by_a_start(facts: &Facts, disks: &[Disk]) -> Option<Check> {
    let need = facts.quorum().need();
    let may_elect = |disk: &&Disk| match &disk.found {
        Found::Running { .. } => disk.is_sound(),
        Found::Inspected(_) => false,
        Found::Unread { .. } => facts.sid(disk.sid).is_some_and(|member| member.is_alive()),
    };
    let stopped: Vec<&Disk> = disks
        .iter()
        .filter(|disk| disk.is_stopped_with_data() && disk.is_sound())
        .collect();
    let could = disks.iter().filter(may_elect).count() + stopped.len();
    let check = decide(
        "no start",
        could < need,
        format!("{could} disks could vote if all of their members ran, an election needs {need}"),
        format!(
            "start {}: stopped and sound, and with that {could} voters elect a leader and lose \
             nothing",
            list(&stopped)
        ),
    );
    (!stopped.is_empty()).then_some(check)
}

fn chosen_check(chosen: &Disk, disks: &[Disk]) -> Check {
    let read = disks.iter().filter(|disk| disk.facts().is_some()).count();
    let highest = disks.iter().filter_map(Disk::history).max();
    decide(
        "highest",
        chosen.history() == highest,
        format!("{} has the highest of {read} that were read", chosen.sid),
        format!(
            "a higher history than that of {} is on a disk that cannot go on",
            chosen.sid
        ),
    )
}

/// `0x50000002a of epoch 5, written at 14:02:11`.
fn written(disk: &Disk) -> String {
    let Some((facts, zxid)) = disk
        .facts()
        .and_then(|facts| Some((facts, facts.last_zxid?)))
    else {
        return "nothing".to_owned();
    };
    let written = facts.last_written_ms.map_or(String::new(), |ms| {
        format!(", written at {} UTC", time_of_day(ms))
    });
    format!("{zxid}, currentEpoch {}{written}", facts.current_epoch)
}

/// Nothing of ours is left that could be told to go on: the steps are printed.
fn by_the_operator(judgement: &mut Judgement, facts: &Facts) {
    let away: Vec<&str> = facts
        .voters()
        .filter(|member| !member.is_alive())
        .map(|member| member.name.as_str())
        .collect();
    judgement.powered_off = None;
    judgement.plan = vec![
        by_hand("read zxid and epoch of every data directory that is left; choose the highest"),
        by_hand(format!(
            "make sure that {} cannot come back: power off, or move the data aside",
            away.join(", ")
        )),
        by_hand("start the chosen one with a configuration of the voters that are left"),
        by_hand("start the others with empty data: they copy from it"),
        by_hand("one write is acknowledged; then add members one at a time"),
    ];
    judgement.availability = Availability::ByHand {
        why: "no member that is left tells of its disk: Apache's cannot, and ours do by their \
              AdminServers. Follow the steps on the hosts"
            .to_owned(),
    };
}
