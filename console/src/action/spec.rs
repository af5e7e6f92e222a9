//! The actions, with what each is done to.

use std::fmt;

use zoowarden_shared::{SessionId, Sid, config::ServerSpec};

/// Which member: by its id, or by its client address where it has none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    Sid(Sid),
    Address(String),
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sid(sid) => sid.fmt(f),
            Self::Address(address) => address.fmt(f),
        }
    }
}

/// Who is to become a member: a server of which the ensemble does not know yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joiner {
    pub sid: Sid,
    pub spec: ServerSpec,
}

/// Who takes the place of a member that is gone for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spare {
    /// An observer that follows already.
    Observer(Sid),
    /// A server that first joins as an observer.
    Joiner(Joiner),
}

impl Spare {
    /// Its id.
    #[must_use]
    pub fn sid(&self) -> Sid {
        match self {
            Self::Observer(sid) => *sid,
            Self::Joiner(joiner) => joiner.sid,
        }
    }
}

/// Something that changes an ensemble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    Start {
        member: Who,
    },
    Restart {
        member: Who,
    },
    /// All members, one after the other, but those that an earlier run has done.
    RollingRestart {
        done: Vec<Who>,
    },
    TransferLeadership {
        to: Sid,
    },
    Replace {
        old: Sid,
        by: Spare,
    },
    Add {
        joiner: Joiner,
    },
    Promote {
        member: Sid,
    },
    Remove {
        member: Sid,
    },
    Demote {
        member: Sid,
    },
    KillSession {
        session: SessionId,
    },
    /// Has a part of a member's clients look for another member.
    Rebalance {
        from: Who,
        percent: u8,
    },
    Resync {
        member: Sid,
    },
    /// A member writes its state as of now to its own disk.
    Snapshot {
        member: Who,
    },
    /// From a snapshot that every member can read under this name.
    Restore {
        file: String,
    },
    QuorumLoss,
}

/// An action without what it is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Start,
    Restart,
    RollingRestart,
    TransferLeadership,
    Replace,
    Add,
    Promote,
    Remove,
    Demote,
    KillSession,
    Rebalance,
    Snapshot,
    Resync,
    Restore,
    QuorumLoss,
}

impl Kind {
    /// All, as CONSOLE lists them: the gentlest first.
    pub const ALL: [Self; 15] = [
        Self::Start,
        Self::Restart,
        Self::RollingRestart,
        Self::TransferLeadership,
        Self::Replace,
        Self::Add,
        Self::Promote,
        Self::Remove,
        Self::Demote,
        Self::KillSession,
        Self::Rebalance,
        Self::Snapshot,
        Self::Resync,
        Self::Restore,
        Self::QuorumLoss,
    ];

    /// Its name on the command line and in the audit.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Restart => "restart",
            Self::RollingRestart => "rolling-restart",
            Self::TransferLeadership => "transfer-leadership",
            Self::Replace => "replace",
            Self::Add => "add",
            Self::Promote => "promote",
            Self::Remove => "remove",
            Self::Demote => "demote",
            Self::KillSession => "kill-session",
            Self::Rebalance => "rebalance",
            Self::Snapshot => "snapshot",
            Self::Resync => "resync",
            Self::Restore => "restore",
            Self::QuorumLoss => "quorum-loss",
        }
    }

    /// The kind that another console tells of: `restart`, or `restart, step 1 of 3`.
    #[must_use]
    pub fn told(gate: &str) -> Option<Self> {
        let name = gate.split(',').next().unwrap_or_default();
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What it takes on the command line.
    #[must_use]
    pub fn arguments(self) -> &'static str {
        match self {
            Self::Start | Self::Restart | Self::Snapshot => "MEMBER",
            Self::RollingRestart => "[after MEMBER,...]",
            Self::TransferLeadership | Self::Promote | Self::Remove | Self::Demote => "ID",
            Self::Resync => "ID",
            Self::Replace => "ID by ID | ID by server.N=HOST:PORT:PORT;PORT",
            Self::Add => "server.N=HOST:PORT:PORT;PORT",
            Self::KillSession => "0xSESSION",
            Self::Rebalance => "MEMBER [PERCENT]",
            Self::Restore => "FILE",
            Self::QuorumLoss => "",
        }
    }

    /// What it does, in one line.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Start => "starts a member whose process is gone",
            Self::Restart => "restarts a member's process",
            Self::RollingRestart => "restarts all members, one after the other, the leader last",
            Self::TransferLeadership => "has a chosen voter lead, by one short election",
            Self::Replace => "gives a lost member's vote to a spare, in one reconfig",
            Self::Add => "lets a new server join, as an observer",
            Self::Promote => "gives an observer a vote",
            Self::Remove => "takes a member out of the configuration",
            Self::Demote => "takes a member's vote; it stays as an observer",
            Self::KillSession => "closes a client's session; its ephemerals vanish",
            Self::Rebalance => "has some of a member's clients look for another member",
            Self::Snapshot => "has a member write its state as of now to its disk",
            Self::Resync => "sets a member's data aside and copies the leader's",
            Self::Restore => "puts a snapshot in the place of the whole tree",
            Self::QuorumLoss => "brings back an ensemble whose quorum is lost for good",
        }
    }

    /// Whether it changes the configuration, or must not while another does: then every member
    /// is asked which one it has.
    #[must_use]
    pub fn minds_the_configuration(self) -> bool {
        matches!(
            self,
            Self::Replace
                | Self::Add
                | Self::Promote
                | Self::Remove
                | Self::Demote
                | Self::TransferLeadership
        )
    }

    /// Whether it may change what quorum there is: two of these at once are not judged together.
    #[must_use]
    pub fn takes_a_turn(self) -> bool {
        !matches!(self, Self::KillSession | Self::Rebalance | Self::Snapshot)
    }

    /// Whether it is offered on the Recover screen alone.
    #[must_use]
    pub fn is_last_resort(self) -> bool {
        matches!(self, Self::Restore | Self::QuorumLoss)
    }
}

