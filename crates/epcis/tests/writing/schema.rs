//! What is written follows the published schemas.

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use epcis::{
    DocumentKind,
    write::{Options, Target},
};

use crate::{Content, corpus::documents, write};

const SCHEMAS: &str = "ift-gftc/opentraceability/Java/opentraceability/src/main/resources/schema";

/// The schema of a document in XML.
fn schema(target: Target, kind: DocumentKind) -> String {
    let part = match kind {
        DocumentKind::QueryResult => "-query",
        DocumentKind::MasterData => "-masterdata",
        _ => "",
    };
    match target {
        Target::Xml12 => format!("epcis_1_2/EPCglobal-epcis{part}-1_2.xsd"),
        _ => format!("epcis_2_0/epcglobal-epcis{part}-2_0.xsd"),
    }
}

/// Documents that `xmllint` refuses as they are, because it keeps the white space around a time; others read them.
const REFUSED_AS_THEY_ARE: &[&str] = &[
    "openepcis/openepcis-test-resources/core/src/main/resources/1.2/EPCIS/XML/Capture/Documents/AggregationEvent_all_possible_fields.xml",
];

/// The first errors that `xmllint` finds.
fn errors(schema: &Path, text: &str) -> Option<String> {
    let mut lint = Command::new("xmllint")
        .args(["--noout", "--nonet", "--huge", "--schema"])
        .arg(schema)
        .arg("-")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    lint.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = lint.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    (!output.status.success()).then(|| errors.lines().take(2).collect::<Vec<_>>().join(" | "))
}

fn kind_of(content: &Content) -> DocumentKind {
    content.document.as_ref().map_or(DocumentKind::Events, |document| document.kind)
}

/// Whether `xmllint` is there.
fn can_validate() -> bool {
    Command::new("xmllint").arg("--version").stderr(Stdio::null()).status().is_ok()
}

/// Holds a document in XML against its schema, if there is one to hold it against.
pub(crate) fn assert_valid(target: Target, kind: DocumentKind, text: &str) {
    let Some(corpus) = testkit::corpus().filter(|_| target != Target::Json && can_validate()) else { return };
    assert_eq!(errors(&corpus.join(SCHEMAS).join(schema(target, kind)), text), None, "{text}");
}

#[test]
fn xml_follows_the_published_schemas() {
    let Some(corpus) = testkit::corpus() else { return };
    if !can_validate() {
        println!("skipped: xmllint is not installed");
        return;
    }
    let mut wrong = Vec::new();
    let mut count = 0;
    for (path, content) in documents() {
        if REFUSED_AS_THEY_ARE.contains(&path.as_str()) {
            continue;
        }
        for target in [Target::Xml, Target::Xml12] {
            let (text, _) = write(&content, Options { target, ..Options::default() });
            let schema = corpus.join(SCHEMAS).join(schema(target, kind_of(&content)));
            count += 1;
            wrong.extend(errors(&schema, &text).map(|errors| format!("{path} as {target}: {errors}")));
        }
    }
    println!("{} of {count} documents follow the schema", count - wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Validates documents, one per line on the standard input, with formats asserted.
const VALIDATE: &str = r#"
import json, re, sys
from jsonschema import Draft7Validator, FormatChecker
from jsonschema.exceptions import best_match
uri = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`]*')
time = re.compile(r'\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)')
checker = FormatChecker(formats=[])
checker.checks('uri')(lambda value: not isinstance(value, str) or bool(uri.fullmatch(value)))
checker.checks('date-time')(lambda value: not isinstance(value, str) or bool(time.fullmatch(value)))
validator = Draft7Validator(json.load(open(sys.argv[1])), format_checker=checker)
for line in sys.stdin:
    error = best_match(validator.iter_errors(json.loads(json.loads(line))))
    text = '' if error is None else '/'.join(map(str, error.absolute_path)) + ': ' + error.message[:300]
    print(text.replace('\n', ' '))
"#;

#[test]
fn json_follows_the_published_schema() {
    let Some(corpus) = testkit::corpus() else { return };
    let installed = Command::new("python3").args(["-c", "import jsonschema"]).stderr(Stdio::null()).status();
    if !installed.is_ok_and(|status| status.success()) {
        println!("skipped: the Python package jsonschema is not installed");
        return;
    }
    let documents = documents();
    let lines: Vec<String> = documents
        .iter()
        .map(|(_, content)| serde_json::to_string(&write(content, Options::default()).0).unwrap())
        .collect();
    let mut python = Command::new("python3")
        .args(["-c", VALIDATE])
        .arg(corpus.join("openepcis/openepcis-event-sentry/src/epcis/epcis-json-schema.json"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = python.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || input.write_all(lines.join("\n").as_bytes()));
    let output = python.wait_with_output().unwrap();
    feeder.join().unwrap().unwrap();
    let errors = String::from_utf8(output.stdout).unwrap();
    let wrong: Vec<String> = documents
        .iter()
        .zip(errors.lines())
        .filter(|(_, error)| !error.is_empty())
        .map(|((path, _), error)| format!("{path}: {error}"))
        .collect();
    assert_eq!(errors.lines().count(), documents.len());
    println!("{} of {} documents follow the schema", documents.len() - wrong.len(), documents.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
