#![no_main]

use gs1::ElementString;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = gs1::scan(text);
    match ElementString::parse(text) {
        Ok(elements) => {
            let _ = (elements.keys(), elements.flaws());
            let raw = elements.raw();
            assert_eq!(ElementString::parse(&raw).as_ref(), Ok(&elements), "raw: {raw:?}");
            let shown = elements.to_string();
            assert_eq!(ElementString::parse(&shown).as_ref(), Ok(&elements), "with brackets: {shown:?}");
        }
        Err(error) => assert!(error.at() <= text.len(), "{error} at {} of {text:?}", error.at()),
    }
});
