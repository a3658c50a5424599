#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lotline_fuzz::hashes(data));
