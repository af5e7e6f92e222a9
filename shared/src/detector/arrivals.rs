//! Chen's expected arrival: a line through (sequence number, time) and the scatter around it.
//!
//! Raw gaps between arrivals would count every beat's jitter twice and a lost beat as jitter.
//! The line knows when each beat was due. Its slope is fitted too, because a sender's timer
//! may run a little slower than its configured interval.

use std::collections::VecDeque;

/// How many arrivals the line is fitted to: ten seconds' worth at 100 ms.
const WINDOW: usize = 100;
/// So many misses of the line in a row that agree with each other are a new line.
const AGREEING: usize = 3;

/// The recent arrivals of one sender.
#[derive(Clone, Debug)]
pub(super) struct Arrivals {
    interval_us: f64,
    /// What the points are relative to, so that they keep their precision.
    first_seq: u64,
    first_us: u64,
    points: VecDeque<Point>,
    /// Beats far off the line, since the last one that was on it.
    misses: Vec<Point>,
    line: Line,
}

/// One arrival: the beat's number, and its arrival less `interval` for each number, both
/// relative to the first.
#[derive(Clone, Copy, Debug)]
struct Point {
    number: f64,
    offset_us: f64,
}

/// `offset = at_origin + slope * number`, with the deviation of the points around it.
#[derive(Clone, Copy, Debug, Default)]
struct Line {
    at_origin_us: f64,
    slope_us: f64,
    sigma_us: f64,
}

impl Line {
    fn offset_us(self, number: f64) -> f64 {
        self.at_origin_us + self.slope_us * number
    }
}

impl Arrivals {
    pub(super) fn starting_at(interval_us: f64, seq: u64, now_us: u64) -> Self {
        let mut arrivals = Self {
            interval_us,
            first_seq: seq,
            first_us: now_us,
            points: VecDeque::with_capacity(WINDOW),
            misses: Vec::with_capacity(AGREEING),
            line: Line::default(),
        };
        arrivals.add(seq, now_us);
        arrivals
    }

    /// Beats that the line rests on.
    pub(super) fn len(&self) -> usize {
        self.points.len()
    }

    /// The scatter of arrivals around the line, in µs.
    pub(super) fn sigma_us(&self) -> f64 {
        self.line.sigma_us
    }

    /// The sender's interval as it arrives, in µs.
    pub(super) fn interval_us(&self) -> f64 {
        self.interval_us + self.line.slope_us
    }

    /// When the beat `seq` was or is due, in µs of the caller's clock; negative where that
    /// lies before its zero.
    pub(super) fn due_us(&self, seq: u64) -> f64 {
        let number = difference(seq, self.first_seq);
        time_us(self.first_us) + self.interval_us * number + self.line.offset_us(number)
    }

    /// Whether the latest beats were off the line, so that the next may be too.
    pub(super) fn is_unsettled(&self) -> bool {
        !self.misses.is_empty()
    }

    pub(super) fn add(&mut self, seq: u64, now_us: u64) {
        let number = difference(seq, self.first_seq);
        let mut point = Point {
            number,
            offset_us: difference(now_us, self.first_us) - self.interval_us * number,
        };
        let miss_us = point.offset_us - self.line.offset_us(number);
        if miss_us.abs() > self.interval_us && self.points.len() > AGREEING {
            self.misses.push(point);
            if self.misses.len() == AGREEING {
                if self.misses_agree() {
                    // The sender stood still, or counts anew: the old line is history.
                    self.points = self.misses.drain(..).collect();
                    self.fit();
                    return;
                }
                self.misses.remove(0);
            }
            // One late beat widens the scatter but must not bend the line.
            point.offset_us = self.line.offset_us(number) + self.interval_us.copysign(miss_us);
        } else {
            self.misses.clear();
        }
        if self.points.len() == WINDOW {
            self.points.pop_front();
        }
        self.points.push_back(point);
        self.fit();
    }

    fn misses_agree(&self) -> bool {
        let offsets = || self.misses.iter().map(|point| point.offset_us);
        let lowest = offsets().fold(f64::INFINITY, f64::min);
        let highest = offsets().fold(f64::NEG_INFINITY, f64::max);
        highest - lowest < self.interval_us / 2.0
    }

    fn fit(&mut self) {
        let count = f64::from(u32::try_from(self.points.len()).unwrap_or(u32::MAX));
        let mean = |of: fn(&Point) -> f64| self.points.iter().map(of).sum::<f64>() / count;
        let (number, offset_us) = (mean(|point| point.number), mean(|point| point.offset_us));
        let (mut spread, mut product) = (0.0, 0.0);
        for point in &self.points {
            spread += (point.number - number).powi(2);
            product += (point.number - number) * (point.offset_us - offset_us);
        }
        // A slope out of a few points would be their jitter.
        let slope_us = if self.points.len() < WINDOW / 4 {
            0.0
        } else {
            (product / spread).clamp(-self.interval_us / 2.0, self.interval_us)
        };
        let line = Line {
            at_origin_us: offset_us - slope_us * number,
            slope_us,
            sigma_us: 0.0,
        };
        let square = |point: &Point| (point.offset_us - line.offset_us(point.number)).powi(2);
        let variance = self.points.iter().map(square).sum::<f64>() / count;
        self.line = Line {
            sigma_us: variance.sqrt(),
            ..line
        };
    }
}

/// `a - b` as a double.
#[allow(
    clippy::cast_precision_loss,
    reason = "differences of numbers and times in one run of a sender are far below 2^53"
)]
fn difference(a: u64, b: u64) -> f64 {
    if a >= b {
        (a - b) as f64
    } else {
        -((b - a) as f64)
    }
}

/// A monotonic time as a double.
#[allow(
    clippy::cast_precision_loss,
    reason = "2^53 µs are 285 years of a monotonic clock"
)]
pub(super) fn time_us(us: u64) -> f64 {
    us as f64
}
