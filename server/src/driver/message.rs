//! What waits for the driver, and on whose thread it is dealt with.

use std::{collections::VecDeque, sync::Arc};

use zoowarden_peer::{ConnId, DiskEvent, Effects, Now, Peer};
use zoowarden_zab as zab;

use crate::net::{Connection, LinkMessage, Received};

/// Bytes of a message above which it may ask for much.
const SMALL_BYTES: usize = 4 << 10;

/// What a client connection did.
#[derive(Debug)]
pub(crate) enum NetMessage {
    Opened(Arc<Connection>),
    /// Whole frames, each with its length prefix.
    Frames(ConnId, bytes::Bytes),
    /// The client has read what was sent to it: it is no slow reader any more.
    Drained(ConnId),
    Closed(ConnId),
}

/// A question or an order to the peer, run on the driver's thread.
pub(crate) type Query = Box<dyn FnOnce(&mut Peer, Now, &mut Effects) + Send>;

/// What is never refused.
pub(crate) enum Control {
    Disk(DiskEvent),
    Query(Query),
    /// Take nothing more from clients; end when the disk has all that was appended.
    Stop,
}

/// What one turn finds.
#[derive(Default)]
pub(crate) struct Batch {
    /// Of the election port.
    pub(crate) votes: VecDeque<zab::Input>,
    pub(crate) links: Vec<LinkMessage>,
    pub(crate) net: Vec<NetMessage>,
    pub(crate) control: Vec<Control>,
}

/// On which thread the driver takes its turn for a message that finds it at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// That of whoever brings it: it is a step of a request, and another waits for it.
    Here,
    /// Its own.
    There,
}

impl Turn {
    pub(super) fn of_net(message: &NetMessage) -> Self {
        match message {
            NetMessage::Frames(_, frames) => Self::of_step(frames.len()),
            NetMessage::Opened(_) | NetMessage::Drained(_) | NetMessage::Closed(_) => Self::There,
        }
    }

    pub(super) fn of_link(message: &LinkMessage) -> Self {
        match message {
            LinkMessage::Received(_, Received::Packets(_), bytes) => Self::of_step(*bytes),
            _ => Self::There,
        }
    }

    pub(super) fn of_control(message: &Control) -> Self {
        match message {
            // It is acknowledged by the thread that knows of it first.
            Control::Disk(DiskEvent::Flushed { .. }) => Self::Here,
            _ => Self::There,
        }
    }

    fn of_step(bytes: usize) -> Self {
        if bytes > SMALL_BYTES {
            Self::There
        } else {
            Self::Here
        }
    }
}

#[cfg(test)]
mod tests {
    use zoowarden_shared::Zxid;

    use super::*;

    fn frames(bytes: usize) -> Turn {
        Turn::of_net(&NetMessage::Frames(ConnId(1), vec![0; bytes].into()))
    }

    fn packets(bytes: usize) -> Turn {
        let received = Received::Packets(Vec::new());
        let link = zab::LinkId::accepted(1);
        Turn::of_link(&LinkMessage::Received(link, received, bytes))
    }

    #[test]
    fn each_step_of_a_small_write_is_taken_where_it_arrives() {
        assert_eq!(frames(SMALL_BYTES), Turn::Here);
        assert_eq!(packets(SMALL_BYTES), Turn::Here);
        let flushed = DiskEvent::Flushed {
            upto: Zxid::new(1, 1),
        };
        assert_eq!(Turn::of_control(&Control::Disk(flushed)), Turn::Here);
    }

    #[test]
    fn what_may_take_long_is_left_to_the_drivers_own_thread() {
        assert_eq!(frames(SMALL_BYTES + 1), Turn::There);
        assert_eq!(packets(SMALL_BYTES + 1), Turn::There);
        let chunk = Received::SnapshotChunk(vec![0; 1].into());
        let link = zab::LinkId::accepted(1);
        let chunk = LinkMessage::Received(link, chunk, 1);
        assert_eq!(Turn::of_link(&chunk), Turn::There);
        assert_eq!(Turn::of_link(&LinkMessage::Closed(link)), Turn::There);
        let closed = NetMessage::Closed(ConnId(1));
        assert_eq!(Turn::of_net(&closed), Turn::There);
        let failed = Control::Disk(DiskEvent::LogFailed);
        assert_eq!(Turn::of_control(&failed), Turn::There);
        assert_eq!(Turn::of_control(&Control::Stop), Turn::There);
    }
}
