//! What the queue holds: every reason for which anything happens.

use zoowarden_peer::{DiskEvent, Input};
use zoowarden_server::disk::DiskSide;

use crate::fault::Fault;

/// Something that is due.
#[derive(Debug)]
pub(crate) enum Event {
    /// A member's deadline may have come.
    Wake {
        member: usize,
        boot: u32,
    },
    /// A thread of a member's disk has done what it was at.
    DiskDone {
        member: usize,
        boot: u32,
        side: DiskSide,
    },
    /// A member's log thread looks after the mark of what is durable.
    RaiseMark {
        member: usize,
        boot: u32,
    },
    /// A member is told what its disk did.
    DiskSays {
        member: usize,
        boot: u32,
        event: Box<DiskEvent>,
    },
    /// Something may have arrived at a side of a quorum link.
    Link {
        key: u64,
        side: usize,
    },
    /// A dial comes to its end.
    Dial {
        key: u64,
    },
    /// A member is told something that the network did.
    Tell {
        member: usize,
        boot: u32,
        input: Box<Input>,
    },
    /// A vote may have arrived.
    Vote {
        from: usize,
        to: usize,
    },
    /// Two members try to connect their election ports.
    ElectionDial {
        one: usize,
        other: usize,
    },
    /// Something may have arrived at a client's connection, at the member's side or the
    /// client's.
    ToServer {
        conn: u64,
    },
    ToClient {
        conn: u64,
    },
    /// A client's turn.
    Act {
        client: usize,
        token: u64,
    },
    /// A machine starts.
    Start {
        member: usize,
    },
    /// A paused process goes on.
    Resume {
        member: usize,
        boot: u32,
    },
    /// A partition ends.
    Heal {
        id: u64,
    },
    /// The next random fault.
    Nemesis,
    /// Somebody looks after machines that are no members yet, or not any more.
    Steward,
    /// An operator wants another leader.
    Handover,
    /// A fault of the script.
    Fault(Fault),
}
