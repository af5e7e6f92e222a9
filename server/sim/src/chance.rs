//! All randomness of a run: streams of numbers drawn from its seed, one for each concern, so
//! that one more draw for the network does not change what the clients do.

use zoowarden_server::disk::Rng;

/// The streams.
#[derive(Debug)]
pub(crate) struct Chance {
    pub(crate) net: Dice,
    pub(crate) disk: Dice,
    pub(crate) faults: Dice,
    pub(crate) clients: Dice,
    pub(crate) machines: Dice,
    pub(crate) members: Dice,
}

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        let mut seeds = Rng::new(seed);
        let mut stream = || Dice(Rng::new(seeds.number()));
        Self {
            net: stream(),
            disk: stream(),
            faults: stream(),
            clients: stream(),
            machines: stream(),
            members: stream(),
        }
    }
}

/// One stream.
#[derive(Debug)]
pub(crate) struct Dice(Rng);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Rng::new(seed))
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.0.number()
    }

    /// Below `bound`; 0 where that is 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0.below(bound)
    }

    /// From `low` up to and including `high`.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.0.number() % (high.saturating_sub(low) + 1)
    }

    pub(crate) fn one_in(&mut self, odds: usize) -> bool {
        self.0.one_in(odds)
    }

    /// One of these; `None` where there is none.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        from.get(self.0.below(from.len())).copied()
    }

    /// A waiting time with this mean: mostly shorter, sometimes much longer.
    pub(crate) fn around(&mut self, mean: u64) -> u64 {
        match self.0.below(10) {
            0 => self.between(mean, 4 * mean),
            1..=3 => self.between(0, mean / 4),
            _ => self.between(mean / 4, mean + mean / 2),
        }
    }
}
