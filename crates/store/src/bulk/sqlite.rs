//! `SQLite`: prepared statements on a connection of its own, whose work is done on a thread that may block.
//!
//! The mapper's connections have a thread each, which is asked for every statement and for every row. That takes longer
//! than writing the rows: a whole batch of them is one errand here.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{
    Connection, Result, Statement, ToSql,
    types::{ToSqlOutput, Value::Null},
};
use sea_orm::{
    ConnAcquireErr, DbErr, Value,
    sea_query::{SelectStatement, SqliteQueryBuilder, Values},
    sqlx::{self, pool::PoolConnection, sqlite::SqlitePool},
};
use tokio::{runtime::Handle, sync::Semaphore, time::timeout};

use super::{Arg, Bulk, Cell, Kind, Packed, Row, Rows, Table};
use crate::{ACQUIRE_TIMEOUT, CONNECTIONS, Cause, READER_CACHE, StoreError, text::hex};

/// The file of a database, with connections that are at rest.
#[derive(Debug)]
pub(crate) struct File {
    path: PathBuf,
    /// The one that writes, between two transactions.
    idle: Mutex<Option<Connection>>,
    /// Those that answer questions, and how many more there may be.
    readers: Mutex<Vec<Connection>>,
    reads: Arc<Semaphore>,
    /// What was read.
    #[cfg(test)]
    pub(crate) asked: Arc<Mutex<Vec<sea_orm::Statement>>>,
}

/// KiB of pages that are kept in memory. Identifiers come in no order, so a capture writes all over the indexes.
const CACHE: i64 = 24 << 10;

/// Pages of the log after which a commit moves them into the file, as it is by itself, and the rows from which on that is left
/// for later.
const PAGES: i64 = 1_000;
const MANY: usize = 10_000;

/// Prepared statements that are kept: all that a capture has.
const STATEMENTS: usize = 64;

/// How long to wait for a process beside this one.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

impl File {
    pub(super) fn new(path: PathBuf) -> Self {
        let reads = Arc::new(Semaphore::new(CONNECTIONS as usize));
        Self {
            path,
            idle: Mutex::default(),
            readers: Mutex::default(),
            reads,
            #[cfg(test)]
            asked: Arc::default(),
        }
    }

    fn open(&self) -> Result<Connection> {
        let connection = Connection::open(&self.path)?;
        connection.busy_timeout(PATIENCE)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(connection)
    }

    fn reader(&self) -> Result<Connection> {
        if let Some(connection) = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return Ok(connection);
        }
        let connection = self.open()?;
        connection.pragma_update(None, "query_only", true)?;
        connection.pragma_update(None, "cache_size", -i64::from(READER_CACHE))?;
        Ok(connection)
    }

    /// The rows of a query of the mapper.
    pub(super) async fn rows(self: &Arc<Self>, select: &SelectStatement, shape: Vec<Kind>) -> Result<Vec<Row>, Cause> {
        let (sql, values) = select.build(SqliteQueryBuilder);
        #[cfg(test)]
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(sea_orm::Statement::from_sql_and_values(
            sea_orm::DbBackend::Sqlite,
            &sql,
            values.clone(),
        ));
        let file = Arc::clone(self);
        let turn = timeout(ACQUIRE_TIMEOUT, Arc::clone(&self.reads).acquire_owned()).await;
        // Nobody closes the semaphore.
        let turn = turn.ok().and_then(Result::ok).ok_or(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))?;
        let rows = on_a_thread(move || {
            let connection = file.reader()?;
            let rows = rows_of(&connection, &sql, values, &shape);
            file.readers.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            drop(turn);
            rows
        });
        rows.await.map_err(Cause::from)
    }

    fn connection(&self) -> Result<Connection> {
        if let Some(connection) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Ok(connection);
        }
        let connection = self.open()?;
        // Acknowledged means on disk, as on the mapper's connections.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "cache_size", -CACHE)?;
        Ok(connection)
    }
}

/// A transaction.
pub(crate) struct Sqlite {
    /// `None` while a thread is at work on it: whoever stopped waiting for that has given it up.
    held: Option<Held>,
    /// Rows that it has written.
    rows: usize,
}

