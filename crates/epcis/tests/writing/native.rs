//! What a target can say is said natively, and what it cannot say or hold is told.

use epcis::{
    Binding, DocumentKind, Event, Finding, Location, Query, VocabularyElement,
    write::{Options, Target, Writer},
};
use gs1::Identifier;

use crate::{Content, binding, difference, read, write};

const XML: &str = r#"<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0" creationDate="2028-08-15T22:30:00Z"><EPCISBody><EventList>
<AggregationEvent xmlns:ex="https://example.com/ns/" ex:source="scanner"><eventTime>2028-08-15T22:30:00Z</eventTime><eventTimeZoneOffset>+00:00</eventTimeZoneOffset>
<errorDeclaration ex:by="hand"><declarationTime>2028-08-16T22:30:00Z</declarationTime></errorDeclaration>
<parentID>urn:epc:id:sscc:0614141.1234567890</parentID><childEPCs/><action>OBSERVE</action><ex:note>ex:value</ex:note></AggregationEvent>
</EventList></EPCISBody></epcis:EPCISDocument>"#;

const JSON: &str = r#"{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],"type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2028-08-15T22:30:00Z","epcisBody":{"eventList":[
{"@context":{"ex":"https://example.com/ns/","own":"https://example.com/own/"},"type":"ObjectEvent","eventTime":"2028-08-15T22:30:00Z","eventTimeZoneOffset":"+00:00","action":"OBSERVE","epcList":[],"ex:note":"own:value"}]}}"#;

/// A document that declares a prefix `p`, with one event that has some members.
fn around(members: &str) -> String {
    let document = JSON.replacen("jsonld\"]", "jsonld\",{\"p\":\"https://example.com/document/\"}]", 1);
    let (before, _) = document.split_once("{\"@context\":{").unwrap();
    format!("{before}{{{members}}}]}}}}")
}

fn converted(content: &Content, target: Target) -> (String, Vec<Finding>, Content) {
    let (text, findings) = write(content, Options { target, ..Options::default() });
    let after = read(text.as_bytes(), binding(target));
    (text, findings, after)
}

fn only_event(content: &Content) -> &Event {
    assert_eq!((content.events.len(), content.rejections.as_slice()), (1, [].as_slice()));
    content.events.first().unwrap()
}

#[test]
fn attributes_on_standard_elements_stay_on_them_in_xml() {
    let content = read(XML.as_bytes(), Binding::Xml);
    assert_eq!(only_event(&content).attributes.len(), 3);
    for target in [Target::Xml, Target::Xml12] {
        let (text, findings, after) = converted(&content, target);
        assert!(text.contains("ex:source=\"scanner\"") && text.contains("<errorDeclaration ex:by=\"hand\">"), "{text}");
        assert!(!text.contains("kept") && findings.is_empty(), "{text}");
        crate::schema::assert_valid(target, DocumentKind::Events, &text);
        assert_eq!(difference(&content, &after), None);
    }
}

#[test]
fn what_the_schema_of_json_refuses_is_told() {
    let content = read(XML.as_bytes(), Binding::Xml);
    let (_, findings, _) = converted(&content, Target::Json);
    let told: Vec<_> = findings.iter().map(|finding| (&*finding.code, finding.at.event)).collect();
    assert_eq!(told, [("EPCIS-KEPT", Some(0)), ("EPCIS-REFUSED", Some(0))]);
}

#[test]
fn prefixes_that_only_values_use_come_through_every_target() {
    let mut content = read(JSON.as_bytes(), Binding::Json);
    let declared = "\"own\":\"https://example.com/own/\"";
    for target in [Target::Json, Target::Xml, Target::Xml12, Target::Json] {
        let (text, _, after) = converted(&content, target);
        assert!(text.contains(declared) || text.contains("xmlns:own=\"https://example.com/own/\""), "{text}");
        only_event(&after);
        assert_eq!(difference(&content, &after), None);
        content = after;
    }
}

