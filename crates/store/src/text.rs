//! How closed sets and instants stand in columns.

use domain::{Continuation, GrantId, Onward, PartyId, Profile, Purpose, TlcSource, Viewer};
use epcis::{Action, EventKind};
use jiff::Timestamp;
use lineage::{ChangeKind, Role, ThingKind};

use crate::StoreError;

/// A closed set with one word for each member.
pub(crate) trait Word: Copy + PartialEq + 'static {
    /// Table and column it stands in, for error texts.
    const COLUMN: (&'static str, &'static str);
    /// Every member with its word.
    const WORDS: &'static [(Self, &'static str)];

    fn word(self) -> &'static str {
        // Invariant: `WORDS` lists every member; the test below walks through the enums.
        Self::WORDS.iter().find(|(member, _)| *member == self).map_or("", |(_, word)| word)
    }

    fn parse(text: &str) -> Result<Self, StoreError> {
        let (table, column) = Self::COLUMN;
        let found = Self::WORDS.iter().find(|(_, word)| *word == text).map(|(member, _)| *member);
        found.ok_or_else(|| StoreError::inconsistent(table, column, text))
    }
}

impl Word for Profile {
    const COLUMN: (&'static str, &'static str) = ("vis_lot", "profile");
    const WORDS: &'static [(Self, &'static str)] =
        &[(Self::TraceMin, "TRACE_MIN"), (Self::Trace, "TRACE"), (Self::Trade, "TRADE"), (Self::Full, "FULL")];
}

impl Word for Continuation {
    const COLUMN: (&'static str, &'static str) = ("vis_lot", "continuation");
    const WORDS: &'static [(Self, &'static str)] =
        &[(Self::None, "NONE"), (Self::Withheld, "WITHHELD"), (Self::Refer, "REFER")];
}

impl Word for Onward {
    const COLUMN: (&'static str, &'static str) = ("vis_lot", "onward");
    const WORDS: &'static [(Self, &'static str)] =
        &[(Self::None, "NONE"), (Self::Regulator, "REGULATOR"), (Self::OneHop, "ONE_HOP"), (Self::Chain, "CHAIN")];
}

impl Word for Purpose {
    const COLUMN: (&'static str, &'static str) = ("share_grant", "purpose");
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Trace, "trace"),
        (Self::Recall, "recall"),
        (Self::Audit, "audit"),
        (Self::Quality, "quality"),
        (Self::Regulatory, "regulatory"),
    ];
}

/// A closed set with a small number for each member: a word would stand in millions of rows.
pub(crate) trait Code: Copy + PartialEq + 'static {
    /// Table and column it stands in, for error texts.
    const COLUMN: (&'static str, &'static str);
    /// Every member. Its place is its number: new members go to the end.
    const MEMBERS: &'static [Self];

    fn code(self) -> i16 {
        // Invariant: `MEMBERS` lists every member; the test below walks through the enums.
        let place = Self::MEMBERS.iter().position(|member| *member == self);
        place.and_then(|place| i16::try_from(place).ok()).unwrap_or(-1)
    }

    fn of_code(code: i16) -> Result<Self, StoreError> {
        let member = usize::try_from(code).ok().and_then(|place| Self::MEMBERS.get(place)).copied();
        let (table, column) = Self::COLUMN;
        member.ok_or_else(|| StoreError::inconsistent(table, column, code.to_string()))
    }
}

impl Code for EventKind {
    const COLUMN: (&'static str, &'static str) = ("event", "kind");
    const MEMBERS: &'static [Self] =
        &[Self::Object, Self::Aggregation, Self::Transaction, Self::Transformation, Self::Association];
}

impl Code for Action {
    const COLUMN: (&'static str, &'static str) = ("event", "action");
    const MEMBERS: &'static [Self] = &[Self::Add, Self::Observe, Self::Delete];
}

impl Code for ThingKind {
    const COLUMN: (&'static str, &'static str) = ("thing", "kind");
    const MEMBERS: &'static [Self] =
        &[Self::Lot, Self::HarvestLot, Self::TraceabilityLot, Self::OtherInput, Self::Instance, Self::Unit];
}

impl Code for Role {
    const COLUMN: (&'static str, &'static str) = ("event_thing", "role");
    const MEMBERS: &'static [Self] = &[Self::Object, Self::Parent, Self::Child, Self::Input, Self::Output];
}

impl Code for ChangeKind {
    const COLUMN: (&'static str, &'static str) = ("containment", "change");
    const MEMBERS: &'static [Self] = &[Self::Add, Self::Observe, Self::Delete, Self::Empty, Self::Left];
}

/// A side of a process.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Side {
    In,
    Out,
}

impl Code for Side {
    const COLUMN: (&'static str, &'static str) = ("process_side", "side");
    const MEMBERS: &'static [Self] = &[Self::In, Self::Out];
}

/// Which end of a hand-over something stands at, and what it is there (CBV 2.0 §7.4).
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct End {
    pub(crate) is_destination: bool,
    pub(crate) kind: EndKind,
}

/// The standard types of an end.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum EndKind {
    OwningParty,
    PossessingParty,
    Location,
}

