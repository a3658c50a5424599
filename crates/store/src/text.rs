//! How closed sets and instants stand in columns.

use domain::{Continuation, GrantId, Onward, PartyId, Profile, Purpose, TlcSource, Viewer};
use epcis::EventKind;
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

impl Word for EventKind {
    const COLUMN: (&'static str, &'static str) = ("event", "kind");
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Object, "ObjectEvent"),
        (Self::Aggregation, "AggregationEvent"),
        (Self::Transaction, "TransactionEvent"),
        (Self::Transformation, "TransformationEvent"),
        (Self::Association, "AssociationEvent"),
    ];
}

impl Word for ThingKind {
    const COLUMN: (&'static str, &'static str) = ("thing", "kind");
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Lot, "lot"),
        (Self::HarvestLot, "harvest"),
        (Self::TraceabilityLot, "traceability"),
        (Self::OtherInput, "other"),
        (Self::Instance, "instance"),
        (Self::Unit, "unit"),
    ];
}

impl Word for Role {
    const COLUMN: (&'static str, &'static str) = ("event_thing", "role");
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Object, "object"),
        (Self::Parent, "parent"),
        (Self::Child, "child"),
        (Self::Input, "input"),
        (Self::Output, "output"),
    ];
}

impl Word for ChangeKind {
    const COLUMN: (&'static str, &'static str) = ("containment", "change");
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Add, "add"),
        (Self::Observe, "observe"),
        (Self::Delete, "delete"),
        (Self::Empty, "empty"),
        (Self::Left, "left"),
    ];
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

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
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

/// The two columns of a TLC source.
pub(crate) fn source_columns(source: &TlcSource) -> (&'static str, &str) {
    match source {
        TlcSource::Place(place) => ("place", place),
        TlcSource::Reference(reference) => ("reference", reference),
        TlcSource::Unknown { reporter } => ("unknown", reporter),
    }
}

/// A TLC source from its two columns.
pub(crate) fn source_from(kind: &str, text: String) -> Result<TlcSource, StoreError> {
    match kind {
        "place" => Ok(TlcSource::Place(text)),
        "reference" => Ok(TlcSource::Reference(text)),
        "unknown" => Ok(TlcSource::Unknown { reporter: text }),
        _ => Err(StoreError::inconsistent("thing", "source_kind", kind)),
    }
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

    #[test]
    fn words_read_back() {
        every_word_reads_back::<EventKind>();
        every_word_reads_back::<ThingKind>();
        every_word_reads_back::<Role>();
        every_word_reads_back::<ChangeKind>();
        every_word_reads_back::<Profile>();
        every_word_reads_back::<Continuation>();
        every_word_reads_back::<Onward>();
        every_word_reads_back::<Purpose>();
    }
}
