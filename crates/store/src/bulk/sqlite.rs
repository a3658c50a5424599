//! `SQLite`: prepared statements of many rows in one transaction.

use std::fmt::Write as _;

use sea_orm::sqlx::{
    self, Arguments as _, AssertSqlSafe,
    sqlite::{SqliteArguments, SqlitePool},
};
use serde_json::Value;

use super::{Arg, Bulk, Cell, Kind, Row, Rows, Table};
use crate::text::{hex, unhex};

/// A transaction that holds the write lock from its beginning: a reader that turns writer half-way would fail instead
/// of waiting.
pub(crate) struct Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>);

/// Arguments of one statement; `SQLite` allows 32,766. Each statement costs two changes of threads.
const ARGUMENTS: usize = 8_192;

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
        let rows: Vec<Vec<Value>> = serde_json::from_str(&text).map_err(|error| sqlx::Error::Decode(error.into()))?;
        Ok(rows.into_iter().map(|row| read(row, shape)).collect())
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
fn as_one_text(sql: &str, shape: &[Kind]) -> String {
    let (mut names, mut values) = (String::new(), String::new());
    for (column, kind) in shape.iter().enumerate() {
        let comma = if column == 0 { "" } else { ", " };
        // Writing into a `String` cannot fail.
        let _ = write!(names, "{comma}c{column}");
        let _ = match kind {
            Kind::Int | Kind::Text => write!(values, "{comma}c{column}"),
            Kind::Bytes => write!(values, "{comma}hex(c{column})"),
        };
    }
    format!("WITH found ({names}) AS ({sql}) SELECT json_group_array(json_array({values})) FROM found")
}

fn read(row: Vec<Value>, shape: &[Kind]) -> Row {
    let cell = |(value, kind): (Value, &Kind)| match (kind, value) {
        (Kind::Int, value) => Cell::Int(value.as_i64()),
        (Kind::Text, Value::String(text)) => Cell::Text(Some(text)),
        (Kind::Bytes, Value::String(digits)) => Cell::Bytes(unhex(&digits)),
        (Kind::Text, _) => Cell::Text(None),
        (Kind::Bytes, _) => Cell::Bytes(Vec::new()),
    };
    Row(row.into_iter().zip(shape).map(cell).collect())
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
