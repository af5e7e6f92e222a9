//! One fault under way: whom it struck, and whether the console, then the operator, has found
//! it, and whether all is whole again.

use std::collections::BTreeSet;

use zoowarden_server::supervise::Phase;
use zoowarden_shared::{SessionId, Sid, admin::Role, admin::verdict::Verdict};

use super::{Call, Repair, Scenario, Strike, Whom};
use crate::{
    action::{Action, Stage as GateStage, Who},
    model::{
        Model,
        alarm::{Alarm, Subject, notice::Urgency},
        chosen,
        links::{End, LinkState},
        member::{Member, State, Vote},
        ui::{Overlay, Page, Pane, Screen, Whose},
    },
};

/// What is mended stays so for that long: one answer more is no repair.
const STAYS_MENDED_MS: u64 = 1000;

/// A member that is struck.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its client address.
    pub address: String,
    pub sid: Sid,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Through an action's gate.
    Act(Action),
    /// A call about the member with this client address.
    Call(Call, String),
}

/// One fault.
#[derive(Clone, Debug, PartialEq)]
pub struct Round {
    pub scenario: &'static Scenario,
    pub targets: Vec<Target>,
    /// The session of the client that was let in, where that is the fault.
    pub session: Option<SessionId>,
    pub(super) client_is_gone: bool,
    /// About whom those below were called, and rightly, by client address.
    called: BTreeSet<String>,
    /// Calls for nothing.
    pub wrong_calls: usize,
    pub struck_mono_ms: u64,
    /// From the strike, as the others.
    pub alarmed_ms: Option<u64>,
    pub located_ms: Option<u64>,
    /// The last deed: a gate's plan began to run, or a call was made.
    pub acted_ms: Option<u64>,
    pub(super) repaired_ms: Option<u64>,
    pub hints: usize,
    pub(super) hint_mono_ms: Option<u64>,
    /// A gate's plan runs.
    is_acting: bool,
    /// The model has shown the fault: until then it seems whole.
    was_broken: bool,
    /// Since when it seems whole again.
    mended_ms: Option<u64>,
    /// Of the ensemble before: so many are to vote again.
    voters: usize,
}

impl Round {
    pub(super) fn new(scenario: &'static Scenario, targets: Vec<Target>, model: &Model) -> Self {
        Self {
            targets,
            struck_mono_ms: model.now.mono_ms,
            voters: model.verdict.voters,
            ..Self::at_once(scenario)
        }
    }

    /// One that began at the beginning of time, and struck nobody.
    pub(super) fn at_once(scenario: &'static Scenario) -> Self {
        Self {
            scenario,
            targets: Vec::new(),
            session: None,
            client_is_gone: false,
            called: BTreeSet::new(),
            wrong_calls: 0,
            struck_mono_ms: 0,
            alarmed_ms: None,
            located_ms: None,
            acted_ms: None,
            repaired_ms: None,
            hints: 0,
            hint_mono_ms: None,
            is_acting: false,
            was_broken: false,
            mended_ms: None,
            voters: 0,
        }
    }

    /// Looks whether it was found and mended.
    pub(super) fn observe(&mut self, model: &Model) {
        let since_ms = model.now.mono_ms.saturating_sub(self.struck_mono_ms);
        if self.alarmed_ms.is_none() && self.is_alarmed(model) {
            self.alarmed_ms = Some(since_ms);
        }
        if self.located_ms.is_none() && self.is_looked_at(model) {
            self.located_ms = Some(since_ms);
        }
        let gate = model.recovery.gate.as_ref();
        let is_acting = gate.is_some_and(|gate| matches!(gate.stage, GateStage::Acting { .. }));
        if is_acting && !self.is_acting {
            self.acted_ms = Some(since_ms);
        }
        self.is_acting = is_acting;
        if !self.is_mended(model) {
            self.was_broken = true;
            self.mended_ms = None;
        } else if self.was_broken {
            let mended_ms = *self.mended_ms.get_or_insert(since_ms);
            if since_ms.saturating_sub(mended_ms) >= STAYS_MENDED_MS {
                self.repaired_ms = Some(mended_ms);
            }
        }
    }

    /// Those below were called, about this target where that was right.
    pub(super) fn called(&mut self, now_mono_ms: u64, about: Option<&Target>) {
        let since_ms = now_mono_ms.saturating_sub(self.struck_mono_ms);
        match about {
            Some(target) => {
                self.called.insert(target.address.clone());
                self.acted_ms = Some(since_ms);
                self.located_ms.get_or_insert(since_ms);
            }
            None => self.wrong_calls += 1,
        }
    }

