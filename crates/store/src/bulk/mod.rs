//! Many rows below the mapper, on each engine's own fast path: written in one transaction, behind one trait, and read by
//! their places.

mod mapped;
mod postgres;
mod sqlite;
mod writer;

use std::sync::Arc;

use sea_orm::{
    DatabaseConnection,
    sea_query::SelectStatement,
    sqlx::{postgres::PgConnectOptions, sqlite::SqliteConnectOptions},
};

use domain::TenantId;

use crate::{Cause, Store, StoreError};

pub(crate) use sqlite::PATIENCE;
pub(crate) use writer::Writer;

/// One value of a row. `None` is SQL's NULL, which has a type here, too.
#[derive(Clone, Debug)]
pub(crate) enum Cell {
    Int(Option<i64>),
    Number(i32),
    Code(Option<i16>),
    Flag(bool),
    Text(Option<String>),
    Bytes(Vec<u8>),
}

impl Cell {
    /// What it holds, without telling it.
    fn type_name(&self) -> &'static str {
        match self {
            Self::Int(None) | Self::Code(None) | Self::Text(None) => "NULL",
            Self::Int(_) | Self::Number(_) | Self::Code(_) => "a number",
            Self::Flag(_) => "a flag",
            Self::Text(_) => "a text",
            Self::Bytes(_) => "bytes",
        }
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Int(Some(number))
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

/// A table as rows are written to it.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// The columns after the first one, which is the tenant.
    pub(crate) columns: &'static [&'static str],
    /// What happens to a row that is there already; empty where none can be.
    pub(crate) conflict: &'static str,
}

/// Rows of one tenant on their way into a table, one cell after the other.
#[derive(Debug)]
pub(crate) struct Rows {
    table: &'static Table,
    tenant: TenantId,
    cells: Vec<Cell>,
}

impl Rows {
    pub(crate) fn of(table: &'static Table, tenant: TenantId) -> Self {
        Self { table, tenant, cells: Vec::new() }
    }

    /// Adds a row; its cells stand in the order of the table's columns.
    pub(crate) fn push<const N: usize>(&mut self, row: [Cell; N]) {
        debug_assert_eq!(N, self.table.columns.len(), "{}", self.table.name);
        self.cells.extend(row);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    fn len(&self) -> usize {
        self.cells.len() / self.table.columns.len()
    }
}

/// Rows as an engine takes them.
pub(crate) enum Packed {
    /// Bound to a statement.
    Cells(Rows),
    /// As the bytes of a `COPY`.
    Bytes(&'static Table, Vec<u8>),
}

/// What is bound to a statement.
#[derive(Clone, Debug)]
pub(crate) enum Arg {
    Cell(Cell),
    Ints(Vec<i64>),
    Texts(Vec<String>),
    Blobs(Vec<Vec<u8>>),
}

impl<T: Into<Cell>> From<T> for Arg {
    fn from(cell: T) -> Self {
        Self::Cell(cell.into())
    }
}

/// The type of a column that is read. Numbers may be of any width.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Int,
    /// Read as 0 or 1.
    Flag,
    Text,
    Bytes,
}

/// A row that was read.
#[derive(Debug)]
pub(crate) struct Row(Vec<Cell>);

/// What a cell can be read as.
pub(crate) trait FromCell: Sized {
    /// `None` where the cell holds something else.
    fn from_cell(cell: &Cell) -> Option<Self>;
}

impl FromCell for i64 {
    fn from_cell(cell: &Cell) -> Option<Self> {
        if let Cell::Int(number) = cell { *number } else { None }
    }
}

impl FromCell for i32 {
    fn from_cell(cell: &Cell) -> Option<Self> {
        i64::from_cell(cell)?.try_into().ok()
    }
}

impl FromCell for i16 {
    fn from_cell(cell: &Cell) -> Option<Self> {
        i64::from_cell(cell)?.try_into().ok()
    }
}

impl FromCell for bool {
    fn from_cell(cell: &Cell) -> Option<Self> {
        Some(i64::from_cell(cell)? != 0)
    }
}

impl FromCell for String {
    fn from_cell(cell: &Cell) -> Option<Self> {
        if let Cell::Text(text) = cell { text.clone() } else { None }
    }
}

impl FromCell for Vec<u8> {
    fn from_cell(cell: &Cell) -> Option<Self> {
        if let Cell::Bytes(bytes) = cell { Some(bytes.clone()) } else { None }
    }
}

impl<T: FromCell> FromCell for Option<T> {
    fn from_cell(cell: &Cell) -> Option<Self> {
        if matches!(cell, Cell::Int(None) | Cell::Text(None)) { Some(None) } else { T::from_cell(cell).map(Some) }
    }
}

impl Row {
    /// A cell by its place. The error does not tell what stands there: it may be a lot or a partner.
    pub(crate) fn cell<T: FromCell>(&self, column: usize) -> Result<T, StoreError> {
        let cell = self.0.get(column);
        cell.and_then(T::from_cell).ok_or_else(|| {
            let found = cell.map_or("nothing", Cell::type_name);
            StoreError::inconsistent("of a read", "by its place", format!("{column}: {found}"))
        })
    }

