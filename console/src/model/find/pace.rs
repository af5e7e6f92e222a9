//! How fast a walk may ask: never more than so many requests a second, half of it each time
//! answers slow down, and slowly more again.

/// A find asks at most so many times a second.
pub const FIND_PER_S: f64 = 50.0;
/// Counting what a deletion takes with it, which the operator waits for.
pub const COUNT_PER_S: f64 = 500.0;
/// Never slower than this: it would not end.
const LEAST_PER_S: f64 = 2.0;
/// An answer that took longer than this is slow, unless all of them take as long.
const SLOW_MS: u64 = 100;
/// So many times what the quickest of late took is slow.
const SLOW_FACTOR: u64 = 4;
/// The rate is changed at most this often.
const JUDGED_EVERY_MS: u64 = 1000;
/// What is won back with each second of quick answers.
const WON_BACK: f64 = 1.25;

/// The rate of one walk. Time is an argument: milliseconds of a monotonic clock.
#[derive(Clone, Debug)]
pub struct Pace {
    most_per_s: f64,
    per_s: f64,
    next_ms: f64,
    judged_ms: u64,
    /// An answer since then was slow.
    was_slow: bool,
    quickest_ms: u64,
}

impl Pace {
    /// A pace of at most so many requests a second, from now on.
    #[must_use]
    pub fn new(most_per_s: f64, now_ms: u64) -> Self {
        Self {
            most_per_s,
            per_s: most_per_s,
            next_ms: now_ms as f64,
            judged_ms: now_ms,
            was_slow: false,
            quickest_ms: u64::MAX,
        }
    }

    /// How long to wait before the next request, milliseconds; it counts as sent then.
    pub fn wait_ms(&mut self, now_ms: u64) -> u64 {
        let now = now_ms as f64;
        let due = self.next_ms.max(now);
        self.next_ms = due + 1000.0 / self.per_s;
        // A timer has whole milliseconds: rounded up, so that the rate is never above.
        (due - now).ceil() as u64
    }

    /// Notes how long an answer took.
    pub fn answered(&mut self, now_ms: u64, took_ms: u64) {
        self.quickest_ms = self.quickest_ms.min(took_ms.max(1));
        self.was_slow |= took_ms > SLOW_MS && took_ms / SLOW_FACTOR >= self.quickest_ms;
        if self.was_slow && now_ms >= self.judged_ms + JUDGED_EVERY_MS / 4 {
            self.per_s = (self.per_s / 2.0).max(LEAST_PER_S);
            self.judged_ms = now_ms;
            self.was_slow = false;
        } else if now_ms >= self.judged_ms + JUDGED_EVERY_MS {
            self.per_s = (self.per_s * WON_BACK).min(self.most_per_s);
            self.judged_ms = now_ms;
        }
    }

    /// Requests a second now.
    #[must_use]
    pub fn per_s(&self) -> f64 {
        self.per_s
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Requests sent in a time, each answered after `took_ms`.
    fn sent(pace: &mut Pace, from_ms: u64, for_ms: u64, took_ms: u64) -> u64 {
        let mut now_ms = from_ms;
        let mut sent = 0;
        while now_ms < from_ms + for_ms {
            now_ms += pace.wait_ms(now_ms) + took_ms;
            pace.answered(now_ms, took_ms);
            sent += 1;
        }
        sent
    }

    #[test]
    fn it_never_asks_more_than_its_rate() {
        let mut pace = Pace::new(50.0, 0);
        let sent = sent(&mut pace, 0, 10_000, 1);
        assert!((490..=501).contains(&sent), "{sent}");
    }

    #[test]
    fn slow_answers_halve_it_and_quick_ones_win_it_back() {
        let mut pace = Pace::new(50.0, 0);
        sent(&mut pace, 0, 2000, 2);
        pace.answered(2300, 400);
        assert!((pace.per_s() - 25.0).abs() < 0.1, "{}", pace.per_s());
        sent(&mut pace, 2300, 10_000, 500);
        assert!((pace.per_s() - LEAST_PER_S).abs() < 0.1);
        sent(&mut pace, 20_000, 60_000, 2);
        assert!((pace.per_s() - 50.0).abs() < 0.1);
    }

    #[test]
    fn a_far_ensemble_is_not_a_slow_one() {
        let mut pace = Pace::new(50.0, 0);
        sent(&mut pace, 0, 10_000, 150);
        assert!(
            (pace.per_s() - 50.0).abs() < 0.1,
            "all answers take as long"
        );
    }
}
