//! The order of the fields in the schemas, after those that all events have.

use crate::EventKind;

/// Fields that stand in the event itself, and fields that stand in its `extension`.
pub(super) type Fields = (&'static [&'static str], &'static [&'static str]);

/// The fields of EPCIS 2.0.
pub(super) fn of_2_0(kind: EventKind) -> Fields {
    let fields: &[&str] = match kind {
        EventKind::Object => &[
            "epcList",
            "action",
            "bizStep",
            "disposition",
            "readPoint",
            "bizLocation",
            "bizTransactionList",
            "quantityList",
            "sourceList",
            "destinationList",
            "sensorElementList",
            "persistentDisposition",
            "ilmd",
        ],
        EventKind::Aggregation => &[
            "parentID",
            "childEPCs",
            "action",
            "bizStep",
            "disposition",
            "readPoint",
            "bizLocation",
            "bizTransactionList",
            "childQuantityList",
            "sourceList",
            "destinationList",
            "sensorElementList",
            "persistentDisposition",
        ],
        EventKind::Transaction => &[
            "bizTransactionList",
            "parentID",
            "epcList",
            "action",
            "bizStep",
            "disposition",
            "readPoint",
            "bizLocation",
            "quantityList",
            "sourceList",
            "destinationList",
            "sensorElementList",
            "persistentDisposition",
        ],
        EventKind::Transformation => &[
            "inputEPCList",
            "inputQuantityList",
            "outputEPCList",
            "outputQuantityList",
            "transformationID",
            "bizStep",
            "disposition",
            "readPoint",
            "bizLocation",
            "bizTransactionList",
            "sourceList",
            "destinationList",
            "sensorElementList",
            "persistentDisposition",
            "ilmd",
        ],
        EventKind::Association => &[
            "parentID",
            "childEPCs",
            "childQuantityList",
            "action",
            "bizStep",
            "disposition",
            "readPoint",
            "bizLocation",
            "bizTransactionList",
            "sourceList",
            "destinationList",
            "sensorElementList",
            "persistentDisposition",
        ],
    };
    (fields, &[])
}

/// The fields of EPCIS 1.2. What came with 2.0 is not among them.
pub(super) fn of_1_2(kind: EventKind) -> Fields {
    match kind {
        EventKind::Object => (
            &["epcList", "action", "bizStep", "disposition", "readPoint", "bizLocation", "bizTransactionList"],
            &["quantityList", "sourceList", "destinationList", "ilmd"],
        ),
        EventKind::Aggregation => (
            &[
                "parentID",
                "childEPCs",
                "action",
                "bizStep",
                "disposition",
                "readPoint",
                "bizLocation",
                "bizTransactionList",
            ],
            &["childQuantityList", "sourceList", "destinationList"],
        ),
        EventKind::Transaction => (
            &[
                "bizTransactionList",
                "parentID",
                "epcList",
                "action",
                "bizStep",
                "disposition",
                "readPoint",
                "bizLocation",
            ],
            &["quantityList", "sourceList", "destinationList"],
        ),
        EventKind::Transformation => (
            &[
                "inputEPCList",
                "inputQuantityList",
                "outputEPCList",
                "outputQuantityList",
                "transformationID",
                "bizStep",
                "disposition",
                "readPoint",
                "bizLocation",
                "bizTransactionList",
                "sourceList",
                "destinationList",
                "ilmd",
            ],
            &[],
        ),
        // EPCIS 1.2 does not know it; it travels as it is in 2.0.
        EventKind::Association => of_2_0(kind),
    }
}

/// The fields that came with EPCIS 2.0, for the innermost `extension` of 1.2.
pub(super) const SINCE_2_0: &[&str] = &["sensorElementList", "persistentDisposition"];
