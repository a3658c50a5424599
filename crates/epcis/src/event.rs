//! The canonical event, whatever binding it came in.

use gs1::Identifier;
use serde::{Deserialize, Serialize};

use crate::{EventTime, Extension, Name, Quantity, Term, Value, Vocabulary, ZoneOffset};

/// Which of the five event types (EPCIS 2.0 §7.4).
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub enum EventKind {
    /// Something happened to objects.
    #[serde(rename = "ObjectEvent")]
    Object,
    /// Objects were put into or taken out of a parent.
    #[serde(rename = "AggregationEvent")]
    Aggregation,
    /// Objects were linked to business transactions.
    #[serde(rename = "TransactionEvent")]
    Transaction,
    /// Inputs were consumed, outputs produced.
    #[serde(rename = "TransformationEvent")]
    Transformation,
    /// Objects were tied to another object or place for a while.
    #[serde(rename = "AssociationEvent")]
    Association,
}

/// The life-cycle verb of an event (EPCIS 2.0 §7.3.2).
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Action {
    /// Created, or added to the parent.
    Add,
    /// Seen, nothing changed.
    Observe,
    /// Ended, or removed from the parent.
    Delete,
}

impl EventKind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Object, Self::Aggregation, Self::Transaction, Self::Transformation, Self::Association];

    /// The one with a name of the standard.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The standard's name, for example `ObjectEvent`.
    ///
    /// ```
    /// assert_eq!(epcis::EventKind::Transformation.name(), "TransformationEvent");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Object => "ObjectEvent",
            Self::Aggregation => "AggregationEvent",
            Self::Transaction => "TransactionEvent",
            Self::Transformation => "TransformationEvent",
            Self::Association => "AssociationEvent",
        }
    }
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Add, Self::Observe, Self::Delete];

    /// The one with a name of the standard.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }

    /// The standard's name, for example `ADD`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Add => "ADD",
            Self::Observe => "OBSERVE",
            Self::Delete => "DELETE",
        }
    }
}

/// One EPCIS event with every field of every type; which fields may stand on which type is checked on reading.
///
/// Lexical forms are kept: `10.50` stays `10.50`, an offset stays the offset, an identifier keeps its spelling, and
/// elements outside the standard are kept as [`Extension`]s. Serialising with `serde` and reading back gives an equal
/// event; this is the form the store keeps.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Event {
    /// `type`.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// `eventID`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_id: Option<Identifier>,
    /// `eventTime`.
    pub event_time: EventTime,
    /// `recordTime` as the partner wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_time: Option<EventTime>,
    /// `eventTimeZoneOffset`, the local time at the place of the event.
    pub event_time_zone_offset: ZoneOffset,
    /// `action`; absent on transformations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// `bizStep`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub biz_step: Option<Term>,
    /// `disposition`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disposition: Option<Term>,
    /// `persistentDisposition`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persistent_disposition: Option<Box<PersistentDisposition>>,
    /// `readPoint`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_point: Option<Place>,
    /// `bizLocation`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub biz_location: Option<Place>,
    /// `parentID` of aggregations, transactions and associations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<Identifier>,
    /// `transformationID`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transformation_id: Option<Box<Identifier>>,
    /// `epcList` of object and transaction events.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub epc_list: Vec<Identifier>,
    /// `quantityList` of object and transaction events.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quantity_list: Vec<QuantityElement>,
    /// `childEPCs` of aggregations and associations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub child_epcs: Vec<Identifier>,
    /// `childQuantityList` of aggregations and associations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub child_quantity_list: Vec<QuantityElement>,
    /// `inputEPCList` of transformations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub input_epc_list: Vec<Identifier>,
    /// `inputQuantityList` of transformations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub input_quantity_list: Vec<QuantityElement>,
    /// `outputEPCList` of transformations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub output_epc_list: Vec<Identifier>,
    /// `outputQuantityList` of transformations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub output_quantity_list: Vec<QuantityElement>,
    /// `bizTransactionList`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub biz_transaction_list: Vec<BizTransaction>,
    /// `sourceList`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source_list: Vec<SourceDest>,
    /// `destinationList`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub destination_list: Vec<SourceDest>,
    /// `sensorElementList`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sensor_element_list: Vec<SensorElement>,
    /// `ilmd`, instance/lot master data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ilmd: Vec<Extension>,
    /// `certificationInfo`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certification_info: Vec<String>,
    /// `errorDeclaration`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_declaration: Option<Box<ErrorDeclaration>>,
    /// Everything at event level that the standard does not name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<Extension>,
    /// `@context` of the event itself (JSON only).
    #[serde(default, skip_serializing_if = "LocalContext::is_empty")]
    pub context: LocalContext,
    /// XML attributes that senders put on elements of the standard.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<FieldAttribute>,
}

