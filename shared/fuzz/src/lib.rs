//! Fuzzing of every decoder in `zoowarden-shared`, with cargo-fuzz.
//!
//! ```text
//!   fuzz_targets/NAME.rs ──> drivers::NAME <── ../tests/decoders_survive.rs
//!   corpus/NAME/             seeds, from the goldens of ../tests/golden
//! ```
//!
//! `cargo +nightly fuzz run NAME` from `shared`. Seeds are made anew by
//! `cargo test -p zoowarden-shared --test decoders_survive -- --ignored`.
//!
//! Deliberately absent: this crate is no member of the workspace, since its targets link only
//! under cargo-fuzz.

pub mod drivers;
