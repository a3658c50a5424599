//! Arbitrary events through every target and back.

use epcis::{
    Action, Attribute, BizTransaction, ContextVersion, Document, DocumentKind, ErrorDeclaration, Event, EventKind,
    EventTime, Extension, FieldAttribute, LocalContext, Name, PersistentDisposition, Place, Quantity, QuantityElement,
    Query, Section, SensorElement, SourceDest, Term, Value, VocabularyElement, ZoneOffset,
    write::{CbvFormat, EpcFormat, Options},
};
use gs1::Identifier;
use proptest::{collection::vec, option, prelude::*, sample::select};

use crate::{Content, TARGETS, binding, difference, read, write};

/// Text of every kind: plain, white space, markup, characters that XML cannot hold.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z]{0,6}",
        1 => Just(" \n\t".to_owned()),
        1 => Just("<&>\"'\r]]>".to_owned()),
        1 => Just("a\u{0}b\u{B}\u{FFFE}\u{FFFF}".to_owned()),
        1 => Just("ex:value gs1:other kept-1:x".to_owned()),
        1 => any::<String>(),
    ]
}

/// Names as the readers give them: declared, not declared, without prefix, whole IRIs; colliding and odd ones too.
fn prefixed() -> impl Strategy<Value = Name> {
    let pairs = prop_oneof![
        4 => Just(("ex", "https://example.com/ns/")),
        1 => Just(("ex", "https://example.org/other#")),
        1 => Just(("ex", "urn:example:no-delimiter")),
        1 => Just(("ex", "")),
        1 => Just(("other", "")),
        1 => Just(("gs1", "https://gs1.org/voc/")),
        1 => Just(("gs1", "https://ref.gs1.org/voc/")),
        1 => Just(("epcis", "https://ref.gs1.org/epcis/")),
        1 => Just(("xsi", "http://www.w3.org/2001/XMLSchema-instance")),
        1 => Just(("kept", "https://example.com/kept/")),
        1 => Just(("id", "https://example.com/id/")),
        1 => Just(("cbvmda", "urn:epcglobal:cbv:mda:")),
        1 => Just(("", "https://example.com/ns/")),
        1 => Just(("", "urn:example:no-delimiter")),
    ];
    let local = prop_oneof!["[a-c]", "[a-c]", "_x0041_", "é-1\\.b"];
    (pairs, local).prop_map(|((prefix, namespace), local)| Name {
        namespace: namespace.to_owned(),
        prefix: prefix.to_owned(),
        local,
    })
}

/// Names that stand within an extension.
fn inner() -> impl Strategy<Value = Name> {
    let plain = prop_oneof![
        4 => "[a-c]",
        1 => Just("@id".to_owned()),
        1 => Just("a b".to_owned()),
        1 => Just("#text".to_owned()),
        1 => Just("1".to_owned()),
        1 => Just(String::new()),
        1 => Just("type".to_owned()),
    ];
    prop_oneof![prefixed(), plain.prop_map(|local| Name { namespace: String::new(), prefix: String::new(), local }),]
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![Just("1"), Just("-0"), Just("10.50"), Just("1e5"), Just("123456789012345678901234567890.5")]
        .prop_map(str::to_owned)
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => text().prop_map(Value::Text),
        1 => number().prop_map(Value::Number),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(3, 12, 4, |inner_value| {
        prop_oneof![
            vec(extension_of(inner(), inner_value.clone()), 0..4).prop_map(Value::Members),
            vec(inner_value, 0..3).prop_map(Value::List),
        ]
    })
}

fn extension_of(
    name: impl Strategy<Value = Name>,
    value: impl Strategy<Value = Value>,
) -> impl Strategy<Value = Extension> {
    let attribute = (prop_oneof![prefixed(), inner()], text());
    (name, vec(attribute, 0..2), value).prop_map(|(name, attributes, value)| Extension { name, attributes, value })
}

