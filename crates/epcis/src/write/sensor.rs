//! Sensor elements: attributes in XML, typed members in JSON.

use super::{
    json::JsonEvents,
    terms,
    xml::{XmlEvents, is_xml_time},
};
use crate::{EventTime, Extension, Quantity, SensorElement, Value, Vocabulary, kept, xml};

/// The name of the field.
const FIELD: &str = "sensorElementList";

/// What the bindings make of a member of the standard.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Shape {
    Number,
    Bool,
    Time,
    Iri,
    Hex,
    Text,
    Word(Vocabulary),
}

/// The shape of a member; `None` for names that the standard does not know.
fn shape(name: &str) -> Option<Shape> {
    Some(match name {
        "value" | "minValue" | "maxValue" | "meanValue" | "sDev" | "percRank" | "percValue" => Shape::Number,
        "booleanValue" => Shape::Bool,
        "time" | "startTime" | "endTime" => Shape::Time,
        "deviceID"
        | "deviceMetadata"
        | "rawData"
        | "dataProcessingMethod"
        | "bizRules"
        | "microorganism"
        | "chemicalSubstance"
        | "coordinateReferenceSystem"
        | "uriValue" => Shape::Iri,
        "hexBinaryValue" => Shape::Hex,
        "stringValue" | "uom" => Shape::Text,
        "type" => Shape::Word(Vocabulary::Measurement),
        "exception" => Shape::Word(Vocabulary::Alert),
        "component" => Shape::Word(Vocabulary::Component),
        _ => return None,
    })
}

fn is_local(member: &Extension) -> bool {
    member.name.prefix.is_empty() && member.name.namespace.is_empty()
}

/// Whether a member stands behind another of the same name.
fn is_repeated(members: &[Extension], at: usize, member: &Extension) -> bool {
    members.iter().take(at).any(|other| other.name == member.name)
}

/// Writes `sensorElementList`.
pub(super) fn write_xml(writer: &mut XmlEvents<'_>, elements: &[SensorElement]) {
    if elements.is_empty() {
        return;
    }
    writer.optional("sensorElementList", |writer| {
        for element in elements {
            // The schema wants at least one report.
            if element.reports.is_empty() {
                writer.keep.add(FIELD);
                continue;
            }
            writer.text.open("sensorElement");
            if !element.metadata.is_empty() {
                xml_members(writer, "sensorMetadata", &element.metadata);
            }
            for report in &element.reports {
                xml_members(writer, "sensorReport", report);
            }
            writer.text.extensions(&element.extensions, writer.prefixes);
            writer.text.close("sensorElement");
        }
    });
}

/// An element whose members are attributes.
fn xml_members(writer: &mut XmlEvents<'_>, name: &str, members: &[Extension]) {
    writer.text.raw("<");
    writer.text.raw(name);
    for (at, member) in members.iter().enumerate() {
        let held = !is_repeated(members, at, member) && xml_member(writer, member);
        writer.keep.unless(held, FIELD);
    }
    writer.text.raw("/>");
}

