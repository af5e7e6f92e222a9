//! A cluster in one line, and what is below the list when it is selected. Made anew from its
//! model at each drawing.

use std::cmp::Reverse;

use zoowarden_shared::admin::verdict::Verdict;

use crate::model::{
    Model,
    alarm::{Section, notice::Urgency},
    lag::Lag,
    member::{Member, State},
    naming::who,
    verdict::lag_of,
};

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub name: String,
    pub tag: Option<String>,
    /// A colour's name as console.toml has it.
    pub colour: Option<String>,
    pub verdict: Verdict,
    pub sentence: String,
    /// Members that serve, and all that are known.
    pub up: usize,
    pub all: usize,
    pub leader: Option<String>,
    /// How many more voters may be lost; `None` where that is not known.
    pub survives: Option<usize>,
    /// Those that are there now, the worst first; then what was acknowledged or snoozed.
    pub alarms: Vec<AlarmLine>,
    /// Since the newest answer of any member, ms; `None` before the first.
    pub age_ms: Option<u64>,
    /// Some member has answered, or failed to.
    pub is_asked: bool,
    /// The way there cannot be gone, and why.
    pub unreachable: Option<String>,
    pub members: Vec<MemberLine>,
}

/// What is wrong with it, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    NoQuorum,
    /// It was asked, and how it is is not known.
    CannotTell,
    Degraded,
    /// Healthy, with alarms.
    Alarmed,
    /// The first answers are awaited.
    Asking,
    None,
}

/// An alarm of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmLine {
    pub urgency: Urgency,
    /// It was acknowledged or snoozed: it is not counted, nor told again.
    pub section: Section,
    pub sentence: String,
}

/// One member of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberLine {
    pub name: String,
    pub state: State,
    pub role: Option<String>,
    /// Transactions behind the leader.
    pub lag: Option<u64>,
    pub round_trip_us: Option<u64>,
    pub connections: Option<i64>,
    pub version: Option<String>,
}

impl Row {
    /// Of a cluster as its model has it.
    #[must_use]
    pub fn of(model: &Model) -> Self {
        let members = &model.members;
        let serving = |member: &&Member| member.state(model.now) == State::Serving;
        let heard = members.iter().filter_map(|member| member.heard_mono_ms);
        let active = model.alarms.active();
        let mut alarms: Vec<AlarmLine> = active
            .filter(|alarm| !alarm.is_calm())
            .map(|alarm| AlarmLine {
                urgency: alarm.finding.urgency,
                section: Section::of(alarm),
                sentence: alarm.finding.sentence.clone(),
            })
            .collect();
        alarms.sort_by_key(|alarm| (alarm.section != Section::Active, Reverse(alarm.urgency)));
        Self {
            name: model.cluster.name.clone(),
            tag: model.cluster.tag.clone(),
            colour: model.cluster.colour.clone(),
            verdict: model.verdict.verdict,
            sentence: model.verdict.sentence.clone(),
            up: members.iter().filter(serving).count(),
            all: members.len(),
            leader: model.leader().map(|leader| who(model, leader)),
            survives: model.verdict.survives,
            alarms,
            age_ms: heard.max().map(|at| model.now.mono_ms.saturating_sub(at)),
            is_asked: members.iter().any(|member| {
                !matches!(member.state(model.now), State::Asking | State::Unaddressed)
            }),
            unreachable: None,
            members: members.iter().map(|one| member(model, one)).collect(),
        }
    }

    /// Of a cluster that cannot be asked: a secret or a certificate is missing.
    #[must_use]
    pub fn unreachable(model: &Model, why: String) -> Self {
        Self {
            unreachable: Some(why),
            ..Self::of(model)
        }
    }

    /// How bad it is: the worst first, then those with more alarms.
    #[must_use]
    pub fn rank(&self) -> (Trouble, Reverse<usize>) {
        let open = self.open_alarms().count();
        let trouble = match self.verdict {
            Verdict::NoQuorum => Trouble::NoQuorum,
            _ if self.unreachable.is_some() => Trouble::CannotTell,
            Verdict::Unknown if self.is_asked => Trouble::CannotTell,
            Verdict::Unknown => Trouble::Asking,
            Verdict::Degraded => Trouble::Degraded,
            Verdict::Healthy if open > 0 => Trouble::Alarmed,
            Verdict::Healthy => Trouble::None,
        };
        (trouble, Reverse(open))
    }

    /// Those that nobody has acknowledged or snoozed, the worst first.
    pub fn open_alarms(&self) -> impl Iterator<Item = &AlarmLine> {
        let alarms = self.alarms.iter();
        alarms.filter(|alarm| alarm.section == Section::Active)
    }

    /// What the filter looks at.
    #[must_use]
    pub fn text(&self) -> String {
        let tag = self.tag.as_deref().unwrap_or_default();
        let leader = self.leader.as_deref().unwrap_or_default();
        let Self { name, sentence, .. } = self;
        format!("{name} {tag} {leader} {sentence}")
    }
}

fn member(model: &Model, member: &Member) -> MemberLine {
    let lag = match lag_of(model, member) {
        Some(Lag::Behind(behind)) => Some(behind),
        _ => None,
    };
    MemberLine {
        name: who(model, member),
        state: member.state(model.now),
        role: member.current_role(model.now).map(|role| role.to_string()),
        lag,
        round_trip_us: member.round_trips_us.back().copied(),
        connections: member.facts.connections,
        version: member.facts.version.clone(),
    }
}
