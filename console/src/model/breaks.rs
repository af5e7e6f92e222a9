//! What can be broken in a demo that this console spawned, and what was. Nowhere else: a list
//! is made of the demo's own processes.

use std::collections::{BTreeMap, BTreeSet};

use zoowarden_server::supervise::Phase;
use zoowarden_shared::admin::Role;

use super::{Model, member::Member};
use crate::demo::{CAN_FILL_DISKS, MemberEnd};

/// The longest number that is typed; a demo has at most nine members.
const LONGEST_NUMBER: usize = 3;

/// As a line calls whom the others follow.
pub(super) const LEADER: &str = "leader";

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
    /// Nothing passes between it and the other members; clients go on to reach it.
    CutOff,
    /// It hears the others again.
    HealLinks,
    /// It ends, a bit of its log is turned over, and it is started.
    DamageLog,
    /// It is told to take everything from the leader, and started.
    StartAnew,
    /// Its disk takes no more.
    FillDisk,
    /// Its disk has room again.
    MakeRoom,
    /// Each sync of its disk takes much longer.
    SlowDisk,
    /// Its disk is as quick as it was.
    QuickenDisk,
}

impl Breakage {
    /// Whether it breaks something, or mends it.
    fn is_damage(self) -> bool {
        match self {
            Self::Kill
            | Self::Stop
            | Self::HoldDown
            | Self::CutOff
            | Self::DamageLog
            | Self::FillDisk
            | Self::SlowDisk => true,
            Self::GoOn
            | Self::Start
            | Self::HealLinks
            | Self::StartAnew
            | Self::MakeRoom
            | Self::QuickenDisk => false,
        }
    }

    /// What is done, for the list and the timeline.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill -9",
            Self::Stop => "stop (SIGSTOP)",
            Self::GoOn => "let go on (SIGCONT)",
            Self::HoldDown => "hold down",
            Self::Start => "start",
            Self::CutOff => "cut off from the others",
            Self::HealLinks => "mend the links of",
            Self::DamageLog => "damage the log of",
            Self::StartAnew => "start anew",
            Self::FillDisk => "fill the disk of",
            Self::MakeRoom => "make room for",
            Self::SlowDisk => "slow the disk of",
            Self::QuickenDisk => "quicken the disk of",
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
    /// What it is a list of.
    pub title: &'static str,
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
    /// Those that are cut off from the others, by client address.
    cut_off: BTreeSet<String>,
    /// Those whose disks are full, by client address.
    full: BTreeSet<String>,
    /// Those whose disks are slow, by client address.
    slow: BTreeSet<String>,
    /// How often something was broken.
    pub done: usize,
    /// Of that, something of the leader's that costs an election.
    pub has_struck_leader: bool,
}

impl Breaks {
    /// Whether this very process of a member was stopped, and has not gone on.
    fn is_stopped(&self, model: &Model, address: &str) -> bool {
        let stopped = self.stopped.get(address);
        stopped.is_some() && stopped == model.cluster.pids.get(address)
    }

    /// Notes that something was ordered of a member in this role.
    pub fn ordered(&mut self, offer: &Offer) {
        if offer.breakage.is_damage() {
            self.done += 1;
            self.has_struck_leader |= offer.role == LEADER && offer.breakage != Breakage::SlowDisk;
        }
    }

