//! Spellings that meet in one canonical form, and those that must not.

use gs1::{Identifier, Key};
use proptest::prelude::*;

fn canonical(spelled: &str) -> String {
    Identifier::new(spelled).canonical()
}

#[test]
fn spellings_meet_in_the_canonical_digital_link() {
    for (spelled, expected) in [
        ("urn:epc:class:lgtin:9521003.100017.VV28228A", "https://id.gs1.org/01/19521003000173/10/VV28228A"),
        (
            "https://dl.example.com/p/01/19521003000173/22/2A/10/VV28228A",
            "https://id.gs1.org/01/19521003000173/10/VV28228A",
        ),
        (
            "http://example.com/gtin/19521003000173/lot/VV28228A?exp=280101#x",
            "https://id.gs1.org/01/19521003000173/10/VV28228A",
        ),
        ("urn:epc:id:sgtin:9521003.100017.1001", "https://id.gs1.org/01/19521003000173/21/1001"),
        ("urn:epc:id:sgtin:0614141.812345.6789%2F%26!", "https://id.gs1.org/01/80614141123458/21/6789%2F%26%21"),
        ("urn:epc:id:sgtin:0614141.812345.1.2", "https://id.gs1.org/01/80614141123458/21/1.2"),
        (
            "https://id.gs1.org/01/80614141123458/10/A/ser/6789%2f%26!",
            "https://id.gs1.org/01/80614141123458/21/6789%2F%26%21",
        ),
        ("urn:epc:idpat:sgtin:4012345.066666.*", "https://id.gs1.org/01/04012345666663"),
        ("https://example.com/01/97803111/", "https://id.gs1.org/01/00000097803111"),
        ("urn:epc:id:sscc:9521003.0000000001", "https://id.gs1.org/00/095210030000000015"),
        ("https://example.com/sscc/095210030000000015", "https://id.gs1.org/00/095210030000000015"),
        ("urn:epc:id:sgln:4012345.00005.0", "https://id.gs1.org/414/4012345000054"),
        ("urn:epc:id:sgln:4012345.00005.122", "https://id.gs1.org/414/4012345000054/254/122"),
        ("https://example.com/gln/4012345000054/glnx/0", "https://id.gs1.org/414/4012345000054"),
        ("urn:epc:id:pgln:4000001.00000", "https://id.gs1.org/417/4000001000005"),
        ("urn:epc:id:grai:4012345.55555.987", "https://id.gs1.org/8003/04012345555554987"),
        ("https://example.com/grai/04012345555554987", "https://id.gs1.org/8003/04012345555554987"),
        ("urn:epc:id:giai:4000001.12345", "https://id.gs1.org/8004/400000112345"),
        (" urn:uuid:374d95fc ", "urn:uuid:374d95fc"),
    ] {
        assert_eq!(canonical(spelled), expected, "{spelled}");
    }
}

#[test]
fn what_breaks_the_grammar_stays_as_it_is() {
    for spelled in [
        "urn:epc:class:lgtin:9521003.10017.VV28228A",
        "urn:epc:class:lgtin:9521003.100017",
        "urn:epc:class:lgtin:9521003.100017.A LOT",
        "urn:epc:class:lgtin:9521003.100017.A-LOT-CODE-OF-TWENTY-ONE",
        "urn:epc:id:sscc:12345.066638689",
        "urn:epc:idpat:sgtin:4012345.*.*",
        "urn:epc:raw:64.20018283527919",
        "https://id.gs1.org/01/1952100300017/10/VV28228A/99/X",
        "https://id.gs1.org/01/19521003000173/21/A/10/B",
        "https://northgate.example/item/NG-8009/lot/NG-EX-28229-017",
        "ftp://id.gs1.org/01/19521003000173",
        "NG-EX-28229-017",
        "https://id.gs1.org",
        "",
    ] {
        let identifier = Identifier::new(spelled);
        assert!(matches!(identifier.key(), Key::Uri(_)), "{spelled}");
        assert_eq!(identifier.canonical(), spelled);
    }
}

#[test]
fn a_wrong_check_digit_is_kept_and_flagged() {
    let wrong = Identifier::new("https://id.gs1.org/01/19521003000174/10/A");
    assert_eq!(wrong.check_digit_ok(), Some(false));
    assert_eq!(wrong.canonical(), "https://id.gs1.org/01/19521003000174/10/A");
    assert_eq!(Identifier::new("urn:epc:class:lgtin:9521003.100017.A").check_digit_ok(), Some(true));
    assert_eq!(Identifier::new("urn:example:1").check_digit_ok(), None);
}

#[test]
fn lots_are_case_sensitive_and_zeros_count() {
    let lots = ["0A", "A", "a"].map(|lot| Identifier::new(format!("urn:epc:class:lgtin:9521003.100017.{lot}")));
    assert_ne!(lots[0], lots[1]);
    assert_ne!(lots[1], lots[2]);
}

fn spelling() -> impl Strategy<Value = String> {
    let serial = "[!-~]{1,22}";
    prop_oneof![
        (6_usize..=12, serial).prop_map(|(len, serial)| {
            let (prefix, reference) = "9521003100017".split_at(len);
            format!("urn:epc:class:lgtin:{prefix}.{reference}.{serial}")
        }),
        ("[0-9]{13,14}", serial, "10|21|22|lot|ser|235")
            .prop_map(|(gtin, serial, ai)| format!("https://dl.example/x/01/{gtin}/{ai}/{serial}")),
        ("[0-9]{13}", serial).prop_map(|(gln, extension)| format!("https://dl.example/414/{gln}/254/{extension}")),
        ("[0-9]{12,14}", serial, "8003|8004|253|255|401|402|8006|8010|8017|8018")
            .prop_map(|(digits, tail, ai)| format!("https://dl.example/{ai}/{digits}{tail}")),
        ("grai|giai|gdti|gsrn|gsrnp|ginc|gsin|cpi|itip|upui|sgcn|sgln|pgln|sscc|sgtin", "[0-9]{4,10}", serial)
            .prop_map(|(scheme, reference, serial)| format!("urn:epc:id:{scheme}:9521003.{reference}.{serial}")),
        "\\PC{0,40}",
        "https?://[a-z./0-9%]{0,40}",
    ]
}

proptest! {
    #[test]
    fn canonical_forms_are_fixed_points(spelled in spelling()) {
        let once = Identifier::new(spelled);
        let twice = Identifier::new(once.canonical());
        prop_assert_eq!(once.key(), twice.key());
        prop_assert_eq!(once.canonical(), twice.canonical());
    }
}
