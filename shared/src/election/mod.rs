//! The election port: how members find out who leads (`QuorumCnxManager`,
//! `FastLeaderElection`).
//!
//! ```text
//!   dialler ── Handshake ──> acceptor      once
//!           <── message ──>                then: i32 length, Notification
//! ```
//!
//! Between handshake and messages stands, where SASL is on, an exchange of
//! [`crate::quorum::QuorumAuthPacket`]s.
//!
//! Deliberately absent: which connection of two survives, and the election itself.

mod handshake;
mod message;
mod notification;

pub use handshake::{Handshake, HandshakeError, HandshakeVersion, MAX_ADDRESSES_LEN};
pub use message::{MAX_MESSAGE, next_message, put_message};
pub use notification::{Notification, PeerState};
