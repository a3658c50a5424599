#![no_main]

use epcis::Binding;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let binding = if data.trim_ascii_start().starts_with(b"<") { Binding::Xml } else { Binding::Json };
    lotline_fuzz::hashes(data, binding);
});
