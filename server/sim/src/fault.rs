//! What can go wrong, as one value each: drawn by the nemesis, or written in a scenario.

use serde::Deserialize;

/// A fault at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Scripted {
    /// When, milliseconds after the start.
    pub at_ms: u64,
    /// What.
    #[serde(flatten)]
    pub fault: Fault,
}

/// A member, named by what it does at that moment or by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The one that leads, or else the first.
    Leader,
    /// The first that follows, or else the last.
    Follower,
    /// This one, counted from 0.
    #[serde(untagged)]
    Member(usize),
}

/// Something that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Fault {
    /// The process is killed (kill -9): its sockets are closed by the system; what was written
    /// and not synced may be lost all the same. It starts again after so long.
    Kill {
        /// Who.
        member: Target,
        /// Milliseconds until it starts again.
        down_ms: u64,
    },
    /// The power fails: nobody is told, what was not synced is lost or torn.
    PowerCut {
        /// Who.
        member: Target,
        /// Milliseconds until it starts again.
        down_ms: u64,
    },
    /// All of them at once.
    PowerCutAll {
        /// Milliseconds until they start again.
        down_ms: u64,
    },
    /// It is killed between two effects, so many further on.
    KillAfterEffects {
        /// Who.
        member: Target,
        /// Effects that are still performed.
        effects: u64,
        /// Milliseconds until it starts again.
        down_ms: u64,
    },
    /// Its machine stops in the middle of an operation of its disk, so many further on.
    CrashInDisk {
        /// Who.
        member: Target,
        /// Operations that are still done.
        operations: u64,
        /// Milliseconds until it starts again.
        down_ms: u64,
    },
    /// An operation of its disk fails, so many further on.
    DiskError {
        /// Who.
        member: Target,
        /// Operations that still succeed.
        operations: u64,
    },
    /// Its disk is full, so many operations further on, until it starts again.
    DiskFull {
        /// Who.
        member: Target,
        /// Operations that still succeed.
        operations: u64,
    },
    /// Its disk answers nothing for a while.
    Stall {
        /// Who.
        member: Target,
        /// For how long, milliseconds.
        for_ms: u64,
    },
    /// It stops (power), and one bit on its disk is another when it starts.
    Rot {
        /// Who.
        member: Target,
    },
    /// It stops (power), and when it starts its logs are gone, its snapshots are not.
    LoseLogs {
        /// Who.
        member: Target,
    },
    /// An operator orders the leader, if there is one, to hand its office over.
    HandOver {
        /// To whom.
        heir: Target,
    },
    /// The process is stopped for a while (SIGSTOP, SIGCONT).
    Pause {
        /// Who.
        member: Target,
        /// For how long, milliseconds.
        for_ms: u64,
    },
    /// Nothing passes between it and the other members; what is sent arrives after the heal.
    Isolate {
        /// Who.
        member: Target,
        /// For how long, milliseconds.
        for_ms: u64,
        /// Whether it can still be heard, or can still hear.
        way: Way,
        /// Whether it is cut off from the clients, too.
        clients_too: bool,
    },
    /// The members are in two parts: those whose bit is set in `part`, and the others.
    Split {
        /// A set of members.
        part: u64,
        /// For how long, milliseconds.
        for_ms: u64,
    },
    /// Connections between members break, those between these two; what is under way is lost
    /// from some point on.
    Break {
        /// One.
        member: Target,
        /// The other.
        other: usize,
    },
    /// Its wall clock jumps.
    ClockJump {
        /// Who.
        member: Target,
        /// By so much, milliseconds.
        by_ms: i64,
    },
    /// A client's connection breaks.
    BreakClient {
        /// Which client.
        client: usize,
    },
    /// A client is gone without a word.
    CrashClient {
        /// Which client.
        client: usize,
    },
}

/// Which direction is blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// Both.
    Both,
    /// What it is sent.
    In,
    /// What it sends.
    Out,
}
