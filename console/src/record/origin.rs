//! Whose recording it is, and what a fresh model of it begins with: each segment's header.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use zoowarden_shared::Sid;

use crate::model::{Cluster, Model, clock::Now, zones::Zones};

/// The layout of segments that this console writes, and the newest that it reads.
pub(super) const FORMAT: u32 = 1;

/// What stands in a segment's header, as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Origin {
    /// The layout of the segment.
    pub format: u32,
    /// The version of the console that wrote it.
    pub version: String,
    /// The wall clock at the start of the run's monotonic clock: names the run too.
    pub run_wall_ms: i64,
    pub name: String,
    pub tag: Option<String>,
    pub colour: Option<String>,
    pub demo: bool,
    pub note: Option<String>,
    pub seeds: Vec<String>,
    pub address_map: BTreeMap<String, String>,
    /// Ids that were known from the start, by address.
    pub identities: BTreeMap<String, i64>,
    pub pids: BTreeMap<String, u32>,
    pub has_own_ports: bool,
    pub zones: Zones,
}

impl Origin {
    /// Of a model to which nothing has been told yet.
    #[must_use]
    pub fn of(model: &Model) -> Self {
        let Cluster {
            name,
            tag,
            colour,
            demo,
            pids,
            note,
            zones,
            ..
        } = model.cluster.clone();
        let mono_ms = i64::try_from(model.now.mono_ms).unwrap_or(0);
        Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            run_wall_ms: model.now.wall_ms.saturating_sub(mono_ms),
            name,
            tag,
            colour,
            demo,
            note,
            seeds: model.known.seeds.clone(),
            address_map: model.known.address_map.clone(),
            identities: model
                .known
                .identities
                .iter()
                .map(|(address, sid)| (address.clone(), sid.0))
                .collect(),
            pids,
            has_own_ports: model.known.has_own_ports,
            zones,
        }
    }

    /// The model that it was of, as at this moment of the run.
    #[must_use]
    pub fn model(&self, now: Now) -> Model {
        let cluster = Cluster {
            name: self.name.clone(),
            tag: self.tag.clone(),
            // Drawn only where the theme knows it.
            colour: self.colour.clone(),
            demo: self.demo,
            pids: self.pids.clone(),
            note: self.note.clone(),
            zones: self.zones.clone(),
            ..Cluster::default()
        };
        let mut model = Model::new(now, cluster, self.seeds.clone(), self.address_map.clone());
        model.known.has_own_ports = self.has_own_ports;
        for (address, sid) in &self.identities {
            model.known.identities.insert(address.clone(), Sid(*sid));
            let mut members = model.members.iter_mut();
            if let Some(member) = members.find(|member| member.address == *address) {
                member.sid = Some(Sid(*sid));
            }
        }
        model.read_only = true;
        model
    }
}