fn extensions() -> impl Strategy<Value = Vec<Extension>> {
    vec(extension_of(prefixed(), value()), 0..4)
}

fn identifier() -> impl Strategy<Value = Identifier> {
    prop_oneof![
        "urn:epc:id:sgtin:0614141\\.107346\\.[0-9]{1,4}",
        "https://id\\.gs1\\.org/01/10614141073464/10/[a-z]{1,3}",
        "https://example\\.com/[a-z&']{0,3}",
    ]
    .prop_map(Identifier::new)
}

fn time() -> impl Strategy<Value = EventTime> {
    prop_oneof![
        Just("2028-08-15T22:30:00-07:00"),
        Just("2028-08-15T22:30:00.000Z"),
        Just("2028-08-15t22:30:00.123456789z"),
    ]
    .prop_map(|time| time.parse().unwrap())
}

fn term(standard: &'static str) -> impl Strategy<Value = Term> {
    prop_oneof![Just(standard.to_owned()), Just("https://example.com/own".to_owned())].prop_map(Term::new)
}

fn quantity() -> impl Strategy<Value = QuantityElement> {
    let amount = prop_oneof![Just("10.50"), Just("1e3"), Just("7")];
    let amount = amount.prop_map(|digits| digits.parse::<Quantity>().unwrap());
    let uom = prop_oneof![Just("KGM".to_owned()), Just("pieces".to_owned())];
    (identifier(), option::of(amount), option::of(uom)).prop_map(|(epc_class, quantity, uom)| QuantityElement {
        epc_class,
        quantity,
        uom,
    })
}

fn place() -> impl Strategy<Value = Place> {
    (identifier(), vec(extension_of(inner(), value()), 0..3)).prop_map(|(id, extensions)| Place { id, extensions })
}

fn local(name: &str, value: Value) -> Extension {
    let name = Name { namespace: String::new(), prefix: String::new(), local: name.to_owned() };
    Extension { name, attributes: Vec::new(), value }
}

fn report() -> impl Strategy<Value = Vec<Extension>> {
    let amount = prop_oneof![Just("20.50"), Just(".5"), Just("1e3")];
    (amount, text(), any::<bool>(), option::of(extension_of(prefixed(), value()))).prop_map(
        |(amount, text, flag, own)| {
            let members = [
                local("type", Value::Text("Temperature".to_owned())),
                local("value", Value::Number(amount.to_owned())),
                local("stringValue", Value::Text(text)),
                local("booleanValue", Value::Bool(flag)),
            ];
            own.into_iter().chain(members).collect()
        },
    )
}

fn sensor() -> impl Strategy<Value = SensorElement> {
    (vec(extension_of(prefixed(), value()), 0..2), vec(report(), 1..3), extensions())
        .prop_map(|(metadata, reports, extensions)| SensorElement { metadata, reports, extensions })
}

fn declaration() -> impl Strategy<Value = ErrorDeclaration> {
    (time(), option::of(term("incorrect_data")), vec(identifier(), 0..3), extensions()).prop_map(
        |(declaration_time, reason, corrective_event_ids, extensions)| ErrorDeclaration {
            declaration_time,
            reason,
            corrective_event_ids,
            extensions,
        },
    )
}

