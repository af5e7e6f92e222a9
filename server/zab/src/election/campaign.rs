//! The time without a leader: votes are counted until a quorum agrees
//! (`FastLeaderElection.lookForLeader`).

use std::collections::BTreeMap;

use zoowarden_shared::{Sid, Zxid, election::PeerState};

use super::{
    Peers,
    member::Member,
    vote::{Ballot, Vote},
};

/// How long a quorum's choice may still be bettered (`FastLeaderElection.finalizeWait`).
pub(super) const FINALIZE_WAIT_US: u64 = 200_000;
/// After how much silence the vote is sent again, at first
/// (`FastLeaderElection.minNotificationInterval`).
const MIN_RESEND_US: u64 = 200_000;
/// And at most (`FastLeaderElection.maxNotificationInterval`).
const MAX_RESEND_US: u64 = 60_000_000;

/// What a vote that was counted asks us to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Nothing.
    Nothing,
    /// Our vote, to its sender.
    ToSender,
    /// Our new vote, to all.
    ToAll,
}

/// The votes of one search for a leader.
#[derive(Debug)]
pub(super) struct Campaign {
    /// Raised where others are in a later one (`logicalclock`).
    round: i64,
    /// For the member itself, or for whom a leader named that resigned.
    initial: Vote,
    /// Who that leader is.
    resigned: Option<Sid>,
    /// The best so far: for whom the member votes.
    proposal: Vote,
    /// The votes of this round, our own among them (`recvset`).
    votes: BTreeMap<Sid, Ballot>,
    /// What members say that have a leader, of any round (`outofelection`).
    settled: BTreeMap<Sid, Ballot>,
    /// When the quorum's choice stands, where there is one.
    decide_at_us: Option<u64>,
    resend_at_us: u64,
    resend_after_us: u64,
}

impl Campaign {
    pub(super) fn new(now_us: u64, me: &Member, round: i64, initial: Vote) -> Self {
        let mut campaign = Self {
            round,
            initial,
            resigned: None,
            proposal: initial,
            votes: BTreeMap::new(),
            settled: BTreeMap::new(),
            decide_at_us: None,
            resend_at_us: now_us + MIN_RESEND_US,
            resend_after_us: MIN_RESEND_US,
        };
        campaign.propose(me, initial);
        campaign
    }

    /// The vote that it began with is for whom this leader named when it resigned.
    pub(super) fn follows_a_resignation(&mut self, by: Sid) {
        self.resigned = Some(by);
    }

    pub(super) fn round(&self) -> i64 {
        self.round
    }

    pub(super) fn proposal(&self) -> Vote {
        self.proposal
    }

    pub(super) fn deadline_us(&self) -> u64 {
        self.decide_at_us.unwrap_or(self.resend_at_us)
    }

    /// A voter has spoken: the silence begins anew.
    pub(super) fn heard(&mut self, now_us: u64) {
        self.resend_at_us = now_us + self.resend_after_us;
    }

    /// Whether it was silent for so long that all are to be told the vote again. The next
    /// silence may be twice as long.
    pub(super) fn resend_is_due(&mut self, now_us: u64) -> bool {
        let is_due = now_us >= self.resend_at_us;
        if is_due {
            self.resend_after_us = (self.resend_after_us * 2).min(MAX_RESEND_US);
            self.resend_at_us = now_us + self.resend_after_us;
        }
        is_due
    }

    fn propose(&mut self, me: &Member, vote: Vote) {
        self.proposal = vote;
        self.decide_at_us = None;
        if me.votes() && self.has_data() && vote.leader != Sid(Vote::NONE) {
            self.votes.insert(me.sid, Ballot::looking(vote, self.round));
        }
    }

    /// A member that cannot vouch for its data helps nobody to a quorum; it waits for those
    /// who can (`db.autocreate=false`).
    fn has_data(&self) -> bool {
        self.initial.zxid != Vote::NO_DATA
    }

