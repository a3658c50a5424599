//! Input as it comes: in pieces, cut off, too large, not UTF-8.

use std::io::BufReader;

use epcis::{Item, Limits};

use crate::{events, findings, items, items_within, rejection};

pub(crate) const SMALL: &str = r#"{
  "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"ex": "https://ex.org/"}],
  "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2028-08-15T22:30:00Z",
  "epcisHeader": {"epcisMasterData": {"vocabularyList": [{"type": "urn:epcglobal:epcis:vtype:Location",
    "vocabularyElementList": [{"id": "urn:epc:id:sgln:4012345.00001.0",
      "attributes": [{"id": "cbvmda:name", "attribute": "Caf\u00e9 \"é\""}]}]}]}},
  "epcisBody": {"eventList": [
    {"type": "ObjectEvent", "eventTime": "2028-08-15T22:30:00.10-07:00", "eventTimeZoneOffset": "-07:00",
     "epcList": [], "action": "OBSERVE", "ex:list": [1.50, null, {"ex:b": true}]},
    {"type": "ObjectEvent"},
    {"type": "ObjectEvent", "eventTime": "2028-08-15T22:30:00Z", "eventTimeZoneOffset": "+00:00", "action": "ADD",
     "quantityList": [{"epcClass": "urn:epc:class:lgtin:4012345.012345.L-1", "quantity": 10.50, "uom": "KGM"}]}
  ]}
}"#;

#[test]
fn the_size_of_the_pieces_changes_nothing() {
    let whole = items(SMALL.as_bytes());
    let pieces = items(BufReader::with_capacity(1, SMALL.as_bytes()));
    assert_eq!(format!("{whole:?}"), format!("{pieces:?}"));
}

#[test]
fn a_cut_document_is_rejected_wherever_it_is_cut() {
    let bytes = SMALL.as_bytes();
    assert!(!findings(&items(bytes)).iter().any(|finding| finding.code == "JSON-SYNTAX"));
    for length in 0..bytes.len() {
        let items = items(&bytes[..length]);
        let Some(Item::Finding(last)) = items.last() else { panic!("{length}: {:?}", items.last()) };
        assert_eq!((&*last.code, rejection(&[last])), ("JSON-SYNTAX", Some(last)), "{length}");
        assert!(last.at.line > 0 && last.at.column > 0 && last.help.is_some());
    }
}

#[test]
fn a_changed_byte_never_stops_the_program() {
    for at in 0..SMALL.len() {
        for byte in [b'{', b'}', b'[', b']', b'"', b'\\', b',', b':', b' ', b'0', 0, 0xFF] {
            let mut bytes = SMALL.as_bytes().to_vec();
            bytes[at] = byte;
            items(bytes.as_slice());
        }
    }
}

#[test]
fn reading_goes_on_after_a_rejected_event() {
    let items = items(SMALL.as_bytes());
    let places: Vec<_> = items
        .iter()
        .filter_map(|item| match item {
            Item::Event { at, .. } => Some((true, at.line, at.column, at.event, at.path.as_str())),
            Item::Rejected { at, .. } => Some((false, at.line, at.column, at.event, at.path.as_str())),
            _ => None,
        })
        .collect();
    let expected = [
        (true, 8, 5, Some(0), "/epcisBody/eventList/0"),
        (false, 10, 5, Some(1), "/epcisBody/eventList/1"),
        (true, 11, 5, Some(2), "/epcisBody/eventList/2"),
    ];
    assert_eq!(places, expected);
}

#[test]
fn digits_and_spellings_are_kept() {
    let (events, vocabulary) = events(items(SMALL.as_bytes()));
    assert_eq!(events[0].event_time.spelled(), "2028-08-15T22:30:00.10-07:00");
    assert_eq!(events[0].extensions[0].name.namespace, "https://ex.org/");
    assert_eq!(format!("{:?}", events[0].extensions[0].value).matches("1.50").count(), 1);
    assert_eq!(events[1].quantity_list[0].quantity.as_ref().unwrap().spelled(), "10.50");
    assert_eq!(vocabulary[0].attributes[0].value.as_text(), Some("Café \"é\""));
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    let marked = [b"\xEF\xBB\xBF", SMALL.as_bytes()].concat();
    assert_eq!(format!("{:?}", items(marked.as_slice())), format!("{:?}", items(SMALL.as_bytes())));
}

#[test]
fn bytes_that_are_not_utf_8_are_found_where_they_stand() {
    let mut bytes = SMALL.as_bytes().to_vec();
    let lot = SMALL.find("L-1").unwrap();
    bytes[lot] = 0xFF;
    let items = items(bytes.as_slice());
    let found = findings(&items);
    let encoding: Vec<_> = found.iter().filter(|finding| finding.code == "JSON-ENCODING").collect();
    assert_eq!((encoding.len(), encoding[0].at.line, encoding[0].at.event), (1, 12, Some(2)), "{encoding:?}");
    assert!(items.iter().any(|item| matches!(item, Item::Event { .. })), "the other events are read");
}

#[test]
fn an_event_beyond_the_limits_is_rejected_and_the_next_one_read() {
    let long = format!("[{}1]", "1,".repeat(400));
    let deep = format!("{}{}", "[".repeat(80), "]".repeat(80));
    for value in [long, deep] {
        let document = SMALL.replace("[1.50, null, {\"ex:b\": true}]", &value);
        let items =
            items_within(document.as_bytes(), Limits { max_event_bytes: 600, max_depth: 60, ..Limits::default() });
        let rejected = items.iter().find_map(|item| match item {
            Item::Rejected { at, findings, .. } if at.event == Some(0) => Some(&*findings[0].code),
            _ => None,
        });
        assert_eq!(rejected, Some("JSON-LIMIT"));
        assert!(items.iter().any(|item| matches!(item, Item::Event { at, .. } if at.event == Some(2))));
    }
}

#[test]
fn what_follows_the_document_is_refused() {
    let items = items([SMALL, " {}"].concat().as_bytes());
    let finding = *findings(&items).last().unwrap();
    assert_eq!((&*finding.code, finding.at.line), ("JSON-SYNTAX", 14));
}
