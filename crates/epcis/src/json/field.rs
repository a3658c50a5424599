//! The member names that the JSON binding knows, found without comparing a name with each of them.

macro_rules! fields {
    ($($name:ident $text:literal)*) => {
        /// A member name of the standard, wherever it may stand, or any other name.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        #[repr(u8)]
        pub(super) enum Field {
            Other,
            $($name),*
        }

        /// Every name; the field with the number `n` has the place `n - 1`.
        const NAMES: &[(&str, Field)] = &[$(($text, Field::$name)),*];
    };
}

fields! {
    Context "@context"
    Type "type"
    EventTime "eventTime"
    RecordTime "recordTime"
    EventTimeZoneOffset "eventTimeZoneOffset"
    EventId "eventID"
    CertificationInfo "certificationInfo"
    ErrorDeclaration "errorDeclaration"
    BizStep "bizStep"
    Disposition "disposition"
    PersistentDisposition "persistentDisposition"
    ReadPoint "readPoint"
    BizLocation "bizLocation"
    BizTransactionList "bizTransactionList"
    SourceList "sourceList"
    DestinationList "destinationList"
    SensorElementList "sensorElementList"
    Action "action"
    EpcList "epcList"
    QuantityList "quantityList"
    Ilmd "ilmd"
    ParentId "parentID"
    ChildEpcs "childEPCs"
    ChildQuantityList "childQuantityList"
    InputEpcList "inputEPCList"
    InputQuantityList "inputQuantityList"
    OutputEpcList "outputEPCList"
    OutputQuantityList "outputQuantityList"
    TransformationId "transformationID"
    Id "id"
    EpcClass "epcClass"
    Quantity "quantity"
    Uom "uom"
    BizTransaction "bizTransaction"
    Source "source"
    Destination "destination"
    Set "set"
    Unset "unset"
    DeclarationTime "declarationTime"
    Reason "reason"
    CorrectiveEventIds "correctiveEventIDs"
    SensorMetadata "sensorMetadata"
    SensorReport "sensorReport"
    Time "time"
    StartTime "startTime"
    EndTime "endTime"
    DeviceId "deviceID"
    DeviceMetadata "deviceMetadata"
    RawData "rawData"
    DataProcessingMethod "dataProcessingMethod"
    BizRules "bizRules"
    Exception "exception"
    Component "component"
    Microorganism "microorganism"
    ChemicalSubstance "chemicalSubstance"
    CoordinateReferenceSystem "coordinateReferenceSystem"
    UriValue "uriValue"
    Value "value"
    MinValue "minValue"
    MaxValue "maxValue"
    MeanValue "meanValue"
    SDev "sDev"
    PercRank "percRank"
    PercValue "percValue"
    StringValue "stringValue"
    BooleanValue "booleanValue"
    HexBinaryValue "hexBinaryValue"
    SchemaVersion "schemaVersion"
    CreationDate "creationDate"
    InstanceIdentifier "instanceIdentifier"
    Sender "sender"
    Receiver "receiver"
    EpcisHeader "epcisHeader"
    EpcisBody "epcisBody"
    EventList "eventList"
    QueryResults "queryResults"
    QueryName "queryName"
    SubscriptionId "subscriptionID"
    ResultsBody "resultsBody"
    VocabularyList "vocabularyList"
    EpcisMasterData "epcisMasterData"
    VocabularyElementList "vocabularyElementList"
    Attributes "attributes"
    Children "children"
    Attribute "attribute"
}

/// One more than the number of names.
pub(super) const COUNT: usize = NAMES.len() + 1;

const SLOTS: usize = 512;

/// For each hash the number of the one field that has it, or 0.
static TABLE: [u8; SLOTS] = table();

#[expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "run by the compiler, which refuses what is out of range"
)]
const fn table() -> [u8; SLOTS] {
    let mut table = [0; SLOTS];
    let mut number = 0;
    while number < NAMES.len() {
        let slot = hash(NAMES[number].0.as_bytes());
        assert!(table[slot] == 0, "two names have one hash");
        number += 1;
        table[slot] = number as u8;
    }
    table
}

/// The factors were found by trial: no two names have the same sum.
#[expect(clippy::indexing_slicing, reason = "a third, a half and the last of a length that is not zero are below it")]
const fn hash(name: &[u8]) -> usize {
    let length = name.len();
    if length == 0 {
        return 0;
    }
    let sum = 232 * name[0] as usize
        + 65 * name[length / 3] as usize
        + 134 * name[length / 2] as usize
        + 39 * name[length - 1] as usize
        + 61 * length;
    sum % SLOTS
}

/// Whether two names are the same. Most are so short that their first and last eight bytes are all of them; to compare
/// those costs less than the call of what compares texts of any length.
#[inline]
fn is_same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    match (one.first_chunk::<8>(), one.last_chunk::<8>(), other.first_chunk::<8>(), other.last_chunk::<8>()) {
        (Some(first), Some(last), Some(other_first), Some(other_last)) => {
            first == other_first && last == other_last && (one.len() <= 16 || one == other)
        }
        _ => one.iter().zip(other).all(|(one, other)| one == other),
    }
}

impl Field {
    /// The field with a name.
    pub(super) fn named(name: &[u8]) -> Self {
        let number = TABLE.get(hash(name)).copied().unwrap_or_default();
        match NAMES.get(usize::from(number).wrapping_sub(1)) {
            Some((text, field)) if is_same(text.as_bytes(), name) => *field,
            _ => Self::Other,
        }
    }

    /// The number of the field, below [`COUNT`].
    pub(super) fn number(self) -> usize {
        usize::from(self as u8)
    }

    /// Its name; empty for [`Field::Other`].
    pub(super) fn name(self) -> &'static str {
        NAMES.get(self.number().wrapping_sub(1)).map_or("", |(text, _)| text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_and_no_other() {
        for (text, field) in NAMES {
            assert_eq!((Field::named(text.as_bytes()), field.name()), (*field, *text));
            assert_eq!(Field::named(&text.as_bytes()[1..]), Field::Other, "{text}");
        }
        for text in ["", "x", "eventTIME", "ex:a", "epcLisT"] {
            assert_eq!(Field::named(text.as_bytes()), Field::Other, "{text}");
        }
    }
}
