//! Why no leader is drawn: nobody leads, or who does cannot be seen from here. Then it says what
//! would open that.

use zoowarden_shared::admin::verdict::Verdict;

use crate::model::{
    Model,
    member::{Member, State},
    naming::who,
};

/// In one sentence.
pub(super) fn why_no_leader(model: &Model) -> String {
    if model.verdict.verdict == Verdict::NoQuorum {
        return "there is no leader".to_owned();
    }
    let is = |wanted: fn(&State) -> bool| {
        let mut members = model.members.iter();
        members.find(|member| wanted(&member.state(model.now)))
    };
    let shut = is(|state| *state == State::Shut);
    let unaddressed = is(|state| *state == State::Unaddressed);
    match (shut, unaddressed) {
        (Some(member), _) => format!("who leads is not known: {}", tells_nothing(model, member)),
        (None, Some(member)) => format!(
            "who leads is not known: the client port of {} is not; [cluster.addresses] of \
             console.toml, or --connect, names it",
            who(model, member)
        ),
        (None, None) if is(|state| *state == State::Asking).is_some() => {
            "who leads is not known yet".to_owned()
        }
        (None, None) => {
            "who leads is not known: none that answers here says that it does".to_owned()
        }
    }
}

fn tells_nothing(model: &Model, member: &Member) -> String {
    let name = who(model, member);
    match member.closed.first() {
        Some(closed) => format!("{name} tells nothing; {} opens it", closed.line),
        None => format!("{name} answers, and tells nothing"),
    }
}