/// An attribute for a member. Whether it reads back as it is.
fn xml_member(writer: &mut XmlEvents<'_>, member: &Extension) -> bool {
    let name = &member.name;
    let namable = name::is_plain(&name.local) && name.prefix.is_empty() == name.namespace.is_empty();
    if !member.attributes.is_empty() || !namable || kept::name::is_reserved(name) {
        return false;
    }
    if !is_local(member) {
        let Value::Text(text) = &member.value else { return false };
        return writer.text.prefixed_attribute(writer.prefixes.written(name), &name.local, text);
    }
    match (shape(&name.local), &member.value) {
        (Some(Shape::Number), Value::Number(text)) if xml::is_number(text, true) && !text.starts_with('+') => {
            writer.text.attribute(&name.local, text)
        }
        (Some(Shape::Number), Value::Text(text)) if is_text_double(text) => writer.text.attribute(&name.local, text),
        (Some(Shape::Bool), Value::Bool(value)) => {
            writer.text.attribute(&name.local, if *value { "true" } else { "false" })
        }
        (Some(Shape::Time), Value::Text(text)) if is_xml_time(text) => writer.text.attribute(&name.local, text),
        (Some(Shape::Time), Value::Text(text)) => {
            if let Ok(time) = text.parse::<EventTime>() {
                writer.text.attribute(&name.local, EventTime::from(time.instant()).spelled());
            }
            false
        }
        (Some(Shape::Word(vocabulary)), Value::Text(text)) => {
            if writer.bare_words {
                return writer.text.attribute(&name.local, text);
            }
            let (beginning, word) = terms::in_xml(vocabulary, text, writer.terms);
            writer.text.attribute_in_pieces(&name.local, beginning, word)
        }
        (Some(Shape::Hex), Value::Text(text)) if !is_hex(text) => false,
        (Some(Shape::Iri | Shape::Hex | Shape::Text) | None, Value::Text(text)) => {
            writer.text.attribute(&name.local, text)
        }
        _ => false,
    }
}

/// Whether XML reads a text as a double that no number of JSON is.
fn is_text_double(text: &str) -> bool {
    matches!(text, "INF" | "-INF" | "NaN") || (text.starts_with('+') && xml::is_number(text, true))
}

/// Whether XML takes a text for `xsd:hexBinary`; JSON holds other texts in places where it does not look.
fn is_hex(text: &str) -> bool {
    text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether XML says something of a member by itself.
pub(crate) fn says_in_xml(member: &Extension) -> bool {
    let name = &member.name;
    let namable = name::is_plain(&name.local) && name.prefix.is_empty() == name.namespace.is_empty();
    if !namable || !member.attributes.is_empty() || kept::name::is_reserved(name) {
        return false;
    }
    if !is_local(member) {
        return matches!(member.value, Value::Text(_));
    }
    match (shape(&name.local), &member.value) {
        (Some(Shape::Number), Value::Number(digits)) => xml::is_number(digits, true) && !digits.starts_with('+'),
        (Some(Shape::Number), Value::Text(text)) => is_text_double(text),
        (Some(Shape::Time), Value::Text(text)) => text.parse::<EventTime>().is_ok(),
        (Some(Shape::Hex), Value::Text(text)) => is_hex(text),
        (Some(Shape::Bool), value) => matches!(value, Value::Bool(_)),
        (_, value) => matches!(value, Value::Text(_)),
    }
}

/// Whether two members mean the same.
pub(crate) fn is_same(one: &Extension, other: &Extension) -> bool {
    if one.name != other.name || one.value == other.value {
        return one.name == other.name && one.attributes == other.attributes;
    }
    match (shape(&one.name.local).filter(|_| is_local(one)), &one.value, &other.value) {
        (Some(Shape::Number), Value::Number(one), Value::Number(other)) => {
            one.parse::<crate::Quantity>().is_ok_and(|one| other.parse().is_ok_and(|other| one == other))
        }
        (Some(Shape::Time), Value::Text(one), Value::Text(other)) => {
            one.parse::<EventTime>().is_ok_and(|one| other.parse().is_ok_and(|other| one == other))
        }
        (Some(Shape::Word(vocabulary)), Value::Text(one), Value::Text(other)) => {
            vocabulary.bare(one).is_some_and(|one| vocabulary.bare(other) == Some(one))
        }
        _ => false,
    }
}

/// Names of attributes.
mod name {
    /// Whether XML takes a text as the name of an attribute.
    pub(super) fn is_plain(local: &str) -> bool {
        crate::kept::name::is_xml(local) && local != "xmlns"
    }
}

/// Writes `sensorElementList`.
pub(super) fn write_json(writer: &mut JsonEvents<'_>, elements: &[SensorElement]) {
    if elements.is_empty() {
        return;
    }
    // What the schema would refuse is not written: a report without type, an element without report.
    let speaks = |element: &&SensorElement| element.reports.iter().any(|report| has_type(report));
    if elements.iter().any(|element| !speaks(&element)) {
        writer.keep.add(FIELD);
    }
    let mut speaking = elements.iter().filter(speaks).peekable();
    if speaking.peek().is_none() {
        return;
    }
    writer.text.name("sensorElementList");
    writer.text.open('[');
    for element in speaking {
        writer.text.open('{');
        if !element.metadata.is_empty() {
            writer.text.name("sensorMetadata");
            json_members(writer, &element.metadata);
        }
        writer.text.name("sensorReport");
        writer.text.open('[');
        for report in &element.reports {
            if has_type(report) {
                json_members(writer, report);
            } else {
                writer.keep.add(FIELD);
            }
        }
        writer.text.close(']');
        writer.text.extensions(&element.extensions, writer.prefixes);
        writer.text.close('}');
    }
    writer.text.close(']');
}

pub(crate) fn has_type(report: &[Extension]) -> bool {
    report.iter().any(|member| is_local(member) && member.name.local == "type" && json_word(member).is_some())
}

fn json_word(member: &Extension) -> Option<&str> {
    let (Some(Shape::Word(vocabulary)), Value::Text(text)) = (shape(&member.name.local), &member.value) else {
        return None;
    };
    match vocabulary.bare(text) {
        // Prefixed words are left: JSON takes them as they are.
        Some(word) if text.starts_with("http") || text.starts_with("urn:") => Some(word),
        _ => terms::in_json(vocabulary, text),
    }
}

fn json_members(writer: &mut JsonEvents<'_>, members: &[Extension]) {
    writer.text.open('{');
    for (at, member) in members.iter().enumerate() {
        let written = if is_repeated(members, at, member) { Written::Not } else { json_member(writer, member) };
        if written != Written::Whole {
            let number = writer.keep.member(&member.name.written());
            let annotation = kept::member(member, written == Written::Roughly, number);
            writer.text.annotation(&annotation);
        }
    }
    writer.text.close('}');
}

/// How a member was written.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Written {
    /// It reads back as it is.
    Whole,
    /// Its value, in another spelling.
    Roughly,
    Not,
}

