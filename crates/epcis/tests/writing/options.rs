//! The options: how identifiers and terms are spelled, which context is named.

use epcis::{
    Binding, ContextVersion, Document, DocumentKind, Event, EventKind, Extension, Name, SensorElement, Term, Value,
    write::{CbvFormat, EpcFormat, Options, Target, Writer},
};
use gs1::Identifier;

use crate::{Content, TARGETS, binding, difference, read, write};

fn event() -> Event {
    let time = "2028-08-15T22:30:00-07:00".parse().unwrap();
    let mut event = Event::new(EventKind::Object, time, "-07:00".parse().unwrap());
    event.action = Some(epcis::Action::Observe);
    event.event_id = Some(Identifier::new("urn:epc:id:sgtin:0614141.107346.1"));
    event.epc_list = vec![Identifier::new("urn:epc:id:sgtin:0614141.107346.2017")];
    event.biz_step = Some(Term::new("shipping"));
    event.disposition = Some(Term::new("https://example.com/sleeping"));
    event
}

fn written(options: Options) -> String {
    let mut document = Document::new(DocumentKind::Events);
    document.creation_date = Some("2028-08-15T22:30:00Z".to_owned());
    let mut writer = Writer::start(Vec::new(), &document, options).unwrap();
    writer.event(&event()).unwrap();
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

#[test]
fn digital_links_are_written_for_everything_but_the_event_itself() {
    for target in crate::TARGETS {
        let epc_format = EpcFormat::AlwaysGs1DigitalLink;
        let text = written(Options { target, epc_format, ..Options::default() });
        assert!(text.contains("https://id.gs1.org/01/10614141073464/21/2017"), "{text}");
        assert!(text.contains("urn:epc:id:sgtin:0614141.107346.1<") || text.contains("0614141.107346.1\""), "{text}");
    }
}

#[test]
fn urns_are_written_where_the_company_prefix_is_known() {
    let link = Identifier::new("https://id.gs1.org/01/10614141073464/21/2017");
    let foreign = Identifier::new("https://id.gs1.org/01/09506000134352/21/12345");
    let mut event = event();
    event.epc_list = vec![link, foreign, Identifier::new("urn:epc:id:sgtin:0614141.107346.2018")];
    let options = Options { epc_format: EpcFormat::AlwaysEpcUrn, ..Options::default() };
    let mut document = Document::new(DocumentKind::Events);
    document.creation_date = Some("2028-08-15T22:30:00Z".to_owned());
    let mut writer = Writer::start(Vec::new(), &document, options).unwrap();
    writer.event(&event).unwrap();
    let findings = writer.take_findings();
    let text = String::from_utf8(writer.finish().unwrap()).unwrap();
    assert!(text.contains("urn:epc:id:sgtin:0614141.107346.2017"), "{text}");
    assert!(text.contains("https://id.gs1.org/01/09506000134352/21/12345"), "{text}");
    let told: Vec<_> = findings.iter().map(|finding| (&*finding.code, finding.at.event)).collect();
    assert_eq!(told, [("EPCIS-NOT-TRANSLATED", Some(0))]);
}

#[test]
fn devices_are_spelled_as_other_identifiers() {
    let member = |local: &str, value: &str| Extension {
        name: Name { namespace: String::new(), prefix: String::new(), local: local.to_owned() },
        attributes: Vec::new(),
        value: Value::Text(value.to_owned()),
    };
    let link = "https://id.gs1.org/8004/4012345999";
    let mut event = event();
    event.sensor_element_list = vec![SensorElement {
        metadata: vec![member("deviceID", "urn:epc:id:giai:4012345.111")],
        reports: vec![
            vec![member("type", "Temperature"), member("deviceID", link), member("rawData", link)],
            vec![member("type", "Temperature"), member("deviceID", "urn:x:thermometer")],
        ],
        extensions: Vec::new(),
    }];
    let content = Content { events: vec![event], ..Content::default() };
    let expected = [
        (EpcFormat::AlwaysGs1DigitalLink, ["https://id.gs1.org/8004/4012345111", link]),
        (EpcFormat::AlwaysEpcUrn, ["urn:epc:id:giai:4012345.111", "urn:epc:id:giai:4012345.999"]),
        (EpcFormat::NeverTranslates, ["urn:epc:id:giai:4012345.111", link]),
    ];
    for (epc_format, [one, other]) in expected {
        let (text, _) = write(&content, Options { epc_format, ..Options::default() });
        for device in [one, other, "urn:x:thermometer"] {
            assert!(text.contains(&format!("\"deviceID\":\"{device}\"")), "{text}");
        }
        assert!(text.contains(&format!("\"rawData\":\"{link}\"")), "{text}");
    }
}

#[test]
fn standard_terms_are_spelled_as_asked_and_private_ones_are_left() {
    let spellings = [
        (CbvFormat::NoPreference, "urn:epcglobal:cbv:bizstep:shipping"),
        (CbvFormat::AlwaysUrn, "urn:epcglobal:cbv:bizstep:shipping"),
        (CbvFormat::AlwaysWebUri, "https://ref.gs1.org/cbv/BizStep-shipping"),
    ];
    for (cbv_format, spelling) in spellings {
        let text = written(Options { target: Target::Xml, cbv_format, ..Options::default() });
        assert!(text.contains(&format!("<bizStep>{spelling}</bizStep>")), "{text}");
        assert!(text.contains("<disposition>https://example.com/sleeping</disposition>"), "{text}");
    }
    assert!(written(Options::default()).contains("\"bizStep\":\"shipping\""));
}

#[test]
fn the_context_is_the_one_asked_for() {
    let text = written(Options { context: Some(ContextVersion::V2_0_1), ..Options::default() });
    assert!(text.contains("https://ref.gs1.org/standards/epcis/2.0.1/epcis-context.jsonld"));
}

#[test]
fn options_are_spelled_as_the_headers_of_the_standard_spell_them() {
    for spelling in ["No_Preference", "Always_GS1_Digital_Link", "Always_EPC_URN", "Never_Translates"] {
        assert_eq!(spelling.parse::<EpcFormat>().unwrap().to_string(), spelling);
    }
    for spelling in ["No_Preference", "Always_URN", "Always_Web_URI"] {
        assert_eq!(spelling.parse::<CbvFormat>().unwrap().to_string(), spelling);
    }
    let error = "Sometimes".parse::<CbvFormat>().unwrap_err().to_string();
    assert_eq!(error, "`Sometimes` is not one of No_Preference, Always_URN, Always_Web_URI");
}

#[test]
fn epcis_1_2_wraps_what_came_later() {
    let mut event = event();
    event.certification_info = vec!["https://example.com/certificate".to_owned()];
    let mut writer = Writer::start(
        Vec::new(),
        &Document::new(DocumentKind::Events),
        Options { target: Target::Xml12, ..Options::default() },
    )
    .unwrap();
    writer.event(&event).unwrap();
    event.kind = EventKind::Transformation;
    event.action = None;
    event.epc_list.clear();
    writer.event(&event).unwrap();
    let text = String::from_utf8(writer.finish().unwrap()).unwrap();
    let wrapped = "<extension><certificationInfo>https://example.com/certificate</certificationInfo></extension>";
    assert!(text.contains(&format!("{wrapped}</baseExtension>")), "{text}");
    assert!(text.contains("<extension><TransformationEvent>"), "{text}");
    assert_eq!(read(text.as_bytes(), Binding::Xml).events.len(), 2);
}

#[test]
fn a_bare_event_comes_back_with_what_it_says_of_its_document() {
    let dated = "<ObjectEvent schemaVersion='2.0' creationDate='2028-01-01T00:00:00Z'>\
         <eventTime>2028-01-02T03:04:05Z</eventTime><eventTimeZoneOffset>-07:00</eventTimeZoneOffset>\
         <epcList><epc>urn:x:1</epc></epcList><action>ADD</action></ObjectEvent>";
    for text in [dated, &dated.replace(" creationDate='2028-01-01T00:00:00Z'", "")] {
        let content = read(text.as_bytes(), Binding::Xml);
        for target in TARGETS {
            let (written, _) = write(&content, Options { target, ..Options::default() });
            let after = read(written.as_bytes(), binding(target));
            assert_eq!(difference(&content, &after), None, "{written}");
            assert!(after.document.unwrap().schema_version.is_some());
        }
    }
}

#[test]
fn a_date_that_is_none_comes_back() {
    let text = r#"{"@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", "type": "EPCISDocument",
        "schemaVersion": "2.0", "creationDate": "2028-01-01T'2:00:00Z", "epcisBody": {"eventList": []}}"#;
    let content = read(text.as_bytes(), Binding::Json);
    for target in TARGETS {
        let (written, findings) = write(&content, Options { target, ..Options::default() });
        assert_eq!(difference(&content, &read(written.as_bytes(), binding(target))), None, "{written}");
        assert_eq!(findings.len(), 1, "{findings:?}");
    }
}

