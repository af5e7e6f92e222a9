//! What can happen to the console: everything `update` is told, and all it can ask for.

use std::{collections::HashMap, net::IpAddr};

use bytes::Bytes;
use zoowarden_shared::{
    SessionId, Sid,
    acl::Acl,
    admin::{ClientConnection, Heartbeat, SessionDump},
    config::DynamicConfig,
    stat::Stat,
};

use crate::{
    demo::MemberEnd,
    keymap::Key,
    model::{
        Load,
        alarm::notice::{Delivery, Notice},
        crowd::Cost,
        links::knock::{Door, Knock},
        memory::Memory,
        probe::Probe,
        wanted::TreeRequest,
    },
};

/// Something that has happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// Time has passed: ages grow, refreshes fall due.
    Tick,
    Key(Key),
    /// Text that was pasted: text in a text field, and nothing anywhere else.
    Paste(String),
    Resize(u16, u16),
    Probe(Probe),
    /// A member of ours told of itself.
    Heartbeat {
        address: String,
        /// When it was heard.
        at_mono_ms: u64,
        beat: Box<Heartbeat>,
    },
    /// A member's heartbeats have ended; a poll follows at once.
    StreamEnded {
        address: String,
    },
    /// A member told its own id.
    Identity {
        address: String,
        sid: Sid,
    },
    /// `/zookeeper/config`, or the membership a member told in `conf`.
    Config(DynamicConfig),
    /// What host names resolve to.
    Resolved(HashMap<String, Vec<IpAddr>>),
    /// One member's connections, as it lists them or why it does not.
    Connections {
        address: String,
        answer: Result<Vec<ClientConnection>, String>,
    },
    /// The ensemble's sessions and ephemerals, from the one member that was asked.
    Dump(Result<SessionDump, String>),
    Session(SessionEvent),
    Tree(TreeEvent),
    Load(Load),
    /// In the demo: what its clients count.
    Crowd(Cost),
    /// In the demo: a member's process ended, and nobody had told it to.
    MemberEnded(MemberEnd),
    /// What an earlier console kept.
    Recalled(Memory),
    /// How a port of a member's answered our try.
    Knocked(Knock),
    /// How telling a notice by one channel went.
    Told(Delivery),
}

/// Our own session.
#[derive(Clone, Debug)]
pub enum SessionEvent {
    Connected {
        address: String,
        id: SessionId,
        timeout_ms: u64,
        read_only: bool,
    },
    Lost {
        why: String,
    },
    /// A ping's round trip, microseconds.
    Ping {
        us: u64,
    },
}

/// Answers to [`TreeRequest`]s, and what watches tell.
#[derive(Clone, Debug)]
pub enum TreeEvent {
    /// `Ok(None)`: there is no such znode.
    Stat {
        path: String,
        answer: Result<Option<Stat>, String>,
    },
    Children {
        path: String,
        answer: Result<(Vec<String>, Stat), String>,
    },
    Data {
        path: String,
        answer: Result<(Bytes, Stat), String>,
    },
    Acl {
        path: String,
        answer: Result<Vec<Acl>, String>,
    },
    Changed {
        path: String,
        change: Change,
    },
}

/// What a watch told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Created,
    Deleted,
    Data,
    Children,
}

/// What the shell is to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Leave; the terminal is restored on the way.
    Quit,
    /// Draw every cell again: something else wrote on the terminal.
    Redraw,
    /// The addresses to poll from now on, all of them, and the names to resolve.
    Watch {
        addresses: Vec<String>,
        hosts: Vec<String>,
    },
    /// Ask members for their sessions while this is so (`cons` and `dump` cost).
    ShowSessions(bool),
    /// Something happened that polls would tell late: poll all members now.
    PollNow,
    Tree(TreeRequest),
    /// Tell the operator, by every channel that is open.
    Notify(Box<Notice>),
    /// Try these ports of members from now on, none where there are none.
    Knock(Vec<Door>),
    /// Put this on the operator's clipboard.
    Copy(String),
    /// Keep this on disk.
    Remember(Box<Memory>),
}
