//! What can go wrong between the program and its database.

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
        source: sea_orm::DbErr,
    },
    /// There is no connection to the database.
    #[error("the database {database} cannot be reached")]
    Unreachable {
        /// Which one, without user and password.
        database: String,
        /// Why not.
        #[source]
        source: sea_orm::DbErr,
    },
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

impl StoreError {
    pub(crate) fn database(what: &'static str) -> impl FnOnce(sea_orm::DbErr) -> Self {
        move |source| Self::Database { what, source }
    }

    pub(crate) fn inconsistent(table: &'static str, column: &'static str, value: impl Into<String>) -> Self {
        Self::Inconsistent { table, column, value: value.into() }
    }
}
