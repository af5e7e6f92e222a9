//! Small randomness: each client its own, the same in every run.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// The step of the generator (SplitMix64): odd, so that it runs through all 64 bits.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// A generator; clones go on with the same sequence.
#[derive(Clone, Debug)]
pub(super) struct Dice(Arc<AtomicU64>);

impl Dice {
    /// The dice of the client with this number.
    pub(super) fn new(number: u64) -> Self {
        Self(Arc::new(AtomicU64::new(number.wrapping_mul(number ^ STEP))))
    }

    /// A number below `bound`, which is not 0.
    pub(super) fn below(&self, bound: u64) -> u64 {
        let mut mixed = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }

    /// A pause of `mean_ms`, half of it up or down.
    pub(super) fn pause(&self, mean_ms: u64) -> tokio::time::Sleep {
        let ms = mean_ms / 2 + self.below(mean_ms.max(1));
        tokio::time::sleep(Duration::from_millis(ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_do_not_throw_alike() {
        let throws = |number| {
            let dice = Dice::new(number);
            (0..8).map(|_| dice.below(1000)).collect::<Vec<_>>()
        };
        assert_ne!(throws(0), throws(1));
        assert!(throws(2).iter().all(|&n| n < 1000));
    }
}
