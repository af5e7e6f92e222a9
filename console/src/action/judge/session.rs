//! Kill a session: what vanishes with it is listed first. Through our members' AdminServer, or
//! by taking it up with its id and the password that follows from it, which any server takes.

use zoowarden_shared::SessionId;

use super::{
    super::{
        facts::Facts,
        judgement::{Check, Confirm, Finding, Judgement},
        means::Means,
        plan::{Expectation, Order, Step},
    },
    checks::{decide, quorum_now},
    steps::post,
};
use crate::text::many;

const CLOSE_MS: u64 = 5_000;
const GONE_MS: u64 = 10_000;
/// Of the id, what is typed.
const TYPED_DIGITS: usize = 4;

pub(super) fn judge(judgement: &mut Judgement, id: SessionId, facts: &Facts, means: &Means) {
    judgement.hard.push(quorum_now(facts));
    let found = facts.session.as_ref().filter(|session| session.id == id);
    if found.is_some_and(|found| found.is_ours) {
        let sentence = "it is this console's own, which would open another at once: q closes it";
        judgement
            .hard
            .push(Check::new("another's", Finding::Fail, sentence));
    }
    match found.map(|found| found.lives) {
        Some(Some(lives)) => judgement.hard.push(decide(
            "session",
            lives,
            format!("{id} lives"),
            format!("no member knows {id}"),
        )),
        // A list has not asked: its gate will.
        None => {}
        // Nobody is hurt by closing what is not there, and the closing itself says so.
        Some(None) => judgement.soft.push(Check::new(
            "session",
            Finding::Unmeasured,
            format!("nobody tells whether {id} lives: 4lw.commands.whitelist=cons, dump opens it"),
        )),
    }
    let consequence = &mut judgement.consequence;
    consequence.connections_move = Some(0);
    let client = found.and_then(|found| found.client.as_ref());
    let client = client.map_or(String::new(), |(client, member)| {
        format!(" of {client} at {member}")
    });
    match found.map(|found| &found.ephemerals) {
        Some(Ok(paths)) => {
            consequence.vanishes.clone_from(paths);
            // First what it costs: a list may cut the rest.
            consequence.sentence = format!(
                "{}: session {id}{client} ends",
                match paths.len() {
                    0 => "no ephemeral vanishes".to_owned(),
                    n => many(n as u64, "ephemeral vanishes", "ephemerals vanish"),
                }
            );
        }
        Some(Err(why)) => {
            consequence.sentence = format!("session {id}{client} ends, and its ephemerals");
            let sentence = format!("which ephemerals vanish is not known: {why}");
            let check = Check::new("ephemerals", Finding::Unmeasured, sentence);
            judgement.soft.push(check);
        }
        None => {
            consequence.sentence =
                format!("session {id} ends; the gate lists the ephemerals that vanish with it");
        }
    }
    let digits = format!("{:x}", id.0);
    let last = &digits[digits.len().saturating_sub(TYPED_DIGITS)..];
    judgement.confirm = Confirm::typed("the last digits of its id", last);
    judgement.plan = vec![
        close(id, facts, means),
        Step::new(
            "no member knows the session",
            Order::Expect(Expectation::SessionGone { session: id }),
            GONE_MS,
        ),
    ];
}

/// Ours check the epoch again; with any other member the session is taken up and closed.
fn close(id: SessionId, facts: &Facts, means: &Means) -> Step {
    let leader = facts.leader();
    let admin = leader.and_then(|leader| leader.admin_with("close_session"));
    if let (Some(admin), true, Some(epoch)) = (admin, means.has_credentials, facts.epoch()) {
        let command = format!("close_session?id={id}&epoch={epoch}");
        return post(admin, command, CLOSE_MS);
    }
    Step::new(
        format!("take up {id} with the password that follows from it, and close it"),
        Order::CloseSession { session: id },
        CLOSE_MS,
    )
}