/// What every type of event may have.
fn common() -> impl Strategy<Value = Event> {
    let offset = prop_oneof![Just("-07:00"), Just("Z")].prop_map(|offset| offset.parse::<ZoneOffset>().unwrap());
    let dispositions = || vec(term("in_progress"), 1..3);
    let persistent = (dispositions(), dispositions()).prop_map(|(set, unset)| PersistentDisposition { set, unset });
    let transaction = (option::of(term("po")), identifier()).prop_map(|(kind, id)| BizTransaction { kind, id });
    let party = || (term("owning_party"), identifier()).prop_map(|(kind, id)| SourceDest { kind, id });
    let certificate = prop_oneof![Just("https://example.com/1".to_owned()), Just("urn:example:2".to_owned())];
    let when = (time(), option::of(time()), offset, option::of(identifier()), option::of(declaration()));
    let what = (option::of(term("shipping")), option::of(term("in_progress")), option::of(persistent));
    let r#where = (option::of(place()), option::of(place()));
    let why = (vec(transaction, 1..3), vec(party(), 0..3), vec(party(), 0..3));
    let rest = (vec(sensor(), 0..2), vec(certificate, 0..3), extensions());
    (when, what, r#where, why, rest).prop_map(|(when, what, r#where, why, rest)| {
        let mut event = Event::new(EventKind::Object, when.0, when.2);
        (event.record_time, event.event_id, event.error_declaration) = (when.1, when.3, when.4.map(Box::new));
        (event.biz_step, event.disposition, event.persistent_disposition) = (what.0, what.1, what.2.map(Box::new));
        (event.read_point, event.biz_location) = r#where;
        (event.biz_transaction_list, event.source_list, event.destination_list) = why;
        (event.sensor_element_list, event.certification_info, event.extensions) = rest;
        event
    })
}

fn event() -> impl Strategy<Value = Event> {
    let epcs = || vec(identifier(), 1..3);
    let quantities = || vec(quantity(), 0..3);
    (0..5, common(), identifier(), epcs(), epcs(), quantities(), quantities(), extensions()).prop_map(
        |(kind, mut event, id, epcs, others, quantities, more, ilmd)| {
            event.action = Some(Action::Add);
            match kind {
                0 => (event.epc_list, event.quantity_list, event.ilmd) = (epcs, quantities, ilmd),
                1 => {
                    event.kind = EventKind::Aggregation;
                    event.parent_id = Some(id);
                    (event.child_epcs, event.child_quantity_list) = (epcs, quantities);
                }
                2 => {
                    event.kind = EventKind::Transaction;
                    (event.epc_list, event.quantity_list) = (epcs, quantities);
                }
                3 => {
                    event.kind = EventKind::Transformation;
                    event.action = None;
                    event.transformation_id = Some(Box::new(id));
                    (event.input_epc_list, event.output_epc_list, event.ilmd) = (epcs, others, ilmd);
                    (event.input_quantity_list, event.output_quantity_list) = (quantities, more);
                }
                _ => {
                    event.kind = EventKind::Association;
                    event.parent_id = Some(id);
                    (event.child_epcs, event.child_quantity_list) = (epcs, quantities);
                }
            }
            event
        },
    )
}

/// Attributes of events as XML readers give them, by element and with those of no element that the schema opens.
fn attributes() -> impl Strategy<Value = Vec<FieldAttribute>> {
    let on = prop_oneof![
        3 => Just(""),
        1 => Just("errorDeclaration"),
        1 => Just("ilmd"),
        1 => Just("readPoint"),
    ];
    let declaration = prop_oneof![Just("https://example.com/ns/"), Just("https://example.com/value/")];
    let declaration = declaration.prop_map(|namespace| {
        let name = Name {
            namespace: "http://www.w3.org/2000/xmlns/".to_owned(),
            prefix: "xmlns".to_owned(),
            local: "ex".to_owned(),
        };
        (name, namespace.to_owned())
    });
    let named = prop_oneof![3 => (prefixed(), text()), 1 => (inner(), text()), 1 => declaration];
    let attribute = (on, named).prop_map(|(on, (name, value))| FieldAttribute { on: on.to_owned(), name, value });
    prop_oneof![2 => Just(Vec::new()), 1 => vec(attribute, 1..4)]
}

