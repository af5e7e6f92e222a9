//! A member's tree is not what the others' transactions say it should be.

use crate::{
    model::{
        Model,
        alarm::{About, CanTell, Finding, Remedy, Rule, Subject, Suggestion, evidence::Evidence},
        member::{Member, State},
    },
    text::count,
};

static ABOUT: About = About {
    needs_page: true,
    ..About::of(
        "digest-mismatch",
        "a member's data differs from the others' at the same transaction",
    )
};

#[derive(Clone, Copy, Debug)]
pub(super) struct DigestMismatch;

impl Rule for DigestMismatch {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&mut self, evidence: &Evidence<'_>, _threshold: u64) -> Vec<Finding> {
        let model = evidence.model;
        let serving = model
            .members
            .iter()
            .filter(|member| member.state(model.now) == State::Serving);
        let wrong =
            serving.filter_map(|member| Some((member, mismatches(member).filter(|n| *n > 0)?)));
        wrong
            .map(|(member, n)| {
                let name = evidence.name(member);
                Finding {
                    rule: ABOUT.name,
                    subject: Subject::Member(member.address.clone()),
                    urgency: evidence.urgency_of(member),
                    title: format!("{name} differs from the others"),
                    sentence: format!(
                        "{name} found {} transactions whose digest was not that of its own tree.",
                        count(n)
                    ),
                    why: vec![
                        "the digest of its whole tree is compared with the one that came with \
                         each transaction"
                            .to_owned(),
                    ],
                    suggestion: Suggestion::of(
                        Remedy::Resync,
                        &member.address,
                        format!(
                            "Compare the digests of all members; resync {name} if it is alone."
                        ),
                    ),
                }
            })
            .collect()
    }

    fn can_tell(&self, model: &Model) -> CanTell {
        let asked = model
            .members
            .iter()
            .filter(|member| member.unaddressed.is_none());
        let tell = asked
            .clone()
            .filter(|member| mismatches(member).is_some())
            .count();
        let needs = "mntr or the AdminServer (4lw.commands.whitelist=mntr,...), and zookeeper.digest.enabled";
        match (tell, asked.count()) {
            (0, _) => CanTell::No(format!("no member tells: {needs}")),
            (tell, all) if tell < all => {
                CanTell::Partly(format!("{tell} of {all} members tell: {needs}"))
            }
            _ => CanTell::Yes,
        }
    }

    fn boxed(&self) -> Box<dyn Rule> {
        Box::new(*self)
    }
}

/// Since its start; `None` where it does not tell.
fn mismatches(member: &Member) -> Option<u64> {
    let own = member
        .pulse
        .as_ref()
        .and_then(|pulse| pulse.beat.ensemble.as_ref())
        .map(|ensemble| ensemble.digest_mismatches);
    let told = || {
        member
            .facts
            .digest_mismatches
            .and_then(|n| u64::try_from(n).ok())
    };
    own.or_else(told)
}
