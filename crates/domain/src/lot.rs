//! What a traceability lot is called, and by whom.

use std::fmt;

use gs1::{Identifier, Key};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// A traceability lot code (21 CFR 1.1310), or the code of a harvest lot, as a string to compare.
///
/// Unicode NFC, trimmed, inner runs of white space collapsed to one space; otherwise exactly what was declared: case,
/// zeros and hyphens matter.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(from = "String", into = "String")]
pub struct Tlc(String);

impl Tlc {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Tlc {
    fn from(text: &str) -> Self {
        // Nearly all codes are plain and stay as they are.
        if text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Self(text.to_owned());
        }
        let nfc: String = text.nfc().collect();
        Self(nfc.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

impl From<String> for Tlc {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Tlc> for String {
    fn from(tlc: Tlc) -> Self {
        tlc.0
    }
}

impl fmt::Display for Tlc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The place that assigned a lot code, as far as it is known (21 CFR 1.1310).
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub enum TlcSource {
    /// The place, in canonical form.
    Place(String),
    /// A reference that leads to the place: `ffrn:…`, `gln:…` or a URL.
    Reference(String),
    /// Not known: the key is provisional and belongs to the one who reported it. Two provisional keys are never the
    /// same because their codes match.
    Unknown {
        /// Who reported the lot, for example the tenant's slug.
        reporter: String,
    },
}

/// The identity of a lot: its code and the place that assigned it.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct LotKey {
    /// The code.
    pub tlc: Tlc,
    /// Who assigned it.
    pub source: TlcSource,
}

impl LotKey {
    /// Whether the source is still unknown.
    pub fn is_provisional(&self) -> bool {
        matches!(self.source, TlcSource::Unknown { .. })
    }
}

impl fmt::Display for LotKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            TlcSource::Place(place) => write!(f, "{} @ {place}", self.tlc),
            TlcSource::Reference(reference) => write!(f, "{} @ {reference}", self.tlc),
            TlcSource::Unknown { reporter } => write!(f, "{} @ unknown, reported by {reporter}", self.tlc),
        }
    }
}

/// The lot code that a class identifier spells when nobody declared another one.
///
/// GTIN and batch give the form that FDA's spreadsheet recommends, `(01)GTIN14(10)LOT`; any other URI is its own code,
/// also where it is a GS1 key that nobody would use for a lot.
/// `None` for identifiers that name no lot (a GTIN without batch, an instance, a logistic unit, a place, a party).
pub fn gs1_tlc(identifier: &Identifier) -> Option<Tlc> {
    match identifier.key() {
        Key::Lgtin { gtin, lot } => Some(Tlc::from(format!("(01){gtin}(10){lot}"))),
        Key::Gtin { .. } | Key::Sgtin { .. } | Key::Sscc { .. } | Key::Gln { .. } | Key::Pgln { .. } => None,
        other => Some(Tlc::from(other.to_string())),
    }
}
