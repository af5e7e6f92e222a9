//! What members are asked beside their polls, only while it is on the screen or once, on a
//! key: their settings, their watches, the end of their logs, the operator's read-only hooks.
//! Members of ours are also asked once a minute what room their disks have.
//!
//! A question that costs a member much is never asked by itself: see [`Question::Watches`].

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use zoowarden_shared::admin::{AuditTail, SnapshotList, Supervised, WatchSummary, WatchesByPath};

use super::{
    Model,
    links::knock::{is_ours, is_reached},
    member::{Member, State},
    sessions::Told,
    ui::{Overlay, Page, Screen},
};
use crate::event::Command;

/// wchs while screen 6 is open.
const SUMMARY_EVERY_MS: u64 = 10_000;
/// `conf` while its page is open.
const SETTINGS_EVERY_MS: u64 = 60_000;
/// The log of a member of ours while its page is open.
const LOG_EVERY_MS: u64 = 2_000;
/// What costs a member of ours a look at its disk, while its page is open.
const DISK_PAGE_EVERY_MS: u64 = 10_000;
/// And how often its disk is looked at in any case: what is left there has an alarm.
pub const DISK_EVERY_MS: u64 = 60_000;
/// A supervisor's state, while its page is open.
const SUPERVISOR_EVERY_MS: u64 = 5_000;
/// A member of ours with no more watches than this lists them unasked: it takes it some
/// milliseconds.
pub const LISTED_UNASKED: u64 = 20_000;

/// A question to one member.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Question {
    /// `conf`, and on members of ours what they do not support.
    Settings,
    /// wchs: cheap.
    WatchSummary,
    /// wchp: it walks all watches, and Apache's members serve no write meanwhile.
    Watches,
    /// The last lines of its log. Only members of ours can be asked.
    Log,
    /// What a read-only hook of this name prints.
    Hook(String),
    /// The files in its data directories. Only members of ours can be asked, as for the next.
    Snapshots,
    /// The end of its audit log, and whether its chain is whole.
    Audit,
    /// What the supervisor beside it has done.
    Supervisor,
}

/// What a member answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    Settings(BTreeMap<String, String>),
    WatchSummary(WatchSummary),
    Watches(WatchesByPath),
    Lines(Vec<String>),
    Snapshots(SnapshotList),
    Audit(AuditTail),
    Supervisor(Supervised),
}

/// One question to one member, and what came of it.
#[derive(Clone, Debug, Default)]
struct Asked {
    /// When it was asked last.
    at_mono_ms: Option<u64>,
    is_under_way: bool,
    told: Option<Told<Answer>>,
}

/// All questions so far, by member address.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    asked: BTreeMap<(String, Question), Asked>,
    /// Asked for by a key, and not sent yet.
    ordered: BTreeSet<(String, Question)>,
}

impl Survey {
    /// What this member answered last, or why it did not.
    #[must_use]
    pub fn told(&self, address: &str, question: &Question) -> Option<&Told<Answer>> {
        // A map of pairs is looked up by a pair.
        let key = (address.to_owned(), question.clone());
        self.asked.get(&key)?.told.as_ref()
    }

    /// Whether an answer is awaited.
    #[must_use]
    pub fn is_under_way(&self, address: &str, question: &Question) -> bool {
        let key = (address.to_owned(), question.clone());
        self.ordered.contains(&key) || self.asked.get(&key).is_some_and(|asked| asked.is_under_way)
    }

    /// Asks once, whatever it costs: the operator wants it.
    pub fn order(&mut self, address: &str, question: Question) {
        self.ordered.insert((address.to_owned(), question));
    }

    /// Takes in an answer.
    pub fn answered(
        &mut self,
        address: String,
        question: Question,
        at_mono_ms: u64,
        answer: Result<Answer, String>,
    ) {
        let asked = self.asked.entry((address, question)).or_default();
        asked.is_under_way = false;
        let (value, fault) = match answer {
            Ok(value) => (Some(value), None),
            // The older answer stays, beside the newer fault.
            Err(fault) => (asked.told.take().and_then(|told| told.value), Some(fault)),
        };
        asked.told = Some(Told {
            value,
            fault,
            at_mono_ms,
        });
    }

    /// A member's settings, where it has told them.
    #[must_use]
    pub fn settings(&self, address: &str) -> Option<&BTreeMap<String, String>> {
        match self.told(address, &Question::Settings)?.value.as_ref()? {
            Answer::Settings(settings) => Some(settings),
            _ => None,
        }
    }

    /// The end of a member's audit log, where it has told it.
    #[must_use]
    pub fn audit(&self, address: &str) -> Option<&AuditTail> {
        match self.told(address, &Question::Audit)?.value.as_ref()? {
            Answer::Audit(tail) => Some(tail),
            _ => None,
        }
    }

