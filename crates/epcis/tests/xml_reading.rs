//! What the XML reader keeps, and what it costs.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::io::{self, BufReader, Read};

use epcis::{Binding, Event, Item, Limits, Reader, Value};
use proptest::prelude::*;

const HEAD: &str = "<eventTime>2028-01-02T03:04:05.120Z</eventTime><eventTimeZoneOffset>-07:00</eventTimeZoneOffset>";

fn document(version: u8, events: &str) -> String {
    format!(
        "<e:EPCISDocument xmlns:e=\"urn:epcglobal:epcis:xsd:{version}\" xmlns:x=\"urn:x\" schemaVersion=\"{version}\" \
         creationDate=\"2028-01-01T00:00:00Z\"><EPCISBody><EventList>{events}</EventList></EPCISBody></e:EPCISDocument>"
    )
}

fn events(input: &[u8]) -> Vec<Event> {
    let event = |item: io::Result<Item>| match item.unwrap() {
        Item::Document(_) => None,
        Item::Event { event, .. } => Some(*event),
        other => panic!("{other:?}"),
    };
    Reader::new(input, Binding::Xml).filter_map(event).collect()
}

fn object(fields: &str) -> Event {
    let event = format!("<ObjectEvent>{HEAD}<epcList/><action>ADD</action>{fields}</ObjectEvent>");
    events(document(2, &event).as_bytes()).remove(0)
}

#[test]
fn extensions_keep_names_attributes_text_and_order() {
    let event =
        object("<ilmd><x:a n='1'> 10.50 </x:a><x:b><x:c/><d xmlns='urn:d'><![CDATA[<&]]>&#65;&lt;</d></x:b></ilmd>");
    let [a, b] = event.ilmd.as_slice() else { panic!("{:?}", event.ilmd) };
    assert_eq!((a.name.namespace.as_str(), a.name.prefix.as_str(), a.name.local.as_str()), ("urn:x", "x", "a"));
    assert_eq!(
        a.attributes.iter().map(|(name, value)| (name.local.as_str(), value.as_str())).collect::<Vec<_>>(),
        [("n", "1")]
    );
    assert_eq!(a.value, Value::Text(" 10.50 ".to_owned()));
    let [c, d] = b.value.members() else { panic!("{b:?}") };
    assert_eq!(c.value, Value::Text(String::new()));
    assert_eq!((d.name.namespace.as_str(), d.name.prefix.as_str()), ("urn:d", ""));
    assert_eq!(d.value.as_text(), Some("<&A<"));
}

#[test]
fn sensor_attributes_have_the_types_of_the_standard() {
    let event = object(
        "<sensorElementList><sensorElement><sensorMetadata time='2028-01-02T03:04:05Z'/>\
         <sensorReport type='Temperature' value='36' booleanValue='1' x:note='n'/></sensorElement></sensorElementList>",
    );
    let report = &event.sensor_element_list[0].reports[0];
    let values: Vec<_> = report.iter().map(|member| member.value.clone()).collect();
    assert_eq!(
        values,
        [
            Value::Text("Temperature".to_owned()),
            Value::Number("36".to_owned()),
            Value::Bool(true),
            Value::Text("n".to_owned())
        ]
    );
}

#[test]
fn wrappers_of_the_first_generation_unfold() {
    let old = format!(
        "<ObjectEvent>{HEAD}<baseExtension><eventID>urn:uuid:1</eventID></baseExtension><epcList/><action>ADD</action>\
         <extension><quantityList><quantityElement><epcClass>urn:x:1</epcClass><quantity>10.50</quantity></quantityElement>\
         </quantityList><extension><persistentDisposition><set>damaged</set></persistentDisposition></extension></extension>\
         <x:note>n</x:note></ObjectEvent>"
    );
    let new = format!(
        "<ObjectEvent>{HEAD}<eventID>urn:uuid:1</eventID><epcList/><action>ADD</action><quantityList><quantityElement>\
         <epcClass>urn:x:1</epcClass><quantity>10.5</quantity></quantityElement></quantityList><persistentDisposition>\
         <set>urn:epcglobal:cbv:disp:damaged</set></persistentDisposition><x:note>n</x:note></ObjectEvent>"
    );
    assert_eq!(events(document(1, &old).as_bytes()), events(document(2, &new).as_bytes()));
}

#[test]
fn lexical_forms_are_kept() {
    let event = object(
        "<quantityList><quantityElement><epcClass>urn:x:1</epcClass><quantity>10.50</quantity><uom>KGM</uom>\
         </quantityElement></quantityList>",
    );
    assert_eq!(event.event_time.spelled(), "2028-01-02T03:04:05.120Z");
    assert_eq!(event.event_time_zone_offset.spelled(), "-07:00");
    assert_eq!(event.quantity_list[0].quantity.as_ref().unwrap().spelled(), "10.50");
}

#[test]
fn fractions_finer_than_a_nanosecond_are_read_and_kept() {
    let fine = HEAD.replace(".120Z", ".1200000000009Z");
    let event = format!("<ObjectEvent>{fine}<epcList/><action>ADD</action></ObjectEvent>");
    let event = events(document(2, &event).as_bytes()).remove(0);
    assert_eq!(event.event_time.spelled(), "2028-01-02T03:04:05.1200000000009Z");
    assert_eq!(event.event_time, object("").event_time);
}

