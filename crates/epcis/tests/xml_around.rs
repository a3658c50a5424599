//! What the XML reader hands out beside the fields of events: documents, headers, extensions, attributes, prefixes.

#![expect(clippy::panic, reason = "a test")]

use epcis::{
    Action, Binding, Document, DocumentKind, Event, EventKind, Extension, FieldAttribute, Item, Reader, Section,
    Severity, Value,
};

const HEAD: &str = "<eventTime>2028-01-02T03:04:05Z</eventTime><eventTimeZoneOffset>-07:00</eventTimeZoneOffset>";
const ROOT: &str = "xmlns:x='urn:x' schemaVersion='2' creationDate='2028-01-01T00:00:00Z'";

fn items(input: &str) -> Vec<Item> {
    Reader::new(input.as_bytes(), Binding::Xml).map(Result::unwrap).collect()
}

fn document(version: u8, header: &str, list: &str, after: &str) -> String {
    let root = ROOT.replace("'2'", &format!("'{version}'"));
    format!(
        "<e:EPCISDocument xmlns:e='urn:epcglobal:epcis:xsd:{version}' {root}>{header}<EPCISBody><EventList>{list}\
         </EventList>{after}</EPCISBody></e:EPCISDocument>"
    )
}

fn object(version: u8, attributes: &str, fields: &str) -> String {
    document(
        version,
        "",
        &format!("<ObjectEvent{attributes}>{HEAD}<epcList/><action>ADD</action>{fields}</ObjectEvent>"),
        "",
    )
}

fn beginning(items: &[Item]) -> &Document {
    let [Item::Document(document), ..] = items else { panic!("{items:?}") };
    document
}

