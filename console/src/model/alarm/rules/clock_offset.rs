//! A member's clock is off the others', or this console's is off all of theirs.

use crate::model::{
    Model,
    alarm::{
        About, CanTell, Finding, Rule, Subject, Suggestion, Threshold, evidence::Evidence,
        notice::Urgency,
    },
    clock::age,
    member::{Member, State},
};

static ABOUT: About = About {
    threshold: Some(Threshold {
        usual: 3,
        least: 2,
        most: 86_400,
        unit: "s off the others'",
    }),
    debounce_ms: 15_000,
    hold_off_ms: 15_000,
    becomes: Some("member-down"),
    needs_page: true,
    ..About::of("clock-offset", "a member's clock is off the others'")
};

#[derive(Clone, Copy, Debug)]
pub(super) struct ClockOffset;

impl Rule for ClockOffset {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&mut self, evidence: &Evidence<'_>, threshold: u64) -> Vec<Finding> {
        let model = evidence.model;
        let most_ms = i64::try_from(threshold)
            .unwrap_or(i64::MAX)
            .saturating_mul(1000);
        let members: Vec<(&Member, i64)> = model
            .members
            .iter()
            .filter(|member| member.state(model.now) == State::Serving)
            .filter_map(|member| Some((member, member.clock.ahead_ms(model.now)?)))
            .collect();
        let Some(right_ms) = right(&members) else {
            return Vec::new();
        };
        let mut told: Vec<String> = members
            .iter()
            .map(|(member, ahead)| format!("{} {}", evidence.name(member), signed(*ahead)))
            .collect();
        told.push("against this console's clock, to about 1 s".to_owned());
        let why = told.join(", ");
        let is_off = |ahead: i64| (ahead - right_ms).abs() > most_ms;
        let finding = |subject, urgency, name: &str, ahead: i64| Finding {
            rule: ABOUT.name,
            subject,
            urgency,
            title: format!("the clock of {name} is off"),
            sentence: format!(
                "The clock of {name} is {} {} the others'.",
                age((ahead - right_ms).unsigned_abs()),
                if ahead > right_ms {
                    "ahead of"
                } else {
                    "behind"
                }
            ),
            why: vec![why.clone()],
            suggestion: Suggestion::advice(
                "Look at its time synchronisation (chronyc tracking). Its log cannot be read beside \
                 the others', and where it leads, znodes get its times.",
            ),
        };
        let off = members.iter().filter(|(_, ahead)| is_off(*ahead));
        let mut found: Vec<Finding> = off
            .map(|(member, ahead)| {
                let subject = Subject::Member(member.address.clone());
                let name = evidence.name(member);
                finding(subject, evidence.urgency_of(member), &name, *ahead)
            })
            .collect();
        if is_off(0) {
            found.push(finding(Subject::Console, Urgency::Low, "this console", 0));
        }
        found
    }

    fn can_tell(&self, model: &Model) -> CanTell {
        let all = model.members.len();
        let tells = |member: &&Member| member.clock.ahead_ms(model.now).is_some();
        let needs = "its AdminServer does, by the date of its answers (admin.enableServer=true, \
                     admin_port in console.toml)";
        match model.members.iter().filter(tells).count() {
            0 => CanTell::No(format!("no member tells its clock: {needs}")),
            n if n < all => {
                CanTell::Partly(format!("{n} of {all} members tell their clock: {needs}"))
            }
            _ => CanTell::Yes,
        }
    }

    fn boxed(&self) -> Box<dyn Rule> {
        Box::new(*self)
    }
}

/// What most clocks say, ours (0) among them; between one member and us it is ours.
fn right(members: &[(&Member, i64)]) -> Option<i64> {
    let mut all: Vec<i64> = members.iter().map(|(_, ahead)| *ahead).collect();
    match all.as_slice() {
        [] => return None,
        [_] => return Some(0),
        _ => all.push(0),
    }
    all.sort_unstable();
    Some(all[all.len() / 2])
}

/// `+63.0 s`
fn signed(ahead_ms: i64) -> String {
    format!("{:+.1} s", ahead_ms as f64 / 1000.0)
}
