//! What is written is what was read.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use epcis::{
    Event, EventTime, Namespaces, VocabularyElement,
    write::{Envelope, Head, JsonWriter, XmlWriter},
};
use quick_xml::{NsReader, events::Event as Xml};
use testkit::corpus::Expect;

use crate::{corpus::cases, events, findings, items, rejection};

const ENVELOPES: [Envelope<'static>; 2] =
    [Envelope::Document, Envelope::QueryResult { query_name: "SimpleEventQuery", subscription_id: None }];

fn created() -> EventTime {
    "2028-08-15T22:30:00Z".parse().unwrap()
}

fn namespaces(events: &[Event]) -> Namespaces {
    let mut namespaces = Namespaces::default();
    for event in events {
        namespaces.add_event(event);
    }
    namespaces
}

fn json(events: &[Event], vocabulary: &[VocabularyElement], namespaces: &Namespaces, envelope: Envelope<'_>) -> String {
    let head = Head { envelope, created: &created(), vocabulary, namespaces };
    let mut writer = JsonWriter::start(Vec::new(), head).unwrap();
    for event in events {
        writer.event(event).unwrap();
    }
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

fn xml(events: &[Event], vocabulary: &[VocabularyElement], namespaces: &Namespaces, envelope: Envelope<'_>) -> String {
    let head = Head { envelope, created: &created(), vocabulary, namespaces };
    let mut writer = XmlWriter::start(Vec::new(), head).unwrap();
    for event in events {
        writer.event(event).unwrap();
    }
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

#[test]
fn json_gives_back_the_events_that_it_was_given() {
    let mut count = 0;
    for case in cases() {
        let (before, vocabulary) = events(items(case.bytes.as_slice()));
        for (namespaces, envelope) in [(namespaces(&before), ENVELOPES[0]), (Namespaces::default(), ENVELOPES[1])] {
            let text = json(&before, &vocabulary, &namespaces, envelope);
            let read = items(text.as_bytes());
            let found = findings(&read);
            assert!(rejection(&found).is_none(), "{}: {:?}", case.path, rejection(&found));
            let (after, vocabulary_after) = events(read);
            for (before, after) in before.iter().zip(&after) {
                assert_eq!(before, after, "{}", case.path);
            }
            assert_eq!(before.len(), after.len(), "{}", case.path);
            assert_eq!(vocabulary, vocabulary_after, "{}", case.path);
        }
        count += before.len();
    }
    println!("{count} events written and read again");
}

#[test]
fn xml_is_well_formed_and_every_prefix_declared() {
    for case in cases() {
        let (events, vocabulary) = events(items(case.bytes.as_slice()));
        for envelope in ENVELOPES {
            let text = xml(&events, &vocabulary, &Namespaces::default(), envelope);
            let mut reader = NsReader::from_str(&text);
            reader.config_mut().check_end_names = true;
            loop {
                match reader.read_resolved_event() {
                    Ok((_, Xml::Eof)) => break,
                    Ok((namespace, _)) => {
                        let unknown = matches!(namespace, quick_xml::name::ResolveResult::Unknown(_));
                        assert!(!unknown, "{}: {namespace:?}", case.path);
                    }
                    Err(error) => panic!("{}: {error}", case.path),
                }
            }
        }
    }
}

#[test]
fn xml_follows_the_published_schema() {
    let Some(corpus) = testkit::corpus() else { return };
    let schemas = corpus.join("ift-gftc/opentraceability/Java/opentraceability/src/main/resources/schema/epcis_2_0");
    if Command::new("xmllint").arg("--version").stderr(Stdio::null()).status().is_err() {
        println!("skipped: xmllint is not installed");
        return;
    }
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in cases().into_iter().filter(|case| case.expect == Expect::Accept) {
        let (events, vocabulary) = events(items(case.bytes.as_slice()));
        let text = xml(&events, &vocabulary, &namespaces(&events), Envelope::Document);
        let mut lint = Command::new("xmllint")
            .args(["--noout", "--nonet", "--schema"])
            .arg(schemas.join("epcglobal-epcis-2_0.xsd"))
            .arg("-")
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        lint.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let output = lint.wait_with_output().unwrap();
        count += 1;
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr).into_owned();
            wrong.push(format!("{}: {}", case.path, errors.lines().take(2).collect::<Vec<_>>().join(" | ")));
        }
    }
    println!("{} of {count} documents follow the schema", count - wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
