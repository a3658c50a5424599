//! The event hash against the published vectors, and documents against their twins.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on must fail")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use epcis::{
    Binding, ContextVersion, Document, DocumentKind, Event, EventKind, EventTime, Item, Namespaces, Reader, Term,
    Vocabulary, ZoneOffset,
    hash::{Claim, Hasher},
    write::{Options, Target, Writer},
};
use gs1::Identifier;
use serde_json::Value;

struct Corpus {
    folder: PathBuf,
    manifest: Vec<Value>,
}

impl Corpus {
    /// `None` when the corpus is not there.
    fn open() -> Option<Self> {
        let folder = testkit::corpus()?;
        let manifest = serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
        Some(Self { folder, manifest })
    }

    fn derived(&self, name: &str) -> Value {
        serde_json::from_slice(&fs::read(self.folder.join("derived").join(name)).unwrap()).unwrap()
    }

    /// The events of a document, with those that are rejected for their order or the like, and the document's prefixes.
    fn declared_events(&self, path: &str) -> Vec<(Event, Namespaces)> {
        let bytes = fs::read(self.folder.join(path)).unwrap();
        let mut namespaces = Namespaces::default();
        let mut events = Vec::new();
        for item in Reader::new(&bytes[..], binding(path)) {
            match item.unwrap() {
                Item::Document(document) => namespaces = document.namespaces,
                Item::Event { event, .. } | Item::Rejected { event: Some(event), .. } => {
                    events.push((*event, namespaces.clone()));
                }
                _ => {}
            }
        }
        events
    }

    fn events(&self, path: &str) -> Vec<Event> {
        self.declared_events(path).into_iter().map(|(event, _)| event).collect()
    }

    fn prehashes(&self, path: &str) -> Vec<String> {
        let mut hasher = Hasher::new(ContextVersion::V2_0_0);
        let events = self.declared_events(path);
        events.iter().map(|(event, namespaces)| hasher.prehash(event, namespaces).to_owned()).collect()
    }

    fn hashes(&self, path: &str) -> Vec<String> {
        let events = self.declared_events(path);
        events.iter().map(|(event, namespaces)| event.hash(ContextVersion::V2_0_0, namespaces).to_string()).collect()
    }
}

fn binding(path: &str) -> Binding {
    if Path::new(path).extension().unwrap() == "xml" { Binding::Xml } else { Binding::Json }
}

/// The published hash of this document takes `urn:epcglobal:cbv:mda` as declared, without the colon that it ends in.
const WITHOUT_COLON: &str = "RalphTro/epcis-event-hash-generator/tests/expected_equal/ignoreEmptyEpcList.xml";

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

