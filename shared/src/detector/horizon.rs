//! The early warning: when will a resource run out, and how sure is that?
//!
//! A straight line through the recent levels (disk used, descriptors open, lag, connections)
//! is extrapolated to the limit. The time at which it gets there is `mu` of the formula, and
//! the standard error of that time gives `1/k`: `P(t)` is then the chance that the resource
//! has run out by the time `t`.

use std::collections::VecDeque;

use super::{arrivals::time_us, logistic::Logistic};

/// Samples that the line is fitted to; older ones are forgotten.
const WINDOW: usize = 60;
/// Fewer samples than this make no trend.
const FIRST_SAMPLES: usize = 5;
/// A slope of fewer standard errors than this is noise.
const CLEAR_SLOPE: f64 = 3.0;

/// The recent levels of one resource and its limit.
#[derive(Clone, Debug)]
pub struct Horizon {
    limit: f64,
    samples: VecDeque<(u64, f64)>,
}

/// When a resource will have run out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    exhausted: Logistic,
}

impl Horizon {
    /// A resource that has run out once its level reaches `limit`, be it from below (used
    /// bytes) or from above (free bytes, limit 0).
    #[must_use]
    pub fn new(limit: f64) -> Self {
        Self {
            limit,
            samples: VecDeque::with_capacity(WINDOW),
        }
    }

    /// The level at `now_us`. Levels that are no numbers, and times that do not go forward,
    /// are ignored.
    pub fn sample(&mut self, now_us: u64, level: f64) {
        let goes_forward = self.samples.back().is_none_or(|&(last, _)| last < now_us);
        if !level.is_finite() || !goes_forward {
            return;
        }
        if self.samples.len() == WINDOW {
            self.samples.pop_front();
        }
        self.samples.push_back((now_us, level));
    }

    /// When the limit will be reached; `None` without a clear trend towards it.
    #[must_use]
    pub fn forecast(&self) -> Option<Forecast> {
        let &(first_us, _) = self.samples.front()?;
        let &(last_us, last_level) = self.samples.back()?;
        if self.samples.len() < FIRST_SAMPLES {
            return None;
        }
        let count = f64::from(u32::try_from(self.samples.len()).ok()?);
        let points = || {
            let relative = |&(us, level): &(u64, f64)| (time_us(us - first_us), level);
            self.samples.iter().map(relative)
        };
        let mean_t = points().map(|(t, _)| t).sum::<f64>() / count;
        let mean_level = points().map(|(_, level)| level).sum::<f64>() / count;
        let spread = points().map(|(t, _)| (t - mean_t).powi(2)).sum::<f64>();
        let slope = points()
            .map(|(t, level)| (t - mean_t) * (level - mean_level))
            .sum::<f64>()
            / spread;
        let level_at = |t: f64| mean_level + slope * (t - mean_t);
        let variance = points()
            .map(|(t, level)| (level - level_at(t)).powi(2))
            .sum::<f64>()
            / (count - 2.0);
        let slope_error = (variance / spread).sqrt();
        let towards = (self.limit - last_level) * slope > 0.0;
        if !towards || slope.abs() < CLEAR_SLOPE * slope_error {
            return None;
        }
        let reached = mean_t + (self.limit - mean_level) / slope;
        // The error of the crossing, as the quotient's first-order expansion gives it.
        let sigma = variance.sqrt() / slope.abs()
            * (1.0 / count + (reached - mean_t).powi(2) / spread).sqrt();
        // An exact line still does not promise that the future keeps to it.
        let ahead = reached - time_us(last_us - first_us);
        Some(Forecast {
            exhausted: Logistic::new(time_us(first_us) + reached, sigma.max(ahead.abs() / 20.0)),
        })
    }
}

impl Forecast {
    /// `mu`: the time at which the resource is expected to have run out, µs.
    #[must_use]
    pub fn exhausted_us(&self) -> f64 {
        self.exhausted.mean_us()
    }

    /// `P(t)`: the chance that it has run out by `t_us`, from 0 to 1.
    #[must_use]
    pub fn exhausted_by(&self, t_us: u64) -> f64 {
        self.exhausted.cdf(time_us(t_us))
    }
}