    /// Counts the vote of a voter that looks for a leader too.
    pub(super) fn count(&mut self, me: &Member, from: Sid, ballot: Ballot) -> Answer {
        self.settled.remove(&from);
        let offered = ballot.vote;
        if ballot.round < self.round {
            // A laggard. A member without a vote leaves that to others: a voter would answer
            // its answer.
            return if me.votes() {
                Answer::ToSender
            } else {
                Answer::Nothing
            };
        }
        let is_of_use = me.quorums.is_voter(offered.leader)
            && offered.zxid != Vote::NO_DATA
            && !me.has_lost_all(offered);
        let is_empty = offered.zxid == Zxid::ZERO;
        let names_nobody =
            offered.leader == Sid(Vote::NONE) && (is_empty || !me.quorums.is_present_voter(from));
        if names_nobody && ballot.round > self.round && self.has_data() {
            // It has no data, or a reconfig under way gives it a vote of which it has not heard.
            // It leaves rounds to those who may lead, and yet may be needed: they come to it.
            if self.stands_without(me, from, offered) {
                return Answer::Nothing;
            }
            self.round = ballot.round;
            self.votes.clear();
            self.propose(me, self.initial);
            return Answer::ToAll;
        }
        if !is_of_use || !self.has_data() {
            return Answer::Nothing;
        }
        if ballot.round > self.round {
            if self.stands_without(me, from, offered) {
                return Answer::Nothing;
            }
            self.round = ballot.round;
            self.votes.clear();
            self.votes.insert(from, ballot);
            let is_better = me.beats(offered, self.initial);
            self.propose(me, if is_better { offered } else { self.initial });
            return Answer::ToAll;
        }
        let is_first = self.votes.insert(from, ballot).is_none();
        if me.beats(offered, self.proposal) {
            self.propose(me, offered);
            return Answer::ToAll;
        }
        // The sender may have had a leader yet when our vote came, and let it go by. Apache's
        // members find that out by their resend timers.
        if is_first || me.beats(self.proposal, offered) {
            Answer::ToSender
        } else {
            Answer::Nothing
        }
    }

    /// Whether a quorum's choice stands though this voter went on to a later round: it will
    /// find us settled. Apache too, in the final wait, minds only votes that are better.
    fn stands_without(&self, me: &Member, from: Sid, offered: Vote) -> bool {
        self.decide_at_us.is_some()
            && from != self.proposal.leader
            && !me.beats(offered, self.proposal)
            && me
                .quorums
                .contains_quorum(|sid| sid != from && self.is_for_proposal(sid))
    }

    fn is_for_proposal(&self, voter: Sid) -> bool {
        let proposal = Ballot::looking(self.proposal, self.round);
        self.votes
            .get(&voter)
            .is_some_and(|ballot| ballot.agrees(&proposal))
    }

    /// Counts what a voter says that has a leader. True where that is the leader of a quorum,
    /// which knows it: then there is nothing to choose (`receivedFollowingNotification`).
    pub(super) fn join(&mut self, me: &Member, from: Sid, ballot: Ballot) -> bool {
        if !me.quorums.is_voter(ballot.vote.leader) {
            return false;
        }
        if ballot.round == self.round {
            // Within one round the leader alone tells leaderships apart: some voters have its
            // new epoch already, some have not. Apache forgets the version here, to the same
            // effect.
            let forgotten = Ballot {
                version: 0,
                ..ballot
            };
            self.votes.insert(from, forgotten);
            if is_established(me, self.round, &self.votes, &ballot) {
                return true;
            }
        }
        self.settled.insert(from, ballot);
        let joins = is_established(me, self.round, &self.settled, &ballot);
        if joins {
            self.round = ballot.round;
        }
        joins
    }

    /// Whether the time to choose is over: a quorum votes as we do, and either nobody who
    /// could change that is left, or the final wait has passed.
    pub(super) fn is_over(&mut self, now_us: u64, me: &Member, peers: &Peers) -> bool {
        let may_lead = me.quorums.weight(self.proposal.leader) > 0;
        if !may_lead || !me.quorums.contains_quorum(|sid| self.is_for_proposal(sid)) {
            self.decide_at_us = None;
            return false;
        }
        // Who resigned votes once its log is flushed, which a slow disk delays. It has no more
        // than whom it named.
        let is_for_the_heir = self.proposal == self.initial;
        let agrees =
            |sid: Sid| self.is_for_proposal(sid) || (is_for_the_heir && self.resigned == Some(sid));
        // An Apache member may wait for what we have not heard of: with one, we wait as it does.
        let is_certain = me
            .others()
            .all(|sid| peers.mute.contains(&sid) || (peers.ours.contains(&sid) && agrees(sid)));
        let decide_at_us = if is_certain {
            now_us
        } else {
            self.decide_at_us.unwrap_or(now_us + FINALIZE_WAIT_US)
        };
        self.decide_at_us = Some(decide_at_us);
        decide_at_us <= now_us
    }
}

/// Whether a quorum says the same of its leader, and the leader too (`checkLeader`).
///
/// Of the configuration in force: members that know nothing of a reconfig that we alone have
/// logged could never be a quorum of it, and we would look for a leader for ever. (Where it is
/// in force with them, their votes tell us so.) That leader must win its quorums all the same.
fn is_established(
    me: &Member,
    round: i64,
    ballots: &BTreeMap<Sid, Ballot>,
    ballot: &Ballot,
) -> bool {
    let leader = ballot.vote.leader;
    let leader_knows = if leader == me.sid {
        ballot.round == round
    } else {
        let its_own = ballots.get(&leader);
        its_own.is_some_and(|own| own.state == PeerState::Leading)
    };
    leader_knows
        && me
            .quorums
            .contains_present_quorum(|sid| ballots.get(&sid).is_some_and(|one| one.agrees(ballot)))
}
