//! The guide shows what the validator says, and the reference lists every rule.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

use std::{fmt::Write as _, fs, path::Path};

use epcis::{Binding, Finding, Item, Reader, rule};

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");

/// Compares a document with what it should be. The right one is left in the folder for
/// temporary files.
fn assert_is(name: &str, expected: &str) {
    let actual = fs::read_to_string(Path::new(DOCS).join(name)).unwrap_or_default();
    let right = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name.replace('/', "-"));
    fs::write(&right, expected).unwrap();
    assert!(actual == expected, "docs/{name} is not up to date: copy {} there", right.display());
}

/// What is said of a document, line by line.
fn said_of(name: &str, document: &str) -> String {
    let is_xml = Path::new(name).extension().is_some_and(|end| end == "xml");
    let binding = if is_xml { Binding::Xml } else { Binding::Json };
    let mut text = String::new();
    for item in Reader::new(document.as_bytes(), binding) {
        let findings = match item.unwrap() {
            Item::Event { findings, .. } | Item::Foreign { findings, .. } | Item::Rejected { findings, .. } => findings,
            Item::Finding(finding) => vec![finding],
            Item::Document(_) | Item::Extension(..) | Item::Vocabulary(_) => Vec::new(),
        };
        for Finding { code, severity, at, message, help, .. } in findings {
            let help = help.map(|help| format!("; {help}")).unwrap_or_default();
            writeln!(text, "{name}:{}:{}: {severity} {code}: {message}{help}", at.line, at.column).unwrap();
        }
    }
    text
}

#[test]
fn every_message_in_the_guide_is_what_the_validator_says() {
    let guide = fs::read_to_string(Path::new(DOCS).join("guide/findings.md")).unwrap();
    let mut right = String::new();
    let mut said = None;
    let mut blocks = guide.split("```");
    right.push_str(blocks.next().unwrap());
    // Every second piece is the inside of a block.
    while let (Some(block), Some(behind)) = (blocks.next(), blocks.next()) {
        let (info, content) = block.split_once('\n').unwrap();
        let content = match info.split_once(' ') {
            Some((_, name)) => {
                said = Some(said_of(name, content));
                content.to_owned()
            }
            None => said.take().unwrap(),
        };
        write!(right, "```{info}\n{content}```{behind}").unwrap();
    }
    assert_is("guide/findings.md", &right);
    assert_eq!(right.matches("\n```text\n").count(), 10);
}

#[test]
fn the_reference_lists_every_rule() {
    let mut text = "# Findings\n\n\
        The codes of findings, in order. They do not change; new ones are added. *Severity* is that of a finding where the\n\
        rule has only one; *strict* rules reject with `--strict`; what breaks a *structural* rule cannot be read without\n\
        guessing, and no profile makes such a rejection anything less. A test keeps this list true.\n\n\
        | Code | Severity | | Rule | Section |\n|---|---|---|---|---|\n"
        .to_owned();
    for rule in rule::ALL {
        let severity = rule.severity.map_or_else(|| "varies".to_owned(), |severity| severity.to_string());
        let kind = match (rule.strict, rule.structural) {
            (true, _) => "strict",
            (_, true) => "structural",
            _ => "",
        };
        let section = if rule.section.is_empty() { "this library" } else { rule.section };
        writeln!(text, "| `{}` | {severity} | {kind} | {} | {section} |", rule.code, rule.about).unwrap();
    }
    assert_is("api/findings.md", &text);
}
