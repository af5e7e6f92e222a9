//! No input makes a decoder panic, hang, or read something that it would not read again: the
//! fuzz corpora, random bytes, and goldens with faults in them, on any toolchain.
//!
//! What the drivers check beside that stands in `shared/fuzz/src/drivers.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

#[path = "../fuzz/src/drivers.rs"]
#[allow(unreachable_pub, reason = "the fuzz targets use it as a library")]
mod drivers;
mod support;

use std::{collections::BTreeSet, path::Path};

use drivers::Driver;
use support::inputs::whole_goldens;

/// Numbers that are the same in every run (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One of `0..bound`; 0 where there is none.
    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    /// Some bytes, many of them the zeros and ones that lengths are made of.
    fn bytes(&mut self, most: usize) -> Vec<u8> {
        let length = self.below(most + 1);
        (0..length)
            .map(|_| match self.below(4) {
                0 => 0,
                1 => 0xff,
                2 => self.below(20) as u8,
                _ => self.next() as u8,
            })
            .collect()
    }

    /// The input with one to four faults.
    fn damaged(&mut self, input: &[u8]) -> Vec<u8> {
        const LENGTHS: [i32; 8] = [-1, 0, 1, 8, 255, 65_536, i32::MAX, i32::MIN];
        let mut bytes = input.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len());
            match self.below(5) {
                0 => bytes.truncate(at),
                1 if !bytes.is_empty() => bytes[at] ^= 1 << self.below(8),
                2 if bytes.len() >= at + 4 => {
                    let length = LENGTHS[self.below(LENGTHS.len())];
                    bytes[at..at + 4].copy_from_slice(&length.to_be_bytes());
                }
                3 => {
                    let more = self.bytes(8);
                    bytes.splice(at..at, more);
                }
                _ => {
                    let end = at + self.below(bytes.len() - at + 1);
                    let piece = bytes[at..end].to_vec();
                    bytes.splice(at..at, piece);
                }
            }
        }
        bytes
    }
}

fn crate_dir() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs a driver, and says with which input it panicked.
fn run((name, driver): Driver, input: &[u8]) {
    let survived = std::panic::catch_unwind(|| driver(input)).is_ok();
    assert!(survived, "{name} panics with {input:02x?}");
}

/// The committed inputs of a driver.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let dir = crate_dir().join("fuzz/corpus").join(name);
    let entries = std::fs::read_dir(&dir).unwrap_or_else(|error| panic!("{dir:?}: {error}"));
    entries
        .map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
        .collect()
}

#[test]
fn the_fuzz_corpora_are_survived() {
    for driver in drivers::ALL {
        let inputs = corpus(driver.0);
        assert!(!inputs.is_empty(), "{} has seeds", driver.0);
        for input in inputs {
            run(*driver, &input);
        }
    }
}

#[test]
fn damaged_seeds_are_survived() {
    let mut numbers = Numbers(2);
    for driver in drivers::ALL {
        let inputs = corpus(driver.0);
        for turn in 0..2000 {
            run(*driver, &numbers.damaged(&inputs[turn % inputs.len()]));
        }
    }
}

#[test]
fn random_bytes_are_survived() {
    let mut numbers = Numbers(1);
    for driver in drivers::ALL {
        for _ in 0..2000 {
            run(*driver, &numbers.bytes(200));
        }
    }
}

#[test]
fn damaged_goldens_are_survived() {
    let mut numbers = Numbers(3);
    for (name, inputs) in whole_goldens() {
        let driver = *drivers::ALL.iter().find(|driver| driver.0 == name).unwrap();
        for input in inputs {
            run(driver, &input);
            for _ in 0..8 {
                run(driver, &numbers.damaged(&input));
            }
        }
    }
}

#[test]
fn every_fuzz_target_has_its_driver() {
    let targets = std::fs::read_dir(crate_dir().join("fuzz/fuzz_targets")).unwrap();
    let mut targets: Vec<_> = targets
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_owned())
        .collect();
    targets.sort();
    let mut names: Vec<_> = drivers::ALL.iter().map(|driver| driver.0).collect();
    names.sort_unstable();
    assert_eq!(targets, names);
}

/// Seeds are few and small: the first of each kind, cut to this length, bytes.
const LONGEST_SEED: usize = 2500;

#[test]
#[ignore = "writes shared/fuzz/corpus; run it with --ignored when the goldens were captured anew"]
fn write_the_seeds() {
    for (name, inputs) in whole_goldens() {
        let dir = crate_dir().join("fuzz/corpus").join(name);
        std::fs::create_dir_all(&dir).unwrap();
        let mut kinds = BTreeSet::new();
        for input in inputs {
            // Replies have their kind in the first byte, requests at 11; the rest is told apart
            // by its size.
            let kind = match name {
                "request" => usize::from(input.get(11).copied().unwrap_or(0)),
                "response" => usize::from(input[0]),
                "connect" | "txn" => input.len(),
                _ => input.len() / 100,
            };
            if kinds.insert(kind) {
                let seed = &input[..input.len().min(LONGEST_SEED)];
                std::fs::write(dir.join(format!("golden-{kind}")), seed).unwrap();
            }
        }
    }
}
