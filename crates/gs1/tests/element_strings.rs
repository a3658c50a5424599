//! Element strings, bracketed and raw.

#![expect(clippy::unwrap_used, reason = "a test")]

use gs1::{ElementString, Flaw, scan};
use proptest::prelude::*;

fn pairs(text: &str) -> Vec<(String, String)> {
    let parsed = ElementString::parse(text).unwrap();
    parsed.elements().iter().map(|element| (element.ai().to_owned(), element.value().to_owned())).collect()
}

fn error(text: &str) -> String {
    ElementString::parse(text).unwrap_err().to_string()
}

fn keys(text: &str) -> Vec<String> {
    scan(text).unwrap().iter().map(ToString::to_string).collect()
}

#[test]
fn both_spellings_give_the_same_elements() {
    let bracketed = "(01)09521234543213(3103)000195(10)ABC(21)7/A";
    let expected = pairs(bracketed);
    assert_eq!(expected.len(), 4);
    for raw in [
        "0109521234543213310300019510ABC\u{1d}217/A".to_owned(),
        "]d201095212345432133103000195\u{1d}10ABC\u{1d}217/A\u{1d}".to_owned(),
        "\u{1d}0109521234543213310300019510ABC\u{1d}217/A".to_owned(),
        " (01) 09521234543213 (3103)000195 (10)ABC\n(21)7/A ".to_owned(),
    ] {
        assert_eq!(pairs(&raw), expected, "{raw:?}");
    }
    assert_eq!(ElementString::parse(bracketed).unwrap().raw(), "0109521234543213310300019510ABC\u{1d}217/A");
}

#[test]
fn brackets_of_a_value_are_not_taken_for_identifiers() {
    assert_eq!(pairs("(10)A(B)(21)1"), [("10".into(), "A(B)".into()), ("21".into(), "1".into())]);
    assert_eq!(pairs(r"(10)A\(21)1"), [("10".into(), "A(21)1".into())]);
    assert_eq!(ElementString::parse("10A(21)1").unwrap().to_string(), r"(10)A\(21)1");
}

#[test]
fn errors_name_the_place_and_what_was_expected() {
    for (text, expected) in [
        ("", "expected application identifiers, found nothing"),
        ("]C1", "expected application identifiers, found nothing"),
        ("(05)1", "at position 1: `(05)1` begins no application identifier"),
        ("(01", "at position 1: `(01` begins no application identifier"),
        ("(01)0952123454321(10)A", "at position 5: (01) has 13 characters, expected 14"),
        ("(01)09521234543213(10)", "at position 23: (10) has 0 characters, expected 1 to 20"),
        ("(10)A B", "at position 6: ` ` cannot stand in (10), expected GS1 character set 82"),
        ("(10)A\u{e9}", "at position 6: `\\u{e9}` cannot stand in (10), expected GS1 character set 82"),
        (r"(10)A\(21)\(10)B C", "at position 17: ` ` cannot stand in (10), expected GS1 character set 82"),
        ("]d20109521234543213424056 10A", "at position 23: (424) has 7 characters, expected 3"),
        ("01095212345432X3", "at position 15: `X` cannot stand in (01), expected digits"),
        ("8010abc", "at position 5: `a` cannot stand in (8010), expected A to Z, digits, `#`, `-` or `/`"),
        ("NG-EX-28229-017", "at position 1: `NG-E` begins no application identifier"),
    ] {
        assert_eq!(error(text), expected, "{text:?}");
    }
}

#[test]
fn a_missing_separator_is_suspected_where_the_value_is_too_long() {
    let error = ElementString::parse("]d201095212345432134240561\u{1d}10A").unwrap_err();
    assert_eq!(error.at(), 22);
    assert_eq!(error.to_string(), "at position 23: (424) has 4 characters, expected 3");
}

