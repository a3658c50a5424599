//! A document in pieces is the same document.

use epcis::{Binding, Decoder, Item, Limits};

use crate::{input::SMALL, items, items_within};

/// Everything that a decoder gives for pieces that end at these places.
fn pieces(bytes: &[u8], cuts: &[usize], limits: Limits) -> Vec<Item> {
    let mut decoder = Decoder::with_limits(Binding::Json, limits);
    let mut items = Vec::new();
    let mut from = 0;
    for to in cuts.iter().copied().chain([bytes.len()]) {
        decoder.push(&bytes[from..to]);
        items.extend(std::iter::from_fn(|| decoder.next_item()));
        from = to;
    }
    decoder.end();
    items.extend(std::iter::from_fn(|| decoder.next_item()));
    assert!(decoder.is_done());
    items
}

const ODD: &[&str] = &[
    r#"{"@context":"https://ref.gs1.org/standards/epcis/epcis-context.jsonld","eventTime":"2028-08-15T22:30:00Z","eventTimeZoneOffset":"+00:00","type":"ex:Sm\u00f6king","ex:a":[1.5e3,true,"\ud83d\ude00"]} "#,
    r#"[{"type":"ObjectEvent"},7,"x",null,-0.5]"#,
    r#"[{"type":"ObjectEvent","é":tru}]"#,
    "[{\"type\":é}]",
    r#"{"type":"EPCISDocument","schemaVersion":2,"epcisBody":{"ex:b":7 ,"eventList":[{]}}"#,
    r#"{"epcisBody":{"queryResults":{"resultsBody":{"eventList":[]},"subscriptionID":"s"}},"type":"EPCISQueryDocument"} x"#,
    "  \u{FEFF}{}",
    "\u{FEFF}[]",
    "\u{FEFF}f\0\0\0\0{[\".\n",
    "",
    "7",
    "7\0",
    "{\0}\0",
];

#[test]
fn a_small_document_may_be_cut_anywhere() {
    for text in ODD.iter().copied().chain([SMALL]) {
        let whole = format!("{:?}", items(text.as_bytes()));
        for cut in 0..=text.len() {
            let found = pieces(text.as_bytes(), &[cut], Limits::default());
            assert_eq!(format!("{found:?}"), whole, "cut at {cut}: {text}");
        }
        let every: Vec<usize> = (0..text.len()).collect();
        assert_eq!(format!("{:?}", pieces(text.as_bytes(), &every, Limits::default())), whole, "{text}");
    }
}

#[test]
fn limits_are_met_at_the_same_place_however_the_document_is_cut() {
    let limits = |bytes, depth, nodes| Limits {
        max_event_bytes: bytes,
        max_depth: depth,
        max_nodes: nodes,
        max_findings: 2,
        ..Limits::default()
    };
    for limits in [limits(300, 32, 9_999), limits(60, 32, 9_999), limits(9_999, 2, 9_999), limits(9_999, 32, 20)] {
        let whole = format!("{:?}", items_within(SMALL.as_bytes(), limits));
        for cut in 0..=SMALL.len() {
            let found = pieces(SMALL.as_bytes(), &[cut], limits);
            assert_eq!(format!("{found:?}"), whole, "cut at {cut}, {limits:?}");
        }
    }
}
