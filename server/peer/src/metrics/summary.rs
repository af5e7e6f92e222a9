//! A distribution of measured values: count, sum, extremes, and quantiles from a fixed table.
//!
//! Apache keeps the exact values of a random sample (`AvgMinMaxPercentileCounter`); a table of
//! buckets costs the same for the first and the millionth value and allocates nothing.

/// Values below this have a bucket each.
const EXACT: usize = 64;
/// Each further power of two has this many buckets, which bounds the error to 1/16.
const PER_OCTAVE: usize = 16;
/// Up to 2^30: more than twelve days of milliseconds.
const BUCKETS: usize = EXACT + PER_OCTAVE * 24;

/// A summary in the sense of Apache's metrics.
#[derive(Clone)]
pub struct Summary {
    count: u64,
    sum: u64,
    min: u64,
    max: u64,
    buckets: Box<[u32; BUCKETS]>,
}

impl Default for Summary {
    fn default() -> Self {
        Self {
            count: 0,
            sum: 0,
            min: u64::MAX,
            max: 0,
            buckets: Box::new([0; BUCKETS]),
        }
    }
}

impl std::fmt::Debug for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Summary")
            .field("count", &self.count)
            .field("sum", &self.sum)
            .field("min", &self.min())
            .field("max", &self.max)
            .finish_non_exhaustive()
    }
}

impl Summary {
    /// Counts one value.
    pub fn add(&mut self, value: u64) {
        self.count += 1;
        self.sum = self.sum.saturating_add(value);
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        let bucket = &mut self.buckets[bucket_of(value)];
        *bucket = bucket.saturating_add(1);
    }

    /// How many values there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their sum.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.sum
    }

    /// The smallest; 0 where there were none.
    #[must_use]
    pub fn min(&self) -> u64 {
        if self.count == 0 { 0 } else { self.min }
    }

    /// The largest; 0 where there were none.
    #[must_use]
    pub fn max(&self) -> u64 {
        self.max
    }

    /// The mean; 0 where there were none. Apache shows it rounded to four decimals.
    #[must_use]
    pub fn avg(&self) -> f64 {
        if self.count == 0 {
            0.0
        } else {
            self.sum as f64 / self.count as f64
        }
    }

    /// The value that this share (0..=1) of all values does not exceed: exact below 64, within
    /// a sixteenth above.
    #[must_use]
    pub fn quantile(&self, share: f64) -> u64 {
        let rank = (share.clamp(0.0, 1.0) * self.count as f64).ceil() as u64;
        let mut seen = 0;
        for (index, &count) in self.buckets.iter().enumerate() {
            seen += u64::from(count);
            if seen >= rank && count > 0 {
                return upper_bound(index).min(self.max);
            }
        }
        self.max
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        *self = Self::default();
    }
}

fn bucket_of(value: u64) -> usize {
    if value < EXACT as u64 {
        return value as usize;
    }
    let octave = value.ilog2() as usize - EXACT.ilog2() as usize;
    let within = (value >> (value.ilog2() - PER_OCTAVE.ilog2())) as usize - PER_OCTAVE;
    (EXACT + octave * PER_OCTAVE + within).min(BUCKETS - 1)
}

fn upper_bound(bucket: usize) -> u64 {
    if bucket < EXACT {
        return bucket as u64;
    }
    let (octave, within) = ((bucket - EXACT) / PER_OCTAVE, (bucket - EXACT) % PER_OCTAVE);
    let shift = octave as u32 + EXACT.ilog2() - PER_OCTAVE.ilog2();
    (((PER_OCTAVE + within + 1) as u64) << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_all_zero() {
        let summary = Summary::default();
        assert_eq!((summary.min(), summary.max(), summary.count()), (0, 0, 0));
        assert_eq!(summary.quantile(0.99), 0);
        assert!(summary.avg().abs() < f64::EPSILON);
    }

    #[test]
    fn quantiles_are_exact_for_small_values_and_close_for_large_ones() {
        let mut summary = Summary::default();
        for value in 1..=50 {
            summary.add(value);
        }
        assert_eq!((summary.quantile(0.5), summary.quantile(1.0)), (25, 50));
        for value in [1_000, 10_000, 1_000_000, 1 << 29] {
            let mut summary = Summary::default();
            summary.add(value);
            summary.add(value * 2);
            let median = summary.quantile(0.5);
            assert!(
                median >= value && median <= value + value / 16,
                "{value} {median}"
            );
        }
    }

    #[test]
    fn every_value_has_a_bucket() {
        for value in [0, 63, 64, 65, 127, 128, u64::from(u32::MAX), u64::MAX] {
            assert!(bucket_of(value) < BUCKETS);
        }
        for bucket in 0..BUCKETS {
            assert_eq!(bucket_of(upper_bound(bucket)), bucket);
        }
    }
}