#[test]
fn keys_are_those_of_digital_links() {
    for (text, expected) in [
        ("(01)09521234543213", &["/01/09521234543213"][..]),
        ("(01)09521234543213(10)A(21)7", &["/01/09521234543213/21/7", "/01/09521234543213/10/A"]),
        ("(01)09521234543213(235)7", &["/01/09521234543213/235/7"]),
        ("(10)A(01)09521234543213", &["/01/09521234543213/10/A"]),
        ("(00)095210030000000015(02)09521234543213(37)4", &["/00/095210030000000015", "/01/09521234543213"]),
        ("(414)9521003000008(254)dock", &["/414/9521003000008/254/dock"]),
        ("(417)9521003000008", &["/417/9521003000008"]),
        ("(8003)09521003000008987", &["/8003/09521003000008987"]),
        ("(8004)9521003A", &["/8004/9521003A"]),
        ("(253)9521003000008PO", &["/253/9521003000008PO"]),
        ("(255)952100300000842", &["/255/952100300000842"]),
        ("(8010)9521003A#(8011)12", &["/8010/9521003A%23/8011/12"]),
        ("(401)9521003A", &["/401/9521003A"]),
        ("(402)95210032223334441", &["/402/95210032223334441"]),
        ("(8017)952100300000067654", &["/8017/952100300000067654"]),
        ("(8018)952100300000067654(8019)3", &["/8018/952100300000067654/8019/3"]),
        ("(8006)095212345432130102(21)7", &["/8006/095212345432130102/21/7"]),
        ("(10)A(410)9521003000008", &[]),
        ("97803111", &["/01/00000097803111"]),
        ("012345678905", &["/01/00012345678905"]),
        ("9521003000008", &["/01/09521003000008", "/414/9521003000008"]),
        ("19521003000173", &["/01/19521003000173"]),
        ("095210030000000015", &["/00/095210030000000015"]),
        ("]E09521003000008", &["/01/09521003000008"]),
        ("]C100095210030000000015", &["/00/095210030000000015"]),
        ("urn:epc:id:sscc:9521003.0000000001", &["/00/095210030000000015"]),
        ("https://a.example/gtin/97803111", &["/01/00000097803111"]),
    ] {
        let expected: Vec<String> = expected.iter().map(|path| format!("https://id.gs1.org{path}")).collect();
        assert_eq!(keys(text), expected, "{text}");
    }
}

#[test]
fn wrong_check_digits_and_dates_are_flagged() {
    let label =
        ElementString::parse("(01)09521234543214(17)281301(11)280100(7006)280100(4326)280229(13)290229").unwrap();
    let flaws: Vec<(&str, Flaw)> = label.flaws().into_iter().map(|(element, flaw)| (element.ai(), flaw)).collect();
    let date = |found: &str| Flaw::Date { found: found.to_owned() };
    assert_eq!(
        flaws,
        [
            ("01", Flaw::CheckDigit { found: '4', expected: '3' }),
            ("17", date("281301")),
            ("7006", date("280100")),
            ("13", date("290229")),
        ]
    );
}

fn element() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\(01\\)[0-9]{14}",
        "\\((10|21)\\)[!\"%&'*+,./:;<=>?_0-9A-Za-z)-]{1,20}",
        "\\((10|21)\\)[A-Z]{1,3}\\\\\\([0-9]{2}\\)[A-Z]{1,3}",
        "\\(31[0-6][0-5]\\)[0-9]{6}",
        "\\(8010\\)[A-Z0-9#/-]{1,30}",
        "\\(253\\)[0-9]{13}[A-Za-z0-9]{0,17}",
        "\\(423\\)([0-9]{3}){1,5}",
    ]
}

proptest! {
    #[test]
    fn both_spellings_are_read_as_they_were_written(elements in prop::collection::vec(element(), 1..6)) {
        let text = elements.concat();
        let parsed = ElementString::parse(&text).unwrap();
        prop_assert_eq!(parsed.elements().len(), elements.len());
        prop_assert_eq!(&parsed.to_string(), &text);
        prop_assert_eq!(&ElementString::parse(&parsed.raw()).unwrap(), &parsed);
    }

    #[test]
    fn arbitrary_texts_are_read_or_refused_in_their_midst(
        text in prop_oneof!["\\PC{0,40}", "[\u{1d}()0-9A\\\\ \u{e9}]{0,40}", "(\\]C1|\\(10\\)|0109521234543213)[ -~]{0,30}"],
    ) {
        match ElementString::parse(&text) {
            Ok(parsed) => prop_assert_eq!(&ElementString::parse(&parsed.to_string()).unwrap(), &parsed),
            Err(error) => prop_assert!(error.at() <= text.len()),
        }
        for key in scan(&text).unwrap_or_default() {
            let again = gs1::Identifier::new(key.to_string());
            prop_assert_eq!(again.key(), &key);
        }
    }
}