#[test]
fn there_is_one_finding_for_a_rule_and_an_event() {
    let mut content = read(JSON.as_bytes(), Binding::Json);
    let mut event = only_event(&content).clone();
    event.extensions = (0..50)
        .map(|number| {
            let mut extension = event.extensions[0].clone();
            (extension.name.local, extension.value) = (format!("n{number}"), epcis::Value::Null);
            extension
        })
        .collect();
    content.events = vec![event];
    let (_, findings, after) = converted(&content, Target::Xml);
    assert_eq!(difference(&content, &after), None);
    let told: Vec<_> = findings.iter().map(|finding| (&*finding.code, &*finding.message)).collect();
    assert_eq!(told, [("EPCIS-KEPT", "XML cannot say `ex:n0` as it is; it is kept in an annotation; 50 in all")]);
}

#[test]
fn what_xml_cannot_hold_around_the_events_comes_back() {
    let mut content = read(JSON.as_bytes(), Binding::Json);
    let mut document = content.document.clone().unwrap();
    document.kind = DocumentKind::QueryResult;
    document.query = Some(Query { name: " a\u{0}b".to_owned(), subscription_id: Some("\u{FFFE}".to_owned()) });
    let name =
        epcis::Name { namespace: "https://example.com/".to_owned(), prefix: "ex".to_owned(), local: "a".to_owned() };
    document.attributes = vec![(name, "\u{1}".to_owned())];
    content.document = Some(document);
    for target in crate::TARGETS {
        let (_, _, after) = converted(&content, target);
        assert_eq!(difference(&content, &after), None, "{target}");
    }
}

#[test]
fn master_data_that_a_query_asked_for_is_its_result() {
    let mut content = read(JSON.as_bytes(), Binding::Json);
    content.events.clear();
    content.vocabulary = vec![VocabularyElement {
        vocabulary: "urn:epcglobal:epcis:vtype:Location".to_owned(),
        vocabulary_extensions: Vec::new(),
        id: Identifier::new("urn:epc:id:sgln:0614141.00001.0"),
        attributes: Vec::new(),
        children: Vec::new(),
        extensions: Vec::new(),
        field_attributes: Vec::new(),
    }];
    let document = content.document.as_mut().unwrap();
    document.kind = DocumentKind::QueryResult;
    document.query = Some(Query { name: "SimpleMasterDataQuery".to_owned(), subscription_id: None });
    for target in crate::TARGETS {
        let (text, findings, after) = converted(&content, target);
        assert_eq!((difference(&content, &after), findings), (None, Vec::new()), "{text}");
        assert_eq!(text.contains("<resultsBody><VocabularyList>"), target != Target::Json, "{text}");
        crate::schema::assert_valid(target, DocumentKind::QueryResult, &text);
    }
}

