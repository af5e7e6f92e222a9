//! What a member's clock says, against ours: by the `Date` of its AdminServer's answers, which
//! Apache's servers and ours send alike (RFC 9110: to the second).

use std::collections::VecDeque;

use super::clock::Now;

/// Answers that are kept: one alone is off by half a second and by what the way took.
const KEPT: usize = 5;
/// What was told longer ago says nothing of now.
const FRESH_MS: u64 = 60_000;

/// The newest answers of one member.
#[derive(Clone, Debug, Default)]
pub struct MemberClock {
    /// When each came, on our monotonic clock, and how far the member's clock was ahead then, ms.
    newest: VecDeque<(u64, i64)>,
}

impl MemberClock {
    /// Takes in how far it was ahead of this host's clock, ms.
    pub fn told(&mut self, at_mono_ms: u64, ahead_ms: i64) {
        if self.newest.len() == KEPT {
            self.newest.pop_front();
        }
        self.newest.push_back((at_mono_ms, ahead_ms));
    }

    /// How far it is ahead of this host's clock, ms, to about a second: the median of what it
    /// told lately; `None` before two answers.
    #[must_use]
    pub fn ahead_ms(&self, now: Now) -> Option<i64> {
        let is_fresh = |(at, _): &&(u64, i64)| now.mono_ms.saturating_sub(*at) < FRESH_MS;
        let fresh = self.newest.iter().filter(is_fresh);
        let mut sorted: Vec<i64> = fresh.map(|(_, ahead)| *ahead).collect();
        sorted.sort_unstable();
        (sorted.len() >= 2).then(|| sorted[sorted.len() / 2])
    }
}

/// How far a clock is ahead that said `date_ms` (whole seconds) in an answer which took so long
/// and came at `heard_ms` by ours: it was written in the middle of that, in the middle of that
/// second.
#[must_use]
pub fn ahead_ms(date_ms: i64, heard_ms: i64, took_ms: i64) -> i64 {
    let said = date_ms.saturating_add(500);
    said.saturating_sub(heard_ms.saturating_sub(took_ms / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_late_answer_is_no_offset_and_an_old_one_is_none() {
        let at = |mono_ms| Now {
            mono_ms,
            wall_ms: 0,
        };
        let mut clock = MemberClock::default();
        clock.told(0, 100);
        assert_eq!(clock.ahead_ms(at(0)), None);
        for (second, ahead) in (1..).zip([200, -9000, 150, 120]) {
            clock.told(second * 5000, ahead);
        }
        assert_eq!(clock.ahead_ms(at(20_000)), Some(120));
        assert_eq!(clock.ahead_ms(at(74_000)), Some(150), "the older are past");
        assert_eq!(clock.ahead_ms(at(90_000)), None);
    }

    #[test]
    fn a_date_is_the_middle_of_its_second_and_of_the_way() {
        assert_eq!(ahead_ms(10_000, 10_550, 100), 0);
        assert_eq!(ahead_ms(73_000, 10_550, 100), 63_000);
    }
}
