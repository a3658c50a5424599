//! Spellings that meet in one canonical form, and those that must not.

use gs1::{CompanyPrefixes, Identifier, Key};
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
fn links_that_say_more_than_their_key_are_told() {
    for (spelled, more) in [
        ("https://id.gs1.org/01/19521003000173/21/A", false),
        ("https://id.gs1.org/01/19521003000173/21/A/", false),
        ("http://shop.example/p/gtin/19521003000173/ser/A", false),
        ("https://id.gs1.org/01/19521003000173/235/A", false),
        ("https://id.gs1.org/8006/195210030001730102/10/L", false),
        ("https://id.gs1.org/8003/04012345555554987", false),
        ("https://id.gs1.org/414/4012345000054/254/0", false),
        ("https://id.gs1.org/414/4012345000054/254/122", false),
        ("urn:epc:id:sgtin:9521003.100017.1001", false),
        ("https://example.com/?a#b", false),
        ("https://id.gs1.org/01/19521003000173/22/G", true),
        ("https://id.gs1.org/01/19521003000173/22/G/10/L/21/A", true),
        ("https://id.gs1.org/01/19521003000173/10/L/21/A", true),
        ("https://id.gs1.org/8006/195210030001730102/10/L/21/A", true),
        ("https://id.gs1.org/01/19521003000173/21/A?17=201225", true),
        ("https://id.gs1.org/414/4012345000054/254/0#gate", true),
    ] {
        assert_eq!(Identifier::new(spelled).says_more(), more, "{spelled}");
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
fn every_key_has_a_urn_and_a_link() {
    for (urn, link) in [
        ("urn:epc:idpat:sgtin:9521003.100017.*", "/01/19521003000173"),
        ("urn:epc:class:lgtin:9521003.100017.A%2FB", "/01/19521003000173/10/A%2FB"),
        ("urn:epc:id:sgtin:9521003.100017.1.2", "/01/19521003000173/21/1.2"),
        ("urn:epc:id:upui:9521003.100017.51qIgY)%3C%26Jp3*j7SDB", "/01/19521003000173/235/51qIgY%29%3C%26Jp3%2Aj7SDB"),
        ("urn:epc:id:itip:9521003.100017.01.02.987", "/8006/195210030001730102/21/987"),
        ("urn:epc:idpat:itip:9521003.100017.01.02.*", "/8006/195210030001730102"),
        ("urn:epc:id:sscc:9521003.0000000001", "/00/095210030000000015"),
        ("urn:epc:id:sgln:9521003.00000.0", "/414/9521003000008"),
        ("urn:epc:id:sgln:9521003.00000.dock-1", "/414/9521003000008/254/dock-1"),
        ("urn:epc:id:pgln:9521003.00000", "/417/9521003000008"),
        ("urn:epc:id:grai:9521003.00000.987", "/8003/09521003000008987"),
        ("urn:epc:idpat:grai:9521003.00000.*", "/8003/09521003000008"),
        ("urn:epc:id:giai:9521003.A%2F1.2", "/8004/9521003A%2F1.2"),
        ("urn:epc:id:gdti:9521003.00000.PO-4711", "/253/9521003000008PO-4711"),
        ("urn:epc:idpat:gdti:9521003.00000.*", "/253/9521003000008"),
        ("urn:epc:id:sgcn:9521003.00000.0042", "/255/95210030000080042"),
        ("urn:epc:idpat:sgcn:9521003.00000.*", "/255/9521003000008"),
        ("urn:epc:id:cpi:9521003.A%23%2F.1234", "/8010/9521003A%23%2F/8011/1234"),
        ("urn:epc:idpat:cpi:9521003.A.*", "/8010/9521003A"),
        ("urn:epc:id:ginc:9521003.xyz47%2F11", "/401/9521003xyz47%2F11"),
        ("urn:epc:id:gsin:9521003.222333444", "/402/95210032223334441"),
        ("urn:epc:id:gsrn:9521003.0000006765", "/8018/952100300000067654"),
        ("urn:epc:id:gsrnp:9521003.0000006765", "/8017/952100300000067654"),
    ] {
        let link = format!("https://id.gs1.org{link}");
        assert_eq!(canonical(urn), link);
        let mut prefixes = CompanyPrefixes::new();
        prefixes.learn(&Identifier::new(urn));
        assert_eq!(Identifier::new(link).to_urn(&prefixes).as_deref(), Some(urn));
        assert_eq!(Identifier::new(urn).to_urn(&CompanyPrefixes::new()).as_deref(), Some(urn));
    }
}

#[test]
fn what_a_urn_cannot_say_has_none() {
    let mut prefixes = CompanyPrefixes::new();
    prefixes.add("9", 7).unwrap();
    prefixes.add("0", 7).unwrap();
    for link in [
        "https://id.gs1.org/01/19521003000174/10/A",
        "https://id.gs1.org/8006/195210030001730102/10/A",
        "https://id.gs1.org/8018/952100300000067654/8019/1",
        "https://id.gs1.org/255/9521003000008A",
        "https://id.gs1.org/8010/9521003a",
        "https://id.gs1.org/8003/19521003000003",
        "https://id.gs1.org/8004/9521",
        "https://id.gs1.org/01/11234567000017",
        "https://example.com/9521003",
    ] {
        assert_eq!(Identifier::new(link).to_urn(&prefixes), None, "{link}");
    }
    // What is a URN already stays one.
    let urn = "urn:epc:id:cpi:9521003.a.1";
    assert_eq!(Identifier::new(urn).to_urn(&prefixes).as_deref(), Some(urn));
}

#[test]
fn corrections_are_proposed_only_where_the_meaning_is_plain() {
    for (wrong, right) in [
        ("https://a.example/x/gln/4012345000053/glnx/1?a=b", Some("https://a.example/x/gln/4012345000054/glnx/1?a=b")),
        ("https://id.gs1.org/01/97803110", Some("https://id.gs1.org/01/97803119")),
        ("https://id.gs1.org/8006/195210030001740102", Some("https://id.gs1.org/8006/195210030001730102")),
        ("https://id.gs1.org/01/%31%39521003000174", Some("https://id.gs1.org/01/19521003000173")),
        (
            "http://a.example/s/01/19521003000173/lot/A/7?exp=280101",
            Some("http://a.example/s/01/19521003000173/10/A%2F7"),
        ),
        ("https://id.gs1.org/01/19521003000173/22/2/10/A/7/21/#1", None),
        (
            "https://id.gs1.org/01/19521003000173/22/2/10/A/7/21/1?",
            Some("https://id.gs1.org/01/19521003000173/21/1%3F"),
        ),
        ("https://id.gs1.org/01/19521003000173/21/A/10/B", None),
        ("https://id.gs1.org/01/19521003000173/10/VV28228A/99/X", None),
        ("https://northgate.example/item/NG-8009/lot/NG-EX-28229-017", None),
        ("urn:epc:id:sscc:9521003.0000000001", None),
    ] {
        let corrected = Identifier::new(wrong).corrected();
        assert_eq!(corrected.as_ref().map(Identifier::spelled), right, "{wrong}");
        assert!(corrected.is_none_or(|right| right.key().is_gs1() && right.corrected().is_none()));
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

fn urn() -> impl Strategy<Value = String> {
    let kinds = prop_oneof![
        Just(("id:sgtin", 13, true)),
        Just(("class:lgtin", 13, true)),
        Just(("id:upui", 13, true)),
        Just(("id:sscc", 17, false)),
        Just(("id:sgln", 12, true)),
        Just(("id:pgln", 12, false)),
        Just(("id:grai", 12, true)),
        Just(("id:gdti", 12, true)),
        Just(("id:gsin", 16, false)),
        Just(("id:gsrn", 17, false)),
        Just(("id:gsrnp", 17, false)),
    ];
    let serial =
        "[A-Za-z0-9!'()*+,.:;=_-]{1,6}(%2F|%25|%23)?[A-Za-z0-9]{1,6}".prop_map(|text| text.replace("%23", "%26"));
    (kinds, "[0-9]{17}", 6_usize..=12, serial).prop_map(|((scheme, len, serialised), digits, prefix, serial)| {
        let (prefix, reference) = digits[..len].split_at(prefix);
        let serial = if serialised { format!(".{serial}") } else { String::new() };
        format!("urn:epc:{scheme}:{prefix}.{reference}{serial}")
    })
}

proptest! {
    #[test]
    fn canonical_forms_are_fixed_points(spelled in spelling()) {
        let once = Identifier::new(spelled);
        let twice = Identifier::new(once.canonical());
        prop_assert_eq!(once.key(), twice.key());
        prop_assert_eq!(once.canonical(), twice.canonical());
    }

    #[test]
    fn urns_come_back_from_links_when_the_prefix_is_known(urn in urn()) {
        let spelled = Identifier::new(urn.as_str());
        prop_assert!(spelled.key().is_gs1());
        prop_assert_eq!(spelled.key().flaw(), None);
        let mut prefixes = CompanyPrefixes::new();
        prefixes.learn(&spelled);
        let link = Identifier::new(spelled.canonical());
        prop_assert_eq!(link.to_urn(&prefixes), Some(urn));
        prop_assert_eq!(link.to_urn(&CompanyPrefixes::new()), None);
    }

    #[test]
    fn serial_numbers_survive_every_spelling(serial in "[!\"%&'()*+,./:;<=>?_0-9A-Za-z-]{1,20}") {
        let key = Key::Sgtin { gtin: gs1::Digits::gtin("19521003000173").unwrap(), serial: gs1::Text::new(&serial).unwrap() };
        let link = Identifier::from(key.clone());
        let mut prefixes = CompanyPrefixes::new();
        prefixes.add("9521003", 7).unwrap();
        let urn = Identifier::new(link.to_urn(&prefixes).unwrap());
        prop_assert_eq!(urn.key(), &key);
        let again = Identifier::new(link.canonical());
        prop_assert_eq!(again.key(), &key);
    }

    #[test]
    fn nothing_that_is_asked_of_any_text_panics(text in spelling()) {
        let identifier = Identifier::new(text.as_str());
        let mut prefixes = CompanyPrefixes::new();
        prefixes.learn(&identifier);
        let _ = (identifier.to_urn(&prefixes), identifier.key().flaw(), gs1::scan(&text));
        let _ = gs1::without_convenience_names(&text);
        if let Some(corrected) = identifier.corrected() {
            prop_assert!(corrected.key().is_gs1());
            prop_assert_eq!(corrected.key().corrected(), None);
        }
    }
}