/// What a transaction holds as long as it lasts.
struct Held {
    /// `None` only while it is dropped.
    connection: Option<Connection>,
    file: Arc<File>,
    /// The turn of those who write, whichever connections they write with.
    _turn: Option<PoolConnection<sqlx::Sqlite>>,
}

impl Drop for Held {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        // `SQLite` ends a transaction by itself when the disk is full.
        if connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_ok() {
            let kept = self.file.idle.lock().unwrap_or_else(PoisonError::into_inner).replace(connection);
            drop(kept);
        }
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        // Undoing a large transaction takes its time.
        if let (Some(held), Ok(runtime)) = (self.held.take(), Handle::try_current()) {
            drop(runtime.spawn_blocking(move || drop(held)));
        }
    }
}

impl Sqlite {
    /// Begins a transaction when it is its turn. It holds the write lock from its beginning: a reader that turns writer
    /// half-way would fail instead of waiting.
    pub(super) async fn begin(file: &Arc<File>, turns: &SqlitePool, what: &'static str) -> Result<Self, StoreError> {
        let turn = turns.acquire().await.map_err(StoreError::database(what))?;
        Self::open(file, Some(turn), "BEGIN IMMEDIATE", what).await
    }

    /// Without the write lock: for reads alone.
    pub(super) async fn read(file: &Arc<File>, what: &'static str) -> Result<Self, StoreError> {
        Self::open(file, None, "BEGIN", what).await
    }

    async fn open(
        file: &Arc<File>,
        turn: Option<PoolConnection<sqlx::Sqlite>>,
        begin: &'static str,
        what: &'static str,
    ) -> Result<Self, StoreError> {
        let file = Arc::clone(file);
        let opened = on_a_thread(move || -> Result<Held> {
            let connection = file.connection()?;
            connection.pragma_update(None, "wal_autocheckpoint", PAGES)?;
            connection.execute_batch(begin)?;
            Ok(Held { connection: Some(connection), file, _turn: turn })
        });
        Ok(Self { held: Some(opened.await.map_err(StoreError::database(what))?), rows: 0 })
    }

    /// Does something with the connection.
    async fn errand<T: Send + 'static>(
        &mut self,
        what: &'static str,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let held = self.held.take().ok_or(StoreError::Broken(what))?;
        let (held, done) = on_a_thread(move || {
            let done = held.connection.as_ref().map(work);
            (held, done)
        })
        .await;
        self.held = Some(held);
        done.ok_or(StoreError::Broken(what))?.map_err(StoreError::database(what))
    }
}

async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

impl Bulk for Sqlite {
    const PACK: fn(Rows) -> Packed = Packed::Cells;

    async fn insert(&mut self, rows: Packed) -> Result<(), StoreError> {
        let Packed::Cells(rows) = rows else { return Err(StoreError::Broken("sqlite.insert")) };
        let what = rows.table.name;
        self.rows += rows.len();
        self.errand(what, move |connection| {
            let Rows { table, tenant, cells } = rows;
            let mut statement = connection.prepare_cached(&insert_into(table))?;
            statement.raw_bind_parameter(1, tenant.0)?;
            for row in cells.chunks(table.columns.len()) {
                for (number, cell) in (2..).zip(row) {
                    statement.raw_bind_parameter(number, cell)?;
                }
                statement.raw_execute()?;
            }
            Ok(())
        })
        .await
    }

