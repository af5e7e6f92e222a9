//! What several actions do: steps of their plans.

use zoowarden_shared::{Epoch, Sid};

use super::super::{
    facts::{AdminFacts, Facts, MemberFacts},
    judgement::Availability,
    means::Means,
    plan::{Expectation, HookKind, Order, ProcessOrder, Step},
};

/// A hook that says nothing for so long is killed.
const HOOK_MS: u64 = 60_000;
/// To start, recover, be elected or join, and catch up.
pub(super) const REJOIN_MS: u64 = 120_000;
/// To find a leader: initLimit is seconds in a sound configuration.
const ELECTION_MS: u64 = 30_000;
const PROBE_MS: u64 = 5_000;
/// A handover itself stops after 5 s.
const HANDOVER_MS: u64 = 10_000;

/// What config line opens commands to our members' AdminServers.
pub(super) const CREDENTIALS_LINE: &str =
    "[cluster.auth] digest = { file = \"~/.zk/digest\" } (USER:PASSWORD, mode 0600)";

/// Starts or restarts a member's process, by whatever there is for it.
pub(super) fn process_step(
    member: &MemberFacts,
    means: &Means,
    order: ProcessOrder,
) -> Result<Step, Availability> {
    let (verb, hook) = match order {
        ProcessOrder::Start => ("start", HookKind::Start),
        ProcessOrder::Restart => ("restart", HookKind::Restart),
        // A hook knows nothing of the order that comes before the start.
        ProcessOrder::StartAnew => ("start anew", HookKind::Start),
    };
    let name = &member.name;
    if means.processes.contains(&member.address) {
        let order = Order::Process {
            order,
            address: member.address.clone(),
        };
        return Ok(Step::new(
            format!("{verb} the process of {name}, a child of this console"),
            order,
            HOOK_MS,
        ));
    }
    // What restarts a service starts one that has stopped.
    let fits = |kind: &HookKind| means.hooks.contains(kind);
    let kinds = [hook, HookKind::Restart];
    let Some(hook) = kinds.into_iter().find(|kind| fits(kind)) else {
        return Err(Availability::No {
            why: format!("no hook says how to {verb} a member of this cluster"),
            opens: Some(hook.config_line().to_owned()),
        });
    };
    let order = Order::Hook {
        hook,
        member: member.who(),
    };
    Ok(Step::new(
        format!("run your hook \"{}\" for {name}", hook.key()),
        order,
        HOOK_MS,
    ))
}

/// Restarts a member and waits until it is back.
pub(super) fn restart_steps(
    member: &MemberFacts,
    means: &Means,
) -> Result<Vec<Step>, Availability> {
    let mut restart = process_step(member, means, ProcessOrder::Restart)?;
    restart.quorum_without = Some(member.who());
    let back = Expectation::Rejoined {
        member: member.who(),
        before: Some(member.run),
    };
    Ok(vec![
        restart,
        Step::new(
            format!("{} is another process, serves and is in sync", member.name),
            Order::Expect(back),
            REJOIN_MS,
        ),
    ])
}

/// A write that a quorum must acknowledge.
pub(super) fn probe_write() -> Step {
    Step::new(
        "one write is acknowledged: a delete of a path that is not there",
        Order::ProbeWrite,
        PROBE_MS,
    )
}

/// The AdminServer of a member that takes this command from this console; where the member
/// does not offer it, `shut`.
pub(super) fn admin_for<'a>(
    member: &'a MemberFacts,
    command: &str,
    means: &Means,
    shut: Availability,
) -> Result<&'a AdminFacts, Availability> {
    let admin = member.admin_with(command).ok_or(shut)?;
    if means.has_credentials {
        Ok(admin)
    } else {
        Err(Availability::No {
            why: "changing commands need digest credentials".to_owned(),
            opens: Some(CREDENTIALS_LINE.to_owned()),
        })
    }
}

/// POSTs a command that says all in its parameters.
pub(super) fn post(admin: &AdminFacts, command: String, deadline_ms: u64) -> Step {
    Step::new(
        format!("POST /commands/{command} to {}", admin.address),
        Order::Post {
            admin: admin.address.clone(),
            command,
            body: String::new(),
        },
        deadline_ms,
    )
}

/// Has a leader of ours nominate an heir.
pub(super) fn transfer_steps(
    facts: &Facts,
    means: &Means,
    to: Sid,
) -> Result<Vec<Step>, Availability> {
    let no = |why: String| Err(Availability::No { why, opens: None });
    let Some(leader) = facts.leader() else {
        return no("nobody leads".to_owned());
    };
    if leader.is_ours != Some(true) {
        return no(format!(
            "{} is Apache's: its leadership moves only by restarting it",
            leader.name
        ));
    }
    let line = "admin.enableServer=true in its zoo.cfg, admin_port in console.toml";
    let shut = Availability::No {
        why: format!("the AdminServer of {} is not reached", leader.name),
        opens: Some(line.to_owned()),
    };
    let admin = admin_for(leader, "transfer_leadership", means, shut)?;
    let epoch = facts.epoch().unwrap_or_default();
    let command = format!("transfer_leadership?to={to}&epoch={epoch}");
    Ok(vec![
        post(admin, command, HANDOVER_MS),
        leads(to, facts.epoch()),
        probe_write(),
    ])
}

/// Waits until a member leads in a later epoch.
pub(super) fn leads(sid: Sid, above: Option<Epoch>) -> Step {
    let epoch = above.map_or(String::new(), |epoch| format!(" in an epoch above {epoch}"));
    Step::new(
        format!("{sid} leads{epoch}"),
        Order::Expect(Expectation::Leads { sid, above }),
        ELECTION_MS,
    )
}

/// A step that the operator does.
pub(super) fn by_hand(does: impl Into<String>) -> Step {
    Step::new(does, Order::ByHand, 0)
}
