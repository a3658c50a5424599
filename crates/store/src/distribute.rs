//! One database over several machines: the tables of a Citus coordinator, distributed by tenant.
//!
//! Every statement of the store names its tenant, so each of them is answered by the one machine that holds the
//! tenant's rows. What is to be done is worked out from what Citus says is done already: it can be run again at any time.

use std::collections::{BTreeMap, BTreeSet};

use migrations::Spread;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement, TransactionTrait};

use crate::{Store, StoreError};

const WHAT: &str = "database.distribute";

/// The column that decides on which machine a row is.
const TENANT: &str = "tenant";

/// The table that the others lie beside. Every writer of a tenant takes its row first: while it is moved, they wait.
const FIRST: &str = "sequence";

/// Why the tables cannot be distributed.
#[derive(Debug, thiserror::Error)]
pub enum DistributeError {
    /// It is `SQLite`.
    #[error("only PostgreSQL with the extension `citus` can be distributed over several machines")]
    NotPostgres,
    /// The extension is missing.
    #[error(
        "this database does not have the extension `citus`; install Citus on every machine, and run \
         `CREATE EXTENSION citus` in this database"
    )]
    NoCitus,
    /// Tables may be missing.
    #[error("the schema of the database is behind this version; run `lotline db migrate` first")]
    Behind,
    /// Somebody distributed a table in another way.
    #[error(
        "the table `{table}` is already {found}, and has to be {wanted}; undo that with `undistribute_table` first"
    )]
    Otherwise {
        /// Which one.
        table: &'static str,
        /// What it is.
        found: String,
        /// What it has to be.
        wanted: String,
    },
    /// The database refused or could not be reached.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What has to be done, and what is done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Distribution {
    /// The version of Citus; `None` where it is not installed.
    pub citus: Option<String>,
    /// In the order in which they have to be carried out.
    pub steps: Vec<Step>,
}

/// One statement.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Step {
    /// The table it is about.
    pub table: &'static str,
    /// The statement.
    pub statement: String,
    /// Whether there is nothing left to do.
    pub done: bool,
}

/// How Citus keeps a table (`pg_dist_partition`).
#[derive(Clone, Debug, Eq, PartialEq)]
enum Kept {
    Reference,
    By { column: String, group: i64 },
}

/// What Citus says of the tables.
#[derive(Debug, Default)]
struct State {
    kept: BTreeMap<String, Kept>,
    /// Tables whose former rows still lie on the coordinator beside the moved ones.
    left_over: BTreeSet<String>,
}

impl Store {
    /// What [`distribute`](Self::distribute) would do. On a `PostgreSQL` without Citus it is everything.
    ///
    /// # Errors
    /// [`DistributeError`].
    pub async fn distribution(&self) -> Result<Distribution, DistributeError> {
        if self.db.get_database_backend() != DbBackend::Postgres {
            return Err(DistributeError::NotPostgres);
        }
        if !self.is_ready().await? {
            return Err(DistributeError::Behind);
        }
        let citus = citus(&self.db).await?;
        let state = if citus.is_some() { state(&self.db).await? } else { State::default() };
        Ok(Distribution { citus, steps: steps(&state)? })
    }

    /// Turns the tables of a Citus coordinator into distributed and reference tables, where they are not yet. Calls
    /// `begin` before each statement.
    ///
    /// Each statement is a transaction of its own: when one fails, the ones before it stay, and the next run goes on
    /// from there. While a table is moved, whoever writes to it waits.
    ///
    /// # Errors
    /// [`DistributeError`].
    pub async fn distribute(&self, mut begin: impl FnMut(&Step)) -> Result<(), DistributeError> {
        let distribution = self.distribution().await?;
        if distribution.citus.is_none() {
            return Err(DistributeError::NoCitus);
        }
        for step in distribution.steps.iter().filter(|step| !step.done) {
            begin(step);
            // A transaction holds one connection, so that the setting is there for the statement and gone after it.
            let tx = self.db.begin().await.map_err(StoreError::database(WHAT))?;
            for statement in ["SET LOCAL statement_timeout = 0", &step.statement] {
                tx.execute_unprepared(statement).await.map_err(StoreError::database(WHAT))?;
            }
            tx.commit().await.map_err(StoreError::database(WHAT))?;
        }
        Ok(())
    }

