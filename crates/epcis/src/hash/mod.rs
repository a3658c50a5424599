//! The event hash of CBV 2.0 (§8.9): an event identifier that anybody can compute from the event itself.
//!
//! An event becomes one string, its *pre-hash*: what it says, in a fixed order and one spelling, without `eventID`,
//! `recordTime` and `errorDeclaration`. The hash is the SHA-256 of that string. It is the same for XML 1.x, XML 2.0 and
//! JSON-LD, for URNs and Digital Links, for any order of unordered lists.
//!
//! ```
//! use epcis::{Binding, ContextVersion, Item, Namespaces, Reader};
//!
//! let event = r#"{
//!     "@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
//!     "type": "ObjectEvent", "action": "OBSERVE", "bizStep": "shipping",
//!     "eventTime": "2028-08-15T22:30:00-07:00", "eventTimeZoneOffset": "-07:00",
//!     "epcList": ["urn:epc:id:sscc:4012345.0000000333"]
//! }"#;
//! let mut namespaces = Namespaces::default();
//! for item in Reader::new(event.as_bytes(), Binding::Json) {
//!     match item? {
//!         Item::Document(document) => namespaces = document.namespaces,
//!         Item::Event { event, .. } => assert_eq!(
//!             event.prehash(ContextVersion::V2_0_0, &namespaces),
//!             "eventType=ObjectEventeventTime=2028-08-16T05:30:00.000ZeventTimeZoneOffset=-07:00\
//!              epcListepc=https://id.gs1.org/00/040123450000003338action=OBSERVE\
//!              bizStep=https://ref.gs1.org/cbv/BizStep-shipping",
//!         ),
//!         _ => {}
//!     }
//! }
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # Which algorithm
//!
//! The standard's text, its reference program and the published vectors do not agree everywhere. What is computed here
//! gives every published hash. Where no vector decides, it is what the reference program writes: `parentID` before
//! `epcList`, `certificationInfo` behind the offset, sensor data before business transactions, and business transactions,
//! destinations, ILMD, sources and extensions in alphabetical order. It departs from the program where that makes one
//! event have two hashes, or two events one:
//!
//! - Terms are expanded by the field in which they stand, not by looking for similar words in the document, and in any
//!   of their spellings.
//! - Booleans are `true` and `false`, an empty or null extension is its name alone.
//! - Of XML attributes those of extensions count, and those on the event itself; `xsi:type` and its like do not. Attributes
//!   on other elements of the standard do not count, as JSON has no place for them.
//! - Prefixed names in values are written out in either binding: with `gs1`, `cbv` and `epcis` always, else with the
//!   prefixes that the document, the event or the element around the value declares. The declarations themselves
//!   (`xmlns`, a `@context`) do not count.
//! - `rdfs:comment` never counts; the namespace `urn:epcglobal:cbv:mda` ends in a colon, whether or not the document
//!   writes it.
//! - Extensions of places and sensor elements stand in their parent, whatever their namespace ends in.
//! - Digital Links with percent-escapes are canonical like their URNs; numbers keep all their digits.

mod extension;
mod number;
mod prehash;
mod scope;
mod sensor;
mod text;
mod value;

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};

use crate::{ContextVersion, Event, Namespaces};
use scope::Context;
use text::Text;

/// The event hash: SHA-256 of the pre-hash string.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct EventHash([u8; 32]);

/// Why a string is not an [`EventHash`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{0}` is not an event hash such as `ni:///sha-256;…?ver=CBV2.0`")]
pub struct InvalidEventHash(String);

/// What an event identifier that looks like an event hash says of its event.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Claim {
    /// It is the hash of the event, with this version of the context.
    Holds(ContextVersion),
    /// It is the hash of something else: the event was changed, or its sender computes otherwise.
    Fails {
        /// What the event hashes to.
        computed: EventHash,
    },
}

/// Computes event hashes, one after the other, in memory that it keeps.
///
/// Values may use prefixes of their document, as in `ex:thing`, and are hashed in full: each event is hashed with the
/// [`Document::namespaces`](crate::Document::namespaces) of the document that it comes from.
///
/// ```
/// # use epcis::{ContextVersion, Event, EventKind, EventTime, Namespaces, ZoneOffset, hash::Hasher};
/// let mut hasher = Hasher::new(ContextVersion::V2_0_0);
/// let time: EventTime = "2028-08-15T22:30:00-07:00".parse()?;
/// let event = Event::new(EventKind::Object, time, ZoneOffset::utc());
/// let namespaces = Namespaces::default();
/// assert_eq!(hasher.hash(&event, &namespaces), event.hash(ContextVersion::V2_0_0, &namespaces));
/// # Ok::<(), epcis::InvalidTime>(())
/// ```
#[derive(Debug)]
pub struct Hasher {
    version: ContextVersion,
    text: Text,
}

