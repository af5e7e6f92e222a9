//! One thing that happened, and how it is said: by the screen and by `demo --headless` alike.

use zoowarden_server::supervise::Phase;
use zoowarden_shared::Epoch;

use super::{
    alarm::notice::{Delivery, said},
    cause::{Cause, Election},
    clock::{Now, age},
    crowd::FaultCost,
};
use crate::text::{count, many};

/// The operator of this console, in its own words.
pub const YOU: &str = "you";

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Happening {
    pub at: Now,
    pub what: What,
}

/// What happened. Members are called by id and address.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A leader was seen: the first one, another one, or the same in a new epoch.
    Leads {
        who: String,
        epoch: Option<Epoch>,
        from: Option<Before>,
        /// From the old leader's last word as leader to the new one's first: the time without
        /// a leader is at most this, by the pace at which they are asked.
        gap_ms: Option<u64>,
        /// In the demo: the longest time without an acknowledged write around it.
        writes_gap_us: Option<u64>,
        /// Its cause, and what each voter had.
        election: Box<Election>,
    },
    /// A member stopped answering.
    Down { who: String, why: String },
    /// It serves again.
    Back {
        who: String,
        after_ms: u64,
        /// Whether its process is another one than before, where it tells.
        is_new_process: Option<bool>,
        /// In the demo: its supervisor started it again, and nobody had told it to.
        is_by_itself: bool,
    },
    /// Its process is another one than before, and nobody has seen it gone.
    Restarted { who: String },
    /// A learner is in step with its leader, by the leader's word.
    Synced {
        who: String,
        leader: String,
        /// `DIFF`, `TRUNC` or `SNAP`, where the leader tells.
        by: Option<String>,
        /// From when the leader first named it.
        took_ms: u64,
    },
    /// The configuration in force is another one.
    Config(Box<Reconfigured>),
    /// Alarms began or ended, and that was told in one notice.
    Alarm {
        weight: Weight,
        began: bool,
        /// What the notice says in half a line.
        title: String,
        /// Its number.
        notice: u64,
        /// How telling it went, as far as that is known.
        deliveries: Vec<Delivery>,
    },
    /// What an operator did.
    Operator { who: String, what: String },
    /// Nobody has had a quorum for a while.
    NoQuorum { sentence: String },
    /// In the demo: a member's process ended.
    Ended {
        who: String,
        pid: u32,
        how: String,
        last_words: Vec<String>,
    },
    /// In the demo: what a member's supervisor does about its end.
    Supervised {
        who: String,
        phase: Phase,
        said: String,
    },
    /// In the demo: what a fault has cost the clients; the newest goes on changing.
    Cost(FaultCost),
}

/// A change of the configuration, members by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconfigured {
    /// The zxid of the reconfig that made it.
    pub version: i64,
    pub added: Vec<String>,
    pub removed: Vec<String>,
    /// Those whose vote or address is another.
    pub changed: Vec<String>,
    /// How many voted before, and vote now.
    pub voters: (usize, usize),
}

/// The leader before a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    /// Its id, its address where that is not known.
    pub who: String,
    pub epoch: Option<Epoch>,
    /// It leads again.
    pub is_same: bool,
}

/// How an entry is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    Good,
    Warn,
    Bad,
}

