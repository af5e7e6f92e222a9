//! See [`zoowarden_fuzz::drivers::member_toml`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| zoowarden_fuzz::drivers::member_toml(input));
