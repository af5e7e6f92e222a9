//! A sender of beats over a link with jitter and loss.

use super::super::Detector;

pub(super) const INTERVAL_US: u64 = 100_000;

/// SplitMix64: enough randomness for a simulation, the same on every machine.
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 up to, and without, 1.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Exponentially distributed with this mean: what a queue on the way adds.
    pub(super) fn exponential(&mut self, mean: f64) -> f64 {
        -(1.0 - self.unit()).ln() * mean
    }
}

/// Sends a beat every interval.
pub(super) struct Sender {
    pub(super) random: Random,
    pub(super) seq: u64,
    pub(super) clock_us: f64,
    pub(super) interval_us: f64,
    pub(super) jitter_us: f64,
    pub(super) loss: f64,
}

impl Sender {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            random: Random(seed),
            seq: 0,
            clock_us: 1e9,
            interval_us: INTERVAL_US as f64,
            jitter_us: 500.0,
            loss: 0.0,
        }
    }

    /// The number and the arrival of the next beat that arrives.
    pub(super) fn next(&mut self) -> (u64, u64) {
        loop {
            self.seq += 1;
            self.clock_us += self.interval_us;
            if self.random.unit() >= self.loss {
                let arrival = self.clock_us + self.random.exponential(self.jitter_us);
                return (self.seq, arrival as u64);
            }
        }
    }

    pub(super) fn beat(&mut self, detector: &mut Detector, times: u32) {
        for _ in 0..times {
            let (seq, now_us) = self.next();
            detector.heard(seq, now_us);
        }
    }
}

/// A detector that has heard `times` beats of this sender.
pub(super) fn trained(sender: &mut Sender, times: u32) -> Detector {
    let mut detector = Detector::new(INTERVAL_US);
    sender.beat(&mut detector, times);
    detector
}
