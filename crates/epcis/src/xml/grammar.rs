//! Which elements may stand where, as the schemas of EPCIS 1.2 and 2.0 say.

use crate::EventKind;

/// The generation of the schema.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Version {
    /// EPCIS 1.0, 1.1 and 1.2.
    V1,
    /// EPCIS 2.0.
    V2,
}

/// One element of a content model: its name, whether it must stand, whether it may be repeated.
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) repeats: bool,
}

/// A content model.
pub(super) struct Grammar {
    pub(super) parts: &'static [Part],
    /// Whether the parts stand in the order given.
    pub(super) ordered: bool,
    /// Whether elements of other namespaces may follow.
    pub(super) foreign: bool,
    /// Whether elements without namespace may stand beside the parts.
    pub(super) any_local: bool,
    /// What `baseExtension` holds.
    pub(super) base: Option<&'static Grammar>,
    /// What `extension` holds.
    pub(super) extension: Option<&'static Grammar>,
}

const fn must(name: &'static str) -> Part {
    Part { name, required: true, repeats: false }
}

const fn may(name: &'static str) -> Part {
    Part { name, required: false, repeats: false }
}

const fn many(name: &'static str) -> Part {
    Part { name, required: false, repeats: true }
}

const fn some(name: &'static str) -> Part {
    Part { name, required: true, repeats: true }
}

const fn sequence(parts: &'static [Part]) -> Grammar {
    Grammar { parts, ordered: true, foreign: false, any_local: false, base: None, extension: None }
}

/// A sequence that ends in `extension` and elements of other namespaces.
const fn open(parts: &'static [Part]) -> Grammar {
    Grammar { foreign: true, extension: Some(&ANY_LOCAL), ..sequence(parts) }
}

const fn event_v1(parts: &'static [Part], extension: &'static Grammar) -> Grammar {
    Grammar { foreign: true, base: Some(&BASE_V1), extension: Some(extension), ..sequence(parts) }
}

const fn event_v2(parts: &'static [Part]) -> Grammar {
    Grammar { foreign: true, base: Some(&ANY_FOREIGN), extension: Some(&ANY_FOREIGN), ..sequence(parts) }
}

/// An `extension` for elements without namespace, where 1.2 documents carry fields of 2.0.
static ANY_LOCAL: Grammar = Grammar {
    parts: &[
        may("eventID"),
        may("errorDeclaration"),
        may("certificationInfo"),
        may("quantityList"),
        may("childQuantityList"),
        may("sourceList"),
        may("destinationList"),
        may("sensorElementList"),
        may("persistentDisposition"),
        may("ilmd"),
        may("extension"),
    ],
    ordered: false,
    foreign: true,
    any_local: true,
    base: None,
    extension: Some(&ANY_LOCAL),
};
static ANY_FOREIGN: Grammar = Grammar { foreign: true, ..sequence(&[]) };

static BASE_V1: Grammar =
    Grammar { extension: Some(&ANY_LOCAL), ..sequence(&[may("eventID"), may("errorDeclaration"), may("extension")]) };
static OBJECT_EXTENSION_V1: Grammar = Grammar {
    extension: Some(&ANY_LOCAL),
    ..sequence(&[may("quantityList"), may("sourceList"), may("destinationList"), may("ilmd"), may("extension")])
};
static AGGREGATION_EXTENSION_V1: Grammar = Grammar {
    extension: Some(&ANY_LOCAL),
    ..sequence(&[may("childQuantityList"), may("sourceList"), may("destinationList"), may("extension")])
};
static TRANSACTION_EXTENSION_V1: Grammar = Grammar {
    extension: Some(&ANY_LOCAL),
    ..sequence(&[may("quantityList"), may("sourceList"), may("destinationList"), may("extension")])
};

/// An event of 1.x: the head that all share, and the rest.
macro_rules! v1 {
    ($extension:expr; $($part:expr),* $(,)?) => {
        event_v1(
            &[
                must("eventTime"),
                may("recordTime"),
                must("eventTimeZoneOffset"),
                may("baseExtension"),
                $($part),*
            ],
            $extension,
        )
    };
}

/// An event of 2.0: the head that all share, and the rest. The schema has one `certificationInfo`, the standard and
/// JSON a list of them; we take the list.
macro_rules! v2 {
    ($($part:expr),* $(,)?) => {
        event_v2(&[
            must("eventTime"),
            may("recordTime"),
            must("eventTimeZoneOffset"),
            may("eventID"),
            may("errorDeclaration"),
            many("certificationInfo"),
            may("baseExtension"),
            $($part),*
        ])
    };
}

