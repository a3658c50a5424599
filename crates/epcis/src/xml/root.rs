//! The beginning of a document: its declaration, its type, the root element.

use super::{
    grammar::Version,
    scan::{Fault, Halt, Malformed, malformed, pseudo_attributes},
    scope::Declaration,
    tree::At,
    value::{is_date_time, is_number},
};
use crate::{Document, DocumentKind, Finding, Location, Namespaces, Severity, input::Position, rule};

/// An XML declaration, or another processing instruction that begins a document.
pub(super) fn check_declaration(content: &str, offset: usize) -> Result<(), Halt> {
    let Some(declaration) = content.strip_prefix("xml").filter(|rest| rest.starts_with(char::is_whitespace)) else {
        return super::build::check_instruction(content, offset);
    };
    let attributes = pseudo_attributes(declaration).unwrap_or_default();
    let names: Vec<_> = attributes.iter().map(|attribute| attribute.name.written()).collect();
    let known = matches!(names.as_slice(), ["version"] | ["version", "encoding" | "standalone"])
        || names.as_slice() == ["version", "encoding", "standalone"];
    let version = attributes.first().is_some_and(|attribute| {
        attribute.value.strip_prefix("1.").is_some_and(|minor| !minor.is_empty() && is_number(minor, false))
    });
    let standalone = attributes.iter().find(|attribute| attribute.name.written() == "standalone");
    let version = version && standalone.is_none_or(|found| matches!(found.value, "yes" | "no"));
    if known && version { Ok(()) } else { malformed(offset, "the XML declaration is not one") }
}

/// A bare `<!DOCTYPE name>` declares nothing; everything else is refused unread.
pub(super) fn doctype(content: &str, at: Position, offset: usize) -> Result<Finding, Halt> {
    let name = content.trim();
    if !name.chars().all(super::name::is_name_character) {
        return Err(Halt::Malformed(Malformed { offset, fault: Fault::Doctype }));
    }
    let at = Location { line: at.line, column: at.column, ..Location::default() };
    let message = format!("the document type `{name}` declares nothing");
    Ok(Finding::new(rule::DOCTYPE, Severity::Warn, at, message).with_help("leave `<!DOCTYPE …>` out"))
}

/// What a root element says of its document.
pub(super) fn document(kind: DocumentKind, at: &At<'_>, declared: &[Declaration]) -> Document {
    let others = at.attributes().iter().filter(|attribute| !is_own(attribute.name.written()));
    Document {
        schema_version: at.attribute("schemaVersion").map(str::to_owned),
        creation_date: at.attribute("creationDate").map(str::to_owned),
        namespaces: namespaces(declared),
        attributes: others.map(|other| (at.name_of(other), other.value.clone().into_owned())).collect(),
        ..Document::new(kind)
    }
}

/// The document that a bare event is; some write on the event what belongs to a document.
pub(super) fn bare_event(at: &At<'_>, declared: &[Declaration]) -> Document {
    Document { attributes: Vec::new(), ..document(DocumentKind::Event, at, declared) }
}

fn namespaces(declared: &[Declaration]) -> Namespaces {
    let mut namespaces = Namespaces::default();
    for declaration in declared.iter().filter(|declaration| !declaration.prefix.is_empty()) {
        namespaces.declare(declaration.prefix.as_str(), declaration.namespace.as_str());
    }
    namespaces
}

/// Whether an attribute says something of the document.
pub(super) fn is_own(attribute: &str) -> bool {
    matches!(attribute, "schemaVersion" | "creationDate")
}

/// What is wrong with the attributes of a root element.
pub(super) fn check_attributes(at: &At<'_>, path: &str) -> Vec<Finding> {
    let position = at.position();
    let decimal = |text: &str| is_number(text.trim(), false);
    let version = at.attribute("schemaVersion");
    let created = at.attribute("creationDate");
    let problems = [
        ("schemaVersion", version, version.is_some_and(decimal), "write it like `2.0`"),
        ("creationDate", created, created.is_some_and(is_date_time), "write it like `2028-08-15T22:30:00-07:00`"),
    ];
    let wrong = problems.into_iter().filter(|(_, _, valid, _)| !valid);
    wrong
        .map(|(name, value, _, help)| {
            let (rule, message) = match value {
                None => (rule::FIELD_MISSING, format!("the document has no `{name}`")),
                Some(value) => (rule::FIELD_VALUE, format!("`{value}` is not a `{name}`")),
            };
            let at = Location { line: position.line, column: position.column, event: None, path: path.to_owned() };
            Finding::new(rule, Severity::Reject, at, message).with_help(help)
        })
        .collect()
}

/// A version that is not the one of the schema.
pub(super) fn check_version(at: &At<'_>, schema: Version, path: &str) -> Option<Finding> {
    let version = at.attribute("schemaVersion")?.trim();
    let number: f32 = version.parse().ok()?;
    let (fits, help) = match schema {
        Version::V1 => ((1.0..2.0).contains(&number), "write `1.2`, or the namespace of the other schema"),
        Version::V2 => ((2.0..2.1).contains(&number), "write `2.0`, or the namespace of the other schema"),
    };
    if fits {
        return None;
    }
    let position = at.position();
    let location = Location { line: position.line, column: position.column, event: None, path: path.to_owned() };
    let message = format!("`{version}` is not the version of the schema");
    Some(Finding::new(rule::SCHEMA_VERSION, Severity::Info, location, message).with_help(help))
}

/// A root element that begins no document of the standard.
pub(super) fn unknown(at: &At<'_>, offset: usize) -> Malformed {
    let message = format!("`{}` in namespace `{}` is not an EPCIS document", at.local(), at.namespace());
    Malformed { offset, fault: Fault::Kind { name: at.written().to_owned(), message } }
}
