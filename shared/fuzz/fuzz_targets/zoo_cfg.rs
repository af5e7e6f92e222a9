//! See [`zoowarden_fuzz::drivers::zoo_cfg`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| zoowarden_fuzz::drivers::zoo_cfg(input));
