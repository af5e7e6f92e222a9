//! A member falls behind its leader.

use crate::{
    model::{
        Model,
        alarm::{
            About, CanTell, Finding, Remedy, Rule, Subject, Suggestion, Threshold,
            evidence::Evidence,
        },
        lag::Lag,
        verdict::lag_of,
    },
    text::count,
};

static ABOUT: About = About {
    threshold: Some(Threshold {
        usual: 1000,
        least: 10,
        most: 10_000_000,
        unit: "transactions behind",
    }),
    debounce_ms: 5000,
    hold_off_ms: 5000,
    becomes: Some("member-down"),
    ..About::of("member-lagging", "a member falls behind its leader")
};

#[derive(Clone, Copy, Debug)]
pub(super) struct MemberLagging;

impl Rule for MemberLagging {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&mut self, evidence: &Evidence<'_>, threshold: u64) -> Vec<Finding> {
        let model = evidence.model;
        let behind = model
            .members
            .iter()
            .filter_map(|member| match lag_of(model, member) {
                Some(Lag::Behind(lag)) if lag >= threshold => Some((member, lag)),
                _ => None,
            });
        behind
            .map(|(member, lag)| {
                let name = evidence.name(member);
                Finding {
                    rule: ABOUT.name,
                    subject: Subject::Member(member.address.clone()),
                    urgency: evidence.urgency_of(member),
                    title: format!("{name} lags"),
                    sentence: format!("{name} is {} transactions behind.", count(lag)),
                    why: vec![format!(
                        "counted within the leader's epoch, told from {} on",
                        count(threshold)
                    )],
                    suggestion: Suggestion::of(
                        Remedy::Resync,
                        &member.address,
                        "Look at its disk and its link to the leader; if the gap only grows, \
                         resync it.",
                    ),
                }
            })
            .collect()
    }

    fn can_tell(&self, model: &Model) -> CanTell {
        if model.verdict.voters < 2 {
            CanTell::No("one member alone follows nobody".to_owned())
        } else {
            CanTell::Yes
        }
    }

    fn boxed(&self) -> Box<dyn Rule> {
        Box::new(*self)
    }
}
