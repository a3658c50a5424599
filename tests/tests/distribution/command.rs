//! What `lotline db distribute` would do, on a PostgreSQL without Citus.

use app::App;
use store::DistributeError;

#[tokio::test(flavor = "multi_thread")]
async fn without_citus_every_statement_is_shown_and_none_is_carried_out() {
    let Some(database) = testkit::postgres::database() else { return };
    let store = App::open_store(database.url()).await.unwrap();
    assert!(matches!(store.distribution().await, Err(DistributeError::Behind)));
    assert!(matches!(store.distribute(|_| {}).await, Err(DistributeError::Behind)));
    store.migrate().await.unwrap();
    let plan = store.distribution().await.unwrap();
    assert_eq!(plan.citus, None);
    assert!(plan.steps.iter().all(|step| !step.done));
    let mut begun = 0;
    let refused = store.distribute(|_| begun += 1).await.unwrap_err();
    assert!(matches!(refused, DistributeError::NoCitus), "{refused}");
    assert_eq!(begun, 0);
}

/// A stand-in for the catalogue and the functions of Citus, which keeps what it is told.
const STAND_IN: &str = "
    CREATE TABLE pg_dist_partition (logicalrelid regclass PRIMARY KEY, partmethod \"char\", partkey text,
        colocationid int, repmodel \"char\");
    CREATE FUNCTION column_to_column_name(regclass, text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $2';
    CREATE FUNCTION create_reference_table(t regclass) RETURNS void LANGUAGE sql AS
        'INSERT INTO pg_dist_partition VALUES (t, ''n'', NULL, 1, ''t'')';
    CREATE FUNCTION create_distributed_table(t regclass, c text, colocate_with text) RETURNS void LANGUAGE sql AS
        'INSERT INTO pg_dist_partition VALUES (t, ''h'', c,
            CASE colocate_with WHEN ''none'' THEN 7 ELSE (SELECT colocationid FROM pg_dist_partition
                WHERE logicalrelid = colocate_with::regclass) END, ''s'')';
    CREATE FUNCTION truncate_local_data_after_distributing_table(t regclass) RETURNS void LANGUAGE plpgsql AS
        $$ BEGIN EXECUTE 'TRUNCATE ' || t; END $$;
    INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
        VALUES (99999, 'citus', 10, 11, false, '12.1')";

#[tokio::test(flavor = "multi_thread")]
async fn distributing_twice_does_nothing_the_second_time_and_migrating_keeps_working() {
    let Some(database) = testkit::postgres::database() else { return };
    let store = App::open_store(database.url()).await.unwrap();
    store.migrate().await.unwrap();
    database.psql(STAND_IN).unwrap();
    let mut statements = Vec::new();
    store.distribute(|step| statements.push(step.statement.clone())).await.unwrap();
    assert_eq!(statements[0], "SELECT create_reference_table('tenant')");
    assert_eq!(statements[1], "SELECT create_distributed_table('sequence', 'tenant', colocate_with => 'none')");
    assert_eq!(statements.len(), 2 * (migrations::spreads().len() - 1));
    store.distribute(|step| panic!("again: {}", step.statement)).await.unwrap();
    assert!(store.distribution().await.unwrap().steps.iter().all(|step| step.done));
    // A table that a later migration adds is distributed with that migration.
    database.psql("DELETE FROM pg_dist_partition WHERE logicalrelid = 'job'::regclass").unwrap();
    store.migrate().await.unwrap();
    assert!(store.distribution().await.unwrap().steps.iter().all(|step| step.done));
}
