//! The steps: all that are left stand aside, so that nothing moves any more (the stopped ones
//! do so by themselves); what nobody may vote by is set aside; the highest history
//! is forced first, with just so many others that it takes part in every quorum of the new
//! ensemble and wins its election; the rest follows once it leads.

use std::collections::BTreeSet;

use zoowarden_shared::{Epoch, Sid, Zxid, config::DynamicConfig};

use super::{
    super::super::{
        disk::{Disk, Found},
        facts::Facts,
        judge::steps::{probe_write, process_step},
        means::Means,
        plan::{Expectation, Order, ProcessOrder, Step},
    },
    fate::Fates,
};

/// For how long they stand aside, seconds: a console that dies meanwhile blocks nobody for long.
const RESERVED_S: u64 = 300;
const ORDER_MS: u64 = 15_000;
/// It starts again in between.
const FORCE_MS: u64 = 30_000;
const ELECTION_MS: u64 = 60_000;
/// A stopped member's logs are read from end to end.
const OFFLINE_MS: u64 = 60_000;
/// Above every epoch that anybody left knows. The absent may have known a few more.
const EPOCHS_ABOVE: Epoch = 100;

/// The whole plan, or why there is none.
pub(super) fn steps(
    facts: &Facts,
    disks: &[Disk],
    fates: &Fates<'_>,
    means: &Means,
) -> Result<Vec<Step>, String> {
    let survivors = fates.go_on.as_slice();
    let config = survivors
        .iter()
        .filter_map(|disk| disk.facts()?.config.as_ref())
        .chain(&facts.config)
        .max_by_key(|config| config.version)
        .ok_or("no configuration names the members")?;
    let epoch = epoch_above_all(config, disks)?;
    let lines = lines(config, survivors)?;
    let token = format!("wizard-{:x}-{epoch}", facts.at.wall_ms);
    let running = survivors.iter().filter(|disk| disk.runs());
    let reserves = running.map(|disk| reserve(disk, &token));
    let mut steps = reserves.collect::<Result<Vec<Step>, String>>()?;
    steps.extend(fates.aside.iter().map(|disk| set_aside(disk)));
    let majority = survivors.len() / 2 + 1;
    for (place, disk) in survivors.iter().enumerate() {
        if place == majority {
            steps.push(leads(epoch));
        }
        let mut step = force(disk, &token, epoch, &lines)?;
        step.seals = place == 0;
        steps.push(step);
        if !disk.runs() {
            steps.push(start(facts, disk, means)?);
        }
    }
    if survivors.len() == majority {
        steps.push(leads(epoch));
    }
    steps.push(probe_write());
    let rejoin = rejoin(config, disks, fates);
    if !rejoin.is_empty() {
        steps.push(Step::new(
            "say how each of the absent may come back",
            Order::Advise { lines: rejoin },
            0,
        ));
    }
    Ok(steps)
}

fn epoch_above_all(config: &DynamicConfig, disks: &[Disk]) -> Result<Epoch, String> {
    let known = disks.iter().flat_map(|disk| {
        let facts = disk.facts();
        let on_disk = facts.map_or([0; 2], |facts| [facts.accepted_epoch, facts.current_epoch]);
        let heard = disk.last_heard.map_or(0, |heard| heard.zxid.epoch());
        on_disk.into_iter().chain([heard])
    });
    let known = known.chain([Zxid(config.version).epoch()]).max();
    known
        .unwrap_or_default()
        .checked_add(EPOCHS_ABOVE)
        .ok_or_else(|| "the epochs are used up".to_owned())
}

/// The new ensemble: the survivors as voters, and observers, which never vote, as they were.
fn lines(config: &DynamicConfig, survivors: &[&Disk]) -> Result<String, String> {
    let voters: BTreeSet<Sid> = survivors.iter().map(|disk| disk.sid).collect();
    let is_named = |sid: &&Sid| config.voters().any(|(voter, _)| voter == **sid);
    if let Some(sid) = voters.iter().find(|sid| !is_named(sid)) {
        return Err(format!("{sid} has no vote in its own configuration"));
    }
    let stays = config.voters().filter(|(sid, _)| voters.contains(sid));
    let lines = stays.chain(config.observers());
    Ok(lines
        .map(|(sid, spec)| format!("server.{sid}={spec}\n"))
        .collect())
}

