//! The znodes' names: all of one length, so that a prebuilt request needs only its digits
//! patched, and spread over buckets, so that no list of children grows too long to be read.

/// Znodes between the bench's parent and the znodes it works on.
pub(super) const BUCKETS: u64 = 64;
/// Digits of a key in a name.
pub(super) const KEY_DIGITS: usize = 10;
const BUCKET_DIGITS: usize = 2;

/// The path of a bucket.
pub(super) fn bucket_path(parent: &str, bucket: u64) -> String {
    format!("{parent}/b{bucket:0BUCKET_DIGITS$}")
}

/// The path of a key's znode.
pub(super) fn node_path(parent: &str, key: u64) -> String {
    let bucket = bucket_path(parent, key % BUCKETS);
    format!("{bucket}/{key:0KEY_DIGITS$}")
}

/// Rewrites the last digits of `path` (one that [`node_path`] made) to those of another key.
pub(super) fn patch(path: &mut [u8], key: u64) {
    let end = path.len();
    put_digits(&mut path[end - KEY_DIGITS..], key);
    let bucket_end = end - KEY_DIGITS - 1;
    put_digits(
        &mut path[bucket_end - BUCKET_DIGITS..bucket_end],
        key % BUCKETS,
    );
}

fn put_digits(place: &mut [u8], mut number: u64) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Which keys a lane works on.
#[derive(Clone, Debug)]
pub(super) enum Keys {
    /// Random ones below `bound`, for ever.
    Random {
        /// How many there are.
        bound: u64,
        /// State of the generator (xorshift64*), never 0.
        state: u64,
    },
    /// Every `stride`th, from `next` to below `end`: lanes that start at different numbers
    /// below the stride never meet.
    Sequence {
        /// The next one.
        next: u64,
        /// How many lanes share the keys.
        stride: u64,
        /// Where they end.
        end: u64,
    },
}

impl Keys {
    /// The next key, `None` when all are used.
    pub(super) fn next(&mut self) -> Option<u64> {
        match self {
            Self::Random { bound, state } => {
                *state ^= *state >> 12;
                *state ^= *state << 25;
                *state ^= *state >> 27;
                let random = state.wrapping_mul(0x2545_F491_4F6C_DD1D);
                // The high half of a product scales without a division.
                Some(((u128::from(random) * u128::from(*bound)) >> 64) as u64)
            }
            Self::Sequence { next, stride, end } => {
                let key = (*next < *end).then_some(*next)?;
                *next += *stride;
                Some(key)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patched_path_is_the_keys_own() {
        let mut path = node_path("/p", 0).into_bytes();
        for key in [7, 63, 64, 1_234_567_890] {
            patch(&mut path, key);
            assert_eq!(path, node_path("/p", key).into_bytes());
        }
    }

    #[test]
    fn lanes_share_a_sequence_without_meeting() {
        let mut all: Vec<u64> = (0..3)
            .flat_map(|lane| {
                let mut keys = Keys::Sequence {
                    next: lane,
                    stride: 3,
                    end: 10,
                };
                std::iter::from_fn(move || keys.next()).collect::<Vec<_>>()
            })
            .collect();
        all.sort_unstable();
        assert_eq!(all, (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn random_keys_stay_below_their_bound_and_reach_all_of_it() {
        let mut keys = Keys::Random {
            bound: 10,
            state: 7,
        };
        let mut seen = [false; 10];
        for _ in 0..1000 {
            seen[keys.next().unwrap() as usize] = true;
        }
        assert_eq!(seen, [true; 10]);
    }
}
