//! An identifier as somebody wrote it, beside the thing that it names.

use std::fmt;

/// What an identifier names, independent of its spelling.
///
/// `Display` gives the canonical form: a GS1 Digital Link URI on `https://id.gs1.org` for GS1 keys (it needs no
/// company-prefix length), otherwise the URI itself.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Key {
    /// A trade item class: `…/01/{gtin}`.
    Gtin {
        /// 14 digits, as given (a wrong check digit is kept and flagged, never corrected).
        gtin: String,
    },
    /// A batch or lot of a trade item: `…/01/{gtin}/10/{lot}`.
    Lgtin {
        /// 14 digits.
        gtin: String,
        /// Decoded lot, case-sensitive.
        lot: String,
    },
    /// A serialised trade item: `…/01/{gtin}/21/{serial}`.
    Sgtin {
        /// 14 digits.
        gtin: String,
        /// Decoded serial number.
        serial: String,
    },
    /// A logistic unit: `…/00/{sscc}`.
    Sscc {
        /// 18 digits.
        sscc: String,
    },
    /// A physical location: `…/414/{gln}` or `…/414/{gln}/254/{extension}`.
    Gln {
        /// 13 digits.
        gln: String,
        /// Decoded extension; `None` when absent or `0` in the URN.
        extension: Option<String>,
    },
    /// A party: `…/417/{gln}`.
    Pgln {
        /// 13 digits.
        gln: String,
    },
    /// Any other URI, opaque.
    Uri(String),
}

/// An identifier: the spelling that came in, and the [`Key`] it names.
///
/// Two identifiers are equal when their keys are; the spelling is kept so that it can be given back.
#[derive(Clone, Debug)]
pub struct Identifier {
    spelled: String,
    key: Key,
}

impl Identifier {
    /// Reads any identifier; what is not a GS1 key is an opaque URI.
    pub fn new(spelled: impl Into<String>) -> Self {
        let spelled = spelled.into();
        let key = Key::Uri(spelled.clone());
        Self { spelled, key }
    }

    /// The spelling that came in.
    pub fn spelled(&self) -> &str {
        &self.spelled
    }

    /// What it names.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The canonical form, see [`Key`].
    pub fn canonical(&self) -> String {
        self.key.to_string()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uri(uri) => f.write_str(uri),
            _ => f.write_str(""),
        }
    }
}

impl PartialEq for Identifier {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Identifier {}

impl serde::Serialize for Identifier {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.spelled)
    }
}

impl<'de> serde::Deserialize<'de> for Identifier {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}
