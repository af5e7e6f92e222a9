//! What is kept on disk between runs, with its age, so that a console which is started in
//! the middle of an outage still draws the ensemble.

use serde::{Deserialize, Serialize};
use zoowarden_shared::{Sid, admin::Role, config::DynamicConfig};

use super::{Model, member::Remembered, roster::Known};
use crate::action::disk::{Heard, LastHeard, parse_zxid};

/// The last known picture of an ensemble.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    pub saved_wall_ms: i64,
    /// The text of `/zookeeper/config`.
    pub config: String,
    pub members: Vec<RememberedMember>,
}

/// One member as it last served.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RememberedMember {
    pub address: String,
    pub sid: Option<i64>,
    pub role: Option<String>,
    /// Hexadecimal, as ZooKeeper writes it.
    pub zxid: Option<String>,
    pub seen_wall_ms: i64,
}

impl Memory {
    /// The picture to keep: members as they last served, never as they are when they do not.
    #[must_use]
    pub fn of(model: &Model) -> Self {
        let now = model.now;
        let members = model.members.iter().filter_map(|member| {
            let age_ms = now.mono_ms.saturating_sub(member.facts_mono_ms?);
            Some(RememberedMember {
                address: member.address.clone(),
                sid: member.sid.map(|sid| sid.0),
                role: member.facts.role.map(|role| role.name().to_owned()),
                zxid: member.facts.zxid.map(|zxid| zxid.to_string()),
                seen_wall_ms: now
                    .wall_ms
                    .saturating_sub(i64::try_from(age_ms).unwrap_or(0)),
            })
        });
        Self {
            saved_wall_ms: now.wall_ms,
            config: model.known.config.to_string(),
            members: members.collect(),
        }
    }

    /// How far each had come when it last served.
    #[must_use]
    pub fn last_heard(&self) -> LastHeard {
        let heard = self.members.iter().filter_map(|member| {
            let heard = Heard {
                zxid: member.zxid.as_deref().and_then(parse_zxid)?,
                at_wall_ms: member.seen_wall_ms,
            };
            Some((Sid(member.sid?), heard))
        });
        heard.collect()
    }

    /// Who the members are, as far as nobody has told it since.
    pub fn recall_members(&self, known: &mut Known) {
        known.config = DynamicConfig::parse_lenient(&self.config);
        for member in &self.members {
            if let Some(sid) = member.sid {
                known
                    .identities
                    .entry(member.address.clone())
                    .or_insert(Sid(sid));
            }
        }
    }

    /// Lays the memory under a model that has seen nothing yet.
    pub fn recall(self, model: &mut Model) {
        let fresh = model.config_is_fresh.then(|| model.known.config.clone());
        self.recall_members(&mut model.known);
        if let Some(fresh) = fresh {
            model.known.config = fresh;
        }
        model.remembered_wall_ms = Some(self.saved_wall_ms);
        model.reroster();
        for remembered in self.members {
            let found = model
                .members
                .iter_mut()
                .find(|m| m.address == remembered.address);
            let Some(member) = found else { continue };
            // A poll may have failed before the file was read; only a newer picture outdates it.
            if member.facts_mono_ms.is_none() {
                member.remembered = Some(Remembered {
                    seen_wall_ms: remembered.seen_wall_ms,
                    role: remembered.role.as_deref().and_then(Role::from_name),
                    zxid: remembered.zxid.as_deref().and_then(parse_zxid),
                });
            }
        }
    }
}
