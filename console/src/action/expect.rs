//! Whether a fresh poll shows what a step must have brought about.

use super::{
    facts::{Facts, MemberFacts, Run},
    plan::Expectation,
};

impl Expectation {
    /// Whether it is met, for a step that began so long ago.
    ///
    /// # Errors
    /// What is still missing, in words.
    pub fn met(&self, facts: &Facts, since_ms: u64) -> Result<(), String> {
        match self {
            Self::Rejoined { member, before } => {
                let found = facts.member(member).ok_or("it is no member any more")?;
                in_sync(found)?;
                if before.is_some_and(|before| is_same(found.run, before, since_ms)) {
                    return Err(format!("{} is still the process of before", found.name));
                }
                Ok(())
            }
            Self::Leads { sid, above } => {
                let leader = facts.leader().ok_or("nobody leads yet")?;
                if leader.sid != Some(*sid) {
                    return Err(format!("{} leads", leader.name));
                }
                if facts.epoch() <= *above {
                    return Err("the epoch is the old one still".to_owned());
                }
                Ok(())
            }
            Self::SomebodyLeads { above } => match facts.epoch() {
                Some(epoch) if epoch > *above => Ok(()),
                Some(epoch) => Err(format!("the epoch is {epoch} still")),
                None => Err("nobody leads yet".to_owned()),
            },
            Self::CaughtUp { sid } => in_sync(
                facts
                    .sid(*sid)
                    .ok_or_else(|| format!("{sid} is not there yet"))?,
            ),
            Self::Voters { sids, above } => {
                is_later(facts, *above)?;
                let config = facts.config.iter();
                let voters: Vec<_> = config
                    .flat_map(|c| c.voters().map(|(sid, _)| sid))
                    .collect();
                if voters == *sids {
                    everywhere(facts)
                } else {
                    Err("the configuration has other voters".to_owned())
                }
            }
            Self::Observes { sid, above } => {
                is_later(facts, *above)?;
                let mut config = facts.config.iter().flat_map(|config| config.observers());
                if config.any(|(observer, _)| observer == *sid) {
                    Ok(())
                } else {
                    Err(format!("{sid} is no observer in the configuration"))
                }
            }
            Self::SessionGone { session } => {
                let found = facts.session.as_ref().filter(|one| one.id == *session);
                match found.and_then(|found| found.lives) {
                    Some(true) => Err(format!("{session} lives")),
                    // Where nobody tells, the answer to the order itself must do.
                    Some(false) | None => Ok(()),
                }
            }
            Self::Connections { member, at_most } => {
                let found = facts.member(member).ok_or("it is no member any more")?;
                match found.connections {
                    Some(now) if now <= *at_most => Ok(()),
                    Some(now) => Err(format!("{now} connections, not yet {at_most}")),
                    None => Err(format!("{} does not tell its connections", found.name)),
                }
            }
        }
    }
}

fn in_sync(member: &MemberFacts) -> Result<(), String> {
    if member.is_synced() {
        return Ok(());
    }
    match member.lag {
        Some(lag) => Err(format!("{} is {lag} transactions behind", member.name)),
        None => Err(format!("{} {}", member.name, member.answered())),
    }
}

/// Whether this is the run of before: it is older than the order, and counts on.
fn is_same(now: Run, before: Run, since_ms: u64) -> bool {
    match (now.uptime_ms, now.received, before.received) {
        (Some(uptime_ms), ..) => uptime_ms > since_ms,
        (None, Some(now), Some(before)) => now >= before,
        // Nothing tells them apart: that it serves must do.
        _ => false,
    }
}

fn is_later(facts: &Facts, above: i64) -> Result<(), String> {
    match facts.config_version() {
        Some(version) if version > above => Ok(()),
        Some(_) => Err("the configuration is the old one still".to_owned()),
        None => Err("/zookeeper/config cannot be read".to_owned()),
    }
}

/// All members of the configuration that answer have it.
fn everywhere(facts: &Facts) -> Result<(), String> {
    let version = facts.config_version();
    let behind = facts.members.iter().find(|member| {
        member.serves() && member.config_version.is_some() && member.config_version != version
    });
    match behind {
        None => Ok(()),
        Some(member) => Err(format!("{} has the old configuration still", member.name)),
    }
}