    /// Notes that something was done to the process of a member.
    pub fn note(&mut self, address: &str, pid: Option<u32>, breakage: Breakage) {
        match (breakage, pid) {
            (Breakage::Stop, Some(pid)) => {
                self.stopped.insert(address.to_owned(), pid);
            }
            (Breakage::CutOff, _) => drop(self.cut_off.insert(address.to_owned())),
            (Breakage::HealLinks, _) => drop(self.cut_off.remove(address)),
            (Breakage::FillDisk, _) => drop(self.full.insert(address.to_owned())),
            (Breakage::MakeRoom, _) => drop(self.full.remove(address)),
            (Breakage::SlowDisk, _) => drop(self.slow.insert(address.to_owned())),
            (Breakage::QuickenDisk, _) => drop(self.slow.remove(address)),
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
                let breakages = possible(model, &member.address).into_iter();
                breakages.map(|breakage| offer(model, member, breakage))
            })
            .collect();
        if offers.is_empty() {
            return Err("no process of this demo is known yet".to_owned());
        }
        Ok(Self {
            title: "break something in this demo",
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

    /// Chooses the line so many further on, or back, and types its number; from none, the first
    /// or the last.
    pub fn step(&mut self, by: isize) {
        let last = self.offers.len().saturating_sub(1);
        let at = match self.chosen_at() {
            Some(at) => at.saturating_add_signed(by).min(last),
            None if by < 0 => last,
            None => 0,
        };
        self.typed = (at + 1).to_string();
    }

    /// The line whose number was typed; lines count from 1.
    #[must_use]
    pub fn chosen(&self) -> Option<&Offer> {
        self.offers.get(self.chosen_at()?)
    }

    /// Its place in the list.
    #[must_use]
    pub fn chosen_at(&self) -> Option<usize> {
        let number: usize = self.typed.parse().ok()?;
        let at = number.checked_sub(1)?;
        (at < self.offers.len()).then_some(at)
    }
}

/// What can be done to a member as it is now: to its process, its links, its data.
fn possible(model: &Model, address: &str) -> Vec<Breakage> {
    let has_others = model.members.len() > 1;
    let has_ended = model.ended.contains_key(address);
    let is_stopped = model.breaks.is_stopped(model, address);
    let told = model.supervised.get(address).map(|told| told.phase);
    let mut possible = match (has_ended, is_stopped) {
        // Its supervisor is about to start it.
        (true, _) if told == Some(Phase::BackingOff) => vec![Breakage::Start, Breakage::HoldDown],
        (true, _) if has_others => vec![Breakage::Start, Breakage::StartAnew],
        (true, _) => vec![Breakage::Start],
        (_, true) => vec![Breakage::GoOn, Breakage::Kill],
        (_, false) => vec![Breakage::Kill, Breakage::Stop, Breakage::HoldDown],
    };
    let is_well = !has_ended && !is_stopped;
    match model.breaks.cut_off.contains(address) {
        true => possible.push(Breakage::HealLinks),
        false if is_well && has_others => possible.push(Breakage::CutOff),
        false => {}
    }
    // Where nobody has another copy, it stays as it is.
    if is_well && has_others {
        possible.push(Breakage::DamageLog);
    }
    match model.breaks.full.contains(address) {
        true => possible.push(Breakage::MakeRoom),
        false if is_well && CAN_FILL_DISKS => possible.push(Breakage::FillDisk),
        false => {}
    }
    match model.breaks.slow.contains(address) {
        true => possible.push(Breakage::QuickenDisk),
        false if is_well && has_others => possible.push(Breakage::SlowDisk),
        false => {}
    }
    possible
}

fn offer(model: &Model, member: &Member, breakage: Breakage) -> Offer {
    let role = member.current_role(model.now);
    let who = match member.sid {
        Some(sid) => format!("member {sid}"),
        None => "the member".to_owned(),
    };
    let stakes = Stakes::of(model, member, role);
    Offer {
        breakage,
        address: member.address.clone(),
        what: format!("{} {who}", breakage.name()),
        role: match role {
            Some(Role::Leader) => LEADER,
            Some(Role::Follower) => "follower",
            _ => "",
        },
        seen: in_vain(model, &member.address, breakage)
            .unwrap_or_else(|| seen(breakage, role, stakes)),
    }
}

/// Of a start that mends nothing: why.
fn in_vain(model: &Model, address: &str, breakage: Breakage) -> Option<&'static str> {
    if !matches!(breakage, Breakage::Start | Breakage::StartAnew) {
        return None;
    }
    let refuses = |end: &MemberEnd| end.refuses_its_data();
    if model.breaks.full.contains(address) {
        Some("it ends again: its disk takes no more; make room first")
    } else if breakage == Breakage::Start && model.ended.get(address).is_some_and(refuses) {
        Some("it refuses its data again: exit code 65; start anew is the way")
    } else if breakage == Breakage::StartAnew && model.leader().is_none() {
        Some("what it has is set aside, and nobody leads: it has no vote until somebody does")
    } else {
        None
    }
}

/// What the quorum loses with a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stakes {
    /// The others go on without it.
    Spare,
    /// They are no quorum without it.
    Last,
    /// Nothing: it is out already, or nobody has a quorum.
    None,
}