impl End {
    const KINDS: [(EndKind, &'static str); 3] = [
        (EndKind::OwningParty, "owning_party"),
        (EndKind::PossessingParty, "possessing_party"),
        (EndKind::Location, "location"),
    ];

    /// `None` for a private type: nobody but the two companies knows what it means.
    pub(crate) fn new(is_destination: bool, kind: &str) -> Option<Self> {
        let (kind, _) = Self::KINDS.into_iter().find(|(_, word)| *word == kind)?;
        Some(Self { is_destination, kind })
    }
}

impl Code for End {
    const COLUMN: (&'static str, &'static str) = ("event_end", "side");
    const MEMBERS: &'static [Self] = &[
        Self { is_destination: false, kind: EndKind::OwningParty },
        Self { is_destination: false, kind: EndKind::PossessingParty },
        Self { is_destination: false, kind: EndKind::Location },
        Self { is_destination: true, kind: EndKind::OwningParty },
        Self { is_destination: true, kind: EndKind::PossessingParty },
        Self { is_destination: true, kind: EndKind::Location },
    ];
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

/// The bytes that hexadecimal digits spell.
pub(crate) fn unhex(digits: &str) -> Vec<u8> {
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok()).unwrap_or(0);
    digits.as_bytes().chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | value(*digit))).collect()
}

/// Microseconds since 1970.
pub(crate) fn micros(time: Timestamp) -> i64 {
    time.as_microsecond()
}

/// The instant of a column.
pub(crate) fn instant(table: &'static str, column: &'static str, micros: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(micros).map_err(|_| StoreError::inconsistent(table, column, micros.to_string()))
}

/// A viewer as the start of a key: `p12` is party 12, `r7` the regulator of grant 7, `own` the tenant itself.
pub(crate) fn viewer_word(viewer: Viewer) -> String {
    match viewer {
        Viewer::Own => "own".to_owned(),
        Viewer::Party(PartyId(id)) => format!("p{id}"),
        Viewer::Regulator(GrantId(id)) => format!("r{id}"),
    }
}

/// The two columns of a TLC source. Where it is not known, the tenant itself is the reporter.
pub(crate) fn source_columns(source: &TlcSource) -> (i16, Option<&str>) {
    match source {
        TlcSource::Unknown { .. } => (0, None),
        TlcSource::Place(place) => (1, Some(place)),
        TlcSource::Reference(reference) => (2, Some(reference)),
    }
}

/// A TLC source from its two columns.
pub(crate) fn source_from(kind: i16, text: Option<String>, reporter: &str) -> Result<TlcSource, StoreError> {
    match (kind, text) {
        (0, None) => Ok(TlcSource::Unknown { reporter: reporter.to_owned() }),
        (1, Some(place)) => Ok(TlcSource::Place(place)),
        (2, Some(reference)) => Ok(TlcSource::Reference(reference)),
        _ => Err(StoreError::inconsistent("thing", "source_kind", kind.to_string())),
    }
}

/// The numbers of the things on an event, one after the other, each in as few bytes as it takes: seven bits to a byte,
/// lowest first, the highest bit set where more follow.
pub(crate) fn pack_ids(ids: impl IntoIterator<Item = i64>) -> Vec<u8> {
    let mut out = Vec::new();
    for id in ids {
        // Ids count up from 1.
        let mut rest = id.unsigned_abs();
        while rest >= 0x80 {
            out.push((rest & 0x7f) as u8 | 0x80);
            rest >>= 7;
        }
        out.push((rest & 0x7f) as u8);
    }
    out
}

/// The numbers that [`pack_ids`] wrote.
pub(crate) fn unpack_ids(bytes: &[u8]) -> Vec<i64> {
    let mut ids = Vec::new();
    let (mut id, mut shift) = (0i64, 0u32);
    for byte in bytes {
        id |= i64::from(byte & 0x7f).checked_shl(shift).unwrap_or_default();
        shift += 7;
        if byte & 0x80 == 0 {
            ids.push(id);
            (id, shift) = (0, 0);
        }
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_word_reads_back<W: Word + std::fmt::Debug>() {
        for (member, word) in W::WORDS {
            assert_eq!(member.word(), *word);
            assert_eq!(W::parse(word).unwrap(), *member);
        }
    }

    fn every_code_reads_back<C: Code + std::fmt::Debug>(count: usize) {
        assert_eq!(C::MEMBERS.len(), count);
        for member in C::MEMBERS {
            assert_eq!(C::of_code(member.code()).unwrap(), *member);
        }
    }

    #[test]
    fn codes_read_back() {
        every_code_reads_back::<EventKind>(5);
        every_code_reads_back::<Action>(3);
        every_code_reads_back::<ThingKind>(6);
        every_code_reads_back::<Role>(5);
        every_code_reads_back::<ChangeKind>(5);
        every_code_reads_back::<Side>(2);
        every_code_reads_back::<End>(6);
    }

    #[test]
    fn bytes_read_back() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(unhex(&hex(&bytes)), bytes);
        assert_eq!(unhex(&hex(&bytes).to_uppercase()), bytes);
        assert_eq!(hex(&[0, 0x1f, 0xa0]), "001fa0");
    }

    #[test]
    fn ids_read_back() {
        let ids = [1, 127, 128, 300, 8_200_000, i64::MAX];
        assert_eq!(unpack_ids(&pack_ids(ids)), ids);
        assert_eq!(pack_ids([1, 127, 128]).len(), 4);
    }

    #[test]
    fn words_read_back() {
        every_word_reads_back::<Profile>();
        every_word_reads_back::<Continuation>();
        every_word_reads_back::<Onward>();
        every_word_reads_back::<Purpose>();
    }
}
