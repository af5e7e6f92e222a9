//! What can happen to the console: everything `update` is told, and all it can ask for.

use std::{collections::HashMap, net::IpAddr};

use bytes::Bytes;
use zoowarden_client::Certificate;
use zoowarden_shared::{
    SessionId, Sid,
    acl::Acl,
    admin::{AuditTail, ClientConnection, Heartbeat, Monitor, Presence, SessionDump},
    config::DynamicConfig,
    stat::Stat,
};

use crate::{
    action::{Facts, GateCommand, Progress, poll::Before},
    bundle::Bundle,
    demo::{MemberEnd, Supervised},
    detached::Plan,
    keymap::Key,
    model::{
        Load,
        alarm::notice::{Delivery, Notice},
        breaks::Breakage,
        crowd::Cost,
        drill,
        find::{FindNews, query::Query},
        links::knock::{Door, Knock},
        memory::Memory,
        probe::Probe,
        replay::ReplayKey,
        survey::{Answer, Question},
        wanted::TreeRequest,
        znode::{self, holding::Holding, outcome::Outcome, quota::QuotaSeen},
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
    /// Only where console.toml turns the mouse on.
    Mouse(Mouse),
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
    /// The certificate that a member showed, where it is another than before.
    Certificate {
        address: String,
        certificate: Box<Certificate>,
    },
    /// How far a member's clock is ahead of this host's, ms.
    Clock {
        address: String,
        at_mono_ms: u64,
        ahead_ms: i64,
    },
    /// The ensemble's sessions and ephemerals, from the one member that was asked.
    Dump(Result<SessionDump, String>),
    Session(SessionEvent),
    Tree(TreeEvent),
    Load(Load),
    /// In the demo: what its clients count.
    Crowd(Cost),
    /// In the demo: a member's process ended.
    MemberEnded(MemberEnd),
    /// In the demo: what its supervisor does about that.
    Supervised(Supervised),
    /// In the demo: what came of a [`Command::Break`].
    Broken(Broken),
    /// In a drill: what came of a [`Command::Drill`].
    Drill(drill::News),
    /// What an earlier console kept.
    Recalled(Memory),
    /// How a port of a member's answered our try.
    Knocked(Knock),
    /// How telling a notice by one channel went.
    Told(Delivery),
    /// In a replay: what an operator did.
    Operated {
        who: String,
        what: String,
    },
    /// The plans of this cluster that run on this host without a console, other than ours.
    Plans(Vec<Plan>),
    /// What became of a [`Command::Act`] of the gate of this number.
    Gate {
        gate: u64,
        event: GateEvent,
    },
    /// All numbers that a member tells, from a full poll.
    Metrics {
        address: String,
        /// When it told them.
        at_mono_ms: u64,
        monitor: Box<Monitor>,
    },
    /// A member's answer to [`Command::Ask`], or why there is none.
    Answered {
        address: String,
        question: Question,
        answer: Result<Answer, String>,
    },
    /// What the find of this number tells.
    Find {
        number: u64,
        news: FindNews,
    },
    /// What was counted below this znode for [`Command::Count`].
    Counted {
        path: String,
        news: CountNews,
    },
    /// How a change of the tree went.
    Changed {
        change: Box<znode::change::Change>,
        outcome: Outcome,
    },
    /// What the operator's own editor has left, or why it did not.
    Edited(Result<Bytes, String>),
    /// Where [`Command::Save`] wrote, or why it could not.
    Saved(Result<String, String>),
    /// The end of this console's own audit log, for [`Command::ReadAudit`].
    OwnAudit(Result<AuditTail, String>),
    /// Other clusters of the fleet that are in trouble, by name.
    Elsewhere(Vec<String>),
    /// The consoles that a member of ours knows of.
    Consoles {
        address: String,
        consoles: Vec<Presence>,
    },
    /// Nothing is recorded (any more), and why.
    NotRecording(String),
    /// The recording holds what was seen since then, milliseconds since 1970.
    Recording {
        since_wall_ms: i64,
    },
    /// Where [`Command::Bundle`] wrote, or why it could not.
    Bundled(Result<String, String>),
}

/// What the shell tells a gate.
#[derive(Clone, Debug)]
pub enum GateEvent {
    /// A poll has ended, or why there was none.
    Polled(Result<Box<Facts>, String>),
    /// How the plan goes.
    Progress(Progress),
}

/// What the mouse does, as far as anything follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mouse {
    WheelUp,
    WheelDown,
    /// In this line of the window, from 0.
    Click {
        row: u16,
    },
}

/// What came of breaking something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    pub breakage: Breakage,
    /// The member's client address.
    pub address: String,
    /// In words, what was done or why nothing was.
    pub answer: Result<String, String>,
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

/// How far the counting below a znode is.
#[derive(Clone, Debug)]
pub enum CountNews {
    /// Znodes so far.
    SoFar(usize),
    Done(Result<Holding, String>),
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
    /// With its version.
    Acl {
        path: String,
        answer: Result<(Vec<Acl>, i32), String>,
    },
    /// `Ok(None)`: no quota holds for it.
    Quota {
        path: String,
        answer: Result<Option<QuotaSeen>, String>,
    },
    /// How many znodes are below it, at any depth.
    Below {
        path: String,
        answer: Result<i32, String>,
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
    /// Leave this cluster for the fleet; where there is none it is not asked for.
    Clusters,
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
    /// Look for znodes, from one down, until [`Command::StopFind`] or the next.
    Find {
        number: u64,
        query: Box<Query>,
        start: String,
    },
    StopFind,
    /// Count what a deletion of this znode would take with it.
    Count(String),
    StopCount,
    /// Change the tree; it was shown and confirmed.
    Change(Box<znode::change::Change>),
    /// Give the terminal to the operator's own editor, with this text.
    EditOutside(Bytes),
    /// Put this on the operator's clipboard.
    Copy(String),
    /// Keep this on disk.
    Remember(Box<Memory>),
    /// What the gate of this number wants done.
    Act {
        gate: u64,
        command: Box<GateCommand>,
        /// What is known before the poll.
        before: Box<Before>,
    },
    /// Read the end of this console's own audit log.
    ReadAudit,
    /// Tell these members of ours that this console is here, and ask who else is.
    Announce {
        addresses: Vec<String>,
        presence: Presence,
    },
    /// Ask a member this, once.
    Ask {
        address: String,
        question: Question,
    },
    /// In a replay: play, pause, go.
    Replay(ReplayKey),
    /// Write an incident bundle into the state directory.
    Bundle(Box<Bundle>),
    /// In a demo: break this, or mend it again.
    Break {
        breakage: Breakage,
        address: String,
    },
    /// In a drill: break this by script, or mend it for the operator.
    Drill(drill::Order),
    /// Write this text to a file of this name in the state directory.
    Save {
        name: String,
        text: String,
    },
}
