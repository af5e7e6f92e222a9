//! Elections: one member with invented peers, and whole ensembles on a network of virtual
//! time.

mod alone;
mod apache;
mod ensemble;
mod fast;
mod leadership;
mod network;
mod rng;

use zoowarden_shared::{
    Sid, Zxid,
    config::DynamicConfig,
    election::{Notification, PeerState},
    quorum::Features,
};

use super::{Decision, Election, Messages, Peers, Phase, Vote};
use crate::config::Config;

const MS: u64 = 1_000;

/// The servers 1 to `voters`, and observers from there on.
fn members(voters: i64, observers: i64) -> DynamicConfig {
    let line = |sid: i64| {
        let role = if sid <= voters {
            "participant"
        } else {
            "observer"
        };
        format!("server.{sid}=h:{}:{}:{role}\n", 2000 + sid, 3000 + sid)
    };
    let text: String = (1..=voters + observers).map(line).collect();
    DynamicConfig::parse(&text, "test").unwrap()
}

fn election(sid: i64, members: &DynamicConfig) -> Election {
    Election::new(&Config::new(Sid(sid), members.clone()))
}

fn vote(leader: i64, zxid: i64, peer_epoch: i64) -> Vote {
    Vote {
        leader: Sid(leader),
        zxid: Zxid(zxid),
        peer_epoch,
    }
}

/// What an Apache member says.
fn says(state: PeerState, round: i64, vote: Vote) -> Notification {
    Notification {
        state,
        leader: vote.leader,
        zxid: vote.zxid,
        election_epoch: round,
        peer_epoch: vote.peer_epoch,
        version: Notification::VERSION,
        config: Some("version=0".to_owned()),
        extension: bytes::Bytes::new(),
    }
}

/// The same from a member of ours.
fn ours(state: PeerState, round: i64, vote: Vote) -> Notification {
    says(state, round, vote).with_features(Features::ours())
}

fn peers(mute: &[i64], ours: &[i64]) -> Peers {
    let set = |sids: &[i64]| sids.iter().map(|sid| Sid(*sid)).collect();
    Peers {
        mute: set(mute),
        ours: set(ours),
    }
}

impl Election {
    fn is_looking(&self) -> bool {
        matches!(self.phase, Phase::Looking(_))
    }

    /// For whom the member votes while it looks for a leader.
    fn vote(&self) -> Option<Vote> {
        match &self.phase {
            Phase::Looking(campaign) => Some(campaign.proposal()),
            Phase::Idle | Phase::Settled(..) => None,
        }
    }
}

/// An election with its clock, its peers and what it has to say.
struct Subject {
    election: Election,
    now_us: u64,
    peers: Peers,
    out: Messages,
}

impl Subject {
    /// Looking in round 1.
    fn looking(sid: i64, members: &DynamicConfig, initial: Vote) -> Self {
        let mut subject = Self {
            election: election(sid, members),
            now_us: 0,
            peers: Peers::default(),
            out: Vec::new(),
        };
        subject.election.look(0, initial, &mut subject.out);
        subject
    }

    fn hears(&mut self, from: i64, notification: &Notification) -> Option<Decision> {
        self.election.receive(
            self.now_us,
            Sid(from),
            notification,
            &self.peers,
            &mut self.out,
        )
    }

    /// Lets time pass until the deadline, which must be there.
    fn waits(&mut self) -> Option<Decision> {
        self.now_us = self.now_us.max(self.election.deadline().unwrap());
        self.election.tick(self.now_us, &self.peers, &mut self.out)
    }

    /// What was said since the last time, as receiver, state, round and candidate.
    fn said(&mut self) -> Vec<(i64, PeerState, i64, i64)> {
        let said = std::mem::take(&mut self.out).into_iter();
        said.map(|(to, n)| (to.0, n.state, n.election_epoch, n.leader.0))
            .collect()
    }
}