fn event(input: &str) -> Event {
    let items = items(input);
    let found = items.iter().find_map(|item| match item {
        Item::Event { event, .. } => Some((**event).clone()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{items:?}"))
}

/// `Section name` of every extension beside the events.
fn sections(input: &str) -> Vec<String> {
    let section = |item: &Item| match item {
        Item::Extension(section, extension) => Some(format!("{section:?} {}", extension.name.local)),
        Item::Finding(finding) if finding.severity == Severity::Reject => panic!("{finding}"),
        _ => None,
    };
    items(input).iter().filter_map(section).collect()
}

fn attributes(event: &Event) -> Vec<String> {
    let one =
        |found: &FieldAttribute| format!("{}@{}:{}={}", found.on, found.name.prefix, found.name.local, found.value);
    event.attributes.iter().map(one).collect()
}

#[test]
fn a_document_begins_with_what_its_root_says() {
    let items = items(
        "<e:EPCISDocument xmlns:e='urn:epcglobal:epcis:xsd:2' xmlns:cbv='https://ref.gs1.org/cbv/' xmlns:x='urn:x' \
         schemaVersion='2.0' creationDate='2028-01-01T00:00:00Z' x:note='&lt;n'><EPCISBody/></e:EPCISDocument>",
    );
    let document = beginning(&items);
    assert_eq!((document.kind, document.schema_version.as_deref()), (DocumentKind::Events, Some("2.0")));
    assert_eq!(document.creation_date.as_deref(), Some("2028-01-01T00:00:00Z"));
    let namespaces: Vec<_> = document.namespaces.iter().collect();
    assert_eq!(namespaces, [("cbv", "https://ref.gs1.org/cbv/"), ("e", "urn:epcglobal:epcis:xsd:2"), ("x", "urn:x")]);
    let [(name, value)] = document.attributes.as_slice() else { panic!("{document:?}") };
    assert_eq!((name.namespace.as_str(), name.local.as_str(), value.as_str()), ("urn:x", "note", "<n"));
}

#[test]
fn what_a_bare_event_says_of_its_document_is_no_part_of_the_event() {
    let text = format!("<ObjectEvent {ROOT} x:a='1'>{HEAD}<epcList/><action>ADD</action></ObjectEvent>");
    let items = items(&text);
    let document = beginning(&items);
    assert_eq!((document.kind, document.schema_version.as_deref()), (DocumentKind::Event, Some("2")));
    assert_eq!(document.creation_date.as_deref(), Some("2028-01-01T00:00:00Z"));
    assert_eq!(attributes(&event(&text)), ["@x:a=1"]);
}

#[test]
fn a_query_document_begins_with_the_name_of_the_query() {
    let items = items(&format!(
        "<q:EPCISQueryDocument xmlns:q='urn:epcglobal:epcis-query:xsd:2' {ROOT}><EPCISBody><q:QueryResults>\
         <queryName>SimpleEventQuery</queryName><subscriptionID>daily</subscriptionID><resultsBody><EventList><ObjectEvent>\
         {HEAD}<action>ADD</action></ObjectEvent></EventList></resultsBody><x:more/></q:QueryResults></EPCISBody>\
         </q:EPCISQueryDocument>"
    ));
    let document = beginning(&items);
    let query = document.query.as_ref().unwrap();
    assert_eq!((document.kind, query.name.as_str()), (DocumentKind::QueryResult, "SimpleEventQuery"));
    assert_eq!(query.subscription_id.as_deref(), Some("daily"));
    assert!(matches!(items[1..], [Item::Event { .. }, Item::Extension(Section::QueryResults, _)]), "{items:?}");
}

#[test]
fn extensions_beside_the_events_come_with_their_section() {
    let header = "<EPCISHeader><extension><EPCISMasterData><VocabularyList><Vocabulary type='t'><extension><a/></extension>\
                  <x:b/></Vocabulary></VocabularyList><extension><c/></extension></EPCISMasterData><extension><d/></extension>\
                  </extension></EPCISHeader>";
    let body = "<extension><f/><g/></extension><x:h/>";
    let input = document(2, header, "", body).replace("</EPCISBody>", "</EPCISBody><extension><i/></extension><x:j/>");
    assert_eq!(
        sections(&input),
        [
            "MasterData a",
            "MasterData b",
            "MasterData c",
            "Header d",
            "Body f",
            "Body g",
            "Body h",
            "Document i",
            "Document j"
        ]
    );
}

#[test]
fn the_business_document_header_is_an_extension_of_the_header() {
    let partner = |role: &str| format!("<s:{role}><s:Identifier Authority='GS1'>urn:x</s:Identifier></s:{role}>");
    let header = format!(
        "<EPCISHeader xmlns:s='http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader'>\
         <s:StandardBusinessDocumentHeader><s:HeaderVersion>1.0</s:HeaderVersion>{}{}<s:DocumentIdentification>\
         <s:Standard>EPCglobal</s:Standard><s:TypeVersion>1.0</s:TypeVersion><s:InstanceIdentifier>1</s:InstanceIdentifier>\
         <s:Type>Events</s:Type><s:CreationDateAndTime>2028-01-01T00:00:00Z</s:CreationDateAndTime></s:DocumentIdentification>\
         </s:StandardBusinessDocumentHeader><x:more/></EPCISHeader>",
        partner("Sender"),
        partner("Receiver")
    );
    let input = document(1, &header, "", "");
    assert_eq!(sections(&input), ["Header StandardBusinessDocumentHeader", "Header more"]);
    let found =
        items(&input.replace("<s:HeaderVersion>1.0</s:HeaderVersion>", "").replace("01-01T00:00:00Z</s", "1</s"));
    let findings: Vec<_> = found
        .iter()
        .filter_map(|item| match item {
            Item::Finding(finding) => Some(finding.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(findings.len(), 2, "{findings:?}");
    assert!(findings[0].contains("`2028-1` is not a `CreationDateAndTime`"), "{findings:?}");
    assert!(findings[1].contains("`StandardBusinessDocumentHeader` has no `HeaderVersion`"), "{findings:?}");
}

#[test]
fn events_of_other_namespaces_are_handed_out_as_they_are() {
    for input in [
        document(1, "", "<x:Own a='1'><x:field>v</x:field></x:Own>", ""),
        document(2, "", "<extension><x:Own a='1'><x:field>v</x:field></x:Own></extension>", ""),
    ] {
        let items = items(&input);
        let [Item::Document(_), Item::Foreign { event, at, findings }] = items.as_slice() else { panic!("{items:?}") };
        assert_eq!((event.name.local.as_str(), event.attributes.len(), at.event), ("Own", 1, Some(0)));
        assert_eq!(event.value.members()[0].value, Value::Text("v".to_owned()));
        assert_eq!(findings[0].severity, Severity::Warn);
    }
}

#[test]
fn a_quantity_event_is_read_as_an_observation() {
    let input = document(
        1,
        "",
        &format!(
            "<QuantityEvent>{HEAD}<epcClass>urn:x:1</epcClass><quantity>7</quantity><bizStep>shipping</bizStep></QuantityEvent>"
        ),
        "",
    );
    let event = event(&input);
    assert_eq!((event.kind, event.action), (EventKind::Object, Some(Action::Observe)));
    let [element] = event.quantity_list.as_slice() else { panic!("{event:?}") };
    assert_eq!((element.epc_class.spelled(), element.quantity.as_ref().unwrap().spelled()), ("urn:x:1", "7"));
    let items = items(&input);
    assert!(matches!(&items[1], Item::Event { findings, .. } if findings[0].code == "EPCIS-EVENT-TYPE"), "{items:?}");
}

#[test]
fn later_events_travel_in_the_extension_points_of_earlier_schemas() {
    let transformation = format!(
        "<TransformationEvent>{HEAD}<transformationID>urn:x</transformationID><extension><sensorElementList><sensorElement>\
         <sensorReport value='1'/></sensorElement></sensorElementList><persistentDisposition><set>damaged</set>\
         </persistentDisposition><certificationInfo>urn:c</certificationInfo></extension></TransformationEvent>"
    );
    let association =
        format!("<AssociationEvent>{HEAD}<parentID>urn:p</parentID><action>ADD</action></AssociationEvent>");
    let list =
        format!("<extension>{transformation}</extension><extension><extension>{association}</extension></extension>");
    let kinds: Vec<_> = items(&document(1, "", &list, ""))
        .into_iter()
        .filter_map(|item| match item {
            Item::Event { event, .. } => {
                Some((event.kind, event.sensor_element_list.len(), event.certification_info.len()))
            }
            _ => None,
        })
        .collect();
    assert_eq!(kinds, [(EventKind::Transformation, 1, 1), (EventKind::Association, 0, 0)]);
}

#[test]
fn attributes_on_fields_are_kept_by_their_way_in_the_second_schema() {
    let new = event(&object(
        2,
        " x:a='1'",
        "<ilmd x:c='3'/><x:own/>",
    ).replace("<epcList/>", "<errorDeclaration x:b='2'><declarationTime>2028-01-02T03:04:05Z</declarationTime></errorDeclaration><epcList/>"));
    assert_eq!(attributes(&new), ["@x:a=1", "errorDeclaration@x:b=2", "ilmd@x:c=3"]);
    let old = event(&object(1, " x:a='1'", "<extension><ilmd x:c='3'/></extension><x:own/>").replace(
        "<epcList/>",
        "<baseExtension><errorDeclaration x:b='2'><declarationTime>2028-01-02T03:04:05Z</declarationTime></errorDeclaration>\
         </baseExtension><epcList/>",
    ));
    assert_eq!(old, new);
}

#[test]
fn attributes_of_master_data_are_kept() {
    let header = "<EPCISHeader><extension><EPCISMasterData><VocabularyList><Vocabulary type='t'><VocabularyElementList>\
        <VocabularyElement id='urn:x:1' x:a='1'><attribute id='m'/><attribute id='n' x:b='2'/><children x:c='3'/>\
        </VocabularyElement></VocabularyElementList></Vocabulary></VocabularyList></EPCISMasterData></extension></EPCISHeader>";
    let items = items(&document(2, header, "", ""));
    let [_, Item::Vocabulary(element)] = items.as_slice() else { panic!("{items:?}") };
    let on: Vec<_> =
        element.field_attributes.iter().map(|found| format!("{}@{}", found.on, found.name.local)).collect();
    assert_eq!(on, ["@a", "attribute[2]@b", "children@c"]);
}

#[test]
fn text_beside_elements_keeps_its_place() {
    let event = event(&object(2, "", "<x:p>one <x:b>two</x:b> three<x:br/> </x:p>"));
    let members: Vec<_> = event.extensions[0]
        .value
        .members()
        .iter()
        .map(|member| (member.name.local.as_str(), member.value.as_text()))
        .collect();
    assert_eq!(members, [("#text", Some("one ")), ("b", Some("two")), ("#text", Some(" three")), ("br", Some(""))]);
}

/// The declarations kept on an extension, `prefix=namespace`.
fn kept(extension: &Extension) -> Vec<String> {
    let declarations = extension.attributes.iter().filter(|(name, _)| name.prefix == "xmlns");
    declarations.map(|(name, value)| format!("{}={value}", name.local)).collect()
}

#[test]
fn prefixes_that_only_values_use_are_kept_where_they_were_declared() {
    let inner = event(&object(
        2,
        "",
        "<x:a xmlns:y='urn:y' xmlns:z='urn:z'><z:b c='y:thing'/></x:a><x:d xmlns:y='urn:y'>y</x:d>",
    ));
    assert_eq!(kept(&inner.extensions[0]), ["y=urn:y"]);
    assert_eq!(kept(&inner.extensions[1]), [""; 0]);
    let outer = object(2, "", "<x:a>ex:thing</x:a>").replace("<EventList>", "<EventList xmlns:ex='urn:ex'>");
    assert_eq!(attributes(&event(&outer)), ["@xmlns:ex=urn:ex"]);
}

#[test]
fn a_time_without_offset_takes_that_of_the_event_where_the_schema_allows_it() {
    let input = object(1, "", "").replace("05Z", "05");
    assert_eq!(event(&input).event_time.spelled(), "2028-01-02T03:04:05-07:00");
    let items = items(&input);
    let Item::Event { findings, .. } = &items[1] else { panic!("{items:?}") };
    assert_eq!(findings[0].corrected.as_deref(), Some("2028-01-02T03:04:05-07:00"));
}

#[test]
fn an_event_that_only_breaks_the_order_can_still_be_read() {
    let input =
        document(2, "", &format!("<ObjectEvent>{HEAD}<action>ADD</action><epcList/></ObjectEvent><ObjectEvent/>"), "");
    let items = items(&input);
    let [_, Item::Rejected { event: Some(event), .. }, Item::Rejected { event: None, .. }] = items.as_slice() else {
        panic!("{items:?}")
    };
    assert_eq!(event.action, Some(Action::Add));
}

#[test]
fn findings_are_bounded_and_the_rest_is_counted() {
    let input = object(2, "", &"<bad/>".repeat(250));
    let items = items(&input);
    let Item::Rejected { findings, .. } = &items[1] else { panic!("{items:?}") };
    let last = findings.last().unwrap();
    assert_eq!(
        (findings.len(), &*last.code, last.message.as_str()),
        (101, "XML-LIMIT", "150 more findings are left out")
    );
}