    /// The files of a member, and what is left on its disk, where it has told them.
    #[must_use]
    pub fn snapshots(&self, address: &str) -> Option<&SnapshotList> {
        match self.told(address, &Question::Snapshots)?.value.as_ref()? {
            Answer::Snapshots(list) => Some(list),
            _ => None,
        }
    }

    /// A member's watches in numbers.
    #[must_use]
    pub fn watch_summary(&self, address: &str) -> Option<WatchSummary> {
        match self
            .told(address, &Question::WatchSummary)?
            .value
            .as_ref()?
        {
            Answer::WatchSummary(summary) => Some(*summary),
            _ => None,
        }
    }

    /// A member's watches path by path.
    #[must_use]
    pub fn watches(&self, address: &str) -> Option<&WatchesByPath> {
        match self.told(address, &Question::Watches)?.value.as_ref()? {
            Answer::Watches(watches) => Some(watches),
            _ => None,
        }
    }

    /// What the hook that ran last for this member printed, and the hook's name; none before
    /// the first has answered.
    #[must_use]
    pub fn printed(&self, address: &str) -> Option<(&str, &Told<Answer>)> {
        let hooks = self.asked.iter().filter_map(|((asked, question), answer)| {
            let Question::Hook(name) = question else {
                return None;
            };
            let told = answer.told.as_ref().filter(|_| asked == address)?;
            Some((name.as_str(), told))
        });
        hooks.max_by_key(|(_, told)| told.at_mono_ms)
    }

    /// The lines of a log or a hook.
    #[must_use]
    pub fn lines(&self, address: &str, question: &Question) -> Option<&[String]> {
        match self.told(address, question)?.value.as_ref()? {
            Answer::Lines(lines) => Some(lines),
            _ => None,
        }
    }
}

/// The questions that have fallen due, noted as under way.
pub fn wanted(model: &mut Model) -> Vec<Command> {
    let mut due = shown(model);
    due.extend(
        std::mem::take(&mut model.survey.ordered)
            .into_iter()
            .map(|(address, question)| Due {
                address,
                question,
                every_ms: 0,
            }),
    );
    let mono_ms = model.now.mono_ms;
    let mut commands = Vec::new();
    for Due {
        address,
        question,
        every_ms,
    } in due
    {
        let key = (address.clone(), question.clone());
        let asked = model.survey.asked.entry(key).or_default();
        let is_due = asked
            .at_mono_ms
            .is_none_or(|at| mono_ms.saturating_sub(at) >= every_ms);
        if is_due && !asked.is_under_way {
            asked.at_mono_ms = Some(mono_ms);
            asked.is_under_way = true;
            commands.push(Command::Ask { address, question });
        }
    }
    let members = &model.members;
    let is_known = |address: &str| members.iter().any(|member| member.address == address);
    model
        .survey
        .asked
        .retain(|(address, _), asked| asked.is_under_way || is_known(address));
    commands
}

/// A question that the screen needs.
struct Due {
    address: String,
    question: Question,
    every_ms: u64,
}

fn shown(model: &Model) -> Vec<Due> {
    let mut due = Vec::new();
    let mut ask = |member: &Member, question, every_ms| {
        due.push(Due {
            address: member.address.clone(),
            question,
            every_ms,
        });
    };
    let answering = || {
        let members = model.members.iter();
        members.filter(|member| {
            matches!(
                member.state(model.now),
                State::Serving | State::ReadOnly | State::Shut
            )
        })
    };
    for member in model.members.iter().filter(|member| is_reached(member)) {
        ask(member, Question::Snapshots, DISK_EVERY_MS);
    }
    if model.ui.screen == Screen::Watches {
        for member in answering() {
            ask(member, Question::WatchSummary, SUMMARY_EVERY_MS);
            let summary = model.survey.watch_summary(&member.address);
            if is_ours(member) && summary.is_some_and(|all| all.watches <= LISTED_UNASKED) {
                ask(member, Question::Watches, SUMMARY_EVERY_MS);
            }
        }
    }
    match &model.ui.overlay {
        Some(Overlay::Page(Page::Config)) => {
            for member in answering() {
                ask(member, Question::Settings, SETTINGS_EVERY_MS);
            }
        }
        Some(Overlay::Page(Page::Log(address))) => {
            // Without a quorum above all: so it is asked in any state.
            if let Some(member) = model.member(address).filter(|member| is_ours(member)) {
                ask(member, Question::Log, LOG_EVERY_MS);
            }
        }
        Some(Overlay::Page(page)) => {
            let (question, every_ms) = match page {
                Page::Snapshots => (Question::Snapshots, DISK_PAGE_EVERY_MS),
                Page::Audit(_) => (Question::Audit, DISK_PAGE_EVERY_MS),
                Page::Autopilot => (Question::Supervisor, SUPERVISOR_EVERY_MS),
                _ => return due,
            };
            // In any state, as the log is.
            for member in model.members.iter().filter(|member| is_ours(member)) {
                ask(member, question.clone(), every_ms);
            }
        }
        _ => {}
    }
    due
}