#[test]
fn fields_that_are_kept_have_the_names_of_the_standard() {
    let mut content = read(JSON.as_bytes(), Binding::Json);
    let mut event = only_event(&content).clone();
    event.epc_list = vec![Identifier::new("urn:x:1"), Identifier::new("urn:x:1")];
    event.sensor_element_list = vec![epcis::SensorElement::default()];
    content.events = vec![event];
    let (text, findings, after) = converted(&content, Target::Json);
    assert_eq!(difference(&content, &after), None, "{text}");
    let messages: Vec<_> = findings.iter().map(|finding| &*finding.message).collect();
    assert_eq!(messages, ["JSON cannot say `epcList` as it is; it is kept in an annotation; 2 in all"]);
    let root: serde_json::Value = serde_json::from_str(&text).unwrap();
    let kept = root["epcisBody"]["eventList"][0]["https://lotline.dev/ns/kept/event"].as_str().unwrap();
    assert_eq!(kept, r#"{"epcList":["urn:x:1","urn:x:1"],"sensorElementList":[{}],"version":1}"#);
}

#[test]
fn findings_stand_where_the_event_was_read() {
    let content = read(JSON.as_bytes(), Binding::Json);
    let mut event = only_event(&content).clone();
    event.epc_list = vec![Identifier::new("urn:x:1"), Identifier::new("urn:x:1")];
    let mut document = content.document.clone().unwrap();
    document.creation_date = None;
    let mut writer = Writer::start(Vec::new(), &document, Options::default()).unwrap();
    let place = Location { line: 7, column: 3, event: Some(4), path: "/epcisBody/eventList/4".to_owned() };
    writer.at(&place);
    writer.event(&event).unwrap();
    writer.event(&event).unwrap();
    let places: Vec<_> = writer.take_findings().into_iter().map(|finding| finding.at).collect();
    let beginning = Location { line: 1, column: 1, ..Location::default() };
    assert_eq!(places, [place, Location { event: Some(1), ..beginning.clone() }, beginning]);
}

#[test]
fn private_events_that_json_refuses_come_back_from_it() {
    let when = "<eventTime>2028-08-15T22:30:00Z</eventTime><eventTimeZoneOffset>+00:00</eventTimeZoneOffset>";
    for fields in [
        "<speed>7</speed>".to_owned(),
        when.replace("+00:00", "Z"),
        when.replace("<eventTime>", "<eventTime zone='UTC'>"),
        format!("{when}{when}"),
        format!("{when}<eventID scheme='x'>urn:x:1</eventID>"),
        format!("{when}<certificationInfo><a/></certificationInfo>"),
        format!("{when}<errorDeclaration/>"),
        format!("{when}<errorDeclaration><declarationTime>yesterday</declarationTime></errorDeclaration>"),
    ] {
        let private = format!("<ex:PassedEvent xmlns:ex='https://example.com/ns/'>{fields}</ex:PassedEvent>");
        let xml = XML.replace("<childEPCs/>", "<childEPCs><epc>urn:x:1</epc></childEPCs>");
        let xml = xml.replace("</EventList>", &format!("<extension>{private}</extension></EventList>"));
        let content = read(xml.as_bytes(), Binding::Xml);
        assert_eq!(content.foreign.len(), 1, "{:?}", content.rejections);
        let (text, findings, after) = converted(&content, Target::Json);
        assert_eq!(difference(&content, &after), None, "{text}");
        crate::schema::assert_valid(Target::Json, DocumentKind::Events, &text);
        let told = |finding: &Finding| finding.code == "EPCIS-KEPT" && finding.at.event == Some(1);
        assert!(findings.iter().any(told), "{findings:?}");
    }
}

#[test]
fn a_private_event_of_an_odd_type_comes_back_from_json_alone_and_among_others() {
    let when = "\"eventTime\":\"2028-08-15T22:30:00Z\",\"eventTimeZoneOffset\":\"+00:00\"";
    let standard = "\"@context\":[\"https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld\"]";
    for odd in ["O`jectEvent", "a b", ""] {
        let alone = format!("{{{standard},\"type\":\"{odd}\",{when}}}");
        let among = format!(
            "{{{standard},\"type\":\"EPCISDocument\",\"schemaVersion\":\"2.0\",\
             \"creationDate\":\"2028-08-16T00:00:00Z\",\"epcisBody\":{{\"eventList\":[{{\"type\":\"{odd}\",{when}}}]}}}}"
        );
        for text in [alone, among] {
            let content = read(text.as_bytes(), Binding::Json);
            assert_eq!(content.foreign.len(), 1, "{:?}", content.rejections);
            for target in [Target::Json, Target::Xml, Target::Xml12] {
                let (written, _, after) = converted(&content, target);
                assert_eq!(difference(&content, &after), None, "{written}");
            }
        }
    }
}

#[test]
fn the_context_of_a_private_event_comes_back_whatever_its_names_need() {
    let contexts = [
        "[]",
        "{}",
        r#"{"p":"https://example.com/p/"}"#,
        r#"[{"p":"https://example.com/p/"}]"#,
        r#"[{"q":"https://example.com/q/"},{"p":"https://example.com/q/"},{"p":"https://example.com/p/"}]"#,
        r#"["https://example.com/context.jsonld",{"p":{"@id":"https://example.com/p/","@prefix":true}}]"#,
        r#"{"@vocab":"https://example.com/vocabulary/","p":{"@id":"https://example.com/p/","@type":"@id"}}"#,
        r#"{"p":null}"#,
        r#"[{"p":null},{"p":null,"q":null}]"#,
        r#"{"p":"","id":"https://example.com/id/"}"#,
    ];
    for context in contexts {
        for name in ["PrivateEvent", "p:PrivateEvent", "q:PrivateEvent", "id:PrivateEvent"] {
            let text = around(&format!(
                "\"type\":\"{name}\",\"eventTime\":\"2028-08-15T22:30:00Z\",\"@context\":{context},\
                 \"eventTimeZoneOffset\":\"+00:00\",\"p:note\":\"q:value\""
            ));
            let content = read(text.as_bytes(), Binding::Json);
            assert_eq!((content.foreign.len(), content.rejections.as_slice()), (1, [].as_slice()), "{text}");
            for target in crate::TARGETS {
                let (written, _, after) = converted(&content, target);
                assert_eq!(difference(&content, &after), None, "{written}");
            }
        }
    }
}

#[test]
fn the_context_of_a_private_event_stays_as_it_is_where_it_suffices() {
    let own = r#""@context":["https://example.com/context.jsonld",{"own":"https://example.com/own/"}]"#;
    let text = around(&format!(
        "\"type\":\"p:PrivateEvent\",\"eventTime\":\"2028-08-15T22:30:00Z\",\"eventTimeZoneOffset\":\"+00:00\",\
         {own},\"p:note\":\"own:value\""
    ));
    let content = read(text.as_bytes(), Binding::Json);
    assert_eq!(content.foreign.len(), 1, "{:?}", content.rejections);
    let (written, findings, after) = converted(&content, Target::Json);
    assert_eq!(difference(&content, &after), None, "{written}");
    assert!(written.contains(own) && !written.contains("kept") && findings.is_empty(), "{written}");
}

#[test]
fn the_context_of_a_private_event_in_a_list_comes_back() {
    for context in ["", r#""@context":["https://ref.gs1.org/standards/epcis/epcis-context.jsonld",{"p":null}],"#] {
        let text = format!(
            "[{{{context}\"type\":\"PrivateEvent\",\"eventTime\":\"2028-08-15T22:30:00Z\",\
             \"eventTimeZoneOffset\":\"+00:00\",\"p:note\":1}}]"
        );
        let content = read(text.as_bytes(), Binding::Json);
        assert_eq!(content.foreign.len(), 1, "{:?}", content.rejections);
        for target in crate::TARGETS {
            let (written, _, after) = converted(&content, target);
            assert_eq!(content.foreign, after.foreign, "{written}");
        }
    }
}

#[test]
fn contexts_within_extensions_come_back_whatever_they_say() {
    let members = [
        // A term that is no prefix.
        r#""p:a":{"@context":{"x:y":"https://example.com/y"},"p:b":1}"#,
        // Meanings that names below take back, in an object, in a list and for values.
        r#""p:a":{"@context":{"q":null},"p:b":{"@context":{"q":"https://example.com/q/"},"q:c":1}}"#,
        r#""p:a":[{"@context":{"q":null},"p:b":{"@context":{"q":"https://example.com/q/"},"q:c":1}}]"#,
        r#""p:a":{"@context":{"q":"urn:x:no"},"p:b":{"@context":{"q":"https://example.com/q/"},"q:c":1},"p:d":"q:v"}"#,
        // A member that only its stored form can say, which hides the names in it.
        r#""q:a":{"@context":{"q":"https://example.com/q/"},"http:#":{"@context":"https://example.com/"},"p:b":"q:v"}"#,
        // Attributes beside members that need an order.
        r#""p:a":{"@context":{"q":"https://example.com/q/"},"q:b":["q:v"]},"p:x y":1,"q:x y":2"#,
        // A term that says more, which a name below has another use for.
        r#""@context":{"q":{"@id":"urn:x:","@type":"@id"}},"p:a":{"@context":{"q":"https://example.com/q/"},"q:b":1}"#,
    ];
    for members in members {
        for kind in ["\"ObjectEvent\",\"action\":\"OBSERVE\",\"epcList\":[]", "\"p:PrivateEvent\""] {
            let text = around(&format!(
                "\"type\":{kind},\"eventTime\":\"2028-08-15T22:30:00Z\",\"eventTimeZoneOffset\":\"+00:00\",{members}"
            ));
            let content = read(text.as_bytes(), Binding::Json);
            assert_eq!(
                (content.events.len() + content.foreign.len(), content.rejections.as_slice()),
                (1, [].as_slice())
            );
            for target in crate::TARGETS {
                let (written, _, after) = converted(&content, target);
                assert_eq!(difference(&content, &after), None, "{written}");
            }
        }
    }
}

#[test]
fn prefixes_that_elements_declare_for_their_values_come_back() {
    let p = "xmlns:p='https://example.com/p/'";
    let when = "<eventTime>2028-08-15T22:30:00Z</eventTime><eventTimeZoneOffset>+00:00</eventTimeZoneOffset>";
    let extensions = [
        // Declared again below for another namespace, in which no value uses it.
        format!("<ex:a {p}><p:b>p:value</p:b><ex:c><p:d xmlns:p='https://example.com/other/'>1</p:d></ex:c></ex:a>"),
        // For a namespace that JSON-LD spells otherwise.
        "<mda:a xmlns:mda='urn:epcglobal:cbv:mda'><ex:b>mda:value</ex:b></mda:a>".to_owned(),
        // Of several siblings, which are one member with an array in JSON.
        format!("<ex:a><ex:b {p}><p:c>p:value</p:c></ex:b><ex:b {p}><p:c>p:value</p:c></ex:b></ex:a>"),
    ];
    let private = [
        format!("<extension><p:PrivateEvent {p}>{when}<p:a>p:value</p:a></p:PrivateEvent></extension>"),
        format!(
            "<extension><ex:PrivateEvent xmlns:ex='https://example.com/ns/' {p}>{when}<ex:a b='p:value'/></ex:PrivateEvent></extension>"
        ),
    ];
    let xml = XML.replace("<childEPCs/>", "<childEPCs><epc>urn:x:1</epc></childEPCs>");
    let extended = extensions.map(|extension| xml.replace("<ex:note>", &format!("{extension}<ex:note>")));
    let listed = private.map(|event| xml.replace("</EventList>", &format!("{event}</EventList>")));
    for text in extended.iter().chain(&listed) {
        let content = read(text.as_bytes(), Binding::Xml);
        assert_eq!((content.events.len(), content.rejections.as_slice()), (1, [].as_slice()), "{text}");
        for target in crate::TARGETS {
            let (written, _, after) = converted(&content, target);
            assert_eq!(difference(&content, &after), None, "{written}");
        }
    }
}

#[test]
fn the_last_term_of_a_name_is_the_one_that_counts() {
    let more = r#"{"p":{"@id":"urn:x:no","@type":"@id"}}"#;
    let plain = r#"{"p":"https://example.com/p/"}"#;
    for [first, last] in [[more, plain], [plain, more]] {
        let text = JSON.replacen("jsonld\"]", &format!("jsonld\",{first},{last}]"), 1);
        let text =
            text.replacen("\"epcisBody\"", "\"p:beside\":1,\"epcisBody\"", 1).replacen("\"ex:note\"", "\"p:a\"", 1);
        let content = read(text.as_bytes(), Binding::Json);
        only_event(&content);
        assert_eq!(content.document.as_ref().unwrap().terms.len(), usize::from(last == more));
        let (written, _, after) = converted(&content, Target::Json);
        assert_eq!(difference(&content, &after), None, "{written}");
    }
}

#[test]
fn a_prefix_that_an_event_takes_the_meaning_of_comes_back_without_it() {
    for context in [r#"{"p":null}"#, r#"[{"p":null},{"@vocab":"https://example.com/"}]"#] {
        let nested = r#""q:nested":{"@context":{"p":"https://example.com/document/"},"p:a":1}"#;
        for members in ["\"p:note\":1", nested] {
            let text = around(&format!(
                "\"@context\":{context},\"type\":\"ObjectEvent\",\"eventTime\":\"2028-08-15T22:30:00Z\",\
                 \"eventTimeZoneOffset\":\"+00:00\",\"action\":\"OBSERVE\",\"epcList\":[],{members}"
            ));
            let content = read(text.as_bytes(), Binding::Json);
            only_event(&content);
            for target in crate::TARGETS {
                let (written, _, after) = converted(&content, target);
                assert_eq!(difference(&content, &after), None, "{written}");
            }
        }
    }
}

#[test]
fn values_of_sensors_stay_as_they_came() {
    let report = "<sensorReport type=\"gs1:Length\" minValue=\"+1.0\" maxValue=\"INF\" value=\".5\" meanValue=\"1E999\" \
                  component=\"x\" exception=\"ALARM_CONDITION\"/>";
    let list = format!("<sensorElementList><sensorElement>{report}</sensorElement></sensorElementList>");
    let xml = XML.replace("<childEPCs/>", "<childEPCs><epc>urn:x:1</epc></childEPCs>");
    let content = read(xml.replace("<ex:note>", &format!("{list}<ex:note>")).as_bytes(), Binding::Xml);
    let (text, findings, after) = converted(&content, Target::Xml);
    assert!(text.contains(report) && findings.is_empty(), "{text} {findings:?}");
    assert_eq!(difference(&content, &after), None);

    let (text, findings, after) = converted(&content, Target::Json);
    assert_eq!(difference(&content, &after), None, "{text}");
    crate::schema::assert_valid(Target::Json, DocumentKind::Events, &text);
    assert!(text.contains("\"minValue\":1.0,") && text.contains("\"value\":0.5,"), "{text}");
    assert!(!text.contains("sensor_element_list") && !text.contains("\"maxValue\":"), "{text}");
    assert!(findings.iter().any(|finding| finding.message.ends_with("4 in all")), "{findings:?}");

    let (text, _, after) = converted(&after, Target::Xml);
    assert_eq!(difference(&content, &after), None, "{text}");
    assert!(text.contains("component=\"cbv:Comp-x\"") && text.contains("minValue=\"+1.0\""), "{text}");
}

#[test]
fn times_of_sensors_that_are_none_come_back() {
    let member = "\"sensorElementList\": [{\"sensorMetadata\": {\"startTime\": \"2019-04-025:3T15:01.000+01:00\"}, \
                  \"sensorReport\": [{\"type\": \"Temperature\", \"value\": 26.0}]}], \"action\"";
    let content = read(JSON.replacen("\"action\"", member, 1).as_bytes(), Binding::Json);
    assert_eq!(only_event(&content).sensor_element_list.len(), 1);
    for target in [Target::Xml, Target::Xml12] {
        let (text, _, after) = converted(&content, target);
        assert_eq!(difference(&content, &after), None, "{text}");
    }
}

#[test]
fn a_sensor_value_that_is_no_hexadecimal_number_comes_back_from_where_json_does_not_look() {
    let members = "\"sensorElementList\": [{\"sensorMetadata\": {\"hexBinaryValue\": \"https://id.gs1.org/8004/40\"}, \
                   \"sensorReport\": [{\"type\": \"Speed\", \"value\": 3.0}]}], \"action\"";
    let content = read(JSON.replacen("\"action\"", members, 1).as_bytes(), Binding::Json);
    assert_eq!(only_event(&content).sensor_element_list.len(), 1);
    for target in [Target::Json, Target::Xml, Target::Xml12] {
        let (text, _, after) = converted(&content, target);
        assert_eq!(difference(&content, &after), None, "{text}");
    }
}

#[test]
fn a_sensor_member_of_an_odd_name_comes_back_beside_a_report_that_json_refuses() {
    let members = "\"sensorElementList\": [{\"sensorMetadata\": {\"deviceI   D\": \"urn:x:1\"}, \"sensorReport\": [\
                   {\"type\": \"Temterature\", \"value\": 26.0}, {\"type\": \"Speed\", \"value\": 3.0}]}], \"action\"";
    let content = read(JSON.replacen("\"action\"", members, 1).as_bytes(), Binding::Json);
    assert_eq!(only_event(&content).sensor_element_list.len(), 1);
    for target in [Target::Json, Target::Xml, Target::Xml12] {
        let (text, _, after) = converted(&content, target);
        assert_eq!(difference(&content, &after), None, "{text}");
    }
}
