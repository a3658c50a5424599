//! Each kind of error, in the smallest input that shows it.

use epcis::{Binding, Decoder, Item, Limits, Reader, Rule, Severity};

use crate::{findings, items, rejection};

const CONTEXT: &str = r#""@context":"https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld""#;
const WHEN: &str = r#""eventTime":"2028-08-15T22:30:00Z","eventTimeZoneOffset":"+00:00""#;

/// What a single event with these members is rejected for, or would be if `format` were asserted, as code and JSON
/// pointer.
fn rejections(kind: &str, members: &str) -> Vec<(String, String)> {
    let text = format!(r#"{{{CONTEXT},"type":"{kind}",{members}}}"#);
    let items = items(text.as_bytes());
    let found = findings(&items).into_iter().filter(|finding| {
        let strict = Rule::of(&finding.code).is_some_and(|rule| rule.strict);
        assert!(!strict || finding.severity == Severity::Warn);
        strict || finding.severity == Severity::Reject
    });
    found.map(|finding| (finding.code.to_string(), finding.at.path.clone())).collect()
}

fn event_rejections(kind: &str, members: &str) -> Vec<(String, String)> {
    rejections(kind, &format!("{WHEN},{members}"))
}

#[track_caller]
fn assert_single(found: &[(String, String)], code: &str, path: &str, input: &str) {
    let found: Vec<_> = found.iter().map(|(code, path)| (code.as_str(), path.as_str())).collect();
    assert_eq!(found, [(code, path)], "{input}");
}

#[test]
fn sound_events_have_no_rejection() {
    let table = [
        ("ObjectEvent", r#""action":"OBSERVE","epcList":[]"#),
        ("ObjectEvent", r#""action":"ADD","quantityList":[{"epcClass":"urn:a:b"}],"ilmd":{"ex:a":1}"#),
        (
            "ObjectEvent",
            r#""action":"OBSERVE","readPoint":{"id":"urn:a:b"},"sensorElementList":[{"sensorReport":[{"type":"Temperature","value":1}]}]"#,
        ),
        ("AggregationEvent", r#""action":"DELETE","parentID":"urn:a:b""#),
        ("AggregationEvent", r#""action":"OBSERVE","childEPCs":["urn:a:b"]"#),
        (
            "TransactionEvent",
            r#""action":"ADD","epcList":[],"bizTransactionList":[{"bizTransaction":"urn:a:b","type":"po"}]"#,
        ),
        ("TransformationEvent", r#""transformationID":"urn:a:b","inputEPCList":["urn:a:c"]"#),
        (
            "TransformationEvent",
            r#""inputEPCList":["urn:a:c"],"outputQuantityList":[{"epcClass":"urn:a:d"}],"ilmd":{}"#,
        ),
        ("AssociationEvent", r#""action":"ADD","parentID":"urn:a:b","childEPCs":["urn:a:c"]"#),
    ];
    for (kind, members) in table {
        assert_eq!(event_rejections(kind, members), [], "{kind} {members}");
    }
}

#[test]
fn fields_of_one_event_type_are_checked() {
    let base = r#""action":"ADD","epcList":["urn:a:b"]"#;
    let table = [
        (r#""bizStep":"transforming""#, "JSON-TERM-FORMAT", "/bizStep"),
        (r#""bizStep":"urn:epcglobal:cbv:bizstep:shipping""#, "EPCIS-TERM-SPELLING", "/bizStep"),
        (r#""bizStep":7"#, "EPCIS-FIELD-TYPE", "/bizStep"),
        (r#""disposition":null"#, "EPCIS-FIELD-TYPE", "/disposition"),
        (r#""eventID":"no uri""#, "JSON-URI-FORMAT", "/eventID"),
        (r#""recordTime":"yesterday""#, "JSON-TIME-FORMAT", "/recordTime"),
        (r#""recordTime":"2028-02-30T00:00:00Z""#, "JSON-TIME-FORMAT", "/recordTime"),
        (r#""readPoint":"urn:a:b""#, "EPCIS-FIELD-TYPE", "/readPoint"),
        (r#""readPoint":{}"#, "EPCIS-FIELD-MISSING", "/readPoint"),
        (r#""parentID":"urn:a:b""#, "JSON-NAME-FORMAT", "/parentID"),
        (r#""colour":"red""#, "JSON-NAME-FORMAT", "/colour"),
        (r#""ilmd":{"colour":"red"}"#, "JSON-NAME-FORMAT", "/ilmd/colour"),
        (r#""quantityList":[{"epcClass":"urn:a:b","quantity":"1"}]"#, "EPCIS-FIELD-TYPE", "/quantityList/0/quantity"),
        (r#""quantityList":[{"epcClass":"urn:a:b","quantity":1e99}]"#, "EPCIS-FIELD-VALUE", "/quantityList/0/quantity"),
        (r#""quantityList":[{"epcClass":"urn:a:b","uom":"kg"}]"#, "EPCIS-FIELD-VALUE", "/quantityList/0/uom"),
        (r#""quantityList":[{"epcClass":"urn:a:b","ex:a":1}]"#, "EPCIS-FIELD-UNKNOWN", "/quantityList/0/ex:a"),
        (r#""quantityList":[{"quantity":1}]"#, "EPCIS-FIELD-MISSING", "/quantityList/0"),
        (r#""bizTransactionList":[{"type":"po"}]"#, "EPCIS-FIELD-MISSING", "/bizTransactionList/0"),
        (r#""bizTransactionList":{}"#, "EPCIS-FIELD-TYPE", "/bizTransactionList"),
        (r#""sourceList":[{"source":"urn:a:b"}]"#, "EPCIS-FIELD-MISSING", "/sourceList/0"),
        (
            r#""destinationList":[{"type":"owner","destination":"urn:a:b"}]"#,
            "JSON-TERM-FORMAT",
            "/destinationList/0/type",
        ),
        (r#""persistentDisposition":{}"#, "EPCIS-FIELD-MISSING", "/persistentDisposition"),
        (r#""persistentDisposition":{"set":[]}"#, "EPCIS-FIELD-VALUE", "/persistentDisposition/set"),
        (r#""persistentDisposition":{"set":["active","active"]}"#, "EPCIS-FIELD-VALUE", "/persistentDisposition/set/1"),
        (r#""errorDeclaration":{"reason":"incorrect_data"}"#, "EPCIS-FIELD-MISSING", "/errorDeclaration"),
        (r#""certificationInfo":[1]"#, "EPCIS-FIELD-TYPE", "/certificationInfo/0"),
        (r#""sensorElementList":[{}]"#, "EPCIS-FIELD-MISSING", "/sensorElementList/0"),
        (r#""sensorElementList":[{"sensorReport":[]}]"#, "EPCIS-FIELD-VALUE", "/sensorElementList/0/sensorReport"),
        (
            r#""sensorElementList":[{"sensorReport":[{}]}]"#,
            "EPCIS-FIELD-MISSING",
            "/sensorElementList/0/sensorReport/0",
        ),
        (r#""https://ex.org/ü":1"#, "JSON-NAME-FORMAT", "/https:~1~1ex.org~1ü"),
    ];
    for (member, code, path) in table {
        assert_single(&event_rejections("ObjectEvent", &format!("{base},{member}")), code, path, member);
    }
}

#[test]
fn sensor_reports_are_checked_by_member() {
    let table = [
        (r#""type":"https://gs1.org/voc/Temperature""#, "EPCIS-TERM-SPELLING", "type"),
        (r#""type":"Length","value":"1""#, "EPCIS-FIELD-TYPE", "value"),
        (r#""type":"Length","booleanValue":"true""#, "EPCIS-FIELD-TYPE", "booleanValue"),
        (r#""type":"Length","hexBinaryValue":"xyz""#, "EPCIS-FIELD-VALUE", "hexBinaryValue"),
        (r#""type":"Length","deviceID":"one""#, "JSON-URI-FORMAT", "deviceID"),
        (r#""type":"Length","time":"noon""#, "JSON-TIME-FORMAT", "time"),
        (r#""type":"Length","component":"w""#, "JSON-TERM-FORMAT", "component"),
        (r#""type":"Length","length":1"#, "JSON-NAME-FORMAT", "length"),
    ];
    for (members, code, field) in table {
        let event = format!(r#""action":"ADD","epcList":[],"sensorElementList":[{{"sensorReport":[{{{members}}}]}}]"#);
        let path = format!("/sensorElementList/0/sensorReport/0/{field}");
        assert_single(&event_rejections("ObjectEvent", &event), code, &path, members);
    }
}

#[test]
fn rules_across_fields_are_checked() {
    let table = [
        ("ObjectEvent", r#""epcList":[]"#, "EPCIS-FIELD-MISSING", ""),
        ("ObjectEvent", r#""action":"ADD""#, "EPCIS-FIELD-MISSING", ""),
        ("ObjectEvent", r#""action":"ADD","quantityList":[]"#, "EPCIS-FIELD-MISSING", ""),
        ("ObjectEvent", r#""action":"CREATE","epcList":[]"#, "EPCIS-FIELD-VALUE", "/action"),
        ("ObjectEvent", r#""action":"OBSERVE","epcList":[],"ilmd":{}"#, "EPCIS-FIELD-UNKNOWN", "/ilmd"),
        ("ObjectEvent", r#""action":"ADD","epcList":["urn:a:b","urn:a:b"]"#, "EPCIS-FIELD-VALUE", "/epcList/1"),
        ("AggregationEvent", r#""action":"ADD","childEPCs":["urn:a:b"]"#, "EPCIS-PARENT-MISSING", ""),
        ("AggregationEvent", r#""action":"ADD","parentID":"urn:a:b""#, "EPCIS-FIELD-MISSING", ""),
        ("AggregationEvent", r#""action":"DELETE","parentID":"urn:a:b","ilmd":{}"#, "JSON-NAME-FORMAT", "/ilmd"),
        ("AssociationEvent", r#""action":"OBSERVE","childEPCs":["urn:a:b"]"#, "EPCIS-FIELD-MISSING", ""),
        ("TransactionEvent", r#""action":"ADD","epcList":[]"#, "EPCIS-FIELD-MISSING", ""),
        (
            "TransactionEvent",
            r#""action":"ADD","epcList":[],"bizTransactionList":[]"#,
            "EPCIS-FIELD-VALUE",
            "/bizTransactionList",
        ),
        ("TransformationEvent", r#""inputEPCList":["urn:a:b"]"#, "EPCIS-FIELD-MISSING", ""),
        ("TransformationEvent", r#""transformationID":"urn:a:b""#, "EPCIS-FIELD-MISSING", ""),
        (
            "TransformationEvent",
            r#""action":"ADD","transformationID":"urn:a:b","inputEPCList":["urn:a:c"]"#,
            "JSON-NAME-FORMAT",
            "/action",
        ),
        ("BirthEvent", r#""action":"ADD""#, "JSON-NAME-FORMAT", "/type"),
    ];
    for (kind, members, code, path) in table {
        assert_single(&event_rejections(kind, members), code, path, &format!("{kind} {members}"));
    }
}

#[test]
fn times_are_required_and_checked() {
    let rest = r#""action":"ADD","epcList":[]"#;
    let table = [
        (r#""eventTime":"2028-08-15T22:30:00Z""#, "EPCIS-FIELD-MISSING", ""),
        (r#""eventTimeZoneOffset":"+00:00""#, "EPCIS-FIELD-MISSING", ""),
        (r#""eventTime":"2028-08-15T22:30:00","eventTimeZoneOffset":"+00:00""#, "EPCIS-TIME-FORMAT", "/eventTime"),
        (
            r#""eventTime":"2028-08-15T22:30:00Z","eventTimeZoneOffset":"Z""#,
            "EPCIS-TIME-FORMAT",
            "/eventTimeZoneOffset",
        ),
        (
            r#""eventTime":"2028-08-15T22:30:00Z","eventTimeZoneOffset":"+15:00""#,
            "EPCIS-TIME-FORMAT",
            "/eventTimeZoneOffset",
        ),
    ];
    for (members, code, path) in table {
        assert_single(&rejections("ObjectEvent", &format!("{members},{rest}")), code, path, members);
    }
}

#[test]
fn documents_are_checked_around_their_events() {
    let head = r#""schemaVersion":"2.0","creationDate":"2028-08-15T22:30:00Z""#;
    let body = r#""epcisBody":{"eventList":[]}"#;
    let document = r#""type":"EPCISDocument""#;
    let query = r#""type":"EPCISQueryDocument""#;
    let results = r#""epcisBody":{"queryResults":{"queryName":"q","resultsBody":{"eventList":[]}}}"#;
    let table = [
        (format!("{{{CONTEXT},{document},{head},{body}}}"), None),
        (format!("{{{CONTEXT},{query},{results}}}"), None),
        (format!("{{{document},{head},{body}}}"), Some("EPCIS-FIELD-MISSING")),
        (format!("{{{CONTEXT},{head},{body}}}"), Some("EPCIS-FIELD-MISSING")),
        (format!("{{{CONTEXT},{document},{head}}}"), Some("EPCIS-FIELD-MISSING")),
        (format!("{{{CONTEXT},{document},{body}}}"), Some("EPCIS-FIELD-MISSING")),
        (format!("{{{CONTEXT},{query},{body}}}"), Some("EPCIS-FIELD-MISSING")),
        (format!("{{{CONTEXT},{document},{head},\"epcisBody\":[]}}"), Some("EPCIS-FIELD-TYPE")),
        (format!("{{{CONTEXT},{document},{head},\"epcisBody\":{{\"eventList\":{{}}}}}}"), Some("EPCIS-FIELD-TYPE")),
        (format!("{{{CONTEXT},\"type\":\"Letter\",{head},{body}}}"), Some("EPCIS-FIELD-VALUE")),
        (format!("{{{CONTEXT},{document},{document},{head},{body}}}"), None),
        (format!("{{{CONTEXT},{document},{head},{body},{body}}}"), Some("JSON-MEMBER-REPEATED")),
        ("[]".to_owned(), None),
        ("7".to_owned(), Some("JSON-SYNTAX")),
        ("{}".to_owned(), Some("EPCIS-FIELD-MISSING")),
        (format!("{{{CONTEXT},}}"), Some("JSON-SYNTAX")),
        (format!("{{{CONTEXT},{document},{head},\"epcisBody\":{{\"eventList\":[{{]}}}}"), Some("JSON-SYNTAX")),
    ];
    for (text, code) in table {
        let items = items(text.as_bytes());
        let found = findings(&items);
        assert_eq!(rejection(&found).map(|finding| &*finding.code), code, "{text}: {found:?}");
    }
}

#[test]
fn a_finding_stands_at_the_value_it_is_about() {
    let text = format!("{{{CONTEXT},\n \"type\":\"ObjectEvent\",{WHEN},\n \"epcList\":[],\n \"action\": \"CREATE\"}}");
    let items = items(text.as_bytes());
    let found = findings(&items);
    assert_eq!(
        found[0].to_string(),
        "EPCIS-FIELD-VALUE: line 4, column 12, event 0, /action: `CREATE` is not allowed here; write `ADD`, `OBSERVE` or `DELETE`"
    );
}

/// A document whose `@context` stands behind the events.
fn late(context: &str) -> String {
    let event =
        format!(r#"{{"type":"ObjectEvent",{WHEN},"action":"ADD","epcList":["https://ex.org/1"],"ex:a":{{"ex:b":1}}}}"#);
    format!(
        r#"{{"type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2028-08-15T22:30:00Z","ex:own":1,"epcisBody":{{"eventList":[{event}]}} , {context}}}"#
    )
}

#[test]
fn undeclared_prefixes_are_warned_about() {
    let items = items(late(r#""@context":{"other":"https://ex.org/"}"#).as_bytes());
    let codes: Vec<_> = findings(&items).iter().map(|finding| &*finding.code).collect();
    assert_eq!(codes, ["JSON-CONTEXT-LATE", "JSON-PREFIX-UNDECLARED", "JSON-PREFIX-UNDECLARED"]);
}

#[test]
fn what_stands_before_the_context_waits_for_it() {
    let text = late(r#""@context":{"ex":"https://ex.org/"}"#);
    for chunk in [1, 7, text.len()] {
        let mut decoder = Decoder::new(Binding::Json);
        let mut items = Vec::new();
        for bytes in text.as_bytes().chunks(chunk) {
            decoder.push(bytes);
            items.extend(std::iter::from_fn(|| decoder.next_item()));
        }
        decoder.end();
        items.extend(std::iter::from_fn(|| decoder.next_item()));
        let found: Vec<_> = findings(&items).iter().map(|finding| (&*finding.code, finding.severity)).collect();
        assert_eq!(found, [("JSON-CONTEXT-LATE", Severity::Info)], "{items:?}");
        let event = items.iter().find_map(|item| if let Item::Event { event, .. } = item { Some(event) } else { None });
        let name = &event.unwrap().extensions[0].name;
        assert_eq!((name.prefix.as_str(), name.namespace.as_str()), ("ex", "https://ex.org/"));
        let Item::Document(document) = &items[0] else { panic!("{items:?}") };
        assert_eq!(document.namespaces.get("ex"), Some("https://ex.org/"));
    }
}

#[test]
fn a_context_too_far_behind_what_needs_it_is_refused() {
    let text = late(r#""@context":{"ex":"https://ex.org/"}"#);
    let limits = Limits { max_event_bytes: 200, ..Limits::default() };
    let items: Vec<_> = Reader::with_limits(text.as_bytes(), Binding::Json, limits).map(Result::unwrap).collect();
    let found: Vec<_> = findings(&items).iter().map(|finding| (&*finding.code, finding.severity)).collect();
    assert!(found.contains(&("JSON-CONTEXT-LATE", Severity::Reject)), "{items:?}");
}

#[test]
fn a_rejected_event_is_whole_unless_something_of_it_could_not_be_read() {
    let whole = |fields: &str| {
        let event = format!(r#"{{{CONTEXT},"type":"AggregationEvent",{WHEN},{fields}}}"#);
        let items = items(event.as_bytes());
        assert!(matches!(items[1], Item::Rejected { event: Some(_), .. }), "{items:?}");
        items[1].is_whole()
    };
    let children = r#""childEPCs":["https://id.gs1.org/00/095210030000000015"]"#;
    assert!(whole(&format!(r#"{children},"action":"ADD""#)), "a missing parent");
    assert!(whole(&format!(r#"{children},"parentID":"urn:ex:1""#)), "a missing action");
    for fields in [
        r#""action":"LOOK""#,
        r#""action":"OBSERVE","childQuantityList":[{"quantity":1}]"#,
        r#""action":"OBSERVE","childQuantityList":[{"epcClass":"urn:ex:class","weight":1}]"#,
        r#""action":"OBSERVE","readPoint":{}"#,
    ] {
        assert!(!whole(&format!("{children},{fields}")), "{fields}");
    }
}

#[test]
fn what_says_nothing_is_told_once() {
    let members = r#""action":"ADD","epcList":[],"sourceList":[],"destinationList":[],"ilmd":{}"#;
    let text = format!(r#"{{{CONTEXT},"type":"ObjectEvent",{WHEN},{members}}}"#);
    let items = items(text.as_bytes());
    let told: Vec<_> = findings(&items).into_iter().filter(|finding| finding.code == "EPCIS-EMPTY").collect();
    assert_eq!(told.iter().map(|finding| finding.at.path.as_str()).collect::<Vec<_>>(), ["/sourceList"]);
}
