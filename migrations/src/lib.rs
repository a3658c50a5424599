//! The schema of Lotline's database, one for `SQLite` and `PostgreSQL`.
//!
//! Every table is keyed by tenant first, see `README.md`.

pub use sea_orm_migration::{MigrationTrait, MigratorTrait};

mod m0001_spine;

/// All migrations, oldest first.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m0001_spine::Migration)]
    }
}

/// Where the rows of a table live when one database is spread over several machines.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Spread {
    /// Each tenant's rows on one machine, together with all its other rows.
    ByTenant,
    /// A copy on every machine: for the few small tables that are no tenant's.
    Everywhere,
    /// On the machine that applies migrations, and nowhere else.
    Here,
}

/// Every table of the newest schema with its [`Spread`].
pub fn spreads() -> Vec<(&'static str, Spread)> {
    let mut spreads = m0001_spine::spreads();
    // The list of applied migrations: whoever migrates is the only one to read it.
    spreads.push(("seaql_migrations", Spread::Here));
    spreads
}

/// The columns of every primary key and every index of the newest schema, with their table.
pub fn keys_and_indexes() -> Vec<(&'static str, &'static [&'static str])> {
    m0001_spine::keys_and_indexes()
}
