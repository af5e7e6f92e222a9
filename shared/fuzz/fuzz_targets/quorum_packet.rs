//! See [`zoowarden_fuzz::drivers::quorum_packet`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| zoowarden_fuzz::drivers::quorum_packet(input));