    /// A number that cannot be missing.
    pub(crate) fn int(&self, column: usize) -> Result<i64, StoreError> {
        self.cell(column)
    }

    pub(crate) fn text(&mut self, column: usize) -> Option<String> {
        match self.0.get_mut(column) {
            Some(Cell::Text(text)) => text.take(),
            _ => None,
        }
    }

    pub(crate) fn bytes(&mut self, column: usize) -> Vec<u8> {
        match self.0.get_mut(column) {
            Some(Cell::Bytes(bytes)) => std::mem::take(bytes),
            _ => Vec::new(),
        }
    }
}

/// A transaction on one engine. Dropping it leaves nothing behind.
///
/// Statements are the same for both: `$1` names an argument on either, and [`Transaction::each`] writes what differs.
trait Bulk {
    /// How rows are packed for [`insert`](Self::insert).
    const PACK: fn(Rows) -> Packed;

    /// Writes rows on the fastest way that the engine has.
    async fn insert(&mut self, rows: Packed) -> Result<(), StoreError>;

    /// Runs a statement; gives the number of rows it changed.
    async fn execute(&mut self, what: &'static str, sql: String, args: Vec<Arg>) -> Result<u64, StoreError>;

    /// Reads rows of the given columns.
    async fn select(
        &mut self,
        what: &'static str,
        sql: String,
        args: Vec<Arg>,
        shape: &'static [Kind],
    ) -> Result<Vec<Row>, StoreError>;

    /// Makes everything durable and visible.
    async fn commit(self, what: &'static str) -> Result<(), StoreError>;
}

/// The database below the mapper.
#[derive(Clone, Debug)]
pub(crate) enum Engine {
    Sqlite(Arc<sqlite::File>),
    Postgres(Arc<postgres::Server>),
}

impl Engine {
    /// The engine that a URL names, without connecting to it.
    pub(crate) fn of(url: &str) -> Result<Self, StoreError> {
        let unreadable = |scheme: &str| StoreError::Url(scheme.to_owned());
        if url.starts_with("sqlite:") {
            let options: SqliteConnectOptions = url.parse().map_err(|_| unreadable("sqlite"))?;
            return Ok(Self::Sqlite(Arc::new(sqlite::File::new(options.get_filename().to_owned()))));
        }
        let options: PgConnectOptions = url.parse().map_err(|_| unreadable("postgres"))?;
        Ok(Self::Postgres(Arc::new(postgres::Server::new(&options).map_err(|_| unreadable("postgres"))?)))
    }

    /// Runs a query; gives its rows by the places of their columns. `db` are the mapper's connections to the same database.
    ///
    /// On `SQLite` it is one errand: the mapper's driver hands over value by value from the thread of the database, which
    /// costs more than finding them.
    pub(crate) async fn rows(
        &self,
        db: &DatabaseConnection,
        select: &SelectStatement,
        shape: &[Kind],
    ) -> Result<Vec<Row>, Cause> {
        match self {
            Self::Sqlite(file) => file.rows(select, shape.to_vec()).await,
            Self::Postgres(_) => mapped::rows(db, select, shape).await.map_err(Cause::from),
        }
    }
}

/// The transaction of a capture or a purge, on whichever engine the store runs.
pub(crate) enum Transaction {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

macro_rules! on_either {
    ($self:expr, $engine:ident => $call:expr) => {
        match $self {
            Transaction::Sqlite($engine) => $call,
            Transaction::Postgres($engine) => $call,
        }
    };
}

impl Transaction {
    /// Begins to write. On `SQLite`, which has one writer at a time, it waits for its turn.
    pub(crate) async fn begin(store: &Store, what: &'static str) -> Result<Self, StoreError> {
        match &store.engine {
            Engine::Sqlite(file) => {
                let turns = store.writer.get_sqlite_connection_pool();
                sqlite::Sqlite::begin(file, turns, what).await.map(Self::Sqlite)
            }
            Engine::Postgres(server) => postgres::Postgres::begin(server, what).await.map(Self::Postgres),
        }
    }

    /// Begins to read, on `SQLite` one state of the database. It does not keep others from writing, whatever the engine.
    pub(crate) async fn read(store: &Store, what: &'static str) -> Result<Self, StoreError> {
        match &store.engine {
            Engine::Sqlite(file) => sqlite::Sqlite::read(file, what).await.map(Self::Sqlite),
            Engine::Postgres(server) => postgres::Postgres::begin(server, what).await.map(Self::Postgres),
        }
    }

    /// How rows are packed for [`insert`](Self::insert): that needs no transaction, and can be done while it is at work.
    pub(crate) fn packing(&self) -> fn(Rows) -> Packed {
        match self {
            Self::Sqlite(_) => sqlite::Sqlite::PACK,
            Self::Postgres(_) => postgres::Postgres::PACK,
        }
    }

    /// Writes rows.
    pub(crate) async fn insert(&mut self, rows: Packed) -> Result<(), StoreError> {
        on_either!(self, engine => engine.insert(rows).await)
    }

    pub(crate) async fn execute(&mut self, what: &'static str, sql: String, args: Vec<Arg>) -> Result<u64, StoreError> {
        on_either!(self, engine => engine.execute(what, sql, args).await)
    }

    pub(crate) async fn select(
        &mut self,
        what: &'static str,
        sql: String,
        args: Vec<Arg>,
        shape: &'static [Kind],
    ) -> Result<Vec<Row>, StoreError> {
        on_either!(self, engine => engine.select(what, sql, args, shape).await)
    }

    pub(crate) async fn commit(self, what: &'static str) -> Result<(), StoreError> {
        on_either!(self, engine => engine.commit(what).await)
    }

    /// A query for each of the values of a list, which is argument 2. `query` ends where the value is compared with,
    /// `more` are conditions after that. The rows come in no order, and once more for a value that is in the list twice.
    ///
    /// `PostgreSQL` is told to look up one value after the other: of rows that were written in this transaction it knows
    /// nothing, and would rather read all rows of the tenant.
    pub(crate) fn each(&self, kind: Kind, query: &str, more: &str) -> String {
        match self {
            Self::Sqlite(_) => {
                let value = if matches!(kind, Kind::Bytes) { "unhex(value)" } else { "value" };
                format!("{query} IN (SELECT {value} FROM json_each($2)) {more}")
            }
            Self::Postgres(_) => {
                let kind = match kind {
                    Kind::Int | Kind::Flag => "bigint",
                    Kind::Text => "text",
                    Kind::Bytes => "bytea",
                };
                // OFFSET: what stands before it is not mixed with what stands around it.
                format!(
                    "SELECT found.* FROM unnest($2::{kind}[]) AS wanted (value) \
                     JOIN LATERAL ({query} = wanted.value {more} OFFSET 0) AS found ON TRUE"
                )
            }
        }
    }

    /// The condition that a column is one of a list of numbers or texts, which is argument `number`.
    pub(crate) fn any(&self, number: usize) -> String {
        match self {
            Self::Sqlite(_) => format!("IN (SELECT value FROM json_each(${number}))"),
            Self::Postgres(_) => format!("= ANY(${number})"),
        }
    }

    /// What makes a read wait for others that write the same row, where the engine has several writers.
    pub(crate) fn for_update(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "",
            Self::Postgres(_) => " FOR UPDATE",
        }
    }
}
