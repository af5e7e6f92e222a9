//! What does not change about a member while it votes, but by a reconfig.

use zoowarden_shared::{
    Sid, Zxid,
    config::Role,
    election::{Notification, PeerState},
    quorum::Features,
};

use super::vote::Vote;
use crate::{config::Config, quorums::Quorums};

/// A member, and those with whom it votes.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) sid: Sid,
    pub(super) quorums: Quorums,
    role: Role,
    /// The transaction that brought the configuration, or the number that a first one has.
    version: Zxid,
    /// The configuration, as every notification carries it.
    config: String,
}

impl Member {
    pub(super) fn new(config: &Config) -> Self {
        let mut members = config.members.clone();
        for server in members.servers.values_mut() {
            // Apache before 3.10 fails to read a line that has one.
            server.secure_client_address = None;
        }
        Self {
            sid: config.sid,
            quorums: Quorums::new(&members),
            role: config.role,
            version: Zxid(members.version),
            config: members.to_string(),
        }
    }

    /// The configuration in force.
    pub(super) fn config(&self) -> &str {
        &self.config
    }

    /// Whether its votes count.
    pub(super) fn votes(&self) -> bool {
        self.quorums.is_voter(self.sid)
    }

    /// The first vote of a round: for the member itself. Who does not vote names nobody
    /// (`FastLeaderElection.getInitId`, `getInitLastLoggedZxid`, `getPeerEpoch`), nor does who
    /// cannot lead.
    pub(super) fn first_vote(&self, own: Vote) -> Vote {
        let mut vote = own;
        if !self.quorums.is_present_voter(self.sid) || self.has_lost_all(own) {
            vote.leader = Sid(Vote::NONE);
        }
        if self.role == Role::Observer {
            vote.zxid = Zxid(Vote::NONE);
            vote.peer_epoch = Vote::NONE;
        }
        vote
    }

    /// Whether a transaction brought the configuration, and this vote is for one that has none at
    /// all. A quorum of the voters has had that one. Its disk was emptied, or joins with nothing:
    /// its vote may be needed by who has the data, but it must not lead an ensemble that begins
    /// anew beside the one that there was (found by the simulator, 9004937).
    pub(super) fn has_lost_all(&self, vote: Vote) -> bool {
        self.version.counter() != 0 && vote.zxid == Zxid::ZERO
    }

    /// What the member is once this leader is found.
    pub(super) fn state_under(&self, leader: Sid) -> PeerState {
        match self.role {
            _ if leader == self.sid => PeerState::Leading,
            Role::Participant => PeerState::Following,
            Role::Observer => PeerState::Observing,
        }
    }

    /// Whether a vote is better than another (`FastLeaderElection.totalOrderPredicate`).
    pub(super) fn beats(&self, vote: Vote, other: Vote) -> bool {
        self.quorums.weight(vote.leader) > 0 && vote.rank() > other.rank()
    }

    pub(super) fn notification(&self, state: PeerState, vote: Vote, round: i64) -> Notification {
        Notification {
            state,
            leader: vote.leader,
            zxid: vote.zxid,
            election_epoch: round,
            peer_epoch: vote.peer_epoch,
            version: Notification::VERSION,
            config: Some(self.config.clone()),
            extension: bytes::Bytes::new(),
        }
        .with_features(Features::ours())
    }

    /// The other voters.
    pub(super) fn others(&self) -> impl Iterator<Item = Sid> {
        self.quorums.voters().filter(|sid| *sid != self.sid)
    }
}
