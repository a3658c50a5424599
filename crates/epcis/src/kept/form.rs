//! The text of an annotation: JSON with the standard's names for its fields, and the version of its form.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value as Json};

/// The version of the form that is written. One without a version is of the first.
const CURRENT: u64 = 1;

/// The member with the version.
const VERSION: &str = "version";

/// The standard's names of fields, and the names that the stored form of an event gives them.
///
/// Names of partners are values in the stored form, never names of members, so that none can be mistaken for one of these.
const NAMES: &[(&str, &str)] = &[
    ("@context", "context"),
    ("bizLocation", "biz_location"),
    ("bizStep", "biz_step"),
    ("bizTransactionList", "biz_transaction_list"),
    ("certificationInfo", "certification_info"),
    ("childEPCs", "child_epcs"),
    ("childQuantityList", "child_quantity_list"),
    ("correctiveEventIDs", "corrective_event_ids"),
    ("creationDate", "creation_date"),
    ("declarationTime", "declaration_time"),
    ("destinationList", "destination_list"),
    ("epcClass", "epc_class"),
    ("epcList", "epc_list"),
    ("errorDeclaration", "error_declaration"),
    ("eventID", "event_id"),
    ("eventTime", "event_time"),
    ("eventTimeZoneOffset", "event_time_zone_offset"),
    ("fieldAttributes", "field_attributes"),
    ("inputEPCList", "input_epc_list"),
    ("inputQuantityList", "input_quantity_list"),
    ("outputEPCList", "output_epc_list"),
    ("outputQuantityList", "output_quantity_list"),
    ("parentID", "parent_id"),
    ("persistentDisposition", "persistent_disposition"),
    ("quantityList", "quantity_list"),
    ("readPoint", "read_point"),
    ("recordTime", "record_time"),
    ("sensorElementList", "sensor_element_list"),
    ("sensorMetadata", "metadata"),
    ("sensorReport", "reports"),
    ("sourceList", "source_list"),
    ("subscriptionID", "subscription_id"),
    ("transformationID", "transformation_id"),
    ("vocabularyExtensions", "vocabulary_extensions"),
];

fn standard_name(stored: &str) -> Option<&'static str> {
    NAMES.iter().find(|(_, known)| *known == stored).map(|(standard, _)| *standard)
}

fn stored_name(standard: &str) -> Option<&'static str> {
    NAMES.iter().find(|(known, _)| *known == standard).map(|(_, stored)| *stored)
}

/// A value with other names for the members of its objects.
fn renamed(value: Json, name: fn(&str) -> Option<&'static str>) -> Json {
    match value {
        Json::Object(members) => Json::Object(members_renamed(members, name)),
        Json::Array(values) => values.into_iter().map(|value| renamed(value, name)).collect(),
        other => other,
    }
}

fn members_renamed(members: Map<String, Json>, name: fn(&str) -> Option<&'static str>) -> Map<String, Json> {
    let one = |(known, value): (String, Json)| (name(&known).map_or(known, str::to_owned), renamed(value, name));
    members.into_iter().map(one).collect()
}

/// The members of what is kept, by the standard's names.
pub(super) fn members(value: &impl Serialize) -> Map<String, Json> {
    match serde_json::to_value(value) {
        Ok(Json::Object(members)) => members_renamed(members, standard_name),
        // What is kept are structs with fields, and writing them into memory cannot fail.
        _ => Map::new(),
    }
}

/// The text of some members: JSON that XML can hold too.
pub(super) fn text_of(mut members: Map<String, Json>) -> String {
    members.insert(VERSION.to_owned(), CURRENT.into());
    let json = Json::Object(members).to_string();
    if json.contains(['\u{FFFE}', '\u{FFFF}']) {
        return json.replace('\u{FFFE}', "\\ufffe").replace('\u{FFFF}', "\\uffff");
    }
    json
}

/// The text of what is kept.
pub(super) fn write(value: &impl Serialize) -> String {
    text_of(members(value))
}

/// The members of a text, by the names of the stored form; `None` for a version that is not known here.
pub(super) fn stored_members(text: &str) -> Option<Map<String, Json>> {
    let Json::Object(mut members) = serde_json::from_str(text).ok()? else { return None };
    match members.remove(VERSION) {
        None => {}
        Some(version) if version.as_u64().is_some_and(|version| (1..=CURRENT).contains(&version)) => {}
        Some(_) => return None,
    }
    Some(members_renamed(members, stored_name))
}

/// What was kept, if the text says it.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(Json::Object(stored_members(text)?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Extension, Name, Value};

    fn extension() -> Extension {
        let name = Name { namespace: String::new(), prefix: String::new(), local: "epc_list".to_owned() };
        Extension { name, attributes: Vec::new(), value: Value::Text("\u{FFFE}version".to_owned()) }
    }

    #[test]
    fn what_is_written_is_read() {
        let text = write(&extension());
        assert!(text.contains("\"version\":1") && !text.contains('\u{FFFE}'), "{text}");
        assert_eq!(read(&text), Some(extension()));
    }

    #[test]
    fn a_text_without_version_is_of_the_first_and_later_ones_are_not_read() {
        let text = write(&extension());
        assert_eq!(read(&text.replace("\"version\":1", "\"later\":1")), Some(extension()));
        assert_eq!(read::<Extension>(&text.replace("\"version\":1", "\"version\":2")), None);
    }

    #[test]
    fn no_name_means_two_things() {
        for (i, (standard, stored)) in NAMES.iter().enumerate() {
            let others = || NAMES.iter().skip(i + 1);
            assert!(others().all(|other| other.0 != *standard && other.1 != *stored), "{standard}");
        }
    }
}
