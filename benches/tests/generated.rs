//! A benchmark over documents that are not what they claim to be would measure nothing.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::{
    collections::BTreeSet,
    io::{self, Write},
    process::{Command, Stdio},
};

use epcis::{Binding, Event, EventKind, Finding, Item, Reader};
use lotline_benches::{Layout, Recipe, Size, Syntax};

fn recipe(syntax: Syntax, layout: Layout) -> Recipe {
    Recipe { syntax, layout, size: Size::Events(300) }
}

fn read(recipe: Recipe) -> (Vec<Event>, Vec<Finding>) {
    let binding = if recipe.syntax == Syntax::Json { Binding::Json } else { Binding::Xml };
    let (mut events, mut all) = (Vec::new(), Vec::new());
    for item in Reader::new(recipe.stream(), binding) {
        match item.unwrap() {
            Item::Event { event, findings, .. } => {
                events.push(*event);
                all.extend(findings);
            }
            Item::Rejected { findings, .. } | Item::Foreign { findings, .. } => all.extend(findings),
            Item::Finding(finding) => all.push(finding),
            Item::Document(_) | Item::Extension(..) | Item::Vocabulary(_) => {}
        }
    }
    (events, all)
}

#[test]
fn every_syntax_is_read_without_a_finding() {
    for syntax in [Syntax::Xml12, Syntax::Xml20, Syntax::Json] {
        for layout in [Layout::Compact, Layout::Indented] {
            let (events, findings) = read(recipe(syntax, layout));
            assert_eq!(events.len(), 300);
            assert_eq!(findings, [], "{syntax:?}");
        }
    }
}

#[test]
fn xml_and_json_say_the_same() {
    let (xml, _) = read(recipe(Syntax::Xml20, Layout::Indented));
    let (json, _) = read(recipe(Syntax::Json, Layout::Compact));
    for (xml, json) in xml.iter().zip(&json) {
        assert_eq!(xml.digest(), json.digest(), "{xml:?}\n{json:?}");
    }
}

#[test]
fn all_event_types_and_all_kinds_of_content_occur() {
    let (events, _) = read(recipe(Syntax::Json, Layout::Compact));
    let kinds: BTreeSet<EventKind> = events.iter().map(|event| event.kind).collect();
    assert_eq!(kinds.len(), 5);
    let has: [fn(&Event) -> bool; 8] = [
        |event| !event.ilmd.is_empty(),
        |event| !event.sensor_element_list.is_empty(),
        |event| !event.extensions.is_empty(),
        |event| !event.quantity_list.is_empty(),
        |event| !event.source_list.is_empty(),
        |event| event.persistent_disposition.is_some(),
        |event| event.error_declaration.is_some(),
        |event| event.record_time.is_some(),
    ];
    for (number, has) in has.iter().enumerate() {
        assert!(events.iter().any(has), "content {number}");
    }
}

#[test]
fn a_stream_is_the_document_and_reaches_its_size() {
    let recipe = Recipe { syntax: Syntax::Xml20, layout: Layout::Compact, size: Size::Bytes(100_000) };
    let mut streamed = Vec::new();
    io::copy(&mut recipe.stream(), &mut streamed).unwrap();
    assert_eq!(streamed, recipe.document());
    assert!((100_000..120_000).contains(&streamed.len()));
}

#[test]
fn xml_follows_the_published_schemas() {
    let Some(corpus) = testkit::corpus() else { return };
    if Command::new("xmllint").arg("--version").stderr(Stdio::null()).status().is_err() {
        println!("skipped: xmllint is not installed");
        return;
    }
    let schemas = corpus.join("ift-gftc/opentraceability/Java/opentraceability/src/main/resources/schema");
    for (syntax, schema) in
        [(Syntax::Xml12, "epcis_1_2/EPCglobal-epcis-1_2.xsd"), (Syntax::Xml20, "epcis_2_0/epcglobal-epcis-2_0.xsd")]
    {
        let mut lint = Command::new("xmllint")
            .args(["--noout", "--nonet", "--schema"])
            .arg(schemas.join(schema))
            .arg("-")
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        lint.stdin.take().unwrap().write_all(&recipe(syntax, Layout::Compact).document()).unwrap();
        let output = lint.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
