#![doc = include_str!("../README.md")]

mod asserted;
mod body;
mod bulk;
mod capture;
mod dictionary;
mod distribute;
mod entity;
mod error;
mod facts;
mod grants;
mod head;
mod identity;
mod jobs;
mod kinds;
#[cfg(test)]
mod plans;
mod purge;
mod recorded;
mod registry;
mod regroup;
mod resolve;
mod retention;
mod retract;
mod rows;
mod scope;
mod scope_events;
mod scope_lineage;
mod scope_things;
mod sequence;
mod tables;
mod text;
mod view_index;

use std::{io, sync::Arc, time::Duration};

use bulk::{Engine, PATIENCE};

use migrations::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, RuntimeErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
    sqlx::{
        self, Connection,
        postgres::{PgConnectOptions, PgConnection},
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
    },
};

pub use asserted::{Asserted, Unstorable};
pub use capture::{Capture, Outcome, StagesOf};
pub use distribute::{DistributeError, Distribution, Step};
pub use error::{Cause, StoreError, Trouble};
pub use grants::{NewGrant, NewViewer};
pub use head::EventHead;
pub use jobs::{ErrorBehaviour, Job, JobStatus, Lease};
pub use purge::{Purgeable, Purged};
pub use registry::{Issuer, IssuerKey, IssuerKind, NewTenant, Party, Tenant};
pub use retention::{Cutoff, InvalidRetention, Retention, TooYoung};
pub use scope::Scope;
pub use scope_events::{EventFilter, EventPosition, SeenEvent};
pub use scope_lineage::{Derived, Inside, Mentioned};
pub use scope_things::{LotFilter, SeenThing};

/// The database of a gateway. Cheap to clone; clones share the connections.
#[derive(Clone, Debug)]
pub struct Store {
    db: DatabaseConnection,
    /// Where transactions that write begin, which wait for each other: whoever only reads has connections of its own.
    /// `SQLite` has one writer at a time; they queue for it here, in order, instead of trying until they give up.
    writer: DatabaseConnection,
    /// Where many rows are written, on connections below the mapper.
    engine: Engine,
}

impl Store {
    /// Opens the database that `url` names.
    ///
    /// # Errors
    /// [`StoreError::Url`] for an unknown engine, [`StoreError::Unreachable`] when it cannot be reached.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let sqlite = url.starts_with("sqlite:");
        if !sqlite && !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            // The URL may hold a password: only its scheme is shown.
            return Err(StoreError::Url(url.split(':').next().unwrap_or_default().to_owned()));
        }
        if !sqlite {
            answers(url).await?;
        }
        let mut options = ConnectOptions::new(url);
        options.max_connections(CONNECTIONS).acquire_timeout(ACQUIRE_TIMEOUT).sqlx_logging(false);
        options.map_sqlx_sqlite_opts(with_settings);
        options.map_sqlx_postgres_opts(|postgres| postgres.options(POSTGRES_SETTINGS));
        // `SQLite` ends a transaction by itself when the disk is full. The driver then counts one that is not there: what
        // follows on this connection would be inside it, and never committed.
        options.map_sqlx_sqlite_pool_opts(|pool| {
            pool.before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        });
        // Shown for `SQLite` only, whose URL has no password; the other engine has answered already.
        let database = if sqlite { url.split('?').next().unwrap_or_default() } else { "the database server" };
        let unreachable = |source| StoreError::Unreachable { database: database.to_owned(), source };
        let db = Database::connect(options.clone()).await.map_err(unreachable)?;
        let (writers, patience) = if sqlite { (1, SQLITE_WRITER_TIMEOUT) } else { (SMALL_WRITERS, WRITER_TIMEOUT) };
        options.max_connections(writers).acquire_timeout(patience);
        let writer = Database::connect(options).await.map_err(unreachable)?;
        Ok(Self { db, writer, engine: Engine::of(url)? })
    }

    /// Brings the schema up to date. Where the tables are distributed over several machines, new ones are so, too.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn migrate(&self) -> Result<(), StoreError> {
        Migrator::up(&self.db, None).await.map_err(StoreError::database("migrate"))?;
        if self.is_distributed().await? { self.distribute_new().await } else { Ok(()) }
    }

    /// Whether the database answers and its schema is up to date.
    ///
    /// # Errors
    /// [`StoreError::Database`] when it does not answer.
    pub async fn is_ready(&self) -> Result<bool, StoreError> {
        let pending = Migrator::get_pending_migrations(&self.db).await.map_err(StoreError::database("ready"))?;
        Ok(pending.is_empty())
    }

    /// Begins a transaction that will write. On `SQLite` it takes the write lock at once: a reader that turns writer
    /// half-way would fail instead of waiting.
    async fn begin(&self, what: &'static str) -> Result<DatabaseTransaction, StoreError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: match self.db.get_database_backend() {
                DbBackend::Sqlite => Some(SqliteTransactionMode::Immediate),
                _ => None,
            },
            ..TransactionOptions::default()
        };
        self.writer.begin_with_options(options).await.map_err(StoreError::database(what))
    }
}

/// How `SQLite` is used.
fn with_settings(sqlite: SqliteConnectOptions) -> SqliteConnectOptions {
    // Acknowledged means on disk: FULL makes every commit wait for the disk.
    sqlite
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(PATIENCE)
        .row_buffer_size(ROWS_AT_ONCE)
}

