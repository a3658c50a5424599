//! What can go wrong between the program and its database.

use std::{error::Error, io};

use sea_orm::{DbErr, RuntimeErr, sqlx};

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or could not be reached.
    #[error("the database could not do `{what}`")]
    Database {
        /// The unit of work.
        what: &'static str,
        /// What the database said.
        #[source]
        source: Cause,
    },
    /// There is no connection to the database.
    #[error("the database {database} cannot be reached")]
    Unreachable {
        /// Which one, without user and password.
        database: String,
        /// Why not.
        #[source]
        source: DbErr,
    },
    /// The job is not running any more: another process held its worker for stopped.
    #[error("the capture job has ended already")]
    JobEnded,
    /// A row that we wrote cannot be read back.
    #[error("table `{table}`, column `{column}`: `{value}` cannot be read back")]
    Inconsistent {
        /// Which table.
        table: &'static str,
        /// Which column.
        column: &'static str,
        /// What stands there.
        value: String,
    },
    /// Part of a unit of work failed, or was given up: nothing of it is kept.
    #[error("part of `{0}` was not done, so nothing of it is kept; do it again")]
    Broken(&'static str),
    /// Something with this name exists already.
    #[error("`{0}` is already registered")]
    AlreadyRegistered(String),
    /// The registry does not know it.
    #[error("`{0}` is not registered")]
    NotRegistered(String),
    /// The database URL names no engine that we know.
    #[error(
        "`{0}` is not a database URL; write `sqlite://path/to/file.db?mode=rwc` or `postgres://user@host/database`"
    )]
    Url(String),
}

/// What a database said, through one driver or another. It does not tell what the rows held.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// Through the mapper.
    #[error(transparent)]
    Mapper(#[from] DbErr),
    /// Through a driver of the mapper, without it.
    #[error(transparent)]
    Driver(#[from] sqlx::Error),
    /// `SQLite`, where rows are written below the mapper.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// `PostgreSQL`, where rows are written below the mapper.
    #[error("{}", said(.0))]
    Postgres(tokio_postgres::Error),
}

// Not as the source of this error: it would say all again, with the detail.
impl From<tokio_postgres::Error> for Cause {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Postgres(error)
    }
}

/// Without the detail, which shows the key of a row.
fn said(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(said), _) => said.message().to_owned(),
        (None, Some(why)) => format!("{error}: {why}"),
        (None, None) => error.to_string(),
    }
}

/// What keeps the database from doing its work for now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Trouble {
    /// It does not answer, or is busy with others.
    Unavailable,
    /// It has no room left.
    Full,
}

impl StoreError {
    pub(crate) fn database<E: Into<Cause>>(what: &'static str) -> impl FnOnce(E) -> Self {
        move |source| Self::Database { what, source: source.into() }
    }

    /// Whether it is the database's trouble, which may pass, and of which kind.
    pub fn trouble(&self) -> Option<Trouble> {
        match self {
            Self::Database { source, .. } => source.trouble(),
            Self::Unreachable { source, .. } => of_mapper(source),
            Self::JobEnded => Some(Trouble::Unavailable),
            Self::Inconsistent { .. }
            | Self::Broken(_)
            | Self::AlreadyRegistered(_)
            | Self::NotRegistered(_)
            | Self::Url(_) => None,
        }
    }

    pub(crate) fn inconsistent(table: &'static str, column: &'static str, value: impl Into<String>) -> Self {
        Self::Inconsistent { table, column, value: value.into() }
    }
}

impl Cause {
    fn trouble(&self) -> Option<Trouble> {
        match self {
            Self::Mapper(error) => of_mapper(error),
            Self::Driver(error) => of_driver(error),
            Self::Sqlite(error) => trouble_of_result(error.sqlite_error()?.extended_code),
            Self::Postgres(error) => {
                if let Some(state) = error.code() {
                    return trouble_of_code(state.code());
                }
                // It was not the server that said something: the connection is gone, or was not to be had.
                let is_io = error.source().is_some_and(<dyn Error>::is::<io::Error>);
                (error.is_closed() || is_io).then_some(Trouble::Unavailable)
            }
        }
    }
}

fn of_mapper(error: &DbErr) -> Option<Trouble> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => of_driver(error),
        DbErr::ConnectionAcquire(_) => Some(Trouble::Unavailable),
        _ => None,
    }
}

fn of_driver(error: &sqlx::Error) -> Option<Trouble> {
    match error {
        sqlx::Error::Database(error) => trouble_of_code(&error.code()?),
        sqlx::Error::Io(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => Some(Trouble::Unavailable),
        _ => None,
    }
}

/// A result code of `SQLite` (a number) or an SQLSTATE of PostgreSQL (five characters).
fn trouble_of_code(code: &str) -> Option<Trouble> {
    if let Some(state) = Some(code).filter(|code| code.len() == 5) {
        return match state.get(..2)? {
            "53" if state == "53100" => Some(Trouble::Full),
            // Connections, other insufficient resources, intervention of an operator.
            "08" | "53" | "57" => Some(Trouble::Unavailable),
            // A deadlock, a lock that could not be had: another try may do.
            _ if matches!(state, "40001" | "40P01" | "55P03" | "25P03") => Some(Trouble::Unavailable),
            _ => None,
        };
    }
    trouble_of_result(code.parse().ok()?)
}

/// A result code of `SQLite`. The low byte is the primary code; the rest says more of it.
fn trouble_of_result(code: i32) -> Option<Trouble> {
    match code & 0xff {
        5 | 6 => Some(Trouble::Unavailable),
        // `SQLITE_IOERR`, which is also what a quota on the size of files ends in, and `SQLITE_FULL`.
        10 | 13 => Some(Trouble::Full),
        _ => None,
    }
}