/// The `@context` of one event as it is written.
///
/// The names of the event were resolved with it when it was read, so it takes no part in equality; only prefixes inside
/// of values still need it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub struct LocalContext(pub Option<Box<Value>>);

impl LocalContext {
    /// Whether the event has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}

impl PartialEq for LocalContext {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// An XML attribute outside the standard on an element of the standard, which the schema allows almost everywhere.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct FieldAttribute {
    /// The way from the event to the element, for example `readPoint/id` or `quantityList/quantityElement[2]`, as in
    /// the schema of EPCIS 2.0; empty for the event itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub on: String,
    /// Its name.
    pub name: Name,
    /// Its value.
    pub value: String,
}

/// `readPoint` or `bizLocation`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Place {
    /// `id`.
    pub id: Identifier,
    /// Further members.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<Extension>,
}

/// `quantityElement`: a class, how much of it, in which unit.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct QuantityElement {
    /// `epcClass`.
    pub epc_class: Identifier,
    /// `quantity`; absent means unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// `uom`, a UN/ECE Recommendation 20 code; absent means a count of trade items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uom: Option<String>,
}

/// `bizTransaction`: a document that the event belongs to.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct BizTransaction {
    /// `type`, for example `po` or `desadv`.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<Term>,
    /// `bizTransaction`.
    pub id: Identifier,
}

/// An element of `sourceList` or `destinationList`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct SourceDest {
    /// `type`: `owning_party`, `possessing_party`, `location` or a private term.
    #[serde(rename = "type")]
    pub kind: Term,
    /// `source` or `destination`.
    pub id: Identifier,
}

/// `persistentDisposition` (EPCIS 2.0 §7.3.6).
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct PersistentDisposition {
    /// `set`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<Term>,
    /// `unset`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unset: Vec<Term>,
}

/// `sensorElement`: its metadata, its reports, and what the standard does not name.
///
/// The members are kept as they stand, by name; checking their types is the reader's work. Standard words are equal in
/// all their spellings, as [`Term`]s are.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct SensorElement {
    /// `sensorMetadata`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metadata: Vec<Extension>,
    /// `sensorReport`, each a list of members.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<Vec<Extension>>,
    /// Further members.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<Extension>,
}

/// `errorDeclaration`: the event was wrong from the start (EPCIS 2.0 §7.4.1.2).
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ErrorDeclaration {
    /// `declarationTime`.
    pub declaration_time: EventTime,
    /// `reason`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Term>,
    /// `correctiveEventIDs`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrective_event_ids: Vec<Identifier>,
    /// Further members.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<Extension>,
}

impl PartialEq for SensorElement {
    fn eq(&self, other: &Self) -> bool {
        let same = |one: &Extension, other: &Extension| one == other || is_same_word(one, other);
        let report = |(one, other): (&Vec<Extension>, &Vec<Extension>)| {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        };
        self.metadata == other.metadata
            && self.extensions == other.extensions
            && self.reports.len() == other.reports.len()
            && self.reports.iter().zip(&other.reports).all(report)
    }
}

/// Whether two members of a sensor report are one standard word in two spellings.
fn is_same_word(one: &Extension, other: &Extension) -> bool {
    let vocabulary = match one.name.local.as_str() {
        "type" => Vocabulary::Measurement,
        "exception" => Vocabulary::Alert,
        "component" => Vocabulary::Component,
        _ => return false,
    };
    let (Value::Text(word), Value::Text(spelled)) = (&one.value, &other.value) else { return false };
    one.name.prefix.is_empty()
        && one.name == other.name
        && vocabulary.bare(word).is_some_and(|word| vocabulary.bare(spelled) == Some(word))
}

impl Event {
    /// An event with nothing but what every event has.
    pub fn new(kind: EventKind, event_time: EventTime, event_time_zone_offset: ZoneOffset) -> Self {
        Self {
            kind,
            event_id: None,
            event_time,
            record_time: None,
            event_time_zone_offset,
            action: None,
            biz_step: None,
            disposition: None,
            persistent_disposition: None,
            read_point: None,
            biz_location: None,
            parent_id: None,
            transformation_id: None,
            epc_list: Vec::new(),
            quantity_list: Vec::new(),
            child_epcs: Vec::new(),
            child_quantity_list: Vec::new(),
            input_epc_list: Vec::new(),
            input_quantity_list: Vec::new(),
            output_epc_list: Vec::new(),
            output_quantity_list: Vec::new(),
            biz_transaction_list: Vec::new(),
            source_list: Vec::new(),
            destination_list: Vec::new(),
            sensor_element_list: Vec::new(),
            ilmd: Vec::new(),
            certification_info: Vec::new(),
            error_declaration: None,
            extensions: Vec::new(),
            context: LocalContext(None),
            attributes: Vec::new(),
        }
    }
}
