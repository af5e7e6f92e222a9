//! FastLeaderElection, pure: who leads.
//!
//! ```text
//!   look ──> campaign ──a quorum agrees──> settled: whoever looks is told
//!               └──────── or has a leader ────^
//! ```
//!
//! What Apache's `FastLeaderElection` says on the wire is said here; where it would wait for
//! a timer, members of ours tell each other at once ([`Campaign::count`]) and leave out the
//! final wait where it can change nothing ([`Campaign::is_over`]). A wrong choice costs time,
//! never data: a leader must still win a quorum in discovery.
//!
//! Deliberately absent: connections, whom to suspect, and which configuration counts.

mod campaign;
mod member;
mod replies;
#[cfg(test)]
mod tests;
mod vote;

use std::collections::BTreeSet;

use campaign::{Answer, Campaign};
use member::Member;
use replies::Replies;
use vote::Ballot;
pub(crate) use vote::Vote;
use zoowarden_shared::{
    Epoch, Sid,
    election::{Notification, PeerState},
    quorum::Features,
};

use crate::{common::Common, config::Config};

/// What a member knows of the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Peers {
    /// Who cannot speak now: the leader just lost, and whoever is suspected, while their
    /// election links are down.
    pub(crate) mute: BTreeSet<Sid>,
    /// Who showed the mark of a member of ours on its present election link.
    pub(crate) ours: BTreeSet<Sid>,
}

/// The end of an election.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    /// Who leads.
    pub(crate) leader: Sid,
    /// The vote that won.
    pub(crate) vote: Vote,
    /// In which round.
    pub(crate) round: i64,
    /// What this member is from now on: leading, following or observing.
    pub(crate) state: PeerState,
}

/// One member's part in elections. Times are microseconds of any clock that does not go back.
#[derive(Debug)]
pub(crate) struct Election {
    me: Member,
    /// Of the last search that ended.
    round: i64,
    phase: Phase,
    replies: Replies,
}

#[derive(Debug)]
enum Phase {
    /// Nothing was asked yet.
    Idle,
    Looking(Campaign),
    Settled(PeerState, Vote),
}

/// What is to be sent to whom.
type Messages = Vec<(Sid, Notification)>;

