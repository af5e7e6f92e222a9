//! One thing that happened, in full: what the timeline shows of the selected line. What nobody
//! tells is said to be not told.

use super::{
    cause::Election,
    happening::{Before, Happening, What, seconds},
};
use crate::text::{count, many};
use zoowarden_shared::{Epoch, Zxid};

/// A label and what there is to say. The text may come from outside: clean it before it is
/// drawn.
pub type Fact = (&'static str, String);

/// All that is known of it but when, a fact a line.
#[must_use]
pub fn story(happening: &Happening) -> Vec<Fact> {
    let mut facts = Vec::new();
    match &happening.what {
        What::Leads {
            who,
            epoch,
            from,
            gap_ms,
            writes_gap_us,
            election,
        } => facts.extend(led(
            who,
            *epoch,
            from.as_ref(),
            (*gap_ms, *writes_gap_us),
            election,
        )),
        What::Down { who, why } => {
            facts.push(("member", who.clone()));
            facts.push(("seen here", why.clone()));
            facts.push(("means", means(why).to_owned()));
        }
        What::Back {
            who,
            is_new_process,
            ..
        } => {
            facts.push(("member", who.clone()));
            facts.push(("what", happening.what.sentence()));
            let process = match is_new_process {
                Some(true) => "another one than before: it was restarted",
                Some(false) => "the same as before: it had hung, or was cut off",
                None => "not told: only members of ours tell their process",
            };
            facts.push(("process", process.to_owned()));
            facts.push(("sync", SYNC_NOT_TOLD.to_owned()));
        }
        What::Synced { by, .. } => {
            facts.push(("what", happening.what.sentence()));
            let how = by.as_deref().map_or(SYNC_NOT_TOLD, means_of_sync);
            facts.push(("sync", how.to_owned()));
        }
        What::Supervised { who, said, .. } => {
            facts.push(("member", who.clone()));
            facts.push(("supervisor", said.clone()));
        }
        What::Ended {
            who,
            pid,
            how,
            last_words,
        } => {
            facts.push(("member", who.clone()));
            facts.push(("process", format!("{pid} ended, {how}")));
            facts.extend(last_words.iter().map(|line| ("its log", line.clone())));
        }
        What::Cost(cost) => {
            let state = if cost.is_over { "over" } else { "going on" };
            facts.push((
                "fault",
                format!("number {} of this demo, {state}", cost.number),
            ));
            facts.push(("writes", format!("paused {}", seconds(cost.longest_gap_us))));
            facts.push((
                "requests",
                format!(
                    "{} acknowledged and lost; {} refused; {} unanswered: they may or may not have \
                     happened",
                    count(cost.lost),
                    count(cost.refused),
                    count(cost.unknown)
                ),
            ));
            facts.push((
                "clients",
                format!(
                    "{} cut off and connected again, {} lost",
                    count(cost.cut_off),
                    many(cost.sessions_lost, "session", "sessions")
                ),
            ));
        }
        What::Config(change) => {
            facts.push(("version", format!("{:x}", change.version)));
            let (before, now) = change.voters;
            facts.push(("voters", format!("{before} → {now}")));
            for (label, who) in [
                ("added", &change.added),
                ("removed", &change.removed),
                ("changed", &change.changed),
            ] {
                if !who.is_empty() {
                    facts.push((label, who.join(" ")));
                }
            }
        }
        What::Restarted { .. }
        | What::NoQuorum { .. }
        | What::Alarm { .. }
        | What::Operator { .. } => facts.push(("what", happening.what.sentence())),
    }
    facts
}

const SYNC_NOT_TOLD: &str = "by DIFF, TRUNC or SNAP: not told by the members";

fn means_of_sync(by: &str) -> &'static str {
    match by {
        "DIFF" => "DIFF: it was sent the transactions that it lacked",
        "TRUNC" => "TRUNC: it cut off transactions that were never decided",
        "SNAP" => "SNAP: it was sent everything, as it lagged too far or its log differs",
        _ => SYNC_NOT_TOLD,
    }
}

fn led(
    who: &str,
    epoch: Option<Epoch>,
    from: Option<&Before>,
    (gap_ms, writes_gap_us): (Option<u64>, Option<u64>),
    election: &Election,
) -> Vec<Fact> {
    let shown = |epoch: Option<Epoch>| epoch.map_or("?".to_owned(), |epoch| epoch.to_string());
    let Some(before) = from else {
        return vec![
            ("leader", format!("{who}, epoch {}", shown(epoch))),
            (
                "cause",
                "the first that this console has seen; why it was elected is not known".to_owned(),
            ),
        ];
    };
    let mut facts = vec![(
        "leader",
        format!(
            "{} → {who}, epoch {} → {}",
            before.who,
            shown(before.epoch),
            shown(epoch)
        ),
    )];
    if let Some(cause) = &election.cause {
        facts.push(("cause", cause.sentence()));
        facts.push(("how sure", cause.confidence().to_owned()));
    }
    let not_told = || "not told".to_owned();
    facts.push((
        "no leader",
        gap_ms.map_or_else(not_told, |ms| {
            format!("at most {}, as seen from here", seconds(ms * 1000))
        }),
    ));
    facts.push((
        "no writes",
        writes_gap_us.map_or_else(
            || "not told: only a demo's clients count it".to_owned(),
            seconds,
        ),
    ));
    facts.push((
        "sessions",
        election
            .sessions_lost
            .map_or_else(not_told, |lost| format!("{} lost", count(lost))),
    ));
    for stand in &election.stands {
        let zxid = stand.zxid.map_or("zxid ?".to_owned(), zxid);
        let follows = stand
            .follows
            .map_or("vote not told".to_owned(), |sid| format!("went with {sid}"));
        facts.push((
            "voter",
            format!("{}: last seen at {zxid}, {follows}", stand.who),
        ));
    }
    facts
}

fn zxid(zxid: Zxid) -> String {
    format!("{:x}:{:08x}", zxid.epoch(), zxid.counter())
}

fn means(why: &str) -> &'static str {
    match why {
        "refused" => "its host answers and nobody listens on that port: the process is gone",
        "no answer" => "it hangs, its host is gone, or the way to it is cut",
        "hung up" => "it takes connections and closes them",
        _ => "see Members (key 2)",
    }
}
