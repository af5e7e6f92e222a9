//! Nobody leads, for longer than an election takes.

use zoowarden_shared::admin::verdict::Verdict;

use crate::model::{
    Model,
    alarm::{
        About, CanTell, Finding, Remedy, Rule, Subject, Suggestion, Threshold, evidence::Evidence,
        notice::Urgency,
    },
    clock::age,
    member::State,
    rows::said,
    verdict::stuck_ms,
};

static ABOUT: About = About {
    threshold: Some(Threshold {
        usual: 2,
        least: 1,
        most: 600,
        unit: "s without a leader",
    }),
    hold_off_ms: 2000,
    is_told_while_flapping: true,
    ..About::of(
        "no-leader",
        "nobody leads, for longer than an election takes",
    )
};

#[derive(Clone, Copy, Debug)]
pub(super) struct NoLeader;

impl Rule for NoLeader {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&mut self, evidence: &Evidence<'_>, threshold: u64) -> Vec<Finding> {
        let model = evidence.model;
        let says_so = |state: &State| matches!(state, State::NotServing | State::ReadOnly);
        let states: Vec<State> = model
            .members
            .iter()
            .map(|member| member.state(model.now))
            .collect();
        // A leader without a quorum behind it leads still: the margin's alarm tells of that.
        let is_stuck = stuck_ms(model).is_some();
        let is_lost = (model.verdict.verdict == Verdict::NoQuorum && !is_stuck)
            || (!evidence.has_quorum() && states.iter().any(says_so));
        let for_ms = model
            .now
            .mono_ms
            .saturating_sub(model.verdict_since_mono_ms);
        if !is_lost || evidence.voters < 2 || for_ms < threshold * 1000 {
            return Vec::new();
        }
        // One that has none proves nothing of those that cannot be asked.
        let (title, nobody) = match model.verdict.verdict {
            Verdict::Unknown => ("no leader in sight", "No leader in sight"),
            _ => ("no leader", "No leader"),
        };
        vec![Finding {
            rule: ABOUT.name,
            subject: Subject::Ensemble,
            urgency: Urgency::Critical,
            title: title.to_owned(),
            sentence: format!("{nobody} for {}: {}", age(for_ms), said(model)),
            why: model
                .members
                .iter()
                .zip(&states)
                .map(|(member, state)| format!("{}: {}", evidence.name(member), word(state)))
                .collect(),
            suggestion: Suggestion {
                remedy: Some(Remedy::Start),
                member: evidence
                    .lost_voters()
                    .next()
                    .map(|member| member.address.clone()),
                words: "Start voters until a majority runs. Where disks are gone for good: the \
                        quorum-loss wizard."
                    .to_owned(),
            },
        }]
    }

    fn can_tell(&self, model: &Model) -> CanTell {
        if model.verdict.voters < 2 {
            CanTell::No("one member alone has no leader".to_owned())
        } else {
            CanTell::Yes
        }
    }

    fn boxed(&self) -> Box<dyn Rule> {
        Box::new(*self)
    }
}

fn word(state: &State) -> String {
    match state {
        State::Asking => "not asked yet".to_owned(),
        State::Serving => "serves".to_owned(),
        State::ReadOnly => "serves reads only".to_owned(),
        State::NotServing => "answers that it does not serve".to_owned(),
        State::Shut => "answers, and tells nothing".to_owned(),
        State::Silent(fault) => fault.shown(),
        State::Unaddressed => "client port unknown".to_owned(),
    }
}