/// The `@context` of one event: prefixes that its names use, and others.
fn context() -> impl Strategy<Value = LocalContext> {
    let namespace =
        prop_oneof![Just("https://example.com/ns/"), Just("https://example.org/other#"), Just("urn:example:")];
    let prefix = prop_oneof![Just("ex"), Just("own"), Just("gs1"), Just("a b"), Just("id")];
    let term = (prefix, namespace).prop_map(|(prefix, namespace)| local(prefix, Value::Text(namespace.to_owned())));
    let terms = prop_oneof![
        vec(term.clone(), 1..2).prop_map(Value::Members),
        term.prop_map(|term| Value::List(vec![
            Value::Text("https://example.com/context.jsonld".to_owned()),
            Value::Members(vec![term]),
        ])),
    ];
    prop_oneof![2 => Just(LocalContext(None)), 1 => terms.prop_map(|terms| LocalContext(Some(Box::new(terms))))]
}

/// An event with what only one of the bindings has.
fn decorated() -> impl Strategy<Value = Event> {
    (event(), attributes(), context()).prop_map(|(event, attributes, context)| Event { attributes, context, ..event })
}

/// Documents of every kind, and what they declare of the prefixes that their events use.
fn document_of(kinds: &'static [DocumentKind]) -> impl Strategy<Value = Document> {
    let query = (text(), option::of(text())).prop_map(|(name, subscription_id)| Query { name, subscription_id });
    let attributes = prop_oneof![3 => Just(None), 1 => (prefixed(), text()).prop_map(Some)];
    let created = prop_oneof![Just("2028-08-15T22:30:00Z"), Just("2028-08-15t22:30:00.5z")];
    let namespaces = prop_oneof![Just("https://example.com/ns/"), Just("urn:a\u{1}b")];
    (select(kinds), any::<bool>(), query, attributes, created, namespaces).prop_map(
        |(kind, declares, query, attribute, created, namespace)| {
            let mut document = Document::new(kind);
            document.query = (kind == DocumentKind::QueryResult).then_some(query);
            if !matches!(kind, DocumentKind::Event | DocumentKind::EventList) {
                document.creation_date = Some(created.to_owned());
                document.attributes = attribute.into_iter().collect();
            }
            if declares {
                document.namespaces.declare("ex", namespace);
                document.namespaces.declare("kept", "https://example.com/kept/");
                document.namespaces.declare("kept-document", "https://example.com/kept/");
                document.namespaces.declare("epcis", "urn:epcglobal:epcis:xsd:1");
            }
            document
        },
    )
}

/// Every combination of options.
fn options() -> impl Strategy<Value = Options> {
    let epc_formats =
        [EpcFormat::NoPreference, EpcFormat::AlwaysGs1DigitalLink, EpcFormat::AlwaysEpcUrn, EpcFormat::NeverTranslates];
    let cbv_formats = [CbvFormat::NoPreference, CbvFormat::AlwaysUrn, CbvFormat::AlwaysWebUri];
    let contexts = [ContextVersion::V2_0_0, ContextVersion::V2_0_1];
    (select(TARGETS.to_vec()), select(epc_formats.to_vec()), select(cbv_formats.to_vec()), select(contexts.to_vec()))
        .prop_map(|(target, epc_format, cbv_format, context)| Options {
            target,
            epc_format,
            cbv_format,
            context: Some(context),
            ..Options::default()
        })
}

/// Writes and reads back, and says what has changed.
fn changed(content: &Content, options: Options) -> Result<(), TestCaseError> {
    let target = options.target;
    let (text, findings) = write(content, options);
    let mut rules: Vec<_> = findings.iter().map(|finding| (&finding.code, finding.at.event)).collect();
    rules.sort();
    prop_assert!(rules.windows(2).all(|pair| pair.first() != pair.last()), "{findings:?}");
    let after = read(text.as_bytes(), binding(target));
    match difference(content, &after) {
        Some(difference) => Err(TestCaseError::fail(format!("{target}: {difference}\n{text}"))),
        None => Ok(()),
    }
}