#[test]
fn every_published_hash_is_computed() {
    let Some(corpus) = Corpus::open() else { return };
    let mut wrong = Vec::new();
    let mut checked = 0;
    for entry in corpus.manifest.iter().filter(|entry| !entry["event_hashes"].is_null()) {
        let path = entry["path"].as_str().unwrap();
        let computed = corpus.hashes(path);
        let published = strings(&entry["event_hashes"]);
        let equal = if entry["all_events_share_one_hash"] == true {
            u64::try_from(computed.len()).unwrap() == entry["events"].as_u64().unwrap()
                && computed.iter().all(|hash| *hash == published[0])
        } else {
            computed == published
        };
        checked += computed.len();
        if path == WITHOUT_COLON {
            assert!(!equal && computed.iter().all(|hash| *hash == computed[0]), "{path} is as published after all");
        } else if !equal {
            wrong.push(format!("{path}\n{}", corpus.prehashes(path).join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{checked} hashes as published");
    assert!(checked > 60, "{checked}");
}

#[test]
fn every_published_prehash_is_computed() {
    let Some(corpus) = Corpus::open() else { return };
    for entry in corpus.manifest.iter().filter(|entry| !entry["prehash_file"].is_null()) {
        let path = entry["path"].as_str().unwrap();
        let published = fs::read_to_string(corpus.folder.join(entry["prehash_file"].as_str().unwrap())).unwrap();
        let stale = entry["stale_prehash_lines"].as_array().cloned().unwrap_or_default();
        let computed = corpus.prehashes(path);
        assert_eq!(computed.len(), published.lines().count(), "{path}");
        for (line, (computed, published)) in computed.iter().zip(published.lines()).enumerate() {
            assert_eq!(computed == published, !stale.contains(&line.into()), "{path}, line {line}: {computed}");
        }
    }
}

#[test]
fn identifiers_are_canonical_in_the_hash() {
    let Some(corpus) = Corpus::open() else { return };
    let mut event = Event::new(EventKind::Object, "2028-08-15T22:30:00Z".parse().unwrap(), ZoneOffset::utc());
    let mut wrong = Vec::new();
    for case in corpus.derived("hash-canonical-digitallink-vectors.json")["cases"].as_array().unwrap() {
        let input = case["input"].as_str().unwrap();
        let expected = case["expect"].as_str().unwrap_or(input);
        event.epc_list = vec![Identifier::new(input)];
        let prehash = event.prehash(ContextVersion::V2_0_0, &Namespaces::default());
        let found = prehash.split_once("epc=").unwrap().1;
        if found != expected {
            wrong.push(format!("{input}\n  gives {found}\n  not   {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn events_are_hashed_alike_in_every_binding() {
    let Some(corpus) = Corpus::open() else { return };
    let mut pairs = 0;
    let mut wrong = Vec::new();
    for entry in corpus.manifest.iter().filter(|entry| !entry["same_events_in"].is_null()) {
        let path = entry["path"].as_str().unwrap();
        for other in entry["same_events_in"].as_array().unwrap() {
            let other_path = other["path"].as_str().unwrap();
            let (here, there) = (corpus.prehashes(path), corpus.prehashes(other_path));
            for pair in other["pairs"].as_array().unwrap() {
                let index = |side: usize| usize::try_from(pair[side].as_u64().unwrap()).unwrap();
                let (a, b) = (&here[index(0)], &there[index(1)]);
                pairs += 1;
                if a != b {
                    wrong.push(format!("{path}\n{other_path} {pair}\n{a}\n{b}\n"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {pairs} pairs differ\n{}", wrong.len(), wrong.join("\n"));
    println!("{pairs} pairs of events hashed alike");
    assert!(pairs > 250, "{pairs}");
}

/// Every acceptable event of the corpus but those that were made by the hundred.
fn accepted(corpus: &Corpus) -> impl Iterator<Item = Event> {
    let wanted = |entry: &&Value| {
        let few = entry["events"].as_u64().is_some_and(|events| events < 100);
        entry["kind"] == "epcis-document" && entry["expect"] == "accept" && few
    };
    let documents = corpus.manifest.iter().filter(wanted);
    documents.flat_map(|entry| corpus.events(entry["path"].as_str().unwrap()))
}

#[test]
fn order_where_it_means_nothing_and_spelling_do_not_count() {
    let Some(corpus) = Corpus::open() else { return };
    for event in accepted(&corpus) {
        let mut other = event.clone();
        for list in [&mut other.epc_list, &mut other.child_epcs, &mut other.input_epc_list, &mut other.output_epc_list]
        {
            list.reverse();
            for id in list {
                *id = Identifier::new(id.canonical());
            }
        }
        for list in [
            &mut other.quantity_list,
            &mut other.child_quantity_list,
            &mut other.input_quantity_list,
            &mut other.output_quantity_list,
        ] {
            list.reverse();
        }
        other.biz_transaction_list.reverse();
        other.source_list.reverse();
        other.destination_list.reverse();
        other.sensor_element_list.reverse();
        other.sensor_element_list.iter_mut().for_each(|element| element.reports.reverse());
        other.ilmd.reverse();
        other.extensions.reverse();
        if let Some(word) = other.biz_step.as_ref().and_then(|step| Vocabulary::BizStep.bare(step.spelled())) {
            other.biz_step = Some(Term::new(word));
        }
        other.event_time = EventTime::from(other.event_time.instant());
        let prehash = |event: &Event| event.prehash(ContextVersion::V2_0_0, &Namespaces::default());
        assert_eq!(prehash(&event), prehash(&other));
    }
}

/// Names as the stored form of an event has them.
const LEFT_OUT: [&str; 4] = ["event_id", "record_time", "error_declaration", "context"];

#[test]
fn every_field_counts_but_those_that_the_algorithm_leaves_out() {
    let Some(corpus) = Corpus::open() else { return };
    for event in accepted(&corpus) {
        let whole = serde_json::to_value(&event).unwrap();
        for field in whole.as_object().unwrap().keys() {
            let mut less = whole.clone();
            less.as_object_mut().unwrap().remove(field);
            // What every event has cannot be left out.
            let Ok(less) = serde_json::from_value::<Event>(less) else { continue };
            let ignored = LEFT_OUT.contains(&field.as_str()) || only_comments(&whole[field.as_str()]);
            let prehash = |event: &Event| event.prehash(ContextVersion::V2_0_0, &Namespaces::default());
            assert_eq!(prehash(&less) == prehash(&event), ignored, "{field} of {}", prehash(&event));
        }
    }
}

/// Whether a list of extensions holds nothing but `rdfs:comment`.
fn only_comments(field: &Value) -> bool {
    let is_comment = |name: &Value| name["namespace"] == "http://www.w3.org/2000/01/rdf-schema#";
    field.as_array().is_some_and(|list| list.iter().all(|extension| is_comment(&extension["name"])))
}

#[test]
fn a_change_of_an_event_changes_its_hash() {
    let Some(corpus) = Corpus::open() else { return };
    let hash = |number: u8| {
        let hashes = corpus.hashes(&format!("gs1/EPCIS/XML/WithEventHashID/event_with_identical_hash_id_{number}.xml"));
        assert_eq!(hashes.len(), 1);
        hashes[0].clone()
    };
    let first = hash(1);
    assert_ne!(hash(2), first, "it happened in another zone");
    assert!([3, 4, 5].into_iter().all(|number| hash(number) == first));
    // The reference program tells the sixth from the others by an `xsi:type`, which JSON does not have.
    assert_eq!(hash(6), first);
}

#[test]
fn identifiers_of_the_examples_claim_to_be_hashes_and_are_none() {
    let Some(corpus) = Corpus::open() else { return };
    let mut fails = 0;
    for entry in corpus.manifest.iter().filter(|entry| entry["source"] == "gs1/EPCIS") {
        let path = entry["path"].as_str().unwrap();
        if !matches!(entry["format"].as_str(), Some("xml" | "json-ld")) || entry["kind"] == "capture-job" {
            continue;
        }
        for (event, namespaces) in corpus.declared_events(path) {
            match event.check_event_id(&namespaces) {
                None => {}
                Some(Claim::Fails { .. }) => fails += 1,
                Some(Claim::Holds(_)) => panic!("{path}: the identifier is the hash after all"),
            }
        }
    }
    assert!(fails >= 44, "{fails}");
}

#[test]
fn the_words_are_those_of_the_standard() {
    let Some(corpus) = Corpus::open() else { return };
    let published = corpus.derived("cbv-2.0-vocabulary.json");
    for (field, vocabulary) in [
        ("bizStep", Vocabulary::BizStep),
        ("disposition", Vocabulary::Disposition),
        ("sourceList/type", Vocabulary::SourceDest),
        ("destinationList/type", Vocabulary::SourceDest),
        ("bizTransactionList/type", Vocabulary::BizTransaction),
        ("sensorElementList/sensorReport/type", Vocabulary::Measurement),
        ("sensorElementList/sensorReport/exception", Vocabulary::Alert),
        ("sensorElementList/sensorReport/component", Vocabulary::Component),
        ("errorDeclaration/reason", Vocabulary::ErrorReason),
    ] {
        let terms = published["vocabularies"][field].as_array().unwrap();
        assert_eq!(terms.len(), vocabulary.words().len(), "{field}");
        for term in terms {
            let text = |name: &str| term[name].as_str().map(str::to_owned);
            let bare = text("bare").unwrap();
            assert_eq!(vocabulary.urn(&bare), text("urn"), "{field}");
            assert_eq!(vocabulary.web_uri(&bare, ContextVersion::V2_0_0), text("webURI"), "{field}");
            let spellings = [text("urn"), text("webURI"), vocabulary.curie(&bare), Some(bare.clone())];
            for spelled in spellings.into_iter().flatten() {
                assert_eq!(vocabulary.bare(&spelled), Some(bare.as_str()), "{spelled}");
            }
        }
    }
}

/// What is wrong with the only event of a document, and its hash.
fn read_one(text: &str, binding: Binding) -> (Vec<String>, Event, String) {
    let mut namespaces = Namespaces::default();
    for item in Reader::new(text.as_bytes(), binding) {
        match item.unwrap() {
            Item::Document(document) => namespaces = document.namespaces,
            Item::Event { event, findings, .. } => {
                let hash = event.hash(ContextVersion::V2_0_0, &namespaces).to_string();
                return (findings.iter().map(ToString::to_string).collect(), *event, hash);
            }
            _ => {}
        }
    }
    panic!("no event in {text}")
}

/// An event in JSON: prefixes of the document, of the event, its identifier, and members.
fn in_json(document: &str, event: &str, id: &str, members: &str) -> String {
    format!(
        r#"{{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",{{{document}}}],
        "type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2028-08-15T22:30:00Z","epcisBody":{{"eventList":[
        {{"@context":{{{event}}},"eventID":"{id}","type":"ObjectEvent","eventTime":"2028-08-15T22:30:00Z",
        "eventTimeZoneOffset":"+00:00","action":"OBSERVE","epcList":["https://id.gs1.org/01/04012345111118/21/1"],{members}}}]}}}}"#
    )
}

/// An event in XML: prefixes of the document, its identifier, and elements.
fn in_xml(document: &str, id: &str, elements: &str) -> String {
    format!(
        r#"<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" {document} schemaVersion="2.0" creationDate="2028-08-15T22:30:00Z"><EPCISBody><EventList>
        <ObjectEvent><eventTime>2028-08-15T22:30:00Z</eventTime><eventTimeZoneOffset>+00:00</eventTimeZoneOffset><eventID>{id}</eventID>
        <epcList><epc>https://id.gs1.org/01/04012345111118/21/1</epc></epcList><action>OBSERVE</action>{elements}</ObjectEvent>
        </EventList></EPCISBody></epcis:EPCISDocument>"#
    )
}

/// Writes a document around an event with this identifier.
type Write<'a> = &'a dyn Fn(&str) -> String;

#[test]
fn an_event_id_that_was_computed_is_the_hash_on_reading_whatever_prefixes_values_have() {
    let ex = r#""ex":"https://ex.org/""#;
    let member = r#""ex:colour":"ex:red""#;
    let xmlns = r#"xmlns:ex="https://ex.org/""#;
    let documents: [(Binding, Write<'_>); 4] = [
        (Binding::Json, &|id| in_json(ex, "", id, member)),
        (Binding::Json, &|id| in_json(r#""ex":"https://other.org/""#, ex, id, member)),
        (Binding::Xml, &|id| in_xml(xmlns, id, "<ex:colour>ex:red</ex:colour>")),
        (Binding::Xml, &|id| in_xml("", id, &format!("<ex:colour {xmlns}>ex:red</ex:colour>"))),
    ];
    let mut hashes = Vec::new();
    for (binding, document) in documents {
        let (_, _, hash) = read_one(&document("urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8"), binding);
        let (findings, _, again) = read_one(&document(&hash), binding);
        assert_eq!((findings, &again), (Vec::<String>::new(), &hash));
        hashes.push(hash);
    }
    hashes.dedup();
    assert_eq!(hashes.len(), 1, "{hashes:?}");
}

#[test]
fn a_context_inside_an_extension_is_like_a_declaration_on_the_element() {
    let id = "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8";
    let document = r#""ex":"https://ex.org/""#;
    let xmlns = r#"xmlns:ex="https://ex.org/""#;
    for (members, elements) in [
        (
            r#""ex:a":{"@context":{"ex":"https://other.org/"},"ex:b":"ex:c"}"#,
            r#"<x:a xmlns:x="https://ex.org/" xmlns:ex="https://other.org/"><ex:b>ex:c</ex:b></x:a>"#,
        ),
        (
            r#""ex:a":{"@context":{"ex":"https://other.org/"},"ex:b":1}"#,
            r#"<x:a xmlns:x="https://ex.org/" xmlns:ex="https://other.org/"><ex:b>1</ex:b></x:a>"#,
        ),
        (
            r#""ex:a":[{"@context":{"ex":"https://other.org/"},"ex:b":"ex:c"}]"#,
            r#"<x:a xmlns:x="https://ex.org/" xmlns:ex="https://other.org/"><ex:b>ex:c</ex:b></x:a>"#,
        ),
        (
            r#""bizLocation":{"id":"https://id.gs1.org/414/9521003000014","@context":{"n":"https://other.org/"},"n:b":"n:c"}"#,
            r#"<bizLocation xmlns:n="https://other.org/"><id>https://id.gs1.org/414/9521003000014</id><n:b>n:c</n:b></bizLocation>"#,
        ),
    ] {
        let (_, json, here) = read_one(&in_json(document, "", id, members), Binding::Json);
        let (_, xml, there) = read_one(&in_xml(xmlns, id, elements), Binding::Xml);
        assert_eq!(here, there, "{members}\n{json:?}\n{xml:?}");
    }
}

#[test]
fn a_context_inside_an_extension_survives_every_binding() {
    let id = "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8";
    // Whether XML can declare it on the element.
    let members = [
        (r#""ex:a":{"@context":{"n":"https://other.org/"},"n:b":"n:c"}"#, true),
        (r#""ex:a":{"@context":{"ex":"https://other.org/"},"ex:b":{"n":[{"ex:d":1}]}}"#, true),
        (r#""ex:a":{"@context":{"ex":"https://other.org/"},"ex:b":"ex:c"}"#, false),
        (r#""ex:a":[{"@context":{"ex":"https://other.org/"},"ex:b":"ex:c"}]"#, false),
        (r#""ex:a":{"@context":["https://other.org/context",{"n":"https://other.org/"}],"n:b":"n:c"}"#, false),
    ];
    for (members, declared) in members {
        let text = in_json(r#""ex":"https://ex.org/""#, "", id, members);
        let (_, event, hash) = read_one(&text, Binding::Json);
        for target in [Target::Json, Target::Xml] {
            let mut document = Document::new(DocumentKind::Events);
            document.namespaces.declare("ex", "https://ex.org/");
            let options = Options { target, ..Options::default() };
            let mut writer = Writer::start(Vec::new(), &document, options).unwrap();
            writer.event(&event).unwrap();
            let written = String::from_utf8(writer.finish().unwrap()).unwrap();
            let binding = if target == Target::Json { Binding::Json } else { Binding::Xml };
            let (_, again, hash_again) = read_one(&written, binding);
            assert_eq!((&again, &hash_again), (&event, &hash), "{written}");
            assert!(!(declared && written.contains("_x0040_context")), "{written}");
            assert!(target != Target::Json || !written.contains("kept:"), "{written}");
        }
    }
}