static OBJECT_V1: Grammar = v1!(
    &OBJECT_EXTENSION_V1;
        must("epcList"),
        must("action"),
        may("bizStep"),
        may("disposition"),
        may("readPoint"),
        may("bizLocation"),
        may("bizTransactionList"),
        may("extension"),
);
static AGGREGATION_V1: Grammar = v1!(
    &AGGREGATION_EXTENSION_V1;
        may("parentID"),
        must("childEPCs"),
        must("action"),
        may("bizStep"),
        may("disposition"),
        may("readPoint"),
        may("bizLocation"),
        may("bizTransactionList"),
        may("extension"),
);
static TRANSACTION_V1: Grammar = v1!(
    &TRANSACTION_EXTENSION_V1;
        must("bizTransactionList"),
        may("parentID"),
        must("epcList"),
        must("action"),
        may("bizStep"),
        may("disposition"),
        may("readPoint"),
        may("bizLocation"),
        may("extension"),
);
static TRANSFORMATION_V1: Grammar = v1!(
    &ANY_LOCAL;
        may("inputEPCList"),
        may("inputQuantityList"),
        may("outputEPCList"),
        may("outputQuantityList"),
        may("transformationID"),
        may("bizStep"),
        may("disposition"),
        may("readPoint"),
        may("bizLocation"),
        may("bizTransactionList"),
        may("sourceList"),
        may("destinationList"),
        may("ilmd"),
        may("extension"),
);
/// EPCIS 1.2 does not know association events; they travel in its extension points without a schema of their own.
static ASSOCIATION_V1: Grammar = Grammar {
    ordered: false,
    any_local: true,
    ..event_v1(
        &[
            must("eventTime"),
            may("recordTime"),
            must("eventTimeZoneOffset"),
            may("eventID"),
            may("errorDeclaration"),
            may("certificationInfo"),
            may("baseExtension"),
            must("parentID"),
            may("childEPCs"),
            may("childQuantityList"),
            must("action"),
            may("bizStep"),
            may("disposition"),
            may("readPoint"),
            may("bizLocation"),
            may("bizTransactionList"),
            may("sourceList"),
            may("destinationList"),
            may("sensorElementList"),
            may("persistentDisposition"),
            may("extension"),
        ],
        &ANY_LOCAL,
    )
};

static OBJECT_V2: Grammar = v2!(
    may("epcList"),
    must("action"),
    may("bizStep"),
    may("disposition"),
    may("readPoint"),
    may("bizLocation"),
    may("bizTransactionList"),
    may("quantityList"),
    may("sourceList"),
    may("destinationList"),
    may("sensorElementList"),
    may("persistentDisposition"),
    may("ilmd"),
    may("extension"),
);
static AGGREGATION_V2: Grammar = v2!(
    may("parentID"),
    may("childEPCs"),
    must("action"),
    may("bizStep"),
    may("disposition"),
    may("readPoint"),
    may("bizLocation"),
    may("bizTransactionList"),
    may("childQuantityList"),
    may("sourceList"),
    may("destinationList"),
    may("sensorElementList"),
    may("persistentDisposition"),
    may("extension"),
);
static TRANSACTION_V2: Grammar = v2!(
    must("bizTransactionList"),
    may("parentID"),
    may("epcList"),
    must("action"),
    may("bizStep"),
    may("disposition"),
    may("readPoint"),
    may("bizLocation"),
    may("quantityList"),
    may("sourceList"),
    may("destinationList"),
    may("sensorElementList"),
    may("persistentDisposition"),
    may("extension"),
);
static TRANSFORMATION_V2: Grammar = v2!(
    may("inputEPCList"),
    may("inputQuantityList"),
    may("outputEPCList"),
    may("outputQuantityList"),
    may("transformationID"),
    may("bizStep"),
    may("disposition"),
    may("readPoint"),
    may("bizLocation"),
    may("bizTransactionList"),
    may("sourceList"),
    may("destinationList"),
    may("sensorElementList"),
    may("persistentDisposition"),
    may("ilmd"),
    may("extension"),
);
static ASSOCIATION_V2: Grammar = v2!(
    must("parentID"),
    may("childEPCs"),
    may("childQuantityList"),
    must("action"),
    may("bizStep"),
    may("disposition"),
    may("readPoint"),
    may("bizLocation"),
    may("bizTransactionList"),
    may("sourceList"),
    may("destinationList"),
    may("sensorElementList"),
    may("persistentDisposition"),
    may("extension"),
);

/// The content model of an event.
pub(super) fn event(kind: EventKind, version: Version) -> &'static Grammar {
    match (kind, version) {
        (EventKind::Object, Version::V1) => &OBJECT_V1,
        (EventKind::Aggregation, Version::V1) => &AGGREGATION_V1,
        (EventKind::Transaction, Version::V1) => &TRANSACTION_V1,
        (EventKind::Transformation, Version::V1) => &TRANSFORMATION_V1,
        (EventKind::Association, Version::V1) => &ASSOCIATION_V1,
        (EventKind::Object, Version::V2) => &OBJECT_V2,
        (EventKind::Aggregation, Version::V2) => &AGGREGATION_V2,
        (EventKind::Transaction, Version::V2) => &TRANSACTION_V2,
        (EventKind::Transformation, Version::V2) => &TRANSFORMATION_V2,
        (EventKind::Association, Version::V2) => &ASSOCIATION_V2,
    }
}

