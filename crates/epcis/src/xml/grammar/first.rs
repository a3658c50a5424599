//! Events of EPCIS 1.0, 1.1 and 1.2, which put later additions into `extension` and `baseExtension`.

use super::{Grammar, LOCAL, Part, many, may, must, open, sequence};

/// An `extension` without a schema of its own, where 1.x documents carry fields of 2.0.
const fn more(parts: &'static [Part], deeper: &'static Grammar) -> Grammar {
    Grammar { ordered: false, any_local: true, some: true, extension: Some(deeper), ..sequence(parts) }
}

const fn event(parts: &'static [Part], extension: &'static Grammar) -> Grammar {
    Grammar { foreign: true, base: Some(&BASE), extension: Some(extension), ..sequence(parts) }
}

/// The `extension` in which a schema puts its next additions.
const fn extended(parts: &'static [Part], deeper: &'static Grammar) -> Grammar {
    Grammar { extension: Some(deeper), ..sequence(parts) }
}

static BASE: Grammar = extended(&[may("eventID"), may("errorDeclaration"), may("extension")], &BASE_MORE);
static BASE_MORE: Grammar =
    more(&[may("eventID"), may("errorDeclaration"), many("certificationInfo"), may("extension")], &BASE_MORE);

/// Fields of 2.0 that events of every type can have, and others of one type.
macro_rules! fields_of_2 {
    ($name:ident: $($part:expr),* $(,)?) => {
        more(
            &[
                may("eventID"),
                may("errorDeclaration"),
                many("certificationInfo"),
                may("sourceList"),
                may("destinationList"),
                may("sensorElementList"),
                may("persistentDisposition"),
                $($part,)*
                may("extension"),
            ],
            &$name,
        )
    };
}

static OBJECT_MORE: Grammar = fields_of_2!(OBJECT_MORE: may("quantityList"), may("ilmd"));
static AGGREGATION_MORE: Grammar = fields_of_2!(AGGREGATION_MORE: may("childQuantityList"));
static TRANSACTION_MORE: Grammar = fields_of_2!(TRANSACTION_MORE: may("quantityList"));
static TRANSFORMATION_MORE: Grammar = fields_of_2!(TRANSFORMATION_MORE: );

static OBJECT_EXTENSION: Grammar = extended(
    &[may("quantityList"), may("sourceList"), may("destinationList"), may("ilmd"), may("extension")],
    &OBJECT_MORE,
);
static AGGREGATION_EXTENSION: Grammar = extended(
    &[may("childQuantityList"), may("sourceList"), may("destinationList"), may("extension")],
    &AGGREGATION_MORE,
);
static TRANSACTION_EXTENSION: Grammar =
    extended(&[may("quantityList"), may("sourceList"), may("destinationList"), may("extension")], &TRANSACTION_MORE);

/// The head that all events share, and the rest.
macro_rules! event {
    ($extension:expr; $($part:expr),* $(,)?) => {
        event(
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

pub(super) static OBJECT: Grammar = event!(
    &OBJECT_EXTENSION;
    must("epcList"),
    must("action"),
    may("bizStep"),
    may("disposition"),
    may("readPoint"),
    may("bizLocation"),
    may("bizTransactionList"),
    may("extension"),
);
pub(super) static AGGREGATION: Grammar = event!(
    &AGGREGATION_EXTENSION;
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
pub(super) static QUANTITY: Grammar = event!(
    &LOCAL;
    must("epcClass"),
    must("quantity"),
    may("bizStep"),
    may("disposition"),
    may("readPoint"),
    may("bizLocation"),
    may("bizTransactionList"),
    may("extension"),
);
pub(super) static TRANSACTION: Grammar = event!(
    &TRANSACTION_EXTENSION;
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
pub(super) static TRANSFORMATION: Grammar = event!(
    &TRANSFORMATION_MORE;
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
pub(super) static ASSOCIATION: Grammar = Grammar {
    ordered: false,
    any_local: true,
    ..event!(
        &AGGREGATION_MORE;
        may("eventID"),
        may("errorDeclaration"),
        many("certificationInfo"),
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
    )
};

pub(super) static ERROR_DECLARATION: Grammar =
    open(&[must("declarationTime"), may("reason"), may("correctiveEventIDs"), may("extension")]);

/// EPCIS 1.2 has no schema for sensor elements, so that nothing in them can be wrong.
pub(super) static SENSOR_ELEMENT: Grammar = Grammar {
    ordered: false,
    any_local: true,
    ..open(&[may("sensorMetadata"), many("sensorReport"), may("extension")])
};