impl What {
    /// Its kind in one word.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Leads { from: None, .. } => "leader",
            Self::Leads { .. } => "election",
            Self::Down { .. } => "down",
            Self::Back { .. } => "back",
            Self::Restarted { .. } => "restart",
            Self::Synced { .. } => "sync",
            Self::Config(_) => "config",
            Self::Alarm { .. } => "alarm",
            Self::Operator { .. } => "operator",
            Self::NoQuorum { .. } => "quorum",
            Self::Ended { .. } | Self::Supervised { .. } => "process",
            Self::Cost(_) => "clients",
        }
    }

    /// How much it matters.
    #[must_use]
    pub fn weight(&self) -> Weight {
        match self {
            Self::Down { .. } | Self::NoQuorum { .. } | Self::Ended { .. } => Weight::Bad,
            Self::Cost(cost) if cost.sessions_lost + cost.lost > 0 => Weight::Bad,
            Self::Cost(cost) if !cost.is_over || cost.refused + cost.unknown > 0 => Weight::Warn,
            Self::Restarted { .. } => Weight::Warn,
            Self::Supervised { phase, .. } => match phase {
                Phase::Running => Weight::Good,
                Phase::BackingOff | Phase::Stopped => Weight::Warn,
                Phase::Refused | Phase::Quarantined => Weight::Bad,
            },
            Self::Alarm { weight, began, .. } if *began => *weight,
            Self::Leads { .. }
            | Self::Back { .. }
            | Self::Synced { .. }
            | Self::Config(_)
            | Self::Alarm { .. }
            | Self::Operator { .. }
            | Self::Cost(_) => Weight::Good,
        }
    }

    /// It in one line. It may hold text from outside: clean it before it is drawn.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Leads {
                who,
                epoch,
                from,
                gap_ms,
                writes_gap_us,
                election,
            } => {
                let mut text = changed(who, *epoch, from.as_ref());
                if let Some(us) = writes_gap_us {
                    text.push_str(&format!(", writes paused {}", seconds(*us)));
                }
                if let Some(lost) = election.sessions_lost {
                    text.push_str(&format!(", {} lost", many(lost, "session", "sessions")));
                }
                // Where the line is cut, what it cost is read all the same.
                if let Some(ms) = gap_ms {
                    text.push_str(&format!(
                        ", at most {} without a leader",
                        seconds(ms * 1000)
                    ));
                }
                if let Some(cause) = election.cause.as_ref().and_then(Cause::short) {
                    text.push_str(&format!(" ({cause})"));
                }
                text
            }
            Self::Down { who, why } => format!("{who}: {why}"),
            Self::Back {
                who,
                after_ms,
                is_by_itself: true,
                ..
            } => {
                let after = seconds(after_ms.saturating_mul(1000));
                format!("{who} is back by itself, after {after}: its supervisor restarted it")
            }
            Self::Back {
                who,
                after_ms,
                is_new_process,
                ..
            } => {
                let process = match is_new_process {
                    Some(true) => ", restarted",
                    Some(false) => ", the same process",
                    None => "",
                };
                let after = match after_ms {
                    ..100 => "less than 0.1 s".to_owned(),
                    ms => age(*ms),
                };
                format!("{who} serves again, after {after}{process}")
            }
            Self::Restarted { who } => format!("{who} has restarted: its process is another one"),
            Self::Synced {
                who,
                leader,
                by,
                took_ms,
            } => {
                let by = by.as_ref().map_or(String::new(), |by| format!(" by {by}"));
                let took = seconds(*took_ms * 1000);
                format!("{who} is in step with leader {leader}{by}, {took} after it came")
            }
            Self::Config(change) => reconfigured(change),
            Self::Alarm {
                began,
                title,
                deliveries,
                ..
            } => {
                let over = if *began { "" } else { "over: " };
                let told = match deliveries.as_slice() {
                    [] => String::new(),
                    deliveries => format!("   told: {}", said(deliveries)),
                };
                format!("{over}{title}{told}")
            }
            Self::Operator { who, what } => format!("{who}: {what}"),
            Self::NoQuorum { sentence } => sentence.clone(),
            Self::Ended { who, pid, how, .. } => format!("{who}: process {pid} ended, {how}"),
            Self::Supervised { who, said, .. } => format!("{who}: {said}"),
            Self::Cost(cost) => costs(cost),
        }
    }
}

fn changed(who: &str, epoch: Option<Epoch>, from: Option<&Before>) -> String {
    let shown = |epoch: Option<Epoch>| epoch.map_or("?".to_owned(), |epoch| epoch.to_string());
    let now = shown(epoch);
    let Some(before) = from else {
        return format!("{who} leads, epoch {now}");
    };
    let change = if before.is_same {
        format!("{who} leads again")
    } else {
        format!("{} → {who}", before.who)
    };
    format!("{change}, epoch {} → {now}", shown(before.epoch))
}

fn reconfigured(change: &Reconfigured) -> String {
    let (before, now) = change.voters;
    let mut text = format!("voters {before} → {now}");
    for (what, who) in [
        ("added", &change.added),
        ("removed", &change.removed),
        ("changed", &change.changed),
    ] {
        if !who.is_empty() {
            text.push_str(&format!(", {what} {}", who.join(" ")));
        }
    }
    format!("{text}; version {:x}", change.version)
}

fn costs(cost: &FaultCost) -> String {
    let so_far = if cost.is_over { "" } else { " so far" };
    format!(
        "writes paused {}{so_far}; {} lost, {} refused, {} unanswered; {} cut off, {} lost",
        seconds(cost.longest_gap_us),
        count(cost.lost),
        count(cost.refused),
        count(cost.unknown),
        count(cost.cut_off),
        many(cost.sessions_lost, "session", "sessions")
    )
}

/// `0.118 s`, from ten seconds on as an age: what faults are measured by.
#[must_use]
pub fn seconds(us: u64) -> String {
    let ms = us / 1000;
    if ms < 10_000 {
        format!("{}.{:03} s", ms / 1000, ms % 1000)
    } else {
        age(ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cause::Why;

    fn before(is_same: bool) -> Before {
        Before {
            who: "2".into(),
            epoch: Some(5),
            is_same,
        }
    }

    #[test]
    fn a_change_of_leader_says_who_the_epoch_and_both_gaps() {
        let what = What::Leads {
            who: "1 zk1".into(),
            epoch: Some(6),
            from: Some(before(false)),
            gap_ms: Some(310),
            writes_gap_us: Some(118_400),
            election: Box::new(Election {
                cause: Some(Cause {
                    of: "2".into(),
                    why: Why::Died,
                    is_told: false,
                }),
                ..Election::default()
            }),
        };
        assert_eq!(
            what.sentence(),
            "2 → 1 zk1, epoch 5 → 6, writes paused 0.118 s, at most 0.310 s without a leader \
             (2 died, inferred)"
        );
        let again = What::Leads {
            who: "2 zk2".into(),
            epoch: None,
            from: Some(before(true)),
            gap_ms: None,
            writes_gap_us: None,
            election: Box::default(),
        };
        assert_eq!(again.sentence(), "2 zk2 leads again, epoch 5 → ?");
    }

    #[test]
    fn long_gaps_are_ages() {
        assert_eq!(
            (seconds(9_999_999), seconds(61_000_000)),
            ("9.999 s".into(), "1 m 1 s".into())
        );
    }
}
