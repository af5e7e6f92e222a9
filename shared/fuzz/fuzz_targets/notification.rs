//! See [`zoowarden_fuzz::drivers::notification`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| zoowarden_fuzz::drivers::notification(input));