#[test]
fn a_document_without_date_gets_the_one_of_the_options_and_reads_back_without() {
    let mut document = Document::new(DocumentKind::Events);
    for (date, is_written) in [(None, true), (Some("yesterday"), true), (Some("2028-08-15T22:30:00Z"), false)] {
        document.creation_date = date.map(str::to_owned);
        let content = Content { document: Some(document.clone()), events: vec![event()], ..Content::default() };
        for target in TARGETS {
            let created = Some("2029-01-02T03:04:05+01:00".parse().unwrap());
            let (text, _) = write(&content, Options { target, created, ..Options::default() });
            assert_eq!(text.contains("2029-01-02T02:04:05Z"), is_written, "{text}");
            assert!(!text.contains("1970"), "{text}");
            assert_eq!(read(text.as_bytes(), binding(target)).document.unwrap().creation_date.as_deref(), date);
        }
    }
}

#[test]
fn links_that_say_what_no_urn_can_stay_and_the_finding_says_why() {
    let key = "https://id.gs1.org/01/10614141073464";
    let mut prefixes = gs1::CompanyPrefixes::new();
    prefixes.add("0614141", 7).unwrap();
    prefixes.add("09", 7).unwrap();
    prefixes.add("09", 8).unwrap();
    for (link, expected) in [
        ("http://shop.example/p/gtin/10614141073464/ser/5".to_owned(), "urn:epc:id:sgtin:0614141.107346.5"),
        (format!("{key}/22/G/10/LOT/21/5"), "it says more than its key"),
        (format!("{key}/21/5?17=201225"), "it says more than its key"),
        (format!("{key}/21/5#top"), "it says more than its key"),
        ("https://id.gs1.org/01/10614141073465/21/5".to_owned(), "its key is wrong: check digit is 5, expected 4"),
        ("https://id.gs1.org/01/09506000134352/21/5".to_owned(), "its company prefix is not known"),
        ("https://id.gs1.org/01/10950600013436/21/5".to_owned(), "contradicts itself"),
    ] {
        let mut event = event();
        event.epc_list = vec![Identifier::new(link.clone())];
        let options =
            Options { epc_format: EpcFormat::AlwaysEpcUrn, company_prefixes: prefixes.clone(), ..Options::default() };
        let content = crate::Content { events: vec![event], ..Default::default() };
        let (text, findings) = write(&content, options);
        if expected.starts_with("urn:") {
            assert!(text.contains(expected) && findings.is_empty(), "{text} {findings:?}");
        } else {
            assert!(text.contains(&link), "{text}");
            assert!(findings.iter().any(|finding| finding.message.contains(expected)), "{link} {findings:?}");
        }
    }
}