#[test]
fn encodings_are_taken_from_mark_or_declaration() {
    let event = format!("<ObjectEvent>{HEAD}<epcList/><action>ADD</action><x:n>Grünkohl</x:n></ObjectEvent>");
    let with = |encoding: &str| format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?>{}", document(2, &event));
    let utf16 = |text: String| -> Vec<u8> {
        std::iter::once(0xFEFF).chain(text.encode_utf16().collect::<Vec<_>>()).flat_map(u16::to_le_bytes).collect()
    };
    for input in [
        with("UTF-8").into_bytes(),
        format!("\u{FEFF}{}", document(2, &event)).into_bytes(),
        utf16(with("UTF-16")),
        with("ISO-8859-1").chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect(),
    ] {
        assert_eq!(events(&input)[0].extensions[0].value.as_text(), Some("Grünkohl"));
    }
}

#[test]
fn a_rejected_event_does_not_hide_the_next() {
    let good = format!("<ObjectEvent>{HEAD}<epcList/><action>ADD</action></ObjectEvent>");
    let input = document(2, &format!("<ObjectEvent/>{good}<ObjectEvent/>{good}"));
    let found: Vec<_> = Reader::new(input.as_bytes(), Binding::Xml)
        .skip(1)
        .map(|item| match item.unwrap() {
            Item::Event { at, .. } => ("event", at.event),
            Item::Rejected { at, .. } => ("rejected", at.event),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(found, [("rejected", Some(0)), ("event", Some(1)), ("rejected", Some(2)), ("event", Some(3))]);
}

#[test]
fn master_data_comes_before_the_events() {
    let header = "<EPCISHeader><extension><EPCISMasterData><VocabularyList><Vocabulary type='urn:epcglobal:epcis:vtype:Location'>\
        <VocabularyElementList><VocabularyElement id='urn:epc:id:sgln:4012345.00005.0'><attribute id='cbvmda:name'>Dock</attribute>\
        <attribute id='x'><x:y>1</x:y></attribute><children><id>urn:x:1</id></children></VocabularyElement></VocabularyElementList>\
        </Vocabulary></VocabularyList></EPCISMasterData></extension></EPCISHeader><EPCISBody>";
    let input = document(2, "").replace("<EPCISBody>", header);
    let items: Vec<_> = Reader::new(input.as_bytes(), Binding::Xml).map(Result::unwrap).collect();
    let [Item::Document(_), Item::Vocabulary(element)] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!(element.vocabulary, "urn:epcglobal:epcis:vtype:Location");
    assert_eq!(element.id.canonical(), "https://id.gs1.org/414/4012345000054");
    assert_eq!(element.attributes[0].value.as_text(), Some("Dock"));
    assert_eq!(element.attributes[1].value.members().len(), 1);
    assert_eq!(element.children[0].spelled(), "urn:x:1");
}

fn last(input: impl io::BufRead, limits: Limits) -> String {
    match Reader::with_limits(input, Binding::Xml, limits).last().unwrap().unwrap() {
        Item::Finding(finding) => finding.code.into_owned(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn depth_and_size_are_bounded() {
    let deep = format!("<ObjectEvent>{}", "<x:a>".repeat(100));
    assert_eq!(last(document(2, &deep).as_bytes(), Limits::default()), "XML-LIMIT");

    let start = document(2, "<ObjectEvent><eventTime>").into_bytes();
    let endless = start[..start.len() - "</EventList></EPCISBody></e:EPCISDocument>".len()].chain(io::repeat(b'1'));
    let limits = Limits { max_event_bytes: 100_000, ..Limits::default() };
    assert_eq!(last(BufReader::new(endless), limits), "XML-LIMIT");
}

#[test]
fn events_are_given_before_the_rest_is_read() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::new(io::ErrorKind::ConnectionReset, "gone"))
        }
    }
    let event = format!("<ObjectEvent>{HEAD}<epcList/><action>ADD</action></ObjectEvent>");
    let input = document(2, &event).replace("</EventList></EPCISBody></e:EPCISDocument>", "");
    let mut reader = Reader::new(BufReader::new(input.as_bytes().chain(Broken)), Binding::Xml);
    assert!(matches!(reader.next(), Some(Ok(Item::Document(_)))));
    assert!(matches!(reader.next(), Some(Ok(Item::Event { .. }))));
    assert_eq!(reader.next().unwrap().unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    assert!(reader.next().is_none());
}

proptest! {
    #[test]
    fn damaged_documents_end_with_a_finding_and_never_panic(at in 0_usize..900, byte: u8, drop in 0_usize..40) {
        let event = format!(
            "<ObjectEvent>{HEAD}<epcList><epc>urn:epc:id:sgtin:9521003.100017.1</epc></epcList><action>ADD</action>\
             <x:a b='c'>&amp;</x:a></ObjectEvent>"
        );
        let mut input = document(2, &event).into_bytes();
        let at = at % input.len();
        input[at] = byte;
        input.drain(at..(at + drop).min(input.len()));
        let items: Vec<_> = Reader::new(input.as_slice(), Binding::Xml).collect();
        prop_assert!(items.iter().all(Result::is_ok));
        prop_assert!(!items.is_empty());
    }
}
