//! Where the members stand, as console.toml has it, and what is left when a whole zone goes:
//! five voters that survive any two may still stop with one room.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use zoowarden_shared::{Sid, admin::verdict::Verdict};

use super::{
    Model,
    member::{Member, State, Vote},
};

/// The ids of each zone's members, by its name; empty where console.toml names none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Zones(pub BTreeMap<String, BTreeSet<Sid>>);

impl Zones {
    /// The zone of a member.
    #[must_use]
    pub fn of(&self, sid: Option<Sid>) -> Option<&str> {
        let sid = sid?;
        let mut zones = self.0.iter();
        let (name, _) = zones.find(|(_, sids)| sids.contains(&sid))?;
        Some(name)
    }
}

/// What the loss of one zone leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneLoss {
    pub zone: String,
    /// Voters in it, by the configuration.
    pub voters: usize,
    /// Voters elsewhere that serve now.
    pub left: usize,
    /// And how many make a quorum.
    pub need: usize,
}

impl ZoneLoss {
    /// Whether writes go on without it.
    #[must_use]
    pub fn is_survived(&self) -> bool {
        self.left >= self.need
    }

    /// `if zone a goes, 3 of 5 are left, need 3`
    #[must_use]
    pub fn sentence(&self, of: usize) -> String {
        let Self {
            zone, left, need, ..
        } = self;
        match self.voters {
            0 => format!("if zone {zone} goes, no vote is lost"),
            _ => {
                let then = if self.is_survived() {
                    "writes go on"
                } else {
                    "writes stop"
                };
                format!("if zone {zone} goes, {left} of {of} are left, need {need}: {then}")
            }
        }
    }
}

/// What each zone's loss would leave now; empty without zones, and while there is no quorum
/// that could be lost.
#[must_use]
pub fn losses(model: &Model) -> Vec<ZoneLoss> {
    let judgement = &model.verdict;
    let holds = matches!(judgement.verdict, Verdict::Healthy | Verdict::Degraded);
    if !holds || model.leader().is_none() || judgement.voters < 2 {
        return Vec::new();
    }
    let voters = || {
        let members = model.members.iter();
        members.filter(|member| member.vote == Vote::Participant)
    };
    let zones = model.cluster.zones.0.iter();
    zones
        .map(|(zone, sids)| {
            let is_in = |member: &Member| member.sid.is_some_and(|sid| sids.contains(&sid));
            let serves = |member: &&Member| member.state(model.now) == State::Serving;
            let left = voters().filter(serves).filter(|one| !is_in(one)).count();
            ZoneLoss {
                zone: zone.clone(),
                voters: voters().filter(|one| is_in(one)).count(),
                // Who is in sync the leader counts, and does not say who they are.
                left: left.min(judgement.voters_serving),
                need: judgement.voters / 2 + 1,
            }
        })
        .collect()
}

/// For behind `survives 1 more`: `, any zone`, `, not zone a`; `None` without zones.
#[must_use]
pub fn in_short(losses: &[ZoneLoss]) -> Option<String> {
    let voting = || losses.iter().filter(|loss| loss.voters > 0);
    let fatal: Vec<&str> = voting()
        .filter(|loss| !loss.is_survived())
        .map(|loss| loss.zone.as_str())
        .collect();
    Some(match (voting().count(), fatal.as_slice()) {
        (0, _) => return None,
        (_, []) => ", any zone".to_owned(),
        (all, fatal) if fatal.len() == all => ", no zone".to_owned(),
        (_, fatal) => format!(", not zone {}", fatal.join(" or ")),
    })
}
