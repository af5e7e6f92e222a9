//! What `status` prints: every member's facts and the judgement. Its JSON is scripted
//! against: fields are added, never renamed.

use serde::Serialize;
use zoowarden_shared::{
    Epoch, Sid, Zxid,
    admin::{
        Latency, Role,
        verdict::{Judgement, Presence, Verdict},
    },
};

use super::look::Look;
use crate::model::roster::Place;

/// The ensemble at one moment.
#[derive(Clone, Debug, Serialize)]
pub struct Picture {
    /// In one word: `healthy`, `degraded`, `no-quorum` or `unknown`.
    pub verdict: Verdict,
    /// In one sentence.
    pub sentence: String,
    /// The address of the leader, or of a standalone server.
    pub leader: Option<String>,
    /// The leader's epoch.
    pub epoch: Option<Epoch>,
    /// Voters in the configuration, or known where none can be read.
    pub voters: usize,
    /// Of them, how many serve.
    pub voters_serving: usize,
    /// How many of those may be lost before writes stop.
    pub survives: Option<usize>,
    /// Every member that is known, in the order of the ids.
    pub members: Vec<MemberLine>,
    /// What was assumed or could not be seen.
    pub notes: Vec<String>,
}

/// One member.
#[derive(Clone, Debug, Serialize)]
pub struct MemberLine {
    /// Where it was asked; a name where its client port is unknown.
    pub address: String,
    /// Its id.
    pub id: Option<Sid>,
    /// Whether it answers; `null` where it cannot be asked.
    pub reachable: Option<bool>,
    /// Whether it serves; `null` where that cannot be told.
    pub serving: Option<bool>,
    /// Leader, follower, ...
    pub role: Option<Role>,
    /// Whether the configuration lets it vote.
    pub voter: Option<bool>,
    /// The last transaction that it applied.
    pub zxid: Option<Zxid>,
    /// That transaction's epoch.
    pub epoch: Option<Epoch>,
    /// Transactions behind the leader, within its epoch.
    pub lag: Option<u64>,
    /// Latency of requests since its start, milliseconds: not a current figure.
    pub latency_ms: Option<Latency>,
    /// How long this look took, milliseconds.
    pub round_trip_ms: Option<f64>,
    /// Client connections.
    pub connections: Option<i64>,
    /// Requests in its pipeline.
    pub outstanding: Option<i64>,
    /// Znodes.
    pub znode_count: Option<i64>,
    /// Its version.
    pub version: Option<String>,
    /// Whether its client port was only assumed.
    pub port_guessed: bool,
    /// Why it does not answer, what it keeps closed.
    pub note: Option<String>,
}

impl MemberLine {
    pub(super) fn new(place: &Place, look: &Look, lag: Option<u64>) -> Self {
        let report = &look.report;
        let (reachable, serving) = match look.presence {
            Presence::Serving | Presence::Severed | Presence::Former => (Some(true), Some(true)),
            Presence::NotServing => (Some(true), Some(false)),
            Presence::Shut => (Some(true), None),
            Presence::Silent => (Some(false), Some(false)),
            Presence::Unknown => (None, None),
        };
        Self {
            address: place.address.clone(),
            id: place.sid,
            reachable,
            serving,
            role: report.role,
            voter: place.votes,
            zxid: report.zxid,
            epoch: report.epoch(),
            lag,
            latency_ms: report.latency_ms,
            round_trip_ms: look.round_trip.map(|d| d.as_secs_f64() * 1000.0),
            connections: report.connections,
            outstanding: report.outstanding,
            znode_count: report.znodes,
            version: report.version.clone(),
            port_guessed: place.port_guessed,
            note: match (&look.note, place.is_outside) {
                (None, true) => Some("no member: the configuration does not name it".to_owned()),
                (note, _) => note.clone(),
            },
        }
    }
}

impl Picture {
    pub(super) fn new(judgement: Judgement, members: Vec<MemberLine>, notes: Vec<String>) -> Self {
        let leader = judgement.leader.and_then(|index| members.get(index));
        Self {
            verdict: judgement.verdict,
            sentence: judgement.sentence,
            leader: leader.map(|member| member.address.clone()),
            epoch: leader.and_then(|member| member.epoch),
            voters: judgement.voters,
            voters_serving: judgement.voters_serving,
            survives: judgement.survives,
            members,
            notes,
        }
    }
}
