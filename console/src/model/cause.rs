//! Why there was an election, as far as it can be told: by the members' own word, or inferred
//! from what the old leader did around it. The two are never mixed up.

use zoowarden_shared::{Sid, Zxid, admin::Role};

use super::{
    Model,
    member::{Member, State},
    probe::Fault,
};

/// What became of the old leader.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Nothing shows it.
    Unknown,
    /// The same leads again: for a while it had no quorum.
    LostQuorum,
    /// It answers, and follows or looks now: it gave up, or its followers left it.
    Resigned,
    /// It answers no more: it hangs, or the way to it is cut.
    Silent,
    /// Nobody listens on its port any more.
    Died,
    /// Its process is another one than before.
    Restarted,
    /// Its process ended, and how.
    Ended(String),
}

/// A cause and how sure it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The old leader, in short.
    pub of: String,
    pub why: Why,
    /// A member or its process told it; otherwise it is inferred from what was seen.
    pub is_told: bool,
}

impl Cause {
    /// In few words, behind the names of the leaders; `None` where nothing shows it.
    #[must_use]
    pub fn short(&self) -> Option<String> {
        // An address stands before it already.
        let of = if self.of.contains(':') {
            "it"
        } else {
            &self.of
        };
        let text = match &self.why {
            Why::Unknown => return None,
            Why::LostQuorum => format!("{of} had lost its quorum"),
            Why::Resigned => format!("{of} resigned"),
            Why::Silent => format!("{of} fell silent"),
            Why::Died | Why::Ended(_) => format!("{of} died"),
            Why::Restarted => format!("{of} restarted"),
        };
        Some(if self.is_told {
            text
        } else {
            format!("{text}, inferred")
        })
    }

    /// In a sentence, with what shows it.
    #[must_use]
    pub fn sentence(&self) -> String {
        let of = &self.of;
        match &self.why {
            Why::Unknown => format!("nothing shows why {of} stopped leading"),
            Why::LostQuorum => {
                format!("{of} had lost its quorum: the same process leads again, in a new epoch")
            }
            Why::Resigned if self.is_told => {
                format!("{of} resigned: the same process says that it leads no more")
            }
            Why::Resigned => format!("{of} resigned: it answers, and leads no more"),
            Why::Silent => {
                format!("{of} fell silent: it hangs, its host is gone, or the way to it is cut")
            }
            Why::Died => format!("{of} died: its host answers, and nobody listens on its port"),
            Why::Restarted => format!("{of} restarted: its process is another one than before"),
            Why::Ended(how) => format!("{of} died: its process ended, {how}"),
        }
    }

    /// `told` or `inferred`.
    #[must_use]
    pub fn confidence(&self) -> &'static str {
        match (&self.why, self.is_told) {
            (Why::Unknown, _) => "not known",
            (_, true) => "told by the member or its process",
            (_, false) => "inferred from its answers here",
        }
    }
}

/// Where one voter stood when a leader was elected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stand {
    pub who: String,
    /// Its last transaction under the old leader, as far as it was seen.
    pub zxid: Option<Zxid>,
    /// Whom it says that it follows now; only members of ours say it.
    pub follows: Option<Sid>,
}

/// All of an election that one line has no room for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Election {
    pub cause: Option<Cause>,
    pub stands: Vec<Stand>,
    /// In the demo: sessions that its clients lost around it.
    pub sessions_lost: Option<u64>,
}

/// What shows why the member at this address leads no more; `boot` as its heartbeats had it
/// while it led.
#[must_use]
pub fn cause(model: &Model, address: &str, short: &str, boot: Option<&str>) -> Cause {
    let cause = |why, is_told| Cause {
        of: short.to_owned(),
        why,
        is_told,
    };
    let Some(old) = model.member(address) else {
        return cause(Why::Unknown, false);
    };
    if let Some(end) = model.ended.get(address).filter(|_| old.is_stale(model.now)) {
        return cause(Why::Ended(end.how.clone()), true);
    }
    let own_boot = old.pulse.as_ref().map(|pulse| pulse.beat.boot.as_str());
    match old.state(model.now) {
        State::Silent(Fault::Refused) => cause(Why::Died, false),
        State::Silent(_) => cause(Why::Silent, false),
        _ if boot.is_some() && own_boot.is_some() && own_boot != boot => {
            cause(Why::Restarted, true)
        }
        _ if boot.is_some() && own_boot == boot && says_it_leads(old) && leads(model, old) => {
            cause(Why::LostQuorum, true)
        }
        State::Serving | State::NotServing | State::ReadOnly if !says_it_leads(old) => {
            cause(Why::Resigned, boot.is_some() && own_boot == boot)
        }
        _ => cause(Why::Unknown, false),
    }
}

fn leads(model: &Model, member: &Member) -> bool {
    model
        .leader()
        .is_some_and(|leader| leader.address == member.address)
}

fn says_it_leads(member: &Member) -> bool {
    match &member.pulse {
        Some(pulse) => pulse.beat.serving && member.facts.role == Some(Role::Leader),
        None => member.facts.role == Some(Role::Leader),
    }
}
