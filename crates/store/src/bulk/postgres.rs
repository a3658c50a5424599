//! `PostgreSQL`: rows by `COPY`, on connections of its own.
//!
//! The mapper's driver leaves it to the network when small pieces are sent; the end of a `COPY` then waits up to 40 ms for
//! the word that the rows before it have arrived.

use std::{
    collections::{HashMap, hash_map::Entry},
    fmt::Write as _,
    io,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::SinkExt;
use sea_orm::{ConnAcquireErr, DbErr, sqlx::postgres::PgConnectOptions};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tokio_postgres::{
    Client, Config, Error, NoTls, Statement,
    types::{FromSql, ToSql, Type},
};

use super::{Arg, Bulk, Cell, Kind, Packed, Row, Rows, Table};
use crate::{CONNECT_TIMEOUT, POSTGRES_SETTINGS, StoreError, WRITER_TIMEOUT, WRITERS};

/// A server, with connections that are at rest between two transactions.
#[derive(Debug)]
pub(crate) struct Server {
    config: Config,
    idle: Mutex<Vec<Link>>,
    turns: Arc<Semaphore>,
}

/// A connection. Dropping it undoes what it has not committed.
#[derive(Debug)]
struct Link {
    client: Client,
    /// The `COPY` of each table that it has written to.
    copies: HashMap<&'static str, Statement>,
}

impl Server {
    /// The server of a URL as the mapper's driver reads it, environment and password file included.
    pub(super) fn new(options: &PgConnectOptions) -> Result<Self, Error> {
        let mut config = password(options)?;
        match options.get_socket() {
            Some(folder) => config.host_path(folder),
            // An address of IPv6 stands in brackets in a URL, and nowhere else.
            None => config.host(options.get_host().trim_matches(['[', ']'])),
        };
        config.port(options.get_port()).user(options.get_username()).connect_timeout(CONNECT_TIMEOUT);
        config.dbname(options.get_database().unwrap_or(options.get_username()));
        let mut settings = options.get_options().unwrap_or_default().to_owned();
        for (name, value) in POSTGRES_SETTINGS {
            // Writing into a `String` cannot fail.
            let _ = write!(settings, " -c {name}={value}");
        }
        config.options(settings);
        if let Some(name) = options.get_application_name() {
            config.application_name(name);
        }
        Ok(Self { config, idle: Mutex::default(), turns: Arc::new(Semaphore::new(WRITERS)) })
    }

    async fn connect(&self) -> Result<Link, Error> {
        let (client, connection) = self.config.connect(NoTls).await?;
        // What ends the connection, the next request on it is told.
        tokio::spawn(connection);
        Ok(Link { client, copies: HashMap::new() })
    }

    fn rest(&self) -> Option<Link> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// A connection inside a transaction.
    async fn begin(&self) -> Result<Link, Error> {
        // The server may have been started anew since they were put to rest, or have become unreachable.
        while let Some(link) = self.rest() {
            if let Ok(Ok(())) = timeout(CONNECT_TIMEOUT, link.client.batch_execute(BEGIN)).await {
                return Ok(link);
            }
        }
        let link = self.connect().await?;
        link.client.batch_execute(BEGIN).await?;
        Ok(link)
    }
}

const BEGIN: &str = "BEGIN";

/// A configuration with nothing but the password, which the options show as part of a URL only.
fn password(options: &PgConnectOptions) -> Result<Config, Error> {
    use sea_orm::sqlx::ConnectOptions as _;
    let mut config = Config::new();
    // Whatever else the options hold might not make a URL.
    let mut url = options.clone().host("localhost").username("somebody").to_url_lossy();
    url.set_query(None);
    if let Some(password) = url.as_str().parse::<Config>()?.get_password() {
        config.password(password);
    }
    Ok(config)
}

/// A transaction.
pub(crate) struct Postgres {
    link: Link,
    server: Arc<Server>,
    _turn: OwnedSemaphorePermit,
}

impl Postgres {
    /// Begins a transaction when it is its turn.
    pub(super) async fn begin(server: &Arc<Server>, what: &'static str) -> Result<Self, StoreError> {
        let begun = async {
            // Nobody closes the semaphore.
            let turn = Arc::clone(&server.turns).acquire_owned().await.map_err(|_| StoreError::Broken(what))?;
            let link = server.begin().await.map_err(StoreError::database(what))?;
            Ok(Self { link, server: Arc::clone(server), _turn: turn })
        };
        // A server that is gone, or takes a connection and says nothing more, keeps nobody longer than one that is busy.
        let late = |_| Err(StoreError::database(what)(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)));
        timeout(WRITER_TIMEOUT, begun).await.unwrap_or_else(late)
    }

    async fn copy(&mut self, table: &'static Table, rows: Vec<u8>) -> Result<(), Error> {
        let Link { client, copies } = &mut self.link;
        let copy = match copies.entry(table.name) {
            Entry::Occupied(prepared) => prepared.into_mut(),
            Entry::Vacant(none) => none.insert(client.prepare(&copy_into(table)).await?),
        };
        let mut sink = pin!(client.copy_in(copy).await?);
        sink.send(io::Cursor::new(rows)).await?;
        sink.finish().await.map(drop)
    }

    async fn upsert(&mut self, rows: Rows) -> Result<(), StoreError> {
        let (table, tenant) = (rows.table, rows.tenant.0);
        let columns = columns(rows)?;
        let mut arguments: Vec<Typed<'_>> = vec![(&tenant, Type::INT8)];
        arguments.extend(columns.iter().map(Column::typed));
        let done = self.link.client.execute_typed(&insert_into(table), &arguments).await;
        done.map(drop).map_err(StoreError::database(table.name))
    }
}

