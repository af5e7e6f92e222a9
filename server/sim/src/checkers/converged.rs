//! After the faults: every member that may run serves clients, at the same transaction with
//! the same tree, by the same configuration, under one leader, and a fresh write was
//! acknowledged. Of machines that are no members (yet, or any more) nothing is demanded.

use zoowarden_shared::{config::Role, election::PeerState};

use crate::{
    client::Role as ClientRole,
    machine::{Health, Machine},
    world::World,
};

/// Whether it is so.
pub(crate) fn is_converged(world: &World) -> bool {
    why_not_converged(world).is_none()
}

/// What is missing.
pub(crate) fn why_not_converged(world: &World) -> Option<String> {
    let mut first: Option<(usize, _)> = None;
    let mut leaders = 0;
    for machine in &world.machines {
        let is_lost = matches!(machine.health, Health::Refused(_)) || is_estranged(world, machine);
        if is_lost || !world.is_member(machine.index) {
            continue;
        }
        if let Some(why) = by_another_config(world, machine) {
            return Some(why);
        }
        let now = machine.now(world.now_us);
        let Some(process) = &machine.process else {
            return Some(format!("member {} is down", machine.index));
        };
        let Some(zxid) = process.served_zxid(now) else {
            return Some(format!(
                "member {} does not serve: {}",
                machine.index,
                describe(machine)
            ));
        };
        let digest = process.peer.tree_digest();
        match first {
            None => first = Some((machine.index, (zxid, digest))),
            Some((other, its)) if its != (zxid, digest) => {
                return Some(format!(
                    "member {} is at {zxid} with digest {digest:?}, member {other} at {} with \
                     {:?}",
                    machine.index, its.0, its.1
                ));
            }
            Some(_) => {}
        }
        let status = machine.replication_status();
        leaders += usize::from(status.is_some_and(|it| it.state == PeerState::Leading));
    }
    if world.settings.is_replicated() && leaders != 1 {
        return Some(format!("{leaders} members lead"));
    }
    let unsettled = world
        .clients
        .iter()
        .find(|client| client.role != ClientRole::Crashed && !client.is_settled());
    if let Some(client) = unsettled {
        return Some(format!("client {} waits for an answer", client.index));
    }
    let probed = world.clients.iter().any(|client| client.probed);
    if !probed {
        return Some("no fresh write was acknowledged".into());
    }
    abandoned_session(world)
}

/// Whether a server that is no voter yet has logged more than all voters, and the reconfig under
/// way needs its vote, which it gives to nobody who has less: there may be no leader then, which
/// is a limit (see the README). Only wide reconfigs come to it.
pub(crate) fn is_outrun(world: &World) -> bool {
    let logged = |machine: &Machine| {
        let status = machine.replication_status();
        status.map(|status| status.logged)
    };
    let is_voter = |machine: &&Machine| {
        let own = world.latest_config.servers.get(&machine.sid);
        own.is_some_and(|own| own.role == Role::Participant)
    };
    let most = world
        .machines
        .iter()
        .filter(is_voter)
        .filter_map(logged)
        .max();
    world.settings.wide_reconfigs
        && world.machines.iter().any(|machine| {
            let will_vote = machine
                .files
                .seen
                .iter()
                .any(|config| config.voters().any(|(sid, _)| sid == machine.sid));
            will_vote && !is_voter(&machine) && logged(machine) > most
        })
}

/// Whether too few can vote: beside voters that are gone for good there is one that a crash met
/// while a leader's snapshot of less than it had was there and the rest was not. It has no vote
/// before a leader brings that, which is a limit (see the README).
pub(crate) fn is_without_votes(world: &World) -> bool {
    let voters = world.latest_config.voters().count();
    let halfway = |machine: &Machine| {
        let status = machine.replication_status();
        machine.is_halfway && !status.is_some_and(|status| status.vouches)
    };
    let able = world.latest_config.voters().filter(|(sid, _)| {
        world.machines.iter().any(|machine| {
            let is_lost = matches!(machine.health, Health::Refused(_));
            machine.sid == *sid && !is_lost && !halfway(machine)
        })
    });
    world.machines.iter().any(halfway) && able.count() <= voters / 2
}

/// Whether a member's configurations, old as they are, name nobody who votes now: it asks servers
/// that cannot tell it, until an operator writes down others. Only wide reconfigs come to it.
fn is_estranged(world: &World, machine: &Machine) -> bool {
    world.settings.wide_reconfigs
        && !(world.latest_config.voters())
            .any(|(sid, _)| sid == machine.sid || machine.files.names(sid))
}

/// A session whose client is gone must end by itself; so must one of which the client was told
/// that it has ended. (A leader says so once it has decided, and may be lost before that is
/// agreed on: then the next one waits a whole timeout before it decides again.)
fn abandoned_session(world: &World) -> Option<String> {
    for (session, record) in &world.history.sessions {
        if record.abandoned_us.or(record.refused_us).is_none() {
            continue;
        }
        for machine in &world.machines {
            let process = machine.process.as_ref();
            let Some(process) = process.filter(|_| world.is_member(machine.index)) else {
                continue;
            };
            let table = process.peer.session_table();
            let is_open = table.iter().any(|(open, _)| open == session);
            if is_open {
                return Some(format!(
                    "session {session} is open on member {}, its client is gone",
                    machine.index
                ));
            }
        }
    }
    None
}

/// Whether a member goes by a configuration that is not the newest, or would after a restart.
fn by_another_config(world: &World, machine: &Machine) -> Option<String> {
    if !world.settings.is_reconfigured() {
        return None;
    }
    let (files, latest) = (&machine.files, &world.latest_config);
    let is_latest = files.active == *latest && files.seen.is_empty();
    (!is_latest).then(|| {
        format!(
            "member {} goes by configuration {:x} with {:x?} seen, the newest is {:x}",
            machine.index,
            files.active.version,
            files
                .seen
                .iter()
                .map(|seen| seen.version)
                .collect::<Vec<_>>(),
            latest.version
        )
    })
}

fn describe(machine: &Machine) -> String {
    match machine.replication_status() {
        Some(status) => format!("{status:?}"),
        None => "standalone".into(),
    }
}
