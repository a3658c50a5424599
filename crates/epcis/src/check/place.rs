//! Where in an event a field stands, as each binding names places.

use std::fmt::Write as _;

use crate::Binding;

/// One step from an event towards a field.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// Into a field.
    Field(&'static str),
    /// Into an element of a list, counted from 0.
    Item(usize),
}

/// Adds the steps to the path of the event: as JSON pointer, or as `XPath` with the elements that XML has.
pub(super) fn push(path: &mut String, steps: &[Step], binding: Binding) {
    let mut list = "";
    for step in steps {
        // Writing to a string cannot fail.
        let _ = match (binding, step) {
            (Binding::Json, Step::Field(name)) => write!(path, "/{name}"),
            (Binding::Json, Step::Item(index)) => write!(path, "/{index}"),
            (Binding::Xml, Step::Field(name)) => match attribute_or_element(list, name) {
                Some(step) => write!(path, "{step}{name}"),
                None => Ok(()),
            },
            (Binding::Xml, Step::Item(index)) => match element_of(list) {
                Some(name) => write!(path, "/{name}[{}]", index + 1),
                None => write!(path, "[{}]", index + 1),
            },
        };
        if let Step::Field(name) = step {
            list = name;
        }
    }
}

/// How XML steps into a field: some are attributes, and some are the text of the element itself.
fn attribute_or_element(list: &str, name: &str) -> Option<&'static str> {
    match list {
        "bizTransactionList" | "sourceList" | "destinationList" => (name == "type").then_some("/@"),
        "sensorMetadata" | "sensorReport" => Some("/@"),
        _ => Some("/"),
    }
}

/// The element that a list repeats; `None` where the field itself is repeated.
fn element_of(list: &str) -> Option<&'static str> {
    Some(match list {
        "epcList" | "childEPCs" | "inputEPCList" | "outputEPCList" => "epc",
        "quantityList" | "childQuantityList" | "inputQuantityList" | "outputQuantityList" => "quantityElement",
        "bizTransactionList" => "bizTransaction",
        "sourceList" => "source",
        "destinationList" => "destination",
        "sensorElementList" => "sensorElement",
        "correctiveEventIDs" => "correctiveEventID",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Step::*, *};

    #[test]
    fn each_binding_has_its_own_paths() {
        for (steps, json, xml) in [
            (&[Field("epcList"), Item(2)][..], "/epcList/2", "/epcList/epc[3]"),
            (
                &[Field("quantityList"), Item(0), Field("epcClass")],
                "/quantityList/0/epcClass",
                "/quantityList/quantityElement[1]/epcClass",
            ),
            (
                &[Field("bizTransactionList"), Item(1), Field("bizTransaction")],
                "/bizTransactionList/1/bizTransaction",
                "/bizTransactionList/bizTransaction[2]",
            ),
            (&[Field("sourceList"), Item(0), Field("type")], "/sourceList/0/type", "/sourceList/source[1]/@type"),
            (
                &[Field("sensorElementList"), Item(0), Field("sensorReport"), Item(1), Field("time")],
                "/sensorElementList/0/sensorReport/1/time",
                "/sensorElementList/sensorElement[1]/sensorReport[2]/@time",
            ),
            (
                &[Field("persistentDisposition"), Field("set"), Item(0)],
                "/persistentDisposition/set/0",
                "/persistentDisposition/set[1]",
            ),
        ] {
            for (binding, expected) in [(Binding::Json, json), (Binding::Xml, xml)] {
                let mut path = String::new();
                push(&mut path, steps, binding);
                assert_eq!(path, expected);
            }
        }
    }
}