    /// What is still to be done, in the order in which it was broken.
    #[must_use]
    pub fn next_deed(&self, model: &Model) -> Option<Deed> {
        let repair = self.scenario.repair;
        if repair == Repair::HandOver && self.is_led_by_target(model) {
            return self.repairs(model).into_iter().next().map(Deed::Act);
        }
        if let Some((target, call)) = self.open_call() {
            return Some(Deed::Call(call, target.address.clone()));
        }
        if repair == Repair::KillSession {
            let mut kill = self.repairs(model).into_iter();
            return kill.next().filter(|_| !self.client_is_gone).map(Deed::Act);
        }
        let open = self.targets.iter().zip(self.repairs(model));
        let mut open = open.filter(|(target, _)| is_to_be_mended(model, target));
        open.next().map(|(_, action)| Deed::Act(action))
    }

    /// The first target about which those below are still to be called.
    fn open_call(&self) -> Option<(&Target, Call)> {
        let call = self.scenario.call?;
        let mut open = self.targets.iter();
        let target = open.find(|target| !self.called.contains(&target.address))?;
        Some((target, call))
    }

    /// All that is to be done to the members that were struck, or to the client; where one of
    /// several will do, all of those.
    fn repairs(&self, model: &Model) -> Vec<Action> {
        let repair = self.scenario.repair;
        if repair == Repair::HandOver {
            let is_target = |sid: &Sid| self.targets.iter().any(|target| target.sid == *sid);
            let voters = model.members.iter().filter(|m| m.vote == Vote::Participant);
            let others = voters.filter_map(|m| m.sid).filter(|sid| !is_target(sid));
            return others.map(|to| Action::TransferLeadership { to }).collect();
        }
        let on_members = self.targets.iter().filter_map(move |target| {
            let member = Who::Sid(target.sid);
            match repair {
                Repair::Start => Some(Action::Start { member }),
                Repair::Restart => Some(Action::Restart { member }),
                Repair::Promote => Some(Action::Promote { member: target.sid }),
                Repair::Resync => Some(Action::Resync { member: target.sid }),
                Repair::CallAlone | Repair::KillSession | Repair::HandOver => None,
            }
        });
        let on_sessions = self.session.map(|session| Action::KillSession { session });
        on_members.chain(on_sessions).collect()
    }

    /// The first member that was struck leads.
    fn is_led_by_target(&self, model: &Model) -> bool {
        let leader = model.leader().map(|leader| &leader.address);
        let mut targets = self.targets.iter();
        targets.any(|target| leader == Some(&target.address))
    }

    /// A rule that finds it has begun since.
    fn is_alarmed(&self, model: &Model) -> bool {
        let alarms = model.alarms.active().chain(model.alarms.history());
        let mut new = alarms.filter(|alarm| alarm.began.mono_ms >= self.struck_mono_ms);
        new.any(|alarm| self.is_of_it(alarm))
    }

    /// An alarm finds this fault. Another member's slow disk, on a busy machine, is none of its.
    fn is_of_it(&self, alarm: &Alarm) -> bool {
        let is_target = |address: &String| self.targets.iter().any(|one| one.address == *address);
        let is_its = match &alarm.finding.subject {
            Subject::Member(address) if self.scenario.strike == Strike::SlowDisk => {
                is_target(address)
            }
            _ => true,
        };
        is_its && self.scenario.alarms.contains(&alarm.finding.rule)
    }

    /// The right gate is open, or what was struck is drawn in full because it was chosen.
    fn is_looked_at(&self, model: &Model) -> bool {
        if let Some(gate) = model.recovery.shown() {
            return self.repairs(model).contains(&gate.action);
        }
        let is_open = model.ui.pane == Pane::Detail
            || matches!(model.ui.overlay, Some(Overlay::Page(Page::Detail)));
        let is_target = |name: &str| self.targets.iter().any(|target| target.address == name);
        match (&model.ui.overlay, model.ui.screen) {
            (Some(Overlay::Page(Page::Who(whose))), _) => self.is_its(whose, model),
            (Some(Overlay::Page(Page::Log(address))), _) => is_target(address),
            (_, Screen::Sessions | Screen::Watches) if is_open => {
                self.session.is_some_and(|session| {
                    chosen::name(model).is_some_and(|name| name == session.to_string())
                })
            }
            (None, Screen::Links) => chosen::link(model).is_some_and(|link| {
                let from = matches!(&link.from, End::Member(from) if is_target(from));
                link.state == LinkState::Cut && (from || is_target(&link.to))
            }),
            (_, Screen::Overview | Screen::Members) if is_open => {
                chosen::name(model).is_some_and(|name| is_target(&name))
            }
            (None, Screen::Alarms) => self.is_on_its_alarm(model, is_target),
            _ => false,
        }
    }

