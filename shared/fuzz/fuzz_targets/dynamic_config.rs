//! See [`zoowarden_fuzz::drivers::dynamic_config`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| zoowarden_fuzz::drivers::dynamic_config(input));
