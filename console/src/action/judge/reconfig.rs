//! What all changes of the configuration have in common: its version, the new set of voters,
//! one change at a time.

use std::collections::BTreeSet;

use zoowarden_shared::{
    Sid,
    config::{DynamicConfig, Role, ServerSpec},
};

use super::{
    super::{
        facts::{Facts, MemberFacts},
        judgement::{Check, Finding, Judgement, Quorum},
        plan::{Expectation, Order, Step},
        spec::Who,
    },
    checks::{plain_majority, quorum_now},
    nobody,
};

/// A quorum of the old and of the new set must log it.
const RECONFIG_MS: u64 = 15_000;
/// For every member to have it.
const SPREAD_MS: u64 = 15_000;

/// The configuration, with the checks that all of its changes share; `None` where it cannot be
/// read, and the judgement says so.
pub(super) fn readable<'a>(
    judgement: &mut Judgement,
    facts: &'a Facts,
) -> Option<&'a DynamicConfig> {
    judgement.hard.extend(plain_majority(facts));
    judgement.hard.push(quorum_now(facts));
    let Some(config) = facts.config.as_ref().filter(|config| !config.is_empty()) else {
        judgement.hard.push(Check::new(
            "configuration",
            Finding::Unmeasured,
            "/zookeeper/config cannot be read: what is in force is not known",
        ));
        return None;
    };
    judgement.hard.push(same_everywhere(facts, config));
    judgement.soft.extend(mixed(facts));
    Some(config)
}

/// A leader of ours that has Apache's followers refuses to: one without `reconfigEnabled` would skip
/// the new configuration without a word, and count votes by the old one.
fn mixed(facts: &Facts) -> Option<Check> {
    let leader = facts.leader().filter(|one| one.is_ours == Some(true))?;
    let other = facts.voters().find(|one| one.is_ours == Some(false))?;
    let sentence = format!(
        "{} is ours and leads, {} is Apache's: zoowarden.reconfigMixed=true opens it, where all \
         of Apache's have reconfigEnabled",
        leader.name, other.name
    );
    Some(Check::new("mixed", Finding::Fail, sentence))
}

/// The same, and the server that the action names, by its line and as it answered.
pub(super) fn named<'a>(
    judgement: &mut Judgement,
    sid: Sid,
    facts: &'a Facts,
) -> Option<(&'a DynamicConfig, &'a ServerSpec, &'a MemberFacts)> {
    let config = readable(judgement, facts)?;
    let (Some(spec), Some(member)) = (config.servers.get(&sid), facts.sid(sid)) else {
        nobody(judgement, &Who::Sid(sid), facts);
        return None;
    };
    Some((config, spec, member))
}

/// A reconfig that has not reached everybody is still under way.
pub(super) fn same_everywhere(facts: &Facts, config: &DynamicConfig) -> Check {
    let other = facts.members.iter().find(|member| {
        member
            .config_version
            .is_some_and(|version| version != config.version)
    });
    match other {
        None => Check::new(
            "one at a time",
            Finding::Pass,
            format!(
                "configuration {:#x} is in force, no other is seen",
                config.version
            ),
        ),
        Some(member) => Check::new(
            "one at a time",
            Finding::Fail,
            format!(
                "{} has configuration {:#x}, not {:#x}: a reconfig is under way",
                member.name,
                member.config_version.unwrap_or_default(),
                config.version
            ),
        ),
    }
}

/// The voters after a change.
pub(super) fn voters_after(
    config: &DynamicConfig,
    joins: Option<Sid>,
    leaves: Option<Sid>,
) -> BTreeSet<Sid> {
    let mut voters: BTreeSet<Sid> = config.voters().map(|(sid, _)| sid).collect();
    voters.extend(joins);
    if let Some(leaves) = leaves {
        voters.remove(&leaves);
    }
    voters
}

/// How many of a set of voters are in sync.
pub(super) fn quorum_of(facts: &Facts, voters: &BTreeSet<Sid>) -> Quorum {
    Quorum {
        voters: voters.len(),
        in_sync: voters
            .iter()
            .filter(|sid| facts.sid(**sid).is_some_and(|member| member.is_synced()))
            .count(),
    }
}

/// The new set must have a connected quorum.
pub(super) fn new_quorum(quorum: Quorum) -> Check {
    let mut check = super::checks::left("new quorum", quorum);
    // Nothing ever excuses a configuration without a quorum.
    check.counts_quorum = false;
    check
}

/// `server.N=...` in another role.
pub(super) fn line(sid: Sid, spec: &ServerSpec, role: Role) -> String {
    let spec = ServerSpec {
        role,
        ..spec.clone()
    };
    format!("server.{sid}={spec}")
}

/// The reconfig, by compare-and-set on the version; `None`: that of the reconfig before.
pub(super) fn step(joining: Option<String>, leaving: Option<Sid>, version: Option<i64>) -> Step {
    let mut words = String::from("reconfig");
    if let Some(joining) = &joining {
        words.push_str(&format!(" +{joining}"));
    }
    if let Some(leaving) = leaving {
        words.push_str(&format!(" -{leaving}"));
    }
    match version {
        Some(version) => {
            words.push_str(&format!(", if the configuration is still {version:#x}"));
        }
        None => words.push_str(", if the configuration is still the one just made"),
    }
    let order = Order::Reconfig {
        joining,
        leaving: leaving.map(|sid| sid.to_string()),
        version,
    };
    Step::new(words, order, RECONFIG_MS)
}

/// Waits until the new voters are in force.
pub(super) fn voters_step(voters: &BTreeSet<Sid>, above: i64) -> Step {
    let expected = Expectation::Voters {
        sids: voters.iter().copied().collect(),
        above,
    };
    Step::new(
        format!(
            "a configuration above {above:#x} with the voters {}",
            list(voters)
        ),
        Order::Expect(expected),
        SPREAD_MS,
    )
}

/// Waits until it is an observer by the configuration.
pub(super) fn observer_step(sid: Sid, above: i64) -> Step {
    Step::new(
        format!("a configuration above {above:#x} has {sid} as an observer"),
        Order::Expect(Expectation::Observes { sid, above }),
        SPREAD_MS,
    )
}

/// Waits until it follows and keeps up.
pub(super) fn caught_up_step(sid: Sid) -> Step {
    Step::new(
        format!("{sid} follows and is in sync"),
        Order::Expect(Expectation::CaughtUp { sid }),
        super::steps::REJOIN_MS,
    )
}

/// Ids with spaces between, as they are to be typed.
pub(super) fn list(voters: &BTreeSet<Sid>) -> String {
    let ids: Vec<String> = voters.iter().map(Sid::to_string).collect();
    ids.join(" ")
}

/// `voters 3 → 2, margin 1 → 0`.
pub(super) fn sentence(before: Quorum, after: Quorum) -> String {
    format!(
        "voters {} → {}, margin {} → {}",
        before.voters,
        after.voters,
        before.margin_text(),
        after.margin_text()
    )
}
