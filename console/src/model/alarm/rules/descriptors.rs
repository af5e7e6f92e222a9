//! A member runs out of file descriptors: at the limit it accepts nobody any more.

use crate::{
    model::{
        Model,
        alarm::{
            About, CanTell, Finding, Rule, Subject, Suggestion, Threshold, evidence::Evidence,
        },
        member::{Member, State},
    },
    text::count,
};

static ABOUT: About = About {
    threshold: Some(Threshold {
        usual: 85,
        least: 10,
        most: 99,
        unit: "% of the limit",
    }),
    debounce_ms: 3000,
    hold_off_ms: 10_000,
    becomes: Some("member-down"),
    needs_page: true,
    ..About::of("descriptors", "a member runs out of file descriptors")
};

#[derive(Clone, Copy, Debug)]
pub(super) struct Descriptors;

impl Rule for Descriptors {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&mut self, evidence: &Evidence<'_>, threshold: u64) -> Vec<Finding> {
        let model = evidence.model;
        let full = model
            .members
            .iter()
            .filter(|member| member.state(model.now) == State::Serving)
            .filter_map(|member| Some((member, used(member)?)))
            .filter(|(_, (open, max))| open * 100 >= max * threshold);
        full.map(|(member, (open, max))| {
            let name = evidence.name(member);
            Finding {
                rule: ABOUT.name,
                subject: Subject::Member(member.address.clone()),
                urgency: evidence.urgency_of(member),
                title: format!("{name} runs out of file descriptors"),
                sentence: format!(
                    "{name} has {} of {} file descriptors open, {} %.",
                    count(open),
                    count(max),
                    open * 100 / max
                ),
                why: vec![match member.facts.connections {
                    Some(clients) => format!("{clients} of them are clients' connections"),
                    None => "how many are clients is not told".to_owned(),
                }],
                suggestion: Suggestion::advice(
                    "Find who opens so many connections (screen 5), or raise the process's limit \
                     (LimitNOFILE).",
                ),
            }
        })
        .collect()
    }

    fn can_tell(&self, model: &Model) -> CanTell {
        let all = model.members.len();
        let needs = "mntr or the AdminServer must be open (4lw.commands.whitelist=mntr,...)";
        match model.members.iter().filter(|m| used(m).is_some()).count() {
            0 => CanTell::No(format!("no member tells: {needs}")),
            n if n < all => CanTell::Partly(format!("{n} of {all} members tell: {needs}")),
            _ => CanTell::Yes,
        }
    }

    fn boxed(&self) -> Box<dyn Rule> {
        Box::new(*self)
    }
}

/// Open ones, and the limit where it is one.
fn used(member: &Member) -> Option<(u64, u64)> {
    let of = |n: Option<i64>| n.and_then(|n| u64::try_from(n).ok());
    let max = of(member.facts.fd_max).filter(|max| (1..u64::MAX / 100).contains(max))?;
    let open = of(member.facts.fd_open).filter(|open| *open < u64::MAX / 100)?;
    Some((open, max))
}