    /// Distributes the tables that a migration has added.
    pub(crate) async fn distribute_new(&self) -> Result<(), StoreError> {
        let done = self.distribute(|_| {}).await;
        done.map_err(|error| match error {
            DistributeError::Store(error) => error,
            other => StoreError::database(WHAT)(DbErr::Custom(other.to_string())),
        })
    }

    /// Whether the tables are distributed, all or some of them.
    pub(crate) async fn is_distributed(&self) -> Result<bool, StoreError> {
        if self.db.get_database_backend() != DbBackend::Postgres || citus(&self.db).await?.is_none() {
            return Ok(false);
        }
        Ok(state(&self.db).await?.kept.contains_key(FIRST))
    }
}

/// First the tables that are on every machine, then the one that every writer takes first, then those that lie beside
/// it. What is left of a moved table on the coordinator is removed last of all.
fn steps(state: &State) -> Result<Vec<Step>, DistributeError> {
    let spread = |wanted: Spread| {
        let tables = migrations::spreads().into_iter().filter(move |(_, spread)| *spread == wanted);
        tables.map(|(table, _)| table)
    };
    let by_tenant = std::iter::once(FIRST).chain(spread(Spread::ByTenant).filter(|table| *table != FIRST));
    let mut steps = Vec::new();
    for table in spread(Spread::Everywhere) {
        let done = match state.kept.get(table) {
            Some(Kept::Reference) => true,
            None => false,
            Some(kept @ Kept::By { .. }) => return Err(otherwise(table, kept, "a reference table")),
        };
        steps.push(Step { table, statement: format!("SELECT create_reference_table('{table}')"), done });
    }
    let group = match state.kept.get(FIRST) {
        Some(Kept::By { group, .. }) => Some(*group),
        _ => None,
    };
    for table in by_tenant.clone() {
        let done = match state.kept.get(table) {
            Some(Kept::By { column, group: here }) if column == TENANT && group == Some(*here) => true,
            None => false,
            Some(kept) => return Err(otherwise(table, kept, "distributed by `tenant` and beside `sequence`")),
        };
        let beside = if table == FIRST { "none" } else { FIRST };
        let statement = format!("SELECT create_distributed_table('{table}', '{TENANT}', colocate_with => '{beside}')");
        steps.push(Step { table, statement, done });
    }
    for table in spread(Spread::Everywhere).chain(by_tenant) {
        let done = state.kept.contains_key(table) && !state.left_over.contains(table);
        let statement = format!("SELECT truncate_local_data_after_distributing_table('{table}')");
        steps.push(Step { table, statement, done });
    }
    Ok(steps)
}

fn otherwise(table: &'static str, found: &Kept, wanted: &str) -> DistributeError {
    let found = match found {
        Kept::Reference => "a reference table".to_owned(),
        Kept::By { column, group } => format!("distributed by `{column}`, in the co-location group {group}"),
    };
    DistributeError::Otherwise { table, found, wanted: wanted.to_owned() }
}

async fn citus(db: &DatabaseConnection) -> Result<Option<String>, StoreError> {
    let sql = "SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'citus'";
    let found = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await;
    let row = found.map_err(StoreError::database(WHAT))?;
    row.map(|row| row.try_get("", "extversion")).transpose().map_err(StoreError::database(WHAT))
}

