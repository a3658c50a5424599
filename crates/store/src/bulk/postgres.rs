//! `PostgreSQL`: rows as one array for each column, so that a statement of any number of rows travels in one piece.

use std::fmt::Write as _;

use sea_orm::sqlx::{
    self, Arguments as _, AssertSqlSafe, Row as _,
    postgres::{PgArguments, PgPool, PgRow},
};

use super::{Arg, Bulk, Cell, Kind, Row, Rows, Table, failed};
use crate::StoreError;

/// A transaction on one connection.
pub(crate) struct Postgres(sqlx::Transaction<'static, sqlx::Postgres>);

impl Postgres {
    pub(super) async fn begin(pool: &PgPool, what: &'static str) -> Result<Self, StoreError> {
        pool.begin().await.map(Self).map_err(failed(what))
    }
}

impl Bulk for Postgres {
    async fn insert(&mut self, rows: Rows) -> Result<(), StoreError> {
        let what = rows.table.name;
        let (sql, arguments) = insertion(rows).map_err(failed(what))?;
        let done = sqlx::query_with(AssertSqlSafe(sql), arguments).execute(&mut *self.0).await;
        done.map(drop).map_err(failed(what))
    }

    async fn execute(&mut self, what: &'static str, sql: String, args: Vec<Arg>) -> Result<u64, StoreError> {
        let arguments = arguments(args).map_err(failed(what))?;
        let done = sqlx::query_with(AssertSqlSafe(sql), arguments).execute(&mut *self.0).await;
        Ok(done.map_err(failed(what))?.rows_affected())
    }

    async fn select(
        &mut self,
        what: &'static str,
        sql: String,
        args: Vec<Arg>,
        shape: &'static [Kind],
    ) -> Result<Vec<Row>, StoreError> {
        let arguments = arguments(args).map_err(failed(what))?;
        let rows = sqlx::query_with(AssertSqlSafe(sql), arguments).fetch_all(&mut *self.0).await;
        let rows: Result<_, _> = rows.and_then(|rows| rows.iter().map(|row| read(row, shape)).collect());
        rows.map_err(failed(what))
    }

    async fn commit(self, what: &'static str) -> Result<(), StoreError> {
        self.0.commit().await.map_err(failed(what))
    }
}

/// The statement that writes rows, with what is bound to it.
fn insertion(rows: Rows) -> Result<(String, PgArguments), sqlx::Error> {
    let count = rows.len();
    let Rows { table, tenant, cells } = rows;
    let mut columns: Vec<Column> = Vec::with_capacity(table.columns.len());
    let mut cells = cells.into_iter();
    columns.extend(cells.by_ref().take(table.columns.len()).map(|cell| Column::of(cell, count)));
    while let Some(cell) = cells.next() {
        for (column, cell) in columns.iter_mut().zip(std::iter::once(cell).chain(&mut cells)) {
            column.push(cell)?;
        }
    }
    let sql = insert_into(table, &columns);
    let mut arguments = PgArguments::default();
    arguments.add(tenant.0).map_err(sqlx::Error::Encode)?;
    for column in columns {
        column.bind(&mut arguments).map_err(sqlx::Error::Encode)?;
    }
    Ok((sql, arguments))
}

/// `INSERT` of as many rows as the arrays are long.
///
/// `COPY` writes rows no faster, and takes two pieces: the driver leaves it to the network to send the second one, which
/// waits until the first is acknowledged, up to 40 ms.
fn insert_into(table: &Table, columns: &[Column]) -> String {
    let Table { name, columns: names, conflict } = table;
    let mut sql = format!("INSERT INTO {name} (tenant, {}) SELECT $1, * FROM unnest(", names.join(", "));
    for (number, column) in (2..).zip(columns) {
        // Writing into a `String` cannot fail.
        let _ = write!(sql, "{}${number}::{}[]", if number == 2 { "" } else { ", " }, column.sql_type());
    }
    sql.push_str(") ");
    sql.push_str(conflict);
    sql
}

/// The values of one column.
enum Column {
    Ints(Vec<Option<i64>>),
    Numbers(Vec<i32>),
    Codes(Vec<Option<i16>>),
    Flags(Vec<bool>),
    Texts(Vec<Option<String>>),
    Blobs(Vec<Vec<u8>>),
}

impl Column {
    /// A column that begins with a cell and has room for so many.
    fn of(first: Cell, count: usize) -> Self {
        fn list<T>(first: T, count: usize) -> Vec<T> {
            let mut list = Vec::with_capacity(count);
            list.push(first);
            list
        }
        match first {
            Cell::Int(number) => Self::Ints(list(number, count)),
            Cell::Number(number) => Self::Numbers(list(number, count)),
            Cell::Code(code) => Self::Codes(list(code, count)),
            Cell::Flag(flag) => Self::Flags(list(flag, count)),
            Cell::Text(text) => Self::Texts(list(text, count)),
            Cell::Bytes(bytes) => Self::Blobs(list(bytes, count)),
        }
    }

    fn push(&mut self, cell: Cell) -> Result<(), sqlx::Error> {
        match (self, cell) {
            (Self::Ints(list), Cell::Int(number)) => list.push(number),
            (Self::Numbers(list), Cell::Number(number)) => list.push(number),
            (Self::Codes(list), Cell::Code(code)) => list.push(code),
            (Self::Flags(list), Cell::Flag(flag)) => list.push(flag),
            (Self::Texts(list), Cell::Text(text)) => list.push(text),
            (Self::Blobs(list), Cell::Bytes(bytes)) => list.push(bytes),
            (column, cell) => {
                let (found, wanted) = (cell.type_name(), column.sql_type());
                return Err(sqlx::Error::Encode(format!("{found} in a column of {wanted}").into()));
            }
        }
        Ok(())
    }

    fn sql_type(&self) -> &'static str {
        match self {
            Self::Ints(_) => "bigint",
            Self::Numbers(_) => "integer",
            Self::Codes(_) => "smallint",
            Self::Flags(_) => "boolean",
            Self::Texts(_) => "text",
            Self::Blobs(_) => "bytea",
        }
    }

    fn bind(self, arguments: &mut PgArguments) -> Result<(), sqlx::error::BoxDynError> {
        match self {
            Self::Ints(list) => arguments.add(list),
            Self::Numbers(list) => arguments.add(list),
            Self::Codes(list) => arguments.add(list),
            Self::Flags(list) => arguments.add(list),
            Self::Texts(list) => arguments.add(list),
            Self::Blobs(list) => arguments.add(list),
        }
    }
}