    /// What `w` tells is about the session that holds the lock.
    fn is_its(&self, whose: &Whose, model: &Model) -> bool {
        let Some(session) = self.session else {
            return false;
        };
        match whose {
            Whose::Session(shown) => *shown == session,
            Whose::Znode(path) => {
                let stat = model.tree.nodes.get(path).and_then(|node| node.stat.value);
                stat.is_some_and(|stat| stat.ephemeral_owner == session.0)
            }
        }
    }

    fn is_on_its_alarm(&self, model: &Model, is_target: impl Fn(&str) -> bool) -> bool {
        let chosen = crate::model::rows::alarms::selected(model);
        let is_new = |alarm: &&Alarm| alarm.began.mono_ms >= self.struck_mono_ms;
        chosen
            .filter(is_new)
            .is_some_and(|alarm| match &alarm.finding.subject {
                Subject::Member(address) => is_target(address),
                _ => self.scenario.alarms.contains(&alarm.finding.rule),
            })
    }

    fn is_mended(&self, model: &Model) -> bool {
        let is_free = self.session.is_none() || self.client_is_gone;
        let is_told = |alarm: &Alarm| alarm.off_since_mono_ms.is_none() && self.is_of_it(alarm);
        let is_led_by_it = self.scenario.repair == Repair::HandOver && self.is_led_by_target(model);
        is_free
            && !is_led_by_it
            && !model.alarms.active().any(is_told)
            && self.open_call().is_none()
            && model.verdict.voters == self.voters
            && self.targets.iter().all(|target| is_well(model, target))
            && is_whole(model)
    }
}

/// It is not well, and nobody else is about to start it.
fn is_to_be_mended(model: &Model, target: &Target) -> bool {
    let told = model.supervised.get(&target.address);
    let restarts = told.is_some_and(|told| told.phase == Phase::BackingOff);
    !is_well(model, target) && !restarts
}

/// It serves, with its vote, and was not held still.
fn is_well(model: &Model, target: &Target) -> bool {
    model.member(&target.address).is_some_and(|member| {
        member.state(model.now) == State::Serving && member.vote == Vote::Participant
    })
}

/// Nobody is missed: the margin is whole, all serve, and no alarm is up that matters: a busy
/// machine's slow disk is no fault of the drill's.
pub(super) fn is_whole(model: &Model) -> bool {
    let judgement = &model.verdict;
    let is_up = |alarm: &Alarm| {
        alarm.off_since_mono_ms.is_none() && alarm.finding.urgency == Urgency::Critical
    };
    judgement.verdict == Verdict::Healthy
        && judgement.survives == judgement.voters.checked_sub(1).map(|others| others / 2)
        && model.leader().is_some()
        && model
            .members
            .iter()
            .all(|member| member.state(model.now) == State::Serving && !member.is_stale(model.now))
        && !model.alarms.active().any(is_up)
}

/// Whom a strike hits; `dice` decides among equals.
pub(super) fn targets(model: &Model, whom: Whom, dice: u64) -> Vec<Target> {
    let as_target = |member: &&Member| {
        Some(Target {
            address: member.address.clone(),
            sid: member.sid?,
        })
    };
    let leads = |member: &&Member| member.facts.role == Some(Role::Leader);
    let voters = model
        .members
        .iter()
        .filter(|member| member.vote == Vote::Participant);
    let (leaders, followers): (Vec<&Member>, Vec<&Member>) = voters.partition(leads);
    let turn = usize::try_from(dice % followers.len().max(1) as u64).unwrap_or_default();
    let voters = leaders.len() + followers.len();
    let followers = followers.iter().cycle().skip(turn).take(followers.len());
    match whom {
        Whom::Nobody => Vec::new(),
        Whom::Leader => leaders.iter().filter_map(as_target).collect(),
        Whom::Follower => followers.take(1).filter_map(as_target).collect(),
        Whom::Majority => {
            let too_many = voters - voters / 2;
            leaders
                .iter()
                .chain(followers)
                .take(too_many)
                .filter_map(as_target)
                .collect()
        }
    }
}
