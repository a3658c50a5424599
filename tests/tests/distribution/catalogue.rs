//! Every table, constraint, index and foreign key, as the database itself lists them.

use std::collections::{BTreeMap, BTreeSet};

use app::App;
use migrations::Spread;

/// The tables, each with a word on what is in the catalogue about it.
const TABLES: &str =
    "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace";

/// Every index, that of a key or a unique constraint included: its table, its name and its first column.
const INDEXES: &str = "\
    SELECT t.relname, i.relname, a.attname FROM pg_index x \
    JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid \
    LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[0] \
    WHERE t.relnamespace = 'public'::regnamespace";

/// Every constraint on columns: its table, its name, its kind, its first column, and the table it refers to.
const CONSTRAINTS: &str = "\
    SELECT t.relname, c.conname, c.contype, a.attname, r.relname FROM pg_constraint c \
    JOIN pg_class t ON t.oid = c.conrelid LEFT JOIN pg_class r ON r.oid = c.confrelid \
    LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1] \
    WHERE t.relnamespace = 'public'::regnamespace";

/// What a cluster gives to no distributed table, or gives to each machine on its own.
const UNWANTED: &str = "\
    SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal \
    UNION SELECT 'sequence ' || relname FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace \
    UNION SELECT 'inheritance of ' || inhrelid::regclass::text FROM pg_inherits";

async fn migrated() -> Option<testkit::postgres::Database> {
    let database = testkit::postgres::database()?;
    App::open_store(database.url()).await.unwrap().migrate().await.unwrap();
    Some(database)
}

fn rows(database: &testkit::postgres::Database, sql: &str) -> Vec<Vec<String>> {
    let answer = database.psql(sql).unwrap();
    answer.lines().map(|line| line.split('|').map(str::to_owned).collect()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_says_where_its_rows_are() {
    let Some(database) = migrated().await else { return };
    let there: BTreeSet<String> = rows(&database, TABLES).into_iter().flatten().collect();
    let spread: BTreeSet<String> = migrations::spreads().into_iter().map(|(table, _)| table.to_owned()).collect();
    assert_eq!(there, spread);
}

#[test]
fn only_the_list_of_tenants_is_everywhere_and_only_the_list_of_migrations_is_here() {
    let of = |wanted: Spread| {
        let tables = migrations::spreads().into_iter().filter(move |(_, spread)| *spread == wanted);
        tables.map(|(table, _)| table).collect::<Vec<_>>()
    };
    assert_eq!(of(Spread::Everywhere), ["tenant"]);
    assert_eq!(of(Spread::Here), ["seaql_migrations"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_key_constraint_and_index_of_a_distributed_table_leads_with_the_tenant() {
    let Some(database) = migrated().await else { return };
    let spreads: BTreeMap<&str, Spread> = migrations::spreads().into_iter().collect();
    let distributed = |table: &str| spreads.get(table) == Some(&Spread::ByTenant);
    let mut keys = BTreeSet::new();
    for row in rows(&database, INDEXES).iter().filter(|row| distributed(&row[0])) {
        assert_eq!(row[2], "tenant", "index {} of {}", row[1], row[0]);
    }
    for row in rows(&database, CONSTRAINTS).iter().filter(|row| distributed(&row[0])) {
        match row[2].as_str() {
            "p" => drop(keys.insert(row[0].clone())),
            "u" | "x" => {}
            // A reference to a shared table may have any column; one to a table that is only here cannot be kept.
            "f" if spreads.get(row[4].as_str()) == Some(&Spread::Everywhere) => continue,
            "f" => assert!(distributed(&row[4]), "{} of {} refers to {}", row[1], row[0], row[4]),
            other => panic!("constraint {} of {} is of the kind {other}", row[1], row[0]),
        }
        assert_eq!(row[3], "tenant", "constraint {} of {}", row[1], row[0]);
    }
    let without = spreads.keys().filter(|table| distributed(table) && !keys.contains(**table));
    assert_eq!(without.collect::<Vec<_>>(), [&""; 0], "tables without a key");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_the_schema_counts_or_acts_on_one_machine_only() {
    let Some(database) = migrated().await else { return };
    assert_eq!(rows(&database, UNWANTED), Vec::<Vec<String>>::new());
}
