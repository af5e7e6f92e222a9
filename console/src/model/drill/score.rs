//! What a drill is worth: full marks within par, less for time, hints and giving up.

use serde::Serialize;

const FULL: u64 = 100;
/// Whoever repairs it has earned so much.
const LEAST: u64 = 10;
const PER_HINT: u64 = 15;

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
    /// Until the ensemble was whole again by the operator's doing; none where they gave up.
    pub repaired_ms: Option<u64>,
    pub hints: usize,
    pub points: u64,
}

/// The points for a repair after so long.
#[must_use]
pub(super) fn points(par_s: u64, repaired_ms: Option<u64>, hints: usize) -> u64 {
    let Some(repaired_ms) = repaired_ms else {
        return 0;
    };
    let late_s = (repaired_ms / 1000).saturating_sub(par_s);
    let lost = late_s.saturating_add(PER_HINT.saturating_mul(hints as u64));
    FULL.saturating_sub(lost).max(LEAST)
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

    #[test]
    fn time_and_hints_cost_points_and_a_repair_is_always_worth_some() {
        assert_eq!(points(20, Some(19_000), 0), 100);
        assert_eq!(points(20, Some(32_000), 0), 88);
        assert_eq!(points(20, Some(32_000), 2), 58);
        assert_eq!(points(20, Some(u64::MAX), 3), 10);
        assert_eq!(points(20, None, 0), 0);
    }
}
