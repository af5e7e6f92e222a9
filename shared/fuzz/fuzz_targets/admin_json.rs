//! See [`zoowarden_fuzz::drivers::admin_json`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| zoowarden_fuzz::drivers::admin_json(input));
