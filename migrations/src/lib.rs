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

/// The columns of every primary key and every index of the newest schema, with their table.
pub fn keys_and_indexes() -> Vec<(&'static str, &'static [&'static str])> {
    m0001_spine::keys_and_indexes()
}