/// Makes one connection, because a pool goes on trying and then says only that its time is over.
async fn answers(url: &str) -> Result<(), StoreError> {
    let failed = |error| DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error)));
    let options: PgConnectOptions = url.parse().map_err(failed).map_err(StoreError::database("read the URL"))?;
    let connected = tokio::time::timeout(CONNECT_TIMEOUT, PgConnection::connect_with(&options)).await;
    let closed = match connected.unwrap_or_else(|_| Err(sqlx::Error::Io(io::ErrorKind::TimedOut.into()))) {
        Ok(connection) => connection.close().await,
        Err(error) => Err(error),
    };
    let name = options.get_database().unwrap_or_default();
    // Without the user and the password.
    let database = || format!("postgres://{}:{}/{name}", options.get_host(), options.get_port());
    closed.map_err(|error| StoreError::Unreachable { database: database(), source: failed(error) })
}

/// Rows that the thread of an `SQLite` connection reads ahead of those who ask for them.
const ROWS_AT_ONCE: usize = 1_000;

/// KiB of pages that a connection for answers keeps in memory on `SQLite`: the upper levels of every index, and what one answer
/// needs. Those of the mapper, which read little, keep what `SQLite` keeps by itself.
const READER_CACHE: u32 = 16 << 10;

/// How `PostgreSQL` is used.
const POSTGRES_SETTINGS: [(&str, &str); 7] = [
    // Compiling a statement takes longer than any of ours.
    ("jit", "off"),
    // A plan that was made while the tables were small reads all of them when a document has filled them.
    ("plan_cache_mode", "force_custom_plan"),
    // A gateway whose machine is gone must not hold a tenant's lock until the network notices.
    ("idle_in_transaction_session_timeout", "10min"),
    // Every statement has an index for it, and costs what its answer is worth; a planner left alone reads whole tables for
    // a long list of values, as long as it thinks them small.
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("random_page_cost", "1.1"),
];

/// Connections for those who only read.
const CONNECTIONS: u32 = 8;

/// Connections for those who write many rows, on an engine that has more than one at a time. Captures must leave some of them
/// to those who end a job or purge.
pub const WRITERS: usize = 10;

/// Connections for those who write little, on such an engine.
const SMALL_WRITERS: u32 = 8;

/// How long a request waits for a connection before it is told that the database does not answer.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a writer waits for a connection: others may have to wait for a tenant's lock with theirs.
const WRITER_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a writer waits for its turn on `SQLite`: the largest document before it may take its time.
const SQLITE_WRITER_TIMEOUT: Duration = Duration::from_hours(1);

/// How long a database server may take to let us in at the start.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Rows of one `INSERT`, so that the bound values stay below what both engines allow (`SQLite`: 32,766).
const ROWS_PER_INSERT: usize = 1_000;

/// Statements that one read of many values is divided into, so that it has more than one processor: each goes over a
/// connection of its own.
const PARTS: usize = 3;

/// Values of one of several parts at least: fewer are not worth another statement.
const LEAST_PART: usize = 256;

/// Identifiers of one `IN` list.
const IDS_PER_QUERY: usize = 5_000;

/// Inserts any number of rows, none of which may be there already.
async fn insert_all<E, A, C>(db: &C, rows: Vec<A>, what: &'static str) -> Result<(), StoreError>
where
    E: sea_orm::EntityTrait,
    A: sea_orm::ActiveModelTrait<Entity = E> + Send,
    C: ConnectionTrait,
{
    let mut rows = rows.into_iter();
    loop {
        let chunk: Vec<A> = rows.by_ref().take(ROWS_PER_INSERT).collect();
        if chunk.is_empty() {
            return Ok(());
        }
        E::insert_many(chunk).exec_without_returning(db).await.map_err(StoreError::database(what))?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn sqlite() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/lotline.db?mode=rwc", folder.path().display());
        (folder, Store::open(&url).await.unwrap())
    }

    #[tokio::test]
    async fn sqlite_waits_for_the_disk_on_every_commit() {
        let (_folder, store) = sqlite().await;
        let pragma = async |name: &str| {
            let statement = sea_orm::Statement::from_string(DbBackend::Sqlite, format!("PRAGMA {name}"));
            store.db.query_one_raw(statement).await.unwrap().unwrap()
        };
        assert_eq!(pragma("journal_mode").await.try_get_by_index::<String>(0).unwrap(), "wal");
        assert_eq!(pragma("synchronous").await.try_get_by_index::<i32>(0).unwrap(), 2, "2 is FULL");
    }

    #[tokio::test]
    async fn a_database_without_the_schema_is_not_ready_and_migrating_twice_is_harmless() {
        let (_folder, store) = sqlite().await;
        assert!(!store.is_ready().await.unwrap());
        store.migrate().await.unwrap();
        store.migrate().await.unwrap();
        assert!(store.is_ready().await.unwrap());
    }

    #[tokio::test]
    async fn a_url_of_no_known_engine_is_refused_without_showing_its_password() {
        let error = Store::open("mysql://root:secret@host/db").await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "`mysql` is not a database URL; write `sqlite://path/to/file.db?mode=rwc` or `postgres://user@host/database`"
        );
    }

    #[tokio::test]
    async fn a_database_that_cannot_be_reached_is_named_without_its_password() {
        let error = Store::open("postgres://anna:secret@127.0.0.1:1/lots").await.unwrap_err();
        assert_eq!(error.to_string(), "the database postgres://127.0.0.1:1/lots cannot be reached");
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains("refused") && !cause.contains("secret"), "{cause}");
    }

    #[test]
    fn every_key_and_every_index_leads_with_the_tenant() {
        // The dictionary of tenants itself is the one table that is not a tenant's.
        for (table, columns) in migrations::keys_and_indexes().into_iter().filter(|(table, _)| *table != "tenant") {
            assert_eq!(columns.first(), Some(&"tenant"), "{table}: {columns:?}");
        }
    }
}