pub(super) static EPC_LIST: Grammar = sequence(&[many("epc")]);
pub(super) static QUANTITY_LIST: Grammar = sequence(&[many("quantityElement")]);
pub(super) static QUANTITY_ELEMENT: Grammar = sequence(&[must("epcClass"), may("quantity"), may("uom")]);
pub(super) static BIZ_TRANSACTION_LIST: Grammar = sequence(&[some("bizTransaction")]);
pub(super) static SOURCE_LIST: Grammar = sequence(&[some("source")]);
pub(super) static DESTINATION_LIST: Grammar = sequence(&[some("destination")]);
pub(super) static PLACE: Grammar = open(&[must("id"), may("extension")]);
pub(super) static PERSISTENT_DISPOSITION: Grammar = sequence(&[many("unset"), many("set")]);
pub(super) static ILMD: Grammar = open(&[may("extension")]);
pub(super) static CORRECTIVE_EVENT_IDS: Grammar = sequence(&[many("correctiveEventID")]);
pub(super) static SENSOR_ELEMENT_LIST: Grammar =
    Grammar { foreign: false, ..open(&[some("sensorElement"), may("extension")]) };
pub(super) static VOCABULARY_ELEMENT: Grammar = open(&[many("attribute"), may("children"), may("extension")]);
pub(super) static CHILDREN: Grammar = sequence(&[many("id")]);

static ERROR_DECLARATION_V1: Grammar =
    open(&[must("declarationTime"), may("reason"), may("correctiveEventIDs"), may("extension")]);
static ERROR_DECLARATION_V2: Grammar = Grammar {
    ordered: false,
    ..open(&[must("declarationTime"), may("reason"), may("correctiveEventIDs"), may("extension")])
};

/// EPCIS 1.2 has no schema for sensor elements, so that nothing in them can be wrong.
static SENSOR_ELEMENT_V1: Grammar = Grammar { ordered: false, any_local: true, ..SENSOR_ELEMENT_V2 };
static SENSOR_ELEMENT_V2: Grammar = open(&[may("sensorMetadata"), some("sensorReport"), may("extension")]);

/// The content model of `sensorElement`.
pub(super) fn sensor_element(version: Version) -> &'static Grammar {
    match version {
        Version::V1 => &SENSOR_ELEMENT_V1,
        Version::V2 => &SENSOR_ELEMENT_V2,
    }
}

/// The content model of `errorDeclaration`.
pub(super) fn error_declaration(version: Version) -> &'static Grammar {
    match version {
        Version::V1 => &ERROR_DECLARATION_V1,
        Version::V2 => &ERROR_DECLARATION_V2,
    }
}

pub(super) static DOCUMENT: Grammar = open(&[may("EPCISHeader"), must("EPCISBody"), may("extension")]);
pub(super) static HEADER: Grammar = Grammar { ordered: false, ..open(&[may("extension")]) };
pub(super) static HEADER_EXTENSION: Grammar = sequence(&[may("EPCISMasterData"), may("extension")]);
pub(super) static MASTER_DATA: Grammar = sequence(&[must("VocabularyList"), may("extension")]);
pub(super) static VOCABULARY_LIST: Grammar = sequence(&[many("Vocabulary")]);
pub(super) static VOCABULARY: Grammar = open(&[may("VocabularyElementList"), may("extension")]);
pub(super) static VOCABULARY_ELEMENT_LIST: Grammar = sequence(&[some("VocabularyElement")]);
pub(super) static BODY: Grammar = open(&[may("EventList"), may("extension")]);
pub(super) static MASTER_DATA_BODY: Grammar = open(&[may("VocabularyList"), may("extension")]);
pub(super) static QUERY_BODY: Grammar = Grammar { foreign: true, ..sequence(&[]) };
pub(super) static QUERY_RESULTS: Grammar =
    open(&[must("queryName"), may("subscriptionID"), must("resultsBody"), may("extension")]);
pub(super) static RESULTS_BODY: Grammar =
    Grammar { ordered: false, ..sequence(&[may("EventList"), may("VocabularyList")]) };
pub(super) static EVENT_LIST: Grammar = Grammar {
    ordered: false,
    ..open(&[
        many("ObjectEvent"),
        many("AggregationEvent"),
        many("TransactionEvent"),
        many("TransformationEvent"),
        many("AssociationEvent"),
        many("QuantityEvent"),
        many("extension"),
    ])
};