impl Bulk for Postgres {
    const PACK: fn(Rows) -> Packed = |rows| {
        if rows.table.conflict.is_empty() { Packed::Bytes(rows.table, binary(&rows)) } else { Packed::Cells(rows) }
    };

    async fn insert(&mut self, rows: Packed) -> Result<(), StoreError> {
        match rows {
            Packed::Bytes(table, rows) => self.copy(table, rows).await.map_err(StoreError::database(table.name)),
            Packed::Cells(rows) => self.upsert(rows).await,
        }
    }

    async fn execute(&mut self, what: &'static str, sql: String, args: Vec<Arg>) -> Result<u64, StoreError> {
        let done = self.link.client.execute_typed(&sql, &typed(&args)).await;
        done.map_err(StoreError::database(what))
    }

    async fn select(
        &mut self,
        what: &'static str,
        sql: String,
        args: Vec<Arg>,
        shape: &'static [Kind],
    ) -> Result<Vec<Row>, StoreError> {
        let rows = self.link.client.query_typed(&sql, &typed(&args)).await;
        let rows = rows.and_then(|rows| rows.iter().map(|row| read(row, shape)).collect());
        rows.map_err(StoreError::database(what))
    }

    async fn commit(self, what: &'static str) -> Result<(), StoreError> {
        // The server answers the same to the end of a transaction that failed: whoever got an error must not come here.
        self.link.client.batch_execute("COMMIT").await.map_err(StoreError::database(what))?;
        self.server.idle.lock().unwrap_or_else(PoisonError::into_inner).push(self.link);
        Ok(())
    }
}

fn copy_into(table: &Table) -> String {
    format!("COPY {} (tenant, {}) FROM STDIN (FORMAT binary)", table.name, table.columns.join(", "))
}

/// The signature, flags and an empty extension (`PostgreSQL` documentation, `COPY`, "Binary Format").
const HEADER: [u8; 19] = *b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// Rows in the binary format of `COPY`: for each row the number of fields, for each field its length and its bytes, -1
/// for no value; at the end -1.
fn binary(rows: &Rows) -> Vec<u8> {
    let width = rows.table.columns.len();
    let mut out = Vec::with_capacity(HEADER.len() + rows.cells.len() * 16);
    out.extend(HEADER);
    for row in rows.cells.chunks_exact(width) {
        // A table has a few dozen columns at most.
        out.extend(i16::try_from(width + 1).unwrap_or(i16::MAX).to_be_bytes());
        field(&mut out, &rows.tenant.0.to_be_bytes());
        for cell in row {
            match cell {
                Cell::Int(Some(number)) => field(&mut out, &number.to_be_bytes()),
                Cell::Number(number) => field(&mut out, &number.to_be_bytes()),
                Cell::Code(Some(code)) => field(&mut out, &code.to_be_bytes()),
                Cell::Flag(flag) => field(&mut out, &[u8::from(*flag)]),
                Cell::Text(Some(text)) => field(&mut out, text.as_bytes()),
                Cell::Bytes(bytes) => field(&mut out, bytes),
                Cell::Int(None) | Cell::Code(None) | Cell::Text(None) => out.extend((-1_i32).to_be_bytes()),
            }
        }
    }
    out.extend((-1_i16).to_be_bytes());
    out
}

fn field(out: &mut Vec<u8>, bytes: &[u8]) {
    // Nothing near 2 GiB gets here: a document's events are bounded far below.
    out.extend(i32::try_from(bytes.len()).unwrap_or(i32::MAX).to_be_bytes());
    out.extend_from_slice(bytes);
}

/// What is bound to a statement, with its type.
type Typed<'a> = (&'a (dyn ToSql + Sync), Type);

