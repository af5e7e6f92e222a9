//! What several actions check.

use super::super::{
    facts::{Answer, ELECTIONS_MS, Elections, Facts, MemberFacts, Writes},
    judgement::{Check, Finding, Judgement, Quorum},
    means::Means,
    spec::Who,
};
use crate::text::many;

/// A leader younger than this may not be the last one.
const SETTLED_MS: u64 = 60_000;

/// So many changes of the leader in [`ELECTIONS_MS`] are too many for one more.
const MANY_CHANGES: usize = 2;

/// An ensemble that was started to be looked at, such as the demo's, is this much older than
/// the console at most.
const STARTING_MS: u64 = 10_000;

const UNSEEN: &str = "the leader was never asked: name it in --connect";

/// Pass or fail, each with its sentence.
pub(super) fn decide(
    name: &'static str,
    holds: bool,
    passes: impl Into<String>,
    fails: impl Into<String>,
) -> Check {
    if holds {
        Check::new(name, Finding::Pass, passes)
    } else {
        Check::new(name, Finding::Fail, fails)
    }
}

/// A connected quorum of synced voters must be left while the member is away. Followers that
/// serve are connected to their leader: they stop serving when they are not. One that answers
/// nobody gives nothing, and its restart cannot leave less.
pub(super) fn quorum_without(facts: &Facts, member: &MemberFacts) -> Check {
    let quorum = facts.quorum_without(&[member.who()]);
    if quorum.margin().is_none() && matches!(member.answer, Answer::Silent(_)) {
        let name = &member.name;
        let sentence = format!("{name} gives nothing now: {quorum} with it or without");
        return Check::new("quorum", Finding::Pass, sentence);
    }
    left("quorum", quorum)
}

/// The quorum once this one has been started. One that does not vouch for its data ends as it
/// did: it brings nothing.
pub(super) fn quorum_once_started(facts: &Facts, member: &MemberFacts, means: &Means) -> Quorum {
    match means.damaged.contains(&member.address) && !member.is_alive() {
        true => facts.quorum(),
        false => facts.quorum_with(member),
    }
}

/// So many voters must make a quorum.
pub(super) fn left(name: &'static str, quorum: Quorum) -> Check {
    let mut check = decide(
        name,
        quorum.margin().is_some(),
        format!("leaves {quorum}"),
        format!("would leave {quorum}"),
    );
    check.counts_quorum = true;
    check
}

/// Silence counts as dead, and who was never asked was not silent.
pub(super) fn all_asked(facts: &Facts) -> Option<Check> {
    let unknown = facts.never_asked();
    let were = if unknown.len() == 1 { "was" } else { "were" };
    let sentence = format!(
        "{} {were} never asked: name them in --connect",
        unknown.join(", ")
    );
    (!unknown.is_empty()).then(|| Check::new("all asked", Finding::Fail, sentence))
}

/// There must be a quorum now.
pub(super) fn quorum_now(facts: &Facts) -> Check {
    let quorum = facts.quorum();
    decide(
        "quorum",
        quorum.margin().is_some() && facts.leader().is_some(),
        format!("{quorum} are in sync"),
        match facts.leader() {
            Some(_) => format!("{quorum} are in sync: no quorum"),
            None if facts.leader_is_unseen() => UNSEEN.to_owned(),
            None => "nobody leads".to_owned(),
        },
    )
}

/// Margins are counted by plain majorities.
pub(super) fn plain_majority(facts: &Facts) -> Option<Check> {
    let is_hierarchical = facts
        .config
        .as_ref()
        .is_some_and(|config| config.is_hierarchical());
    is_hierarchical.then(|| {
        Check::new(
            "groups",
            Finding::Unmeasured,
            "votes are weighed in groups here, and margins are counted for plain majorities only",
        )
    })
}

/// Whoever leads should have done so for a while.
pub(super) fn settled(facts: &Facts) -> Check {
    if facts.leader_is_unseen() {
        return Check::new("stability", Finding::Unmeasured, UNSEEN);
    }
    let Some(leader) = facts.leader() else {
        let sentence = match facts.writes {
            Writes::Stopped { for_ms } => {
                format!(
                    "nobody leads; no write was acknowledged for {} s",
                    for_ms / 1000
                )
            }
            Writes::Succeed => "nobody leads".to_owned(),
        };
        return Check::new("stability", Finding::Fail, sentence);
    };
    let name = &leader.name;
    match leader.leads_ms.or(leader.run.uptime_ms) {
        Some(ms) => decide(
            "stability",
            ms >= SETTLED_MS,
            format!("{name} has led for {}", crate::model::clock::age(ms)),
            format!(
                "{name} has led for {} only: let it settle for a minute",
                crate::model::clock::age(ms)
            ),
        ),
        None => Check::new(
            "stability",
            Finding::Unmeasured,
            format!(
                "since when {name} leads is not told: 4lw.commands.whitelist=srvr, mntr opens it"
            ),
        ),
    }
}

