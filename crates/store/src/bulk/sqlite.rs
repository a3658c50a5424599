//! `SQLite`: prepared statements of many rows in one transaction.

use std::{borrow::Cow, fmt, fmt::Write as _};

use sea_orm::sqlx::{
    self, Arguments as _, AssertSqlSafe,
    sqlite::{SqliteArguments, SqlitePool},
};
use serde::de::{DeserializeSeed, Deserializer, Error as _, SeqAccess, Visitor};

use super::{Arg, Bulk, Cell, Kind, Row, Rows, Table};
use crate::text::{hex, unhex};

/// A transaction that holds the write lock from its beginning: a reader that turns writer half-way would fail instead
/// of waiting.
pub(crate) struct Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>);

/// Arguments of one statement; `SQLite` allows 32,766. Each statement costs two changes of threads.
const ARGUMENTS: usize = 4_096;

/// The rows of statements grow by this factor, so that few are needed for any number of rows, and every one of them is
/// prepared once.
const GROWTH: usize = 8;

impl Sqlite {
    pub(crate) async fn begin(pool: &SqlitePool) -> Result<Self, sqlx::Error> {
        Ok(Self(pool.begin_with("BEGIN IMMEDIATE").await?))
    }

    /// Without the write lock: for reads alone.
    pub(crate) async fn read(pool: &SqlitePool) -> Result<Self, sqlx::Error> {
        Ok(Self(pool.begin().await?))
    }
}

impl Bulk for Sqlite {
    async fn insert(&mut self, rows: Rows) -> Result<(), sqlx::Error> {
        let mut left = rows.len();
        let Rows { table, tenant, cells } = rows;
        let mut cells = cells.into_iter();
        let mut size = (ARGUMENTS / (table.columns.len() + 1)).max(1);
        while left > 0 {
            while size > left {
                size = (size / GROWTH).max(1);
            }
            left -= size;
            let mut arguments = SqliteArguments::default();
            arguments.reserve(size * (table.columns.len() + 1), 0);
            for _ in 0..size {
                bind(&mut arguments, tenant.0)?;
                for cell in cells.by_ref().take(table.columns.len()) {
                    add(&mut arguments, cell)?;
                }
            }
            sqlx::query_with(AssertSqlSafe(insert_into(table, size)), arguments).execute(&mut *self.0).await?;
        }
        Ok(())
    }

    async fn execute(&mut self, sql: String, args: Vec<Arg>) -> Result<u64, sqlx::Error> {
        let done = sqlx::query_with(AssertSqlSafe(sql), arguments(args)?).execute(&mut *self.0).await?;
        Ok(done.rows_affected())
    }

    async fn select(&mut self, sql: String, args: Vec<Arg>, shape: &'static [Kind]) -> Result<Vec<Row>, sqlx::Error> {
        let sql = as_one_text(&sql, shape);
        let query = sqlx::query_scalar_with(AssertSqlSafe(sql), arguments(args)?);
        let text: String = query.fetch_one(&mut *self.0).await?;
        rows_of(&text, shape).map_err(|error| sqlx::Error::Decode(error.into()))
    }

    async fn commit(self) -> Result<(), sqlx::Error> {
        self.0.commit().await
    }
}

fn arguments(args: Vec<Arg>) -> Result<SqliteArguments, sqlx::Error> {
    let mut arguments = SqliteArguments::default();
    for arg in args {
        match arg {
            Arg::Cell(cell) => add(&mut arguments, cell)?,
            // Lists travel as JSON; numbers and texts with string keys can always be written into memory.
            Arg::Ints(numbers) => bind(&mut arguments, serde_json::to_string(&numbers).unwrap_or_default())?,
            Arg::Texts(texts) => bind(&mut arguments, serde_json::to_string(&texts).unwrap_or_default())?,
            Arg::Blobs(blobs) => {
                let blobs: Vec<String> = blobs.iter().map(|blob| hex(blob)).collect();
                bind(&mut arguments, serde_json::to_string(&blobs).unwrap_or_default())?;
            }
        }
    }
    Ok(arguments)
}

fn add(arguments: &mut SqliteArguments, cell: Cell) -> Result<(), sqlx::Error> {
    match cell {
        Cell::Int(number) => bind(arguments, number),
        Cell::Number(number) => bind(arguments, number),
        Cell::Code(code) => bind(arguments, code),
        Cell::Flag(flag) => bind(arguments, flag),
        Cell::Text(text) => bind(arguments, text),
        Cell::Bytes(bytes) => bind(arguments, bytes),
    }
}

fn bind<'q, T>(arguments: &mut SqliteArguments, value: T) -> Result<(), sqlx::Error>
where
    T: sqlx::Encode<'q, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    arguments.add(value).map_err(sqlx::Error::Encode)
}

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

/// `INSERT` of a number of rows. Its arguments have no numbers: `SQLite` looks each name up in a list of all names, so that
/// a long statement would take time in the square of its length.
fn insert_into(table: &Table, rows: usize) -> String {
    // FAIL: nothing has to be kept for undoing a statement alone. If one fails, the transaction is given up.
    let insert = if table.conflict.is_empty() { "INSERT OR FAIL" } else { "INSERT" };
    let row = format!("(?{})", ", ?".repeat(table.columns.len()));
    let mut sql = format!("{insert} INTO {} (tenant, {}) VALUES {row}", table.name, table.columns.join(", "));
    sql.reserve(rows * (row.len() + 2));
    for _ in 1..rows {
        sql.push_str(", ");
        sql.push_str(&row);
    }
    sql.push(' ');
    sql.push_str(table.conflict);
    sql
}
