//! For whom a member votes, and when two votes are one (`Vote`).

use zoowarden_shared::{
    Sid, Zxid,
    election::{Notification, PeerState},
};

/// A candidate, and what makes it a good one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Vote {
    /// The candidate.
    pub(crate) leader: Sid,
    /// The last transaction in its log.
    pub(crate) zxid: Zxid,
    /// Its current epoch; once its leadership is established, that epoch.
    pub(crate) peer_epoch: i64,
}

impl Vote {
    /// What stands in a number where there is none (`Long.MIN_VALUE`).
    pub(super) const NONE: i64 = i64::MIN;
    /// The zxid of a member that cannot vouch for its data (`db.autocreate=false`).
    pub(super) const NO_DATA: Zxid = Zxid(-1);

    /// Greater is better (`FastLeaderElection.totalOrderPredicate`).
    pub(super) fn rank(self) -> (i64, Zxid, Sid) {
        (self.peer_epoch, self.zxid, self.leader)
    }
}

/// A vote as its voter told it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ballot {
    pub(super) vote: Vote,
    pub(super) round: i64,
    pub(super) state: PeerState,
    pub(super) version: i32,
}

impl Ballot {
    /// That of a member that looks for a leader.
    pub(super) fn looking(vote: Vote, round: i64) -> Self {
        Self {
            vote,
            round,
            state: PeerState::Looking,
            version: Notification::VERSION,
        }
    }

    pub(super) fn of(notification: &Notification) -> Self {
        Self {
            vote: Vote {
                leader: notification.leader,
                zxid: notification.zxid,
                peer_epoch: notification.peer_epoch,
            },
            round: notification.election_epoch,
            state: notification.state,
            version: notification.version,
        }
    }

    /// Whether both stand for the same leadership (`Vote.equals`). Settled members may have
    /// got there by different rounds, and remember different zxids ([ZOOKEEPER-1805]); where
    /// only one of them is of 3.4, their epochs differ too ([ZOOKEEPER-1732]).
    ///
    /// [ZOOKEEPER-1732]: https://issues.apache.org/jira/browse/ZOOKEEPER-1732
    /// [ZOOKEEPER-1805]: https://issues.apache.org/jira/browse/ZOOKEEPER-1805
    pub(super) fn agrees(&self, other: &Self) -> bool {
        if self.state == PeerState::Looking || other.state == PeerState::Looking {
            return self.vote == other.vote && self.round == other.round;
        }
        let same_leader = self.vote.leader == other.vote.leader;
        let both_tell_epochs = (self.version > 0) == (other.version > 0);
        same_leader && (!both_tell_epochs || self.vote.peer_epoch == other.vote.peer_epoch)
    }
}
