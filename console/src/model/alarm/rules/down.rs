//! A member is gone, or answers and does not serve while the others do.

use crate::{
    demo::MemberEnd,
    model::{
        Model,
        alarm::{About, CanTell, Finding, Remedy, Rule, Subject, Suggestion, evidence::Evidence},
        clock::age,
        links::severed_ms,
        member::{Member, State},
        probe::Fault,
        verdict::{given_up, hears_no_leader, is_of_a_former_leader, why_given_up},
    },
};

static ABOUT: About = About::of(
    "member-down",
    "a member is gone, or does not serve while others do",
);

#[derive(Clone, Copy, Debug)]
pub(super) struct MemberDown;

impl Rule for MemberDown {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&mut self, evidence: &Evidence<'_>, _threshold: u64) -> Vec<Finding> {
        let lost = evidence.lost.iter();
        lost.filter_map(|member| found(evidence, member)).collect()
    }

    fn can_tell(&self, model: &Model) -> CanTell {
        let unaddressed = model
            .members
            .iter()
            .filter(|member| member.state(model.now) == State::Unaddressed)
            .count();
        if unaddressed == 0 {
            CanTell::Yes
        } else {
            CanTell::Partly(format!(
                "{unaddressed} members cannot be asked: give their client ports \
                 ([cluster.addresses] of console.toml, or ;PORT in their server lines)"
            ))
        }
    }

    fn boxed(&self) -> Box<dyn Rule> {
        Box::new(*self)
    }
}

fn found(evidence: &Evidence<'_>, member: &Member) -> Option<Finding> {
    let model = evidence.model;
    let name = evidence.name(member);
    let for_ms = member.trouble_ms(model.now);
    let address = member.address.as_str();
    let (title, sentence, suggestion) = match member.state(model.now) {
        State::Silent(Fault::Refused) if refuses_its_data(model, address) => (
            format!("{name} is down"),
            format!("{name} is down: it does not vouch for its data, and says why in its log."),
            Suggestion::of(
                Remedy::Resync,
                address,
                format!("A start finds the same: resync {name}, the others have it all."),
            ),
        ),
        State::Silent(Fault::Refused) if given_up(model, address).is_some() => (
            format!("{name} was given up"),
            format!(
                "{name} is down, and its supervisor has given it up: {}.",
                why_given_up(model, address)
            ),
            Suggestion::of(
                Remedy::Start,
                address,
                format!(
                    "Mend what its last words say (t), then start {name}: a start alone ends the \
                     same."
                ),
            ),
        ),
        State::Silent(Fault::Refused) => (
            format!("{name} is down"),
            format!("{name} is down: its host refuses the connection, the process is gone."),
            Suggestion::of(Remedy::Start, address, format!("Start {name}.")),
        ),
        State::Silent(Fault::Hangs) => (
            format!("{name} hangs"),
            format!("{name} hangs: its host takes connections, and the process says nothing."),
            Suggestion::of(
                Remedy::Restart,
                address,
                format!("Look whether it is stopped or swaps; if it stays so, restart {name}."),
            ),
        ),
        State::Silent(Fault::NoSuchHost) => (
            format!("{name}: no such host"),
            format!("{name} cannot be asked: its host name resolves to no address."),
            Suggestion::advice(
                "Look for a slip in --connect, console.toml or the server lines, and at the DNS.",
            ),
        ),
        State::Silent(Fault::Timeout) => (
            format!("{name} does not answer"),
            format!("{name} does not answer: it hangs, or the way to it is cut."),
            Suggestion::of(
                Remedy::Restart,
                address,
                format!("Look whether its host runs; a process that hangs: restart {name}."),
            ),
        ),
        State::Silent(fault) => (
            format!("{name} does not answer"),
            format!("{name} does not answer: {}.", fault.shown()),
            Suggestion::of(
                Remedy::Restart,
                address,
                format!("Look at its host and its log; restart {name} if nothing else helps."),
            ),
        ),
        // Without a leader nobody can tell whether the cut is over.
        State::Serving | State::NotServing | State::ReadOnly
            if member.was_severed && model.leader().is_none() =>
        {
            (
                format!("{name} is cut off"),
                format!(
                    "{name} answers here, and was cut off from its leader when there last was one, \
                 {} ago.",
                    age(for_ms)
                ),
                Suggestion::advice(
                    "Look at the network: Links (3) keeps which way was cut.".to_owned(),
                ),
            )
        }
        // With no quorum nobody serves: that is not this member's fault.
        State::NotServing | State::ReadOnly if evidence.has_quorum() => (
            format!("{name} does not serve"),
            match hears_no_leader(member) {
                true => format!(
                    "{name} answers here and finds no leader, for {}, while others have one.",
                    age(for_ms)
                ),
                false => format!(
                    "{name} answers and has not served for {}, while others do.",
                    age(for_ms)
                ),
            },
            Suggestion::of(
                Remedy::Restart,
                address,
                "Read its log: it cannot reach the leader, or cannot take its data over."
                    .to_owned(),
            ),
        ),
        State::Serving if is_of_a_former_leader(model, member) => (
            format!("{name} is in an epoch that is over"),
            format!("{name} still answers in an epoch that is over: what it serves is old."),
            Suggestion::of(
                Remedy::Restart,
                address,
                format!(
                    "It should notice by itself; if it stays so, look at Links (3) and restart \
                     {name}."
                ),
            ),
        ),
        State::Serving => {
            let leader = model.leader()?;
            let leader = evidence.name(leader);
            let ms = severed_ms(model, member)?;
            (
                format!("{name} is cut off"),
                format!(
                    "{name} answers here, but nothing has passed between it and its leader \
                     {leader} for {}.",
                    age(ms)
                ),
                Suggestion::advice(format!(
                    "Look at the network between {name} and {leader}: Links (3) tells which \
                     way is cut, and whom to call."
                )),
            )
        }
        _ => return None,
    };
    let mut why = vec![format!(
        "last heard {} ago, normally every {}",
        age(member.silence_ms(model.now)),
        age(member.usual_silence_ms())
    )];
    if let Some(end) = model.ended.get(address) {
        why.push(format!("process {} ended: {}", end.pid, end.how));
        if let Some(told) = model.supervised.get(address) {
            why.push(format!("its supervisor: {}", told.said));
        }
    }
    Some(Finding {
        rule: ABOUT.name,
        subject: Subject::Member(member.address.clone()),
        urgency: evidence.urgency_of(member),
        title,
        sentence,
        why,
        suggestion,
    })
}

/// Only where this console keeps its process: then how that ended is known.
fn refuses_its_data(model: &Model, address: &str) -> bool {
    model
        .ended
        .get(address)
        .is_some_and(MemberEnd::refuses_its_data)
}
