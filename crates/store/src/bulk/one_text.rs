//! Rows of the mapper's connections to `SQLite`, as one text.

use std::{borrow::Cow, fmt, fmt::Write as _};

use serde::de::{DeserializeSeed, Deserializer, Error as _, SeqAccess, Visitor};

use super::{Cell, Kind, Row};
use crate::text::unhex;

/// A query whose rows come as one text: the driver hands over row by row from the thread of the database, and waking
/// the one who waits takes longer than most rows.
pub(super) fn as_one_text(sql: &str, shape: &[Kind]) -> String {
    let (mut names, mut values) = (String::new(), String::new());
    for (column, kind) in shape.iter().enumerate() {
        let comma = if column == 0 { "" } else { ", " };
        // Writing into a `String` cannot fail.
        let _ = write!(names, "{comma}c{column}");
        let _ = match kind {
            Kind::Int | Kind::Flag | Kind::Text => write!(values, "{comma}c{column}"),
            Kind::Bytes => write!(values, "{comma}hex(c{column})"),
        };
    }
    format!("WITH found ({names}) AS ({sql}) SELECT json_group_array(json_array({values})) FROM found")
}

/// The rows of such a text.
pub(super) fn rows_of(text: &str, shape: &[Kind]) -> Result<Vec<Row>, serde_json::Error> {
    let mut text = serde_json::Deserializer::from_str(text);
    let rows = AllRows(shape).deserialize(&mut text)?;
    text.end().map(|()| rows)
}

/// A list of rows of this shape.
struct AllRows<'s>(&'s [Kind]);

impl<'de> DeserializeSeed<'de> for AllRows<'_> {
    type Value = Vec<Row>;

    fn deserialize<D: Deserializer<'de>>(self, text: D) -> Result<Vec<Row>, D::Error> {
        text.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for AllRows<'_> {
    type Value = Vec<Row>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Row>, A::Error> {
        let mut rows = Vec::new();
        while let Some(row) = list.next_element_seed(OneRow(self.0))? {
            rows.push(row);
        }
        Ok(rows)
    }
}

/// A row of this shape.
struct OneRow<'s>(&'s [Kind]);

impl<'de> DeserializeSeed<'de> for OneRow<'_> {
    type Value = Row;

    fn deserialize<D: Deserializer<'de>>(self, text: D) -> Result<Row, D::Error> {
        text.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for OneRow<'_> {
    type Value = Row;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a row of {:?}", self.0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Row, A::Error> {
        let short = || A::Error::custom("a row is too short");
        let mut row = Vec::with_capacity(self.0.len());
        for kind in self.0 {
            row.push(match kind {
                Kind::Int | Kind::Flag => Cell::Int(list.next_element()?.ok_or_else(short)?),
                Kind::Text => Cell::Text(list.next_element()?.ok_or_else(short)?),
                Kind::Bytes => Cell::Bytes(unhex(&list.next_element::<Cow<'_, str>>()?.ok_or_else(short)?)),
            });
        }
        Ok(Row(row))
    }
}
