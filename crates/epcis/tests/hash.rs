//! The event hash against the published vectors, and documents against their twins.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use epcis::{
    Binding, ContextVersion, Event, EventKind, EventTime, Item, Reader, Term, Vocabulary, ZoneOffset,
    hash::{Claim, Hasher},
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

    /// The events of a document, with those that are rejected for their order or the like.
    fn events(&self, path: &str) -> Vec<Event> {
        let bytes = fs::read(self.folder.join(path)).unwrap();
        Reader::new(&bytes[..], binding(path))
            .filter_map(|item| match item.unwrap() {
                Item::Event { event, .. } | Item::Rejected { event: Some(event), .. } => Some(*event),
                _ => None,
            })
            .collect()
    }

    /// The pre-hash strings of a document, with the prefixes that it declares.
    fn prehashes(&self, path: &str) -> Vec<String> {
        let bytes = fs::read(self.folder.join(path)).unwrap();
        let mut hasher = Hasher::new(ContextVersion::V2_0_0);
        let mut prehashes = Vec::new();
        for item in Reader::new(&bytes[..], binding(path)) {
            match item.unwrap() {
                Item::Document(document) => hasher.declare(&document.namespaces),
                Item::Event { event, .. } | Item::Rejected { event: Some(event), .. } => {
                    prehashes.push(hasher.prehash(&event).to_owned());
                }
                _ => {}
            }
        }
        prehashes
    }

    fn hashes(&self, path: &str) -> Vec<String> {
        self.events(path).iter().map(|event| event.hash(ContextVersion::V2_0_0).to_string()).collect()
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
            let prehashes: Vec<_> =
                corpus.events(path).iter().map(|event| event.prehash(ContextVersion::V2_0_0)).collect();
            wrong.push(format!("{path}\n{}", prehashes.join("\n")));
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
        let prehash = event.prehash(ContextVersion::V2_0_0);
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
        let (one, two) = (event.prehash(ContextVersion::V2_0_0), other.prehash(ContextVersion::V2_0_0));
        assert_eq!(one, two);
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
            let equal = less.hash(ContextVersion::V2_0_0) == event.hash(ContextVersion::V2_0_0);
            assert_eq!(equal, ignored, "{field} of {}", event.prehash(ContextVersion::V2_0_0));
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
        for event in corpus.events(path) {
            match event.check_event_id() {
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
