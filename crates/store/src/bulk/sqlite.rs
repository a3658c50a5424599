//! `SQLite`: prepared statements of many rows in one transaction.

use sea_orm::sqlx::{
    self, Arguments as _, AssertSqlSafe, Row as _,
    sqlite::{SqliteArguments, SqlitePool, SqliteRow},
};

use super::{Arg, Bulk, Cell, Kind, Row, Rows, values};
use crate::text::hex;

/// A transaction that holds the write lock from its beginning: a reader that turns writer half-way would fail instead
/// of waiting.
pub(crate) struct Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>);

/// Arguments of one statement; `SQLite` allows 32,766.
const ARGUMENTS: usize = 1_024;

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
        let width = rows.table.columns.len();
        let mut left = rows.cells.len() / width;
        let mut cells = rows.cells.into_iter();
        // Few sizes, so that every statement is prepared once.
        let whole = (ARGUMENTS / width).max(1);
        while left > 0 {
            let count = if left >= whole { whole } else { 1 };
            left -= count;
            let mut arguments = SqliteArguments::default();
            for cell in cells.by_ref().take(count * width) {
                add(&mut arguments, cell)?;
            }
            // FAIL: nothing has to be kept for undoing a statement alone. If one fails, the transaction is given up.
            let sql = AssertSqlSafe(values("INSERT OR FAIL", rows.table, count, false, ""));
            sqlx::query_with(sql, arguments).execute(&mut *self.0).await?;
        }
        Ok(())
    }

    async fn execute(&mut self, sql: String, args: Vec<Arg>) -> Result<u64, sqlx::Error> {
        let done = sqlx::query_with(AssertSqlSafe(sql), arguments(args)?).execute(&mut *self.0).await?;
        Ok(done.rows_affected())
    }

    async fn select(&mut self, sql: String, args: Vec<Arg>, shape: &'static [Kind]) -> Result<Vec<Row>, sqlx::Error> {
        let rows = sqlx::query_with(AssertSqlSafe(sql), arguments(args)?).fetch_all(&mut *self.0).await?;
        rows.iter().map(|row| read(row, shape)).collect()
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

fn read(row: &SqliteRow, shape: &[Kind]) -> Result<Row, sqlx::Error> {
    let cell = |(column, kind): (usize, &Kind)| {
        Ok(match kind {
            Kind::Int => Cell::Int(row.try_get(column)?),
            Kind::Text => Cell::Text(row.try_get(column)?),
            Kind::Bytes => Cell::Bytes(row.try_get(column)?),
        })
    };
    Ok(Row(shape.iter().enumerate().map(cell).collect::<Result<_, sqlx::Error>>()?))
}