/// `INSERT` of as many rows as the arrays are long, for a table that may have some of them: `COPY` would not take those.
fn insert_into(table: &Table) -> String {
    let Table { name, columns, conflict } = table;
    let arrays: Vec<String> = (2..).zip(*columns).map(|(number, _)| format!("${number}")).collect();
    let (columns, arrays) = (columns.join(", "), arrays.join(", "));
    format!("INSERT INTO {name} (tenant, {columns}) SELECT $1, * FROM unnest({arrays}) {conflict}")
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

    /// The cell, where it is of another type than those before it.
    fn push(&mut self, cell: Cell) -> Result<(), Cell> {
        match (self, cell) {
            (Self::Ints(list), Cell::Int(number)) => list.push(number),
            (Self::Numbers(list), Cell::Number(number)) => list.push(number),
            (Self::Codes(list), Cell::Code(code)) => list.push(code),
            (Self::Flags(list), Cell::Flag(flag)) => list.push(flag),
            (Self::Texts(list), Cell::Text(text)) => list.push(text),
            (Self::Blobs(list), Cell::Bytes(bytes)) => list.push(bytes),
            (_, cell) => return Err(cell),
        }
        Ok(())
    }

    fn typed(&self) -> Typed<'_> {
        match self {
            Self::Ints(list) => (list, Type::INT8_ARRAY),
            Self::Numbers(list) => (list, Type::INT4_ARRAY),
            Self::Codes(list) => (list, Type::INT2_ARRAY),
            Self::Flags(list) => (list, Type::BOOL_ARRAY),
            Self::Texts(list) => (list, Type::TEXT_ARRAY),
            Self::Blobs(list) => (list, Type::BYTEA_ARRAY),
        }
    }
}

/// The columns of rows.
fn columns(rows: Rows) -> Result<Vec<Column>, StoreError> {
    let count = rows.len();
    let Rows { table, cells, .. } = rows;
    let mut columns: Vec<Column> = Vec::with_capacity(table.columns.len());
    for (number, cell) in cells.into_iter().enumerate() {
        let place = number % table.columns.len();
        match columns.get_mut(place) {
            None => columns.push(Column::of(cell, count)),
            Some(column) => column.push(cell).map_err(|cell| {
                StoreError::inconsistent(table.name, "by its place", format!("{place}: {}", cell.type_name()))
            })?,
        }
    }
    Ok(columns)
}

fn typed(args: &[Arg]) -> Vec<Typed<'_>> {
    args.iter().map(Arg::typed).collect()
}

impl Arg {
    fn typed(&self) -> Typed<'_> {
        match self {
            Self::Cell(Cell::Int(number)) => (number, Type::INT8),
            Self::Cell(Cell::Number(number)) => (number, Type::INT4),
            Self::Cell(Cell::Code(code)) => (code, Type::INT2),
            Self::Cell(Cell::Flag(flag)) => (flag, Type::BOOL),
            Self::Cell(Cell::Text(text)) => (text, Type::TEXT),
            Self::Cell(Cell::Bytes(bytes)) => (bytes, Type::BYTEA),
            Self::Ints(numbers) => (numbers, Type::INT8_ARRAY),
            Self::Texts(texts) => (texts, Type::TEXT_ARRAY),
            Self::Blobs(blobs) => (blobs, Type::BYTEA_ARRAY),
        }
    }
}

/// A number of any width.
struct Int(i64);

impl FromSql<'_> for Int {
    fn from_sql(kind: &Type, raw: &[u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(match *kind {
            Type::INT2 => i16::from_sql(kind, raw)?.into(),
            Type::INT4 => i32::from_sql(kind, raw)?.into(),
            _ => i64::from_sql(kind, raw)?,
        }))
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::INT2 | Type::INT4 | Type::INT8)
    }
}

fn read(row: &tokio_postgres::Row, shape: &[Kind]) -> Result<Row, Error> {
    let cell = |(column, kind): (usize, &Kind)| {
        Ok(match kind {
            Kind::Int => Cell::Int(row.try_get::<_, Option<Int>>(column)?.map(|Int(number)| number)),
            Kind::Flag => Cell::Int(row.try_get::<_, Option<bool>>(column)?.map(i64::from)),
            Kind::Text => Cell::Text(row.try_get(column)?),
            Kind::Bytes => Cell::Bytes(row.try_get::<_, Option<_>>(column)?.unwrap_or_default()),
        })
    };
    Ok(Row(shape.iter().enumerate().map(cell).collect::<Result<_, Error>>()?))
}

#[cfg(test)]
mod tests {
    use tokio_postgres::config::Host;

    use super::*;

    fn config(url: &str) -> Config {
        Server::new(&url.parse().unwrap()).unwrap().config
    }

    #[test]
    fn a_url_means_the_same_as_to_the_mapper() {
        let config =
            config("postgres://an%40na:se%2Fcr%40t@db.example:6543/lots?sslmode=disable&options=-c%20geqo%3Doff");
        assert_eq!(config.get_hosts(), [Host::Tcp("db.example".to_owned())]);
        assert_eq!((config.get_ports(), config.get_dbname()), (&[6543][..], Some("lots")));
        assert_eq!((config.get_user(), config.get_password()), (Some("an@na"), Some(&b"se/cr@t"[..])));
        let options = config.get_options().unwrap();
        assert!(options.starts_with("-c geqo=off -c jit=off"), "{options}");
    }

    #[test]
    fn a_url_may_name_the_folder_of_a_socket() {
        let config = config("postgres:///lots?host=/run/postgresql&user=anna");
        assert_eq!(config.get_hosts(), [Host::Unix("/run/postgresql".into())]);
        assert_eq!((config.get_user(), config.get_dbname()), (Some("anna"), Some("lots")));
    }
}
