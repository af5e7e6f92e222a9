//! Two leaders, or members that serve in different epochs.

use std::collections::BTreeSet;

use zoowarden_shared::admin::Role;

use crate::model::{
    Model,
    alarm::{
        About, CanTell, Finding, Rule, Subject, Suggestion, evidence::Evidence, notice::Urgency,
    },
    member::{Member, State},
};

/// A frozen leader that wakes up says for a moment that it leads.
static ABOUT: About = About {
    debounce_ms: 4000,
    is_told_while_flapping: true,
    ..About::of("split-epoch", "two leaders, or members in different epochs")
};

#[derive(Clone, Copy, Debug)]
pub(super) struct SplitEpoch;

impl Rule for SplitEpoch {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&mut self, evidence: &Evidence<'_>, _threshold: u64) -> Vec<Finding> {
        let model = evidence.model;
        let leaders: Vec<&Member> = model
            .members
            .iter()
            .filter(|member| member.current_role(model.now) == Some(Role::Leader))
            .collect();
        let epochs: BTreeSet<i64> = established(model).map(|(_, epoch)| epoch).collect();
        if leaders.len() < 2 && epochs.len() < 2 {
            return Vec::new();
        }
        let names: Vec<String> = leaders.iter().map(|member| evidence.name(member)).collect();
        let sentence = if leaders.len() > 1 {
            format!("{} say at once that they lead.", names.join(" and "))
        } else {
            let epochs: Vec<String> = epochs.iter().map(|epoch| format!("{epoch:x}")).collect();
            format!("Members serve in different epochs: {}.", epochs.join(", "))
        };
        let by_epoch = established(model)
            .map(|(member, epoch)| format!("{}: epoch {epoch:x}", evidence.name(member)));
        let by_zxid = leaders.iter().filter_map(|member| {
            let epoch = member.facts.epoch()?;
            Some(format!("{}: leads, epoch {epoch}", evidence.name(member)))
        });
        vec![Finding {
            rule: ABOUT.name,
            subject: Subject::Ensemble,
            // Clients of one side may read what the other has overwritten.
            urgency: Urgency::Critical,
            title: "split epoch".to_owned(),
            sentence,
            why: by_zxid.chain(by_epoch).collect(),
            suggestion: Suggestion::advice(
                "Only the epoch in which a write succeeds counts. Find out which side has the \
                 majority, and restart the members of the other.",
            ),
        }]
    }

    fn can_tell(&self, model: &Model) -> CanTell {
        let tell = established(model).count();
        if model.verdict.voters < 2 {
            CanTell::No("one member alone".to_owned())
        } else if tell < model.members.len() {
            CanTell::Partly(
                "leaders from all members; epochs from those of ours, whose heartbeats tell the \
                 established one"
                    .to_owned(),
            )
        } else {
            CanTell::Yes
        }
    }

    fn boxed(&self) -> Box<dyn Rule> {
        Box::new(*self)
    }
}

/// The established epoch of each member that serves and tells it. (That of its last
/// transaction will not do: after an idle election it is the old one.)
fn established(model: &Model) -> impl Iterator<Item = (&Member, i64)> {
    let serving = model
        .members
        .iter()
        .filter(|member| member.state(model.now) == State::Serving);
    serving.filter_map(|member| {
        let pulse = member.pulse.as_ref()?;
        Some((member, pulse.beat.epoch.filter(|_| pulse.beat.serving)?))
    })
}
