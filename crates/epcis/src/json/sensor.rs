//! `sensorElementList`.

use super::{
    extension::{Names, missing},
    parts::{at_least_one, each, members},
    report::Report,
    scalar::{boolean, hexadecimal, iri, number, text, time, word},
    tree::{Json, Node},
    vocabulary::Vocabulary,
};
use crate::{Extension, SensorElement};

/// What the value of a member has to be.
#[derive(Clone, Copy)]
enum Shape {
    Iri,
    Time,
    Number,
    Text,
    Bool,
    Hex,
    Word(Vocabulary),
}

const METADATA: &[(&str, Shape)] = &[
    ("time", Shape::Time),
    ("startTime", Shape::Time),
    ("endTime", Shape::Time),
    ("deviceID", Shape::Iri),
    ("deviceMetadata", Shape::Iri),
    ("rawData", Shape::Iri),
    ("dataProcessingMethod", Shape::Iri),
    ("bizRules", Shape::Iri),
];

const REPORT: &[(&str, Shape)] = &[
    ("type", Shape::Word(Vocabulary::Measurement)),
    ("exception", Shape::Word(Vocabulary::Alert)),
    ("component", Shape::Word(Vocabulary::Component)),
    ("deviceID", Shape::Iri),
    ("deviceMetadata", Shape::Iri),
    ("rawData", Shape::Iri),
    ("dataProcessingMethod", Shape::Iri),
    ("bizRules", Shape::Iri),
    ("microorganism", Shape::Iri),
    ("chemicalSubstance", Shape::Iri),
    ("coordinateReferenceSystem", Shape::Iri),
    ("uriValue", Shape::Iri),
    ("time", Shape::Time),
    ("value", Shape::Number),
    ("minValue", Shape::Number),
    ("maxValue", Shape::Number),
    ("meanValue", Shape::Number),
    ("sDev", Shape::Number),
    ("percRank", Shape::Number),
    ("percValue", Shape::Number),
    ("stringValue", Shape::Text),
    ("uom", Shape::Text),
    ("booleanValue", Shape::Bool),
    ("hexBinaryValue", Shape::Hex),
];

pub(super) fn sensor_elements(report: &mut Report<'_>, names: &mut Names<'_>, node: &Node<'_>) -> Vec<SensorElement> {
    each(report, node, |report, node| sensor_element(report, names, node))
}

fn sensor_element(report: &mut Report<'_>, names: &mut Names<'_>, node: &Node<'_>) -> Option<SensorElement> {
    let mut element = SensorElement::default();
    let members = members(report, node)?;
    for member in members {
        match &*member.name {
            "sensorMetadata" => {
                element.metadata = report.within(&member.name, |report| {
                    described(report, names, &member.node, METADATA, "`sensorMetadata`")
                });
            }
            "sensorReport" => {
                element.reports = report.within(&member.name, |report| sensor_reports(report, names, &member.node));
            }
            _ => element.extensions.extend(names.private(report, member, "a sensor element")),
        }
    }
    if !members.iter().any(|member| member.name == "sensorReport") {
        missing(report, node.at, "sensorReport", "give at least one report");
    }
    Some(element)
}

fn sensor_reports(report: &mut Report<'_>, names: &mut Names<'_>, node: &Node<'_>) -> Vec<Vec<Extension>> {
    at_least_one(report, node);
    each(report, node, |report, node| {
        let found = described(report, names, node, REPORT, "a sensor report");
        if let Json::Object(members) = &node.value
            && !members.iter().any(|member| member.name == "type")
        {
            missing(report, node.at, "type", "say what was measured, such as `Temperature`");
        }
        Some(found)
    })
}

/// The members of an object, each checked against the table.
fn described(
    report: &mut Report<'_>,
    names: &mut Names<'_>,
    node: &Node<'_>,
    table: &[(&str, Shape)],
    owner: &str,
) -> Vec<Extension> {
    let mut found = Vec::new();
    for member in members(report, node).unwrap_or_default() {
        let Some((name, shape)) = table.iter().find(|(name, _)| *name == member.name) else {
            found.extend(names.private(report, member, owner));
            continue;
        };
        report.within(name, |report| check(report, &member.node, *shape));
        found.push(names.extension(report, member));
    }
    found
}

fn check(report: &mut Report<'_>, node: &Node<'_>, shape: Shape) {
    match shape {
        Shape::Iri => drop(iri(report, node)),
        Shape::Time => drop(time(report, node)),
        Shape::Number => drop(number(report, node)),
        Shape::Text => drop(text(report, node)),
        Shape::Bool => boolean(report, node),
        Shape::Hex => hexadecimal(report, node),
        Shape::Word(vocabulary) => drop(word(report, node, vocabulary)),
    }
}
