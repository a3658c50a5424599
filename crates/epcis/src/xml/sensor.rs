//! Sensor elements: their XML attributes become members.

use super::{
    event::open,
    grammar,
    tree::{At, SCHEMA_INSTANCE},
    walk::Walk,
};
use crate::{Extension, SensorElement, Value, rule};

/// The sensor elements, and what stands in the extension point of the list.
pub(super) fn list(walk: &mut Walk, at: &At<'_>) -> (Vec<SensorElement>, Vec<Extension>) {
    let mut elements = Vec::new();
    let extensions = open(walk, at, &grammar::SENSOR_ELEMENT_LIST, |walk, _, child| {
        elements.push(sensor_element(walk, child));
    });
    (elements, extensions)
}

fn sensor_element(walk: &mut Walk, at: &At<'_>) -> SensorElement {
    let mut metadata = Vec::new();
    let mut reports = Vec::new();
    let extensions = open(walk, at, grammar::sensor_element(walk.version), |walk, name, child| match name {
        "sensorMetadata" => metadata = members(walk, child),
        _ => reports.push(members(walk, child)),
    });
    SensorElement { metadata, reports, extensions }
}

fn members(walk: &mut Walk, at: &At<'_>) -> Vec<Extension> {
    if let Some(child) = at.element.children.first() {
        let message = format!("`{}` holds the element `{}`", at.element.name.local, child.qualified_name());
        walk.reject(at, rule::FIELD_TYPE, message, "write its values as attributes");
    }
    let attributes = at.element.attributes.iter().filter(|(name, _)| name.namespace != SCHEMA_INSTANCE);
    attributes
        .map(|(name, text)| {
            let value = if name.prefix.is_empty() { value(walk, at, &name.local, text) } else { text_of(text) };
            Extension { name: name.clone(), attributes: Vec::new(), value }
        })
        .collect()
}

/// The value of an attribute of the standard, in the type that JSON gives it.
fn value(walk: &mut Walk, at: &At<'_>, name: &str, text: &str) -> Value {
    match name {
        "value" | "minValue" | "maxValue" | "meanValue" | "sDev" | "percRank" | "percValue" => walk.number(at, text),
        "booleanValue" => boolean(walk, at, text),
        "time" | "startTime" | "endTime" => {
            walk.time_of(at, text.trim());
            text_of(text.trim())
        }
        "hexBinaryValue" => {
            if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                let message = format!("`{text}` is not hexadecimal");
                walk.reject(at, rule::FIELD_VALUE, message, "write an even number of digits `0` to `F`");
            }
            text_of(text)
        }
        _ => text_of(text),
    }
}

fn boolean(walk: &mut Walk, at: &At<'_>, text: &str) -> Value {
    match text.trim() {
        "true" | "1" => Value::Bool(true),
        "false" | "0" => Value::Bool(false),
        other => {
            let message = format!("`{other}` is not a boolean");
            walk.reject(at, rule::FIELD_VALUE, message, "write `true` or `false`");
            text_of(text)
        }
    }
}

fn text_of(text: &str) -> Value {
    Value::Text(text.to_owned())
}
