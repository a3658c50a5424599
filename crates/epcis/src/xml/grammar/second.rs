//! Events of EPCIS 2.0.

use super::{FOREIGN, Grammar, Part, many, may, must, open, sequence, some};

const fn event(parts: &'static [Part]) -> Grammar {
    Grammar { foreign: true, base: Some(&FOREIGN), extension: Some(&FOREIGN), ..sequence(parts) }
}

/// The head that all events share, and the rest. The schema has one `certificationInfo`, the standard and JSON a list
/// of them; we take the list.
macro_rules! event {
    ($($part:expr),* $(,)?) => {
        event(&[
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

pub(super) static OBJECT: Grammar = event!(
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
pub(super) static AGGREGATION: Grammar = event!(
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
pub(super) static TRANSACTION: Grammar = event!(
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
pub(super) static TRANSFORMATION: Grammar = event!(
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
pub(super) static ASSOCIATION: Grammar = event!(
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

/// In any order; the schema even leaves out the time, which the standard asks for.
pub(super) static ERROR_DECLARATION: Grammar = Grammar {
    ordered: false,
    ..open(&[must("declarationTime"), may("reason"), may("correctiveEventIDs"), may("extension")])
};

pub(super) static SENSOR_ELEMENT: Grammar = open(&[may("sensorMetadata"), some("sensorReport"), may("extension")]);
