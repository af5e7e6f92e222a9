//! The quorum port: packets between a leader and its learners.
//!
//! ```text
//!   learner                          leader
//!   FOLLOWERINFO | OBSERVERINFO ──>            LearnerInfo
//!                                <── LEADERINFO
//!   ACKEPOCH                     ──>
//!                                <── DIFF | TRUNC | SNAP (then a raw stream), NEWLEADER
//!   ACK                          ──>
//!                                <── UPTODATE, PROPOSAL, COMMIT, INFORM, PING ...
//! ```
//!
//! Every packet is a [`QuorumPacket`], without a length before it, one behind the other
//! ([`packet`]); what its data holds depends on its type ([`payload`]). Before all that stands,
//! where SASL is on, an exchange of [`QuorumAuthPacket`]s, on the election port too.
//!
//! Deliberately absent: who sends what when. The stream after SNAP is a snapshot's, without
//! header and seal: `file` has its codec.

mod auth;
mod features;
pub mod packet;
pub mod payload;

pub use auth::{AuthStatus, QuorumAuthPacket};
pub use features::Features;
pub use packet::{PacketType, QuorumPacket, QuorumPacketError};
pub use payload::{
    AckEpoch, ForwardedRequest, InformAndActivate, LeaderInfo, LearnerInfo, Nominate,
    RevalidateReply, RevalidateRequest, SessionTouch, SessionTouches,
};