const WITH_EVENTS: &[DocumentKind] = &[DocumentKind::Events, DocumentKind::QueryResult, DocumentKind::EventList];
const ROOTED: &[DocumentKind] = &[DocumentKind::Events, DocumentKind::QueryResult];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, max_shrink_iters: 4000, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_events_come_back_from_every_target(document in document_of(WITH_EVENTS), event in decorated()) {
        let content = Content { document: Some(document), events: vec![event], ..Content::default() };
        for target in TARGETS {
            changed(&content, Options { target, ..Options::default() })?;
        }
    }

    #[test]
    fn single_events_come_back_from_every_target(event in decorated()) {
        let document = Document::new(DocumentKind::Event);
        let content = Content { document: Some(document), events: vec![event], ..Content::default() };
        for target in TARGETS {
            changed(&content, Options { target, ..Options::default() })?;
        }
    }

    #[test]
    fn event_lists_come_back_with_every_option(
        document in document_of(WITH_EVENTS),
        events in vec(decorated(), 0..3),
        options in options(),
    ) {
        changed(&Content { document: Some(document), events, ..Content::default() }, options)?;
    }
}

fn vocabulary() -> impl Strategy<Value = VocabularyElement> {
    let kind = prop_oneof![Just("urn:epcglobal:epcis:vtype:Location"), Just("urn:epcglobal:epcis:vtype:EPCClass")];
    let id = prop_oneof![Just("urn:epcglobal:cbv:mda#name"), Just("cbvmda:name"), Just("https://example.com/a&b")];
    let content = prop_oneof![
        text().prop_map(Value::Text),
        number().prop_map(Value::Number),
        vec(extension_of(inner(), value()), 0..3).prop_map(Value::Members),
        Just(Value::Null),
    ];
    let attribute =
        (id, content).prop_map(|(id, value)| Attribute { id: id.to_owned(), value, extensions: Vec::new() });
    let own = vec(extension_of(prefixed(), value()), 0..2);
    (kind, identifier(), vec(attribute, 0..3), vec(identifier(), 0..2), own).prop_map(
        |(vocabulary, id, attributes, children, extensions)| VocabularyElement {
            vocabulary: vocabulary.to_owned(),
            id,
            attributes,
            children,
            extensions,
            vocabulary_extensions: Vec::new(),
            field_attributes: Vec::new(),
        },
    )
}

fn section() -> impl Strategy<Value = Section> {
    prop_oneof![Just(Section::Header), Just(Section::MasterData), Just(Section::Body), Just(Section::Document)]
}

/// An event of a type outside the standard, with what every event has.
fn foreign() -> impl Strategy<Value = Extension> {
    (prefixed(), vec(extension_of(inner(), value()), 0..3)).prop_map(|(name, own)| {
        let text = |name, text: &str| local(name, Value::Text(text.to_owned()));
        let when = [text("eventTime", "2028-08-15T22:30:00-07:00"), text("eventTimeZoneOffset", "-07:00")];
        let members = when.into_iter().chain(own).collect();
        Extension { name, attributes: Vec::new(), value: Value::Members(members) }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, max_shrink_iters: 4000, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_documents_come_back_from_every_target(
        document in document_of(ROOTED),
        vocabulary in vec(vocabulary(), 0..3),
        beside in vec((section(), extension_of(prefixed(), value())), 0..4),
        foreign in vec(foreign(), 0..2),
        late in any::<bool>(),
    ) {
        let content =
            Content { document: Some(document), vocabulary, beside, foreign, late, ..Content::default() };
        for target in TARGETS {
            changed(&content, Options { target, ..Options::default() })?;
        }
    }

    #[test]
    fn arbitrary_master_data_comes_back_with_every_option(
        document in document_of(&[DocumentKind::MasterData, DocumentKind::QueryResult]),
        vocabulary in vec(vocabulary(), 0..3),
        beside in vec((section(), extension_of(prefixed(), value())), 0..3),
        named in any::<bool>(),
        options in options(),
    ) {
        let mut document = document;
        if let (true, Some(query)) = (named, &mut document.query) {
            query.name = "SimpleMasterDataQuery".to_owned();
        }
        changed(&Content { document: Some(document), vocabulary, beside, ..Content::default() }, options)?;
    }
}
