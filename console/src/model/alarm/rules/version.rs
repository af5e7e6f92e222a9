//! Members of different versions, for longer than an upgrade takes.

use std::collections::BTreeMap;

use crate::model::{
    Model,
    alarm::{
        About, CanTell, Finding, Rule, Subject, Suggestion, Threshold, evidence::Evidence,
        notice::Urgency,
    },
    clock::age,
    member::Member,
};

static ABOUT: About = About {
    threshold: Some(Threshold {
        usual: 60,
        least: 1,
        most: 10_080,
        unit: "minutes",
    }),
    hold_off_ms: 10_000,
    ..About::of(
        "version-skew",
        "different versions, for longer than an upgrade takes",
    )
};

#[derive(Clone, Debug, Default)]
pub(super) struct VersionSkew {
    /// Since when there is more than one.
    since_mono_ms: Option<u64>,
}

impl Rule for VersionSkew {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&mut self, evidence: &Evidence<'_>, threshold: u64) -> Vec<Finding> {
        let mut versions: BTreeMap<&str, Vec<&Member>> = BTreeMap::new();
        for member in &evidence.model.members {
            if let Some(version) = member.facts.version.as_deref() {
                versions.entry(version).or_default().push(member);
            }
        }
        if versions.len() < 2 {
            self.since_mono_ms = None;
            return Vec::new();
        }
        let since = *self.since_mono_ms.get_or_insert(evidence.mono_ms());
        let for_ms = evidence.mono_ms().saturating_sub(since);
        if for_ms < threshold * 60_000 {
            return Vec::new();
        }
        let line = |(version, members): (&&str, &Vec<&Member>)| {
            let names: Vec<String> = members.iter().map(|m| evidence.name(m)).collect();
            format!("{version}: {}", names.join(", "))
        };
        let all: Vec<&str> = versions.keys().copied().collect();
        vec![Finding {
            rule: ABOUT.name,
            subject: Subject::Ensemble,
            urgency: Urgency::Low,
            title: "members of different versions".to_owned(),
            sentence: format!("Members run {}, for {}.", all.join(" and "), age(for_ms)),
            why: versions.iter().map(line).collect(),
            suggestion: Suggestion::advice(
                "Finish the upgrade; where the mixture is meant, turn this rule off in \
                 console.toml.",
            ),
        }]
    }

    fn can_tell(&self, model: &Model) -> CanTell {
        let tell = |member: &&Member| member.facts.version.is_some();
        let (known, all) = (
            model.members.iter().filter(tell).count(),
            model.members.len(),
        );
        if known == all {
            CanTell::Yes
        } else {
            CanTell::Partly(format!("{known} of {all} members have told theirs"))
        }
    }

    fn boxed(&self) -> Box<dyn Rule> {
        Box::new(self.clone())
    }
}
