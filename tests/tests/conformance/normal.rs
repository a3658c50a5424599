//! One form for events that say the same.
//!
//! Two bindings and three versions spell one event in many ways, and the corpus calls events equal modulo the order of
//! lists, the notation of time zones, numbers and terms, prefixes, and what XML cannot tell apart: text from numbers, a
//! list from repeated elements, an attribute from a child. `recordTime` and `eventID` belong to the record.

use epcis::{Event, EventTime, Term};
use gs1::Identifier;
use serde_json::{Map, Value, json};

/// The namespace of `xsi:type`, by which XML names the type of its text.
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// The namespace of `rdfs:comment`.
const RDFS: &str = "http://www.w3.org/2000/01/rdf-schema#";

/// The event without what may differ, a line for every scalar.
pub(crate) fn normal(event: &Event) -> String {
    let mut event = event.clone();
    event.record_time = None;
    event.event_id = None;
    let mut lines = Vec::new();
    flatten("", &plain(serde_json::to_value(event).unwrap()), &mut lines);
    lines.join("\n")
}

/// The event without what its hash leaves out besides: the declaration that it was wrong, and comments.
pub(crate) fn identity(event: &Event) -> String {
    let mut event = event.clone();
    event.error_declaration = None;
    event.extensions.retain(|extension| extension.name.namespace != RDFS);
    normal(&event)
}

/// The first line that only one of two normal forms has, of each side.
pub(crate) fn difference(left: &str, right: &str) -> String {
    let only = |these: &str, those: &str| {
        let line = these.lines().find(|line| !those.lines().any(|other| other == *line));
        line.unwrap_or("nothing").chars().take(300).collect::<String>()
    };
    format!("{} <> {}", only(left, right), only(right, left))
}

fn flatten(path: &str, value: &Value, lines: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                flatten(&format!("{path}/{name}"), value, lines);
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                flatten(&format!("{path}/{index}"), value, lines);
            }
        }
        scalar => lines.push(format!("{path} {scalar}")),
    }
}

fn plain(value: Value) -> Value {
    match value {
        Value::Object(members) if members.contains_key("name") && members.contains_key("value") => {
            json!(sorted(extension(&members)))
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.into_iter().map(|(name, value)| (name, plain(value))).collect();
            members.sort_by(|left, right| left.0.cmp(&right.0));
            Value::Object(members.into_iter().collect())
        }
        Value::Array(values) => {
            let extensions = |value: &Value| value.get("name").is_some() && value.get("value").is_some();
            let flat = values.into_iter().flat_map(|value| match value {
                Value::Object(members) if extensions(&Value::Object(members.clone())) => extension(&members),
                other => vec![plain(other)],
            });
            json!(sorted(flat.collect()))
        }
        Value::String(text) => json!(scalar(&text)),
        other => other,
    }
}

fn sorted(mut values: Vec<Value>) -> Vec<Value> {
    values.sort_by_cached_key(Value::to_string);
    values
}

/// The name of an extension without its prefix; namespaces of JSON-LD end in a delimiter, those of XML need not.
fn name(name: &Value) -> String {
    let part = |part: &str| name.get(part).and_then(Value::as_str).unwrap_or_default();
    match part("namespace").trim_end_matches([':', '/', '#']) {
        "" if part("prefix").is_empty() => part("local").to_owned(),
        "" => format!("{}:{}", part("prefix"), part("local")),
        namespace => format!("{{{namespace}}}{}", part("local")),
    }
}

/// An extension as one object for every value that it has.
fn extension(members: &Map<String, Value>) -> Vec<Value> {
    let name = name(&members["name"]);
    let attributes = members.get("attributes").and_then(Value::as_array).into_iter().flatten();
    let attributes = attributes.filter(|pair| pair[0].get("namespace").and_then(Value::as_str) != Some(XSI));
    let attributes: Vec<Value> =
        attributes.map(|pair| json!({ self::name(&pair[0]): scalar(pair[1].as_str().unwrap_or_default()) })).collect();
    let values = content(&members["value"]);
    let with_attributes = |value: Value| match value {
        value if attributes.is_empty() => value,
        Value::Array(mut members) => {
            members.extend(attributes.iter().cloned());
            json!(sorted(members))
        }
        text => json!(sorted(attributes.iter().cloned().chain([json!({ "value": text })]).collect())),
    };
    values.into_iter().map(|value| json!({ name.as_str(): with_attributes(value) })).collect()
}

/// The values of an extension: one, or those of its list.
fn content(value: &Value) -> Vec<Value> {
    let Some((kind, inner)) = value.as_object().and_then(|tagged| tagged.iter().next()) else {
        return vec![json!("")];
    };
    match (kind.as_str(), inner) {
        ("List", Value::Array(values)) => values.iter().flat_map(content).collect(),
        ("Members", Value::Array(members)) if members.is_empty() => vec![json!("")],
        ("Members", members) => vec![plain(members.clone())],
        ("Bool", value) => vec![json!(value.to_string())],
        (_, value) => vec![json!(scalar(value.as_str().unwrap_or_default()))],
    }
}

/// A scalar in one spelling, whatever it is: a time, a number, a term, an identifier.
fn scalar(text: &str) -> String {
    let text = text.trim();
    if let Ok(time) = text.parse::<EventTime>() {
        return time.instant().to_string();
    }
    if let Ok(number) = text.parse::<rust_decimal::Decimal>() {
        return number.normalize().to_string();
    }
    let bare = ["gs1:", "https://gs1.org/voc/", "https://ref.gs1.org/voc/"];
    let bare = bare.iter().find_map(|prefix| text.strip_prefix(prefix)).unwrap_or(text);
    let term = Term::new(bare.to_owned());
    Identifier::new(term.word().to_owned()).canonical()
}
