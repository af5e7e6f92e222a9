//! What the driver is told of the quorum port.

use std::sync::Arc;

use zoowarden_zab::LinkId;

use super::{decoder::Received, link::Link};

/// What a link did.
#[derive(Debug)]
pub(crate) enum LinkMessage {
    /// Another member dialled us.
    Accepted(Arc<Link>),
    /// Our own dialling succeeded.
    Connected(Arc<Link>),
    /// It did not: there is no such link.
    DialFailed(LinkId),
    /// Something arrived, in so many bytes.
    Received(LinkId, Received, usize),
    /// What was sent raw is written, one piece of it.
    Drained(LinkId),
    /// The link is gone.
    Closed(LinkId),
}

impl LinkMessage {
    /// What it counts for among all that waits for the driver, bytes.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Received(_, _, bytes) => *bytes,
            _ => 0,
        }
    }
}
