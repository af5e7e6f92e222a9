//! The quorum margin is used up by losses: the next one stops all writes, or they stand.

use zoowarden_shared::admin::verdict::Verdict;

use crate::model::{
    Model,
    alarm::{
        About, CanTell, Finding, Remedy, Rule, Subject, Suggestion, evidence::Evidence,
        notice::Urgency,
    },
};

static ABOUT: About = About {
    is_reminded: true,
    is_told_while_flapping: true,
    ..About::of(
        "quorum-margin",
        "so many voters are lost that one more stops all writes",
    )
};

#[derive(Clone, Copy, Debug)]
pub(super) struct QuorumMargin;

impl Rule for QuorumMargin {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&mut self, evidence: &Evidence<'_>, _threshold: u64) -> Vec<Finding> {
        let Some(margin) = evidence.margin.filter(|margin| *margin <= 0) else {
            return Vec::new();
        };
        let lost: Vec<_> = evidence.lost_voters().collect();
        // Two voters have no margin by design: only losses are news.
        let Some(first) = lost.first() else {
            return Vec::new();
        };
        if evidence.voters < 2 {
            return Vec::new();
        }
        let left = evidence.voters - lost.len().min(evidence.voters);
        let need = evidence.voters / 2 + 1;
        let (title, means) = match (margin, evidence.model.verdict.verdict) {
            (0, _) => ("quorum margin 0", "one more loss stops all writes"),
            (_, Verdict::NoQuorum) => ("no quorum", "nothing can be written"),
            // Nobody has told who else votes.
            (_, Verdict::Unknown) => (
                "no quorum in sight",
                "whether anything can be written cannot be told from here",
            ),
            // Somebody leads still, and gives up once it notices.
            (_, Verdict::Healthy | Verdict::Degraded) => {
                ("too few voters serve", "writes hang, or will soon")
            }
        };
        let are = if margin == 0 { "are left" } else { "serve" };
        let sentence = format!(
            "{left} of {} voters {are} and {need} are needed: {means}.",
            evidence.voters
        );
        let names: Vec<String> = lost.iter().map(|member| evidence.name(member)).collect();
        let remedy = Remedy::Start;
        vec![Finding {
            rule: ABOUT.name,
            subject: Subject::Ensemble,
            urgency: Urgency::Critical,
            title: title.to_owned(),
            sentence,
            why: vec![format!("lost: {}", names.join(", "))],
            suggestion: Suggestion::of(
                remedy,
                &first.address,
                format!(
                    "Bring back {}. Restart no other member until then.",
                    names.join(" or ")
                ),
            ),
        }]
    }

    fn can_tell(&self, model: &Model) -> CanTell {
        match (model.known.config.voters().count(), model.verdict.voters) {
            (0, 0) => CanTell::No("no member has told its voters yet".to_owned()),
            (0 | 1, 1) => CanTell::No("one voter alone has no margin".to_owned()),
            (0, _) => CanTell::Partly(
                "by the members known here: nobody tells the configuration (conf, or read on \
                 /zookeeper/config)"
                    .to_owned(),
            ),
            _ => CanTell::Yes,
        }
    }

    fn boxed(&self) -> Box<dyn Rule> {
        Box::new(*self)
    }
}