fn arguments(args: Vec<Arg>) -> Result<PgArguments, sqlx::Error> {
    let mut arguments = PgArguments::default();
    for arg in args {
        match arg {
            Arg::Cell(Cell::Int(number)) => arguments.add(number),
            Arg::Cell(Cell::Number(number)) => arguments.add(number),
            Arg::Cell(Cell::Code(code)) => arguments.add(code),
            Arg::Cell(Cell::Flag(flag)) => arguments.add(flag),
            Arg::Cell(Cell::Text(text)) => arguments.add(text),
            Arg::Cell(Cell::Bytes(bytes)) => arguments.add(bytes),
            Arg::Ints(numbers) => arguments.add(numbers),
            Arg::Texts(texts) => arguments.add(texts),
            Arg::Blobs(blobs) => arguments.add(blobs),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

pub(super) fn read(row: &PgRow, shape: &[Kind]) -> Result<Row, sqlx::Error> {
    let cell = |(column, kind): (usize, &Kind)| {
        Ok(match kind {
            // Numbers of any width.
            Kind::Int => Cell::Int(row.try_get_unchecked(column)?),
            Kind::Flag => Cell::Int(row.try_get::<Option<bool>, _>(column)?.map(i64::from)),
            Kind::Text => Cell::Text(row.try_get(column)?),
            Kind::Bytes => Cell::Bytes(row.try_get::<Option<_>, _>(column)?.unwrap_or_default()),
        })
    };
    Ok(Row(shape.iter().enumerate().map(cell).collect::<Result<_, sqlx::Error>>()?))
}
