//! Master data in document headers: what a location or a product is called, where it stands.

use gs1::Identifier;
use serde::{Deserialize, Serialize};

use crate::{Extension, FieldAttribute, Value};

/// One `VocabularyElement` (EPCIS 2.0 §7.1.4): attributes of a location, a product, a party.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct VocabularyElement {
    /// `type` of the vocabulary, for example `urn:epcglobal:epcis:vtype:Location`.
    pub vocabulary: String,
    /// Members of the vocabulary beside its type and its elements (JSON only); the same for all its elements.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vocabulary_extensions: Vec<Extension>,
    /// `id` of the element.
    pub id: Identifier,
    /// Its attributes in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
    /// `children`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Identifier>,
    /// Further members.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<Extension>,
    /// XML attributes outside the standard on the element (the way is empty) and on its parts (`attribute[2]`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub field_attributes: Vec<FieldAttribute>,
}

/// One master-data attribute.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Attribute {
    /// Attribute id as written, for example `urn:epcglobal:cbv:mda#name` or `cbvmda:name`.
    pub id: String,
    /// Its value.
    pub value: Value,
    /// Further members.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<Extension>,
}
