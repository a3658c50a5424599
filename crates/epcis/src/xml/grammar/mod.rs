//! Which elements may stand where, as the schemas of EPCIS 1.x and 2.0 say.

mod around;
mod first;
mod second;

pub(super) use around::*;

use crate::EventKind;

/// The namespace of the Standard Business Document Header.
pub(super) const SBDH: &str = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader";

/// The root element of the Standard Business Document Header.
pub(super) const SBDH_ROOT: &str = "StandardBusinessDocumentHeader";

/// The generation of the schema.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Version {
    /// EPCIS 1.0, 1.1 and 1.2.
    V1,
    /// EPCIS 2.0.
    V2,
}

impl Version {
    /// The namespace of the schema.
    pub(super) fn target(self) -> &'static str {
        match self {
            Self::V1 => "urn:epcglobal:epcis:xsd:1",
            Self::V2 => "urn:epcglobal:epcis:xsd:2",
        }
    }
}

/// One element of a content model: its name, whether it must stand, whether it may be repeated.
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) repeats: bool,
}

/// A content model.
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the schema language, set by name")]
pub(super) struct Grammar {
    pub(super) parts: &'static [Part],
    /// Whether the parts stand in the order given.
    pub(super) ordered: bool,
    /// Whether elements of other namespaces may follow.
    pub(super) foreign: bool,
    /// Whether elements without namespace may stand beside the parts.
    pub(super) any_local: bool,
    /// Whether anything at all must stand there.
    pub(super) some: bool,
    /// Whether at most one element may stand there.
    pub(super) one: bool,
    /// Whether one of the parts is the Standard Business Document Header.
    pub(super) sbdh: bool,
    /// What `baseExtension` holds.
    pub(super) base: Option<&'static Grammar>,
    /// What `extension` holds.
    pub(super) extension: Option<&'static Grammar>,
}

pub(super) const fn must(name: &'static str) -> Part {
    Part { name, required: true, repeats: false }
}

pub(super) const fn may(name: &'static str) -> Part {
    Part { name, required: false, repeats: false }
}

pub(super) const fn many(name: &'static str) -> Part {
    Part { name, required: false, repeats: true }
}

pub(super) const fn some(name: &'static str) -> Part {
    Part { name, required: true, repeats: true }
}

pub(super) const fn sequence(parts: &'static [Part]) -> Grammar {
    Grammar {
        parts,
        ordered: true,
        foreign: false,
        any_local: false,
        some: false,
        one: false,
        sbdh: false,
        base: None,
        extension: None,
    }
}

/// A sequence that ends in an `extension` for elements without namespace, and elements of other namespaces.
const fn open(parts: &'static [Part]) -> Grammar {
    Grammar { foreign: true, extension: Some(&LOCAL), ..sequence(parts) }
}

/// An `extension` for elements without namespace.
pub(super) static LOCAL: Grammar = Grammar { any_local: true, some: true, ordered: false, ..sequence(&[]) };

/// An `extension` for elements of other namespaces.
pub(super) static FOREIGN: Grammar = Grammar { foreign: true, some: true, ..sequence(&[]) };

/// The content model of an event.
pub(super) fn event(kind: EventKind, version: Version) -> &'static Grammar {
    match (kind, version) {
        (EventKind::Object, Version::V1) => &first::OBJECT,
        (EventKind::Aggregation, Version::V1) => &first::AGGREGATION,
        (EventKind::Transaction, Version::V1) => &first::TRANSACTION,
        (EventKind::Transformation, Version::V1) => &first::TRANSFORMATION,
        (EventKind::Association, Version::V1) => &first::ASSOCIATION,
        (EventKind::Object, Version::V2) => &second::OBJECT,
        (EventKind::Aggregation, Version::V2) => &second::AGGREGATION,
        (EventKind::Transaction, Version::V2) => &second::TRANSACTION,
        (EventKind::Transformation, Version::V2) => &second::TRANSFORMATION,
        (EventKind::Association, Version::V2) => &second::ASSOCIATION,
    }
}

/// The content model of the `QuantityEvent` of 1.x.
pub(super) fn quantity_event() -> &'static Grammar {
    &first::QUANTITY
}

/// The content model of `errorDeclaration`.
pub(super) fn error_declaration(version: Version) -> &'static Grammar {
    match version {
        Version::V1 => &first::ERROR_DECLARATION,
        Version::V2 => &second::ERROR_DECLARATION,
    }
}

/// The content model of `sensorElement`.
pub(super) fn sensor_element(version: Version) -> &'static Grammar {
    match version {
        Version::V1 => &first::SENSOR_ELEMENT,
        Version::V2 => &second::SENSOR_ELEMENT,
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
