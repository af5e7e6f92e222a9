//! What one poll of one member found out: facts only, no judgement.

use serde::{Deserialize, Serialize};
use zoowarden_shared::admin::{MemberReport, verdict::Silence};

/// By which door the answer came. The doors differ in what they tell and what they cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Via {
    /// The AdminServer's `server_stats` and `monitor`: tells most, logs nothing.
    AdminServer,
    /// `mntr` beside `srvr`.
    Mntr,
    /// `srvr` alone, the only word that is open by default since 3.5.3.
    Srvr,
}

impl Via {
    /// As it is drawn.
    #[must_use]
    pub fn shown(self) -> &'static str {
        match self {
            Self::AdminServer => "AdminServer",
            Self::Mntr => "srvr + mntr",
            Self::Srvr => "srvr only",
        }
    }
}

/// How a poll ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// It answered, and serves.
    Serving { facts: Box<MemberReport>, via: Via },
    /// It answered "not currently serving requests": alive, without a quorum or starting.
    NotServing,
    /// It answered, but has every word closed to us.
    Shut,
    /// It did not answer.
    Silent(Fault),
}

/// Why there was no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    /// The host is there and nobody listens: the process is gone.
    Refused,
    /// Nothing came within the deadline: a hung process, a cut link or a dead host.
    Timeout,
    /// The host took the connection, and nothing came: the process stands still.
    Hangs,
    /// The name resolves to no address.
    NoSuchHost,
    /// The connection was taken and closed without an answer.
    HungUp,
    /// The network is unreachable, or another fault of the system.
    Other(String),
    /// What came is no ZooKeeper's answer.
    Garbled(String),
}

impl Fault {
    /// As it is drawn, in few words.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Refused => "refused".to_owned(),
            Self::Timeout => "no answer".to_owned(),
            Self::Hangs => "hangs".to_owned(),
            Self::NoSuchHost => "no such host".to_owned(),
            Self::HungUp => "hung up".to_owned(),
            Self::Other(why) => why.clone(),
            Self::Garbled(_) => "no ZooKeeper".to_owned(),
        }
    }

    /// As the verdict has it.
    #[must_use]
    pub fn silence(&self) -> Silence {
        match self {
            Self::Refused => Silence::Refused,
            Self::Hangs => Silence::Hangs,
            Self::NoSuchHost => Silence::NoSuchHost,
            Self::Timeout | Self::HungUp | Self::Other(_) | Self::Garbled(_) => Silence::Untold,
        }
    }

    /// Whether it is the process that is at fault, and not the way to it.
    #[must_use]
    pub fn is_of_process(&self) -> bool {
        matches!(self, Self::Refused | Self::Hangs)
    }
}

/// One poll of one member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// The member's address as [`super::member::Member::address`] has it.
    pub address: String,
    /// When the answer came, or the deadline passed.
    pub at_mono_ms: u64,
    pub outcome: Outcome,
    /// From connecting to the end of the answer, measured here.
    pub round_trip_us: Option<u64>,
    /// When the next poll is due, so that a silence can be told from a slow pace.
    pub interval_ms: u64,
    /// The zoo.cfg lines that would open what was refused.
    pub closed: Vec<Closed>,
}

/// Something a member keeps shut, and the line of its zoo.cfg that would open it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Closed {
    /// What the operator would see.
    pub what: String,
    /// The configuration line.
    pub line: String,
}