impl Election {
    /// A member that does not look for a leader yet, and says nothing.
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            me: Member::new(config),
            round: 0,
            phase: Phase::Idle,
            replies: Replies::default(),
        }
    }

    /// The configuration has changed, or may soon.
    pub(crate) fn reconfigure(&mut self, common: &Common) {
        self.me = Member::new(&common.config);
        self.me.quorums = common.quorums.clone();
    }

    /// The text of the configuration in force.
    pub(crate) fn config(&self) -> &str {
        self.me.config()
    }

    /// A reconfig says who leads: nobody is asked (`QuorumPeer.updateVote`).
    pub(crate) fn appoint(&mut self, leader: Sid, own: Vote, out: &mut Messages) -> Decision {
        self.decide(Vote { leader, ..own }, out)
    }

    /// Begins a new round with this vote, which is for the member itself: its last logged
    /// transaction and its current epoch. A member without a vote sends what says so. The
    /// decision, even that of a member alone, comes from a later call: see
    /// [`Self::deadline`].
    pub(crate) fn look(&mut self, now_us: u64, initial: Vote, out: &mut Messages) {
        // Java's integers wrap, and no peer's number may stop us.
        let round = self.round().wrapping_add(1);
        let initial = self.me.first_vote(initial);
        let mut campaign = Campaign::new(now_us, &self.me, round, initial);
        // Alone, it has decided; the next call says so.
        campaign.is_over(now_us, &self.me, &Peers::default());
        self.phase = Phase::Looking(campaign);
        self.replies = Replies::default();
        self.tell_all(out);
    }

    /// [`Self::look`], where this vote is for whom the leader `by` named when it resigned.
    pub(crate) fn look_for_the_heir(
        &mut self,
        now_us: u64,
        vote: Vote,
        by: Sid,
        out: &mut Messages,
    ) {
        self.look(now_us, vote, out);
        if let Phase::Looking(campaign) = &mut self.phase {
            campaign.follows_a_resignation(by);
        }
    }

    /// A member has spoken.
    pub(crate) fn receive(
        &mut self,
        now_us: u64,
        from: Sid,
        notification: &Notification,
        peers: &Peers,
        out: &mut Messages,
    ) -> Option<Decision> {
        if from == self.me.sid {
            return None;
        }
        let ballot = Ballot::of(notification);
        let campaign = match &mut self.phase {
            Phase::Looking(campaign) if self.me.quorums.is_voter(from) => campaign,
            _ => {
                // Whoever looks for a leader is told what we know. What it thinks does not
                // matter where it has no vote, or where we have a leader.
                if ballot.state == PeerState::Looking {
                    self.tell(now_us, from, out);
                }
                return None;
            }
        };
        campaign.heard(now_us);
        match ballot.state {
            PeerState::Looking => match campaign.count(&self.me, from, ballot) {
                Answer::Nothing => {}
                Answer::ToSender => self.tell(now_us, from, out),
                Answer::ToAll => self.tell_all(out),
            },
            PeerState::Following | PeerState::Leading => {
                if campaign.join(&self.me, from, ballot) {
                    return Some(self.decide(ballot.vote, out));
                }
            }
            PeerState::Observing => {}
        }
        self.conclude(now_us, peers, out)
    }

    /// [`Self::deadline`] has come.
    pub(crate) fn tick(
        &mut self,
        now_us: u64,
        peers: &Peers,
        out: &mut Messages,
    ) -> Option<Decision> {
        let decision = self.conclude(now_us, peers, out);
        if let Phase::Looking(campaign) = &mut self.phase
            && campaign.resend_is_due(now_us)
        {
            self.tell_all(out);
        }
        decision
    }

    /// What is known of the others has changed: perhaps nobody is left to wait for.
    pub(crate) fn peers_changed(
        &mut self,
        now_us: u64,
        peers: &Peers,
        out: &mut Messages,
    ) -> Option<Decision> {
        self.conclude(now_us, peers, out)
    }

    /// The election link with a member came up: what was said before may not have reached it.
    pub(crate) fn link_up(&mut self, sid: Sid, out: &mut Messages) {
        if let Phase::Looking(campaign) = &self.phase
            && self.me.quorums.is_voter(sid)
        {
            let notification =
                self.me
                    .notification(PeerState::Looking, campaign.proposal(), campaign.round());
            out.push((sid, notification));
        }
    }

    /// The member is this from now on, by this vote; whoever looks is told so.
    fn settle(&mut self, state: PeerState, vote: Vote) {
        self.round = self.round();
        self.phase = Phase::Settled(state, vote);
        self.replies = Replies::default();
    }

    /// The leadership is established: its epoch is the vote's from now on, so that all its
    /// members tell others the same (`QuorumPeer.updateElectionVote`, ZOOKEEPER-1732).
    pub(crate) fn established(&mut self, epoch: Epoch) {
        if let Phase::Settled(_, vote) = &mut self.phase {
            vote.peer_epoch = i64::from(epoch);
        }
    }

    /// What tells other followers that nothing is heard of the leader.
    pub(crate) fn suspicion(&self) -> Option<Notification> {
        let features = Features::ours().with_suspicion();
        Some(self.standing()?.with_features(features))
    }

    /// The number of the search that is under way, or of the last.
    pub(crate) fn round(&self) -> i64 {
        match &self.phase {
            Phase::Looking(campaign) => campaign.round(),
            Phase::Idle | Phase::Settled(..) => self.round,
        }
    }

    /// When [`Self::tick`] is due; at once where it is not later than now.
    pub(crate) fn deadline(&self) -> Option<u64> {
        match &self.phase {
            Phase::Looking(campaign) => Some(campaign.deadline_us()),
            Phase::Idle | Phase::Settled(..) => None,
        }
    }

    fn conclude(&mut self, now_us: u64, peers: &Peers, out: &mut Messages) -> Option<Decision> {
        let Phase::Looking(campaign) = &mut self.phase else {
            return None;
        };
        let proposal = campaign.proposal();
        campaign
            .is_over(now_us, &self.me, peers)
            .then(|| self.decide(proposal, out))
    }

    fn decide(&mut self, vote: Vote, out: &mut Messages) -> Decision {
        let state = self.me.state_under(vote.leader);
        let round = self.round();
        // Members without a vote wait for this, and might ask again only in a minute.
        let notification = self.me.notification(state, vote, round);
        let answered = self.replies.given_to();
        let waiting = answered.filter(|sid| !self.me.quorums.is_voter(*sid));
        out.extend(waiting.map(|sid| (sid, notification.clone())));
        self.settle(state, vote);
        Decision {
            leader: vote.leader,
            vote,
            round,
            state,
        }
    }

    /// Says to all voters how things stand.
    fn tell_all(&self, out: &mut Messages) {
        if let Some(notification) = self.standing() {
            out.extend(self.me.others().map(|sid| (sid, notification.clone())));
        }
    }

    /// Answers one member.
    fn tell(&mut self, now_us: u64, to: Sid, out: &mut Messages) {
        if let Some(notification) = self.standing()
            && self.replies.give(now_us, to, &notification)
        {
            out.push((to, notification));
        }
    }

    fn standing(&self) -> Option<Notification> {
        let (state, vote) = match &self.phase {
            Phase::Idle => return None,
            Phase::Looking(campaign) => (PeerState::Looking, campaign.proposal()),
            Phase::Settled(state, vote) => (*state, *vote),
        };
        Some(self.me.notification(state, vote, self.round()))
    }
}
