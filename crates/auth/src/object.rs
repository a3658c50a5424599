//! One JSON object, read once, in which no member stands twice.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The members of an object, each still as it was spelled.
///
/// Kept raw so that every member is read as the one type it must have: a general JSON value would turn a number into
/// whatever fits and hide the difference.
pub(crate) struct Object<'a>(BTreeMap<String, &'a RawValue>);

/// Why bytes are not such an object.
pub(crate) enum InvalidObject {
    Syntax,
    Duplicate,
}

/// A member is there and is not of the type asked for.
pub(crate) struct WrongType;

impl<'a> Object<'a> {
    pub(crate) fn parse(json: &'a [u8]) -> Result<Self, InvalidObject> {
        let members: Members<'a> = serde_json::from_slice(json).map_err(|_| InvalidObject::Syntax)?;
        if members.duplicate || members.values.values().any(|value| has_duplicate(value)) {
            return Err(InvalidObject::Duplicate);
        }
        Ok(Self(members.values))
    }

    /// Removes a member and reads it; `null` is a value of no type that is ever asked for.
    pub(crate) fn take<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, WrongType> {
        let Some(raw) = self.0.remove(name) else { return Ok(None) };
        serde_json::from_str(raw.get()).map(Some).map_err(|_| WrongType)
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

struct Members<'a> {
    values: BTreeMap<String, &'a RawValue>,
    duplicate: bool,
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Outer;
        impl<'de> Visitor<'de> for Outer {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Members { values: BTreeMap::new(), duplicate: false };
                while let Some((name, value)) = map.next_entry()? {
                    members.duplicate |= members.values.insert(name, value).is_some();
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Outer)
    }
}

/// Whether an object anywhere inside the value names a member twice.
fn has_duplicate(value: &RawValue) -> bool {
    // Too deeply nested to be checked is refused like a duplicate: nobody needs such a claim.
    serde_json::from_str::<Nested>(value.get()).map_or(true, |nested| nested.duplicate)
}

struct Nested {
    duplicate: bool,
}

impl<'de> Deserialize<'de> for Nested {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Inner)
    }
}

struct Inner;

impl<'de> Visitor<'de> for Inner {
    type Value = Nested;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Nested, A::Error> {
        let mut names = BTreeSet::new();
        let mut duplicate = false;
        while let Some((name, value)) = map.next_entry::<String, Nested>()? {
            duplicate |= value.duplicate | !names.insert(name);
        }
        Ok(Nested { duplicate })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Nested, A::Error> {
        let mut duplicate = false;
        while let Some(value) = seq.next_element::<Nested>()? {
            duplicate |= value.duplicate;
        }
        Ok(Nested { duplicate })
    }

    fn visit_bool<E>(self, _: bool) -> Result<Nested, E> {
        Ok(Nested { duplicate: false })
    }

    fn visit_i64<E>(self, _: i64) -> Result<Nested, E> {
        Ok(Nested { duplicate: false })
    }

    fn visit_u64<E>(self, _: u64) -> Result<Nested, E> {
        Ok(Nested { duplicate: false })
    }

    fn visit_f64<E>(self, _: f64) -> Result<Nested, E> {
        Ok(Nested { duplicate: false })
    }

    fn visit_str<E>(self, _: &str) -> Result<Nested, E> {
        Ok(Nested { duplicate: false })
    }

    fn visit_unit<E>(self) -> Result<Nested, E> {
        Ok(Nested { duplicate: false })
    }
}
