//! The client port, and the two ports between members.
//!
//! ```text
//!   accept ──> task (one per connection) ──frames──> driver
//!                  └── framer        connection <──bytes──┘
//! ```
//!
//! - `accept`: takes clients.
//! - `listening`: a port's sockets, which move where a reconfig says.
//! - `task`: reads one connection; four-letter words, handshake deadline, back pressure.
//! - `framer`: whole frames out of a byte stream.
//! - `connection`: the way out, shared with the driver.
//! - `election`: votes.
//! - `quorum`: links between a leader and its learners.
//! - `members`, `dial`: where other members are, and connections to them.
//! - `read`, `outbox`: bytes out of a socket, and into one.
//! - `fault`: why a connection ended, and its log line.
//! - `counters`: what the metrics say of all this.

mod accept;
mod connection;
mod counters;
mod dial;
mod election;
mod fault;
mod framer;
mod listening;
mod members;
mod outbox;
mod quorum;
mod read;
mod task;

use std::{
    net::SocketAddr,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

pub(crate) use accept::{bind, serve};
pub(crate) use connection::{Connection, SLOW_READER_BYTES};
pub(crate) use counters::NetCounters;
pub(crate) use election::ElectionPort;
pub(crate) use listening::{Listening, listen_at};
pub(crate) use quorum::{
    Gathered, Link, LinkMessage, LinkView, OpenLinks, QuorumPort, QuorumSettings, Received,
};

use zoowarden_shared::config::Limits;

use crate::{admin::Admin, driver::Inbox};

/// What a client may make this server hold or wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NetLimits {
    /// `jute.maxbuffer`: the longest frame taken, bytes.
    pub(crate) max_frame_bytes: usize,
    /// `zookeeper.nio.sessionlessCnxnTimeout`: how long a connection may be without a session.
    pub(crate) handshake_timeout: Duration,
}

impl NetLimits {
    pub(crate) fn of(limits: &Limits) -> Self {
        Self {
            max_frame_bytes: limits.jute_max_buffer_bytes as usize,
            handshake_timeout: Duration::from_millis(limits.sessionless_timeout_ms.into()),
        }
    }
}

/// What all connections have in common.
pub(crate) struct Shared {
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) limits: NetLimits,
    pub(crate) admin: Arc<Admin>,
    pub(crate) counters: Arc<NetCounters>,
    pub(crate) next_id: AtomicU64,
}

/// The address with an IPv4 client of a dual-stack socket as IPv4, as Java shows it.
pub(crate) fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}