fn admin_of(disk: &Disk) -> Result<&String, String> {
    match &disk.found {
        Found::Running { admin, .. } => Ok(admin),
        _ => Err(format!("{} does not run", disk.sid)),
    }
}

fn reserve(disk: &Disk, token: &str) -> Result<Step, String> {
    let admin = admin_of(disk)?;
    let (current_epoch, zxid, sid) = disk.history().ok_or("nothing is on its disk")?;
    let command = format!("reserve?token={token}&ttl={RESERVED_S}");
    let mut step = Step::new(
        format!("{sid} stands aside for {RESERVED_S} s: POST {admin}/commands/reserve"),
        Order::Reserve {
            admin: admin.clone(),
            command,
            zxid,
            current_epoch,
        },
        ORDER_MS,
    );
    let give_back = format!("release_reservation?token={token}");
    step.undo = Some(Order::Post {
        admin: admin.clone(),
        command: give_back,
        body: String::new(),
    });
    Ok(step)
}

fn set_aside(disk: &Disk) -> Step {
    let sid = disk.sid;
    Step::new(
        format!("the data of {sid} are set aside: its version-2 is renamed, and kept"),
        Order::SetAside { member: sid },
        OFFLINE_MS,
    )
}

fn start(facts: &Facts, disk: &Disk, means: &Means) -> Result<Step, String> {
    let member = facts.sid(disk.sid);
    let member = member.ok_or_else(|| format!("{} is no member", disk.sid))?;
    process_step(member, means, ProcessOrder::Start)
        .map_err(|_| format!("nothing here starts {}", disk.sid))
}

fn force(disk: &Disk, token: &str, epoch: Epoch, lines: &str) -> Result<Step, String> {
    let (_, zxid, sid) = disk.history().ok_or("nothing is on its disk")?;
    if !disk.runs() {
        let order = Order::ForceStopped {
            member: sid,
            epoch,
            zxid,
            members: lines.to_owned(),
        };
        let does = format!(
            "{sid}, which is stopped, is made a voter of the new ensemble by its files: epoch \
             {epoch}, {zxid}"
        );
        return Ok(Step::new(does, order, OFFLINE_MS));
    }
    let admin = admin_of(disk)?;
    let command = format!("force_quorum?token={token}&epoch={epoch}&zxid={zxid}");
    Ok(Step::new(
        format!(
            "{sid} is made a voter of the new ensemble: POST {admin}/commands/force_quorum, epoch \
             {epoch}, {zxid}"
        ),
        Order::Force {
            admin: admin.clone(),
            command,
            epoch,
            zxid,
            body: lines.to_owned(),
        },
        FORCE_MS,
    ))
}

fn leads(epoch: Epoch) -> Step {
    Step::new(
        format!("a leader in an epoch above {epoch}"),
        Order::Expect(Expectation::SomebodyLeads { above: epoch }),
        ELECTION_MS,
    )
}

/// A line for each that does not go on.
fn rejoin(config: &DynamicConfig, disks: &[Disk], fates: &Fates<'_>) -> Vec<String> {
    let absent = disks.iter().filter(|disk| !fates.goes_on(disk));
    let lines = absent.flat_map(|disk| {
        let sid = disk.sid;
        let spec = config.servers.get(&sid);
        let spec = spec.map_or_else(String::new, |spec| spec.to_string());
        let spec = spec.replacen(":participant", ":observer", 1);
        let aside = match fates.is_set_aside(disk) {
            true => format!("{sid}: its data are set aside; keep them: what it alone had is there"),
            false => format!(
                "{sid}: before it is started again, move its version-2 aside (logs and snapshots) \
                 and keep it: what it alone had is in there"
            ),
        };
        [
            aside,
            format!(
                "{sid}: then start it, zoowarden act add \"server.{sid}={spec}\", and once it \
                 follows zoowarden act promote {sid}"
            ),
        ]
    });
    let lines: Vec<String> = lines.collect();
    let first = "one at a time, never several at once: old voters that meet each other alone could \
                 elect a leader of the old ensemble";
    match lines.is_empty() {
        true => lines,
        false => [first.to_owned()].into_iter().chain(lines).collect(),
    }
}
