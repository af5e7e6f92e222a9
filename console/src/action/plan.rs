//! The plan of an action. It is data: what is shown is what runs, and the executors carry out
//! these steps and no others.

use zoowarden_shared::{Epoch, SessionId, Sid, Zxid};

use super::{facts::Run, file::SnapshotFile, spec::Who};

/// A command of the operator's, from console.toml.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HookKind {
    Start,
    Restart,
    /// Reads a stopped member's data directory, and changes nothing.
    Inspect,
    /// Makes a stopped member a voter of a new ensemble, by the order on its standard input.
    Force,
    /// Gives a stopped member's data another name.
    SetAside,
}

impl HookKind {
    /// Its key under `[cluster.hooks]`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Restart => "restart",
            Self::Inspect => "inspect",
            Self::Force => "force",
            Self::SetAside => "set_aside",
        }
    }

    /// The line of console.toml that opens what needs it.
    #[must_use]
    pub fn config_line(self) -> &'static str {
        match self {
            Self::Start => "[cluster.hooks] start = \"ssh {host} sudo systemctl start zookeeper\"",
            Self::Restart => {
                "[cluster.hooks] restart = \"ssh {host} sudo systemctl restart zookeeper\""
            }
            Self::Inspect => {
                "[cluster.hooks] inspect = \"ssh {host} sudo zoowarden-server --json --inspect \
                 /var/lib/zookeeper\""
            }
            Self::Force => {
                "[cluster.hooks] force = \"ssh {host} sudo zoowarden-server --force-quorum-by - \
                 /etc/zookeeper/conf/zoo.cfg\""
            }
            Self::SetAside => {
                "[cluster.hooks] set_aside = \"ssh {host} sudo zoowarden-server --set-aside \
                 /etc/zookeeper/conf/zoo.cfg\""
            }
        }
    }
}

/// What is done to the process of a demo's member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessOrder {
    Start,
    Restart,
    /// Of one that is down: it is told to take everything from the leader, and started.
    StartAnew,
}

/// What one step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Runs the operator's command for a member.
    Hook { hook: HookKind, member: Who },
    /// Starts or restarts a child of this console.
    Process {
        order: ProcessOrder,
        address: String,
    },
    /// POSTs a command to a member's AdminServer.
    Post {
        /// `host:port` of the AdminServer.
        admin: String,
        /// The command with its parameters.
        command: String,
        body: String,
    },
    /// Has a member without a quorum stand aside, and makes sure that it has what was shown.
    Reserve {
        admin: String,
        command: String,
        zxid: Zxid,
        current_epoch: Epoch,
    },
    /// Makes a member that stands aside a voter of the new ensemble, whose lines are the body.
    Force {
        admin: String,
        command: String,
        epoch: Epoch,
        zxid: Zxid,
        body: String,
    },
    /// Makes a stopped member a voter of the new ensemble, by its files.
    ForceStopped {
        member: Sid,
        epoch: Epoch,
        zxid: Zxid,
        /// The new ensemble, a line for each.
        members: String,
    },
    /// Gives the data of a stopped member another name.
    SetAside { member: Sid },
    /// Brings a snapshot to a member; all must find the same zxid and digest in it.
    Bring {
        admin: String,
        command: String,
        file: SnapshotFile,
    },
    /// Has a member put what was brought in the place of its history. The zxid is the one that
    /// all have found.
    CommitRestore { admin: String, epoch: Epoch },
    /// Waits until all members show the same digest at the same zxid, in a later epoch.
    AwaitEqual { admins: Vec<String>, above: Epoch },
    /// Tells the operator what is left for him to do, line by line.
    Advise { lines: Vec<String> },
    /// Waits until a member has taken everything anew, and compares it with its leader.
    AwaitRepair {
        /// `host:port` of its AdminServer, and of its leader's.
        admin: String,
        leader: Option<String>,
    },
    /// Changes the configuration, if it still has this version; `None`: the one that the
    /// plan's last reconfig made.
    Reconfig {
        joining: Option<String>,
        leaving: Option<String>,
        version: Option<i64>,
    },
    /// Has a member write a snapshot of its state as of now.
    Snapshot {
        /// `host:port` of its AdminServer.
        admin: String,
    },
    /// The digest of a member's tree must be its leader's, at the same zxid.
    CompareDigest { member: Sid },
    /// Looks for so long, milliseconds, whether a new voter stays in step and writes are
    /// acknowledged. `undo` says how it is taken back.
    Watch {
        member: Sid,
        for_ms: u64,
        undo: String,
    },
    /// Looks for so long, milliseconds, whether more than so many sessions expire beside those
    /// that had: clients that were sent away and found nobody.
    WatchExpiries { had: u64, more: u64, for_ms: u64 },
    /// Takes a session up through a member and closes it.
    CloseSession { session: SessionId },
    /// Waits until the members say so.
    Expect(Expectation),
    /// A `delete` of a missing path, through the leader: a quorum must acknowledge it.
    ProbeWrite,
    /// Told, and done by the operator.
    ByHand,
}

impl Order {
    /// Whether it changes anything: after such a step, "nothing has changed" is no longer true.
    #[must_use]
    pub fn changes(&self) -> bool {
        !matches!(
            self,
            Self::Expect(_)
                | Self::AwaitRepair { .. }
                | Self::AwaitEqual { .. }
                | Self::CompareDigest { .. }
                | Self::Watch { .. }
                | Self::WatchExpiries { .. }
                | Self::Advise { .. }
                | Self::ByHand
        )
    }
}

/// What a fresh poll must show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// It serves, keeps up, and is another run of its process than this one.
    Rejoined { member: Who, before: Option<Run> },
    /// It leads, in a later epoch.
    Leads { sid: Sid, above: Option<Epoch> },
    /// Somebody leads, in a later epoch.
    SomebodyLeads { above: Epoch },
    /// It follows as an observer, or as a server without a vote, and keeps up.
    CaughtUp { sid: Sid },
    /// The configuration is a later one on all members, with these voters.
    Voters { sids: Vec<Sid>, above: i64 },
    /// The configuration is a later one, in which it is an observer.
    Observes { sid: Sid, above: i64 },
    /// No member knows the session any more.
    SessionGone { session: SessionId },
    /// It has at most so many connections.
    Connections { member: Who, at_most: u64 },
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// In words, and for what is run outside the exact command.
    pub does: String,
    pub order: Order,
    /// How long it may take.
    pub deadline_ms: u64,
    /// Before this step the members are polled anew, and a quorum must be there without it.
    pub quorum_without: Option<Who>,
    /// The member whose part of the plan ends with this step: where a later one fails, the
    /// plan can be taken up behind it.
    pub finishes: Option<Who>,
    /// What takes it back, where a later step fails before one that [seals](Self::seals).
    pub undo: Option<Order>,
    /// Once this step has worked there is no way back: what was done before it stays.
    pub seals: bool,
}

impl Step {
    pub(super) fn new(does: impl Into<String>, order: Order, deadline_ms: u64) -> Self {
        Self {
            does: does.into(),
            order,
            deadline_ms,
            quorum_without: None,
            finishes: None,
            undo: None,
            seals: false,
        }
    }
}
