//! The verdict's one sentence: what is wrong first, then what still holds.

use super::{MemberFacts, Presence, Silence, Verdict, View};
use crate::admin::Role;

/// More names than this are counted, not listed.
const MAX_NAMES: usize = 3;

pub(super) fn of(view: &View<'_>, verdict: Verdict) -> String {
    let text = match verdict {
        Verdict::Healthy if view.is_standalone() => format!(
            "standalone server {} serves; there is no other member to take over",
            leader(view)
        ),
        Verdict::Healthy => format!(
            "all {} serve under leader {}; {}",
            count(view.voters, "voter"),
            leader(view),
            margin(view)
        ),
        Verdict::Degraded => format!("{}; {}", troubles(view), holding(view)),
        Verdict::NoQuorum => format!(
            "no quorum: {}; {} of {} must serve for writes",
            troubles(view),
            view.majority(),
            count(view.voters, "voter")
        ),
        Verdict::Unknown => format!("cannot tell: {}", doubts(view)),
    };
    capitalised(&text)
}

/// What is wrong, worst first.
fn troubles(view: &View<'_>) -> String {
    let read_only: Vec<_> = with_role(&view.cut_off, true);
    let others = with_role(&view.cut_off, false);
    let of = |presence| -> Vec<&MemberFacts<'_>> {
        let found = others.iter().filter(|member| member.presence == presence);
        found.copied().collect()
    };
    let mut parts = Vec::new();
    if view.leaders > 1 {
        parts.push(format!("{} members say that they lead", view.leaders));
    }
    parts.extend(silences(view));
    for (members, one, many) in [
        (
            &of(Presence::NotServing),
            "is alive but not serving",
            "are alive but not serving",
        ),
        (
            &of(Presence::Severed),
            "answers here, yet nothing passes between it and its leader",
            "answer here, yet nothing passes between them and their leader",
        ),
        (
            &of(Presence::Former),
            "is still in an epoch that is over",
            "are still in an epoch that is over",
        ),
        (
            &read_only,
            "is cut off and serves reads only",
            "are cut off and serve reads only",
        ),
    ] {
        if !members.is_empty() {
            let verb = if members.len() == 1 { one } else { many };
            parts.push(format!("{} {verb}", names(members)));
        }
    }
    for member in view.lagging.iter().take(MAX_NAMES) {
        let behind = count(member.lag.unwrap_or_default() as usize, "transaction");
        parts.push(format!("{} is {behind} behind", member.called()));
    }
    parts.join(", ")
}

/// Who does not answer, and why as far as that is told.
fn silences(view: &View<'_>) -> Vec<String> {
    let mut kinds: Vec<Silence> = view.silent.iter().map(|member| member.silence).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let told = kinds.into_iter().map(|kind| {
        let silent = view.silent.iter().filter(|member| member.silence == kind);
        let silent: Vec<&MemberFacts<'_>> = silent.copied().collect();
        let (one, many) = match kind {
            Silence::Untold => ("does not answer", "do not answer"),
            Silence::Hangs => ("hangs", "hang"),
            Silence::Refused => ("is down", "are down"),
            Silence::Damaged => (
                "is down and refuses its data",
                "are down and refuse their data",
            ),
            Silence::GivenUp => (
                "is down, given up by its supervisor",
                "are down, given up by their supervisors",
            ),
            Silence::NoSuchHost => ("is no known host", "are no known hosts"),
        };
        let verb = if silent.len() == 1 { one } else { many };
        format!("{} {verb}", names(&silent))
    });
    told.collect()
}

/// What still holds.
fn holding(view: &View<'_>) -> String {
    match view.leader {
        Some(_) => format!(
            "{} of {} serve under leader {}; {}",
            view.serving,
            count(view.voters, "voter"),
            leader(view),
            margin(view)
        ),
        // Members do not learn of a new leader in the same instant.
        None if view
            .cut_off
            .iter()
            .any(|one| one.presence == Presence::NotServing) =>
        {
            "a quorum holds, and who leads it has not said so here yet".to_owned()
        }
        None if view.silent.iter().all(|one| !one.is_voter()) => {
            "a quorum holds, under a leader that cannot be asked from here".to_owned()
        }
        None => "a quorum holds, under a leader that does not answer here".to_owned(),
    }
}

fn margin(view: &View<'_>) -> String {
    if view.serving < view.majority() {
        return format!("{} must serve for writes", view.majority());
    }
    match view.serving.saturating_sub(view.majority()) {
        0 => "one more loss stops writes".to_owned(),
        survives => format!("it survives the loss of {survives} more"),
    }
}

fn doubts(view: &View<'_>) -> String {
    if view.members.is_empty() {
        return "no member is known".to_owned();
    }
    if view.is_no_ensemble() {
        return "a standalone server is among the addresses, which are no one ensemble".to_owned();
    }
    if view.holds {
        let seen = match view.leader {
            Some(_) => format!("leader {} serves", leader(view)),
            None => "a quorum holds, under a leader that cannot be asked from here".to_owned(),
        };
        return match names(&view.unseen).as_str() {
            "" => seen,
            unseen => format!("{seen}, but nothing is known of {unseen}"),
        };
    }
    match (view.silent.len(), view.members.len()) {
        (silent, all) if silent == all => {
            let why = silences(view).join(", ");
            match view.silent.iter().all(|one| one.silence == Silence::Untold) {
                true if all > 1 => format!("none of {all} members answers from here"),
                true => format!("{why} from here"),
                false if all > 1 => format!("none of {all} members answers from here: {why}"),
                false => why,
            }
        }
        _ => {
            let mut parts = vec![troubles(view)];
            if !view.unseen.is_empty() {
                parts.push(format!("nothing is known of {}", names(&view.unseen)));
            }
            if !view.voters_are_known && view.voters < 2 {
                parts.push("and who the other members are is not known".to_owned());
            }
            parts.retain(|part| !part.is_empty());
            parts.join(", ")
        }
    }
}

/// All is well with it: its id is enough.
fn leader(view: &View<'_>) -> String {
    let leader = view.leader.map(|index| &view.members[index]);
    leader.map_or_else(
        || "?".to_owned(),
        |leader| {
            leader
                .id
                .map_or_else(|| leader.name.to_owned(), |id| id.to_string())
        },
    )
}

fn with_role<'a>(members: &[&'a MemberFacts<'a>], read_only: bool) -> Vec<&'a MemberFacts<'a>> {
    let is_read_only = |m: &&&MemberFacts<'a>| (m.role == Some(Role::ReadOnly)) == read_only;
    members.iter().filter(is_read_only).copied().collect()
}

fn names(members: &[&MemberFacts<'_>]) -> String {
    let listed: Vec<String> = members.iter().take(MAX_NAMES).map(|m| m.called()).collect();
    let more = members.len() - listed.len();
    match (listed.as_slice(), more) {
        ([], _) => String::new(),
        ([one], 0) => one.clone(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (all, more) => format!("{} and {more} more", all.join(", ")),
    }
}

fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        // A member's name keeps its case: it is an address.
        Some(first) if !text.contains(':') || first_word_is_prose(text) => {
            first.to_uppercase().chain(chars).chain(['.']).collect()
        }
        _ => format!("{text}."),
    }
}

fn first_word_is_prose(text: &str) -> bool {
    let word = text.split(' ').next().unwrap_or_default();
    matches!(word, "all" | "no" | "cannot" | "standalone" | "a")
}
