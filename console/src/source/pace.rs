//! How often a member is asked: once a second, and half as often each time its answers are
//! slow, so that the console never adds to what slows it.

use std::time::Duration;

/// The pace of a member that answers well.
pub(super) const USUAL: Duration = Duration::from_secs(1);
const SLOWEST: Duration = Duration::from_secs(8);
/// An answer that takes this long halves the rate.
const SLOW_ANSWER: Duration = Duration::from_millis(250);

/// A member's pace.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    interval: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { interval: USUAL }
    }
}

impl Pace {
    /// The interval to the next question, after an answer that took this long. A missing
    /// answer (`None`) is asked for again soon: it costs the member nothing, and its return
    /// is what the operator waits for.
    pub(super) fn after(&mut self, answer: Option<Duration>) -> Duration {
        self.interval = match answer {
            Some(took) if took >= SLOW_ANSWER => (self.interval * 2).min(SLOWEST),
            Some(_) => (self.interval / 2).max(USUAL),
            None => USUAL,
        };
        self.interval
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_answers_halve_the_rate_and_quick_ones_give_it_back() {
        let mut pace = Pace::default();
        let slow = Some(Duration::from_millis(400));
        let quick = Some(Duration::from_millis(2));
        let intervals: Vec<u64> = [quick, slow, slow, slow, slow, quick, quick, quick, None]
            .into_iter()
            .map(|answer| pace.after(answer).as_secs())
            .collect();
        assert_eq!(intervals, [1, 2, 4, 8, 8, 4, 2, 1, 1]);
    }
}
