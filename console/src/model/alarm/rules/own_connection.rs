//! Most members fell silent together: more likely this console is cut off than they are dead.
//! One alarm about itself, none about them.

use crate::model::{
    Model,
    alarm::{
        About, CanTell, Finding, Rule, Subject, Suggestion, evidence::Evidence, notice::Urgency,
        vantage::silent_together,
    },
    clock::age,
};

static ABOUT: About = About {
    debounce_ms: 2000,
    judges_the_console: true,
    ..About::of(
        "own-connection",
        "most members fall silent together: this console is cut off",
    )
};

#[derive(Clone, Copy, Debug)]
pub(super) struct OwnConnection;

impl Rule for OwnConnection {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&mut self, evidence: &Evidence<'_>, _threshold: u64) -> Vec<Finding> {
        let model = evidence.model;
        let Some(silent) = silent_together(model) else {
            return Vec::new();
        };
        let shortest_ms = silent.iter().map(|member| member.silence_ms(model.now));
        let why = silent.iter().map(|member| {
            format!(
                "{}: silent for {}",
                evidence.name(member),
                age(member.silence_ms(model.now))
            )
        });
        vec![Finding {
            rule: ABOUT.name,
            subject: Subject::Console,
            // What it means for the ensemble is not known: that is the alarm.
            urgency: Urgency::Normal,
            title: "this console cannot reach the ensemble".to_owned(),
            sentence: format!(
                "This console cannot reach {} of {} members, silent together for {}: how they \
                 are is not known.",
                silent.len(),
                model.members.len(),
                age(shortest_ms.min().unwrap_or(0))
            ),
            why: why.collect(),
            suggestion: Suggestion::advice(
                "Check the way from here: network, VPN, bastion, firewall. Look from another place.",
            ),
        }]
    }

    fn can_tell(&self, model: &Model) -> CanTell {
        if model.members.len() > 1 {
            CanTell::Yes
        } else {
            CanTell::No("one member alone: its silence and ours look the same".to_owned())
        }
    }

    fn boxed(&self) -> Box<dyn Rule> {
        Box::new(*self)
    }
}