    async fn execute(&mut self, what: &'static str, sql: String, args: Vec<Arg>) -> Result<u64, StoreError> {
        self.errand(what, move |connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            bind(&mut statement, args)?;
            Ok(u64::try_from(statement.raw_execute()?).unwrap_or_default())
        })
        .await
    }

    async fn select(
        &mut self,
        what: &'static str,
        sql: String,
        args: Vec<Arg>,
        shape: &'static [Kind],
    ) -> Result<Vec<Row>, StoreError> {
        self.errand(what, move |connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            bind(&mut statement, args)?;
            all(&mut statement, shape)
        })
        .await
    }

    async fn commit(mut self, what: &'static str) -> Result<(), StoreError> {
        if self.rows < MANY {
            return self.errand(what, |connection| connection.execute_batch("COMMIT")).await;
        }
        self.errand(what, |connection| connection.execute_batch("PRAGMA wal_autocheckpoint = 0; COMMIT")).await?;
        // It is on disk, in the log. Only the next one to write waits until it is moved from there into the file, or the log
        // would grow as long as somebody writes. What cannot be moved now is moved after another commit.
        if let Some(held) = self.held.take() {
            let move_it = move || held.connection.as_ref().map(|it| it.execute_batch("PRAGMA wal_checkpoint"));
            drop(tokio::task::spawn_blocking(move_it));
        }
        Ok(())
    }
}

/// Binds `$1` and so on.
fn bind(statement: &mut Statement<'_>, args: Vec<Arg>) -> Result<()> {
    for (number, arg) in (1..).zip(args) {
        let Some(place) = statement.parameter_index(&format!("${number}"))? else { continue };
        let list = match arg {
            Arg::Cell(cell) => {
                statement.raw_bind_parameter(place, &cell)?;
                continue;
            }
            Arg::Ints(list) => serde_json::to_string(&list),
            Arg::Texts(list) => serde_json::to_string(&list),
            Arg::Blobs(list) => serde_json::to_string(&list.iter().map(|blob| hex(blob)).collect::<Vec<_>>()),
        };
        // Lists travel as JSON; numbers and texts can always be written into memory.
        statement.raw_bind_parameter(place, list.unwrap_or_default())?;
    }
    Ok(())
}

impl ToSql for Cell {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        match self {
            Self::Int(number) => number.to_sql(),
            Self::Number(number) => number.to_sql(),
            Self::Code(code) => code.to_sql(),
            Self::Flag(flag) => flag.to_sql(),
            Self::Text(text) => text.to_sql(),
            Self::Bytes(bytes) => bytes.to_sql(),
        }
    }
}

fn rows_of(connection: &Connection, sql: &str, values: Values, shape: &[Kind]) -> Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(sql)?;
    for (number, value) in (1..).zip(values) {
        statement.raw_bind_parameter(number, Bound(value))?;
    }
    all(&mut statement, shape)
}

fn all(statement: &mut Statement<'_>, shape: &[Kind]) -> Result<Vec<Row>> {
    let (mut found, mut rows) = (statement.raw_query(), Vec::new());
    while let Some(row) = found.next()? {
        rows.push(read(row, shape)?);
    }
    Ok(rows)
}

/// A value that the mapper binds.
struct Bound(Value);

impl ToSql for Bound {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        match &self.0 {
            Value::Bool(flag) => flag.to_sql(),
            Value::SmallInt(number) => number.to_sql(),
            Value::Int(number) => number.to_sql(),
            Value::BigInt(number) => number.to_sql(),
            Value::BigUnsigned(number) => Ok(ToSqlOutput::Owned(number.map(u64::cast_signed).map_or(Null, Into::into))),
            Value::String(text) => text.to_sql(),
            Value::Bytes(bytes) => bytes.to_sql(),
            _ => Err(rusqlite::Error::ToSqlConversionFailure("a kind of value that no query binds".into())),
        }
    }
}

fn read(row: &rusqlite::Row<'_>, shape: &[Kind]) -> Result<Row> {
    let cell = |(column, kind): (usize, &Kind)| {
        Ok(match kind {
            Kind::Int | Kind::Flag => Cell::Int(row.get(column)?),
            Kind::Text => Cell::Text(row.get(column)?),
            Kind::Bytes => Cell::Bytes(row.get::<_, Option<_>>(column)?.unwrap_or_default()),
        })
    };
    Ok(Row(shape.iter().enumerate().map(cell).collect::<Result<_>>()?))
}

/// `INSERT` of a row.
fn insert_into(table: &Table) -> String {
    let Table { name, columns, conflict } = table;
    let values = ", ?".repeat(columns.len());
    format!("INSERT INTO {name} (tenant, {}) VALUES (?{values}) {conflict}", columns.join(", "))
}
