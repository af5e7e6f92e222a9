//! What a member's replication asks of its shell, and of the state machine beside it.

use bytes::Bytes;
use zoowarden_shared::{
    Epoch, Sid, Zxid, config::DynamicConfig, election::Notification, quorum::QuorumPacket,
};

use crate::input::LinkId;

/// One thing to do outside: network and disk. Performed in order; nothing that must wait for
/// the disk is asked for before the disk has said that it is done.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    /// Send this member a message on the election port; a newer one may replace it unsent.
    ToElection(Sid, Notification),
    /// Connect to this member's quorum port. Answered by [`crate::LinkEvent::Connected`] or
    /// [`crate::LinkEvent::DialFailed`].
    Dial(LinkId, Sid),
    /// Send a packet, behind all that was sent on this link before.
    Send(LinkId, QuorumPacket),
    /// Close the link once what was sent before is written, or its time is over. No event
    /// follows.
    Hangup(LinkId),
    /// Stop reading the link until [`Effect::ResumeLink`].
    PauseLink(LinkId),
    /// Read it again.
    ResumeLink(LinkId),
    /// Append a transaction (header, body, digest) to the log; answered by
    /// [`crate::DiskEvent::Flushed`].
    Append {
        /// Its zxid, always the one after the last appended.
        zxid: Zxid,
        /// Its bytes, as in a PROPOSAL.
        txn: Bytes,
    },
    /// Cut everything behind this transaction off the log, which holds it. Answered by
    /// [`crate::DiskEvent::Truncated`]; a failure is the log's ([ZOOKEEPER-3701]).
    ///
    /// [ZOOKEEPER-3701]: https://issues.apache.org/jira/browse/ZOOKEEPER-3701
    Truncate(Zxid),
    /// Make `acceptedEpoch` this, durably.
    SaveAcceptedEpoch(Epoch),
    /// Make `currentEpoch` this, durably.
    SaveCurrentEpoch(Epoch),
    /// Begin to write a leader's snapshot aside; another under way is given up.
    StageBegin(Zxid),
    /// The next part of its body.
    StageChunk(Bytes),
    /// Seal it, make it what a restart begins with, and set aside every log that reaches
    /// behind it. Answered by [`crate::DiskEvent::Staged`].
    StageEnd(Zxid),
    /// Give up the snapshot being written aside.
    StageAbort,
    /// Load the state machine anew from snapshot and log; answered by
    /// [`crate::DiskEvent::Reloaded`]. The log goes on behind what was loaded.
    Reload,
    /// Read transactions behind `after` up to `upto` from the log, or as many of them as fit
    /// comfortably into memory; answered by [`crate::DiskEvent::LogRead`].
    ReadLog {
        /// For which learner.
        link: LinkId,
        /// Not this one, but the next.
        after: Zxid,
        /// The last wanted. It is durable.
        upto: Zxid,
    },
    /// Remember these configurations, oldest first, and no others, durably before anything that
    /// is appended after: a restart must know of them ([`crate::Config::seen`]).
    ConfigSeen(Vec<DynamicConfig>),
    /// This configuration is in force: a restart begins with it, members are reached where it
    /// says.
    ConfigActive(DynamicConfig),
}

/// What a member does for its clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Serving {
    /// It leads this epoch: transactions are proposed from `epoch << 32 | 1` on.
    Leading(Epoch),
    /// It follows the leader of this epoch.
    Following(Epoch),
    /// It follows the leader of this epoch without a vote.
    Observing(Epoch),
}

/// What the state machine beside replication is told, in order.
#[derive(Debug, PartialEq, Eq)]
pub enum Upcall {
    /// The transaction is committed: apply it. In zxid order, each once.
    Deliver {
        /// Its zxid.
        zxid: Zxid,
        /// Its bytes.
        txn: Bytes,
    },
    /// This configuration is in force: the data of `/zookeeper/config` is its text.
    ConfigChanged(DynamicConfig),
    /// Serve clients from now on.
    Serve(Serving),
    /// Stop serving: there is no leader (any more). What was proposed and not delivered may or
    /// may not be delivered later.
    Stop,
    /// A learner forwards a client's request, or a sync (REQUEST).
    Request {
        /// The learner's link, to which a SYNC is to be answered.
        link: LinkId,
        /// The learner.
        sid: Sid,
        /// The packet.
        packet: QuorumPacket,
    },
    /// A learner asks whether a session lives (REVALIDATE); to be answered by
    /// [`crate::Zab::send`].
    Revalidate {
        /// The learner's link.
        link: LinkId,
        /// The packet.
        packet: QuorumPacket,
    },
    /// Sessions that a learner has heard from (the reply to a PING):
    /// [`zoowarden_shared::quorum::SessionTouches`].
    Touches(Bytes),
    /// A learner's link is gone.
    LearnerGone(LinkId),
    /// What was asked by [`crate::Zab::confirm`] up to this number is answered: this member led
    /// when it was asked, and no later leader had committed anything by then.
    Confirmed(u64),
    /// The leader answers a REVALIDATE or a SYNC.
    FromLeader(QuorumPacket),
    /// The leader asks which sessions were heard from: answer by [`crate::Zab::touches`].
    TouchesWanted,
    /// A learner needs the whole state: begin a snapshot when possible, and say so by
    /// [`crate::Zab::snapshot_begun`].
    SnapshotWanted(LinkId),
    /// Something that an operator should find in the log, and a console in its timeline.
    Event(Event),
}

/// A fact about elections and learners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The member looks for a leader.
    Looking {
        /// Why it has none.
        reason: String,
    },
    /// The election is over.
    Elected {
        /// Who won it.
        leader: Sid,
        /// In which round.
        round: i64,
    },
    /// Nothing is heard of the leader any more. Nothing is done about it yet.
    Suspected {
        /// The leader.
        leader: Sid,
        /// Since its last byte, milliseconds.
        silent_ms: u64,
    },
    /// The leader hands its office over: what clients write waits until the heir has caught up.
    HandingOver {
        /// Who is to lead.
        heir: Sid,
    },
    /// The heir did not catch up in time: the leader leads on.
    HandoverGivenUp {
        /// Who was to lead.
        heir: Sid,
    },
    /// A quorum accepted our leadership, or we are in step with the leader.
    Established {
        /// Of whom.
        leader: Sid,
        /// The epoch.
        epoch: Epoch,
    },
    /// A learner is brought up to date.
    Syncing {
        /// Which.
        sid: Sid,
        /// DIFF, TRUNC or SNAP.
        how: &'static str,
        /// What it had.
        from: Zxid,
        /// What it will have.
        to: Zxid,
    },
    /// A learner was let go.
    LearnerLost {
        /// Which.
        sid: Sid,
        /// Why.
        reason: String,
    },
    /// The peer does what no correct peer does; it was let go.
    BadPeer {
        /// Who.
        sid: Sid,
        /// What it did.
        what: String,
    },
}

/// Effects and upcalls, each in their order.
#[derive(Debug, Default)]
pub struct Outputs {
    /// For the shell.
    pub effects: Vec<Effect>,
    /// For the state machine.
    pub upcalls: Vec<Upcall>,
}
