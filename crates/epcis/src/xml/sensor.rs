//! Sensor elements: their XML attributes become members.

use super::{
    grammar,
    tree::{At, TEXT},
    value,
    walk::Walk,
};
use crate::{Extension, Name, SensorElement, Value, rule};

/// The sensor elements, and what stands in the extension point of the list.
pub(super) fn list<'t>(walk: &mut Walk<'t>, at: &At<'t>) -> (Vec<SensorElement>, Vec<Extension>) {
    let mut elements = Vec::new();
    let extensions = walk.open(at, &grammar::SENSOR_ELEMENT_LIST, |walk, _, child| {
        elements.push(sensor_element(walk, child));
    });
    (elements, extensions)
}

fn sensor_element<'t>(walk: &mut Walk<'t>, at: &At<'t>) -> SensorElement {
    let mut metadata = Vec::new();
    let mut reports = Vec::new();
    let extensions = walk.open(at, grammar::sensor_element(walk.version), |walk, name, child| match name {
        "sensorMetadata" => metadata = members(walk, child),
        _ => reports.push(members(walk, child)),
    });
    SensorElement { metadata, reports, extensions }
}

fn members<'t>(walk: &mut Walk<'t>, at: &At<'t>) -> Vec<Extension> {
    let mut members = Vec::new();
    if let Some(child) = at.children().find(At::is_element) {
        let message = format!("`{}` holds the element `{}`", at.local(), child.written());
        walk.reject(at, rule::FIELD_TYPE, message, "write its values as attributes");
    } else if !at.text().trim_ascii().is_empty() {
        members.push(Extension { name: text_name(), attributes: Vec::new(), value: text_of(at.text()) });
    }
    members.extend(at.attributes().iter().map(|attribute| {
        let (name, text) = (at.name_of(attribute), &*attribute.value);
        let value = if name.prefix.is_empty() { typed(walk, at, &name.local, text) } else { text_of(text) };
        Extension { name, attributes: Vec::new(), value }
    }));
    members
}

/// The value of an attribute of the standard, in the type that JSON gives it.
fn typed<'t>(walk: &mut Walk<'t>, at: &At<'t>, name: &str, text: &str) -> Value {
    match name {
        "value" | "minValue" | "maxValue" | "meanValue" | "sDev" | "percRank" | "percValue" => walk.number(at, text),
        "booleanValue" => boolean(walk, at, text),
        "time" | "startTime" | "endTime" => {
            walk.time_of(at, text.trim());
            text_of(text.trim())
        }
        "hexBinaryValue" => {
            let text = text.trim();
            if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                let message = format!("`{text}` is not hexadecimal");
                walk.reject(at, rule::FIELD_VALUE, message, "write an even number of digits `0` to `F`");
            }
            text_of(text)
        }
        _ => text_of(text),
    }
}

fn boolean<'t>(walk: &mut Walk<'t>, at: &At<'t>, text: &str) -> Value {
    if let Some(value) = value::boolean(text) {
        return Value::Bool(value);
    }
    let message = format!("`{}` is not a boolean", text.trim());
    walk.reject(at, rule::FIELD_VALUE, message, "write `true` or `false`");
    text_of(text)
}

fn text_name() -> Name {
    Name { namespace: String::new(), prefix: String::new(), local: TEXT.to_owned() }
}

fn text_of(text: &str) -> Value {
    Value::Text(text.to_owned())
}
