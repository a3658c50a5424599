//! `sensorElementList`.

use super::{
    extension::{Names, forget_context, missing},
    field::Field,
    parts::{at_least_one, each, object},
    report::Report,
    scalar::{boolean, hexadecimal, number, text, time_text, uri, word},
    tape::Node,
    vocabulary::Vocabulary,
};
use crate::{Extension, SensorElement};

/// What the value of a member has to be.
#[derive(Clone, Copy)]
enum Shape {
    Uri,
    Time,
    Number,
    Text,
    Bool,
    Hex,
    Word(Vocabulary),
}

fn shape_in_metadata(field: Field) -> Option<Shape> {
    Some(match field {
        Field::Time | Field::StartTime | Field::EndTime => Shape::Time,
        Field::DeviceId | Field::DeviceMetadata | Field::RawData | Field::DataProcessingMethod | Field::BizRules => {
            Shape::Uri
        }
        _ => return None,
    })
}

fn shape_in_report(field: Field) -> Option<Shape> {
    Some(match field {
        Field::Type => Shape::Word(Vocabulary::Measurement),
        Field::Exception => Shape::Word(Vocabulary::Alert),
        Field::Component => Shape::Word(Vocabulary::Component),
        Field::DeviceId
        | Field::DeviceMetadata
        | Field::RawData
        | Field::DataProcessingMethod
        | Field::BizRules
        | Field::Microorganism
        | Field::ChemicalSubstance
        | Field::CoordinateReferenceSystem
        | Field::UriValue => Shape::Uri,
        Field::Time => Shape::Time,
        Field::Value
        | Field::MinValue
        | Field::MaxValue
        | Field::MeanValue
        | Field::SDev
        | Field::PercRank
        | Field::PercValue => Shape::Number,
        Field::StringValue | Field::Uom => Shape::Text,
        Field::BooleanValue => Shape::Bool,
        Field::HexBinaryValue => Shape::Hex,
        _ => return None,
    })
}

pub(super) fn sensor_elements(report: &mut Report<'_>, names: &mut Names<'_>, node: Node<'_>) -> Vec<SensorElement> {
    each(report, node, |report, node| sensor_element(report, names, node))
}

fn sensor_element(report: &mut Report<'_>, names: &mut Names<'_>, node: Node<'_>) -> Option<SensorElement> {
    let mut element = names.within(report, node, |names, report| element_within(report, names, node))?;
    // The members of its objects stand in it too.
    if element.metadata.is_empty() && element.reports.iter().all(Vec::is_empty) {
        forget_context(node, &mut element.extensions);
    }
    Some(element)
}

fn element_within(report: &mut Report<'_>, names: &mut Names<'_>, node: Node<'_>) -> Option<SensorElement> {
    let mut element = SensorElement::default();
    let mut reported = false;
    for member in object(report, node)?.members() {
        match member.field {
            Field::SensorMetadata => {
                element.metadata = described(report, names, member.value, shape_in_metadata, "`sensorMetadata`");
            }
            Field::SensorReport => {
                reported = true;
                element.reports = sensor_reports(report, names, member.value);
            }
            _ => element.extensions.push(names.private(report, member, "a sensor element")),
        }
    }
    if !reported {
        missing(report, node, "sensorReport", "give at least one report");
    }
    Some(element)
}

fn sensor_reports(report: &mut Report<'_>, names: &mut Names<'_>, node: Node<'_>) -> Vec<Vec<Extension>> {
    at_least_one(report, node);
    each(report, node, |report, node| {
        let found = described(report, names, node, shape_in_report, "a sensor report");
        if node.is_object() && !node.members().any(|member| member.field == Field::Type) {
            missing(report, node, "type", "say what was measured, such as `Temperature`");
        }
        Some(found)
    })
}

/// The members of an object, each checked against its shape.
fn described(
    report: &mut Report<'_>,
    names: &mut Names<'_>,
    node: Node<'_>,
    shape_of: fn(Field) -> Option<Shape>,
    owner: &str,
) -> Vec<Extension> {
    let Some(node) = object(report, node) else { return Vec::new() };
    let mut members = names.within(report, node, |names, report| {
        let read = |member: super::tape::Member<'_>| match shape_of(member.field) {
            Some(shape) => {
                check(report, member.value, shape);
                names.extension(report, member)
            }
            None => names.private(report, member, owner),
        };
        node.members().map(read).collect()
    });
    forget_context(node, &mut members);
    members
}

fn check(report: &mut Report<'_>, node: Node<'_>, shape: Shape) {
    match shape {
        Shape::Uri => drop(uri(report, node)),
        Shape::Time => time_text(report, node),
        Shape::Number => drop(number(report, node)),
        Shape::Text => drop(text(report, node)),
        Shape::Bool => boolean(report, node),
        Shape::Hex => hexadecimal(report, node),
        Shape::Word(vocabulary) => drop(word(report, node, vocabulary)),
    }
}
