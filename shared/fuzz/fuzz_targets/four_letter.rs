//! See [`zoowarden_fuzz::drivers::four_letter`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| zoowarden_fuzz::drivers::four_letter(input));
