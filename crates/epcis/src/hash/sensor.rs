//! `sensorElementList`.

use super::{
    extension,
    scope::Declared,
    text::Text,
    value::{self, Context},
};
use crate::{EventTime, Extension, Name, SensorElement, Vocabulary};

/// The fields of `sensorMetadata` in the order of the hash.
const METADATA: &[&str] =
    &["time", "startTime", "endTime", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules"];

/// The fields of `sensorReport` in the order of the hash; the algorithm does not name `bizRules`, which the schema has.
const REPORT: &[&str] = &[
    "type",
    "exception",
    "deviceID",
    "deviceMetadata",
    "rawData",
    "dataProcessingMethod",
    "time",
    "microorganism",
    "chemicalSubstance",
    "value",
    "component",
    "stringValue",
    "booleanValue",
    "hexBinaryValue",
    "uriValue",
    "minValue",
    "maxValue",
    "meanValue",
    "sDev",
    "percRank",
    "percValue",
    "uom",
    "coordinateReferenceSystem",
    "bizRules",
];

/// No object has more fields than this.
const MOST_FIELDS: usize = REPORT.len();

pub(super) fn write(out: &mut Text, elements: &[SensorElement], context: Context<'_>) {
    if elements.is_empty() {
        return;
    }
    out.push("sensorElementList");
    out.sorted(elements, |out, element| {
        let context =
            extension::own_context(&element.extensions).map_or(context, |own| context.with(Declared::Context(own)));
        out.push("sensorElement");
        if !element.metadata.is_empty() {
            out.push("sensorMetadata");
            members(out, &element.metadata, METADATA, context);
        }
        out.sorted(&element.reports, |out, report| {
            out.push("sensorReport");
            members(out, report, REPORT, context);
        });
        extension::write(out, &element.extensions, context);
    });
}

/// The fields of the standard in their order, then the others.
fn members(out: &mut Text, members: &[Extension], order: &[&'static str], context: Context<'_>) {
    let context = extension::own_context(members).map_or(context, |own| context.with(Declared::Context(own)));
    let mut ranked = [None; MOST_FIELDS];
    for member in members {
        // Neither binding can say a field twice.
        if let Some(place) = rank(member, order).and_then(|rank| ranked.get_mut(rank)) {
            *place = Some(member);
        }
    }
    for (field, member) in order.iter().zip(ranked) {
        if let Some(member) = member {
            out.push(field);
            standard(out, field, member.value.as_text().unwrap_or_default().trim(), context);
        }
    }
    let others = members.iter().filter(|member| rank(member, order).is_none());
    extension::write_each(out, others, context);
}

/// Where a member stands among the fields of the standard.
fn rank(member: &Extension, order: &[&str]) -> Option<usize> {
    let Name { namespace, prefix, local } = &member.name;
    let standard = namespace.is_empty() && prefix.is_empty();
    standard.then(|| order.iter().position(|field| field == local)).flatten()
}

fn standard(out: &mut Text, field: &str, text: &str, context: Context<'_>) {
    if text.is_empty() {
        return;
    }
    out.push("=");
    match field {
        "type" => value::term(out, Vocabulary::Measurement, text, context),
        "exception" => value::term(out, Vocabulary::Alert, text, context),
        "component" => value::term(out, Vocabulary::Component, text, context),
        "time" | "startTime" | "endTime" => match text.parse::<EventTime>() {
            Ok(time) => value::time(out, &time),
            Err(_) => out.push(text),
        },
        _ => value::write(out, text, context),
    }
}