impl Action {
    /// What kind of action it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Start { .. } => Kind::Start,
            Self::Restart { .. } => Kind::Restart,
            Self::RollingRestart { .. } => Kind::RollingRestart,
            Self::TransferLeadership { .. } => Kind::TransferLeadership,
            Self::Replace { .. } => Kind::Replace,
            Self::Add { .. } => Kind::Add,
            Self::Promote { .. } => Kind::Promote,
            Self::Remove { .. } => Kind::Remove,
            Self::Demote { .. } => Kind::Demote,
            Self::KillSession { .. } => Kind::KillSession,
            Self::Rebalance { .. } => Kind::Rebalance,
            Self::Snapshot { .. } => Kind::Snapshot,
            Self::Resync { .. } => Kind::Resync,
            Self::Restore { .. } => Kind::Restore,
            Self::QuorumLoss => Kind::QuorumLoss,
        }
    }

    /// The session that must be looked up before it can be judged.
    #[must_use]
    pub fn session(&self) -> Option<SessionId> {
        match self {
            Self::KillSession { session } => Some(*session),
            _ => None,
        }
    }

    /// The server to be polled besides the members.
    #[must_use]
    pub fn joiner(&self) -> Option<&Joiner> {
        match self {
            Self::Add { joiner }
            | Self::Replace {
                by: Spare::Joiner(joiner),
                ..
            } => Some(joiner),
            _ => None,
        }
    }
}

impl fmt::Display for Action {
    /// As an operator says it: `replace 3 by 4`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start { member } => write!(f, "start {member}"),
            Self::Restart { member } => write!(f, "restart {member}"),
            Self::RollingRestart { done } if done.is_empty() => f.write_str("rolling restart"),
            Self::RollingRestart { done } => {
                let done: Vec<String> = done.iter().map(Who::to_string).collect();
                write!(f, "rolling restart after {}", done.join(","))
            }
            Self::TransferLeadership { to } => write!(f, "hand the leadership to {to}"),
            Self::Replace { old, by } => write!(f, "replace {old} by {}", by.sid()),
            Self::Add { joiner } => write!(f, "add {} as an observer", joiner.sid),
            Self::Promote { member } => write!(f, "promote {member}"),
            Self::Remove { member } => write!(f, "remove {member}"),
            Self::Demote { member } => write!(f, "demote {member}"),
            Self::KillSession { session } => write!(f, "close session {session}"),
            Self::Rebalance { from, percent } => {
                write!(f, "move {percent} % of the clients of {from}")
            }
            Self::Snapshot { member } => write!(f, "snapshot {member}"),
            Self::Resync { member } => write!(f, "resync {member}"),
            Self::Restore { file } => write!(f, "restore {file}"),
            Self::QuorumLoss => f.write_str("quorum-loss wizard"),
        }
    }
}