/// Where the leader changes again and again, one more change mends nothing. Who has not looked
/// for so long knows it of a leader that has led for so long, or of members that are younger.
pub(super) fn elections(facts: &Facts) -> Check {
    const NAME: &str = "election window";
    let Elections { seen, watched_ms } = facts.elections;
    let minutes = ELECTIONS_MS / 60_000;
    let told = format!("{} in {minutes} min", changes(seen));
    if seen >= MANY_CHANGES {
        let sentence = format!("{told}: find out why before another");
        return Check::new(NAME, Finding::Fail, sentence);
    }
    let has_led_ms = facts.leader().and_then(|leader| leader.leads_ms);
    if has_led_ms.is_some_and(|ms| ms >= ELECTIONS_MS) {
        return Check::new(NAME, Finding::Pass, told);
    }
    let is_younger = |member: &MemberFacts| {
        let seen_from = watched_ms.saturating_add(STARTING_MS);
        member.run.uptime_ms.is_some_and(|ms| ms <= seen_from)
    };
    if watched_ms >= ELECTIONS_MS || facts.voters().all(is_younger) {
        return Check::new(NAME, Finding::Pass, told);
    }
    Check::new(
        NAME,
        Finding::Unmeasured,
        match watched_ms {
            0 => format!("changes of the leader in the last {minutes} min: nobody looked"),
            _ => format!(
                "{} in {}: what was before that, this console did not see",
                changes(seen),
                crate::model::clock::age(watched_ms)
            ),
        },
    )
}

fn changes(n: usize) -> String {
    many(n as u64, "change of the leader", "changes of the leader")
}

/// A learner that is being brought into step would have to begin anew with another leader.
/// Hard where the leader tells, soft where nobody does.
pub(super) fn no_sync(judgement: &mut Judgement, leader: &MemberFacts) {
    let name = &leader.name;
    match leader.syncing {
        Some(n) => judgement.hard.push(decide(
            "no sync",
            n == 0,
            format!("{name} brings nobody into step"),
            format!(
                "{name} brings {} into step: let that end",
                many(n, "learner", "learners")
            ),
        )),
        None => judgement.soft.push(Check::new(
            "no sync",
            Finding::Unmeasured,
            format!(
                "whether {name} brings a learner into step is not told: \
                 4lw.commands.whitelist=srvr, mntr opens it"
            ),
        )),
    }
}

/// An even number of voters survives no more losses than one voter fewer.
pub(super) fn odd(voters: usize) -> Check {
    decide(
        "odd size",
        voters % 2 == 1,
        format!("{voters} voters"),
        format!(
            "{voters} voters survive no more losses than {}",
            voters.saturating_sub(1)
        ),
    )
}

/// An election needs the voters that are left to reach each other, and followers' links to
/// each other are seen by nobody outside.
pub(super) fn links_for_an_election(facts: &Facts, without: &Who) -> Check {
    let left: Vec<&str> = facts
        .voters()
        .filter(|member| member.is_synced() && member.who() != *without)
        .map(|member| member.name.as_str())
        .collect();
    match left.as_slice() {
        [] | [_] => Check::new("links", Finding::Pass, "no link is needed"),
        _ => Check::new(
            "links",
            Finding::Unmeasured,
            format!(
                "an election needs the links between {}, which are not measured",
                left.join(" and ")
            ),
        ),
    }
}

/// It keeps up with its leader.
pub(super) fn caught_up(member: &MemberFacts) -> Check {
    let name = &member.name;
    let behind = member
        .lag
        .map_or("".to_owned(), |lag| format!(", {lag} transactions behind"));
    decide(
        "caught up",
        member.is_synced(),
        format!("{name} is in sync{behind}"),
        if member.serves() {
            format!("{name} is{behind}").replacen("is, ", "is ", 1)
        } else {
            format!("{name} {}", member.answered())
        },
    )
}
