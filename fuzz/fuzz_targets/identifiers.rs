#![no_main]

use gs1::Identifier;

libfuzzer_sys::fuzz_target!(|text: &str| {
    for line in text.lines() {
        let identifier = Identifier::new(line);
        assert_eq!(identifier.spelled(), line);
        let canonical = Identifier::new(identifier.canonical());
        assert_eq!(canonical, identifier, "`{line}` is not its canonical form");
        assert_eq!(canonical.canonical(), identifier.canonical());
    }
});
