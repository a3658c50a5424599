//! An identifier as somebody wrote it, beside the thing that it names.

use std::fmt;

use crate::{digital_link, digits, percent, urn};

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
        let key = Key::read(&spelled);
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

    /// See [`Key::check_digit_ok`].
    pub fn check_digit_ok(&self) -> Option<bool> {
        self.key.check_digit_ok()
    }
}

impl Key {
    /// Reads any spelling. EPC URNs and Digital Links that break their grammar are opaque like every other URI.
    fn read(spelled: &str) -> Self {
        let text = spelled.trim();
        urn::read(text).or_else(|| digital_link::read(text)).unwrap_or_else(|| Self::Uri(text.to_owned()))
    }

    /// Whether the check digit is the one that the other digits ask for; `None` when the key has none.
    pub fn check_digit_ok(&self) -> Option<bool> {
        match self {
            Self::Gtin { gtin: digits }
            | Self::Lgtin { gtin: digits, .. }
            | Self::Sgtin { gtin: digits, .. }
            | Self::Sscc { sscc: digits }
            | Self::Gln { gln: digits, .. }
            | Self::Pgln { gln: digits } => Some(digits::ends_in_check_digit(digits)),
            Self::Uri(_) => None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (primary, qualifier) = match self {
            Self::Uri(uri) => return f.write_str(uri),
            Self::Gtin { gtin } => (("01", gtin), None),
            Self::Lgtin { gtin, lot } => (("01", gtin), Some(("10", lot))),
            Self::Sgtin { gtin, serial } => (("01", gtin), Some(("21", serial))),
            Self::Sscc { sscc } => (("00", sscc), None),
            Self::Gln { gln, extension } => (("414", gln), extension.as_ref().map(|extension| ("254", extension))),
            Self::Pgln { gln } => (("417", gln), None),
        };
        write!(f, "https://id.gs1.org/{}/{}", primary.0, percent::encode(primary.1))?;
        match qualifier {
            Some((ai, value)) => write!(f, "/{ai}/{}", percent::encode(value)),
            None => Ok(()),
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