impl Stakes {
    fn of(model: &Model, member: &Member, role: Option<Role>) -> Self {
        let address = &member.address;
        let breaks = &model.breaks;
        // What was stopped or cut off may still be believed to serve for a while.
        let is_out = model.ended.contains_key(address)
            || breaks.is_stopped(model, address)
            || breaks.cut_off.contains(address);
        let serves = matches!(role, Some(Role::Leader | Role::Follower));
        match model.verdict.survives {
            Some(_) if is_out || !serves => Self::None,
            None => Self::None,
            Some(0) => Self::Last,
            Some(_) => Self::Spare,
        }
    }
}

fn seen(breakage: Breakage, role: Option<Role>, stakes: Stakes) -> &'static str {
    let leads = role == Some(Role::Leader);
    let is_last = stakes == Stakes::Last;
    match breakage {
        Breakage::Start => "it recovers, catches up and follows; the margin comes back",
        Breakage::GoOn => "it finds that the others went on without it, and joins them again",
        Breakage::Kill if stakes == Stakes::None => {
            "nothing more is lost: it counts for nothing now; its supervisor starts it again"
        }
        Breakage::HoldDown if stakes == Stakes::None => {
            "nothing more is lost; it is gone until you start it: screen 0 says how"
        }
        Breakage::Kill if is_last => "NO QUORUM: writes stop until its supervisor has it back",
        Breakage::Stop | Breakage::HoldDown if is_last => {
            "NO QUORUM: writes stop until a member is back"
        }
        Breakage::Kill if leads => "an election; then its supervisor starts it again, 1 s later",
        Breakage::Kill => {
            "one voter fewer, writes go on; its supervisor starts it again, 1 s later"
        }
        Breakage::Stop if leads => {
            "silence while its sockets stay; an election once the others give up on it"
        }
        Breakage::Stop => "silence while its sockets stay; the heartbeats tell before TCP does",
        Breakage::HoldDown if leads => "an election, and it is gone until you start it: screen 0",
        Breakage::HoldDown => "it is gone until you start it: screen 0 says how",
        Breakage::HealLinks => "it hears the others again, and catches up",
        Breakage::StartAnew => "what it has is set aside; it takes everything from the leader",
        Breakage::SlowDisk if is_last => "each write waits for it: 400 ms and more",
        Breakage::SlowDisk => {
            "fsync 400 ms: an alarm; no write waits for it while the others are quick"
        }
        Breakage::QuickenDisk => "its fsyncs are as short as before, and the alarm ends",
        Breakage::MakeRoom => "nothing by itself: what has ended is to be started",
        Breakage::CutOff | Breakage::DamageLog | Breakage::FillDisk if is_last => {
            "NO QUORUM: writes stop until a member is back"
        }
        Breakage::CutOff if leads => "the others elect another; it answers you and serves nobody",
        Breakage::CutOff => "it answers you, hears no leader, and serves nobody after a while",
        Breakage::DamageLog => "it refuses to vouch for its data: exit code 65, resync is the way",
        Breakage::FillDisk => "it ends once it cannot log; its supervisor tries, then gives up",
    }
}