/// A member in the type that JSON has for it.
fn json_member(writer: &mut JsonEvents<'_>, member: &Extension) -> Written {
    if !is_local(member) {
        let plain = kept::json::is_plain(std::slice::from_ref(member), true);
        if plain {
            writer.text.extensions(std::slice::from_ref(member), writer.prefixes);
        }
        return if plain { Written::Whole } else { Written::Not };
    }
    let name = member.name.local.as_str();
    if !member.attributes.is_empty() {
        return Written::Not;
    }
    match (shape(name), &member.value) {
        (Some(Shape::Number), Value::Number(digits)) if kept::json::is_number(digits) => {
            writer.text.name(name);
            writer.text.raw(digits);
        }
        // A number that only XML can spell: the same value in other digits.
        (Some(Shape::Number), Value::Number(digits) | Value::Text(digits)) => {
            let Ok(number) = digits.parse::<Quantity>() else { return Written::Not };
            writer.text.name(name);
            writer.text.raw(&number.value().to_string());
            return Written::Roughly;
        }
        (Some(Shape::Bool), Value::Bool(value)) => {
            writer.text.name(name);
            writer.text.raw(if *value { "true" } else { "false" });
        }
        (Some(Shape::Word(_)), _) => {
            let Some(word) = json_word(member) else { return Written::Not };
            writer.text.member(name, word);
        }
        (Some(Shape::Iri), Value::Text(text)) if terms::is_iri(text) => writer.text.member(name, text),
        (Some(Shape::Time), Value::Text(text)) if text.parse::<EventTime>().is_ok() => writer.text.member(name, text),
        (Some(Shape::Hex), Value::Text(text)) if !text.is_empty() => writer.text.member(name, text),
        (Some(Shape::Text), Value::Text(text)) => writer.text.member(name, text),
        _ => return Written::Not,
    }
    Written::Whole
}
