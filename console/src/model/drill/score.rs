//! What a drill is worth, and why: the one place where that is decided.
//!
//! Counted is the operator's own time, and nothing else. It begins when the console has raised
//! its alarm, or, where no rule can find the fault, when it is there and the user has called; it
//! ends with the last deed: the confirmation at a gate, or a call. So neither the console's
//! detector nor the ensemble's recovery, nor a slow machine, costs a point.
//!
//! - Within par it is worth 100. Par is what one needs who knows the way and reads what they
//!   confirm: [`LOOK_S`] to see what is wrong, as much again where no alarm says where to look,
//!   and [`DEED_S`] for each deed.
//! - Each second beyond it costs one: an outage is paid for by time.
//! - A hint costs [`PER_HINT`]: it saves at most about that much looking.
//! - A call for nothing costs [`PER_WRONG_CALL`]: others are got up at night for it.
//! - Who repairs it keeps at least [`LEAST`], who gives up has none.
//!
//! Not counted: when it was located, which only says where the time went, and keys, since a
//! detour costs its time already.

use serde::Serialize;

use super::{Repair, Round};

const FULL: u64 = 100;
/// Whoever repairs it has earned so much.
const LEAST: u64 = 10;
const PER_HINT: u64 = 15;
const PER_WRONG_CALL: u64 = 15;
/// To see what is wrong, seconds: the verdict, then one screen.
const LOOK_S: u64 = 15;
/// For a deed, seconds: to open it, to read what it says, to type what it asks for.
const DEED_S: u64 = 15;

/// One drill that is over. Times count from the fault, milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Score {
    /// The scenario's.
    pub name: &'static str,
    pub title: &'static str,
    /// Until the console raised an alarm of it; none where no rule can find it.
    pub alarmed_ms: Option<u64>,
    /// Until the operator looked at what was struck, or opened the right gate.
    pub located_ms: Option<u64>,
    /// Until the operator's last deed was confirmed.
    pub acted_ms: Option<u64>,
    /// Until the ensemble was whole again by the operator's doing; none where they gave up.
    pub repaired_ms: Option<u64>,
    pub hints: usize,
    /// Calls for nothing.
    pub wrong_calls: usize,
    pub points: u64,
}

/// The points for a fault that was mended after so long; `None` where it was not.
#[must_use]
pub(super) fn points(round: &Round, repaired_ms: Option<u64>) -> u64 {
    let Some(repaired_ms) = repaired_ms else {
        return 0;
    };
    let acted_ms = round.acted_ms.unwrap_or(repaired_ms);
    let own_ms = acted_ms.saturating_sub(round.alarmed_ms.unwrap_or(0));
    let late_s = (own_ms / 1000).saturating_sub(par_s(round));
    let lost = late_s
        .saturating_add(PER_HINT.saturating_mul(round.hints as u64))
        .saturating_add(PER_WRONG_CALL.saturating_mul(round.wrong_calls as u64));
    FULL.saturating_sub(lost).max(LEAST)
}

/// Who needs no longer of their own time loses no points, seconds.
pub(super) fn par_s(round: &Round) -> u64 {
    let looks = if round.scenario.alarms.is_empty() {
        2
    } else {
        1
    };
    let victims = round.targets.len().max(1) as u64;
    let calls = u64::from(round.scenario.call.is_some());
    let repairs = u64::from(round.scenario.repair != Repair::CallAlone);
    looks * LOOK_S + victims * (calls + repairs) * DEED_S
}

/// The points in a word.
#[must_use]
pub fn word(score: &Score) -> &'static str {
    match score.points {
        0 => "given up",
        90.. => "swift",
        60.. => "good",
        _ => "in the end",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::drill::named;

    fn round(name: &str) -> Round {
        Round::at_once(named(name).unwrap())
    }

    #[test]
    fn the_operators_own_time_counts_and_not_the_consoles_nor_the_ensembles() {
        let mut round = round("dead-follower");
        assert_eq!(par_s(&round), 30);
        (round.alarmed_ms, round.acted_ms) = (Some(10_000), Some(40_999));
        assert_eq!(points(&round, Some(500_000)), 100);
        round.acted_ms = Some(52_000);
        assert_eq!(points(&round, Some(500_000)), 88);
    }

    #[test]
    fn hints_and_wrong_calls_cost_and_a_repair_is_always_worth_some() {
        let mut round = round("full-disk");
        assert_eq!(par_s(&round), 45, "a call and a start");
        (round.hints, round.wrong_calls) = (2, 1);
        assert_eq!(points(&round, Some(1000)), 55);
        assert_eq!(points(&round, Some(u64::MAX)), 10);
        assert_eq!(points(&round, None), 0);
    }

    #[test]
    fn who_must_look_for_it_without_an_alarm_has_longer() {
        assert_eq!(par_s(&round("stuck-lock")), 45);
    }
}
