//! What can be broken in a demo that this console spawned, and what was. Nowhere else: a list
//! is made of the demo's own processes.

use std::collections::BTreeMap;

use zoowarden_server::supervise::Phase;
use zoowarden_shared::admin::Role;

use super::{Model, member::Member};

/// The longest number that is typed; a demo has at most nine members.
const LONGEST_NUMBER: usize = 3;

/// What is done to a member's process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breakage {
    /// SIGKILL: a crash. Its supervisor starts it again.
    Kill,
    /// SIGSTOP: it stands still, and its sockets stay.
    Stop,
    /// SIGCONT: it goes on where it was stopped.
    GoOn,
    /// SIGKILL, and its supervisor leaves it down until it is started.
    HoldDown,
    /// It is started again.
    Start,
}

impl Breakage {
    /// What is done, for the list and the timeline.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill -9",
            Self::Stop => "stop (SIGSTOP)",
            Self::GoOn => "let go on (SIGCONT)",
            Self::HoldDown => "hold down",
            Self::Start => "start",
        }
    }
}

/// One numbered line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub breakage: Breakage,
    /// The member's client address.
    pub address: String,
    /// Such as `kill -9 member 3`.
    pub what: String,
    /// Such as `leader`; empty where it has no role now.
    pub role: &'static str,
    /// What will be seen.
    pub seen: &'static str,
}

/// The list that is open. It is kept as it was opened: a number must not come to mean another
/// line than the one that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BreakMenu {
    pub offers: Vec<Offer>,
    /// The number as far as it is typed.
    pub typed: String,
}

/// What was broken from here and shows in no other way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Breaks {
    /// This console has spawned the demo that it shows. A recording of one is another thing.
    pub is_possible: bool,
    /// The processes that were stopped, by client address.
    stopped: BTreeMap<String, u32>,
}

impl Breaks {
    /// Notes that something was done to the process of a member.
    pub fn note(&mut self, address: &str, pid: Option<u32>, breakage: Breakage) {
        match (breakage, pid) {
            (Breakage::Stop, Some(pid)) => {
                self.stopped.insert(address.to_owned(), pid);
            }
            _ => {
                self.stopped.remove(address);
            }
        }
    }
}

impl BreakMenu {
    /// What can be broken now, or mended again.
    ///
    /// # Errors
    /// Why nothing can, in words.
    pub fn of(model: &Model) -> Result<Self, String> {
        if !model.breaks.is_possible {
            return Err("only in a demo that this console has started".to_owned());
        }
        if model.read_only {
            return Err("this console was started with --read-only".to_owned());
        }
        let offers: Vec<Offer> = model
            .members
            .iter()
            .filter(|member| model.cluster.pids.contains_key(&member.address))
            .flat_map(|member| {
                let breakages = possible(model, &member.address).iter();
                breakages.map(|breakage| offer(model, member, *breakage))
            })
            .collect();
        if offers.is_empty() {
            return Err("no process of this demo is known yet".to_owned());
        }
        Ok(Self {
            offers,
            typed: String::new(),
        })
    }

    /// Takes in a digit.
    pub fn type_digit(&mut self, digit: char) {
        if digit.is_ascii_digit() && self.typed.len() < LONGEST_NUMBER {
            self.typed.push(digit);
        }
    }

    /// The line whose number was typed; lines count from 1.
    #[must_use]
    pub fn chosen(&self) -> Option<&Offer> {
        let number: usize = self.typed.parse().ok()?;
        self.offers.get(number.checked_sub(1)?)
    }
}

/// What can be done to the process of a member as it is now.
fn possible(model: &Model, address: &str) -> &'static [Breakage] {
    if model.ended.contains_key(address) {
        let told = model.supervised.get(address);
        return match told.map(|told| told.phase) {
            // Its supervisor is about to start it.
            Some(Phase::BackingOff) => &[Breakage::Start, Breakage::HoldDown],
            _ => &[Breakage::Start],
        };
    }
    let stopped = model.breaks.stopped.get(address);
    match stopped.is_some() && stopped == model.cluster.pids.get(address) {
        true => &[Breakage::GoOn, Breakage::Kill],
        false => &[Breakage::Kill, Breakage::Stop, Breakage::HoldDown],
    }
}

fn offer(model: &Model, member: &Member, breakage: Breakage) -> Offer {
    let role = member.current_role(model.now);
    let who = match member.sid {
        Some(sid) => format!("member {sid}"),
        None => "the member".to_owned(),
    };
    // Two that answer need no third one; without it the others stand still.
    let is_last = model.verdict.survives == Some(0);
    Offer {
        breakage,
        address: member.address.clone(),
        what: format!("{} {who}", breakage.name()),
        role: match role {
            Some(Role::Leader) => "leader",
            Some(Role::Follower) => "follower",
            _ => "",
        },
        seen: seen(breakage, role, is_last),
    }
}

fn seen(breakage: Breakage, role: Option<Role>, is_last: bool) -> &'static str {
    let leads = role == Some(Role::Leader);
    match breakage {
        Breakage::Start => "it recovers, catches up and follows; the margin comes back",
        Breakage::GoOn => "it finds that the others went on without it, and joins them again",
        Breakage::Kill if is_last => "NO QUORUM: writes stop until its supervisor has it back",
        Breakage::Stop | Breakage::HoldDown if is_last => {
            "NO QUORUM: writes stop until a member is back"
        }
        Breakage::Kill if leads => "an election; then its supervisor starts it again, 1 s later",
        Breakage::Kill => "margin -1, writes go on; its supervisor starts it again, 1 s later",
        Breakage::Stop if leads => {
            "silence while its sockets stay; an election once the others give up on it"
        }
        Breakage::Stop => "silence while its sockets stay; the heartbeats tell before TCP does",
        Breakage::HoldDown if leads => "an election, and it is gone until you start it: screen 0",
        Breakage::HoldDown => "it is gone until you start it: screen 0 says how",
    }
}