impl Hasher {
    /// A hasher that expands terms as this version of the context does.
    pub fn new(context: ContextVersion) -> Self {
        Self { version: context, text: Text::default() }
    }

    /// The string that is hashed. `namespaces` are those of the document that the event comes from.
    pub fn prehash(&mut self, event: &Event, namespaces: &Namespaces) -> &str {
        self.text.clear();
        prehash::write(&mut self.text, event, Context::new(self.version, namespaces));
        self.text.as_str()
    }

    /// The hash of an event. `namespaces` are those of the document that the event comes from.
    pub fn hash(&mut self, event: &Event, namespaces: &Namespaces) -> EventHash {
        EventHash(Sha256::digest(self.prehash(event, namespaces)).into())
    }

    /// Whether the event identifier, where it claims to be the hash of the event, is it; `None` where it claims nothing.
    /// Both versions of the context are tried.
    pub fn check_event_id(&mut self, event: &Event, namespaces: &Namespaces) -> Option<Claim> {
        let claimed: EventHash = event.event_id.as_ref()?.spelled().parse().ok()?;
        let computed = self.hash(event, namespaces);
        if claimed == computed {
            return Some(Claim::Holds(self.version));
        }
        let own = self.version;
        let other = match own {
            ContextVersion::V2_0_0 => ContextVersion::V2_0_1,
            ContextVersion::V2_0_1 => ContextVersion::V2_0_0,
        };
        self.version = other;
        let holds = claimed == self.hash(event, namespaces);
        self.version = own;
        Some(if holds { Claim::Holds(other) } else { Claim::Fails { computed } })
    }
}

impl Event {
    /// The event hash of CBV 2.0; see [`hash`](crate::hash). `namespaces` are those of the document that the event comes
    /// from. For many events a [`Hasher`] is faster.
    pub fn hash(&self, context: ContextVersion, namespaces: &Namespaces) -> EventHash {
        Hasher::new(context).hash(self, namespaces)
    }

    /// The string that [`hash`](Self::hash) is the SHA-256 of.
    pub fn prehash(&self, context: ContextVersion, namespaces: &Namespaces) -> String {
        Hasher::new(context).prehash(self, namespaces).to_owned()
    }

    /// What an event identifier that looks like an event hash says; see [`Hasher::check_event_id`].
    pub fn check_event_id(&self, namespaces: &Namespaces) -> Option<Claim> {
        Hasher::new(ContextVersion::default()).check_event_id(self, namespaces)
    }
}

impl EventHash {
    /// The digest itself.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

const BEGINNING: &str = "ni:///sha-256;";
const VERSION: &str = "?ver=CBV2.0";

impl fmt::Display for EventHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(BEGINNING)?;
        for byte in self.0 {
            write!(f, "{byte:02x}")?;
        }
        f.write_str(VERSION)
    }
}

impl fmt::Debug for EventHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for EventHash {
    type Err = InvalidEventHash;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.trim().strip_prefix(BEGINNING).and_then(|rest| rest.strip_suffix(VERSION));
        digits.and_then(digest).map(Self).ok_or_else(|| InvalidEventHash(text.to_owned()))
    }
}

/// Thirty-two bytes from their hexadecimal digits.
fn digest(digits: &str) -> Option<[u8; 32]> {
    let (pairs, []) = digits.as_bytes().as_chunks::<2>() else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes: Option<Vec<u8>> = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect();
    bytes?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EventKind, ZoneOffset};

    fn event() -> Event {
        Event::new(EventKind::Object, "2028-08-15T22:30:00-07:00".parse().unwrap(), ZoneOffset::utc())
    }

    #[test]
    fn a_hash_is_read_as_it_is_written() {
        let hash = event().hash(ContextVersion::V2_0_0, &Namespaces::default());
        assert_eq!(hash.to_string().parse(), Ok(hash));
        for wrong in [
            "ni:///sha-256;ab?ver=CBV2.0",
            "ni:///sha-512;",
            "urn:uuid:1",
            "",
            &format!("{BEGINNING}{}{VERSION}", "é".repeat(32)),
            &format!("{BEGINNING}{}{VERSION}", "g".repeat(64)),
        ] {
            assert!(wrong.parse::<EventHash>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_event_id_that_claims_to_be_the_hash_is_held_to_it() {
        let (mut event, none) = (event(), Namespaces::default());
        assert_eq!(event.check_event_id(&none), None);
        event.event_id = Some(gs1::Identifier::new("urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8"));
        assert_eq!(event.check_event_id(&none), None);
        let computed = event.hash(ContextVersion::V2_0_0, &none);
        event.event_id = Some(gs1::Identifier::new(computed.to_string()));
        assert_eq!(event.check_event_id(&none), Some(Claim::Holds(ContextVersion::V2_0_0)));
        event.event_id = Some(gs1::Identifier::new(EventHash([7; 32]).to_string()));
        assert_eq!(event.check_event_id(&none), Some(Claim::Fails { computed }));
    }
}