async fn state(db: &DatabaseConnection) -> Result<State, StoreError> {
    // Method `h` is distributed by hash. Method `n` with replication `t` is a reference table; with another one it is a
    // local table that Citus knows of, and can still become either. Sizes are those of the coordinator's own files.
    let sql = "\
        SELECT relation.relname::text AS name, kept.partmethod::text AS method, kept.repmodel::text AS replication, \
               CASE WHEN kept.partkey IS NULL THEN '' \
                    ELSE column_to_column_name(kept.logicalrelid, kept.partkey) END AS by_column, \
               kept.colocationid::bigint AS colocation, pg_relation_size(relation.oid) AS left_over \
        FROM pg_dist_partition AS kept JOIN pg_catalog.pg_class AS relation ON relation.oid = kept.logicalrelid \
        WHERE relation.relnamespace = current_schema()::regnamespace";
    let found = db.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await;
    let mut state = State::default();
    for row in found.map_err(StoreError::database(WHAT))? {
        let read = || {
            let text = |column| row.try_get::<String>("", column);
            let number = |column| row.try_get::<i64>("", column);
            let (name, by) = (text("name")?, text("by_column")?);
            Ok::<_, DbErr>((
                name,
                text("method")?,
                text("replication")?,
                by,
                number("colocation")?,
                number("left_over")?,
            ))
        };
        let (name, method, replication, column, group, left_over) = read().map_err(StoreError::database(WHAT))?;
        let kept = match (method.as_str(), replication.as_str()) {
            ("n", "t") => Kept::Reference,
            ("n", _) => continue,
            _ => Kept::By { column, group },
        };
        if left_over > 0 {
            state.left_over.insert(name.clone());
        }
        state.kept.insert(name, kept);
    }
    Ok(state)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(state: &State) -> Vec<String> {
        let open = steps(state).unwrap().into_iter().filter(|step| !step.done);
        open.map(|step| step.statement).collect()
    }

    fn finished() -> State {
        let kept = migrations::spreads().into_iter().filter_map(|(table, spread)| {
            let kept = match spread {
                Spread::ByTenant => Kept::By { column: TENANT.to_owned(), group: 3 },
                Spread::Everywhere => Kept::Reference,
                Spread::Here => return None,
            };
            Some((table.to_owned(), kept))
        });
        State { kept: kept.collect(), left_over: BTreeSet::new() }
    }

    #[test]
    fn shared_tables_come_first_then_the_sequence_then_what_lies_beside_it() {
        let open = open(&State::default());
        assert_eq!(open[0], "SELECT create_reference_table('tenant')");
        assert_eq!(open[1], "SELECT create_distributed_table('sequence', 'tenant', colocate_with => 'none')");
        assert_eq!(open[2], "SELECT create_distributed_table('party', 'tenant', colocate_with => 'sequence')");
        assert!(open.iter().all(|statement| !statement.contains("seaql")));
        assert_eq!(open.len(), 2 * (migrations::spreads().len() - 1));
    }

    #[test]
    fn nothing_is_done_twice() {
        assert_eq!(open(&finished()), [""; 0]);
    }

    #[test]
    fn a_run_that_broke_off_goes_on_and_clears_what_is_left_over() {
        let mut state = finished();
        state.kept.remove("event_thing");
        state.left_over.insert("event".to_owned());
        let expected = [
            "SELECT create_distributed_table('event_thing', 'tenant', colocate_with => 'sequence')",
            "SELECT truncate_local_data_after_distributing_table('event')",
            "SELECT truncate_local_data_after_distributing_table('event_thing')",
        ];
        assert_eq!(open(&state), expected);
    }

    #[test]
    fn a_table_that_was_distributed_in_another_way_is_named() {
        let mut state = finished();
        state.kept.insert("event".to_owned(), Kept::By { column: "id".to_owned(), group: 3 });
        assert_eq!(
            steps(&state).unwrap_err().to_string(),
            "the table `event` is already distributed by `id`, in the co-location group 3, and has to be distributed by \
             `tenant` and beside `sequence`; undo that with `undistribute_table` first"
        );
        let mut state = finished();
        state.kept.insert("tenant".to_owned(), Kept::By { column: "id".to_owned(), group: 4 });
        assert!(steps(&state).is_err());
    }
}
